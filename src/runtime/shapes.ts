/**
 * What generated code asks of values that it cannot ask in a word: is this an object, a tuple, a list? And what it makes
 * values from. The checks are as in numbers.ts: they hold at almost no cost, or say nothing but that they do not.
 */
import { isInside } from "./call.ts";
import type { LiftLowerContext } from "./context.ts";
import { checkRoom } from "./lists.ts";
import { invalid } from "./numbers.ts";
import { CallScope } from "./resources.ts";
import { isGuestFailure, trap } from "./trap.ts";

// ---- From JavaScript

/** Something with fields. */
export function asObject(value: unknown): object {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? value : invalid();
}

export function asTuple(value: unknown, length: number): readonly unknown[] {
  return Array.isArray(value) && value.length === length ? value : invalid();
}

export function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : invalid();
}

/** A list of a length that its type fixes. Its elements, if they are numbers, may be in a typed array. */
export function fixedList(value: unknown, length: number): ArrayLike<unknown> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return isList && (value as unknown as ArrayLike<unknown>).length === length
    ? (value as unknown as ArrayLike<unknown>)
    : invalid();
}

/** The entries of a `Map`, or of anything else that gives pairs. Pairs are checked where they are used. */
export function mapEntries(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) invalid();
  return Array.from(value as Iterable<unknown>);
}

/** A field of a name that objects inherit something under. */
export function ownField(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** A flag that is not mentioned is not set. */
export function toFlag(value: unknown): number {
  return value === true ? 1 : value === false || value === undefined ? 0 : invalid();
}

/** The bits of flags that `value` has. Where it has none it must at least be something that could. */
export function toFlags(bits: number, value: object): number {
  return bits !== 0 || mayHaveFields(value) ? bits : invalid();
}

/** As `asObject`, for a record of which all fields may be missing. */
export function asSparse(value: unknown): object {
  const object = asObject(value);
  return mayHaveFields(object) ? object : invalid();
}

/** Promises, lists and functions have no fields; where none is needed they would pass for objects without any. */
export function mayHaveFields(value: object): boolean {
  return (
    typeof value === "object" &&
    !(Symbol.iterator in value) &&
    typeof (value as { readonly then?: unknown }).then !== "function"
  );
}

/**
 * The `err` side of a `result` for what a host function threw: the `payload` of an error that has one, else anything that
 * is no `Error`. All others are thrown on: they are accidents.
 */
export function errorPayload(error: unknown): unknown {
  if (isGuestFailure(error)) throw error;
  if (typeof error === "object" && error !== null && Object.hasOwn(error, "payload")) {
    return (error as { payload: unknown }).payload;
  }
  if (error instanceof Error) throw error;
  return error;
}

// ---- For JavaScript

export function makeList(length: number): unknown[] {
  return new Array(length);
}

export function makeMap(): Map<unknown, unknown> {
  return new Map();
}

export const arrayU8 = (elements: number[]): Uint8Array => Uint8Array.from(elements);
export const arrayS8 = (elements: number[]): Int8Array => Int8Array.from(elements);
export const arrayU16 = (elements: number[]): Uint16Array => Uint16Array.from(elements);
export const arrayS16 = (elements: number[]): Int16Array => Int16Array.from(elements);
export const arrayU32 = (elements: number[]): Uint32Array => Uint32Array.from(elements);
export const arrayS32 = (elements: number[]): Int32Array => Int32Array.from(elements);
export const arrayU64 = (elements: bigint[]): BigUint64Array => BigUint64Array.from(elements);
export const arrayS64 = (elements: bigint[]): BigInt64Array => BigInt64Array.from(elements);
export const arrayF32 = (elements: number[]): Float32Array => Float32Array.from(elements);
export const arrayF64 = (elements: number[]): Float64Array => Float64Array.from(elements);

// ---- From core WebAssembly

/** `trap_if(case_index >= len(cases))` in the specification. */
export function invalidDiscriminant(): never {
  return trap("invalid-discriminant");
}

export function checkDiscriminant(i: number, count: number): number {
  return i >>> 0 < count ? i : trap("invalid-discriminant");
}

/** As `charFromI32`, for a character that stays a number. */
export function checkChar(i: number): number {
  const codePoint = i >>> 0;
  if (codePoint >= 0x110000 || (codePoint & 0xfffff800) === 0xd800) trap("invalid-char", { bits: codePoint });
  return codePoint;
}

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

/** Room for parameters that go through memory. (`lower_flat_values` in the specification.) */
export function allocateParams(cx: LiftLowerContext, size: number, alignment: number): number {
  return checkRoom(cx, cx.allocate(alignment, size), size, alignment, "pointer");
}

// ---- Calls

export function makeScope(): CallScope {
  return new CallScope();
}

/** `trap_if(not may_leave)` */
export function cannotLeave(): never {
  return trap("cannot-leave");
}

/** `trap_if(not may_enter_from(caller))`, where the caller is a guest. */
export function cannotEnterFromGuest(): never {
  return trap("cannot-enter", { why: isInside });
}
