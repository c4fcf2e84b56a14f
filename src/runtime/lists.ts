/**
 * Lists between JavaScript and a guest's memory: the checks of `load_list_from_range` and `store_list_into_range` in the
 * specification, and whole lists of numbers, which JavaScript holds as typed arrays and which are copied in one go.
 *
 * For each of the ten number types there are `copy…` (a new typed array), `view…` (one on the guest's memory, good until
 * the guest runs again), `store…` (finds room with the guest's `realloc`, leaving the length in `cx.length`) and
 * `store…Into` (fixed-length lists, whose room is known). They are written out, type by type, since a function that
 * served all of them would be slow for each: engines specialize a function for one kind of array.
 *
 * The payload of a NaN in a list is copied as it is: JavaScript cannot tell NaNs apart, and the specification lets a
 * guest see any.
 */
import { MAX_LIST_BYTE_LENGTH } from "../abi/constants.ts";
import type { Span } from "../errors/messages.ts";
import type { LiftLowerContext } from "./context.ts";
import type { Memory } from "./memory.ts";
import { invalid, toS8, toS16, toS32, toS64, toU8, toU16, toU32, toU64 } from "./numbers.ts";
import { trap } from "./trap.ts";

/** Up to so many elements a loop copies faster than the engine's `slice` and `set`. See bench/lists.ts. */
const SHORT_COPY = 8;
const SHORT_SET = 4;

// ---- Checks

/** Whether `end` lies beyond the memory, which may have grown since its views were made. */
export function beyond(cx: LiftLowerContext, end: number): boolean {
  return end > cx.memory.u8.length && end > cx.memory.refresh().u8.length;
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

// ---- What JavaScript may pass for a list of numbers

type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Arrays and what is like them. Their elements are anything yet. */
function elementsOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) invalid();
  const { length } = value as { length?: unknown };
  if (typeof length !== "number" || length >>> 0 !== length) invalid();
  return rejectDetached(value as ArrayLike<unknown>);
}

/** As `elementsOf`, but bytes may come in any container of bytes. */
function bytesOf(value: unknown): Uint8Array | ArrayLike<unknown> {
  const isView = value instanceof Uint8ClampedArray || value instanceof DataView;
  if (isView || isBuffer(value)) {
    if (isDetached(value)) invalid();
    return isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
  }
  return elementsOf(value);
}

export function isBuffer(value: unknown): value is ArrayBufferLike {
  return (
    value instanceof ArrayBuffer || (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer)
  );
}

/** A view on memory that has since grown looks like an empty list. It is not what its owner wanted to pass. */
function rejectDetached<T extends ArrayLike<unknown>>(value: T): T {
  if (value.length === 0 && isDetached(value)) invalid();
  return value;
}

/** Whether a buffer has been taken away, or what a view was on: detached, or shrunk so that the view lies beyond. */
export function isDetached(value: unknown): boolean {
  try {
    if (value instanceof DataView) value.byteLength;
    else if (ArrayBuffer.isView(value)) Uint8Array.prototype.keys.call(value as Uint8Array);
    else if (isBuffer(value)) new Uint8Array(value);
    return false;
  } catch {
    return true;
  }
}

/** As `toF64`, which canonicalizes NaN. */
function toNumber(v: unknown): number {
  return typeof v === "number" ? v : invalid();
}

type Put = (memory: Memory, ptr: number, source: ArrayLike<unknown>, n: number) => void;

/** Stores an array whose elements `put` checks. */
function storeElements(cx: LiftLowerContext, source: ArrayLike<unknown>, elementSize: number, put: Put): number {
  const n = source.length;
  const ptr = allocateList(cx, n, elementSize, elementSize);
  put(cx.memory, ptr, source, n);
  cx.length = n;
  return ptr;
}

/**
 * Stores a typed array of the very type. `realloc` may pull it away: where it is a view on the guest's own memory, which
 * grew. Its contents are then where they were, in the memory as it is now.
 */
function storeTyped(cx: LiftLowerContext, source: TypedArray, elementSize: number, put: Put): number {
  const n = source.length;
  const { byteOffset } = source;
  const { u8: before } = cx.memory;
  if (n === 0) rejectDetached(source);
  const ptr = allocateList(cx, n, elementSize, elementSize);
  if (source.length === n) place(cx, source, ptr, n, put);
  else if (source.buffer === before.buffer) cx.memory.u8.copyWithin(ptr, byteOffset, byteOffset + n * elementSize);
  else invalid();
  return ptr;
}

/** Stores an array or a typed array of the length that its type fixes, where there is room for it. */
function storeInto(cx: LiftLowerContext, source: unknown, ptr: number, n: number, put: Put): void {
  if (ArrayBuffer.isView(source)) {
    if (source instanceof DataView || rejectDetached(source as TypedArray).length !== n) invalid();
    place(cx, source as TypedArray, ptr, n, put);
  } else {
    if (!Array.isArray(source) || source.length !== n) invalid();
    put(cx.memory, ptr, source, n);
  }
}

/** Copies a typed array to `ptr`, which may lie in it, if it is a view on the same memory: then no loop from the front will do. */
function place(cx: LiftLowerContext, source: TypedArray, ptr: number, n: number, put: Put): void {
  const { byteOffset, byteLength } = source;
  const overlaps = byteOffset < ptr && ptr < byteOffset + byteLength && source.buffer === cx.memory.u8.buffer;
  put(cx.memory, ptr, overlaps ? source.slice() : source, n);
}

// ---- u8

export function copyU8(cx: LiftLowerContext, ptr: number, n: number): Uint8Array {
  checkList(cx, ptr, n, 1, 1);
  const { u8 } = cx.memory;
  const from = ptr;
  if (n > SHORT_COPY) return u8.slice(from, from + n);
  const copy = new Uint8Array(n);
  for (let i = 0; i < n; i++) copy[i] = u8[from + i]!;
  return copy;
}

export function viewU8(cx: LiftLowerContext, ptr: number, n: number): Uint8Array {
  checkList(cx, ptr, n, 1, 1);
  return new Uint8Array(cx.memory.current().u8.buffer, ptr, n);
}

export function storeU8(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Uint8Array) return storeTyped(cx, value, 1, putU8);
  const bytes = bytesOf(value);
  return bytes instanceof Uint8Array ? storeTyped(cx, bytes, 1, putU8) : storeElements(cx, bytes, 1, putU8);
}

export function storeU8Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putU8);
}

function putU8({ u8 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr;
  if (!(source instanceof Uint8Array)) for (let i = 0; i < n; i++) u8[to + i] = toU8(source[i]);
  else if (n > SHORT_SET) u8.set(source, to);
  else for (let i = 0; i < n; i++) u8[to + i] = source[i]!;
}

// ---- s8

export function copyS8(cx: LiftLowerContext, ptr: number, n: number): Int8Array {
  checkList(cx, ptr, n, 1, 1);
  const { s8 } = cx.memory;
  const from = ptr;
  if (n > SHORT_COPY) return s8.slice(from, from + n);
  const copy = new Int8Array(n);
  for (let i = 0; i < n; i++) copy[i] = s8[from + i]!;
  return copy;
}

export function viewS8(cx: LiftLowerContext, ptr: number, n: number): Int8Array {
  checkList(cx, ptr, n, 1, 1);
  return new Int8Array(cx.memory.current().s8.buffer, ptr, n);
}

export function storeS8(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Int8Array) return storeTyped(cx, value, 1, putS8);
  return storeElements(cx, elementsOf(value), 1, putS8);
}

export function storeS8Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putS8);
}

function putS8({ s8 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr;
  if (!(source instanceof Int8Array)) for (let i = 0; i < n; i++) s8[to + i] = toS8(source[i]);
  else if (n > SHORT_SET) s8.set(source, to);
  else for (let i = 0; i < n; i++) s8[to + i] = source[i]!;
}

// ---- u16

export function copyU16(cx: LiftLowerContext, ptr: number, n: number): Uint16Array {
  checkList(cx, ptr, n, 2, 2);
  const { u16 } = cx.memory;
  const from = ptr / 2;
  if (n > SHORT_COPY) return u16.slice(from, from + n);
  const copy = new Uint16Array(n);
  for (let i = 0; i < n; i++) copy[i] = u16[from + i]!;
  return copy;
}

export function viewU16(cx: LiftLowerContext, ptr: number, n: number): Uint16Array {
  checkList(cx, ptr, n, 2, 2);
  return new Uint16Array(cx.memory.current().u16.buffer, ptr, n);
}

export function storeU16(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Uint16Array) return storeTyped(cx, value, 2, putU16);
  return storeElements(cx, elementsOf(value), 2, putU16);
}

export function storeU16Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putU16);
}

function putU16({ u16 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 2;
  if (!(source instanceof Uint16Array)) for (let i = 0; i < n; i++) u16[to + i] = toU16(source[i]);
  else if (n > SHORT_SET) u16.set(source, to);
  else for (let i = 0; i < n; i++) u16[to + i] = source[i]!;
}

// ---- s16

export function copyS16(cx: LiftLowerContext, ptr: number, n: number): Int16Array {
  checkList(cx, ptr, n, 2, 2);
  const { s16 } = cx.memory;
  const from = ptr / 2;
  if (n > SHORT_COPY) return s16.slice(from, from + n);
  const copy = new Int16Array(n);
  for (let i = 0; i < n; i++) copy[i] = s16[from + i]!;
  return copy;
}

export function viewS16(cx: LiftLowerContext, ptr: number, n: number): Int16Array {
  checkList(cx, ptr, n, 2, 2);
  return new Int16Array(cx.memory.current().s16.buffer, ptr, n);
}

export function storeS16(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Int16Array) return storeTyped(cx, value, 2, putS16);
  return storeElements(cx, elementsOf(value), 2, putS16);
}

export function storeS16Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putS16);
}

function putS16({ s16 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 2;
  if (!(source instanceof Int16Array)) for (let i = 0; i < n; i++) s16[to + i] = toS16(source[i]);
  else if (n > SHORT_SET) s16.set(source, to);
  else for (let i = 0; i < n; i++) s16[to + i] = source[i]!;
}

// ---- u32

export function copyU32(cx: LiftLowerContext, ptr: number, n: number): Uint32Array {
  checkList(cx, ptr, n, 4, 4);
  const { u32 } = cx.memory;
  const from = ptr / 4;
  if (n > SHORT_COPY) return u32.slice(from, from + n);
  const copy = new Uint32Array(n);
  for (let i = 0; i < n; i++) copy[i] = u32[from + i]!;
  return copy;
}

export function viewU32(cx: LiftLowerContext, ptr: number, n: number): Uint32Array {
  checkList(cx, ptr, n, 4, 4);
  return new Uint32Array(cx.memory.current().u32.buffer, ptr, n);
}

export function storeU32(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Uint32Array) return storeTyped(cx, value, 4, putU32);
  return storeElements(cx, elementsOf(value), 4, putU32);
}

export function storeU32Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putU32);
}

function putU32({ u32 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 4;
  if (!(source instanceof Uint32Array)) for (let i = 0; i < n; i++) u32[to + i] = toU32(source[i]);
  else if (n > SHORT_SET) u32.set(source, to);
  else for (let i = 0; i < n; i++) u32[to + i] = source[i]!;
}

// ---- s32

export function copyS32(cx: LiftLowerContext, ptr: number, n: number): Int32Array {
  checkList(cx, ptr, n, 4, 4);
  const { s32 } = cx.memory;
  const from = ptr / 4;
  if (n > SHORT_COPY) return s32.slice(from, from + n);
  const copy = new Int32Array(n);
  for (let i = 0; i < n; i++) copy[i] = s32[from + i]!;
  return copy;
}

export function viewS32(cx: LiftLowerContext, ptr: number, n: number): Int32Array {
  checkList(cx, ptr, n, 4, 4);
  return new Int32Array(cx.memory.current().s32.buffer, ptr, n);
}

export function storeS32(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Int32Array) return storeTyped(cx, value, 4, putS32);
  return storeElements(cx, elementsOf(value), 4, putS32);
}

export function storeS32Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putS32);
}

function putS32({ s32 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 4;
  if (!(source instanceof Int32Array)) for (let i = 0; i < n; i++) s32[to + i] = toS32(source[i]);
  else if (n > SHORT_SET) s32.set(source, to);
  else for (let i = 0; i < n; i++) s32[to + i] = source[i]!;
}

// ---- u64

export function copyU64(cx: LiftLowerContext, ptr: number, n: number): BigUint64Array {
  checkList(cx, ptr, n, 8, 8);
  const { u64 } = cx.memory;
  const from = ptr / 8;
  if (n > SHORT_COPY) return u64.slice(from, from + n);
  const copy = new BigUint64Array(n);
  for (let i = 0; i < n; i++) copy[i] = u64[from + i]!;
  return copy;
}

export function viewU64(cx: LiftLowerContext, ptr: number, n: number): BigUint64Array {
  checkList(cx, ptr, n, 8, 8);
  return new BigUint64Array(cx.memory.current().u64.buffer, ptr, n);
}

export function storeU64(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof BigUint64Array) return storeTyped(cx, value, 8, putU64);
  return storeElements(cx, elementsOf(value), 8, putU64);
}

export function storeU64Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putU64);
}

function putU64({ u64 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 8;
  if (!(source instanceof BigUint64Array)) for (let i = 0; i < n; i++) u64[to + i] = toU64(source[i]);
  else if (n > SHORT_SET) u64.set(source, to);
  else for (let i = 0; i < n; i++) u64[to + i] = source[i]!;
}

// ---- s64

export function copyS64(cx: LiftLowerContext, ptr: number, n: number): BigInt64Array {
  checkList(cx, ptr, n, 8, 8);
  const { s64 } = cx.memory;
  const from = ptr / 8;
  if (n > SHORT_COPY) return s64.slice(from, from + n);
  const copy = new BigInt64Array(n);
  for (let i = 0; i < n; i++) copy[i] = s64[from + i]!;
  return copy;
}

export function viewS64(cx: LiftLowerContext, ptr: number, n: number): BigInt64Array {
  checkList(cx, ptr, n, 8, 8);
  return new BigInt64Array(cx.memory.current().s64.buffer, ptr, n);
}

export function storeS64(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof BigInt64Array) return storeTyped(cx, value, 8, putS64);
  return storeElements(cx, elementsOf(value), 8, putS64);
}

export function storeS64Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putS64);
}

function putS64({ s64 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 8;
  if (!(source instanceof BigInt64Array)) for (let i = 0; i < n; i++) s64[to + i] = toS64(source[i]);
  else if (n > SHORT_SET) s64.set(source, to);
  else for (let i = 0; i < n; i++) s64[to + i] = source[i]!;
}

// ---- f32

export function copyF32(cx: LiftLowerContext, ptr: number, n: number): Float32Array {
  checkList(cx, ptr, n, 4, 4);
  const { f32 } = cx.memory;
  const from = ptr / 4;
  if (n > SHORT_COPY) return f32.slice(from, from + n);
  const copy = new Float32Array(n);
  for (let i = 0; i < n; i++) copy[i] = f32[from + i]!;
  return copy;
}

export function viewF32(cx: LiftLowerContext, ptr: number, n: number): Float32Array {
  checkList(cx, ptr, n, 4, 4);
  return new Float32Array(cx.memory.current().f32.buffer, ptr, n);
}

export function storeF32(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Float32Array) return storeTyped(cx, value, 4, putF32);
  return storeElements(cx, elementsOf(value), 4, putF32);
}

export function storeF32Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putF32);
}

function putF32({ f32 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 4;
  if (!(source instanceof Float32Array)) for (let i = 0; i < n; i++) f32[to + i] = toNumber(source[i]);
  else if (n > SHORT_SET) f32.set(source, to);
  else for (let i = 0; i < n; i++) f32[to + i] = source[i]!;
}

// ---- f64

export function copyF64(cx: LiftLowerContext, ptr: number, n: number): Float64Array {
  checkList(cx, ptr, n, 8, 8);
  const { f64 } = cx.memory;
  const from = ptr / 8;
  if (n > SHORT_COPY) return f64.slice(from, from + n);
  const copy = new Float64Array(n);
  for (let i = 0; i < n; i++) copy[i] = f64[from + i]!;
  return copy;
}

export function viewF64(cx: LiftLowerContext, ptr: number, n: number): Float64Array {
  checkList(cx, ptr, n, 8, 8);
  return new Float64Array(cx.memory.current().f64.buffer, ptr, n);
}

export function storeF64(cx: LiftLowerContext, value: unknown): number {
  if (value instanceof Float64Array) return storeTyped(cx, value, 8, putF64);
  return storeElements(cx, elementsOf(value), 8, putF64);
}

export function storeF64Into(cx: LiftLowerContext, value: unknown, ptr: number, n: number): void {
  storeInto(cx, value, ptr, n, putF64);
}

function putF64({ f64 }: Memory, ptr: number, source: ArrayLike<unknown>, n: number): void {
  const to = ptr / 8;
  if (!(source instanceof Float64Array)) for (let i = 0; i < n; i++) f64[to + i] = toNumber(source[i]);
  else if (n > SHORT_SET) f64.set(source, to);
  else for (let i = 0; i < n; i++) f64[to + i] = source[i]!;
}
