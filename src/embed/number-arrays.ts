/** The JavaScript form of lists of numbers. */
import type { ValType } from "../types/types.ts";

const typedArrays = {
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
} as const satisfies { readonly [K in ValType["kind"]]?: unknown };

/** The class of lists with such elements; `undefined` if they are plain arrays. */
export function typedArrayFor(element: ValType): (new (items: readonly unknown[]) => ArrayLike<unknown>) | undefined {
  return (typedArrays as { readonly [K in ValType["kind"]]?: unknown })[element.kind] as never;
}

/** A list as JavaScript has it: a typed array of numbers, else an array. */
export function listOf(items: readonly unknown[], element: ValType): ArrayLike<unknown> {
  const TypedArray = typedArrayFor(element);
  return TypedArray === undefined ? items : new TypedArray(items);
}
