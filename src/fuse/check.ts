/**
 * The first half of passing a value on: all that lifting it checks, and the handles that lifting it takes from their
 * owner, in the order of `lift_flat` and `load` in the specification.
 *
 * The values themselves stay where they are until they are lowered (`translate.ts`). Nothing can change them meanwhile:
 * what runs in between is the other side's `realloc`, and no memory is shared between components.
 */
import { MAX_LIST_BYTE_LENGTH } from "../abi/constants.ts";
import { despecialize, layout } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import type { Case, ValType } from "../types/types.ts";
import type { Local } from "../wasm/body.ts";
import { type Code, scoped } from "./code.ts";
import type { Side } from "./side.ts";
import {
  eachElement, elementSources, fieldSources, payloadSource, pushCase, pushFlat, pushRange, pushSource, pushUnsigned,
  type Source, sourceOf, sourceTypes,
} from "./source.ts"; // biome-ignore format: one list
import { checkString } from "./strings.ts";
import { cost, hasBorrows, isChecked } from "./types.ts";

/** Checks the value of type `t` at `source`. */
export function check(code: Code, side: Side, t: ValType, source: Source): void {
  if (!isChecked(t)) return;
  if (code.inlines(cost(t))) {
    checkHere(code, side, t, source);
    return;
  }
  const borrows = hasBorrows(t);
  const helper = code.module.helper("check", [code.module.typeId(t), source.in, side.index], () => ({
    params: scoped(borrows, sourceTypes(side, t, source)),
    results: [],
    write: (inner, params) => {
      checkHere(inner, side, t, sourceOf(side, t, source.in, borrows ? params.slice(1) : params));
    },
  }));
  code.pushScope(borrows);
  pushSource(code, side, t, source);
  code.call(helper);
}

function checkHere(code: Code, side: Side, type: ValType, source: Source): void {
  const t = despecialize(type);
  switch (t.kind) {
    case "char":
      pushI32(code, side, source);
      code.call(checkChar(code));
      return;
    case "string":
      pushRange(code, side, source);
      checkString(code, side);
      return;
    case "list":
      if (t.length === undefined) {
        code.pushScope(hasBorrows(t.element));
        pushRange(code, side, source);
        checkList(code, side, t.element);
      } else checkFixedList(code, side, t.element, t.length, source);
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
      const resource = code.module.program.resourceOf(t.resource);
      code.call(code.module.leaf({ leaf: `lift-${t.kind}`, options: side.index, resource }));
      return;
    }
    default:
      assert(false, `a ${t.kind} needs no check`);
  }
}

function pushI32(code: Code, side: Side, source: Source): void {
  if (source.in === "flats") pushFlat(code, source.flats[0]!, "i32");
  else pushUnsigned(code, side, 4, source);
}

/** `convert_i32_to_char` in the specification. */
function checkChar({ module }: Code) {
  return module.helper("check char", [], () => ({
    params: ["i32"],
    results: [],
    write: (code, [i]) => {
      code.get(i!).i32(0x110000).emit("i32.ge_u");
      code.get(i!).i32(-0x800).emit("i32.and").i32(0xd800).emit("i32.eq").emit("i32.or");
      code.if(() => code.get(i!).trap({ leaf: "invalid-char" }));
    },
  }));
}

function checkVariant(code: Code, side: Side, cases: readonly Case[], source: Source): void {
  pushCase(code, side, cases, source);
  code.i32(cases.length).emit("i32.ge_u").trapIf("invalid-discriminant");
  const byType = new Map<ValType, () => void>();
  const arms = new Map<number, () => void>();
  for (const [i, { type }] of cases.entries()) {
    if (type === undefined || !isChecked(type)) continue;
    let arm = byType.get(type);
    if (arm === undefined) {
      const payload = payloadSource(side, cases, type, source);
      arm = () => check(code, side, type, payload);
      byType.set(type, arm);
    }
    arms.set(i, arm);
  }
  if (arms.size === 0) return;
  pushCase(code, side, cases, source);
  code.switch(arms);
}

function checkFixedList(code: Code, side: Side, element: ValType, length: number, source: Source): void {
  if (source.in === "flats") {
    for (const part of elementSources(element, length, source.flats)) check(code, side, element, part);
    return;
  }
  code.pushScope(hasBorrows(element));
  pushSource(code, side, element, source);
  code.i32(length);
  checkElements(code, side, element);
}

/** `load_list_from_range` in the specification, of a pointer and a length on the stack, with the scope before them if it matters. */
function checkList(code: Code, side: Side, element: ValType): void {
  const { size, alignment } = layout(element, side.pointer);
  const checked = isChecked(element);
  const key = checked ? [side.index, code.module.typeId(element)] : [side.memoryKey, size, alignment];
  const borrows = hasBorrows(element);
  const helper = code.module.helper(checked ? "check list" : "check range", key, () => ({
    params: scoped(borrows, [side.pointer, side.pointer]),
    results: [],
    write: (inner, params) => {
      const [ptr, length] = borrows ? params.slice(1) : params;
      const count = checkRange(inner, side, ptr!, length!, size, alignment);
      if (!checked) return;
      inner.pushScope(borrows).get(ptr!, count);
      checkElements(inner, side, element);
    },
  }));
  code.call(helper);
}

/** Traps unless a list's place is right, and gives its length as `i32`. */
function checkRange(code: Code, side: Side, ptr: Local, length: Local, size: number, alignment: number): Local {
  if (side.pointer === "i64") {
    code.tooLarge(ptr).trapIf("pointer-out-of-bounds");
    code.tooLarge(length).trapIf("pointer-out-of-bounds");
  }
  code
    .get(length)
    .pointer(side, Math.floor(MAX_LIST_BYTE_LENGTH / size))
    .emit(side.op("gt_u"))
    .trapIf("list-too-long");
  if (alignment > 1) code.unaligned(side, ptr, alignment).trapIf("unaligned-pointer");
  code.get(length).toI32(side);
  const count = code.keep("i32");
  code.get(count);
  if (size !== 1) code.i32(size).emit("i32.mul");
  const byteLength = code.keep("i32");
  code.beyond(side, ptr, { local: byteLength }).trapIf("list-out-of-bounds");
  return count;
}

/** Checks the elements of a list, whose place and number are on the stack, with the scope before them if it matters. */
function checkElements(code: Code, side: Side, element: ValType): void {
  const borrows = hasBorrows(element);
  const helper = code.module.helper("check elements", [code.module.typeId(element), side.index], () => ({
    params: scoped(borrows, [side.pointer, "i32"]),
    results: [],
    write: (inner, params) => {
      const [at, count] = (borrows ? params.slice(1) : params) as [Local, Local];
      eachElement(inner, count, [{ side, element, at }], () => {
        check(inner, side, element, { in: "memory", ptr: at, offset: 0 });
      });
    },
  }));
  code.call(helper);
}
