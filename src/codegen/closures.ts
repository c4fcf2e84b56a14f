/**
 * Evaluates trees without `new Function`: each node becomes a closure, once, and a call runs the closures.
 *
 * All that can be known beforehand is settled when the closures are made: locals are slots of an array, a maker's
 * constants and outside functions are values, and the shapes that matter (few arguments, a constant operand, an aligned
 * access to an array) have closures of their own. Closures for a function are made at its first call.
 */
import {
  BINDING,
  type BinaryOperator,
  type Expr,
  type Func,
  type Maker,
  type Module,
  type Scalar,
  type Stmt,
} from "./tree.ts";

// biome-ignore lint/complexity/noBannedTypes: anything that can be called
type Callable = Function & ((...args: unknown[]) => unknown);
type Frame = unknown[];
type Code = (frame: Frame) => unknown;
/** Runs a statement, and says whether the function is to return; its result is then in `frame[RESULT]`. */
type Step = (frame: Frame) => boolean;

/** The slot for a function's result. Parameters follow it. */
const RESULT = 0;

/** The makers of `module` and its own functions, by name. `library` and `helpers` hold everything from outside. */
export function evaluateModule(
  module: Module,
  library: Readonly<Record<string, unknown>>,
  helpers: Readonly<Record<string, unknown>> = {},
): Record<string, Callable> {
  const functions = new Map<string, Callable>();
  const env = (name: string) => {
    const found = functions.get(name) ?? helpers[name] ?? library[name];
    if (found === undefined) throw new ReferenceError(`${name} is not defined`);
    return found;
  };
  for (const func of module.functions) functions.set(func.name, evaluateFunc(func, { env, constants: new Map() }));
  const makers = module.makers.map((maker) => [maker.name, evaluateMaker(maker, env)] as const);
  return Object.fromEntries([...functions, ...makers]);
}

function evaluateMaker(maker: Maker, env: (name: string) => unknown): Callable {
  return (binding: unknown) => {
    const constants = new Map<string, unknown>([[BINDING, binding]]);
    const scope = new Scope({ env, constants });
    for (const { name, value } of maker.constants) constants.set(name, scope.code(value)([]));
    return evaluateFunc(maker.func, { env, constants });
  };
}

/** What a function can refer to besides its locals. */
interface Surroundings {
  readonly env: (name: string) => unknown;
  readonly constants: ReadonlyMap<string, unknown>;
}

function evaluateFunc(func: Func, surroundings: Surroundings): Callable {
  let size = func.params.length + 1;
  let run: Step = (frame) => {
    const scope = new Scope(surroundings, func.params);
    run = scope.block(func.body);
    size = scope.size;
    return run(frame);
  };
  const call = (frame: Frame): unknown => {
    run(frame);
    return frame[RESULT];
  };
  const named = withArity(func.params.length, () => new Array<unknown>(size), call);
  Object.defineProperty(named, "name", { value: func.name });
  return named;
}

function withArity(arity: number, newFrame: () => Frame, call: (frame: Frame) => unknown): Callable {
  switch (arity) {
    case 0:
      return () => call(newFrame());
    case 1:
      return (a: unknown) => {
        const frame = newFrame();
        frame[1] = a;
        return call(frame);
      };
    case 2:
      return (a: unknown, b: unknown) => {
        const frame = newFrame();
        frame[1] = a;
        frame[2] = b;
        return call(frame);
      };
    case 3:
      return (a: unknown, b: unknown, c: unknown) => {
        const frame = newFrame();
        frame[1] = a;
        frame[2] = b;
        frame[3] = c;
        return call(frame);
      };
    case 4:
      return (a: unknown, b: unknown, c: unknown, d: unknown) => {
        const frame = newFrame();
        frame[1] = a;
        frame[2] = b;
        frame[3] = c;
        frame[4] = d;
        return call(frame);
      };
    default: {
      const many = (...args: unknown[]) => {
        const frame = newFrame();
        for (let i = 0; i < arity; i++) frame[i + 1] = args[i];
        return call(frame);
      };
      Object.defineProperty(many, "length", { value: arity });
      return many;
    }
  }
}

/** Makes closures for the body of one function. */
class Scope {
  readonly #surroundings: Surroundings;
  readonly #slots: Map<string, number> = new Map();
  size = 1;

  constructor(surroundings: Surroundings, params: readonly string[] = []) {
    this.#surroundings = surroundings;
    for (const param of params) this.#slot(param);
  }

  #slot(name: string): number {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.size++;
      this.#slots.set(name, slot);
    }
    return slot;
  }

  /** Whether `e` is known already, whatever the arguments. */
  #isFixed(e: Expr): boolean {
    return e.op === "constant" || e.op === "env" || (e.op === "local" && !this.#slots.has(e.name));
  }

  #fixed(e: Expr): unknown {
    return this.code(e)([]);
  }

  // ---- Statements

  block(statements: readonly Stmt[]): Step {
    const steps: Step[] = [];
    for (const [i, s] of statements.entries()) {
      const next = statements[i + 1];
      const last = statements[i - 1];
      // What has just got a value is checked before it is kept.
      if (s.op === "const" && next?.op === "expect" && next.name === s.name) {
        steps.push(this.#checked(next.kind, this.code(s.value), this.#slot(s.name)));
      } else if (s.op !== "expect" || last?.op !== "const" || last.name !== s.name) steps.push(this.#step(s));
    }
    return sequence(steps);
  }

  #step(s: Stmt): Step {
    switch (s.op) {
      case "const":
      case "let":
      case "assign": {
        const value = s.value === undefined ? () => undefined : this.code(s.value);
        const slot = this.#slot(s.name);
        return (frame) => {
          frame[slot] = value(frame);
          return false;
        };
      }
      case "set": {
        const object = this.code(s.object) as (frame: Frame) => Record<string, unknown>;
        const { key } = s;
        const value = this.code(s.value);
        if (key === "flags") {
          return (frame) => {
            object(frame)["flags"] = value(frame);
            return false;
          };
        }
        return (frame) => {
          object(frame)[key] = value(frame);
          return false;
        };
      }
      case "put": {
        const value = this.code(s.value);
        const place = this.#place(s.object, s.index);
        if (place !== undefined) {
          const { array, base, offset } = place;
          return (frame) => {
            (frame[array] as unknown[])[(frame[base] as number) + offset] = value(frame);
            return false;
          };
        }
        const object = this.code(s.object) as (frame: Frame) => unknown[];
        const index = this.code(s.index) as Numeric;
        return (frame) => {
          object(frame)[index(frame)] = value(frame);
          return false;
        };
      }
      case "do": {
        const value = this.code(s.value);
        return (frame) => {
          value(frame);
          return false;
        };
      }
      case "expect": {
        const slot = this.#slot(s.name);
        return this.#checked(s.kind, (frame) => frame[slot], slot);
      }
      case "if": {
        const test = this.code(s.test);
        const consequent = this.block(s.consequent);
        if (s.alternate.length === 0) return (frame) => (test(frame) ? consequent(frame) : false);
        const alternate = this.block(s.alternate);
        return (frame) => (test(frame) ? consequent(frame) : alternate(frame));
      }
      case "switch": {
        const subject = this.code(s.subject);
        const cases = new Map<unknown, Step>();
        for (const { value, body } of s.cases) if (!cases.has(value)) cases.set(value, this.block(body));
        const alternate = this.block(s.alternate);
        return (frame) => (cases.get(subject(frame)) ?? alternate)(frame);
      }
      case "loop": {
        const slot = this.#slot(s.name);
        const below = this.code(s.below) as Numeric;
        const body = this.block(s.body);
        return (frame) => {
          for (frame[slot] = 0; (frame[slot] as number) < below(frame); (frame[slot] as number)++) {
            if (body(frame)) return true;
          }
          return false;
        };
      }
      case "return": {
        const value = s.value === undefined ? () => undefined : this.code(s.value);
        return (frame) => {
          frame[RESULT] = value(frame);
          return true;
        };
      }
      case "throw": {
        const value = this.code(s.value);
        return (frame) => {
          throw value(frame);
        };
      }
      case "try": {
        const body = this.block(s.body);
        const slot = this.#slot(s.error);
        const handler = this.block(s.handler);
        return (frame) => {
          try {
            return body(frame);
          } catch (error) {
            frame[slot] = error;
            return handler(frame);
          }
        };
      }
    }
  }

  /** `value`, which has to be of `kind`, goes to a slot. */
  #checked(kind: Scalar, value: Code, slot: number): Step {
    const invalid = this.#surroundings.env("invalid") as Callable;
    const number = value as Numeric;
    switch (kind) {
      case "u8":
      case "u16":
      case "u32": {
        const unused = 32 - Number(kind.slice(1));
        return (frame) => {
          const v = number(frame);
          if (v !== (v << unused) >>> unused) invalid();
          frame[slot] = v;
          return false;
        };
      }
      case "s8":
      case "s16":
      case "s32": {
        const unused = 32 - Number(kind.slice(1));
        return (frame) => {
          const v = number(frame);
          if (v !== (v << unused) >> unused) invalid();
          frame[slot] = v;
          return false;
        };
      }
      case "u64":
      case "s64": {
        const wrap = kind === "u64" ? BigInt.asUintN : BigInt.asIntN;
        return (frame) => {
          const v = value(frame);
          if (v !== wrap(64, v as bigint)) invalid();
          frame[slot] = v;
          return false;
        };
      }
      case "number":
        return (frame) => {
          const v = value(frame);
          if (typeof v !== "number") invalid();
          frame[slot] = v;
          return false;
        };
    }
  }

  // ---- Expressions

  code(e: Expr): Code {
    switch (e.op) {
      case "constant": {
        const { value } = e;
        return () => value;
      }
      case "env": {
        const value = this.#surroundings.env(e.name);
        return () => value;
      }
      case "local": {
        const slot = this.#slots.get(e.name);
        if (slot !== undefined) return (frame) => frame[slot];
        const { constants } = this.#surroundings;
        if (!constants.has(e.name)) throw new ReferenceError(`${e.name} is not defined`);
        const value = constants.get(e.name);
        return () => value;
      }
      case "get":
        return this.#get(e.object, e.key);
      case "index":
        return this.#index(e.object, e.index);
      case "call":
        return this.#call(e.callee, e.args);
      case "method":
        return this.#method(e.object, e.key, e.args);
      case "not": {
        const operand = this.code(e.operand);
        return (frame) => !operand(frame);
      }
      case "binary":
        return binary(e.operator, this.code(e.left) as Numeric, this.code(e.right) as Numeric);
      case "record":
        return record(e.fields.map(([key, value]) => [key, this.code(value)]));
      case "array": {
        const elements = e.elements.map((element) => this.code(element));
        return (frame) => elements.map((element) => element(frame));
      }
    }
  }

  #get(object: Expr, key: string): Code {
    const code = this.code(object) as (frame: Frame) => Record<string, unknown>;
    return frequentKeys.get(key)?.(code) ?? ((frame) => code(frame)[key]);
  }

  #index(object: Expr, index: Expr): Code {
    const place = this.#place(object, index);
    if (place !== undefined) {
      const { array, base, offset } = place;
      return (frame) => (frame[array] as unknown[])[(frame[base] as number) + offset];
    }
    const array = this.code(object) as (frame: Frame) => unknown[];
    const at = this.code(index) as Numeric;
    return (frame) => array(frame)[at(frame)];
  }

  /** The slots of `array[base + offset]`, if `array` and `base` are locals: which is how memory is accessed. */
  #place(
    object: Expr,
    index: Expr,
  ): { readonly array: number; readonly base: number; readonly offset: number } | undefined {
    const isSum = index.op === "binary" && index.operator === "+" && index.right.op === "constant";
    const base = this.#slotOf(isSum ? index.left : index);
    const array = this.#slotOf(object);
    if (array === undefined || base === undefined) return undefined;
    return { array, base, offset: isSum ? (this.#fixed(index.right) as number) : 0 };
  }

  #slotOf(e: Expr): number | undefined {
    return e.op === "local" ? this.#slots.get(e.name) : undefined;
  }

  #call(callee: Expr, args: readonly Expr[]): Code {
    if (!this.#isFixed(callee)) {
      const called = this.code(callee) as (frame: Frame) => Callable;
      const values = args.map((arg) => this.code(arg));
      return (frame) => called(frame)(...values.map((value) => value(frame)));
    }
    const called = this.#fixed(callee) as Callable;
    const values = args.map((arg) => this.code(arg));
    const [a, b, c, d, e] = values as [Code, Code, Code, Code, Code];
    switch (args.length) {
      case 0:
        return () => called();
      case 1:
        return (frame) => called(a(frame));
      case 2:
        return (frame) => called(a(frame), b(frame));
      case 3:
        return (frame) => called(a(frame), b(frame), c(frame));
      case 4:
        return (frame) => called(a(frame), b(frame), c(frame), d(frame));
      case 5:
        return (frame) => called(a(frame), b(frame), c(frame), d(frame), e(frame));
      default:
        return (frame) => {
          const list = new Array<unknown>(values.length);
          for (let i = 0; i < values.length; i++) list[i] = values[i]!(frame);
          return called(...list);
        };
    }
  }

  #method(object: Expr, key: string, args: readonly Expr[]): Code {
    const target = this.code(object) as (frame: Frame) => Record<string, Callable>;
    const values = args.map((arg) => this.code(arg));
    const [a, b] = values as [Code, Code];
    switch (args.length) {
      case 0:
        return (frame) => target(frame)[key]!();
      case 1:
        return (frame) => target(frame)[key]!(a(frame));
      case 2:
        return (frame) => target(frame)[key]!(a(frame), b(frame));
      default:
        return (frame) => target(frame)[key]!(...values.map((value) => value(frame)));
    }
  }
}

/** One step after the other, until one returns. */
function sequence(steps: readonly Step[]): Step {
  const [a, b, c, d, e, f, g] = steps as [Step, Step, Step, Step, Step, Step, Step];
  switch (steps.length) {
    case 0:
      return () => false;
    case 1:
      return a;
    case 2:
      return (frame) => a(frame) || b(frame);
    case 3:
      return (frame) => a(frame) || b(frame) || c(frame);
    case 4:
      return (frame) => a(frame) || b(frame) || c(frame) || d(frame);
    case 5:
      return (frame) => a(frame) || b(frame) || c(frame) || d(frame) || e(frame);
    case 6:
      return (frame) => a(frame) || b(frame) || c(frame) || d(frame) || e(frame) || f(frame);
    default: {
      if (steps.length > LONG) return sequence(groups(steps).map(sequence));
      const rest = sequence(steps.slice(7));
      return (frame) => a(frame) || b(frame) || c(frame) || d(frame) || e(frame) || f(frame) || g(frame) || rest(frame);
    }
  }
}

/** From how many steps on they are put into groups, and groups into groups, so that no sequence exhausts the stack. */
const LONG = 32;

function groups(steps: readonly Step[]): Step[][] {
  const all: Step[][] = [];
  for (let i = 0; i < steps.length; i += LONG) all.push(steps.slice(i, i + LONG));
  return all;
}

type Getter = (object: (frame: Frame) => Record<string, unknown>) => Code;

/** Properties that generated code reads all the time. A name that is written out is read faster than one in a variable. */
const frequentKeys: ReadonlyMap<string, Getter> = new Map<string, Getter>([
  ["flags", (object) => (frame) => object(frame)["flags"]],
  ["length", (object) => (frame) => object(frame)["length"]],
  ["tag", (object) => (frame) => object(frame)["tag"]],
  ["val", (object) => (frame) => object(frame)["val"]],
]);

type Fields = readonly (readonly [key: string, value: Code])[];

/** Literals of few fields, whose objects engines lay out as they would those of source. */
function record(fields: Fields): Code {
  const [a, b, c, d] = fields as [Fields[0], Fields[0], Fields[0], Fields[0]];
  switch (fields.length) {
    case 0:
      return () => ({});
    case 1: {
      const [k0, v0] = a!;
      return (frame) => ({ [k0]: v0(frame) });
    }
    case 2: {
      const [[k0, v0], [k1, v1]] = [a!, b!];
      return (frame) => ({ [k0]: v0(frame), [k1]: v1(frame) });
    }
    case 3: {
      const [[k0, v0], [k1, v1], [k2, v2]] = [a!, b!, c!];
      return (frame) => ({ [k0]: v0(frame), [k1]: v1(frame), [k2]: v2(frame) });
    }
    case 4: {
      const [[k0, v0], [k1, v1], [k2, v2], [k3, v3]] = [a!, b!, c!, d!];
      return (frame) => ({ [k0]: v0(frame), [k1]: v1(frame), [k2]: v2(frame), [k3]: v3(frame) });
    }
    default: {
      const template: Record<string, unknown> = {};
      for (const [key] of fields) template[key] = undefined;
      return (frame) => {
        const made = { ...template };
        for (let i = 0; i < fields.length; i++) made[fields[i]![0]] = fields[i]![1](frame);
        return made;
      };
    }
  }
}

/** Operands are whatever JavaScript makes of them: `+` joins strings, too. Numbers are the common case. */
type Numeric = (frame: Frame) => number;

function binary(operator: BinaryOperator, left: Numeric, right: Numeric): Code {
  switch (operator) {
    case "+":
      return (frame) => left(frame) + right(frame);
    case "*":
      return (frame) => left(frame) * right(frame);
    case "/":
      return (frame) => left(frame) / right(frame);
    case "&":
      return (frame) => left(frame) & right(frame);
    case "|":
      return (frame) => left(frame) | right(frame);
    case "<<":
      return (frame) => left(frame) << right(frame);
    case ">>":
      return (frame) => left(frame) >> right(frame);
    case ">>>":
      return (frame) => left(frame) >>> right(frame);
    case "===":
      return (frame) => left(frame) === right(frame);
    case "!==":
      return (frame) => left(frame) !== right(frame);
    case "==":
      // biome-ignore lint/suspicious/noDoubleEquals: that is what is evaluated
      return (frame) => left(frame) == right(frame);
    case "<":
      return (frame) => left(frame) < right(frame);
  }
}
