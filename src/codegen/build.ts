/**
 * Builders of trees, and `Body`, in which the statements of one function are put together.
 *
 * The generators write as one would by hand: an expression is passed on until it is used, and gets a name (`bind`) where
 * it has an effect or is used twice. So whatever a builder gives back must be free of effects, or a name.
 */
import type * as asyncLibrary from "../runtime/async-library.ts";
import type * as library from "../runtime/library.ts";
import type { BinaryOperator, Constant, Expr, Scalar, Stmt } from "./tree.ts";

/** The vocabulary of generated code. */
export type LibraryName = keyof typeof library | keyof typeof asyncLibrary;

export function constant(value: Constant): Expr {
  return { op: "constant", value };
}

export const nothing: Expr = constant(undefined);

export function local(name: string): Expr {
  return { op: "local", name };
}

/** Something of the library: what it does not have does not compile. */
export function env(name: LibraryName): Expr {
  return { op: "env", name };
}

/** A function of the module itself. */
export function own(name: string): Expr {
  return { op: "env", name };
}

/** `object.key`; of a record that is written out, the field's value itself. */
export function get(object: Expr, key: string): Expr {
  if (object.op === "record") {
    const field = object.fields.find(([name]) => name === key);
    if (field !== undefined) return field[1];
  }
  return { op: "get", object, key };
}

/** `object[at]`; of an array that is written out, the element itself. */
export function index(object: Expr, at: Expr | number): Expr {
  if (typeof at !== "number") return { op: "index", object, index: at };
  const element = object.op === "array" ? object.elements[at] : undefined;
  return element ?? { op: "index", object, index: constant(at) };
}

/** Calls a function of the library. */
export function call(name: LibraryName, ...args: readonly Expr[]): Expr {
  return { op: "call", callee: env(name), args };
}

export function apply(callee: Expr, args: readonly Expr[]): Expr {
  return { op: "call", callee, args };
}

export function method(object: Expr, key: string, ...args: readonly Expr[]): Expr {
  return { op: "method", object, key, args };
}

export function binary(left: Expr, operator: BinaryOperator, right: Expr | number): Expr {
  return { op: "binary", operator, left, right: typeof right === "number" ? constant(right) : right };
}

/** `e + n`, as one addition however often it is applied. */
export function plus(e: Expr, n: number): Expr {
  if (n === 0) return e;
  if (e.op === "constant" && typeof e.value === "number") return constant(e.value + n);
  if (e.op === "binary" && e.operator === "+" && e.right.op === "constant" && typeof e.right.value === "number") {
    return binary(e.left, "+", e.right.value + n);
  }
  return binary(e, "+", n);
}

export function not(operand: Expr): Expr {
  return { op: "not", operand };
}

export function record(fields: readonly (readonly [key: string, value: Expr])[]): Expr {
  return { op: "record", fields };
}

export function array(elements: readonly Expr[]): Expr {
  return { op: "array", elements };
}

/** Words that cannot name a local, in the strict mode that generated code is in. */
const keywords: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public return " +
    "static super switch this throw true try typeof var void while with yield undefined NaN Infinity library helpers binding"
  ).split(" "),
);

/** Gives out names for locals: as they are wanted where that is possible, and each once. */
export class Names {
  readonly #taken: Set<string> = new Set();
  /** Where to go on counting. Names are never given back, so what was taken below is taken still. */
  readonly #next: Map<string, number> = new Map();
  readonly #reserved: (name: string) => boolean;

  /** `reserved` says which names mean something else already. */
  constructor(reserved: (name: string) => boolean) {
    this.#reserved = reserved;
  }

  fresh(wanted: string): string {
    const plain = identifier(wanted);
    // A name may be reserved together with all that begins with it, or with all of its numbers: counting finds none then.
    const base = this.#reserved(`${plain}2`) ? `_${plain}` : plain;
    let name = base;
    let next = this.#next.get(base) ?? 2;
    for (; this.#taken.has(name) || keywords.has(name) || this.#reserved(name); next++) name = base + next;
    this.#next.set(base, next);
    this.#taken.add(name);
    return name;
  }
}

/** A name for a local that looks like `text`. Never with a `$`, which marks functions of the module. */
export function identifier(text: string): string {
  const name = text.replace(/[^A-Za-z0-9]+/g, "");
  return /^[A-Za-z]/.test(name) ? name : `_${name}`;
}

/** The statements of one function, while they are written. */
export class Body {
  readonly #names: Names;
  #statements: Stmt[] = [];
  #loops = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Whether what is written now is the body of a loop. */
  get isLooping(): boolean {
    return this.#loops > 0;
  }

  /** All statements of the function. */
  get statements(): readonly Stmt[] {
    return this.#statements;
  }

  /** A new parameter or local. */
  fresh(wanted: string): string {
    return this.#names.fresh(wanted);
  }

  add(statement: Stmt): void {
    this.#statements.push(statement);
  }

  /** `const name = value` */
  bind(value: Expr, wanted: string): Expr {
    const name = this.fresh(wanted);
    this.add({ op: "const", name, value });
    return local(name);
  }

  /** As `bind`, unless `value` can be repeated as it is. */
  named(value: Expr, wanted: string): Expr {
    const repeatable = value.op === "local" || value.op === "constant" || value.op === "record" || value.op === "array";
    return repeatable ? value : this.bind(value, wanted);
  }

  /** `let name = value` */
  declare(wanted: string, value?: Expr): Expr {
    const name = this.fresh(wanted);
    this.add({ op: "let", name, value });
    return local(name);
  }

  assign(target: Expr, value: Expr): void {
    if (target.op !== "local") throw new TypeError("only locals are assigned to");
    this.add({ op: "assign", name: target.name, value });
  }

  set(object: Expr, key: string, value: Expr): void {
    this.add({ op: "set", object, key, value });
  }

  put(object: Expr, at: Expr, value: Expr): void {
    this.add({ op: "put", object, index: at, value });
  }

  do(value: Expr): void {
    this.add({ op: "do", value });
  }

  return(value?: Expr): void {
    this.add({ op: "return", value });
  }

  /** `if (test) {…} else {…}` */
  if(test: Expr, consequent: () => void, alternate: () => void = () => {}): void {
    this.add({ op: "if", test, consequent: this.block(consequent), alternate: this.block(alternate) });
  }

  /** `value` has to be of `kind`. */
  expect(value: Expr, kind: Scalar): Expr {
    const named = value.op === "local" ? value : this.bind(value, value.op === "get" ? value.key : kind);
    if (named.op === "local") this.add({ op: "expect", name: named.name, kind });
    return named;
  }

  /** `try {…} catch (error) {…}` */
  try(body: () => void, wanted: string, handle: (error: Expr) => void): void {
    const tried = this.block(body);
    const error = this.fresh(wanted);
    this.add({ op: "try", body: tried, error, handler: this.block(() => handle(local(error))) });
  }

  /** `for (let i = 0; i < below; i++)` */
  loop(wanted: string, below: Expr, body: (i: Expr) => void): void {
    const name = this.fresh(wanted);
    this.#loops++;
    const statements = this.block(() => body(local(name)));
    this.#loops--;
    this.add({ op: "loop", name, below, body: statements });
  }

  /** `switch (subject) {…}`: an arm for each value; `other` says what to do for all others. */
  switch<V extends number | string>(
    subject: Expr,
    values: readonly V[],
    arm: (value: V, i: number) => void,
    other: () => void,
  ): void {
    const cases = values.map((value, i) => ({ value, body: this.block(() => arm(value, i)) }));
    this.add({ op: "switch", subject, cases, alternate: this.block(other) });
  }

  /** The statements that `write` adds, which it adds nowhere else. */
  block(write: () => void): Stmt[] {
    const outer = this.#statements;
    const inner: Stmt[] = [];
    this.#statements = inner;
    write();
    this.#statements = outer;
    return inner;
  }
}
