/**
 * Strings from one component to another: `load_string_from_range` and `store_string_into_range` in the specification, in
 * all pairs of encodings, with every call of `realloc` and all that it finds in memory meanwhile.
 *
 * A string is checked, text and all, before anything is lowered. So what transcodes (`transcode.ts`) knows that the text
 * is right.
 */
import { MAX_STRING_BYTE_LENGTH, UTF16_TAG, UTF16_TAG_64 } from "../abi/constants.ts";
import type { Func, Local } from "../wasm/body.ts";
import { copyBytes } from "./bytes.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";
import {
  beyondLatin1, copyAscii, copyLatin1, copyLatin1OfUtf8, type Encoding, narrowInPlace, toUtf8, utf8ToUtf16, widen,
  widenInPlace,
} from "./transcode.ts"; // biome-ignore format: one list
import { checkUtf8 } from "./utf8.ts";
import { checkUtf16 } from "./utf16.ts";

// ---- Check: `load_string_from_range`

/** Checks the string whose pointer and (tagged) length are on the stack. */
export function checkString(code: Code, side: Side): void {
  const helper = code.module.helper("check string", [side.index], () => ({
    params: [side.pointer, side.pointer],
    results: [],
    write: (inner, [ptr, length]) => writeCheck(inner, side, ptr!, length!),
  }));
  code.call(helper);
}

function writeCheck(code: Code, side: Side, ptr: Local, length: Local): void {
  if (side.pointer === "i64") code.tooLarge(ptr).trapIf("pointer-out-of-bounds");
  switch (side.encoding) {
    case "utf8":
      checkUnits(code, side, "utf8", ptr, length);
      return;
    case "utf16":
      checkUnits(code, side, "utf16", ptr, length);
      return;
    case "latin1+utf16":
      ifTagged(
        code,
        side,
        length,
        () => {
          untag(code, side, length).set(length);
          checkUnits(code, side, "utf16", ptr, length);
        },
        () => checkUnits(code, side, "latin1", ptr, length),
      );
  }
}

function checkUnits(code: Code, side: Side, encoding: Encoding, ptr: Local, length: Local): void {
  const wide = encoding === "utf16" ? 1 : 0;
  code
    .get(length)
    .pointer(side, MAX_STRING_BYTE_LENGTH >> wide)
    .emit(side.op("gt_u"))
    .trapIf("string-too-long");
  // Latin-1 is aligned for the encoding that it might have been.
  if (encoding !== "utf8") code.unaligned(side, ptr, 2).trapIf("unaligned-pointer");
  const units = code.get(length).toI32(side).keep("i32");
  const size = wide === 0 ? units : code.get(units).i32(1).emit("i32.shl").keep("i32");
  code.beyond(side, ptr, { local: size }).trapIf("string-out-of-bounds");
  if (encoding === "latin1") return;
  code.get(ptr, units).call(encoding === "utf8" ? checkUtf8(code, side) : checkUtf16(code, side));
  code.emit("i32.eqz").if(() => {
    code.get(ptr, units).trap({ leaf: "invalid-text", options: side.index, encoding });
  });
}

// ---- Tags

function ifTagged(code: Code, side: Side, length: Local, tagged: () => void, plain: () => void): void {
  code.get(length).pointer(side, 0).emit(side.op("lt_s")).if(tagged, plain);
}

/** Puts a tagged length on the stack without its tag. */
function untag(code: Code, side: Side, length: Local): Code {
  code.get(length);
  if (side.pointer === "i32") return code.i32(UTF16_TAG - 1).emit("i32.and");
  return code.emit("i64.const", UTF16_TAG_64 - 1n).emit("i64.and");
}

/** From a number of code units, of type `i32`, to a length of the other side's. */
function tagged(code: Code, side: Side): Code {
  if (side.pointer === "i32") return code.i32(-UTF16_TAG).emit("i32.or");
  return code.emit("i64.extend_i32_u").emit("i64.const", UTF16_TAG_64).emit("i64.or");
}

// ---- Copy: `store_string_into_range`

/** Replaces the pointer and the (tagged) length of a checked string on the stack by those of its copy. */
export function copyString(code: Code, from: Side, to: Side): void {
  if (from.encoding === "latin1+utf16") code.call(taggedCopy(code, from, to));
  else code.toI32(from).call(stringStorer(code, from, to, from.encoding));
}

function taggedCopy({ module }: Code, from: Side, to: Side): Func {
  return module.helper("copy tagged string", [from.memoryKey, to.index], () => ({
    params: [from.pointer, from.pointer],
    results: [to.pointer, to.pointer],
    write: (code, [ptr, length]) => {
      const tagged = () => {
        untag(code.get(ptr!), from, length!).toI32(from);
        code.call(stringStorer(code, from, to, "tagged-utf16")).emit("return");
      };
      const plain = () => {
        code.get(ptr!, length!).toI32(from);
        code.call(stringStorer(code, from, to, "latin1")).emit("return");
      };
      ifTagged(code, from, length!, tagged, plain);
      code.emit("unreachable");
    },
  }));
}

/** What stores a string of one encoding: of a pointer and a number of code units, it makes a pointer and a (tagged) length. */
function stringStorer({ module }: Code, from: Side, to: Side, encoding: Encoding | "tagged-utf16"): Func {
  return module.helper(`copy ${encoding} string`, [from.memoryKey, to.index], () => ({
    params: [from.pointer, "i32"],
    results: [to.pointer, to.pointer],
    write: (code, [ptr, units]) => writeStringCopy(code, from, to, encoding, ptr!, units!),
  }));
}

function writeStringCopy(
  code: Code,
  from: Side,
  to: Side,
  encoding: Encoding | "tagged-utf16",
  ptr: Local,
  units: Local,
): void {
  switch (to.encoding) {
    case "utf8":
      if (encoding === "utf8") storeCopy(code, from, to, ptr, units, 1, 1);
      else storeToUtf8(code, from, to, encoding === "latin1" ? "latin1" : "utf16", ptr, units);
      return;
    case "utf16":
      if (encoding === "utf8") storeUtf8ToUtf16(code, from, to, ptr, units);
      else if (encoding === "latin1") storeLatin1ToUtf16(code, from, to, ptr, units);
      else storeCopy(code, from, to, ptr, units, 2, 2);
      return;
    case "latin1+utf16":
      if (encoding === "latin1") storeCopy(code, from, to, ptr, units, 1, 2);
      else if (encoding === "tagged-utf16") storeProbablyUtf16(code, from, to, ptr, units);
      else storeToLatin1OrUtf16(code, from, to, encoding, ptr, units);
  }
}

/** `store_string_copy` in the specification, between equal encodings. */
function storeCopy(
  code: Code,
  from: Side,
  to: Side,
  ptr: Local,
  units: Local,
  unitSize: 1 | 2,
  alignment: 1 | 2,
): void {
  const size = unitSize === 1 ? units : code.get(units).i32(1).emit("i32.shl").keep("i32");
  const target = code.get(size).allocate(to, "string", alignment).keep(to.pointer);
  code.get(target, ptr, size);
  copyBytes(code, from, to);
  code.get(target, units).fromI32(to);
}

/** `store_string_copy` in the specification, where each byte becomes two. */
function storeLatin1ToUtf16(code: Code, from: Side, to: Side, ptr: Local, units: Local): void {
  const target = code.get(units).i32(1).emit("i32.shl").allocate(to, "string", 2).keep(to.pointer);
  code.get(target, ptr, units).call(widen(code, from, to));
  code.get(target, units).fromI32(to);
}

/** `store_string_to_utf8` in the specification: in the hope that all is ASCII. */
function storeToUtf8(code: Code, from: Side, to: Side, encoding: "utf16" | "latin1", ptr: Local, units: Local): void {
  const wide = encoding === "utf16";
  const target = code.get(units).allocate(to, "string", 1).keep(to.pointer);
  const ascii = code
    .get(target, ptr, units)
    .call(copyAscii(code, from, to, encoding))
    .keep("i32");
  code
    .get(ascii, units)
    .emit("i32.eq")
    .if(() => code.get(target, units).fromI32(to).emit("return"));

  const worst = code
    .get(units)
    .i32(wide ? 3 : 2)
    .emit("i32.mul")
    .keep("i32");
  code.get(target, units, worst).reallocateString(to, 1).set(target);
  const rest = () =>
    code
      .get(ascii)
      .i32(wide ? 1 : 0)
      .emit("i32.shl")
      .fromI32(from)
      .get(ptr)
      .emit(from.op("add"));
  const sourceEnd = () =>
    code
      .get(units)
      .i32(wide ? 1 : 0)
      .emit("i32.shl")
      .fromI32(from)
      .get(ptr)
      .emit(from.op("add"));
  code.get(target, ascii).fromI32(to).emit(to.op("add"));
  rest();
  sourceEnd();
  code.call(toUtf8(code, from, to, encoding));
  const size = code.get(target).emit(to.op("sub")).toI32(to).keep("i32");
  shrink(code, to, target, worst, size, 1);
  code.get(target, size).fromI32(to);
}

/** Gives back what was too much. */
function shrink(code: Code, to: Side, target: Local, before: Local, size: Local, alignment: 1 | 2): void {
  code
    .get(before, size)
    .emit("i32.ne")
    .if(() => {
      code.get(target, before, size).reallocateString(to, alignment).set(target);
    });
}

/** `store_utf8_to_utf16` in the specification. */
function storeUtf8ToUtf16(code: Code, from: Side, to: Side, ptr: Local, units: Local): void {
  const worst = code.get(units).i32(1).emit("i32.shl").keep("i32");
  const target = code.get(worst).allocate(to, "string", 2).keep(to.pointer);
  code
    .get(target, ptr, ptr, units)
    .fromI32(from)
    .emit(from.op("add"))
    .call(utf8ToUtf16(code, from, to));
  const size = code.get(target).emit(to.op("sub")).toI32(to).keep("i32");
  shrink(code, to, target, worst, size, 2);
  code.get(target, size).i32(1).emit("i32.shr_u").fromI32(to);
}

/** `store_string_to_latin1_or_utf16` in the specification: in the hope that all is Latin-1. */
function storeToLatin1OrUtf16(
  code: Code,
  from: Side,
  to: Side,
  encoding: "utf8" | "utf16",
  ptr: Local,
  units: Local,
): void {
  const target = code.get(units).allocate(to, "string", 2).keep(to.pointer);
  // How many characters are Latin-1, and where in the source the first is that is not.
  const chars = code.local("i32");
  const stop = code.local(from.pointer);
  const end = code
    .get(units)
    .i32(encoding === "utf8" ? 0 : 1)
    .emit("i32.shl")
    .fromI32(from)
    .get(ptr)
    .emit(from.op("add"));
  const sourceEnd = end.keep(from.pointer);
  if (encoding === "utf8") {
    code
      .get(target, ptr, sourceEnd)
      .call(copyLatin1OfUtf8(code, from, to))
      .set(stop);
    code.get(target).emit(to.op("sub")).toI32(to).set(chars);
  } else {
    code
      .get(target, ptr, units)
      .call(copyLatin1(code, from, to))
      .tee(chars);
    code.i32(1).emit("i32.shl").fromI32(from).get(ptr).emit(from.op("add")).set(stop);
  }
  code
    .get(stop, sourceEnd)
    .emit(from.op("eq"))
    .if(() => {
      shrink(code, to, target, units, chars, 2);
      code.get(target, chars).fromI32(to).emit("return");
    });

  const worst = code.get(units).i32(1).emit("i32.shl").keep("i32");
  code.get(target, units, worst).reallocateString(to, 2).tee(target);
  code.get(chars).call(widenInPlace(code, to));
  const rest = () => code.get(chars).i32(1).emit("i32.shl").fromI32(to).get(target).emit(to.op("add"));
  if (encoding === "utf8") {
    rest()
      .get(stop, sourceEnd)
      .call(utf8ToUtf16(code, from, to));
    const size = code.get(target).emit(to.op("sub")).toI32(to).keep("i32");
    shrink(code, to, target, worst, size, 2);
    code.get(target, size).i32(1).emit("i32.shr_u");
  } else {
    rest().get(stop).get(sourceEnd, stop).emit(from.op("sub")).toI32(from);
    copyBytes(code, from, to);
    code.get(target, units);
  }
  tagged(code, to);
}

/** `store_probably_utf16_to_latin1_or_utf16` in the specification: the other encoding was needed once, so perhaps still. */
function storeProbablyUtf16(code: Code, from: Side, to: Side, ptr: Local, units: Local): void {
  const size = code.get(units).i32(1).emit("i32.shl").keep("i32");
  const target = code.get(size).allocate(to, "string", 2).keep(to.pointer);
  code.get(target, ptr, size);
  copyBytes(code, from, to);
  code
    .get(ptr, units)
    .call(beyondLatin1(code, from))
    .if(() => {
      tagged(code.get(target, units), to).emit("return");
    });
  code.get(target, units).call(narrowInPlace(code, to));
  code.get(target, size, units).reallocateString(to, 1);
  code.get(units).fromI32(to);
}
