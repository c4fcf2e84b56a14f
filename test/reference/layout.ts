/**
 * "Alignment", "Element Size" and "Flattening" of the Canonical ABI, as definitions.py of the specification (commit
 * 6d281648) words them. Nothing is remembered: each question is answered anew.
 */
import type { Case, Field, FuncType, ValType } from "../../src/types/types.ts";
import { alignTo } from "./strings.ts";
import { assert } from "./trap.ts";
import { type CoreFuncType, type CoreType, despecialize, type PtrType } from "./types.ts";

/** `ptr_size` in the specification. */
export const ptrSize = (ptrType: PtrType): bigint => (ptrType === "i32" ? 4n : 8n);

// ---- Alignment

export function alignment(type: ValType, ptrType: PtrType): bigint {
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
    case "s8":
    case "u8":
      return 1n;
    case "s16":
    case "u16":
      return 2n;
    case "s32":
    case "u32":
    case "f32":
    case "char":
    case "own":
    case "borrow":
      return 4n;
    case "s64":
    case "u64":
    case "f64":
      return 8n;
    case "string":
      return ptrSize(ptrType);
    case "list":
      return alignmentList(t.element, t.length, ptrType);
    case "record":
      return alignmentRecord(t.fields, ptrType);
    case "variant":
      return alignmentVariant(t.cases, ptrType);
    case "flags":
      return alignmentFlags(t.labels);
  }
}

function alignmentList(element: ValType, length: number | undefined, ptrType: PtrType): bigint {
  return length === undefined ? ptrSize(ptrType) : alignment(element, ptrType);
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function alignmentRecord(fields: readonly Field[], ptrType: PtrType): bigint {
  let a = 1n;
  for (const field of fields) a = max(a, alignment(field.type, ptrType));
  return a;
}

function alignmentVariant(cases: readonly Case[], ptrType: PtrType): bigint {
  return max(alignment(discriminantType(cases), ptrType), maxCaseAlignment(cases, ptrType));
}

/** One byte up to 2^8 cases, two up to 2^16, else four. */
export function discriminantType(cases: readonly Case[]): { readonly kind: "u8" | "u16" | "u32" } {
  const n = cases.length;
  assert(0 < n && n < 2 ** 32);
  return { kind: n <= 2 ** 8 ? "u8" : n <= 2 ** 16 ? "u16" : "u32" };
}

export function maxCaseAlignment(cases: readonly Case[], ptrType: PtrType): bigint {
  let a = 1n;
  for (const c of cases) if (c.type !== undefined) a = max(a, alignment(c.type, ptrType));
  return a;
}

function alignmentFlags(labels: readonly string[]): bigint {
  return elemSizeFlags(labels);
}

// ---- Element size

export function elemSize(type: ValType, ptrType: PtrType): bigint {
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
    case "s8":
    case "u8":
      return 1n;
    case "s16":
    case "u16":
      return 2n;
    case "s32":
    case "u32":
    case "f32":
    case "char":
    case "own":
    case "borrow":
      return 4n;
    case "s64":
    case "u64":
    case "f64":
      return 8n;
    case "string":
      return 2n * ptrSize(ptrType);
    case "list":
      return elemSizeList(t.element, t.length, ptrType);
    case "record":
      return elemSizeRecord(t.fields, ptrType);
    case "variant":
      return elemSizeVariant(t.cases, ptrType);
    case "flags":
      return elemSizeFlags(t.labels);
  }
}

function elemSizeList(element: ValType, length: number | undefined, ptrType: PtrType): bigint {
  return length === undefined ? 2n * ptrSize(ptrType) : BigInt(length) * elemSize(element, ptrType);
}

function elemSizeRecord(fields: readonly Field[], ptrType: PtrType): bigint {
  let s = 0n;
  for (const field of fields) {
    s = alignTo(s, alignment(field.type, ptrType));
    s += elemSize(field.type, ptrType);
  }
  assert(s > 0n);
  return alignTo(s, alignmentRecord(fields, ptrType));
}

function elemSizeVariant(cases: readonly Case[], ptrType: PtrType): bigint {
  let s = elemSize(discriminantType(cases), ptrType);
  s = alignTo(s, maxCaseAlignment(cases, ptrType));
  let cs = 0n;
  for (const c of cases) if (c.type !== undefined) cs = max(cs, elemSize(c.type, ptrType));
  return alignTo(s + cs, alignmentVariant(cases, ptrType));
}

export function elemSizeFlags(labels: readonly string[]): bigint {
  const n = labels.length;
  assert(0 < n && n <= 32);
  return n <= 8 ? 1n : n <= 16 ? 2n : 4n;
}

// ---- Flattening

export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_RESULTS = 1;

/** `flatten_functype` in the specification, of options without `async`. */
export function flattenFunctype(ptrType: PtrType, ft: FuncType, context: "lift" | "lower"): CoreFuncType {
  let params = flattenTypes(paramTypes(ft), ptrType);
  let results = flattenTypes(resultType(ft), ptrType);
  if (params.length > MAX_FLAT_PARAMS) params = [ptrType];
  if (results.length > MAX_FLAT_RESULTS) {
    if (context === "lift") results = [ptrType];
    else {
      params = [...params, ptrType];
      results = [];
    }
  }
  return { params, results };
}

/** `FuncType.param_types` in the specification. */
export const paramTypes = (ft: FuncType): readonly ValType[] => ft.params.map(({ type }) => type);
/** `FuncType.result_type` in the specification: none or one. */
export const resultType = (ft: FuncType): readonly ValType[] => (ft.result === undefined ? [] : [ft.result]);

export function flattenTypes(types: readonly ValType[], ptrType: PtrType): CoreType[] {
  return types.flatMap((t) => flattenType(t, ptrType));
}

export function flattenType(type: ValType, ptrType: PtrType): CoreType[] {
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "char":
    case "flags":
    case "own":
    case "borrow":
      return ["i32"];
    case "s64":
    case "u64":
      return ["i64"];
    case "f32":
    case "f64":
      return [t.kind];
    case "string":
      return [ptrType, ptrType];
    case "list":
      return flattenList(t.element, t.length, ptrType);
    case "record":
      return t.fields.flatMap((field) => flattenType(field.type, ptrType));
    case "variant":
      return flattenVariant(t.cases, ptrType);
  }
}

function flattenList(element: ValType, length: number | undefined, ptrType: PtrType): CoreType[] {
  if (length === undefined) return [ptrType, ptrType];
  const flat = flattenType(element, ptrType);
  return Array.from({ length }, () => flat).flat();
}

export function flattenVariant(cases: readonly Case[], ptrType: PtrType): CoreType[] {
  const flat: CoreType[] = [];
  for (const c of cases) {
    if (c.type === undefined) continue;
    for (const [i, ft] of flattenType(c.type, ptrType).entries()) {
      const have = flat[i];
      flat[i] = have === undefined ? ft : join(have, ft);
    }
  }
  return [...flattenType(discriminantType(cases), ptrType), ...flat];
}

function join(a: CoreType, b: CoreType): CoreType {
  if (a === b) return a;
  if ((a === "i32" && b === "f32") || (a === "f32" && b === "i32")) return "i32";
  return "i64";
}
