/**
 * The core values that values are passed flat in: what they are lifted from and lowered to ("Flat Lifting" and
 * "Flat Lowering" in CanonicalABI.md), and the coercions between what a
 * case's payload flattens to and what all the cases of a variant share ("Flattening" in CanonicalABI.md).
 */
import { type FlatType, flattenType, flattenVariant } from "../abi/flatten.ts";
import { assert } from "../errors/component-error.ts";
import type { Case, ValType } from "../types/types.ts";
import { array, binary, call, constant, index } from "./build.ts";
import type { Code, Side } from "./generator.ts";
import type { OutOfLine, Source } from "./lift.ts";
import type { BeginCase, Target } from "./lower.ts";
import type { Expr } from "./tree.ts";
import { liftRange, lowerRange, type Range, type View } from "./views.ts";

export interface Flat {
  readonly type: FlatType;
  readonly value: Expr;
}

/** Gives one core value after the other, for values on `side`. `CoreValueIter` in the specification. */
export class Flats implements Source {
  readonly address: undefined;
  readonly #side: Side;
  readonly #flats: readonly Flat[];
  #next = 0;

  constructor(side: Side, flats: readonly Flat[]) {
    this.#side = side;
    this.#flats = flats;
  }

  /** The next value, coerced to `want` if a variant stands between (`CoerceValueIter` in the specification). */
  next(want: FlatType): Expr {
    const flat = this.#flats[this.#next++];
    // There is one for each part of a type.
    assert(flat !== undefined);
    return liftCoerced(flat.value, flat.type, want);
  }

  /** `lift_flat_unsigned` and `lift_flat_signed` in the specification. Integers come as core WebAssembly has them: signed. */
  number(kind: View): Expr {
    switch (kind) {
      case "u8":
        return binary(this.next("i32"), "&", 0xff);
      case "s8":
        return binary(binary(this.next("i32"), "<<", 24), ">>", 24);
      case "u16":
        return binary(this.next("i32"), "&", 0xffff);
      case "s16":
        return binary(binary(this.next("i32"), "<<", 16), ">>", 16);
      case "u32":
        return binary(this.next("i32"), ">>>", 0);
      case "s32":
        return this.next("i32");
      case "u64":
        return call("unsigned64", this.next("i64"));
      case "s64":
        return this.next("i64");
      case "f32":
      case "f64":
        return this.next(kind);
    }
  }

  bits(): Expr {
    return this.next("i32");
  }

  range(of: "string" | "list"): Range {
    const { pointer } = this.#side;
    const ptr = this.next(pointer);
    return liftRange(this.#side, of, ptr, this.next(pointer));
  }

  parts(): () => Source {
    return () => this;
  }

  variant(cases: readonly Case[]): { readonly tag: Expr; readonly payload: () => Source } {
    const [, ...shared] = flattenVariant(cases, this.#side.pointer);
    const tag = this.next("i32");
    const payload = shared.map((type: FlatType): Flat => ({ type, value: this.next(type) }));
    return { tag, payload: () => new Flats(this.#side, payload) };
  }

  outOfLine(t: ValType): OutOfLine {
    const types = flattenType(t, this.#side.pointer);
    return {
      what: "liftFlat",
      inputs: types.map((_, i) => `flat${i}`),
      args: types.map((type) => this.next(type)),
      inside: (_, values) =>
        new Flats(
          this.#side,
          values.map((value, i) => ({ type: types[i]!, value })),
        ),
    };
  }
}

/** Takes one core value after the other, from values on `side`. */
export class LoweredFlats implements Target {
  readonly address: undefined;
  readonly #code: Code;
  readonly #side: Side;
  readonly #flats: Flat[] = [];

  constructor(code: Code, side: Side) {
    this.#code = code;
    this.#side = side;
  }

  get values(): readonly Expr[] {
    return this.#flats.map(({ value }) => value);
  }

  /** `lower_flat_signed` in the specification. Numbers beyond 2^31 would be doubles, which some engines convert slowly. */
  number(kind: View, value: Expr): void {
    const isShort = kind !== "u64" && kind !== "s64" && kind !== "f32" && kind !== "f64";
    const type = isShort ? "i32" : kind === "f32" || kind === "f64" ? kind : "i64";
    this.#flats.push({ type, value: kind === "u32" ? binary(value, "|", 0) : value });
  }

  bits(_: View, value: Expr): void {
    this.#flats.push({ type: "i32", value });
  }

  range(of: "string" | "list", range: Range): void {
    for (const value of lowerRange(this.#side, of, range)) this.#flats.push({ type: this.#side.pointer, value });
  }

  parts(): () => Target {
    return () => this;
  }

  /** Locals for the case and for what all cases' payloads share, all 0 yet. */
  variant(cases: readonly Case[]): BeginCase {
    const [, ...shared] = flattenVariant(cases, this.#side.pointer);
    const tag = this.#code.declare("tag", constant(0));
    const payload = shared.map((type): Flat => {
      return { type, value: this.#code.declare("payload", constant(type === "i64" ? 0n : 0)) };
    });
    this.#flats.push({ type: "i32", value: tag }, ...payload);
    return (i, write) => {
      if (i !== 0) this.#code.assign(tag, constant(i));
      const own = new LoweredFlats(this.#code, this.#side);
      write(own);
      for (const [n, { type, value }] of own.#flats.entries()) {
        this.#code.assign(payload[n]!.value, lowerCoerced(value, type, payload[n]!.type));
      }
    };
  }

  outOfLine(t: ValType, value: Expr, write: (code: Code, value: Expr, target: Target) => void): void {
    const helper = this.#code.generator.helper("lowerFlat", this.#side, t, ["value"], (inner, [v]) => {
      const inside = new LoweredFlats(inner, this.#side);
      write(inner, v!, inside);
      return array(inside.values);
    });
    const flats = this.#code.bind(this.#code.callHelper(helper, this.#side, [value]), "flats");
    for (const [i, type] of flattenType(t, this.#side.pointer).entries()) {
      this.#flats.push({ type, value: index(flats, i) });
    }
  }
}

/** From what cases share to what one of them wants. */
function liftCoerced(value: Expr, have: FlatType, want: FlatType): Expr {
  if (have === want) return value;
  if (have === "i32" && want === "f32") return call("bitsToF32", value);
  assert(have === "i64");
  switch (want) {
    case "i32":
      return call("wrapI64", value);
    case "f32":
      return call("bitsToF32", call("wrapI64", value));
    default:
      return call("bitsToF64", value);
  }
}

/** The reverse. */
function lowerCoerced(value: Expr, have: FlatType, want: FlatType): Expr {
  if (have === want) return value;
  if (have === "f32" && want === "i32") return call("f32ToBits", value);
  assert(want === "i64");
  switch (have) {
    case "i32":
      return call("extendI32", value);
    case "f32":
      return call("extendI32", call("f32ToBits", value));
    default:
      return call("f64ToBits", value);
  }
}
