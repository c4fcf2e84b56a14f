/**
 * The language that generated code is written in: a small subset of JavaScript, as data.
 *
 * It has two readers. `print.ts` writes it as source, for `new Function` and for people; `closures.ts` turns it into
 * closures, for hosts whose security policy forbids `new Function`. Since it is JavaScript by definition, neither of them
 * knows anything of the Component Model, and that both agree is a law that tests can try on any tree.
 *
 * To keep both simple: there is nothing in it that no generator writes (no -0, nor members of numbers), names of locals are
 * unique within a function, a function refers to no local of another but to the constants of its maker, and `switch` never
 * falls through.
 */

export type Constant = number | bigint | string | boolean | null | undefined;

export type BinaryOperator = "+" | "*" | "/" | "&" | "|" | "<<" | ">>" | ">>>" | "===" | "!==" | "==" | "<";

export type Expr =
  | { readonly op: "constant"; readonly value: Constant }
  /** A parameter or local of the function, or a constant of its maker. */
  | { readonly op: "local"; readonly name: string }
  /** Something from outside: a function of the runtime's library, or of the module itself. */
  | { readonly op: "env"; readonly name: string }
  | { readonly op: "get"; readonly object: Expr; readonly key: string }
  | { readonly op: "index"; readonly object: Expr; readonly index: Expr }
  | { readonly op: "call"; readonly callee: Expr; readonly args: readonly Expr[] }
  | { readonly op: "method"; readonly object: Expr; readonly key: string; readonly args: readonly Expr[] }
  | { readonly op: "not"; readonly operand: Expr }
  | { readonly op: "binary"; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr }
  | { readonly op: "record"; readonly fields: readonly (readonly [key: string, value: Expr])[] }
  | { readonly op: "array"; readonly elements: readonly Expr[] };

/** What a value can be asked to be: an integer of so many bits (a bigint if they are 64), or any number. */
export type Scalar = "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "number";

export type Stmt =
  | { readonly op: "const"; readonly name: string; readonly value: Expr }
  | { readonly op: "let"; readonly name: string; readonly value: Expr | undefined }
  /** `name = value` */
  | { readonly op: "assign"; readonly name: string; readonly value: Expr }
  /** `object.key = value` */
  | { readonly op: "set"; readonly object: Expr; readonly key: string; readonly value: Expr }
  /** `object[index] = value` */
  | { readonly op: "put"; readonly object: Expr; readonly index: Expr; readonly value: Expr }
  | { readonly op: "do"; readonly value: Expr }
  | {
      readonly op: "if";
      readonly test: Expr;
      readonly consequent: readonly Stmt[];
      readonly alternate: readonly Stmt[];
    }
  | {
      readonly op: "switch";
      readonly subject: Expr;
      readonly cases: readonly SwitchCase[];
      readonly alternate: readonly Stmt[];
    }
  /** `for (let name = 0; name < below; name++)` */
  | { readonly op: "loop"; readonly name: string; readonly below: Expr; readonly body: readonly Stmt[] }
  /** `if (name is not of this kind) invalid();`. Of what is no number at all, finding out may throw something else. */
  | { readonly op: "expect"; readonly name: string; readonly kind: Scalar }
  | { readonly op: "return"; readonly value: Expr | undefined }
  | { readonly op: "throw"; readonly value: Expr }
  | { readonly op: "try"; readonly body: readonly Stmt[]; readonly error: string; readonly handler: readonly Stmt[] };

export interface SwitchCase {
  readonly value: number | string;
  readonly body: readonly Stmt[];
}

export interface Func {
  readonly name: string;
  readonly params: readonly string[];
  readonly body: readonly Stmt[];
}

/**
 * `function name(binding) { const …; return function … }`: makes `func` for one instance. The constants are computed
 * once, in order, from `binding`; `func` refers to them as it does to its locals.
 */
export interface Maker {
  readonly name: string;
  readonly constants: readonly { readonly name: string; readonly value: Expr }[];
  readonly func: Func;
}

/** The one parameter of makers. */
export const BINDING = "binding";

/** All that is generated for a component. Functions and makers refer to functions as `env`. */
export interface Module {
  readonly functions: readonly Func[];
  readonly makers: readonly Maker[];
}
