/**
 * Numbers that come from JavaScript one by one, of a type that is known when the program runs: the payloads of streams and
 * futures. Generated code has such checks written out.
 *
 * What `to…` gives suits a typed array of the right size. Integers of 32 bits come out signed, as core WebAssembly passes
 * them: unsigned ones beyond 2^31 would be doubles, which some engines convert slowly.
 */
import { invalid } from "./numbers.ts";

export function toU8(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = v & 0xff;
  return i === v ? i : invalid();
}

export function toS8(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = (v << 24) >> 24;
  return i === v ? i : invalid();
}

export function toU16(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = v & 0xffff;
  return i === v ? i : invalid();
}

export function toS16(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = (v << 16) >> 16;
  return i === v ? i : invalid();
}

/** Signed: `>>> 0` gives the value back. */
export function toU32(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = v | 0;
  return i >>> 0 === v ? i : invalid();
}

export function toS32(v: unknown): number {
  if (typeof v !== "number") invalid();
  const i = v | 0;
  return i === v ? i : invalid();
}

/** Rounding to 32 bits is left to the core function or the typed array that takes the number. */
export function toF32(v: unknown): number {
  return toF64(v);
}

/** Of the many NaNs always the canonical one, so that guests see the same on every engine. */
export function toF64(v: unknown): number {
  return typeof v === "number" ? (Number.isNaN(v) ? Number.NaN : v) : invalid();
}
