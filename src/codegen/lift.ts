/**
 * `load` and `lift_flat` in the specification ("Loading" and "Flat Lifting" in CanonicalABI.md): expressions for values,
 * wherever they come from.
 *
 * Callers check that the place itself is inside the memory, and aligned. What pointers lead to is checked here, or by the
 * functions of the runtime that are called.
 */
import { hasHandles, isChecked } from "../abi/contents.ts";
import { keysOf } from "../abi/js-names.ts";
import { layout, recordLayout } from "../abi/layout.ts";
import type { Case, ValType, ValTypeOf } from "../types/types.ts";
import { array, binary, call, constant, method, record } from "./build.ts";
import type { Code, Side } from "./generator.ts";
import { eachElement, Place, unsigned } from "./place.ts";
import { pairType, takesStatements } from "./traits.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, isNumber } from "./values.ts";
import type { Range, View } from "./views.ts";
import { elementVolume } from "./volume.ts";

/** What values are lifted from: core values, one after the other (`Flats`), or a place in memory (`Place`). */
export interface Source {
  /** Where it is in memory, if it is there. */
  readonly address: Expr | undefined;
  /** A number, which is the value. */
  number(kind: View): Expr;
  /** An integer that stands for something else, as it comes; in memory it is what a `view` has. */
  bits(view: View): Expr;
  /** A pointer and a length. */
  range(of: "string" | "list"): Range;
  /** The source of part `i`, of parts that are laid out as the fields of a record. They are asked for in order. */
  parts(types: readonly ValType[]): (i: number) => Source;
  /** Which case a variant is of, and the source of any case's payload. */
  variant(cases: readonly Case[]): { readonly tag: Expr; readonly payload: () => Source };
  /** What it takes to lift a value of type `t` in a helper: its inputs, what they are here, and the source that they are there. */
  outOfLine(t: ValType): OutOfLine;
}

export interface OutOfLine {
  readonly what: "load" | "liftFlat";
  readonly inputs: readonly string[];
  readonly args: readonly Expr[];
  readonly inside: (code: Code, inputs: readonly Expr[]) => Source;
}

/** The value of type `t` that `source` has next. */
export function lift(code: Code, side: Side, t: ValType, source: Source): Expr {
  if (code.inlines(t)) return liftHere(code, side, t, source);
  const { what, inputs, args, inside } = source.outOfLine(t);
  const helper = code.generator.helper(what, side, t, inputs, (inner, values) =>
    liftHere(inner, side, t, inside(inner, values)),
  );
  const value = code.callHelper(helper, side, args);
  return hasHandles(t) ? code.bind(value, t.kind) : value;
}

/** The value of type `t` at `ptr + offset`. */
export function load(code: Code, side: Side, t: ValType, ptr: Expr, offset = 0): Expr {
  return lift(code, side, t, new Place(code, side, ptr, offset));
}

/**
 * The cases of `load` and of `lift_flat`: `load_flags`, `lift_flat_string`, `lift_flat_flags` and `convert_int_to_bool` in
 * the specification.
 */
function liftHere(code: Code, side: Side, t: ValType, source: Source): Expr {
  const { values } = side;
  switch (t.kind) {
    case "bool":
      return binary(source.bits("u8"), "!==", 0);
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
      return source.number(t.kind);
    case "char":
      return values.liftChar(source.bits("u32"));
    case "string":
      return countedText(side, values.liftString(code, side, source.range("string")));
    case "list":
      if (t.length !== undefined) return liftFixedList(code, side, t.element, t.length, source);
      return liftList(code, side, t.element, source.range("list"));
    case "map":
      return liftMap(code, side, t, source.range("list"));
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const fields = liftParts(
        code,
        side,
        t.fields.map(({ type }) => type),
        source,
      );
      return record(fields.map((value, i) => [keys[i]!, value]));
    }
    case "tuple":
      return array(liftParts(code, side, t.types, source));
    case "variant":
    case "option":
    case "result":
      return liftVariant(code, side, t, source);
    case "enum":
      return values.liftEnum(code, side, t, source.bits(unsigned(layout(t, side.pointer).size)));
    case "flags":
      return values.liftFlags(code, source.bits(unsigned(layout(t, side.pointer).size)), t.labels);
    case "own":
    case "borrow":
      return values.liftHandle(code, side, t, source.bits("u32"));
    case "stream":
    case "future":
      return values.liftAsync(code, side, t, source.bits("u32"));
    case "error-context":
      return code.bind(call("liftErrorContext", code.cx(side), source.bits("u32")), "error");
  }
}

/**
 * `load_record` and `lift_flat_record` in the specification, of anything that is laid out as a record. Parts are checked in
 * their order: what an expression checks would else be checked after the statements of a later part.
 */
export function liftParts(code: Code, side: Side, types: readonly ValType[], source: Source): readonly Expr[] {
  const part = source.parts(types);
  let last = types.length - 1;
  while (last > 0 && !takesStatements(types[last]!)) last--;
  return types.map((t, i) => {
    const value = lift(code, side, t, part(i));
    return i < last && isChecked(t) ? evaluated(code, value, t.kind) : value;
  });
}

/**
 * `value`, evaluated by now, with all its checks: what is left as an expression would else be evaluated where it is used.
 * `calls`: only what is called, for nothing else checks anything or depends on when it is read.
 */
export function evaluated(code: Code, value: Expr, name: string, calls = false): Expr {
  if (value.op === "record") {
    return record(value.fields.map(([key, field]) => [key, evaluated(code, field, key, calls)]));
  }
  if (value.op === "array") return array(value.elements.map((element) => evaluated(code, element, name, calls)));
  return calls && value.op !== "call" ? value : code.named(value, name);
}

/** `load_variant` and `lift_flat_variant` in the specification. */
function liftVariant(code: Code, side: Side, t: CasesType, source: Source): Expr {
  const cases = casesOf(t);
  const { tag, payload } = source.variant(cases);
  const value = code.declare(t.kind);
  code.switch(
    tag,
    cases.map((_, i) => i),
    (i) => {
      const { type } = cases[i]!;
      code.assign(value, side.values.makeCase(t, i, type && lift(code, side, type, payload())));
    },
    () => code.do(call("invalidDiscriminant")),
  );
  return value;
}

/** `lift_flat_list` in the specification, for lists of a length that the type fixes; and the same in memory. */
function liftFixedList(code: Code, side: Side, element: ValType, length: number, source: Source): Expr {
  const { values } = side;
  const { address } = source;
  if (address === undefined) {
    const types = Array.from({ length }, () => element);
    const elements = liftParts(code, side, types, source);
    return isNumber(element) ? values.numbers(element.kind, elements) : array(elements);
  }
  if (!isNumber(element)) return liftElements(code, side, element, address, constant(length));
  return values.liftNumbers(code, side, element.kind, { ptr: address, length: constant(length) });
}

/** `load_list_from_range` in the specification. */
function liftList(code: Code, side: Side, element: ValType, range: Range): Expr {
  if (isNumber(element)) return side.values.liftNumbers(code, side, element.kind, range);
  const { size, alignment } = layout(element, side.pointer);
  const length = code.named(range.length, "length");
  const checked = call("checkList", code.cx(side), range.ptr, length, constant(size), constant(alignment));
  return liftElements(code, side, element, checked, length);
}

/** `load_list_from_valid_range` in the specification: a loop, in a function of its own for each type of elements. */
export function liftElements(code: Code, side: Side, element: ValType, ptr: Expr, length: Expr): Expr {
  const helper = code.generator.helper("loadElements", side, element, ["ptr", "length"], (inner, [begin, count]) => {
    countElements(inner, side, element, count!);
    const list = inner.bind(call("makeList", count!), "list");
    eachElement(inner, side, element, { ptr: begin!, length: count! }, true, (at, i) => {
      inner.put(list, i, load(inner, side, element, at));
    });
    return list;
  });
  const list = code.callHelper(helper, side, [ptr, length]);
  return hasHandles(element) ? code.bind(list, "list") : list;
}

function countElements(code: Code, side: Side, element: ValType, count: Expr): void {
  if (side.counted) code.do(call("addVolume", binary(count, "*", elementVolume(element))));
}

/** A string; views have no characters of their own. */
function countedText(side: Side, text: Expr): Expr {
  return side.counted && side.strings === "copy" ? call("countText", text) : text;
}

/** `load_list_from_range` of a map's entries. Of entries with the same key, the last remains. */
function liftMap(code: Code, side: Side, t: ValTypeOf<"map">, range: Range): Expr {
  const pair = pairType(t);
  const { makeMap } = side.values;
  if (makeMap === undefined) return liftList(code, side, pair, range);
  const { size, alignment } = layout(pair, side.pointer);
  const helper = code.generator.helper("loadMap", side, t, ["ptr", "length"], (inner, [begin, count]) => {
    countElements(inner, side, pair, count!);
    const map = inner.bind(makeMap(count!), "map");
    eachElement(inner, side, pair, { ptr: begin!, length: count! }, true, (at) => {
      const { offsets } = recordLayout(pair.types, side.pointer);
      const key = load(inner, side, t.key, at, offsets[0]!);
      inner.do(method(map, "set", key, load(inner, side, t.value, at, offsets[1]!)));
    });
    return map;
  });
  const length = code.named(range.length, "length");
  const checked = call("checkList", code.cx(side), range.ptr, length, constant(size), constant(alignment));
  const map = code.callHelper(helper, side, [checked, length]);
  return hasHandles(t) ? code.bind(map, "map") : map;
}
