/**
 * "Storing" of the Canonical ABI: from component values to memory, as definitions.py of the specification (commit
 * 6d281648) words it, in its deterministic profile: a NaN is stored as the canonical one.
 */
import type { Case, Field, ValType } from "../../src/types/types.ts";
import type { LiftLowerContext } from "./context.ts";
import { ResourceHandle, resourceOf, Task } from "./instance.ts";
import { alignment, discriminantType, elemSize, elemSizeFlags, maxCaseAlignment } from "./layout.ts";
import { alignTo, REALLOC_I32_MAX, type ReferenceString, storeStringIntoRange } from "./strings.ts";
import { assert, trapIf } from "./trap.ts";
import { despecialize, type RecordValue, type Value, type VariantValue } from "./types.ts";

export function store(cx: LiftLowerContext, v: Value, type: ValType, ptr: bigint): void {
  assert(ptr === alignTo(ptr, alignment(type, cx.ptrType)));
  assert(ptr + elemSize(type, cx.ptrType) <= cx.memoryLength);
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
      storeInt(cx, v === true ? 1n : 0n, ptr, 1);
      return;
    case "u8":
    case "s8":
      storeInt(cx, v as bigint, ptr, 1);
      return;
    case "u16":
    case "s16":
      storeInt(cx, v as bigint, ptr, 2);
      return;
    case "u32":
    case "s32":
      storeInt(cx, v as bigint, ptr, 4);
      return;
    case "u64":
    case "s64":
      storeInt(cx, v as bigint, ptr, 8);
      return;
    case "f32":
      storeInt(cx, encodeFloatAsI32(v as number), ptr, 4);
      return;
    case "f64":
      storeInt(cx, encodeFloatAsI64(v as number), ptr, 8);
      return;
    case "char":
      storeInt(cx, charToI32(v as number), ptr, 4);
      return;
    case "string":
      storeString(cx, v as ReferenceString, ptr);
      return;
    case "list":
      storeList(cx, v as readonly Value[], ptr, t.element, t.length);
      return;
    case "record":
      storeRecord(cx, v as RecordValue, ptr, t.fields);
      return;
    case "variant":
      storeVariant(cx, v as VariantValue, ptr, t.cases);
      return;
    case "flags":
      storeFlags(cx, v as RecordValue, ptr, t.labels);
      return;
    case "own":
      storeInt(cx, lowerOwn(cx, v as bigint, t), ptr, 4);
      return;
    case "borrow":
      storeInt(cx, lowerBorrow(cx, v as bigint, t), ptr, 4);
  }
}

/** Of a signed integer, its two's complement. */
export function storeInt(cx: LiftLowerContext, v: bigint, ptr: bigint, nbytes: number): void {
  const bits = 8 * nbytes;
  assert(v === BigInt.asUintN(bits, v) || v === BigInt.asIntN(bits, v));
  const bytes = cx.memory.bytes();
  let rest = BigInt.asUintN(bits, v);
  for (let k = 0; k < nbytes; k++) {
    bytes[Number(ptr) + k] = Number(rest % 256n);
    rest /= 256n;
  }
  cx.wrote?.(ptr, nbytes);
}

// ---- Floats. A DataView is not bound to keep a NaN's bits, so the canonical ones are spelled out.

export function encodeFloatAsI32(f: number): bigint {
  if (Number.isNaN(f)) return 0x7fc00000n;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, f);
  return BigInt(view.getUint32(0));
}

export function encodeFloatAsI64(f: number): bigint {
  if (Number.isNaN(f)) return 0x7ff8000000000000n;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, f);
  return view.getBigUint64(0);
}

// ---- Characters, strings and lists

export function charToI32(c: number): bigint {
  assert((0 <= c && c <= 0xd7ff) || (0xe000 <= c && c <= 0x10ffff));
  return BigInt(c);
}

function storeString(cx: LiftLowerContext, v: ReferenceString, ptr: bigint): void {
  const { ptr: begin, taggedCodeUnits } = storeStringIntoRange(cx, v);
  storeInt(cx, begin, ptr, Number(cx.ptrSize));
  storeInt(cx, taggedCodeUnits, ptr + cx.ptrSize, Number(cx.ptrSize));
}

function storeList(
  cx: LiftLowerContext,
  v: readonly Value[],
  ptr: bigint,
  element: ValType,
  maybeLength: number | undefined,
): void {
  if (maybeLength !== undefined) {
    assert(maybeLength === v.length);
    storeListIntoValidRange(cx, v, ptr, element);
    return;
  }
  const [begin, length] = storeListIntoRange(cx, v, element);
  storeInt(cx, begin, ptr, Number(cx.ptrSize));
  storeInt(cx, length, ptr + cx.ptrSize, Number(cx.ptrSize));
}

export function storeListIntoRange(
  cx: LiftLowerContext,
  v: readonly Value[],
  element: ValType,
): readonly [begin: bigint, length: bigint] {
  const byteLength = BigInt(v.length) * elemSize(element, cx.ptrType);
  assert(byteLength <= REALLOC_I32_MAX);
  const ptr = cx.allocate(alignment(element, cx.ptrType), byteLength);
  trapIf(ptr !== alignTo(ptr, alignment(element, cx.ptrType)), "realloc-unaligned");
  trapIf(ptr + byteLength > cx.memoryLength, "realloc-out-of-bounds");
  storeListIntoValidRange(cx, v, ptr, element);
  return [ptr, BigInt(v.length)];
}

function storeListIntoValidRange(cx: LiftLowerContext, v: readonly Value[], ptr: bigint, element: ValType): void {
  const size = elemSize(element, cx.ptrType);
  for (const [i, e] of v.entries()) store(cx, e, element, ptr + BigInt(i) * size);
}

// ---- Records, variants and flags

function storeRecord(cx: LiftLowerContext, v: RecordValue, ptr: bigint, fields: readonly Field[]): void {
  let at = ptr;
  for (const field of fields) {
    at = alignTo(at, alignment(field.type, cx.ptrType));
    store(cx, fieldOf(v, field.label), field.type, at);
    at += elemSize(field.type, cx.ptrType);
  }
}

export function fieldOf(v: RecordValue, label: string): Value {
  const field = v.get(label);
  assert(field !== undefined);
  return field;
}

function storeVariant(cx: LiftLowerContext, v: VariantValue, ptr: bigint, cases: readonly Case[]): void {
  const [caseIndex, caseValue] = matchCase(v, cases);
  const discSize = elemSize(discriminantType(cases), cx.ptrType);
  storeInt(cx, BigInt(caseIndex), ptr, Number(discSize));
  const at = alignTo(ptr + discSize, maxCaseAlignment(cases, cx.ptrType));
  const c = cases[caseIndex]!;
  if (c.type === undefined) return;
  assert(caseValue !== undefined);
  store(cx, caseValue, c.type, at);
}

export function matchCase(
  v: VariantValue,
  cases: readonly Case[],
): readonly [caseIndex: number, caseValue: Value | undefined] {
  const caseIndex = cases.findIndex(({ label }) => label === v.label);
  assert(caseIndex !== -1);
  return [caseIndex, v.payload];
}

function storeFlags(cx: LiftLowerContext, v: RecordValue, ptr: bigint, labels: readonly string[]): void {
  storeInt(cx, packFlagsIntoInt(v, labels), ptr, Number(elemSizeFlags(labels)));
}

export function packFlagsIntoInt(v: RecordValue, labels: readonly string[]): bigint {
  let i = 0n;
  for (const [shift, label] of labels.entries()) if (fieldOf(v, label) === true) i |= 1n << BigInt(shift);
  return i;
}

// ---- Handles

type HandleType = Extract<ValType, { readonly kind: "own" | "borrow" }>;

export function lowerOwn(cx: LiftLowerContext, rep: bigint, t: Pick<HandleType, "resource">): bigint {
  return BigInt(cx.inst.handles.add(new ResourceHandle(resourceOf(t), rep, true)));
}

export function lowerBorrow(cx: LiftLowerContext, rep: bigint, t: Pick<HandleType, "resource">): bigint {
  const { borrowScope } = cx;
  assert(borrowScope instanceof Task);
  const rt = resourceOf(t);
  if (cx.inst === rt.impl) return rep;
  borrowScope.numBorrows += 1;
  return BigInt(cx.inst.handles.add(new ResourceHandle(rt, rep, false, borrowScope)));
}
