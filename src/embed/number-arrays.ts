/** The JavaScript form of lists of numbers. */
import { typedArrays } from "../runtime/typed-arrays.ts";
import type { ValType } from "../types/types.ts";

/** The class of lists with such elements; `undefined` if they are plain arrays. */
export function typedArrayFor(element: ValType): (new (items: readonly unknown[]) => ArrayLike<unknown>) | undefined {
  return (typedArrays as { readonly [K in ValType["kind"]]?: unknown })[element.kind] as never;
}

/** A list as JavaScript has it: a typed array of numbers, else an array. */
export function listOf(items: readonly unknown[], element: ValType): ArrayLike<unknown> {
  const TypedArray = typedArrayFor(element);
  return TypedArray === undefined ? items : new TypedArray(items);
}
