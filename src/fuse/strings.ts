/**
 * Strings from one component to another: `load_string_from_range` and `store_string_into_range` in the specification, in
 * all pairs of encodings, with every call of `realloc` and all that it finds in memory meanwhile.
 *
 * A string is checked, text and all, before anything is lowered. So what transcodes (`transcode.ts`) knows that the text
 * is right.
 */
import { UTF16_TAG } from "../abi/constants.ts";
import type { Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import { callLibrary, type Sides } from "./library.ts";
import type { Side } from "./side.ts";

// ---- Check: `load_string_from_range`

/** Checks the string whose pointer and (tagged) length are on the stack. */
export function checkString(code: Code, side: Side): void {
  code.helper("check string", [side.index], [side.pointer, side.pointer], [], (inner, [ptr, length]) =>
    writeCheck(inner, side, ptr!, length!),
  );
}

function writeCheck(code: Code, side: Side, ptr: Local, length: Local): void {
  const { encoding, pointer } = side;
  if (encoding !== "latin1+utf16") {
    checkUnits(code, side, encoding, ptr, length);
    return;
  }
  code.get(length).pointer(side, 0).emit(side.op("lt_s"));
  code.if(
    () => {
      code.get(length);
      if (pointer === "i32") code.i32(UTF16_TAG - 1).emit("i32.and");
      else code.emit("i64.const", 2n ** 63n - 1n).emit("i64.and");
      code.set(length);
      checkUnits(code, side, "utf16", ptr, length);
    },
    // Aligned for the encoding that it might have been.
    () => code.checkRange(side, ptr, length, 1, 2, "string"),
  );
}

function checkUnits(code: Code, side: Side, encoding: "utf8" | "utf16", ptr: Local, length: Local): void {
  const size = encoding === "utf8" ? 1 : 2;
  const units = code.checkRange(side, ptr, length, size, size, "string");
  callLibrary(code.get(ptr, units), encoding === "utf8" ? "isUtf8" : "isUtf16", { from: side, to: side });
  code.emit("i32.eqz").if(() => {
    code.get(ptr, units).trap({ leaf: "invalid-text", options: side.index, encoding });
  });
}

// ---- Copy: `store_string_into_range`

/** Replaces the pointer and the (tagged) length of a checked string on the stack by those of its copy. */
export function copyString(code: Code, way: Sides): void {
  if (way.from.encoding !== "latin1+utf16") code.toI32(way.from);
  callLibrary(code, storerOf[way.from.encoding], way);
}

const storerOf = { utf8: "storeUtf8", utf16: "storeUtf16", "latin1+utf16": "storeTagged" } as const;
