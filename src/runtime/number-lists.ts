/**
 * Lists of numbers, which JavaScript holds as typed arrays, and which are copied to a guest's memory in one go.
 * (Generated code copies them from there by itself.) `store_list_into_range` in the specification, of such elements.
 *
 * What the ten types differ in is in a table. The loops over elements are four, each for a kind of number: engines
 * specialize a loop for up to as many kinds of array as one of them meets.
 *
 * The payload of a NaN in a list is copied as it is: JavaScript cannot tell NaNs apart, and the specification lets a
 * guest see any.
 */
import type { LiftLowerContext } from "./context.ts";
import type { Memory } from "./memory.ts";
import { invalid, toS64, toU64 } from "./numbers.ts";
import { isBuffer, isDataView, isTypedArray } from "./realms.ts";
import type { TypedArray } from "./typed-arrays.ts";

/** What lists of one type of number need. */
interface Numbers {
  readonly array: { new (length: number): TypedArray; from(elements: readonly never[]): TypedArray };
  readonly view: (memory: Memory) => TypedArray;
  readonly size: number;
  /** How long a typed array is, whatever its class says. */
  readonly lengthOf: (this: unknown) => number;
  /** Puts `n` elements of `source`, which it checks, into `view` from index `to` on. */
  readonly put: (view: never, to: number, source: ArrayLike<never>, n: number, size: number) => void;
}

const lengthOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "length")!.get!;

function numbers(
  array: Numbers["array"] & { readonly BYTES_PER_ELEMENT: number },
  view: Numbers["view"],
  put: Numbers["put"],
): Numbers {
  return { array, view, size: array.BYTES_PER_ELEMENT, lengthOf, put };
}

export const numbersU8: Numbers = numbers(Uint8Array, (memory) => memory.u8, putUnsigned);
export const numbersS8: Numbers = numbers(Int8Array, (memory) => memory.s8, putSigned);
export const numbersU16: Numbers = numbers(Uint16Array, (memory) => memory.u16, putUnsigned);
export const numbersS16: Numbers = numbers(Int16Array, (memory) => memory.s16, putSigned);
export const numbersU32: Numbers = numbers(Uint32Array, (memory) => memory.u32, putU32);
export const numbersS32: Numbers = numbers(Int32Array, (memory) => memory.s32, putSigned);
export const numbersU64: Numbers = numbers(BigUint64Array, (memory) => memory.u64, putBigUnsigned);
export const numbersS64: Numbers = numbers(BigInt64Array, (memory) => memory.s64, putBigSigned);
export const numbersF32: Numbers = numbers(Float32Array, (memory) => memory.f32, putFloats);
export const numbersF64: Numbers = numbers(Float64Array, (memory) => memory.f64, putFloats);

// What is no number is found out as in generated code: nothing else is what bit operations make of it.

function putUnsigned(view: Uint8Array, to: number, source: ArrayLike<number>, n: number, size: number): void {
  const mask = size === 1 ? 0xff : 0xffff;
  for (let i = 0; i < n; i++) {
    const v = source[i]!;
    if (v !== (v & mask)) invalid();
    view[to + i] = v;
  }
}

function putU32(view: Uint32Array, to: number, source: ArrayLike<number>, n: number): void {
  for (let i = 0; i < n; i++) {
    const v = source[i]!;
    if (v !== v >>> 0) invalid();
    view[to + i] = v;
  }
}

function putSigned(view: Int8Array, to: number, source: ArrayLike<number>, n: number, size: number): void {
  const unused = 32 - 8 * size;
  for (let i = 0; i < n; i++) {
    const v = source[i]!;
    if (v !== (v << unused) >> unused) invalid();
    view[to + i] = v;
  }
}

function putFloats(view: Float64Array, to: number, source: ArrayLike<unknown>, n: number): void {
  for (let i = 0; i < n; i++) {
    const v = source[i];
    if (typeof v !== "number") invalid();
    view[to + i] = v;
  }
}

function putBigUnsigned(view: BigUint64Array, to: number, source: ArrayLike<unknown>, n: number): void {
  for (let i = 0; i < n; i++) view[to + i] = toU64(source[i]);
}

function putBigSigned(view: BigInt64Array, to: number, source: ArrayLike<unknown>, n: number): void {
  for (let i = 0; i < n; i++) view[to + i] = toS64(source[i]);
}

// ---- Store

// What is found out about a list before there is room for it, and is wanted when there is. No other list can be asked
// meanwhile, since a guest's `realloc` cannot call out.
/** What the elements are in, if it is no typed array of the very type. */
let other: ArrayLike<unknown> | undefined;
/** Where it begins in its buffer, if it is. */
let origin = 0;

/** The length of a list of numbers, of which no component could have more than `most`. */
export function numbersLength(numbers: Numbers, value: unknown, most: number): number {
  if (!(value instanceof numbers.array) || !ArrayBuffer.isView(value)) return otherLength(numbers, value, most);
  // In this order: having read the one, engines need not check the array again for the other.
  const { byteOffset } = value;
  const length = numbers.lengthOf.call(value);
  if (length === 0 || length > most) return otherLength(numbers, value, most);
  origin = byteOffset;
  other = undefined;
  return length;
}

function otherLength(numbers: Numbers, value: unknown, most: number): number {
  const source = ((numbers === numbersU8 ? bytesOf(value) : undefined) ?? value) as ArrayLike<unknown>;
  if (typeof source !== "object" || source === null) invalid();
  // Of what is no array it may be anything, and another one next time.
  const { length } = source;
  if (typeof length !== "number" || length >>> 0 !== length || length > most) invalid();
  if (length === 0 && isDetached(value)) invalid();
  if (source !== value) origin = (source as Uint8Array).byteOffset;
  other = source;
  return length;
}

/**
 * Puts a list, of which the length was asked, where there is room for it: from index `to` of the memory's view on.
 *
 * To find room may have pulled a typed array away: where it is a view on the guest's own memory, which grew. Its contents are
 * then where they were, in the memory as it is now.
 */
export function putNumbers(numbers: Numbers, memory: Memory, to: number, value: unknown, length: number): void {
  let source = value;
  if (other !== undefined) {
    source = other;
    other = undefined;
    // A typed array only if it is bytes in another container.
    if (source === value || length === 0) {
      numbers.put(numbers.view(memory) as never, to, source as never, length, numbers.size);
      return;
    }
  }
  const { size } = numbers;
  if (numbers.lengthOf.call(source) === length) numbers.view(memory).set(source as never, to);
  else if ((source as TypedArray).buffer !== memory.previous) invalid();
  else memory.u8.copyWithin(to * size, origin, origin + length * size);
}

/** How long a typed array is, whatever its class says: so much is copied of it. */
function trueLength(value: ArrayLike<unknown>): number {
  return lengthOf.call(value);
}

/** Stores a list of the length that its type fixes, where there is room for it: an array, or a typed array. */
export function storeNumbersInto(
  cx: LiftLowerContext,
  numbers: Numbers,
  value: unknown,
  ptr: number,
  length: number,
): void {
  if (!isFixedList(value, length)) invalid();
  if (value instanceof numbers.array && trueLength(value) === length) {
    numbers.view(cx.memory).set(value as never, ptr / numbers.size);
  } else put(cx, numbers, ptr, value, length);
}

/** An index that comes from a division is a double to engines, and so would be every index that the loop makes of it. */
function put(cx: LiftLowerContext, numbers: Numbers, ptr: number, source: ArrayLike<unknown>, length: number): void {
  const { size } = numbers;
  const view = numbers.view(cx.memory) as never;
  if (cx.pointer === "i32") numbers.put(view, ptr >>> (31 - Math.clz32(size)), source as never, length, size);
  else numbers.put(view, ptr / size, source as never, length, size);
}

/** A list of numbers that is passed flat. */
export function makeNumbers(numbers: Numbers, elements: readonly never[]): TypedArray {
  return numbers.array.from(elements);
}

// ---- What JavaScript may pass

/** Whether `value` is a list of a length that its type fixes. Its elements, if they are numbers, may be in a typed array. */
export function isFixedList(value: unknown, length: number): value is ArrayLike<unknown> {
  const isTyped = isTypedArray(value);
  if (isTyped && length === 0 && isDetached(value)) return false;
  return (isTyped || Array.isArray(value)) && (value as unknown as ArrayLike<unknown>).length === length;
}

/** Bytes may come in any container of bytes. */
function bytesOf(value: unknown): Uint8Array | undefined {
  const isView = value instanceof Uint8ClampedArray || isDataView(value);
  if (!isView && !isBuffer(value)) return undefined;
  if (isDetached(value)) invalid();
  return isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

/**
 * Whether a buffer has been taken away, or what a view was on: detached, or shrunk so that the view lies beyond. Such a view
 * looks like an empty list, which is not what its owner wanted to pass.
 */
export function isDetached(value: unknown): boolean {
  try {
    if (isDataView(value)) value.byteLength;
    else if (ArrayBuffer.isView(value)) Uint8Array.prototype.keys.call(value as Uint8Array);
    else if (isBuffer(value)) new Uint8Array(value);
    return false;
  } catch {
    return true;
  }
}
