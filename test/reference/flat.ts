/**
 * "Flat Lifting", "Flat Lowering" and "Lifting and Lowering Values" of the Canonical ABI, as definitions.py of the
 * specification (commit 6d281648) words them.
 */
import type { Case, Field, ValType } from "../../src/types/types.ts";
import type { LiftLowerContext } from "./context.ts";
import { alignment, elemSize, flattenType, flattenTypes, flattenVariant } from "./layout.ts";
import {
  convertI32ToChar,
  convertIntToBool,
  decodeI32AsFloat,
  decodeI64AsFloat,
  liftBorrow,
  liftOwn,
  load,
  loadListFromRange,
  unpackFlagsFromInt,
} from "./load.ts";
import {
  charToI32,
  encodeFloatAsI32,
  encodeFloatAsI64,
  fieldOf,
  lowerBorrow,
  lowerOwn,
  matchCase,
  packFlagsIntoInt,
  store,
  storeListIntoRange,
} from "./store.ts";
import { alignTo, loadStringFromRange, type ReferenceString, storeStringIntoRange } from "./strings.ts";
import { assert, trapIf } from "./trap.ts";
import {
  type CoreType,
  type CoreValue,
  despecialize,
  type RecordValue,
  type Value,
  type VariantValue,
} from "./types.ts";

// ---- Flat lifting

export interface CoreValues {
  next(t: "i32" | "i64"): bigint;
  next(t: "f32" | "f64"): number;
  next(t: CoreType): CoreValue;
}

/** `CoreValueIter` in the specification. */
export class CoreValueIter implements CoreValues {
  readonly #values: readonly CoreValue[];
  #i = 0;

  constructor(values: readonly CoreValue[]) {
    this.#values = values;
  }

  next(t: "i32" | "i64"): bigint;
  next(t: "f32" | "f64"): number;
  next(t: CoreType): CoreValue;
  next(t: CoreType): CoreValue {
    const v = this.#values[this.#i++];
    assert(v !== undefined && isOfType(v, t));
    return v;
  }

  done(): boolean {
    return this.#i === this.#values.length;
  }
}

function isOfType(v: CoreValue, t: CoreType): boolean {
  switch (t) {
    case "i32":
    case "i64":
      return typeof v === "bigint" && v === BigInt.asUintN(t === "i32" ? 32 : 64, v);
    case "f32":
    case "f64":
      return typeof v === "number";
  }
}

export function liftFlat(cx: LiftLowerContext, vi: CoreValues, type: ValType): Value {
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
      return convertIntToBool(vi.next("i32"));
    case "u8":
      return liftFlatUnsigned(vi, "i32", 8);
    case "u16":
      return liftFlatUnsigned(vi, "i32", 16);
    case "u32":
      return liftFlatUnsigned(vi, "i32", 32);
    case "u64":
      return liftFlatUnsigned(vi, "i64", 64);
    case "s8":
      return liftFlatSigned(vi, "i32", 8);
    case "s16":
      return liftFlatSigned(vi, "i32", 16);
    case "s32":
      return liftFlatSigned(vi, "i32", 32);
    case "s64":
      return liftFlatSigned(vi, "i64", 64);
    case "f32":
      return vi.next("f32");
    case "f64":
      return vi.next("f64");
    case "char":
      return convertI32ToChar(vi.next("i32"));
    case "string":
      return liftFlatString(cx, vi);
    case "list":
      return liftFlatList(cx, vi, t.element, t.length);
    case "record":
      return liftFlatRecord(cx, vi, t.fields);
    case "variant":
      return liftFlatVariant(cx, vi, t.cases);
    case "flags":
      return liftFlatFlags(vi, t.labels);
    case "own":
      return liftOwn(cx, vi.next("i32"), t);
    case "borrow":
      return liftBorrow(cx, vi.next("i32"), t);
  }
}

function liftFlatUnsigned(vi: CoreValues, core: "i32" | "i64", tWidth: number): bigint {
  return BigInt.asUintN(tWidth, vi.next(core));
}

function liftFlatSigned(vi: CoreValues, core: "i32" | "i64", tWidth: number): bigint {
  return BigInt.asIntN(tWidth, vi.next(core));
}

function liftFlatString(cx: LiftLowerContext, vi: CoreValues): ReferenceString {
  const ptr = vi.next(cx.ptrType);
  const packedLength = vi.next(cx.ptrType);
  return loadStringFromRange(cx, ptr, packedLength);
}

function liftFlatList(
  cx: LiftLowerContext,
  vi: CoreValues,
  element: ValType,
  maybeLength: number | undefined,
): readonly Value[] {
  if (maybeLength !== undefined) {
    const a: Value[] = [];
    for (let i = 0; i < maybeLength; i++) a.push(liftFlat(cx, vi, element));
    return a;
  }
  const ptr = vi.next(cx.ptrType);
  const length = vi.next(cx.ptrType);
  return loadListFromRange(cx, ptr, length, element);
}

function liftFlatRecord(cx: LiftLowerContext, vi: CoreValues, fields: readonly Field[]): RecordValue {
  const record = new Map<string, Value>();
  for (const field of fields) record.set(field.label, liftFlat(cx, vi, field.type));
  return record;
}

function liftFlatVariant(cx: LiftLowerContext, vi: CoreValues, cases: readonly Case[]): VariantValue {
  const flatTypes = flattenVariant(cases, cx.ptrType);
  assert(flatTypes.shift() === "i32");
  const caseIndex = vi.next("i32");
  trapIf(caseIndex >= BigInt(cases.length), "invalid-discriminant");
  const c = cases[Number(caseIndex)]!;
  const payload = c.type === undefined ? undefined : liftFlat(cx, coerceValueIter(cx, vi, flatTypes), c.type);
  for (const have of flatTypes) vi.next(have);
  return { label: c.label, payload };
}

/** `CoerceValueIter` in the specification: takes the types of what it has given away from `flatTypes`. */
function coerceValueIter(cx: LiftLowerContext, vi: CoreValues, flatTypes: CoreType[]): CoreValues {
  function next(want: CoreType): CoreValue {
    const have = flatTypes.shift();
    assert(have !== undefined);
    const x = vi.next(have);
    if (have === want) return x;
    assert(typeof x === "bigint");
    switch (`${have} ${want}`) {
      case "i32 f32":
        return decodeI32AsFloat(cx, x);
      case "i64 i32":
        return wrapI64ToI32(x);
      case "i64 f32":
        return decodeI32AsFloat(cx, wrapI64ToI32(x));
      case "i64 f64":
        return decodeI64AsFloat(cx, x);
      default:
        throw new Error(`no ${want} can be in an ${have}`);
    }
  }
  return { next: next as CoreValues["next"] };
}

const wrapI64ToI32 = (i: bigint): bigint => BigInt.asUintN(32, i);

function liftFlatFlags(vi: CoreValues, labels: readonly string[]): RecordValue {
  assert(0 < labels.length && labels.length <= 32);
  return unpackFlagsFromInt(vi.next("i32"), labels);
}

// ---- Flat lowering

export function lowerFlat(cx: LiftLowerContext, v: Value, type: ValType): CoreValue[] {
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
      return [v === true ? 1n : 0n];
    case "u8":
    case "u16":
    case "u32":
    case "u64":
      return [v as bigint];
    case "s8":
    case "s16":
    case "s32":
      return lowerFlatSigned(v as bigint, 32);
    case "s64":
      return lowerFlatSigned(v as bigint, 64);
    case "f32":
    case "f64":
      return [v as number];
    case "char":
      return [charToI32(v as number)];
    case "string":
      return lowerFlatString(cx, v as ReferenceString);
    case "list":
      return lowerFlatList(cx, v as readonly Value[], t.element, t.length);
    case "record":
      return lowerFlatRecord(cx, v as RecordValue, t.fields);
    case "variant":
      return lowerFlatVariant(cx, v as VariantValue, t.cases);
    case "flags":
      return lowerFlatFlags(v as RecordValue, t.labels);
    case "own":
      return [lowerOwn(cx, v as bigint, t)];
    case "borrow":
      return [lowerBorrow(cx, v as bigint, t)];
  }
}

function lowerFlatSigned(i: bigint, coreBits: number): CoreValue[] {
  return [BigInt.asUintN(coreBits, i)];
}

function lowerFlatString(cx: LiftLowerContext, v: ReferenceString): CoreValue[] {
  const { ptr, taggedCodeUnits } = storeStringIntoRange(cx, v);
  return [ptr, taggedCodeUnits];
}

function lowerFlatList(
  cx: LiftLowerContext,
  v: readonly Value[],
  element: ValType,
  maybeLength: number | undefined,
): CoreValue[] {
  if (maybeLength !== undefined) {
    assert(maybeLength === v.length);
    return v.flatMap((e) => lowerFlat(cx, e, element));
  }
  return [...storeListIntoRange(cx, v, element)];
}

function lowerFlatRecord(cx: LiftLowerContext, v: RecordValue, fields: readonly Field[]): CoreValue[] {
  return fields.flatMap((field) => lowerFlat(cx, fieldOf(v, field.label), field.type));
}

function lowerFlatVariant(cx: LiftLowerContext, v: VariantValue, cases: readonly Case[]): CoreValue[] {
  const [caseIndex, caseValue] = matchCase(v, cases);
  const flatTypes = flattenVariant(cases, cx.ptrType);
  assert(flatTypes.shift() === "i32");
  const c = cases[caseIndex]!;
  const payload: CoreValue[] = [];
  if (c.type !== undefined) {
    assert(caseValue !== undefined);
    const flat = lowerFlat(cx, caseValue, c.type);
    for (const [i, have] of flattenType(c.type, cx.ptrType).entries()) {
      const want = flatTypes.shift();
      assert(want !== undefined);
      payload.push(widen(flat[i]!, have, want));
    }
  }
  for (const want of flatTypes) payload.push(want === "i32" || want === "i64" ? 0n : 0);
  return [BigInt(caseIndex), ...payload];
}

function widen(fv: CoreValue, have: CoreType, want: CoreType): CoreValue {
  if (have === want) return fv;
  switch (`${have} ${want}`) {
    case "f32 i32":
    case "f32 i64":
      return encodeFloatAsI32(fv as number);
    case "i32 i64":
      return fv;
    case "f64 i64":
      return encodeFloatAsI64(fv as number);
    default:
      throw new Error(`no ${have} can be in an ${want}`);
  }
}

function lowerFlatFlags(v: RecordValue, labels: readonly string[]): CoreValue[] {
  assert(0 < labels.length && labels.length <= 32);
  return [packFlagsIntoInt(v, labels)];
}

// ---- Lifting and lowering values

const tupleOf = (types: readonly ValType[]): ValType => ({ kind: "tuple", types });

export function liftFlatValues(
  cx: LiftLowerContext,
  maxFlat: number,
  vi: CoreValues,
  ts: readonly ValType[],
): readonly Value[] {
  if (flattenTypes(ts, cx.ptrType).length <= maxFlat) return ts.map((t) => liftFlat(cx, vi, t));
  const ptr = vi.next(cx.ptrType);
  const tupleType = tupleOf(ts);
  trapIf(ptr !== alignTo(ptr, alignment(tupleType, cx.ptrType)), "unaligned-pointer");
  trapIf(ptr + elemSize(tupleType, cx.ptrType) > cx.memoryLength, "pointer-out-of-bounds");
  return [...(load(cx, ptr, tupleType) as RecordValue).values()];
}

export function lowerFlatValues(
  cx: LiftLowerContext,
  maxFlat: number,
  vs: readonly Value[],
  ts: readonly ValType[],
  outParam?: CoreValues,
): CoreValue[] {
  if (flattenTypes(ts, cx.ptrType).length <= maxFlat) return vs.flatMap((v, i) => lowerFlat(cx, v, ts[i]!));
  const tupleType = tupleOf(ts);
  const tupleValue = new Map(vs.map((v, i) => [`${i}`, v]));
  let ptr: bigint;
  let flatVals: CoreValue[] = [];
  if (outParam === undefined) {
    ptr = cx.allocate(alignment(tupleType, cx.ptrType), elemSize(tupleType, cx.ptrType));
    flatVals = [ptr];
  } else {
    ptr = outParam.next(cx.ptrType);
  }
  const allocated = outParam === undefined;
  trapIf(ptr !== alignTo(ptr, alignment(tupleType, cx.ptrType)), allocated ? "realloc-unaligned" : "unaligned-pointer");
  trapIf(
    ptr + elemSize(tupleType, cx.ptrType) > cx.memoryLength,
    allocated ? "realloc-out-of-bounds" : "pointer-out-of-bounds",
  );
  store(cx, tupleValue, tupleType, ptr);
  return flatVals;
}
