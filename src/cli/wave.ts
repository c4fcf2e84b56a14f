/**
 * What reading and printing WAVE have in common: its keywords, and the JavaScript form of lists.
 */
import type { ValType } from "../types/types.ts";

const keywords: ReadonlySet<string> = new Set(["true", "false", "inf", "nan", "some", "none", "ok", "err"]);

/** Whether a label must be written with a `%` before it where it stands for a value. */
export function isKeyword(label: string): boolean {
  return keywords.has(label);
}

const typedArrays: { readonly [K in ValType["kind"]]?: new (items: never) => unknown } = {
  s8: Int8Array,
  u8: Uint8Array,
  s16: Int16Array,
  u16: Uint16Array,
  s32: Int32Array,
  u32: Uint32Array,
  s64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** A list as JavaScript has it: a typed array of numbers, else an array. */
export function listOf(items: readonly unknown[], element: ValType): unknown {
  const TypedArray = typedArrays[element.kind];
  return TypedArray === undefined ? items : new TypedArray(items as never);
}
