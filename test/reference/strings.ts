/**
 * Strings in linear memory as definitions.py of the specification (commit 6d281648) defines them:
 * `load_string_from_range`, `store_string_into_range` and what they call, one function for each, plain and slow.
 *
 * Written from the specification alone and without a look at `src/`, with which it shares nothing: text is an array of
 * code points, all codecs are here, pointers and lengths are bigint. Traps are `ReferenceTrap`s.
 *
 * In one place the specification is not followed to the letter: it looks for the tag of a `latin1+utf16` string's
 * length where the *destination's* pointers have it, though the source's memory put it where its own have it. So a
 * string knows what pointers it came with.
 */
import { assert, ReferenceTrap, trapIf } from "./trap.ts";

export { ReferenceTrap };

/** A guest: its memory, which may grow whenever `realloc` runs, and its options. */
export interface ReferenceContext {
  readonly bytes: () => Uint8Array;
  readonly addressType: "i32" | "i64";
  readonly encoding: "utf8" | "utf16" | "latin1+utf16";
  readonly realloc: (old: bigint, oldSize: bigint, alignment: bigint, size: bigint) => bigint;
  /** Told of all that is written. */
  readonly wrote?: ((ptr: bigint, length: number) => void) | undefined;
}

export type CodePoints = readonly number[];

/** `String` in the specification: with the encoding that it was in, and its (tagged) length there. */
export interface ReferenceString {
  readonly text: CodePoints;
  readonly encoding: ReferenceContext["encoding"];
  readonly taggedCodeUnits: bigint;
  /** The pointers of the memory that it was in; those of the memory that it goes to, if absent. */
  readonly addressType?: ReferenceContext["addressType"];
}

export interface Stored {
  readonly ptr: bigint;
  readonly taggedCodeUnits: bigint;
}

const MAX_STRING_BYTE_LENGTH = 2n ** 28n - 1n;
export const REALLOC_I32_MAX = 2n ** 32n - 1n;

// ---- Codecs

function decodeUtf8(bytes: readonly number[]): CodePoints {
  const text: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i]!;
    const [size, bits, least] =
      lead < 0x80
        ? [1, 7, 0]
        : lead < 0xc0
          ? [0, 0, 0]
          : lead < 0xe0
            ? [2, 5, 0x80]
            : lead < 0xf0
              ? [3, 4, 0x800]
              : lead < 0xf8
                ? [4, 3, 0x10000]
                : [0, 0, 0];
    trapIf(size === 0 || i + size! > bytes.length, "invalid-utf8");
    let codePoint = lead % 2 ** bits!;
    for (let k = 1; k < size!; k++) {
      const byte = bytes[i + k]!;
      trapIf(byte < 0x80 || byte > 0xbf, "invalid-utf8");
      codePoint = codePoint * 64 + (byte - 0x80);
    }
    trapIf(codePoint < least! || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff), "invalid-utf8");
    text.push(codePoint);
    i += size!;
  }
  return text;
}

export function encodeUtf8(text: CodePoints): number[] {
  return text.flatMap((c) => {
    if (c < 0x80) return [c];
    const last = 0x80 + (c % 64);
    if (c < 0x800) return [0xc0 + Math.floor(c / 64), last];
    const middle = 0x80 + (Math.floor(c / 64) % 64);
    if (c < 0x10000) return [0xe0 + Math.floor(c / 4096), middle, last];
    return [0xf0 + Math.floor(c / 262144), 0x80 + (Math.floor(c / 4096) % 64), middle, last];
  });
}

function decodeUtf16(bytes: readonly number[]): CodePoints {
  const units: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) units.push(bytes[i]! + 256 * bytes[i + 1]!);
  const text: number[] = [];
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    if (unit < 0xd800 || unit > 0xdfff) {
      text.push(unit);
      continue;
    }
    const next = units[++i] ?? 0;
    trapIf(unit > 0xdbff || next < 0xdc00 || next > 0xdfff, "invalid-utf16");
    text.push(0x10000 + (unit - 0xd800) * 1024 + (next - 0xdc00));
  }
  return text;
}

export function encodeUtf16(text: CodePoints): number[] {
  const units = text.flatMap((c) =>
    c < 0x10000 ? [c] : [0xd800 + Math.floor((c - 0x10000) / 1024), 0xdc00 + ((c - 0x10000) % 1024)],
  );
  return units.flatMap((unit) => [unit % 256, Math.floor(unit / 256)]);
}

/** `store_string_copy` relies upon each character being below 256. */
function encodeLatin1(text: CodePoints): number[] {
  assert(text.every((c) => c < 256));
  return [...text];
}

// ---- Memory

/** `align_to` in the specification. */
export const alignTo = (ptr: bigint, alignment: bigint): bigint => ((ptr + alignment - 1n) / alignment) * alignment;

const read = (cx: ReferenceContext, ptr: bigint, length: bigint): number[] =>
  Array.from(cx.bytes().subarray(Number(ptr), Number(ptr + length)));

const write = (cx: ReferenceContext, ptr: bigint, bytes: readonly number[]): void => {
  cx.bytes().set(bytes, Number(ptr));
  cx.wrote?.(ptr, bytes.length);
};

const size = (cx: ReferenceContext): bigint => BigInt(cx.bytes().length);

/** `utf16_tag` in the specification. */
export function utf16Tag(addressType: ReferenceContext["addressType"]): bigint {
  return addressType === "i32" ? 2n ** 31n : 2n ** 63n;
}

// ---- Load

export function loadStringFromRange(cx: ReferenceContext, ptr: bigint, taggedCodeUnits: bigint): ReferenceString {
  const tag = utf16Tag(cx.addressType);
  let alignment = 1n;
  let byteLength = taggedCodeUnits;
  let decode: (bytes: readonly number[]) => CodePoints = decodeUtf8;
  if (cx.encoding === "utf16") {
    alignment = 2n;
    byteLength = 2n * taggedCodeUnits;
    decode = decodeUtf16;
  } else if (cx.encoding === "latin1+utf16") {
    alignment = 2n;
    if ((taggedCodeUnits & tag) !== 0n) {
      byteLength = 2n * (taggedCodeUnits ^ tag);
      decode = decodeUtf16;
    } else decode = (bytes) => bytes;
  }
  trapIf(byteLength > MAX_STRING_BYTE_LENGTH, "string-too-long");
  trapIf(ptr !== alignTo(ptr, alignment), "unaligned-pointer");
  trapIf(ptr + byteLength > size(cx), "string-out-of-bounds");
  const text = decode(read(cx, ptr, byteLength));
  return { text, encoding: cx.encoding, taggedCodeUnits, addressType: cx.addressType };
}

// ---- Store

export function storeStringIntoRange(cx: ReferenceContext, v: ReferenceString): Stored {
  const tag = utf16Tag(v.addressType ?? cx.addressType);
  const tagged = v.encoding === "latin1+utf16" && (v.taggedCodeUnits & tag) !== 0n;
  const simple = v.encoding !== "latin1+utf16" ? v.encoding : tagged ? "utf16" : "latin1";
  const units = tagged ? v.taggedCodeUnits ^ tag : v.taggedCodeUnits;
  switch (cx.encoding) {
    case "utf8":
      switch (simple) {
        case "utf8":
          return storeStringCopy(cx, v.text, units, 1n, 1n, encodeUtf8);
        case "utf16":
          return storeStringToUtf8(cx, v.text, units, 3n * units);
        case "latin1":
          return storeStringToUtf8(cx, v.text, units, 2n * units);
      }
      break;
    case "utf16":
      if (simple === "utf8") return storeUtf8ToUtf16(cx, v.text, units);
      return storeStringCopy(cx, v.text, units, 2n, 2n, encodeUtf16);
    case "latin1+utf16":
      if (v.encoding !== "latin1+utf16") return storeStringToLatin1OrUtf16(cx, v.text, units);
      if (simple === "latin1") return storeStringCopy(cx, v.text, units, 1n, 2n, encodeLatin1);
      return storeProbablyUtf16ToLatin1OrUtf16(cx, v.text, units);
  }
  throw new Error("unreachable");
}

function storeStringCopy(
  cx: ReferenceContext,
  src: CodePoints,
  srcCodeUnits: bigint,
  dstCodeUnitSize: bigint,
  dstAlignment: bigint,
  encode: (text: CodePoints) => number[],
): Stored {
  const dstByteLength = dstCodeUnitSize * srcCodeUnits;
  assert(dstByteLength <= REALLOC_I32_MAX);
  const ptr = cx.realloc(0n, 0n, dstAlignment, dstByteLength);
  trapIf(ptr !== alignTo(ptr, dstAlignment), "realloc-unaligned");
  trapIf(ptr + dstByteLength > size(cx), "realloc-out-of-bounds");
  const encoded = encode(src);
  assert(dstByteLength === BigInt(encoded.length));
  write(cx, ptr, encoded);
  return { ptr, taggedCodeUnits: srcCodeUnits };
}

function storeStringToUtf8(cx: ReferenceContext, src: CodePoints, srcCodeUnits: bigint, worstCaseSize: bigint): Stored {
  let ptr = cx.realloc(0n, 0n, 1n, srcCodeUnits);
  trapIf(ptr + srcCodeUnits > size(cx), "realloc-out-of-bounds");
  for (const [i, codePoint] of src.entries()) {
    if (codePoint < 2 ** 7) {
      write(cx, ptr + BigInt(i), [codePoint]);
      continue;
    }
    assert(worstCaseSize <= REALLOC_I32_MAX);
    ptr = cx.realloc(ptr, srcCodeUnits, 1n, worstCaseSize);
    trapIf(ptr + worstCaseSize > size(cx), "realloc-out-of-bounds");
    const encoded = encodeUtf8(src);
    const encodedLength = BigInt(encoded.length);
    write(cx, ptr + BigInt(i), encoded.slice(i));
    if (worstCaseSize > encodedLength) {
      ptr = cx.realloc(ptr, worstCaseSize, 1n, encodedLength);
      trapIf(ptr + encodedLength > size(cx), "realloc-out-of-bounds");
    }
    return { ptr, taggedCodeUnits: encodedLength };
  }
  return { ptr, taggedCodeUnits: srcCodeUnits };
}

function storeUtf8ToUtf16(cx: ReferenceContext, src: CodePoints, srcCodeUnits: bigint): Stored {
  const worstCaseSize = 2n * srcCodeUnits;
  assert(worstCaseSize <= REALLOC_I32_MAX);
  let ptr = cx.realloc(0n, 0n, 2n, worstCaseSize);
  trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
  trapIf(ptr + worstCaseSize > size(cx), "realloc-out-of-bounds");
  const encoded = encodeUtf16(src);
  const encodedLength = BigInt(encoded.length);
  write(cx, ptr, encoded);
  if (encodedLength < worstCaseSize) {
    ptr = cx.realloc(ptr, worstCaseSize, 2n, encodedLength);
    trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
    trapIf(ptr + encodedLength > size(cx), "realloc-out-of-bounds");
  }
  return { ptr, taggedCodeUnits: encodedLength / 2n };
}

function storeStringToLatin1OrUtf16(cx: ReferenceContext, src: CodePoints, srcCodeUnits: bigint): Stored {
  let ptr = cx.realloc(0n, 0n, 2n, srcCodeUnits);
  trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
  trapIf(ptr + srcCodeUnits > size(cx), "realloc-out-of-bounds");
  let dstByteLength = 0n;
  for (const usv of src) {
    if (usv < 2 ** 8) {
      write(cx, ptr + dstByteLength, [usv]);
      dstByteLength += 1n;
      continue;
    }
    const worstCaseSize = 2n * srcCodeUnits;
    assert(worstCaseSize <= REALLOC_I32_MAX);
    ptr = cx.realloc(ptr, srcCodeUnits, 2n, worstCaseSize);
    trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
    trapIf(ptr + worstCaseSize > size(cx), "realloc-out-of-bounds");
    for (let j = dstByteLength - 1n; j >= 0n; j--) {
      write(cx, ptr + 2n * j, read(cx, ptr + j, 1n));
      write(cx, ptr + 2n * j + 1n, [0]);
    }
    const encoded = encodeUtf16(src);
    const encodedLength = BigInt(encoded.length);
    write(cx, ptr + 2n * dstByteLength, encoded.slice(Number(2n * dstByteLength)));
    if (worstCaseSize > encodedLength) {
      ptr = cx.realloc(ptr, worstCaseSize, 2n, encodedLength);
      trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
      trapIf(ptr + encodedLength > size(cx), "realloc-out-of-bounds");
    }
    return { ptr, taggedCodeUnits: (encodedLength / 2n) | utf16Tag(cx.addressType) };
  }
  if (dstByteLength < srcCodeUnits) {
    ptr = cx.realloc(ptr, srcCodeUnits, 2n, dstByteLength);
    trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
    trapIf(ptr + dstByteLength > size(cx), "realloc-out-of-bounds");
  }
  return { ptr, taggedCodeUnits: dstByteLength };
}

function storeProbablyUtf16ToLatin1OrUtf16(cx: ReferenceContext, src: CodePoints, srcCodeUnits: bigint): Stored {
  const srcByteLength = 2n * srcCodeUnits;
  assert(srcByteLength <= REALLOC_I32_MAX);
  let ptr = cx.realloc(0n, 0n, 2n, srcByteLength);
  trapIf(ptr !== alignTo(ptr, 2n), "realloc-unaligned");
  trapIf(ptr + srcByteLength > size(cx), "realloc-out-of-bounds");
  const encoded = encodeUtf16(src);
  write(cx, ptr, encoded);
  if (src.some((c) => c >= 2 ** 8)) {
    return { ptr, taggedCodeUnits: BigInt(encoded.length / 2) | utf16Tag(cx.addressType) };
  }
  const latin1Size = BigInt(encoded.length / 2);
  for (let i = 0n; i < latin1Size; i++) write(cx, ptr + i, read(cx, ptr + 2n * i, 1n));
  ptr = cx.realloc(ptr, srcByteLength, 1n, latin1Size);
  trapIf(ptr + latin1Size > size(cx), "realloc-out-of-bounds");
  return { ptr, taggedCodeUnits: latin1Size };
}
