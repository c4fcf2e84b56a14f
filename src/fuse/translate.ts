/**
 * The second half of passing a value on: a checked value goes from where it is to where the other side has it, in the
 * order of `lower_flat` and `store` in the specification. Nothing can go wrong here but the other side's `realloc`.
 *
 * Plain types, whose bytes are the same on both sides, are copied as bytes, whole lists of them at once. A type of which
 * there is much is translated by a helper, so that code grows with the number of types and not of the paths through them.
 */
import { type FlatType, flattenType, flattenVariant } from "../abi/flatten.ts";
import { despecialize, elementSize, flagsSize, layout, variantLayout } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import type { Case, ValType } from "../types/types.ts";
import type { Local } from "../wasm/body.ts";
import { copyBytes } from "./bytes.ts";
import { type Code, scoped } from "./code.ts";
import type { Side } from "./side.ts";
import {
  eachElement, elementSources, fieldSources, payloadSource, pushCase, pushFlat, pushRange, pushSource, pushUnsigned,type Source, 
  shareFlat, sourceOf, sourceTypes,
} from "./source.ts"; // biome-ignore format: one list
import { copyString } from "./strings.ts";
import { cost, hasBorrows, isPlain, meaningfulBytes } from "./types.ts";

/** From one component to another. */
export interface Way {
  readonly from: Side;
  readonly to: Side;
}

type InMemory = Extract<Source, { readonly in: "memory" }>;

// ---- To core values

/** `lower_flat`: puts the core values of the value of type `t` at `source` on the stack, as `flatten_type` has them. */
export function lowerFlat(code: Code, way: Way, t: ValType, source: Source): void {
  if (code.inlines(cost(t))) {
    lowerFlatHere(code, way, t, source);
    return;
  }
  const { from, to } = way;
  const borrows = hasBorrows(t);
  const helper = code.module.helper("lower", [code.module.typeId(t), source.in, from.index, to.index], () => ({
    params: scoped(borrows, sourceTypes(from, t, source)),
    results: flattenType(t, to.pointer),
    write: (inner, params) => {
      lowerFlatHere(inner, way, t, sourceOf(from, t, source.in, borrows ? params.slice(1) : params));
    },
  }));
  code.pushScope(borrows);
  pushSource(code, from, t, source);
  code.call(helper);
}

function lowerFlatHere(code: Code, way: Way, type: ValType, source: Source): void {
  const { from, to } = way;
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
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
    case "char":
      pushScalar(code, from, t.kind, source);
      return;
    case "flags":
      pushFlags(code, from, t.labels.length, source);
      return;
    case "string":
      pushRange(code, from, source);
      copyString(code, from, to);
      return;
    case "list":
      if (t.length === undefined) pushListCopy(code, way, t.element, source);
      else {
        assert(source.in === "flats");
        for (const part of elementSources(t.element, t.length, source.flats)) lowerFlat(code, way, t.element, part);
      }
      return;
    case "record": {
      const types = t.fields.map((field) => field.type);
      for (const [i, field] of fieldSources(from, types, source).entries()) lowerFlat(code, way, types[i]!, field);
      return;
    }
    case "variant":
      lowerFlatVariant(code, way, t.cases, source);
      return;
    case "own":
    case "borrow":
      pushHandle(code, to, t);
      return;
    default:
      assert(false, `no adapter passes a ${t.kind} on`);
  }
}

/** `lower_flat_variant` in the specification: what a case does not use is 0. */
function lowerFlatVariant(code: Code, way: Way, cases: readonly Case[], source: Source): void {
  const [, ...shared] = flattenVariant(cases, way.to.pointer);
  pushCase(code, way.from, cases, source);
  if (shared.length === 0) return;
  const tag = code.keep("i32");
  const outs = shared.map((type) => ({ local: code.local(type), type }));
  // In a loop, locals still have what they had before.
  for (const { local, type } of outs) code.zero(type).set(local);
  code.get(tag);
  eachPayload(code, way, cases, source, (type, payload) => {
    const have = flattenType(type, way.to.pointer);
    lowerFlat(code, way, type, payload);
    for (const [i, flat] of [...have.entries()].reverse()) {
      shareFlat(code, flat, outs[i]!.type);
      code.set(outs[i]!.local);
    }
  });
  code.get(tag, ...outs.map(({ local }) => local));
}

/** Does `body` for the payload of the case whose number is on the stack: once for all cases with the same type. */
function eachPayload(
  code: Code,
  { from }: Way,
  cases: readonly Case[],
  source: Source,
  body: (type: ValType, payload: Source) => void,
): void {
  const byType = new Map<ValType, () => void>();
  const arms = new Map<number, () => void>();
  for (const [i, { type }] of cases.entries()) {
    if (type === undefined) continue;
    let arm = byType.get(type);
    if (arm === undefined) {
      arm = () => body(type, payloadSource(from, cases, type, source));
      byType.set(type, arm);
    }
    arms.set(i, arm);
  }
  code.switch(arms);
}

type Scalar = "bool" | "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "f32" | "f64" | "char";

const coreTypes: { readonly [K in Scalar]: FlatType } = {
  bool: "i32", u8: "i32", s8: "i32", u16: "i32", s16: "i32", u32: "i32", s32: "i32", u64: "i64", s64: "i64",
  f32: "f32", f64: "f64", char: "i32",
}; // biome-ignore format: a table

const loads = {
  bool: "i32.load8_u", u8: "i32.load8_u", s8: "i32.load8_s", u16: "i32.load16_u", s16: "i32.load16_s", u32: "i32.load",
  s32: "i32.load", u64: "i64.load", s64: "i64.load", f32: "f32.load", f64: "f64.load", char: "i32.load",
} as const; // biome-ignore format: a table

/** Puts a scalar on the stack as `lower_flat` has it: nothing is left in the bits that its type does not use. */
export function pushScalar(code: Code, from: Side, kind: Scalar, source: Source): void {
  if (source.in === "flats") {
    pushFlat(code, source.flats[0]!, coreTypes[kind]);
    narrow(code, kind);
    return;
  }
  code.get(source.ptr).emit(loads[kind], { memory: from.memory, offset: source.offset });
  if (kind === "bool") narrow(code, kind);
}

function pushFlags(code: Code, from: Side, count: number, source: Source): void {
  if (source.in === "flats") pushFlat(code, source.flats[0]!, "i32");
  else pushUnsigned(code, from, flagsSize(count), source);
  if (count < 32) code.i32(2 ** count - 1).emit("i32.and");
}

/** `lift_flat_unsigned` and `lift_flat_signed` in the specification, as `lower_flat` passes them on. */
function narrow(code: Code, kind: Scalar): void {
  switch (kind) {
    case "bool":
      code.emit("i32.eqz").emit("i32.eqz");
      return;
    case "u8":
      code.i32(0xff).emit("i32.and");
      return;
    case "s8":
      code.emit("i32.extend8_s");
      return;
    case "u16":
      code.i32(0xffff).emit("i32.and");
      return;
    case "s16":
      code.emit("i32.extend16_s");
      return;
    case "u32":
    case "s32":
    case "u64":
    case "s64":
    case "f32":
    case "f64":
    case "char":
      return;
  }
}

/** Lowers the handle whose turn it is. */
function pushHandle(
  code: Code,
  to: Side,
  { kind, resource }: Extract<ValType, { readonly kind: "own" | "borrow" }>,
): void {
  const leaf = {
    leaf: `lower-${kind}`,
    options: to.index,
    resource: code.module.program.resourceOf(resource),
  } as const;
  code.pushScope(kind === "borrow").call(code.module.leaf(leaf));
}

// ---- To memory

/** `store`: puts the value of type `t` at `source` to `ptr + offset` in the memory of the other side. */
export function store(code: Code, way: Way, t: ValType, source: Source, ptr: Local, offset: number): void {
  if (source.in === "memory" && isPlain(t)) {
    copyPlain(code, way, t, source, ptr, offset);
    return;
  }
  if (code.inlines(cost(t))) {
    storeHere(code, way, t, source, ptr, offset);
    return;
  }
  const { from, to } = way;
  const borrows = hasBorrows(t);
  const helper = code.module.helper("store", [code.module.typeId(t), source.in, from.index, to.index], () => ({
    params: scoped(borrows, [to.pointer, ...sourceTypes(from, t, source)]),
    results: [],
    write: (inner, params) => {
      const [at, ...rest] = (borrows ? params.slice(1) : params) as [Local, ...Local[]];
      storeHere(inner, way, t, sourceOf(from, t, source.in, rest), at, 0);
    },
  }));
  code.pushScope(borrows);
  pushAddress(code, to, ptr, offset);
  pushSource(code, from, t, source);
  code.call(helper);
}

function pushAddress(code: Code, side: Side, ptr: Local, offset: number): void {
  code.get(ptr);
  if (offset !== 0) code.pointer(side, offset).emit(side.op("add"));
}

const stores = {
  bool: "i32.store8", u8: "i32.store8", s8: "i32.store8", u16: "i32.store16", s16: "i32.store16", u32: "i32.store",
  s32: "i32.store", u64: "i64.store", s64: "i64.store", f32: "f32.store", f64: "f64.store", char: "i32.store",
} as const; // biome-ignore format: a table

const storesBySize = { 1: "i32.store8", 2: "i32.store16", 4: "i32.store" } as const;

function storeHere(code: Code, way: Way, type: ValType, source: Source, ptr: Local, offset: number): void {
  const { from, to } = way;
  const t = despecialize(type);
  switch (t.kind) {
    case "bool":
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
    case "char":
      code.get(ptr);
      // What is stored has no bits to spare, so nothing needs to be narrowed.
      if (source.in === "memory" || t.kind === "bool") pushScalar(code, from, t.kind, source);
      else pushFlat(code, source.flats[0]!, coreTypes[t.kind]);
      code.emit(stores[t.kind], { memory: to.memory, offset });
      return;
    case "flags":
      code.get(ptr);
      pushFlags(code, from, t.labels.length, source);
      code.emit(storesBySize[flagsSize(t.labels.length)], { memory: to.memory, offset });
      return;
    case "string":
      pushRange(code, from, source);
      copyString(code, from, to);
      storeRange(code, to, ptr, offset);
      return;
    case "list":
      if (t.length === undefined) {
        pushListCopy(code, way, t.element, source);
        storeRange(code, to, ptr, offset);
      } else storeFixedList(code, way, t.element, t.length, source, ptr, offset);
      return;
    case "record": {
      const types = t.fields.map((field) => field.type);
      const places = fieldSources(to, types, { in: "memory", ptr, offset }) as InMemory[];
      for (const [i, field] of fieldSources(from, types, source).entries()) {
        store(code, way, types[i]!, field, ptr, places[i]!.offset);
      }
      return;
    }
    case "variant":
      storeVariant(code, way, t.cases, source, ptr, offset);
      return;
    case "own":
    case "borrow":
      pushHandle(code, to, t);
      storeFromStack(
        code,
        "i32",
        () => code.get(ptr),
        () => code.emit("i32.store", { memory: to.memory, offset }),
      );
      return;
    default:
      assert(false, `no adapter passes a ${t.kind} on`);
  }
}

/** Stores what is on the stack, where the address must come before it. */
function storeFromStack(code: Code, type: FlatType, address: () => void, emit: () => void): void {
  const value = code.keep(type);
  address();
  code.get(value);
  emit();
}

/** Stores a pointer and a length, which are on the stack. */
function storeRange(code: Code, to: Side, ptr: Local, offset: number): void {
  const { memory, pointer } = to;
  const half = pointer === "i32" ? 4 : 8;
  const length = code.keep(pointer);
  const begin = code.keep(pointer);
  code.get(ptr, begin).emit(to.op("store"), { memory, offset });
  code.get(ptr, length).emit(to.op("store"), { memory, offset: offset + half });
}

function storeVariant(code: Code, way: Way, cases: readonly Case[], source: Source, ptr: Local, offset: number): void {
  const { from, to } = way;
  const { discriminantSize, payloadOffset } = variantLayout(cases, to.pointer);
  pushCase(code, from, cases, source);
  const tag = code.keep("i32");
  code.get(ptr, tag).emit(storesBySize[discriminantSize], { memory: to.memory, offset });
  if (cases.every((c) => c.type === undefined)) return;
  code.get(tag);
  eachPayload(code, way, cases, source, (type, payload) =>
    store(code, way, type, payload, ptr, offset + payloadOffset),
  );
}

// ---- Bytes

/** Beyond so many bytes, or so many nodes, the padding inside of a plain value is copied with it. */
const EXACT_BYTES = 64;
const EXACT_COST = 32;

/** Copies a plain value in memory by wide loads and stores, or at once if it is large. */
function copyPlain(code: Code, { from, to }: Way, t: ValType, source: InMemory, ptr: Local, offset: number): void {
  const { size } = layout(t, from.pointer);
  if (size > EXACT_BYTES || cost(t) > EXACT_COST) {
    pushAddress(code, to, ptr, offset);
    pushAddress(code, from, source.ptr, source.offset);
    code.i32(size);
    if (from.pointer === "i64" && to.pointer === "i64") code.emit("i64.extend_i32_u");
    code.emit("memory.copy", to.memory, from.memory);
    return;
  }
  for (const { start, end } of meaningfulBytes(t)) {
    for (let at = start; at < end; ) {
      const rest = end - at;
      const [load, write, width] = rest >= 8 ? wide : rest >= 4 ? word : rest >= 2 ? half : byte;
      code.get(ptr, source.ptr).emit(load, { memory: from.memory, offset: source.offset + at, align: 0 });
      code.emit(write, { memory: to.memory, offset: offset + at, align: 0 });
      at += width;
    }
  }
}

const wide = ["i64.load", "i64.store", 8] as const;
const word = ["i32.load", "i32.store", 4] as const;
const half = ["i32.load16_u", "i32.store16", 2] as const;
const byte = ["i32.load8_u", "i32.store8", 1] as const;

// ---- Lists

/** Copies the list at `source`, and puts where it is now and its length on the stack. */
function pushListCopy(code: Code, way: Way, element: ValType, source: Source): void {
  const { from, to } = way;
  const borrows = hasBorrows(element);
  pushRange(code, from, source);
  const length = code.keep(from.pointer);
  const begin = code.keep(from.pointer);
  code.pushScope(borrows).get(begin, length).toI32(from);
  code.call(isPlain(element) ? plainListCopy(code, way, element) : listCopy(code, way, element));
  code.get(length);
  if (from.pointer !== to.pointer) code.emit(to.pointer === "i64" ? "i64.extend_i32_u" : "i32.wrap_i64");
}

/** `store_list_into_range` in the specification, of elements that are copied all at once. */
function plainListCopy({ module }: Code, { from, to }: Way, element: ValType) {
  const { size, alignment } = layout(element, to.pointer);
  return module.helper("copy plain", [size, alignment, from.memoryKey, to.index], () => ({
    params: [from.pointer, "i32"],
    results: [to.pointer],
    write: (code, [begin, count]) => {
      code.get(count!);
      if (size !== 1) code.i32(size).emit("i32.mul").tee(count!);
      code.allocate(to, "list", alignment);
      const ptr = code.keep(to.pointer);
      code.get(ptr, begin!, count!);
      copyBytes(code, from, to);
      code.get(ptr);
    },
  }));
}

/** `store_list_into_range` in the specification. */
function listCopy(outer: Code, way: Way, element: ValType) {
  const { from, to } = way;
  const { size, alignment } = layout(element, to.pointer);
  const borrows = hasBorrows(element);
  return outer.module.helper("copy list", [outer.module.typeId(element), from.index, to.index], () => ({
    params: scoped(borrows, [from.pointer, "i32"]),
    results: [to.pointer],
    write: (code, params) => {
      const [begin, count] = (borrows ? params.slice(1) : params) as [Local, Local];
      code.get(count).i32(size).emit("i32.mul").allocate(to, "list", alignment);
      const ptr = code.keep(to.pointer);
      code.pushScope(borrows).get(ptr, begin, count);
      copyElements(code, way, element);
      code.get(ptr);
    },
  }));
}

function storeFixedList(
  code: Code,
  way: Way,
  element: ValType,
  length: number,
  source: Source,
  ptr: Local,
  offset: number,
): void {
  if (source.in === "flats") {
    const size = elementSize(element, way.to.pointer);
    for (const [i, part] of elementSources(element, length, source.flats).entries()) {
      store(code, way, element, part, ptr, offset + i * size);
    }
    return;
  }
  code.pushScope(hasBorrows(element));
  pushAddress(code, way.to, ptr, offset);
  pushAddress(code, way.from, source.ptr, source.offset);
  code.i32(length);
  copyElements(code, way, element);
}

/** `store_list_into_valid_range`: of a destination, a source and a number of elements on the stack, the scope before them if it matters. */
function copyElements(outer: Code, way: Way, element: ValType): void {
  const { from, to } = way;
  const borrows = hasBorrows(element);
  const helper = outer.module.helper("copy elements", [outer.module.typeId(element), from.index, to.index], () => ({
    params: scoped(borrows, [to.pointer, from.pointer, "i32"]),
    results: [],
    write: (code, params) => {
      const [target, at, count] = (borrows ? params.slice(1) : params) as [Local, Local, Local];
      const places = [
        { side: from, element, at },
        { side: to, element, at: target },
      ];
      eachElement(code, count, places, () =>
        store(code, way, element, { in: "memory", ptr: at, offset: 0 }, target, 0),
      );
    },
  }));
  outer.call(helper);
}
