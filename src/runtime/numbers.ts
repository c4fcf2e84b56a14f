/**
 * Numbers and characters between JavaScript and core WebAssembly: the scalar cases of `lift_flat` and
 * `lower_flat`, and the conversions of floats and characters that they use.
 *
 * A value that comes from JavaScript is checked, never coerced: 300 is not a `u8`, `"1"` is not a number. The check that
 * fails says nothing, since it must cost nothing where it holds; `explain.ts` walks the value again to say what is wrong.
 */
import { trap } from "./trap.ts";

/** What `invalid` throws: a JavaScript value is not of the type wanted. Never reaches the embedder. */
export class InvalidValue {}

/** What is given for a map has too many. Told as it is: an iterable may not give them again, and takes as long. */
export class TooManyEntries extends InvalidValue {
  readonly most: number;

  constructor(most: number) {
    super();
    this.most = most;
  }
}

const invalidValue = new InvalidValue();

/** Gives up on a JavaScript value. Whoever knows the call's types catches this and explains. */
export function invalid(): never {
  throw invalidValue;
}

export function toU64(v: unknown): bigint {
  return typeof v === "bigint" && BigInt.asUintN(64, v) === v ? v : invalid();
}

export function toS64(v: unknown): bigint {
  return typeof v === "bigint" && BigInt.asIntN(64, v) === v ? v : invalid();
}

/** `char_to_i32` in the specification. */
export function toChar(v: unknown): number {
  if (typeof v === "string" && v.length === 1) {
    const unit = v.charCodeAt(0);
    if ((unit & 0xf800) !== 0xd800) return unit;
  }
  return pairToChar(v);
}

function pairToChar(v: unknown): number {
  const codePoint = typeof v === "string" && v.length === 2 ? v.codePointAt(0)! : 0;
  return codePoint > 0xffff ? codePoint : invalid();
}

/** `convert_i32_to_char` in the specification. */
export function charFromI32(i: number): string {
  return i >>> 0 < 0xd800 ? String.fromCharCode(i) : String.fromCodePoint(checkChar(i));
}

/** The same for a character that stays a number. */
export function checkChar(i: number): number {
  const codePoint = i >>> 0;
  if (codePoint >= 0x110000 || (codePoint & 0xfffff800) === 0xd800) trap("invalid-char", { bits: codePoint });
  return codePoint;
}

/** `trap_if(case_index >= len(cases))` in the specification. */
export function invalidDiscriminant(): never {
  return trap("invalid-discriminant");
}

/** Where the labels of many cases are found. */
export function caseTable(labels: readonly string[]): ReadonlyMap<unknown, number> {
  return new Map(labels.map((label, i) => [label, i]));
}

export function checkDiscriminant(i: number, count: number): number {
  return i >>> 0 < count ? i : trap("invalid-discriminant");
}

// ---- Integers of other widths

/** `wrap_i64_to_i32` in the specification; signed. */
export function wrapI64(i: bigint): number {
  return Number(BigInt.asIntN(32, i));
}

/** The reverse: 32 bits of either sign, as the lower half of 64. */
export function extendI32(i: number): bigint {
  return BigInt(i >>> 0);
}

export function unsigned64(i: bigint): bigint {
  return BigInt.asUintN(64, i);
}

/** A pointer or a length, for a 64-bit memory. */
export function pointerTo64(ptr: number): bigint {
  return BigInt(ptr);
}

// ---- Floats seen as integers, which they become where cases of a variant share a core value

const f64 = new Float64Array(1);
const i64 = new BigInt64Array(f64.buffer);
const f32 = new Float32Array(f64.buffer);
const i32 = new Int32Array(f64.buffer);

/** `encode_float_as_i32`, `maybe_scramble_nan32` and `core_i32_reinterpret_f32` in the specification: one NaN for all. */
export function f32ToBits(v: number): number {
  if (Number.isNaN(v)) return 0x7fc00000;
  f32[0] = v;
  return i32[0]!;
}

/** `decode_i32_as_float`, `canonicalize_nan32` and `core_f32_reinterpret_i32` in the specification. */
export function bitsToF32(bits: number): number {
  i32[0] = bits;
  const v = f32[0]!;
  return Number.isNaN(v) ? Number.NaN : v;
}

/** `encode_float_as_i64`, `maybe_scramble_nan64` and `core_i64_reinterpret_f64` in the specification: one NaN for all. */
export function f64ToBits(v: number): bigint {
  if (Number.isNaN(v)) return 0x7ff8000000000000n;
  f64[0] = v;
  return i64[0]!;
}

/** `decode_i64_as_float`, `canonicalize_nan64` and `core_f64_reinterpret_i64` in the specification. */
export function bitsToF64(bits: bigint): number {
  i64[0] = bits;
  const v = f64[0]!;
  return Number.isNaN(v) ? Number.NaN : v;
}
