/**
 * Strings in whichever encoding the options of a built-in name: those of error contexts. Generated code knows the encoding,
 * and calls what is in `strings.ts` by name.
 */
import type { LiftLowerContext } from "./context.ts";
import { allocate } from "./lists.ts";
import {
  loadLatin1OrUtf16,
  loadUtf8,
  loadUtf16,
  measureLatin1OrUtf16,
  measureUtf8,
  measureUtf16,
  type StringEncoding,
  taggedSize,
  writeLatin1OrUtf16,
} from "./strings.ts";
import { writeUtf8, writeUtf16 } from "./text.ts";

/** What all encodings have. */
export const codecs = {
  utf8: { load: loadUtf8, measure: measureUtf8, sizeOf: (units: number) => units, alignment: 1, write: writeUtf8 },
  utf16: {
    load: loadUtf16,
    measure: measureUtf16,
    sizeOf: (units: number) => 2 * units,
    alignment: 2,
    write: writeUtf16,
  },
  "latin1+utf16": {
    load: loadLatin1OrUtf16,
    measure: measureLatin1OrUtf16,
    sizeOf: taggedSize,
    alignment: 2,
    write: writeLatin1OrUtf16,
  },
} as const;

/** Finds room for a string and stores it. Leaves its (tagged) length in `cx.length`. */
export function storeString(cx: LiftLowerContext, encoding: StringEncoding, value: unknown): number {
  const { measure, sizeOf, alignment, write } = codecs[encoding];
  const units = measure(value);
  const ptr = allocate(cx, sizeOf(units), alignment, "string");
  write(cx.memory, ptr, value as string, units);
  cx.length = units;
  return ptr;
}
