/**
 * Text as bytes, as fast as each engine can: UTF-8, UTF-16 and Latin-1 in a guest's memory to JavaScript strings and back.
 * Nothing here knows of the Canonical ABI; `strings.ts` does.
 *
 * Calling into an engine's codec costs as much as some twenty turns of a loop, so short text goes through loops. For
 * long text Node's `Buffer` has natives that write into any `Uint8Array`, faster than `TextEncoder` and `TextDecoder`;
 * everything works without them. They are looked for once, when this module is loaded.
 *
 * JavaScript's strings may have lone surrogates, text may not. On the way out of JavaScript they become U+FFFD, as
 * `USVString` of Web IDL has it; on the way in, text that has them is invalid.
 */
import type { Memory } from "./memory.ts";

/** The longest strings, in units, for which a loop beats the engine. See bench/strings.ts. */
const SHORT_DECODE = 24;
const SHORT_UTF16_DECODE = 16;
const SHORT_UTF16_ENCODE = 20;
const SHORT_LATIN1_ENCODE = 10;

interface NativeText {
  byteLength(this: unknown, text: string): number;
  utf8Write(this: Uint8Array, text: string, at: number, byteLength: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  latin1Write(this: Uint8Array, text: string, at: number, byteLength: number): number;
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Write(this: Uint8Array, text: string, at: number, byteLength: number): number;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
}

/** `Buffer`'s natives, where there are all of them and they are native: Deno has them, in JavaScript, and slower. */
function probeNative(): NativeText | undefined {
  const { Buffer, Deno, process } = globalThis as {
    Buffer?: unknown;
    Deno?: unknown;
    process?: { versions?: { node?: unknown } };
  };
  if (typeof Buffer !== "function" || Deno !== undefined || typeof process?.versions?.node !== "string")
    return undefined;
  const methods = Buffer.prototype as NativeText;
  const { byteLength } = Buffer as unknown as NativeText;
  const { utf8Write, utf8Slice, latin1Write, latin1Slice, ucs2Write, ucs2Slice } = methods;
  const natives = { byteLength, utf8Write, utf8Slice, latin1Write, latin1Slice, ucs2Write, ucs2Slice };
  try {
    const bytes = new Uint8Array(8);
    const works =
      byteLength("\ud800é") === 5 &&
      utf8Write.call(bytes, "\ud800é", 1, 5) === 5 &&
      utf8Slice.call(bytes, 1, 6) === "\ufffdé" &&
      ucs2Write.call(bytes, "a€", 2, 4) === 4 &&
      ucs2Slice.call(bytes, 2, 6) === "a€" &&
      latin1Write.call(bytes, "é", 0, 1) === 1 &&
      latin1Slice.call(bytes, 0, 1) === "é";
    return works ? natives : undefined;
  } catch {
    return undefined;
  }
}

const native: NativeText | undefined = probeNative();

/** Node's check without decoding, where there is one. */
const nativeIsUtf8: ((bytes: Uint8Array) => boolean) | undefined = native && probeIsUtf8();

function probeIsUtf8(): ((bytes: Uint8Array) => boolean) | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const { isUtf8 } = (process?.getBuiltinModule?.("node:buffer") ?? {}) as { isUtf8?(bytes: Uint8Array): boolean };
  return isUtf8;
}

/** `TextEncoder` costs more to call than `Buffer`. */
const SHORT_ENCODE = native === undefined ? 48 : 12;

let lossyUtf8: TextDecoder | undefined;
let strictUtf8: TextDecoder | undefined;
let strictUtf16: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

// ---- Bytes to strings

/** Undefined if the bytes are not UTF-8. A byte order mark is text. */
export function decodeUtf8({ u8 }: Memory, ptr: number, n: number): string | undefined {
  return (n <= SHORT_DECODE ? decodeShort(u8, ptr, ptr + n, 0x7f) : undefined) ?? decodeLongUtf8(u8, ptr, ptr + n);
}

/** Whether `decodeUtf8` would give a string. */
export function isUtf8(memory: Memory, ptr: number, n: number): boolean {
  return nativeIsUtf8?.(memory.u8.subarray(ptr, ptr + n)) ?? decodeUtf8(memory, ptr, n) !== undefined;
}

/** A character for each byte. Undefined if there is a byte beyond `most`, which is all ones. */
function decodeShort(u8: Uint8Array, start: number, end: number, most: 0x7f | 0xff): string | undefined {
  let text = "";
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const a = u8[i]!;
    const b = u8[i + 1]!;
    const c = u8[i + 2]!;
    const d = u8[i + 3]!;
    const e = u8[i + 4]!;
    const f = u8[i + 5]!;
    const g = u8[i + 6]!;
    const h = u8[i + 7]!;
    if ((a | b | c | d | e | f | g | h) > most) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  if (i + 4 <= end) {
    const a = u8[i]!;
    const b = u8[i + 1]!;
    const c = u8[i + 2]!;
    const d = u8[i + 3]!;
    if ((a | b | c | d) > most) return undefined;
    text += String.fromCharCode(a, b, c, d);
    i += 4;
  }
  for (; i < end; i++) {
    const a = u8[i]!;
    if (a > most) return undefined;
    text += String.fromCharCode(a);
  }
  return text;
}

/** A lossy decoder is quicker than a strict one; only where it leaves a U+FFFD must the strict one decide. */
function decodeLongUtf8(u8: Uint8Array, start: number, end: number): string | undefined {
  if (native !== undefined) {
    const text = native.utf8Slice.call(u8, start, end);
    if (!text.includes("\ufffd")) return text;
  }
  const bytes = unshared(u8.subarray(start, end));
  if (native === undefined) {
    lossyUtf8 ??= new TextDecoder("utf-8", { ignoreBOM: true });
    const text = lossyUtf8.decode(bytes);
    if (!text.includes("\ufffd")) return text;
  }
  strictUtf8 ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `TextDecoder` refuses shared memory. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()) as Uint8Array<ArrayBuffer>;
}

/** `n` code units at `ptr`, which is even. Undefined if a surrogate is unpaired. */
export function decodeUtf16(memory: Memory, ptr: number, n: number): string | undefined {
  return (
    (n <= SHORT_UTF16_DECODE ? decodeShortUcs2(memory.u16, ptr / 2, n) : undefined) ??
    decodeLongUtf16(memory.u8, ptr, n)
  );
}

/** Undefined if there is any surrogate. */
function decodeShortUcs2(u16: Uint16Array, start: number, n: number): string | undefined {
  let text = "";
  let i = start;
  const end = start + n;
  for (; i + 4 <= end; i += 4) {
    const a = u16[i]!;
    const b = u16[i + 1]!;
    const c = u16[i + 2]!;
    const d = u16[i + 3]!;
    if (isSurrogate(a) || isSurrogate(b) || isSurrogate(c) || isSurrogate(d)) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const a = u16[i]!;
    if (isSurrogate(a)) return undefined;
    text += String.fromCharCode(a);
  }
  return text;
}

function decodeLongUtf16(u8: Uint8Array, ptr: number, n: number): string | undefined {
  if (native !== undefined) {
    const text = native.ucs2Slice.call(u8, ptr, ptr + 2 * n);
    return isWellFormed(text) ? text : undefined;
  }
  strictUtf16 ??= new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
  try {
    return strictUtf16.decode(unshared(u8.subarray(ptr, ptr + 2 * n)));
  } catch {
    return undefined;
  }
}

/** ISO 8859-1. (The encoding label "latin1" of `TextDecoder` means windows-1252, which is another.) */
export function decodeLatin1({ u8 }: Memory, ptr: number, n: number): string {
  if (n <= SHORT_DECODE) return decodeShort(u8, ptr, ptr + n, 0xff)!;
  if (native !== undefined) return native.latin1Slice.call(u8, ptr, ptr + n);
  let text = "";
  for (let i = 0; i < n; i += 4096) {
    text += String.fromCharCode.apply(null, u8.subarray(ptr + i, ptr + Math.min(i + 4096, n)) as unknown as number[]);
  }
  return text;
}

// ---- Strings to bytes

/**
 * The bytes that `text` takes in UTF-8, a lone surrogate as the three of U+FFFD.
 *
 * Often the quickest way to count them is to make them. Then they wait here for `writeUtf8`: for as long as it takes to find
 * room for them, during which no other text can be measured, since a guest's `realloc` cannot call out.
 */
export function utf8Length(text: string): number {
  return text.length <= SHORT_ENCODE ? shortUtf8Length(text) : longUtf8Length(text);
}

function shortUtf8Length(text: string): number {
  const n = text.length;
  for (let i = 0; i < n; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encodeShort(text);
    scratch[i] = unit;
  }
  return n;
}

function longUtf8Length(text: string): number {
  if (native !== undefined) return native.byteLength(text);
  encoder ??= new TextEncoder();
  whole = undefined;
  const n = text.length;
  if (n <= scratch.length) {
    const { read, written } = encoder.encodeInto(text, scratch);
    if (read === n) return written;
  }
  whole = encoder.encode(text);
  return whole.length;
}

const scratch = new Uint8Array(native === undefined ? 2 ** 14 : 3 * SHORT_ENCODE);
let whole: Uint8Array | undefined;

/** Writes `text`, which is the last of which the length was asked, and takes `size` bytes. */
export function writeUtf8({ u8 }: Memory, ptr: number, text: string, size: number): void {
  if (text.length > SHORT_ENCODE) writeLongUtf8(u8, ptr, text, size);
  else for (let i = 0; i < size; i++) u8[ptr + i] = scratch[i]!;
}

function writeLongUtf8(u8: Uint8Array, ptr: number, text: string, size: number): void {
  if (native !== undefined) native.utf8Write.call(u8, text, ptr, size);
  else {
    u8.set(whole ?? scratch.subarray(0, size), ptr);
    whole = undefined;
  }
}

function encodeShort(text: string): number {
  let to = 0;
  for (let i = 0; i < text.length; i++) {
    let codePoint = text.charCodeAt(i);
    if (isSurrogate(codePoint)) codePoint = isPair(codePoint, text, i) ? text.codePointAt(i++)! : 0xfffd;
    if (codePoint < 0x80) {
      scratch[to++] = codePoint;
      continue;
    }
    if (codePoint < 0x800) scratch[to++] = 0xc0 | (codePoint >> 6);
    else {
      if (codePoint < 0x10000) scratch[to++] = 0xe0 | (codePoint >> 12);
      else {
        scratch[to++] = 0xf0 | (codePoint >> 18);
        scratch[to++] = 0x80 | ((codePoint >> 12) & 0x3f);
      }
      scratch[to++] = 0x80 | ((codePoint >> 6) & 0x3f);
    }
    scratch[to++] = 0x80 | (codePoint & 0x3f);
  }
  return to;
}

/** Writes the code units of `text` at `ptr`, which is even, and U+FFFD for each lone surrogate. */
export function writeUtf16(memory: Memory, ptr: number, text: string): void {
  const n = text.length;
  if (native !== undefined && n > SHORT_UTF16_ENCODE) native.ucs2Write.call(memory.u8, toWellFormed(text), ptr, 2 * n);
  else writeUnits(memory.u16, ptr / 2, text);
}

function writeUnits(u16: Uint16Array, to: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isSurrogate(unit)) {
      if (isPair(unit, text, i)) {
        u16[to + i] = unit;
        i++;
        u16[to + i] = text.charCodeAt(i);
      } else u16[to + i] = 0xfffd;
    } else u16[to + i] = unit;
  }
}

/** Writes `text`, in which `isLatin1`. */
export function writeLatin1({ u8 }: Memory, ptr: number, text: string): void {
  const n = text.length;
  if (native !== undefined && n > SHORT_LATIN1_ENCODE) native.latin1Write.call(u8, text, ptr, n);
  else for (let i = 0; i < n; i++) u8[ptr + i] = text.charCodeAt(i);
}

// ---- Questions

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

/** Whether the surrogate at `i` begins a pair. */
const isPair = (unit: number, text: string, i: number): boolean =>
  unit < 0xdc00 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;

/** `String.prototype.isWellFormed` and `toWellFormed`, which are younger than the engines that gantry runs on. */
interface WellFormedness {
  isWellFormed?(): boolean;
  toWellFormed?(): string;
}

/** Whether `text` has no lone surrogates. */
function isWellFormed(text: string): boolean {
  return (text as WellFormedness).isWellFormed?.() ?? !/\p{Surrogate}/u.test(text);
}

/** `text` with U+FFFD for each lone surrogate. `USVString` in Web IDL. */
function toWellFormed(text: string): string {
  return (text as WellFormedness).toWellFormed?.() ?? text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Engines keep such strings in bytes, and know at once that an expression of larger characters cannot match there. */
const notLatin1 = /[^\0-\xff]/;

export function isLatin1(text: string): boolean {
  return !notLatin1.test(text);
}

/**
 * How many units at the start of `text` are less than `limit`, a power of 2: all of them, or the index of the first
 * that is not.
 */
export function prefixBelow(text: string, limit: 0x80 | 0x100): number {
  const at = text.search(limit === 0x80 ? /[^\0-\x7f]/ : notLatin1);
  return at === -1 ? text.length : at;
}

// ---- What is wrong

/** The first thing in the bytes that is not UTF-8: where, and how many bytes; 0 if the text ends too early. */
export function utf8Fault(bytes: Uint8Array): { readonly index: number; readonly length: number } | undefined {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i]!;
    const size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size === 0) return { index: i, length: 1 };
    for (let k = 1; k < size; k++) {
      if (i + k === bytes.length) return { index: i, length: 0 };
      const byte = bytes[i + k]!;
      // The second byte of some leads is limited further: no overlong forms, no surrogates, nothing beyond U+10FFFF.
      const min = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const max = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < min || byte > max) return { index: i, length: k };
    }
    i += size;
  }
  return undefined;
}

/** The index of the first code unit that is an unpaired surrogate, or -1. */
export function utf16Fault(units: Uint16Array): number {
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    if (!isSurrogate(unit)) continue;
    if (unit >= 0xdc00 || i + 1 === units.length || (units[i + 1]! & 0xfc00) !== 0xdc00) return i;
    i++;
  }
  return -1;
}
