/**
 * What is generated for one component, while it is generated: the plan's types, and the helper functions that generated
 * functions share.
 *
 * Code for a type is written in place while it is short. A type that is long, nested deeply or shared gets a helper, so
 * that the code as a whole grows with the number of different types, not with the number of paths through them: the same
 * purpose, and the same word (fuel), as in other generators of adapters.
 *
 * A helper refers to nothing but its parameters. What it needs of its side (the context, the memory, a resource type) comes
 * before its inputs; its callers pass theirs.
 */
import { flattenFuncType, type Signature } from "../abi/flatten.ts";
import type { PointerType } from "../abi/layout.ts";
import { getOrInsert } from "../abi/remembered.ts";
import type { CanonicalOptions, FuncTypeNode, Lift, Plan } from "../plan/plan.ts";
import { typesOf } from "../plan/types.ts";
import type { FuncType, ValType, ValTypeOf } from "../types/types.ts";
import { apply, Body, binary, call, constant, env, get, local, method, Names, own } from "./build.ts";
import { cost, ownCost } from "./traits.ts";
import type { Expr, Func, Maker, Module, Stmt } from "./tree.ts";
import type { Values } from "./values.ts";
import type { View } from "./views.ts";
import { type WaysOut, waysOut } from "./ways-out.ts";

/** How much code a function has in it, in nodes of types, before compound types are put into helpers. */
const FUEL = 60;

/** What a function needs of its surroundings on one side of a call. */
export type Capture =
  | "cx"
  | "memory"
  | "scope"
  | "views"
  | `resource${number}`
  | `async${number}`
  | `labels${number}`
  | `cases${number}`;

/** One side of a call: where values are lifted from or lowered to, and how. */
export interface Side {
  readonly pointer: PointerType;
  readonly encoding: CanonicalOptions["encoding"];
  /** How values look on the JavaScript side. */
  readonly values: Values;
  /** What becomes of lists of numbers and of strings: copies, views, or (lists only) what the binding says. */
  readonly lists: "copy" | "view" | "chosen";
  readonly strings: "copy" | "view";
  /** Whether handles are parameters, and so belong to the scope of the call. */
  readonly scoped: boolean;
  /** Whether what is lifted is counted, for it could be more than there is memory (volume.ts). */
  readonly counted: boolean;
  /** Where a loan is kept that is all that is lent in a call, so that no scope is needed. */
  readonly loan?: Expr | undefined;
  /** Where both sides of a call are a component's, what is captured of the second has another name. */
  readonly prefix: "" | "callee";
}

/** How a function is called: its type, and how values of that type are passed with its options. */
export interface Convention extends Signature {
  readonly type: FuncType;
  readonly options: CanonicalOptions;
}

/** Names for a pointer in elements of some sizes. */
interface Indices {
  readonly ptr: Expr;
  readonly names: Map<number, string>;
}

/** `ptr` in elements of so many bytes: in a 32-bit memory a shift, in a 64-bit one, where addresses may be longer, a division. */
export function inElements({ pointer }: Side, ptr: Expr, size: number): Expr {
  if (size === 1) return ptr;
  return pointer === "i64" ? binary(ptr, "/", size) : binary(ptr, ">>>", Math.log2(size));
}

interface Helper {
  readonly name: string;
  readonly captures: readonly Capture[];
}

/** A body that knows its surroundings. */
export abstract class Code extends Body {
  readonly generator: Generator;
  #fuel = FUEL;
  #hoisted: Map<View, string> | undefined;
  #indices: Indices | undefined;

  constructor(generator: Generator) {
    super(new Names((name) => generator.isReserved(name)));
    this.generator = generator;
  }

  /** Something of `side`, by the name that it has here. */
  abstract capture(side: Side, what: Capture): Expr;

  /** The running type of a stream or future. */
  captureAsync(side: Side, t: ValType): Expr {
    return this.capture(side, `async${this.generator.idOf(t)}`);
  }

  /** The labels of an enum. */
  captureLabels(side: Side, t: ValTypeOf<"enum">): Expr {
    return this.capture(side, `labels${this.generator.idOf(t)}`);
  }

  /** What finds the index of a case by its label. */
  captureCases(side: Side, t: ValTypeOf<"enum" | "variant">): Expr {
    return this.capture(side, `cases${this.generator.idOf(t)}`);
  }

  cx(side: Side): Expr {
    return this.capture(side, "cx");
  }

  memory(side: Side): Expr {
    return this.capture(side, "memory");
  }

  /** A place for so many bytes, which the guest's `realloc` finds. */
  allocate(side: Side, size: Expr, alignment: number, what: "string" | "list" | "pointer"): Expr {
    const allocator = this.generator.allocator(side);
    return this.bind(apply(allocator, [this.cx(side), size, constant(alignment), constant(what)]), "ptr");
  }

  /** One of the views of the memory. */
  view(side: Side, view: View): Expr {
    if (this.#hoisted === undefined) return get(this.memory(side), view);
    return local(getOrInsert(this.#hoisted, view, () => this.fresh(view)));
  }

  /** Adds what `write` adds, with the views that it uses fetched before all of it: it must never run the guest. */
  hoistViews<R>(side: Side, write: () => R): R {
    const hoisted: Map<View, string> = new Map();
    this.#hoisted = hoisted;
    let result!: R;
    const statements = this.block(() => {
      result = write();
    });
    this.#hoisted = undefined;
    for (const [view, name] of hoisted) this.add({ op: "const", name, value: get(this.memory(side), view) });
    for (const statement of statements) this.add(statement);
    return result;
  }

  /** Both, for what lies at `ptr`. */
  hoist<R>(side: Side, ptr: Expr, write: () => R): R {
    return this.hoistViews(side, () => this.hoistIndices(side, ptr, write));
  }

  /** `ptr` in elements of so many bytes. */
  elementIndex(side: Side, ptr: Expr, size: number): Expr {
    if (size === 1) return ptr;
    if (this.#indices?.ptr !== ptr) return inElements(side, ptr, size);
    const { names } = this.#indices;
    return local(getOrInsert(names, size, () => this.fresh(size === 8 ? "long" : size === 4 ? "word" : "half")));
  }

  /** What `write` adds, and the names that it uses for `ptr` in elements of some sizes, which are yet to be defined. */
  namingIndices(
    ptr: Expr,
    write: () => void,
  ): { readonly statements: Stmt[]; readonly names: ReadonlyMap<number, string> } {
    const outer = this.#indices;
    const names: Map<number, string> = new Map();
    this.#indices = { ptr, names };
    const statements = this.block(write);
    this.#indices = outer;
    return { statements, names };
  }

  /** Adds what `write` adds, with the indices for `ptr` that it uses worked out before all of it. */
  hoistIndices<R>(side: Side, ptr: Expr, write: () => R): R {
    let result!: R;
    const { statements, names } = this.namingIndices(ptr, () => {
      result = write();
    });
    for (const [size, name] of names) this.add({ op: "const", name, value: inElements(side, ptr, size) });
    for (const statement of statements) this.add(statement);
    return result;
  }

  /** Whether there is fuel for code for all of `t` in place. A node for `t` itself is burnt if so. */
  inlines(t: ValType): boolean {
    if (cost(t) > this.#fuel) return false;
    this.#fuel -= ownCost(t);
    return true;
  }

  /** Whether what runs may not leave its instance, if anybody could ask. */
  setMayNotLeave(value: 0 | 1): void {
    if (this.generator.waysOut.unleavable.size > 0) this.put(env("mayNotLeave"), constant(0), constant(value));
  }

  callHelper(helper: Helper, side: Side, inputs: readonly Expr[]): Expr {
    return apply(own(helper.name), [...helper.captures.map((what) => this.capture(side, what)), ...inputs]);
  }
}

class HelperCode extends Code {
  readonly captures: Capture[] = [];

  capture(_side: Side, what: Capture): Expr {
    if (!this.captures.includes(what)) this.captures.push(what);
    return local(what);
  }
}

export class Generator {
  readonly plan: Plan;
  /** The plan's types as objects, by `TypeIndex`. */
  readonly types: readonly ValType[];
  readonly #libraryNames: ReadonlySet<string>;
  #functions: Func[] = [];
  #allocator: string | undefined;
  readonly #isSource: boolean;
  readonly waysOut: WaysOut;
  readonly #helpers: Map<string, Helper> = new Map();
  readonly #functionNames: Map<string, number> = new Map();
  readonly #ids: Map<ValType, number> = new Map();

  /** `isSource`: whether what is generated becomes source of its own, of which engines learn by itself. */
  constructor(plan: Plan, libraryNames: ReadonlySet<string>, isSource = true) {
    this.plan = plan;
    this.waysOut = waysOut(plan);
    this.#isSource = isSource;
    this.#libraryNames = libraryNames;
    this.types = typesOf(plan).values;
    for (const [i, type] of this.types.entries()) this.#ids.set(type, i);
  }

  /** A module of `makers` and of the helpers that have been written since the last one. */
  takeModule(makers: readonly Maker[]): Module {
    const functions = this.#functions;
    this.#functions = [];
    return { functions, makers };
  }

  funcType(node: FuncTypeNode): FuncType {
    return typesOf(this.plan).func(node);
  }

  /** How what has been lifted or lowered is called. */
  convention(canon: Pick<Lift, "type" | "options">, direction: "lift" | "lower"): Convention {
    const type = this.funcType(this.plan.funcTypes[canon.type]!);
    const options = this.plan.options[canon.options]!;
    return { type, options, ...flattenFuncType(options, type, direction) };
  }

  /** Names that locals cannot have. */
  isReserved(name: string): boolean {
    return this.#libraryNames.has(name) || captureNames.test(name);
  }

  /** A name for a function of the module that begins with `wanted`. Only they have a `$` in their names. */
  functionName(wanted: string): string {
    const count = (this.#functionNames.get(wanted) ?? 0) + 1;
    this.#functionNames.set(wanted, count);
    return count === 1 ? wanted : `${wanted}$${count}`;
  }

  /**
   * The helper that does `what` for type `t` on sides like `side`, written at the first demand. `inputs` names its
   * parameters; `write` gives its result.
   */
  helper(
    what: string,
    side: Side,
    t: ValType,
    inputs: readonly string[],
    write: (code: Code, inputs: readonly Expr[]) => Expr | undefined,
  ): Helper {
    const { values, pointer, encoding, lists, strings, scoped, counted } = side;
    const key = [what, this.idOf(t), values.name, pointer, encoding, lists, strings, scoped, counted].join(" ");
    return getOrInsert(this.#helpers, key, () => {
      const code = new HelperCode(this);
      const params = inputs.map((input) => code.fresh(input));
      code.inlines(t);
      const result = write(code, params.map(local));
      if (result !== undefined) code.return(result);
      const name = this.functionName(`${what}$${t.kind.replace("-", "")}${this.idOf(t)}`);
      this.#functions.push({ name, params: [...code.captures, ...params], body: code.statements });
      return { name, captures: code.captures };
    });
  }

  /**
   * `allocate` in lists.ts, for 32-bit memories, written out for this component: in a function that all components shared,
   * engines would learn of many a `realloc`, and take the long way to each.
   */
  allocator({ pointer }: Side): Expr {
    if (!this.#isSource || pointer === "i64") return env("allocate");
    if (this.#allocator === undefined) {
      this.#allocator = this.functionName("allocate$32");
      const code = new HelperCode(this);
      const params = ["cx", "size", "alignment", "what"].map((param) => (param === "cx" ? param : code.fresh(param)));
      const [cx, size, alignment, what] = params.map(local) as [Expr, Expr, Expr, Expr];
      code.setMayNotLeave(1);
      const found = method(cx, "realloc", constant(0), constant(0), alignment, size);
      const ptr = code.bind(binary(found, ">>>", 0), "ptr");
      code.setMayNotLeave(0);
      code.do(call("checkRoom", cx, ptr, size, alignment, what));
      code.return(ptr);
      this.#functions.push({ name: this.#allocator, params, body: code.statements });
    }
    return own(this.#allocator);
  }

  /** A number for `t`: its index in the plan, or, for a type that despecialization made, one beyond. */
  idOf(t: ValType): number {
    return getOrInsert(this.#ids, t, () => this.#ids.size);
  }
}

const captureNames =
  /^(cx|memory|scope|instance|callee.*|host|failed|postReturn|entering\d*|resource\d+|async\d+|labels\d+|cases\d+|views|path)$/;
