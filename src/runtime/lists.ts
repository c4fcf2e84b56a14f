/**
 * Ranges of a guest's memory, and what has to be checked of them before anything is read or written: the checks of
 * `load_list_from_range` and `store_list_into_range` in the specification, and of whatever else a pointer leads to.
 */
import { MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH } from "../abi/constants.ts";
import type { Span } from "../errors/messages.ts";
import type { LiftLowerContext } from "./context.ts";
import { invalid } from "./numbers.ts";
import { trap } from "./trap.ts";

/**
 * Whether `end` lies beyond the memory, which may have grown since its views were made. Where the answer is no, they are
 * those of the memory as it is now: where it is not known from the old ones, and even if there is nothing up to `end`.
 */
export function beyond({ memory }: LiftLowerContext, end: number): boolean {
  return end >= memory.u8.length && end > memory.refresh().u8.length;
}

// What traps is in functions of its own: the shorter one is that seldom does, the sooner engines put it in the place of its
// calls.

/** Traps unless `size` bytes at `ptr` are the guest's, and aligned. Alignments are powers of 2. */
export function checkPointer(cx: LiftLowerContext, ptr: number, size: number, alignment: number): number {
  if ((ptr & (alignment - 1)) !== 0 || beyond(cx, ptr + size)) wrongRange(cx, ptr, size, alignment, "pointer");
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
  const size = length * elementSize;
  if (size > MAX_LIST_BYTE_LENGTH || (ptr & (alignment - 1)) !== 0 || beyond(cx, ptr + size)) {
    wrongRange(cx, ptr, size, alignment, "list");
  }
  return ptr;
}

/** The checks of `load_string_from_range` in the specification. */
export function checkString(cx: LiftLowerContext, ptr: number, size: number, alignment: 1 | 2): void {
  if (size > MAX_STRING_BYTE_LENGTH || (ptr & (alignment - 1)) !== 0 || beyond(cx, ptr + size)) {
    wrongRange(cx, ptr, size, alignment, "string");
  }
}

function wrongRange(
  cx: LiftLowerContext,
  ptr: number,
  size: number,
  alignment: number,
  what: "pointer" | "list" | "string",
): never {
  if (what === "list" && size > MAX_LIST_BYTE_LENGTH) trap("list-too-long");
  if (what === "string" && size > MAX_STRING_BYTE_LENGTH) trap("string-too-long");
  const where = span(cx, ptr, size, alignment);
  return trap((ptr & (alignment - 1)) === 0 ? `${what}-out-of-bounds` : "unaligned-pointer", where);
}

/** As many bytes as a list may have that a host passes in. */
const limits = { i32: MAX_LIST_BYTE_LENGTH, i64: 2 * MAX_LIST_BYTE_LENGTH };

/**
 * The first half of `store_list_into_range` in the specification: room for `length` elements, which are yet to be
 * stored. Leaves `length` in `cx.length`.
 *
 * What a guest may pass on, the host may pass in: so lists are limited here as `load_list_from_range` limits them, but
 * twice as much where pointers are 64-bit, as a list from a 32-bit guest may double in size.
 */
export function allocateList(cx: LiftLowerContext, length: number, elementSize: number, alignment: number): number {
  const size = length * elementSize;
  // A proxy of an array may have any length.
  if (length >>> 0 !== length || size > limits[cx.pointer]) invalid();
  const ptr = reallocate(cx, 0, 0, alignment, size, "list");
  cx.length = length;
  return ptr;
}

/** Room for parameters that go through memory. (`lower_flat_values` in the specification.) */
export function allocateParams(cx: LiftLowerContext, size: number, alignment: number): number {
  return reallocate(cx, 0, 0, alignment, size, "pointer");
}

/** `cx.reallocate`, and what the specification checks after each use of it: that what was found is the guest's, and aligned. */
export function reallocate(
  cx: LiftLowerContext,
  old: number,
  oldSize: number,
  alignment: number,
  size: number,
  what: "string" | "list" | "pointer",
): number {
  const ptr = cx.reallocate(old, oldSize, alignment, size);
  if ((ptr & (alignment - 1)) !== 0 || beyond(cx, ptr + size)) wrongRoom(cx, ptr, size, alignment, what);
  return ptr;
}

function wrongRoom(
  cx: LiftLowerContext,
  ptr: number,
  size: number,
  alignment: number,
  what: "string" | "list" | "pointer",
): never {
  const where = span(cx, ptr, size, alignment);
  if ((ptr & (alignment - 1)) !== 0) trap("realloc-unaligned", where);
  return trap("realloc-out-of-bounds", { what, ...where });
}

/** For messages. */
function span({ memory }: LiftLowerContext, ptr: number, size: number, alignment: number): Span {
  return { ptr, size, alignment, memory: memory.u8.length };
}
