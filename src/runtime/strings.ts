/**
 * Strings in a guest's memory, in its encoding: `load_string_from_range` and `store_string_into_range` in the
 * specification, with every check in its order.
 *
 * What crosses the host's boundary has one encoding to mind: a JavaScript string counts as being in the guest's already,
 * so that storing is one exact allocation and a copy (`store_string_copy`). Strings that pass from one component to
 * another are in `transcode.ts`.
 *
 * Pointers and lengths are numbers, unsigned. A length is `tagged` as with 32-bit pointers whatever the memory:
 * `taggedFrom64` and `taggedTo64` translate.
 */
import { MAX_STRING_BYTE_LENGTH, UTF16_TAG, UTF16_TAG_64 } from "../abi/constants.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { CanonicalOptions } from "../plan/plan.ts";
import type { LiftLowerContext } from "./context.ts";
import { checkString } from "./lists.ts";
import type { Memory } from "./memory.ts";
import { invalid } from "./numbers.ts";
import {
  decodeLatin1,
  decodeUtf8,
  decodeUtf16,
  isLatin1,
  isUtf8,
  utf8Fault,
  utf8Length,
  utf16Fault,
  writeLatin1,
  writeUtf16,
} from "./text.ts";
import { trap } from "./trap.ts";

export type StringEncoding = CanonicalOptions["encoding"];

// ---- 64-bit memories

/** A pointer or a length of a 64-bit memory. Traps beyond what JavaScript can count: no memory is so large. */
export function pointer64(x: bigint): number {
  const ptr = Number(BigInt.asUintN(64, x));
  return ptr <= Number.MAX_SAFE_INTEGER ? ptr : trap("pointer-out-of-bounds");
}

/**
 * The length of a string as a 64-bit memory has it, with the tag where 32-bit memories have it. Traps if it is too long
 * for any encoding.
 */
export function taggedFrom64(x: bigint): number {
  const tagged = BigInt.asUintN(64, x);
  const units = tagged & ~UTF16_TAG_64;
  if (units > MAX_STRING_BYTE_LENGTH) trap("string-too-long");
  return Number(units) + (units === tagged ? 0 : UTF16_TAG);
}

/** The reverse: a length of a string or a list, as left in `cx.length`. */
export function taggedTo64(length: number): bigint {
  return length < UTF16_TAG ? BigInt(length) : BigInt(length - UTF16_TAG) | UTF16_TAG_64;
}

// ---- Load: `load_string_from_range`

export function loadUtf8(cx: LiftLowerContext, ptr: number, taggedUnits: number): string {
  checkString(cx, ptr, taggedUnits, 1);
  return decodeUtf8(cx.memory, ptr, taggedUnits) ?? trapForUtf8(cx, ptr, taggedUnits);
}

export function loadUtf16(cx: LiftLowerContext, ptr: number, taggedUnits: number): string {
  checkString(cx, ptr, 2 * taggedUnits, 2);
  return decodeUtf16(cx.memory, ptr, taggedUnits) ?? trapForUtf16(cx, ptr, taggedUnits);
}

export function loadLatin1OrUtf16(cx: LiftLowerContext, ptr: number, taggedUnits: number): string {
  if (taggedUnits >= UTF16_TAG) return loadUtf16(cx, ptr, taggedUnits - UTF16_TAG);
  checkString(cx, ptr, taggedUnits, 2);
  return decodeLatin1(cx.memory, ptr, taggedUnits);
}

export function trapForUtf8(cx: LiftLowerContext, ptr: number, byteLength: number): never {
  const { index, length } = utf8Fault(cx.memory.u8.subarray(ptr, ptr + byteLength)) ?? { index: 0, length: 0 };
  return length === 0 ? trap("incomplete-utf8", { index }) : trap("invalid-utf8", { index, length });
}

export function trapForUtf16(cx: LiftLowerContext, ptr: number, units: number): never {
  return trap("invalid-utf16", { index: utf16Fault(cx.memory.u16.subarray(ptr / 2, ptr / 2 + units)) });
}

// ---- Store: `store_string_into_range`, from a JavaScript string. What it takes is found out before there is room for it.

/** The length of a string in UTF-8, as the ABI passes it: in bytes. */
export function measureUtf8(value: unknown): number {
  if (typeof value !== "string") invalid();
  const size = utf8Length(value);
  return size > MAX_STRING_BYTE_LENGTH ? invalid() : size;
}

/** The same in UTF-16: in code units. */
export function measureUtf16(value: unknown): number {
  return typeof value !== "string" || 2 * value.length > MAX_STRING_BYTE_LENGTH ? invalid() : value.length;
}

/** The same where either may do: in code units, tagged. */
export function measureLatin1OrUtf16(value: unknown): number {
  if (typeof value !== "string") invalid();
  if (!isLatin1(value)) return measureUtf16(value) + UTF16_TAG;
  return value.length > MAX_STRING_BYTE_LENGTH ? invalid() : value.length;
}

/** The bytes for so many of these units. */
export function taggedSize(taggedUnits: number): number {
  return taggedUnits < UTF16_TAG ? taggedUnits : 2 * (taggedUnits - UTF16_TAG);
}

export function writeLatin1OrUtf16(memory: Memory, ptr: number, text: string, taggedUnits: number): void {
  if (taggedUnits < UTF16_TAG) writeLatin1(memory, ptr, text);
  else writeUtf16(memory, ptr, text);
}

// ---- Views

/** A lifted string whose bytes are still the guest's: a view that is good until the guest runs again. */
export class StringView {
  readonly bytes: Uint8Array;
  readonly encoding: "utf8" | "utf16" | "latin1";
  readonly #cx: LiftLowerContext;
  readonly #ptr: number;
  readonly #byteLength: number;

  constructor(cx: LiftLowerContext, encoding: "utf8" | "utf16" | "latin1", ptr: number, byteLength: number) {
    this.bytes = new Uint8Array(cx.memory.u8.buffer, ptr, byteLength);
    this.encoding = encoding;
    this.#cx = cx;
    this.#ptr = ptr;
    this.#byteLength = byteLength;
  }

  toString(): string {
    if (this.bytes.length !== this.#byteLength) {
      throw new ComponentError(
        "call",
        "stale-view",
        "a view of a string was used after its memory had grown: copy what is to be kept",
      );
    }
    const { memory } = this.#cx;
    switch (this.encoding) {
      case "utf8":
        return decodeUtf8(memory, this.#ptr, this.#byteLength) ?? trapForUtf8(this.#cx, this.#ptr, this.#byteLength);
      case "utf16":
        return (
          decodeUtf16(memory, this.#ptr, this.#byteLength / 2) ??
          trapForUtf16(this.#cx, this.#ptr, this.#byteLength / 2)
        );
      case "latin1":
        return decodeLatin1(memory, this.#ptr, this.#byteLength);
    }
  }
}

/** As `load…`, without the copy: the bytes are checked, and made a string only if somebody asks. */
export function viewString(
  cx: LiftLowerContext,
  encoding: StringEncoding,
  ptr: number,
  taggedUnits: number,
): StringView {
  switch (encoding) {
    case "utf8":
      checkString(cx, ptr, taggedUnits, 1);
      return isUtf8(cx.memory, ptr, taggedUnits)
        ? new StringView(cx, "utf8", ptr, taggedUnits)
        : trapForUtf8(cx, ptr, taggedUnits);
    case "utf16":
      return viewUtf16(cx, ptr, taggedUnits);
    case "latin1+utf16":
      if (taggedUnits >= UTF16_TAG) return viewUtf16(cx, ptr, taggedUnits - UTF16_TAG);
      checkString(cx, ptr, taggedUnits, 2);
      return new StringView(cx, "latin1", ptr, taggedUnits);
  }
}

function viewUtf16(cx: LiftLowerContext, ptr: number, units: number): StringView {
  checkString(cx, ptr, 2 * units, 2);
  if (utf16Fault(cx.memory.u16.subarray(ptr / 2, ptr / 2 + units)) !== -1) trapForUtf16(cx, ptr, units);
  return new StringView(cx, "utf16", ptr, 2 * units);
}
