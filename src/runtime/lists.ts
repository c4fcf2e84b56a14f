/**
 * Ranges of a guest's memory, and what has to be checked of them before anything is read or written: the checks of
 * `load_list_from_range` and `store_list_into_range` in the specification, and of whatever else a pointer leads to.
 */
import { MAX_LIST_BYTE_LENGTH } from "../abi/constants.ts";
import type { Span } from "../errors/messages.ts";
import type { LiftLowerContext } from "./context.ts";
import { invalid } from "./numbers.ts";
import { trap } from "./trap.ts";

/**
 * Whether `end` lies beyond the memory, which may have grown since its views were made. Where the answer is no, they are
 * those of the memory as it is now: where it is not known from the old ones, and even if there is nothing up to `end`.
 */
export function beyond(cx: LiftLowerContext, end: number): boolean {
  return end >= cx.memory.u8.length && end > cx.memory.refresh().u8.length;
}

/** Traps unless `size` bytes at `ptr` are the guest's, and aligned. Alignments are powers of 2. */
export function checkPointer(cx: LiftLowerContext, ptr: number, size: number, alignment: number): number {
  if ((ptr & (alignment - 1)) !== 0) trap("unaligned-pointer", span(cx, ptr, size, alignment));
  if (beyond(cx, ptr + size)) trap("pointer-out-of-bounds", span(cx, ptr, size, alignment));
  return ptr;
}

/** The checks of `load_list_from_range` in the specification. */
export function checkList(
  cx: LiftLowerContext,
  ptr: number,
  length: number,
  elementSize: number,
  alignment: number,
): number {
  const byteLength = length * elementSize;
  if (byteLength > MAX_LIST_BYTE_LENGTH) trap("list-too-long");
  if ((ptr & (alignment - 1)) !== 0) trap("unaligned-pointer", span(cx, ptr, byteLength, alignment));
  if (beyond(cx, ptr + byteLength)) trap("list-out-of-bounds", span(cx, ptr, byteLength, alignment));
  return ptr;
}

/**
 * The first half of `store_list_into_range` in the specification: room for `length` elements, which are yet to be
 * stored. Leaves `length` in `cx.length`.
 *
 * What a guest may pass on, the host may pass in: so lists are limited here as `load_list_from_range` limits them, but
 * twice as much where pointers are 64-bit, as a list from a 32-bit guest may double in size.
 */
export function allocateList(cx: LiftLowerContext, length: number, elementSize: number, alignment: number): number {
  const byteLength = length * elementSize;
  // A proxy of an array may have any length.
  if (length >>> 0 !== length) invalid();
  if (byteLength > (cx.pointer === "i64" ? 2 * MAX_LIST_BYTE_LENGTH : MAX_LIST_BYTE_LENGTH)) invalid();
  const ptr = checkRoom(cx, cx.allocate(alignment, byteLength), byteLength, alignment, "list");
  cx.length = length;
  return ptr;
}

/** What `realloc` has found is the guest's own memory, and aligned. */
export function checkRoom(
  cx: LiftLowerContext,
  ptr: number,
  size: number,
  alignment: number,
  what: "string" | "list" | "pointer",
): number {
  if ((ptr & (alignment - 1)) !== 0) trap("realloc-unaligned", span(cx, ptr, size, alignment));
  if (beyond(cx, ptr + size)) trap("realloc-out-of-bounds", { what, ...span(cx, ptr, size, alignment) });
  return ptr;
}

/** For messages. */
export function span(cx: LiftLowerContext, ptr: number, size: number, alignment: number): Span {
  return { ptr, size, alignment, memory: cx.memory.u8.length };
}

/** Room for parameters that go through memory. (`lower_flat_values` in the specification.) */
export function allocateParams(cx: LiftLowerContext, size: number, alignment: number): number {
  return checkRoom(cx, cx.allocate(alignment, size), size, alignment, "pointer");
}
