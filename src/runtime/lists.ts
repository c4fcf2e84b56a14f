/**
 * Ranges of a guest's memory, and what has to be checked of them before anything is read or written: the checks of
 * `load_list_from_range` and `store_list_into_range` in the specification, and of whatever else a pointer leads to.
 */
import { MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH } from "../abi/constants.ts";
import type { Span } from "../errors/messages.ts";
import type { Purpose } from "../plan/plan.ts";
import type { LiftLowerContext, Realloc, Realloc64 } from "./context.ts";
import { mayNotLeave } from "./may-leave.ts";
import { trap } from "./trap.ts";

/**
 * Whether `end` lies beyond the memory, which may have grown since its views were made. Where the answer is no, they are
 * those of the memory as it is now: where it is not known from the old ones, and even if there is nothing up to `end`.
 */
export function beyond({ memory }: LiftLowerContext, end: number): boolean {
  return end >= memory.u8.length && end > memory.refresh().u8.length;
}

// What traps is in functions of its own: the shorter a function is, the sooner engines inline it.

/** Traps unless `size` bytes at `ptr` are the guest's, and aligned. Alignments are powers of 2. */
export function checkPointer(cx: LiftLowerContext, ptr: number, size: number, alignment: number): number {
  if ((ptr & (alignment - 1)) !== 0 || ptr + size >= cx.memory.u8.length) {
    checkRange(cx, ptr, size, alignment, "pointer");
  }
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
  if (size > MAX_LIST_BYTE_LENGTH || (ptr & (alignment - 1)) !== 0 || ptr + size >= cx.memory.u8.length) {
    checkRange(cx, ptr, size, alignment, "list");
  }
  return ptr;
}

/** The checks of `load_string_from_range` in the specification. */
export function checkString(cx: LiftLowerContext, ptr: number, size: number, alignment: 1 | 2): void {
  if (size > MAX_STRING_BYTE_LENGTH || (ptr & (alignment - 1)) !== 0 || ptr + size >= cx.memory.u8.length) {
    checkRange(cx, ptr, size, alignment, "string");
  }
}

/** The same checks where one of them may have failed: the memory may have grown. */
export function checkRange(cx: LiftLowerContext, ptr: number, size: number, alignment: number, what: Purpose): void {
  if (what === "list" && size > MAX_LIST_BYTE_LENGTH) trap("list-too-long");
  if (what === "string" && size > MAX_STRING_BYTE_LENGTH) trap("string-too-long");
  const isBeyond = beyond(cx, ptr + size);
  const where = span(cx, ptr, size, alignment);
  if ((ptr & (alignment - 1)) !== 0) trap("unaligned-pointer", where);
  if (isBeyond) trap(`${what}-out-of-bounds`, where);
}

/**
 * `reallocate` in the specification, with what is checked there after each use of it: lets the guest find room, during which
 * it may not call out. Generated code has this written out for new room in 32-bit memories.
 */
export function reallocate(
  cx: LiftLowerContext,
  old: number,
  oldSize: number,
  alignment: number,
  size: number,
  what: Purpose,
): number {
  mayNotLeave[0] = 1;
  const ptr =
    cx.pointer === "i32"
      ? (cx.realloc as Realloc)(old, oldSize, alignment, size) >>> 0
      : reallocate64(cx, old, oldSize, alignment, size);
  mayNotLeave[0] = 0;
  checkRoom(cx, ptr, size, alignment, what);
  return ptr;
}

/** The same for something new. */
export function allocate(cx: LiftLowerContext, size: number, alignment: number, what: Purpose): number {
  return reallocate(cx, 0, 0, alignment, size, what);
}

function reallocate64(cx: LiftLowerContext, old: number, oldSize: number, alignment: number, size: number): number {
  const realloc = cx.realloc as Realloc64;
  return room64(cx, realloc(BigInt(old), BigInt(oldSize), BigInt(alignment), BigInt(size)), size, alignment);
}

/** Where a 64-bit `realloc` has found room, as a number. */
export function room64(cx: LiftLowerContext, x: bigint, size: number, alignment: number): number {
  const found = BigInt.asUintN(64, x);
  const ptr = Number(found);
  // Rounded, it would seem to be aligned.
  if (ptr > Number.MAX_SAFE_INTEGER && found % BigInt(alignment) !== 0n) {
    trap("realloc-unaligned", span(cx, ptr, size, alignment));
  }
  return ptr;
}

/** Traps unless what the guest has found is its own, and aligned. */
export function checkRoom(cx: LiftLowerContext, ptr: number, size: number, alignment: number, what: Purpose): void {
  if ((ptr & (alignment - 1)) !== 0 || ptr + size >= cx.memory.u8.length) wrongRoom(cx, ptr, size, alignment, what);
}

function wrongRoom(cx: LiftLowerContext, ptr: number, size: number, alignment: number, what: Purpose): void {
  const isBeyond = beyond(cx, ptr + size);
  const where = span(cx, ptr, size, alignment);
  if ((ptr & (alignment - 1)) !== 0) trap("realloc-unaligned", where);
  if (isBeyond) trap("realloc-out-of-bounds", { what, ...where });
}

/** For messages. */
function span({ memory }: LiftLowerContext, ptr: number, size: number, alignment: number): Span {
  return { ptr, size, alignment, memory: memory.u8.length };
}
