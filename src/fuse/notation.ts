/**
 * A notation for functions of core WebAssembly that handle text and bytes in two memories, and what compiles it: in one
 * pass, for a stack machine takes operands in the order in which they are written.
 *
 *     (ptr: from, n: i32) -> i32 {
 *       let end = ptr + n
 *       while end - ptr >= 16 {
 *         return 0 if i8x16.bitmask(v128(ptr))
 *         ptr += 16
 *       }
 *       return rest(ptr, end)
 *     }
 *
 * - A value is an `i32`, an `i64`, a `v128`, or a pointer: `from` into the memory that is copied from, `to` into the other.
 *   Where one number meets another, the right one becomes as wide as the left one. All are unsigned.
 * - `u8(p)`, `u16(p)`, `u32(p)`, `u64(p)`, `v128(p)` are what lies at `p`, in its memory, and can be assigned to; `u8(p, 3)`
 *   lies three bytes behind. `low(p)` is the lower half of a vector when it is assigned to; `wide(p)` eight bytes as units.
 * - Operators bind as in Go: `* & << >>` before `+ - | ^` before comparisons. `!x` is whether `x` is 0.
 * - `let` makes a variable of the type of its value; `i32(x)` and `to(x)` are numbers of that width. `TAG` is that of UTF-16
 *   in the length of a string. `x8(n)` and `x16(n)` are constant vectors.
 * - A name with a dot in it is the instruction of that name, any other a function.
 * - `loop` goes on until it is left. `break`, `continue` and `return` may have a condition, the first two the name of a loop
 *   or block that is not the innermost.
 */
import { UTF16_TAG, UTF16_TAG_64 } from "../abi/constants.ts";
import type { PointerType } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import { Body, type Item, type Label, type Local, type MemArg } from "../wasm/body.ts";
import type { InstructionName } from "../wasm/instructions.ts";

type Memory = "from" | "to";
type CoreType = "i32" | "i64" | "v128";
type Value = CoreType | Memory;

/** The types of pointers into the two memories. */
export type Pointers = Readonly<Record<Memory, PointerType>>;

interface Signature {
  readonly params: readonly (readonly [name: string, type: Value])[];
  readonly results: readonly Value[];
}

/** What a text can call besides instructions, and the constant vectors that it can use. */
export interface Scope {
  /** The text of a function, or the beginning of one. */
  readonly text: (name: string) => string;
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

/** A function for any two memories of these types. */
export interface Template {
  readonly params: readonly CoreType[];
  readonly results: readonly CoreType[];
  readonly body: Body;
  /** What stands in the body for the memories (`from` and `to`) and for functions, by their names. */
  readonly items: ReadonlyMap<Item, string>;
}

/** What stands for the types of parameters and results in `text`. */
export function signatureOf(text: string): Signature {
  const [, params, results] = /^\((.*?)\)(?: -> (.*?))? \{/s.exec(text)!;
  return {
    params: params!.split(", ").map((param) => param.split(": ") as [string, Value]),
    results: (results?.split(", ") ?? []) as Value[],
  };
}

/** What `text` says. */
export function compile(text: string, pointers: Pointers, scope: Scope): Template {
  return new Compiler(text, pointers, scope).func();
}

/** How strongly each operator binds, and its instruction. */
const operators: Readonly<Record<string, readonly [strength: number, instruction: string]>> = {
  "*": [3, "mul"], "&": [3, "and"], "<<": [3, "shl"], ">>": [3, "shr_u"],
  "+": [2, "add"], "-": [2, "sub"], "|": [2, "or"], "^": [2, "xor"],
  "==": [1, "eq"], "!=": [1, "ne"], "<": [1, "lt_u"], "<=": [1, "le_u"], ">": [1, "gt_u"], ">=": [1, "ge_u"],
}; // biome-ignore format: by strength

/** What can lie in memory: its type there, and how it is loaded and stored. */
const places: Readonly<Record<string, readonly [type: CoreType, load: Access, store?: Access]>> = {
  u8: ["i32", "i32.load8_u", "i32.store8"],
  u16: ["i32", "i32.load16_u", "i32.store16"],
  u32: ["i32", "i32.load", "i32.store"],
  u64: ["i64", "i64.load", "i64.store"],
  v128: ["v128", "v128.load", "v128.store"],
  wide: ["v128", "v128.load8x8_u"],
};
type Access = Extract<InstructionName, `${string}.${"load" | "store"}${"" | "8" | "16" | "8_u" | "16_u" | "8x8_u"}`>;

class Compiler {
  readonly #code: Body;
  readonly #pointers: Pointers;
  readonly #scope: Scope;
  readonly #items: Map<string, Item> = new Map();
  readonly #signature: Signature;
  readonly #variables: Map<string, { readonly local: Local; readonly type: Value }> = new Map();
  /** Where `break` and `continue` go; the innermost have no name of their own. */
  readonly #labels: { readonly name: string; readonly end: Label; readonly start: Label | undefined }[] = [];
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string, pointers: Pointers, scope: Scope) {
    this.#pointers = pointers;
    this.#scope = scope;
    this.#signature = signatureOf(text);
    this.#tokens = text.slice(text.indexOf("{")).match(/\w[\w.]*|[-+<>=!]=|<<|>>|\S/g)!;
    this.#code = new Body(this.#signature.params.length);
  }

  func(): Template {
    const { params, results } = this.#signature;
    for (const [i, [name, type]] of params.entries()) this.#variables.set(name, { local: this.#code.param(i), type });
    this.#block();
    // All that have results return them.
    if (results.length > 0) this.#code.emit("unreachable");
    return {
      params: params.map(([, type]) => this.#core(type)),
      results: results.map((type) => this.#core(type)),
      body: this.#code,
      items: new Map(Array.from(this.#items, ([name, item]) => [item, name])),
    };
  }

  #core(type: Value): CoreType {
    return type === "from" || type === "to" ? this.#pointers[type] : type;
  }

  #item<K extends Item["kind"]>(kind: K, name: string): Item<K> {
    const item = (this.#items.get(name) as Item<K> | undefined) ?? { kind, type: () => {} };
    this.#items.set(name, item);
    return item;
  }

  // ---- Tokens

  #next(): string {
    return this.#tokens[this.#at++]!;
  }

  #eat(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    assert(found === token, `\`${token}\` instead of \`${found}\``);
  }

  // ---- Statements

  #block(): void {
    this.#expect("{");
    while (!this.#eat("}")) this.#statement();
  }

  #statement(): void {
    const word = this.#next();
    switch (word) {
      case "if":
        this.#if();
        return;
      case "while":
      case "loop":
      case "block":
        this.#loop(word, "");
        return;
      case "let":
        this.#let();
        return;
      case "return":
        this.#return();
        return;
      case "break":
      case "continue":
        this.#branch(word);
        return;
    }
    if (this.#eat(":")) {
      this.#loop(this.#next(), word);
      return;
    }
    const variable = this.#variables.get(word);
    if (variable !== undefined) this.#assign(variable);
    else if (places[word] !== undefined || word === "low") this.#store(word);
    else this.#call(word);
  }

  #if(): void {
    this.#expression();
    this.#code.emit("if", undefined);
    this.#block();
    if (this.#eat("else")) {
      this.#code.emit("else");
      if (this.#eat("if")) this.#if();
      else this.#block();
    }
    this.#code.emit("end");
  }

  #loop(word: string, name: string): void {
    const code = this.#code;
    const repeats = word !== "block";
    const end: Label = { depth: code.emit("block", undefined).depth };
    const start: Label | undefined = repeats ? { depth: code.emit("loop", undefined).depth } : undefined;
    this.#labels.push({ name, end, start });
    if (word === "while") {
      this.#expression();
      code.emit("i32.eqz").emit("br_if", end);
    }
    this.#block();
    this.#labels.pop();
    if (start !== undefined) code.emit("br", start).emit("end");
    code.emit("end");
  }

  #branch(word: "break" | "continue"): void {
    const named = this.#labels.filter(({ name }) => name === this.#tokens[this.#at]).at(-1);
    if (named !== undefined) this.#at++;
    const { end, start } = named ?? this.#labels.at(-1)!;
    const label = word === "break" ? end : start!;
    if (this.#eat("if")) {
      this.#expression();
      this.#code.emit("br_if", label);
    } else this.#code.emit("br", label);
  }

  #return(): void {
    const { results } = this.#signature;
    for (const [i, result] of results.entries()) {
      if (i > 0) this.#expect(",");
      const given = this.#expression(result);
      // A call may have given all of them.
      if (this.#tokens[this.#at] !== "," && i === 0 && results.length > 1) break;
      this.#convert(given, result);
    }
    if (this.#eat("if")) {
      this.#expression();
      this.#code.emit("br_if", { depth: 0 });
      for (const _ of results) this.#code.emit("drop");
    } else this.#code.emit("return");
  }

  #let(): void {
    const names = [this.#next()];
    while (this.#eat(",")) names.push(this.#next());
    this.#expect("=");
    const types = names.length > 1 ? this.#call(this.#next()) : [this.#expression()];
    for (const [i, name] of [...names.entries()].reverse()) {
      const type = types[i]!;
      const known = this.#variables.get(name);
      const local = known?.type === type ? known.local : this.#code.local(this.#core(type));
      this.#variables.set(name, { local, type });
      this.#code.emit("local.set", local);
    }
  }

  #assign({ local, type }: { readonly local: Local; readonly type: Value }): void {
    const sign = this.#next();
    if (sign !== "=") this.#code.emit("local.get", local);
    this.#convert(this.#expression(type), type);
    if (sign !== "=") this.#operator(type, operators[sign[0]!]![1]);
    this.#code.emit("local.set", local);
  }

  #store(word: string): void {
    const memarg = this.#place();
    this.#expect("=");
    if (word === "low") {
      this.#expression("v128");
      this.#code.emit("v128.store64_lane", memarg, 0);
      return;
    }
    const [type, , store] = places[word]!;
    this.#convert(this.#expression(type), type);
    this.#code.emit(store!, memarg);
  }

  /** What stands between parentheses behind `u8` and its like. Leaves the address on the stack. */
  #place(): MemArg {
    this.#expect("(");
    const memory = this.#expression();
    assert(memory === "from" || memory === "to");
    const offset = this.#eat(",") ? Number(this.#next()) : 0;
    this.#expect(")");
    return { memory: this.#item("memory", memory), offset };
  }

  // ---- Expressions

  /** Leaves a value on the stack. A constant is of the type that is wanted. */
  #expression(want: Value = "i32", strength = 0): Value {
    let left = this.#operand(want);
    for (;;) {
      const operator = operators[this.#tokens[this.#at]!];
      if (operator === undefined || operator[0] <= strength) return left;
      this.#at++;
      const right = this.#expression(left, operator[0]);
      this.#convert(right, left);
      this.#operator(left, operator[1]);
      if (operator[0] === 1) left = "i32";
    }
  }

  #operator(type: Value, name: string): void {
    this.#code.emit(`${this.#core(type)}.${name}` as "i32.add");
  }

  #convert(from: Value, to: Value): void {
    const [have, want] = [this.#core(from), this.#core(to)];
    if (have === want) return;
    this.#code.emit(want === "i64" ? "i64.extend_i32_u" : "i32.wrap_i64");
  }

  #operand(want: Value): Value {
    const code = this.#code;
    const word = this.#next();
    if (word === "(") {
      const type = this.#expression(want);
      this.#expect(")");
      return type;
    }
    if (word === "!") {
      this.#operator(this.#operand("i32"), "eqz");
      return "i32";
    }
    if (/^\d|TAG/.test(word)) {
      if (this.#core(want) === "i64") code.emit("i64.const", word === "TAG" ? UTF16_TAG_64 : BigInt(word));
      else code.emit("i32.const", word === "TAG" ? UTF16_TAG : Number(word));
      return want;
    }
    const variable = this.#variables.get(word);
    if (variable !== undefined) {
      code.emit("local.get", variable.local);
      return variable.type;
    }
    const vector = this.#scope.vectors[word];
    if (vector !== undefined) {
      code.emit("v128.const", vector);
      return "v128";
    }
    const place = places[word];
    if (place !== undefined) {
      code.emit(place[1], this.#place());
      return place[0];
    }
    return this.#call(word)[0]!;
  }

  /** A call of what `name` is; gives the types of its results. */
  #call(name: string): readonly Value[] {
    this.#expect("(");
    switch (name) {
      case "i32":
      case "to":
        this.#args([name]);
        return [name];
      case "x8":
      case "x16": {
        const value = Number(this.#next());
        this.#expect(")");
        this.#code.emit(
          "v128.const",
          lanes((i) => (name === "x16" && i % 2 === 1 ? value >> 8 : value & 0xff)),
        );
        return ["v128"];
      }
      // As many bytes from one memory to the other.
      case "copy": {
        const { from, to } = this.#pointers;
        this.#args(["to", "from", from === "i64" ? to : "i32"]);
        this.#code.emit("memory.copy", this.#item("memory", "to"), this.#item("memory", "from"));
        return [];
      }
      // The bytes that stand so many places before those of the second vector, the first being what comes before it.
      case "before": {
        this.#args(["v128", "v128"]);
        const n = Number(this.#next());
        this.#expect(")");
        this.#code.emit(
          "i8x16.shuffle",
          lanes((i) => 16 - n + i),
        );
        return ["v128"];
      }
    }
    if (name.includes(".")) return [this.#instruction(name)];
    const { params, results } = signatureOf(this.#scope.text(name));
    this.#args(params.map(([, type]) => type));
    this.#code.emit("call", this.#item("func", name));
    return results;
  }

  /** Arguments of these types; more may follow if no parenthesis does. */
  #args(types: readonly Value[]): void {
    for (const [i, type] of types.entries()) {
      this.#convert(this.#expression(type), type);
      this.#expect(i === types.length - 1 && this.#tokens[this.#at] === ")" ? ")" : ",");
    }
  }

  #instruction(name: string): Value {
    do this.#expression();
    while (this.#eat(","));
    this.#expect(")");
    this.#code.emit(name as "v128.or");
    return /true|bitmask/.test(name) ? "i32" : "v128";
  }
}

function lanes(of: (i: number) => number): number[] {
  return Array.from({ length: 16 }, (_, i) => of(i));
}
