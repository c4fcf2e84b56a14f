/**
 * How values and functions look to core WebAssembly. "Flattening" in CanonicalABI.md.
 *
 * A type can flatten to far more core values than memory would hold (a fixed-length list of 2^27 elements), but no more
 * than `MAX_FLAT_PARAMS` are ever passed. So values are counted before they are listed.
 */
import { assert } from "../errors/component-error.ts";
import type { Case, FuncType, ValType } from "../types/types.ts";
import { MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS } from "./constants.ts";
import { type Despecialized, despecialize, type PointerType, scalars } from "./layout.ts";
import { perPointer, remembered } from "./remembered.ts";

/** A core type that values flatten to. */
export type FlatType = "i32" | "i64" | "f32" | "f64";

/** What a signature depends on, of the canonical options. */
export interface SignatureOptions {
  readonly async: boolean;
  readonly pointer: PointerType;
  readonly callback?: unknown;
}

/** A core function type, and where it puts the values of a component function type. */
export interface Signature {
  readonly params: readonly FlatType[];
  readonly results: readonly FlatType[];
  /** `memory`: the only (or first) parameter points at all of them, laid out as a tuple. */
  readonly paramsIn: "flat" | "memory";
  /**
   * - `memory`: the core result points at the result.
   * - `out-pointer`: the last core parameter says where to put it.
   * - `task-return`: it is no part of the signature, but passed to `task.return`.
   */
  readonly resultsIn: "flat" | "memory" | "out-pointer" | "task-return";
}

/** `flatten_functype` in the specification. */
export function flattenFuncType(options: SignatureOptions, type: FuncType, direction: "lift" | "lower"): Signature {
  const { async, pointer } = options;
  const params = type.params.map((param) => param.type);
  const maxParams = async && direction === "lower" ? MAX_FLAT_ASYNC_PARAMS : MAX_FLAT_PARAMS;
  const paramsIn = flatCountOf(params) > maxParams ? "memory" : "flat";
  const flatParams = paramsIn === "memory" ? [pointer] : flattenTypes(params, pointer);
  const resultCount = type.result === undefined ? 0 : flatCount(type.result);

  if (async && direction === "lift") {
    const results: FlatType[] = options.callback === undefined ? [] : ["i32"];
    return { params: flatParams, results, paramsIn, resultsIn: "task-return" };
  }
  if (async) {
    const status: FlatType[] = ["i32"];
    if (resultCount === 0) return { params: flatParams, results: status, paramsIn, resultsIn: "flat" };
    return { params: [...flatParams, pointer], results: status, paramsIn, resultsIn: "out-pointer" };
  }
  if (resultCount <= MAX_FLAT_RESULTS) {
    const results = type.result === undefined ? [] : flattenType(type.result, pointer);
    return { params: flatParams, results, paramsIn, resultsIn: "flat" };
  }
  if (direction === "lift") return { params: flatParams, results: [pointer], paramsIn, resultsIn: "memory" };
  return { params: [...flatParams, pointer], results: [], paramsIn, resultsIn: "out-pointer" };
}

/** How many core values a type flattens to: exact while it matters, and never more work than the type has parts. */
export const flatCount: (t: ValType) => number = remembered((t) => countFlat(despecialize(t)));

/** `flatCount` of all of `types` together. */
export function flatCountOf(types: readonly ValType[]): number {
  let sum = 0;
  for (const type of types) sum += flatCount(type);
  return sum;
}

/** `flatten_type` in the specification. Only for types that flatten to at most `MAX_FLAT_PARAMS` values. */
export const flattenType: (t: ValType, pointer: PointerType) => readonly FlatType[] = perPointer((t, pointer) => {
  assert(flatCount(t) <= MAX_FLAT_PARAMS);
  return flatten(despecialize(t), pointer);
});

/** `flatten_types` in the specification. */
function flattenTypes(types: readonly ValType[], pointer: PointerType): FlatType[] {
  return types.flatMap((type) => flattenType(type, pointer));
}

/** `flatten_variant` in the specification: the discriminant, then what is wide enough for every case's payload. */
export function flattenVariant(cases: readonly Case[], pointer: PointerType): FlatType[] {
  const payload: FlatType[] = [];
  for (const { type } of cases) {
    if (type === undefined) continue;
    for (const [i, flat] of flattenType(type, pointer).entries()) {
      const before = payload[i];
      payload[i] = before === undefined ? flat : join(before, flat);
    }
  }
  return ["i32", ...payload];
}

/** `join` in the specification: a core type that holds the bits of both. */
export function join(a: FlatType, b: FlatType): FlatType {
  if (a === b) return a;
  if ((a === "i32" && b === "f32") || (a === "f32" && b === "i32")) return "i32";
  return "i64";
}

function countFlat(t: Despecialized): number {
  switch (t.kind) {
    case "string":
      return 2;
    case "list":
      return t.length === undefined ? 2 : t.length * flatCount(t.element);
    case "record":
      return flatCountOf(t.fields.map((field) => field.type));
    case "variant":
      return 1 + Math.max(0, ...t.cases.map(({ type }) => (type === undefined ? 0 : flatCount(type))));
    default:
      t.kind satisfies keyof typeof scalars | "flags";
      return 1;
  }
}

/** `flatten_list` and `flatten_record` in the specification, with all cases of `flatten_type`. */
function flatten(t: Despecialized, pointer: PointerType): FlatType[] {
  switch (t.kind) {
    case "string":
      return [pointer, pointer];
    case "list": {
      if (t.length === undefined) return [pointer, pointer];
      const element = flattenType(t.element, pointer);
      return Array.from({ length: t.length }, () => element).flat();
    }
    case "record":
      return flattenTypes(
        t.fields.map((field) => field.type),
        pointer,
      );
    case "variant":
      return flattenVariant(t.cases, pointer);
    case "flags":
      return ["i32"];
    default:
      return [scalars[t.kind].flat];
  }
}
