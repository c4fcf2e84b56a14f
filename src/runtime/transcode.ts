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
  switch (encoding) {
    case "utf8":
      return storeAsUtf8(cx, lifted);
    case "utf16":
      return lifted.encoding === "utf8" ? storeUtf8ToUtf16(cx, lifted) : storeUtf16Copy(cx, lifted.value);
    case "latin1+utf16":
      return storeAsLatin1OrUtf16(cx, lifted);
  }
}

/** `store_utf16_to_utf8` and `store_latin1_to_utf8` in the specification: how much room the worst case takes. */
function storeAsUtf8(cx: LiftLowerContext, lifted: LiftedString): number {
  switch (lifted.encoding) {
    case "utf8":
      return storeUtf8Copy(cx, lifted.value, lifted.codeUnits);
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
      return storeLatin1Copy(cx, lifted.value);
    case "tagged-utf16":
      return storeProbablyUtf16ToLatin1OrUtf16(cx, lifted.value);
  }
}

// ---- `store_string_copy`, for each encoding

function storeUtf8Copy(cx: LiftLowerContext, value: string, byteLength: number): number {
  const ptr = allocate(cx, byteLength, 1, "string");
  writeUtf8(cx.memory, ptr, value, utf8Length(value));
  cx.length = byteLength;
  return ptr;
}

function storeUtf16Copy(cx: LiftLowerContext, value: string): number {
  const ptr = allocate(cx, 2 * value.length, 2, "string");
  writeUtf16(cx.memory, ptr, value);
  cx.length = value.length;
  return ptr;
}

function storeLatin1Copy(cx: LiftLowerContext, value: string): number {
  const ptr = allocate(cx, value.length, 2, "string");
  writeLatin1(cx.memory, ptr, value);
  cx.length = value.length;
  return ptr;
}

// ---- Transcoding proper

/** `store_string_to_utf8` in the specification: in the hope that all is ASCII. */
function storeStringToUtf8(cx: LiftLowerContext, { value, codeUnits }: LiftedString, worstCaseSize: number): number {
  let ptr = allocate(cx, codeUnits, 1, "string");
  const ascii = prefixBelow(value, 0x80);
  if (ascii === value.length) {
    writeLatin1(cx.memory, ptr, value);
    cx.length = ascii;
    return ptr;
  }
  writeLatin1(cx.memory, ptr, value.slice(0, ascii));
  ptr = reallocate(cx, ptr, codeUnits, 1, worstCaseSize, "string");
  const rest = value.slice(ascii);
  const size = utf8Length(rest);
  writeUtf8(cx.memory, ptr + ascii, rest, size);
  const byteLength = ascii + size;
  if (worstCaseSize > byteLength) ptr = reallocate(cx, ptr, worstCaseSize, 1, byteLength, "string");
  cx.length = byteLength;
  return ptr;
}

/** `store_utf8_to_utf16` in the specification. */
function storeUtf8ToUtf16(cx: LiftLowerContext, { value, codeUnits }: LiftedString): number {
  const worstCaseSize = 2 * codeUnits;
  let ptr = allocate(cx, worstCaseSize, 2, "string");
  writeUtf16(cx.memory, ptr, value);
  const byteLength = 2 * value.length;
  if (byteLength < worstCaseSize) ptr = reallocate(cx, ptr, worstCaseSize, 2, byteLength, "string");
  cx.length = value.length;
  return ptr;
}

/** `store_string_to_latin1_or_utf16` in the specification: in the hope that all is Latin-1. */
function storeStringToLatin1OrUtf16(cx: LiftLowerContext, { value, codeUnits }: LiftedString): number {
  let ptr = allocate(cx, codeUnits, 2, "string");
  const latin1 = prefixBelow(value, 0x100);
  writeLatin1(cx.memory, ptr, value.slice(0, latin1));
  if (latin1 === value.length) {
    if (latin1 < codeUnits) ptr = reallocate(cx, ptr, codeUnits, 2, latin1, "string");
    cx.length = latin1;
    return ptr;
  }
  const worstCaseSize = 2 * codeUnits;
  ptr = reallocate(cx, ptr, codeUnits, 2, worstCaseSize, "string");
  inflate(cx, ptr, latin1);
  writeUtf16(cx.memory, ptr + 2 * latin1, value.slice(latin1));
  const byteLength = 2 * value.length;
  if (worstCaseSize > byteLength) ptr = reallocate(cx, ptr, worstCaseSize, 2, byteLength, "string");
  cx.length = value.length + UTF16_TAG;
  return ptr;
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
