/**
 * "Loading" of the Canonical ABI: from memory to component values, as definitions.py of the specification (commit
 * 6d281648) words it.
 */
import type { Case, Field, ValType } from "../../src/types/types.ts";
import type { LiftLowerContext } from "./context.ts";
import { resourceOf, Subtask } from "./instance.ts";
import { alignment, discriminantType, elemSize, elemSizeFlags, maxCaseAlignment } from "./layout.ts";
import { alignTo, loadStringFromRange, type ReferenceString } from "./strings.ts";
import { assert, trapIf } from "./trap.ts";
import { despecialize, type RecordValue, type Value, type VariantValue } from "./types.ts";

export function load(cx: LiftLowerContext, ptr: bigint, type: ValType): Value {
  assert(ptr === alignTo(ptr, alignment(type, cx.ptrType)));
  assert(ptr + elemSize(type, cx.ptrType) <= cx.memoryLength);
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
      return convertIntToBool(loadInt(cx, ptr, 1));
    case "u8":
      return loadInt(cx, ptr, 1);
    case "u16":
      return loadInt(cx, ptr, 2);
    case "u32":
      return loadInt(cx, ptr, 4);
    case "u64":
      return loadInt(cx, ptr, 8);
    case "s8":
      return loadInt(cx, ptr, 1, true);
    case "s16":
      return loadInt(cx, ptr, 2, true);
    case "s32":
      return loadInt(cx, ptr, 4, true);
    case "s64":
      return loadInt(cx, ptr, 8, true);
    case "f32":
      return decodeI32AsFloat(cx, loadInt(cx, ptr, 4));
    case "f64":
      return decodeI64AsFloat(cx, loadInt(cx, ptr, 8));
    case "char":
      return convertI32ToChar(loadInt(cx, ptr, 4));
    case "string":
      return loadString(cx, ptr);
    case "list":
      return loadList(cx, ptr, t.element, t.length);
    case "record":
      return loadRecord(cx, ptr, t.fields);
    case "variant":
      return loadVariant(cx, ptr, t.cases);
    case "flags":
      return loadFlags(cx, ptr, t.labels);
    case "own":
      return liftOwn(cx, loadInt(cx, ptr, 4), t);
    case "borrow":
      return liftBorrow(cx, loadInt(cx, ptr, 4), t);
  }
}

function loadInt(cx: LiftLowerContext, ptr: bigint, nbytes: number, signed = false): bigint {
  const bytes = cx.memory.bytes().subarray(Number(ptr), Number(ptr) + nbytes);
  let i = 0n;
  for (let k = nbytes - 1; k >= 0; k--) i = i * 256n + BigInt(bytes[k]!);
  return signed ? BigInt.asIntN(8 * nbytes, i) : i;
}

export function convertIntToBool(i: bigint): boolean {
  assert(i >= 0n);
  return i !== 0n;
}

// ---- Floats

const CANONICAL_FLOAT32_NAN = 0x7fc00000n;
const CANONICAL_FLOAT64_NAN = 0x7ff8000000000000n;

/** The NaN of a JavaScript number is the canonical one wherever it is written. */
export function decodeI32AsFloat(cx: LiftLowerContext, i: bigint): number {
  const f = coreF32ReinterpretI32(i);
  if (Number.isNaN(f) && i !== CANONICAL_FLOAT32_NAN) cx.inst.store.oddNaNs++;
  return f;
}

export function decodeI64AsFloat(cx: LiftLowerContext, i: bigint): number {
  const f = coreF64ReinterpretI64(i);
  if (Number.isNaN(f) && i !== CANONICAL_FLOAT64_NAN) cx.inst.store.oddNaNs++;
  return f;
}

function coreF32ReinterpretI32(i: bigint): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(i));
  return view.getFloat32(0);
}

function coreF64ReinterpretI64(i: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, i);
  return view.getFloat64(0);
}

// ---- Characters, strings and lists

export function convertI32ToChar(i: bigint): number {
  assert(i >= 0n);
  trapIf(i >= 0x110000n, "invalid-char");
  trapIf(0xd800n <= i && i <= 0xdfffn, "invalid-char");
  return Number(i);
}

function loadString(cx: LiftLowerContext, ptr: bigint): ReferenceString {
  const size = Number(cx.ptrSize);
  const begin = loadInt(cx, ptr, size);
  const taggedCodeUnits = loadInt(cx, ptr + cx.ptrSize, size);
  return loadStringFromRange(cx, begin, taggedCodeUnits);
}

const MAX_LIST_BYTE_LENGTH = 2n ** 28n - 1n;

function loadList(cx: LiftLowerContext, ptr: bigint, element: ValType, maybeLength: number | undefined): Value[] {
  if (maybeLength !== undefined) return loadListFromValidRange(cx, ptr, BigInt(maybeLength), element);
  const size = Number(cx.ptrSize);
  const begin = loadInt(cx, ptr, size);
  const length = loadInt(cx, ptr + cx.ptrSize, size);
  return loadListFromRange(cx, begin, length, element);
}

export function loadListFromRange(cx: LiftLowerContext, ptr: bigint, length: bigint, element: ValType): Value[] {
  const byteLength = length * elemSize(element, cx.ptrType);
  trapIf(byteLength > MAX_LIST_BYTE_LENGTH, "list-too-long");
  trapIf(ptr !== alignTo(ptr, alignment(element, cx.ptrType)), "unaligned-pointer");
  trapIf(ptr + byteLength > cx.memoryLength, "list-out-of-bounds");
  return loadListFromValidRange(cx, ptr, length, element);
}

function loadListFromValidRange(cx: LiftLowerContext, ptr: bigint, length: bigint, element: ValType): Value[] {
  const a: Value[] = [];
  const size = elemSize(element, cx.ptrType);
  cx.inst.store.spend(Number(length));
  for (let i = 0n; i < length; i++) a.push(load(cx, ptr + i * size, element));
  return a;
}

// ---- Records, variants and flags

function loadRecord(cx: LiftLowerContext, ptr: bigint, fields: readonly Field[]): RecordValue {
  const record = new Map<string, Value>();
  let at = ptr;
  for (const field of fields) {
    at = alignTo(at, alignment(field.type, cx.ptrType));
    record.set(field.label, load(cx, at, field.type));
    at += elemSize(field.type, cx.ptrType);
  }
  return record;
}

function loadVariant(cx: LiftLowerContext, ptr: bigint, cases: readonly Case[]): VariantValue {
  const discSize = elemSize(discriminantType(cases), cx.ptrType);
  const caseIndex = loadInt(cx, ptr, Number(discSize));
  trapIf(caseIndex >= BigInt(cases.length), "invalid-discriminant");
  const c = cases[Number(caseIndex)]!;
  const at = alignTo(ptr + discSize, maxCaseAlignment(cases, cx.ptrType));
  return { label: c.label, payload: c.type === undefined ? undefined : load(cx, at, c.type) };
}

function loadFlags(cx: LiftLowerContext, ptr: bigint, labels: readonly string[]): RecordValue {
  return unpackFlagsFromInt(loadInt(cx, ptr, Number(elemSizeFlags(labels))), labels);
}

export function unpackFlagsFromInt(i: bigint, labels: readonly string[]): RecordValue {
  return new Map(labels.map((label, k) => [label, (i & (1n << BigInt(k))) !== 0n]));
}

// ---- Handles

type HandleType = Extract<ValType, { readonly kind: "own" | "borrow" }>;

export function liftOwn(cx: LiftLowerContext, i: bigint, t: Pick<HandleType, "resource">): bigint {
  const h = cx.inst.handles.remove(Number(i));
  trapIf(h.rt !== resourceOf(t), "wrong-resource-type");
  trapIf(h.numLends !== 0, "lent");
  trapIf(!h.own, "not-own");
  return h.rep;
}

export function liftBorrow(cx: LiftLowerContext, i: bigint, t: Pick<HandleType, "resource">): bigint {
  const { borrowScope } = cx;
  assert(borrowScope instanceof Subtask);
  const h = cx.inst.handles.get(Number(i));
  trapIf(h.rt !== resourceOf(t), "wrong-resource-type");
  borrowScope.addLender(h);
  return h.rep;
}
