/**
 * The core values that values are passed flat in, as a source that they are lifted from ("Flat Lifting" in CanonicalABI.md),
 * and the coercions between what a
 * case's payload flattens to and what all the cases of a variant share ("Flattening" in CanonicalABI.md).
 */

import { type FlatType, flattenType, flattenVariant } from "../abi/flatten.ts";
import { assert } from "../errors/component-error.ts";
import type { Case, ValType } from "../types/types.ts";
import { binary, call } from "./build.ts";
import type { Side } from "./generator.ts";
import type { OutOfLine, Source } from "./lift.ts";
import { liftRange, type Range, type View } from "./place.ts";
import type { Expr } from "./tree.ts";

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
    assert(flat !== undefined, "a core value for each part of a type");
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
export function lowerCoerced(value: Expr, have: FlatType, want: FlatType): Expr {
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
