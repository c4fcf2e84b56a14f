/**
 * `lift_flat` in the specification ("Flat Lifting" in CanonicalABI.md): expressions for values that are passed in core
 * values. Integers come as core WebAssembly hands them to JavaScript, signed.
 */

import { hasHandles } from "../abi/contents.ts";
import { type FlatType, flattenType, flattenVariant } from "../abi/flatten.ts";
import { keysOf } from "../abi/js-names.ts";
import type { ValType, ValTypeOf } from "../types/types.ts";
import { array, binary, call, record } from "./build.ts";
import { type Flat, Flats } from "./flats.ts";
import type { Code, Side } from "./generator.ts";
import { inOrder, liftCases, loadList, loadMap } from "./load.ts";
import { liftRange } from "./place.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, isNumber } from "./values.ts";

/** The value of type `t` that begins with the next of `flats`. */
export function liftFlat(code: Code, side: Side, t: ValType, flats: Flats): Expr {
  if (code.inlines(t)) return liftFlatHere(code, side, t, flats);
  const types = flattenType(t, side.pointer);
  const inputs = types.map((_, i) => `flat${i}`);
  const helper = code.generator.helper("liftFlat", side, t, inputs, (inner, values) =>
    liftFlatHere(inner, side, t, new Flats(values.map((value, i) => ({ type: types[i]!, value })))),
  );
  const value = code.callHelper(
    helper,
    side,
    types.map((type) => flats.next(type)),
  );
  return hasHandles(t) ? code.bind(value, t.kind) : value;
}

/**
 * The cases of `lift_flat`: `lift_flat_unsigned`, `lift_flat_signed`, `lift_flat_string`, `lift_flat_record`,
 * `lift_flat_flags` and `convert_int_to_bool` in the specification.
 */
function liftFlatHere(code: Code, side: Side, t: ValType, flats: Flats): Expr {
  const { values, pointer } = side;
  switch (t.kind) {
    case "bool":
      return binary(flats.next("i32"), "!==", 0);
    case "u8":
      return binary(flats.next("i32"), "&", 0xff);
    case "s8":
      return binary(binary(flats.next("i32"), "<<", 24), ">>", 24);
    case "u16":
      return binary(flats.next("i32"), "&", 0xffff);
    case "s16":
      return binary(binary(flats.next("i32"), "<<", 16), ">>", 16);
    case "u32":
      return binary(flats.next("i32"), ">>>", 0);
    case "s32":
      return flats.next("i32");
    case "u64":
      return call("unsigned64", flats.next("i64"));
    case "s64":
      return flats.next("i64");
    case "f32":
      return flats.next("f32");
    case "f64":
      return flats.next("f64");
    case "char":
      return values.liftChar(flats.next("i32"));
    case "string": {
      const ptr = flats.next(pointer);
      return values.liftString(code, side, liftRange(side, "string", ptr, flats.next(pointer)));
    }
    case "list": {
      if (t.length !== undefined) return liftFlatFixedList(code, side, t, t.length, flats);
      const ptr = flats.next(pointer);
      return loadList(code, side, t.element, liftRange(side, "list", ptr, flats.next(pointer)));
    }
    case "map": {
      const ptr = flats.next(pointer);
      return loadMap(code, side, t, liftRange(side, "list", ptr, flats.next(pointer)));
    }
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const types = t.fields.map(({ type }) => type);
      const fields = inOrder(code, types, (type) => liftFlat(code, side, type, flats));
      return record(fields.map((value, i) => [keys[i]!, value]));
    }
    case "tuple":
      return array(inOrder(code, t.types, (type) => liftFlat(code, side, type, flats)));
    case "variant":
    case "option":
    case "result":
      return liftFlatVariant(code, side, t, flats);
    case "enum":
      return values.liftEnum(code, side, t, flats.next("i32"));
    case "flags":
      return values.liftFlags(code, flats.next("i32"), t.labels);
    case "own":
    case "borrow":
      return values.liftHandle(code, side, t, flats.next("i32"));
    case "stream":
    case "future":
      return values.liftAsync(code, side, t, flats.next("i32"));
    case "error-context":
      return code.bind(call("liftErrorContext", code.cx(side), flats.next("i32")), "error");
  }
}

/** `lift_flat_list` in the specification, for lists of a length that the type fixes. */
function liftFlatFixedList(code: Code, side: Side, t: ValTypeOf<"list">, length: number, flats: Flats): Expr {
  const types = Array.from({ length }, () => t.element);
  const elements = inOrder(code, types, (type) => liftFlat(code, side, type, flats));
  return isNumber(t.element) ? side.values.numbers(t.element.kind, elements) : array(elements);
}

/** `lift_flat_variant` in the specification. */
function liftFlatVariant(code: Code, side: Side, t: CasesType, flats: Flats): Expr {
  const cases = casesOf(t);
  const [, ...shared] = flattenVariant(cases, side.pointer);
  const tag = flats.next("i32");
  const payload: Flat[] = shared.map((type: FlatType) => ({ type, value: flats.next(type) }));
  return liftCases(code, side, t, tag, (i) => {
    const { type } = cases[i]!;
    return type && liftFlat(code, side, type, new Flats(payload));
  });
}
