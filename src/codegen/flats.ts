/**
 * The core values that values are passed flat in: `CoreValueIter` in the specification, and the coercions between what a
 * case's payload flattens to and what all the cases of a variant share ("Flattening" in CanonicalABI.md).
 */

import type { FlatType } from "../abi/flatten.ts";
import { assert } from "../errors/component-error.ts";
import { call } from "./build.ts";
import type { Expr } from "./tree.ts";

export interface Flat {
  readonly type: FlatType;
  readonly value: Expr;
}

/** Gives one core value after the other. `CoreValueIter` in the specification. */
export class Flats {
  readonly #flats: readonly Flat[];
  #next = 0;

  constructor(flats: readonly Flat[]) {
    this.#flats = flats;
  }

  /** The next value, coerced to `want` if a variant stands between (`CoerceValueIter` in the specification). */
  next(want: FlatType): Expr {
    const flat = this.#flats[this.#next++];
    assert(flat !== undefined, "a core value for each part of a type");
    return liftCoerced(flat.value, flat.type, want);
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
