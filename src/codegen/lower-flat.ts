/**
 * `lower_flat` in the specification ("Flat Lowering" in CanonicalABI.md): the core values that a value is passed in.
 */

import { flattenType, flattenVariant } from "../abi/flatten.ts";
import { keysOf } from "../abi/js-names.ts";
import type { ValType } from "../types/types.ts";
import { array, binary, call, constant, index } from "./build.ts";
import { lowerCoerced } from "./flats.ts";
import type { Code, Side } from "./generator.ts";
import { lowerRange } from "./place.ts";
import { storeList, storeMap } from "./store.ts";
import type { Expr } from "./tree.ts";
import { type CasesType, casesOf, fieldOf } from "./values.ts";

/** The core values of `value`, of types `flattenType(t)`. */
export function lowerFlat(code: Code, side: Side, t: ValType, value: Expr): readonly Expr[] {
  if (code.inlines(t)) return lowerFlatHere(code, side, t, value);
  const helper = code.generator.helper("lowerFlat", side, t, ["value"], (inner, [v]) =>
    array(lowerFlatHere(inner, side, t, v!)),
  );
  const flats = code.bind(code.callHelper(helper, side, [value]), "flats");
  return flattenType(t, side.pointer).map((_, i) => index(flats, i));
}

/**
 * The cases of `lower_flat`: `lower_flat_signed`, `lower_flat_string`, `lower_flat_list`, `lower_flat_record` and
 * `lower_flat_flags` in the specification.
 */
function lowerFlatHere(code: Code, side: Side, t: ValType, value: Expr): readonly Expr[] {
  const { values } = side;
  switch (t.kind) {
    case "bool":
      return [values.lowerBool(code, value)];
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
      return [signed(t.kind, values.lowerNumber(code, t.kind, value))];
    case "char":
      return [values.lowerChar(value)];
    case "string":
      return lowerRange(side, "string", values.storeString(code, side, value));
    case "list": {
      const { element, length } = t;
      if (length === undefined) return lowerRange(side, "list", storeList(code, side, element, value));
      const list = values.fixedList(code, value, length);
      return Array.from({ length }, (_, i) => lowerFlat(code, side, element, index(list, i))).flat();
    }
    case "map":
      return lowerRange(side, "list", storeMap(code, side, t, value));
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const fields = values.asRecord(code, value, t);
      return t.fields.flatMap(({ type }, i) => lowerFlat(code, side, type, fieldOf(fields, keys[i]!)));
    }
    case "tuple": {
      const tuple = values.asTuple(code, value, t.types.length);
      return t.types.flatMap((type, i) => lowerFlat(code, side, type, index(tuple, i)));
    }
    case "variant":
    case "option":
    case "result": {
      const flats = declareFlats(code, side, t);
      values.matchCase(code, t, value, (i, payload) => assignCase(code, side, t, i, payload, flats));
      return flats;
    }
    case "enum":
      return [values.lowerEnum(code, side, t, value)];
    case "flags":
      return [values.lowerFlags(code, value, t.labels)];
    case "own":
    case "borrow":
      return [values.lowerHandle(code, side, t, value)];
    case "stream":
    case "future":
      return [values.lowerAsync(code, side, t, value)];
    case "error-context":
      return [code.bind(call("lowerErrorContext", code.cx(side), value), "error")];
  }
}

/** As core WebAssembly passes it: numbers beyond 2^31 would be doubles, which some engines convert slowly. */
function signed(kind: ValType["kind"], value: Expr): Expr {
  return kind === "u32" ? binary(value, "|", 0) : value;
}

/** Locals for the core values of a variant: its case and what all cases' payloads share, all 0 yet. */
export function declareFlats(code: Code, side: Side, t: CasesType): readonly Expr[] {
  const [, ...shared] = flattenVariant(casesOf(t), side.pointer);
  const tag = code.declare("tag", constant(0));
  return [tag, ...shared.map((type) => code.declare("payload", constant(type === "i64" ? 0n : 0)))];
}

/** `lower_flat_variant` in the specification, once the case is known. */
export function assignCase(
  code: Code,
  side: Side,
  t: CasesType,
  i: number,
  payload: Expr,
  flats: readonly Expr[],
): void {
  const cases = casesOf(t);
  const [, ...shared] = flattenVariant(cases, side.pointer);
  const { type } = cases[i]!;
  if (i !== 0) code.assign(flats[0]!, constant(i));
  if (type === undefined) return;
  const have = flattenType(type, side.pointer);
  for (const [n, flat] of lowerFlat(code, side, type, payload).entries()) {
    code.assign(flats[n + 1]!, lowerCoerced(flat, have[n]!, shared[n]!));
  }
}
