/**
 * How text of one encoding is stored in another: `store_string_into_range` in the specification, with every call of
 * `realloc`, in the notation of `notation.ts`. Of a pointer and a number of code units, each makes a pointer and a (tagged)
 * length.
 */
import type { CanonicalOptions } from "../plan/plan.ts";

type Storers = Readonly<Record<CanonicalOptions["encoding"], string>>;

const storer = (body: string): string => `(ptr: from, units: i32) -> to, to { ${body} }`;

/** `store_string_copy` in the specification, between equal encodings. */
const copy = (unitSize: 1 | 2, alignment: 1 | 2): string =>
  storer(`
    let size = units * ${unitSize}
    let target = reallocate(size, ${alignment}, 0, 0)
    copyBytes(target, ptr, size)
    return target, units`);

/** Gives back what was too much. */
const shrink = (before: string, size: string, alignment: 1 | 2): string =>
  `if ${before} != ${size} { target = reallocate(${size}, ${alignment}, target, ${before}) }`;

/** `store_string_to_utf8` in the specification: in the hope that all is ASCII. */
const toUtf8 = (encoding: "Utf16" | "Latin1", unitSize: 1 | 2): string =>
  storer(`
    let target = reallocate(units, 1, 0, 0)
    let ascii = asciiOf${encoding}(target, ptr, units)
    return target, units if ascii == units
    let worst = units * ${unitSize + 1}
    target = reallocate(worst, 1, target, units)
    let rest = ptr + ascii * ${unitSize}
    let size = i32(${encoding.toLowerCase()}ToUtf8(target + ascii, rest, ptr + units * ${unitSize}) - target)
    ${shrink("worst", "size", 1)}
    return target, size`);

/** `store_string_copy` in the specification, where each byte becomes two. */
const latin1ToUtf16 = storer(`
    let target = reallocate(units * 2, 2, 0, 0)
    widen(target, ptr, units)
    return target, units`);

/** `store_utf8_to_utf16` in the specification. */
const utf8ToUtf16 = storer(`
    let worst = units * 2
    let target = reallocate(worst, 2, 0, 0)
    let size = i32(utf8ToUtf16(target, ptr, ptr + units) - target)
    ${shrink("worst", "size", 2)}
    return target, size >> 1`);

/** `store_string_to_latin1_or_utf16` in the specification: in the hope that all is Latin-1. */
const utf8ToEither = storer(`
    let target = reallocate(units, 2, 0, 0)
    let end = ptr + units
    let written, rest = latin1OfUtf8(target, ptr, end)
    let chars = i32(written - target)
    if rest == end {
      ${shrink("units", "chars", 2)}
      return target, chars
    }
    let worst = units * 2
    target = reallocate(worst, 2, target, units)
    widenInPlace(target, chars)
    let size = i32(utf8ToUtf16(target + chars * 2, rest, end) - target)
    ${shrink("worst", "size", 2)}
    return target, to(size >> 1) | TAG`);

/** `store_string_to_latin1_or_utf16` in the specification, of what has two bytes each. */
const utf16ToEither = storer(`
    let target = reallocate(units, 2, 0, 0)
    let chars = latin1OfUtf16(target, ptr, units)
    return target, units if chars == units
    let worst = units * 2
    target = reallocate(worst, 2, target, units)
    widenInPlace(target, chars)
    copyBytes(target + chars * 2, ptr + chars * 2, worst - chars * 2)
    return target, to(units) | TAG`);

/** `store_probably_utf16_to_latin1_or_utf16` in the specification: the other encoding was needed once, so perhaps still. */
const probablyUtf16ToEither = storer(`
    let size = units * 2
    let target = reallocate(size, 2, 0, 0)
    copyBytes(target, ptr, size)
    return target, to(units) | TAG if beyondLatin1(ptr, units)
    narrowInPlace(target, units)
    target = reallocate(units, 1, target, size)
    return target, units`);

const utf16ToUtf8 = toUtf8("Utf16", 2);

/** From a length that tells the encoding. */
const tagged = `(ptr: from, length: from) -> to, to {
  if length >= TAG { return storeProbablyUtf16(ptr, i32(length) & ${2 ** 31 - 1}) }
  return storeLatin1(ptr, i32(length))
}`;

export const storers: Readonly<Record<string, Storers>> = {
  storeUtf8: { utf8: copy(1, 1), utf16: utf8ToUtf16, "latin1+utf16": utf8ToEither },
  storeUtf16: { utf8: utf16ToUtf8, utf16: copy(2, 2), "latin1+utf16": utf16ToEither },
  storeLatin1: { utf8: toUtf8("Latin1", 1), utf16: latin1ToUtf16, "latin1+utf16": copy(1, 2) },
  storeProbablyUtf16: { utf8: utf16ToUtf8, utf16: copy(2, 2), "latin1+utf16": probablyUtf16ToEither },
  storeTagged: { utf8: tagged, utf16: tagged, "latin1+utf16": tagged },
};
