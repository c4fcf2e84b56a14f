/**
 * Strings that pass from one component to another: the transcoding half of `store_string_into_range` in the
 * specification, where a guest sees each call of its `realloc` and what lies in its memory meanwhile.
 *
 * The order of allocations follows from the encoding that the string was in and its length there, so a lifted string
 * carries both. What has been written before a reallocation is the guest's to keep: it is not written again.
 */
import { UTF16_TAG } from "../abi/constants.ts";
import type { LiftLowerContext } from "./context.ts";
import { allocate, reallocate } from "./lists.ts";
import { loadLatin1OrUtf16, loadUtf8, loadUtf16, type StringEncoding } from "./strings.ts";
import { prefixBelow, utf8Length, writeLatin1, writeUtf8, writeUtf16 } from "./text.ts";

/** A string on its way between components. `String` in the specification. */
export class LiftedString {
  readonly value: string;
  /** What it was encoded in. `"tagged-utf16"` is UTF-16 where it could have been Latin-1. */
  readonly encoding: "utf8" | "utf16" | "latin1" | "tagged-utf16";
  /** The number of code units there: bytes, or pairs of bytes. */
  readonly codeUnits: number;

  constructor(value: string, encoding: LiftedString["encoding"], codeUnits: number) {
    this.value = value;
    this.encoding = encoding;
    this.codeUnits = codeUnits;
  }

  get length(): number {
    return this.value.length;
  }
}

/** `load_string_from_range` in the specification, with all that it gives. */
export function liftString(
  cx: LiftLowerContext,
  encoding: StringEncoding,
  ptr: number,
  taggedUnits: number,
): LiftedString {
  switch (encoding) {
    case "utf8":
      return new LiftedString(loadUtf8(cx, ptr, taggedUnits), "utf8", taggedUnits);
    case "utf16":
      return new LiftedString(loadUtf16(cx, ptr, taggedUnits), "utf16", taggedUnits);
    case "latin1+utf16": {
      const value = loadLatin1OrUtf16(cx, ptr, taggedUnits);
      return taggedUnits < UTF16_TAG
        ? new LiftedString(value, "latin1", taggedUnits)
        : new LiftedString(value, "tagged-utf16", taggedUnits - UTF16_TAG);
    }
  }
}

/** `store_string_into_range` in the specification. Leaves the (tagged) length in `cx.length`. */
export function storeLiftedString(cx: LiftLowerContext, encoding: StringEncoding, lifted: LiftedString): number {
  const { value } = lifted;
  switch (encoding) {
    case "utf8":
      return storeAsUtf8(cx, lifted);
    case "utf16":
      if (lifted.encoding === "utf8") return storeUtf8ToUtf16(cx, lifted);
      return storeCopy(cx, value, value.length, 2 * value.length, 2, writeUtf16);
    case "latin1+utf16":
      return storeAsLatin1OrUtf16(cx, lifted);
  }
}

/** `store_utf16_to_utf8` and `store_latin1_to_utf8` in the specification: how much room the worst case takes. */
function storeAsUtf8(cx: LiftLowerContext, lifted: LiftedString): number {
  switch (lifted.encoding) {
    case "utf8":
      // `writeUtf8` writes what was measured last.
      return storeCopy(cx, lifted.value, lifted.codeUnits, utf8Length(lifted.value), 1, writeUtf8);
    case "utf16":
    case "tagged-utf16":
      return storeStringToUtf8(cx, lifted, 3 * lifted.codeUnits);
    case "latin1":
      return storeStringToUtf8(cx, lifted, 2 * lifted.codeUnits);
  }
}

function storeAsLatin1OrUtf16(cx: LiftLowerContext, lifted: LiftedString): number {
  switch (lifted.encoding) {
    case "utf8":
    case "utf16":
      return storeStringToLatin1OrUtf16(cx, lifted);
    case "latin1":
      return storeCopy(cx, lifted.value, lifted.codeUnits, lifted.codeUnits, 2, writeLatin1);
    case "tagged-utf16":
      return storeProbablyUtf16ToLatin1OrUtf16(cx, lifted.value);
  }
}

/** `store_string_copy` in the specification: `size` bytes for so many units. */
function storeCopy(
  cx: LiftLowerContext,
  value: string,
  units: number,
  size: number,
  alignment: 1 | 2,
  write: typeof writeUtf8,
): number {
  const ptr = allocate(cx, size, alignment, "string");
  write(cx.memory, ptr, value, size);
  cx.length = units;
  return ptr;
}

// ---- Transcoding proper

/** The end: gives back the room that was too much. */
function finish(
  cx: LiftLowerContext,
  ptr: number,
  room: number,
  alignment: 1 | 2,
  size: number,
  length: number = size,
): number {
  cx.length = length;
  return size < room ? reallocate(cx, ptr, room, alignment, size, "string") : ptr;
}

/** `store_string_to_utf8` in the specification: in the hope that all is ASCII. */
function storeStringToUtf8(cx: LiftLowerContext, { value, codeUnits }: LiftedString, worstCaseSize: number): number {
  let ptr = allocate(cx, codeUnits, 1, "string");
  const ascii = prefixBelow(value, 0x80);
  writeLatin1(cx.memory, ptr, value.slice(0, ascii));
  if (ascii === value.length) return finish(cx, ptr, codeUnits, 1, ascii);
  ptr = reallocate(cx, ptr, codeUnits, 1, worstCaseSize, "string");
  const rest = value.slice(ascii);
  const size = utf8Length(rest);
  writeUtf8(cx.memory, ptr + ascii, rest, size);
  return finish(cx, ptr, worstCaseSize, 1, ascii + size);
}

/** `store_utf8_to_utf16` in the specification. */
function storeUtf8ToUtf16(cx: LiftLowerContext, { value, codeUnits }: LiftedString): number {
  const worstCaseSize = 2 * codeUnits;
  const ptr = allocate(cx, worstCaseSize, 2, "string");
  writeUtf16(cx.memory, ptr, value);
  return finish(cx, ptr, worstCaseSize, 2, 2 * value.length, value.length);
}

/** `store_string_to_latin1_or_utf16` in the specification: in the hope that all is Latin-1. */
function storeStringToLatin1OrUtf16(cx: LiftLowerContext, { value, codeUnits }: LiftedString): number {
  let ptr = allocate(cx, codeUnits, 2, "string");
  const latin1 = prefixBelow(value, 0x100);
  writeLatin1(cx.memory, ptr, value.slice(0, latin1));
  if (latin1 === value.length) return finish(cx, ptr, codeUnits, 2, latin1);
  const worstCaseSize = 2 * codeUnits;
  ptr = reallocate(cx, ptr, codeUnits, 2, worstCaseSize, "string");
  inflate(cx, ptr, latin1);
  writeUtf16(cx.memory, ptr + 2 * latin1, value.slice(latin1));
  return finish(cx, ptr, worstCaseSize, 2, 2 * value.length, value.length + UTF16_TAG);
}

/** `store_probably_utf16_to_latin1_or_utf16` in the specification: the other encoding was needed once, so perhaps still. */
function storeProbablyUtf16ToLatin1OrUtf16(cx: LiftLowerContext, value: string): number {
  const n = value.length;
  const ptr = allocate(cx, 2 * n, 2, "string");
  writeUtf16(cx.memory, ptr, value);
  if (prefixBelow(value, 0x100) < n) {
    cx.length = n + UTF16_TAG;
    return ptr;
  }
  deflate(cx, ptr, n);
  cx.length = n;
  return reallocate(cx, ptr, 2 * n, 1, n, "string");
}

/** Widens `n` bytes to UTF-16 code units in place, from the last to the first. */
function inflate({ memory: { u8 } }: LiftLowerContext, ptr: number, n: number): void {
  for (let i = n - 1; i >= 0; i--) {
    u8[ptr + 2 * i] = u8[ptr + i]!;
    u8[ptr + 2 * i + 1] = 0;
  }
}

/** Narrows `n` UTF-16 code units to bytes in place. */
function deflate({ memory: { u8 } }: LiftLowerContext, ptr: number, n: number): void {
  for (let i = 0; i < n; i++) u8[ptr + i] = u8[ptr + 2 * i]!;
}
