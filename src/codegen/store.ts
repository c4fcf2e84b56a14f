/**
 * `store` in the specification ("Storing" in CanonicalABI.md): statements that put values into memory.
 *
 * Whoever calls `store` has found room for a value of the type: inside the memory, and aligned. Whatever may run the guest
 * (its `realloc`) is a statement of its own, before the memory's views are fetched.
 */

import { MAX_LIST_BYTE_LENGTH } from "../abi/constants.ts";
import { hasHandles, hasPointers } from "../abi/contents.ts";
import { keysOf } from "../abi/js-names.ts";
import { layout, recordLayout, variantLayout } from "../abi/layout.ts";
import type { ValType, ValTypeOf } from "../types/types.ts";
import { binary, call, constant, env, index, plus } from "./build.ts";
import { type Code, inElements, type Side } from "./generator.ts";
import { eachElement, unsigned } from "./load.ts";
import { type Range, write, writeRange } from "./place.ts";
import { pairType } from "./plan-types.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, fieldOf, isNumber, numberTables } from "./values.ts";

/** Puts `value` of type `t` to `ptr + offset`. */
export function store(code: Code, side: Side, t: ValType, value: Expr, ptr: Expr, offset = 0): void {
  if (code.inlines(t)) {
    storeHere(code, side, t, value, ptr, offset);
    return;
  }
  const helper = code.generator.helper("store", side, t, ["value", "ptr"], (inner, [v, at]) => {
    storeHere(inner, side, t, v!, at!, 0);
    return undefined;
  });
  code.do(code.callHelper(helper, side, [value, plus(ptr, offset)]));
}

/**
 * Adds what `write` adds, which puts values of these types to `ptr` and beyond: with views fetched once, if nothing
 * runs the guest.
 */
export function storeAll(code: Code, side: Side, types: readonly ValType[], ptr: Expr, write: () => void): void {
  if (types.some((t) => hasPointers(t) || hasHandles(t))) code.hoistIndices(side, ptr, write);
  else code.hoist(side, ptr, write);
}

/** The cases of `store`: `store_record` and `store_flags` in the specification. */
function storeHere(code: Code, side: Side, t: ValType, value: Expr, ptr: Expr, offset: number): void {
  const { values, pointer } = side;
  switch (t.kind) {
    case "bool":
      write(code, side, "u8", ptr, offset, values.lowerBool(code, value));
      return;
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32":
    case "u64":
    case "s64":
    case "f32":
    case "f64":
      write(code, side, t.kind, ptr, offset, values.lowerNumber(code, t.kind, value));
      return;
    case "char":
      write(code, side, "u32", ptr, offset, values.lowerChar(value));
      return;
    case "string":
      writeRange(code, side, "string", ptr, offset, values.storeString(code, side, value));
      return;
    case "list":
      if (t.length !== undefined) storeFixedList(code, side, t.element, t.length, value, plus(ptr, offset));
      else writeRange(code, side, "list", ptr, offset, storeList(code, side, t.element, value));
      return;
    case "map":
      writeRange(code, side, "list", ptr, offset, storeMap(code, side, t, value));
      return;
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const fields = values.asRecord(code, value, t);
      const types = t.fields.map(({ type }) => type);
      storeParts(code, side, types, (i) => fieldOf(fields, keys[i]!), ptr, offset);
      return;
    }
    case "tuple": {
      const tuple = values.asTuple(code, value, t.types.length);
      storeParts(code, side, t.types, (i) => index(tuple, i), ptr, offset);
      return;
    }
    case "variant":
    case "option":
    case "result":
      values.matchCase(code, t, value, (i, payload) => storeCase(code, side, t, i, payload, ptr, offset));
      return;
    case "enum":
      write(code, side, unsigned(layout(t, pointer).size), ptr, offset, values.lowerEnum(code, side, t, value));
      return;
    case "flags":
      write(code, side, unsigned(layout(t, pointer).size), ptr, offset, values.lowerFlags(code, value, t.labels));
      return;
    case "own":
    case "borrow":
      write(code, side, "u32", ptr, offset, values.lowerHandle(code, side, t, value));
      return;
    case "stream":
    case "future":
      write(code, side, "u32", ptr, offset, values.lowerAsync(code, side, t, value));
      return;
    case "error-context": {
      const index = code.bind(call("lowerErrorContext", code.cx(side), value), "error");
      write(code, side, "u32", ptr, offset, index);
      return;
    }
  }
  t satisfies never;
}

/**
 * `store_record` in the specification, of anything that is laid out as a record. Numbers that follow one another are all
 * checked before the first is put into memory, so that there is one test for all of them.
 */
export function storeParts(
  code: Code,
  side: Side,
  types: readonly ValType[],
  part: (i: number) => Expr,
  ptr: Expr,
  offset: number,
): void {
  const { offsets } = recordLayout(types, side.pointer);
  let numbers: (() => void)[] = [];
  for (const [i, t] of types.entries()) {
    const at = offset + offsets[i]!;
    if (isNumber(t)) {
      const number = side.values.lowerNumber(code, t.kind, part(i));
      numbers.push(() => write(code, side, t.kind, ptr, at, number));
    } else {
      for (const put of numbers) put();
      numbers = [];
      store(code, side, t, part(i), ptr, at);
    }
  }
  for (const put of numbers) put();
}

/** `store_variant` in the specification, once the case is known. */
export function storeCase(
  code: Code,
  side: Side,
  t: CasesType,
  i: number,
  payload: Expr,
  ptr: Expr,
  offset: number,
): void {
  const cases = casesOf(t);
  const { discriminantSize, payloadOffset } = variantLayout(cases, side.pointer);
  write(code, side, unsigned(discriminantSize), ptr, offset, constant(i));
  const { type } = cases[i]!;
  if (type !== undefined) store(code, side, type, payload, ptr, offset + payloadOffset);
}

/**
 * How many elements a list may have.
 *
 * What a guest may pass on, the host may pass in: so lists are limited as `load_list_from_range` limits them, but twice as
 * much where pointers are 64-bit, as a list from a 32-bit guest may double in size.
 */
function mostElements({ pointer }: Side, element: ValType): Expr {
  const bytes = pointer === "i32" ? MAX_LIST_BYTE_LENGTH : 2 * MAX_LIST_BYTE_LENGTH;
  return constant(Math.floor(bytes / layout(element, pointer).size));
}

/** `store_list_into_range` in the specification. */
export function storeList(code: Code, side: Side, element: ValType, value: Expr): Range {
  const list = code.named(value, "list");
  const { size, alignment } = layout(element, side.pointer);
  const most = mostElements(side, element);
  const numbers = isNumber(element) ? env(numberTables[element.kind]) : undefined;
  const counted =
    numbers === undefined ? side.values.listLength(list, most) : call("numbersLength", numbers, list, most);
  const length = code.named(counted, "length");
  const ptr = code.allocate(side, size === 1 ? length : binary(length, "*", size), alignment, "list");
  if (numbers === undefined) storeElements(code, side, element, list, ptr, length);
  else code.do(call("putNumbers", numbers, code.memory(side), inElements(side, ptr, size), list, length));
  return { ptr, length };
}

export function storeMap(code: Code, side: Side, t: ValTypeOf<"map">, value: Expr): Range {
  const pair = pairType(t);
  return storeList(code, side, pair, side.values.mapEntries(code, value, mostElements(side, pair)));
}

function storeFixedList(code: Code, side: Side, element: ValType, length: number, value: Expr, ptr: Expr): void {
  if (isNumber(element)) {
    code.do(call("storeNumbersInto", code.cx(side), env(numberTables[element.kind]), value, ptr, constant(length)));
    return;
  }
  storeElements(code, side, element, side.values.fixedList(code, value, length), ptr, constant(length));
}

/** `store_list_into_valid_range` in the specification: a loop, in a function of its own for each type of elements. */
export function storeElements(code: Code, side: Side, element: ValType, list: Expr, ptr: Expr, length: Expr): void {
  const inputs = ["list", "ptr", "length"];
  const helper = code.generator.helper("storeElements", side, element, inputs, (inner, [elements, begin, count]) => {
    const quiet = !hasPointers(element) && !hasHandles(element);
    eachElement(inner, side, element, begin!, count!, quiet, (at, i) => {
      store(inner, side, element, index(elements!, i), at);
    });
    return undefined;
  });
  code.do(code.callHelper(helper, side, [list, ptr, length]));
}
