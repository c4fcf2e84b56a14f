/**
 * `store` and `lower_flat` in the specification ("Storing" and "Flat Lowering" in CanonicalABI.md): values become core
 * values, wherever these go.
 *
 * Callers find the room in memory for the value itself. Whatever may run the guest (its `realloc`) is a statement of its own,
 * before the memory's views are fetched.
 */
import { MAX_LIST_BYTE_LENGTH } from "../abi/constants.ts";
import { hasHandles, hasPointers } from "../abi/contents.ts";
import { keysOf } from "../abi/js-names.ts";
import { layout } from "../abi/layout.ts";
import type { Case, ValType, ValTypeOf } from "../types/types.ts";
import { binary, call, constant, index } from "./build.ts";
import { type Code, inElements, type Side } from "./generator.ts";
import { eachElement, unsigned } from "./place.ts";
import { Room } from "./room.ts";
import { pairType } from "./traits.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, fieldOf, isNumber, numberTable } from "./values.ts";
import type { Range, View } from "./views.ts";

/** What values are lowered to: core values, one after the other (`LoweredFlats`), or a place in memory (`Room`). */
export interface Target {
  /** Where it is in memory, if it is there. */
  readonly address: Expr | undefined;
  /** A number, which is the value. It must not run the guest, as `value` below. */
  number(kind: View, value: Expr): void;
  /** An integer that stands for something else; in memory it is what a `view` has. */
  bits(view: View, value: Expr): void;
  /** A pointer and a length. */
  range(of: "string" | "list", range: Range): void;
  /** The target of part `i`, of parts that are laid out as the fields of a record. They are asked for in order. */
  parts(types: readonly ValType[]): (i: number) => Target;
  /** For a variant: what begins a case, of which `write` lowers the payload. */
  variant(cases: readonly Case[]): BeginCase;
  /** Lowers a value of type `t` in a helper, in which `write` does it. */
  outOfLine(t: ValType, value: Expr, write: (code: Code, value: Expr, target: Target) => void): void;
}

export type BeginCase = (i: number, write: (target: Target) => void) => void;

/** Lowers `value` of type `t` to what is next in `target`. */
export function lower(code: Code, side: Side, t: ValType, value: Expr, target: Target): void {
  if (code.inlines(t)) lowerHere(code, side, t, value, target);
  else target.outOfLine(t, value, (inner, v, inside) => lowerHere(inner, side, t, v, inside));
}

/**
 * The cases of `store` and of `lower_flat`: `store_flags`, `lower_flat_string`, `lower_flat_list` and `lower_flat_flags` in
 * the specification.
 */
function lowerHere(code: Code, side: Side, t: ValType, value: Expr, target: Target): void {
  const { values } = side;
  switch (t.kind) {
    case "bool":
      target.bits("u8", values.lowerBool(code, value));
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
      target.number(t.kind, values.lowerNumber(code, t.kind, value));
      return;
    case "char":
      target.bits("u32", values.lowerChar(value));
      return;
    case "string":
      target.range("string", values.storeString(code, side, value));
      return;
    case "list":
      if (t.length !== undefined) lowerFixedList(code, side, t.element, t.length, value, target);
      else target.range("list", storeList(code, side, t.element, value));
      return;
    case "map":
      target.range("list", storeMap(code, side, t, value));
      return;
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const types = t.fields.map(({ type }) => type);
      const fields = values.asRecord(code, value, t);
      lowerParts(code, side, types, (i) => fieldOf(fields, keys[i]!), target);
      return;
    }
    case "tuple": {
      const tuple = values.asTuple(code, value, t.types.length);
      lowerParts(code, side, t.types, (i) => index(tuple, i), target);
      return;
    }
    case "variant":
    case "option":
    case "result": {
      const begin = target.variant(casesOf(t));
      values.matchCase(code, side, t, value, (i, payload) => lowerCase(code, side, t, i, payload, begin));
      return;
    }
    case "enum":
      target.bits(unsigned(layout(t, side.pointer).size), values.lowerEnum(code, side, t, value));
      return;
    case "flags":
      target.bits(unsigned(layout(t, side.pointer).size), values.lowerFlags(code, value, t.labels));
      return;
    case "own":
    case "borrow":
      target.bits("u32", values.lowerHandle(code, side, t, value));
      return;
    case "stream":
    case "future":
      target.bits("u32", values.lowerAsync(code, side, t, value));
      return;
    case "error-context":
      target.bits("u32", code.bind(call("lowerErrorContext", code.cx(side), value), "error"));
      return;
  }
  t satisfies never;
}

/**
 * `store_record` and `lower_flat_record` in the specification, of anything that is laid out as a record. Numbers that follow
 * one another are all checked before the first is put into memory, so that there is one test for all of them.
 */
export function lowerParts(
  code: Code,
  side: Side,
  types: readonly ValType[],
  value: (i: number) => Expr,
  target: Target,
): void {
  const part = target.parts(types);
  let numbers: (() => void)[] = [];
  for (const [i, t] of types.entries()) {
    if (isNumber(t)) {
      const number = side.values.lowerNumber(code, t.kind, value(i));
      numbers.push(() => part(i).number(t.kind, number));
    } else {
      for (const put of numbers) put();
      numbers = [];
      lower(code, side, t, value(i), part(i));
    }
  }
  for (const put of numbers) put();
}

/** `store_variant` and `lower_flat_variant` in the specification, once the case is known. */
export function lowerCase(code: Code, side: Side, t: CasesType, i: number, payload: Expr, begin: BeginCase): void {
  const { type } = casesOf(t)[i]!;
  begin(i, (target) => {
    if (type !== undefined) lower(code, side, type, payload, target);
  });
}

/** A list of a length that the type fixes. */
function lowerFixedList(code: Code, side: Side, element: ValType, length: number, value: Expr, target: Target): void {
  const { address } = target;
  if (address !== undefined && isNumber(element)) {
    const table = numberTable(element.kind);
    code.do(call("storeNumbersInto", code.cx(side), table, value, address, constant(length)));
    return;
  }
  const list = side.values.fixedList(code, value, length);
  if (address !== undefined) storeElements(code, side, element, list, address, constant(length));
  else for (let i = 0; i < length; i++) lower(code, side, element, index(list, i), target);
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
function storeList(code: Code, side: Side, element: ValType, value: Expr): Range {
  const list = code.named(value, "list");
  const { size, alignment } = layout(element, side.pointer);
  const most = mostElements(side, element);
  const numbers = isNumber(element) ? numberTable(element.kind) : undefined;
  const counted =
    numbers === undefined ? side.values.listLength(list, most) : call("numbersLength", numbers, list, most);
  const length = code.named(counted, "length");
  const ptr = code.allocate(side, size === 1 ? length : binary(length, "*", size), alignment, "list");
  if (numbers === undefined) storeElements(code, side, element, list, ptr, length);
  else code.do(call("putNumbers", numbers, code.memory(side), inElements(side, ptr, size), list, length));
  return { ptr, length };
}

function storeMap(code: Code, side: Side, t: ValTypeOf<"map">, value: Expr): Range {
  const pair = pairType(t);
  return storeList(code, side, pair, side.values.mapEntries(code, value, mostElements(side, pair)));
}

/** `store_list_into_valid_range` in the specification: a loop, in a function of its own for each type of elements. */
export function storeElements(code: Code, side: Side, element: ValType, list: Expr, ptr: Expr, length: Expr): void {
  const inputs = ["list", "ptr", "length"];
  const helper = code.generator.helper("storeElements", side, element, inputs, (inner, [elements, begin, count]) => {
    const quiet = !hasPointers(element) && !hasHandles(element);
    eachElement(inner, side, element, { ptr: begin!, length: count! }, quiet, (at, i) => {
      lower(inner, side, element, index(elements!, i), new Room(inner, side, at, 0));
    });
    return undefined;
  });
  code.do(code.callHelper(helper, side, [list, ptr, length]));
}
