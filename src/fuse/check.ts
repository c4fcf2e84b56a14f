/**
 * The first half of passing a value on: all that lifting it checks, and the handles that lifting it takes from their
 * owner, in the order of `lift_flat` and `load` in the specification.
 *
 * The values themselves stay where they are until they are lowered (`translate.ts`). Nothing can change them meanwhile:
 * what runs in between is the other side's `realloc`, and no memory is shared between components.
 */
import { isChecked } from "../abi/contents.ts";
import { type Despecialized, despecialize, layout } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import { resourceOf } from "../plan/types.ts";
import type { Case, ValType } from "../types/types.ts";
import type { Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import type { Side } from "./side.ts";
import {
  eachElement, eachPayload, elementSources, fieldSources, pushAddress, pushCase, pushFlat, pushRange, pushSource,
  pushUnsigned, type Source, sourceOf, sourceTypes,
} from "./source.ts"; // biome-ignore format: one list
import { checkString } from "./strings.ts";
import { type AsyncKind, cost, hasBorrows, type ScalarKind } from "./traits.ts";

/** Checks the value of type `t` at `source`. */
export function check(code: Code, side: Side, t: ValType, source: Source): void {
  if (!isChecked(t)) return;
  if (code.inlines(cost(t))) {
    checkHere(code, side, despecialize(t), source);
    return;
  }
  pushSource(code, side, t, source);
  const write = (inner: Code, params: readonly Local[]) =>
    checkHere(inner, side, despecialize(t), sourceOf(side, t, source.in, params));
  const key = [code.module.typeId(t), source.in, side.index];
  code.helper("check", key, sourceTypes(side, t, source), [], write, hasBorrows(t));
}

function checkHere(code: Code, side: Side, t: Despecialized, source: Source): void {
  switch (t.kind) {
    case "char":
      pushI32(code, side, source);
      checkChar(code);
      return;
    case "string":
      pushRange(code, side, source);
      checkString(code, side);
      return;
    case "list":
      if (t.length === undefined) {
        pushRange(code, side, source);
        checkList(code, side, t.element);
      } else if (source.in === "flats") {
        for (const part of elementSources(t.element, t.length, source.flats)) check(code, side, t.element, part);
      } else {
        pushAddress(code, side, source);
        code.i32(t.length);
        checkElements(code, side, t.element);
      }
      return;
    case "record": {
      const types = t.fields.map((field) => field.type);
      for (const [i, field] of fieldSources(side, types, source).entries()) check(code, side, types[i]!, field);
      return;
    }
    case "variant":
      checkVariant(code, side, t.cases, source);
      return;
    case "own":
    case "borrow": {
      code.pushScope(t.kind === "borrow");
      pushI32(code, side, source);
      const resource = resourceOf(t);
      code.leaf({ leaf: `lift-${t.kind}`, options: side.index, resource });
      return;
    }
    default:
      t.kind satisfies ScalarKind | AsyncKind | "flags";
      assert(false, `a ${t.kind} needs no check`);
  }
}

function pushI32(code: Code, side: Side, source: Source): void {
  if (source.in === "flats") pushFlat(code, source.flats[0]!, "i32");
  else pushUnsigned(code, side, 4, source);
}

/**
 * `convert_i32_to_char` in the specification, of what is on the stack, with one test: this moves the surrogates beyond all
 * other characters, to where what is no character at all is.
 */
function checkChar(code: Code): void {
  const i = code.keep("i32");
  code.get(i).i32(0xd800).emit("i32.xor").i32(0x800).emit("i32.sub");
  code.i32(0x110000 - 0x800).emit("i32.ge_u");
  code.if(() => code.get(i).trap({ leaf: "invalid-char" }));
}

function checkVariant(code: Code, side: Side, cases: readonly Case[], source: Source): void {
  pushCase(code, side, cases, source);
  const tag = code.keep("i32");
  code.get(tag).i32(cases.length).emit("i32.ge_u").trapIf("invalid-discriminant");
  eachPayload(code, side, { cases, source, tag }, isChecked, (type, payload) => check(code, side, type, payload));
}

/** `load_list_from_range` in the specification, of a pointer and a length on the stack. */
function checkList(outer: Code, side: Side, element: ValType): void {
  const { size, alignment } = layout(element, side.pointer);
  const checked = isChecked(element);
  const key = checked ? [side.index, outer.module.typeId(element)] : [side.memoryKey, size, alignment];
  const write = (code: Code, [ptr, length]: readonly Local[]) => {
    const count = code.checkRange(side, ptr!, length!, size, alignment, "list");
    if (checked) checkElements(code.get(ptr!, count), side, element);
  };
  const name = checked ? "check list" : "check range";
  outer.helper(name, key, [side.pointer, side.pointer], [], write, hasBorrows(element));
}

/** Checks the elements of a list, whose place and number are on the stack. */
function checkElements(outer: Code, side: Side, element: ValType): void {
  const write = (code: Code, [ptr, count]: readonly Local[]) =>
    eachElement(code, element, count!, [{ side, ptr: ptr! }], ([at]) => check(code, side, element, at!));
  const key = [outer.module.typeId(element), side.index];
  outer.helper("check elements", key, [side.pointer, "i32"], [], write, hasBorrows(element));
}
