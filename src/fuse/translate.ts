/**
 * The second half of passing a value on: a checked value goes from where it is to where the other side has it, in the
 * order of `lower_flat` and `store` in the specification. Nothing can go wrong here but the other side's `realloc`.
 *
 * A value in core values goes onto the stack, one in memory into memory: how many core values a type takes does not
 * depend on the side, so both sides have it in memory, or neither has.
 *
 * Plain types, whose bytes are the same on both sides, are copied as bytes, whole lists of them at once. A type of which
 * there is much is translated by a helper, so that code grows with the number of types and not of the paths through them.
 */
import { flattenType, flattenVariant } from "../abi/flatten.ts";
import { type Despecialized, despecialize, flagsSize, layout, recordLayout, variantLayout } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import { resourceOf } from "../plan/types.ts";
import type { Case, ValType, ValTypeOf } from "../types/types.ts";
import type { Local } from "../wasm/body.ts";
import type { Code } from "./code.ts";
import { callLibrary, type Sides } from "./library.ts";
import type { Side } from "./side.ts";
import {
  eachElement, eachPayload, elementSources, fieldSources, type InMemory, pushAddress, pushCase, pushFlat, pushRange, pushSource,
  pushUnsigned, type Source, shareFlat, sourceOf, sourceTypes,
} from "./source.ts"; // biome-ignore format: one list
import { copyString } from "./strings.ts";
import { cost, hasBorrows, isPlain, type ScalarKind } from "./traits.ts";

/** Beyond so many bytes, the padding inside of a plain value is copied with it. */
const EXACT = 64;

/** Where a value of the other side's goes; onto the stack if undefined. */
type Target = InMemory | undefined;

/** `lower_flat` or `store`: passes the value of type `t` at `source` on. It is in memory if `target` is. */
export function pass(code: Code, way: Sides, t: ValType, source: Source, target?: Target): void {
  if (target !== undefined && isPlain(t) && layout(t, way.to.pointer).size > EXACT) {
    assert(source.in === "memory");
    pushAddress(code, way.to, target);
    pushAddress(code, way.from, source);
    code.i32(layout(t, way.to.pointer).size);
    callLibrary(code, "copyBytes", way);
    return;
  }
  if (code.inlines(cost(t))) {
    passHere(code, way, despecialize(t), source, target);
    return;
  }
  const { from, to } = way;
  if (target !== undefined) pushAddress(code, to, target);
  pushSource(code, from, t, source);
  const params = [...(target === undefined ? [] : [to.pointer]), ...sourceTypes(from, t, source)];
  const results = target === undefined ? flattenType(t, to.pointer) : [];
  const key = [code.module.typeId(t), source.in, from.index, to.index];
  const write = (inner: Code, [...locals]: readonly Local[]) => {
    const place: Target = target && { in: "memory", ptr: locals.shift()!, offset: 0 };
    passHere(inner, way, despecialize(t), sourceOf(from, t, source.in, locals), place);
  };
  code.helper("pass", key, params, results, write, hasBorrows(t));
}

function passHere(code: Code, way: Sides, t: Despecialized, source: Source, target: Target): void {
  const { from, to } = way;
  switch (t.kind) {
    case "record": {
      const types = t.fields.map((field) => field.type);
      const { offsets } = recordLayout(types, to.pointer);
      for (const [i, field] of fieldSources(from, types, source).entries()) {
        pass(code, way, types[i]!, field, behind(target, offsets[i]!));
      }
      return;
    }
    case "variant":
      passVariant(code, way, t.cases, source, target);
      return;
    case "list":
      if (t.length !== undefined) passFixedList(code, way, t.element, t.length, source, target);
      else {
        pushListCopy(code, way, t.element, source);
        if (target !== undefined) storeRange(code, to, target);
      }
      return;
    case "string":
      pushRange(code, from, source);
      copyString(code, way);
      if (target !== undefined) storeRange(code, to, target);
      return;
    default: {
      if (target !== undefined) code.get(target.ptr);
      const store = pushLeaf(code, way, t, source);
      if (target !== undefined) code.emit(store, { memory: to.memory, offset: target.offset });
    }
  }
}

function behind(target: Target, offset: number): Target {
  return target && { ...target, offset: target.offset + offset };
}

/** Puts a value of one core value on the stack, and tells how it is stored. */
function pushLeaf(code: Code, { from, to }: Sides, t: Despecialized, source: Source): Scalar[2] {
  switch (t.kind) {
    case "flags": {
      const size = flagsSize(t.labels.length);
      if (source.in === "flats") pushFlat(code, source.flats[0]!, "i32");
      else pushUnsigned(code, from, size, source);
      if (t.labels.length < 32) code.i32(2 ** t.labels.length - 1).emit("i32.and");
      return storesBySize[size];
    }
    case "own":
    case "borrow":
      pushHandle(code, to, t);
      return "i32.store";
    default: {
      const { kind } = t;
      assert(isScalar(kind), `no adapter passes a ${kind} on`);
      pushScalar(code, from, kind, source);
      return scalars[kind][2];
    }
  }
}

// ---- Scalars

type Width = "8" | "16" | "";
type Scalar = readonly [
  core: "i32" | "i64" | "f32" | "f64",
  load: `i32.load${"8_u" | "8_s" | "16_u" | "16_s" | ""}` | `${"i64" | "f32" | "f64"}.load`,
  store: `i32.store${Width}` | `${"i64" | "f32" | "f64"}.store`,
];

const scalars = {
  bool: ["i32", "i32.load8_u", "i32.store8"],
  u8: ["i32", "i32.load8_u", "i32.store8"],
  s8: ["i32", "i32.load8_s", "i32.store8"],
  u16: ["i32", "i32.load16_u", "i32.store16"],
  s16: ["i32", "i32.load16_s", "i32.store16"],
  u32: ["i32", "i32.load", "i32.store"],
  s32: ["i32", "i32.load", "i32.store"],
  char: ["i32", "i32.load", "i32.store"],
  u64: ["i64", "i64.load", "i64.store"],
  s64: ["i64", "i64.load", "i64.store"],
  f32: ["f32", "f32.load", "f32.store"],
  f64: ["f64", "f64.load", "f64.store"],
} as const satisfies Record<ScalarKind, Scalar>;

function isScalar(kind: ValType["kind"]): kind is ScalarKind {
  return kind in scalars;
}

const storesBySize = { 1: "i32.store8", 2: "i32.store16", 4: "i32.store" } as const;

/** Puts a scalar on the stack as `lower_flat` has it: nothing is left in the bits that its type does not use. */
export function pushScalar(code: Code, from: Side, kind: ScalarKind, source: Source): void {
  const [core, load] = scalars[kind];
  if (source.in === "memory") code.get(source.ptr).emit(load, { memory: from.memory, offset: source.offset });
  else pushFlat(code, source.flats[0]!, core);
  if (source.in === "flats" || kind === "bool") narrow(code, kind);
}

/** `lift_flat_unsigned` and `lift_flat_signed` in the specification, as `lower_flat` passes them on. */
function narrow(code: Code, kind: ScalarKind): void {
  if (kind === "bool") code.emit("i32.eqz").emit("i32.eqz");
  else if (kind === "u8") code.i32(0xff).emit("i32.and");
  else if (kind === "u16") code.i32(0xffff).emit("i32.and");
  else if (kind === "s8") code.emit("i32.extend8_s");
  else if (kind === "s16") code.emit("i32.extend16_s");
}

/** Lowers the handle whose turn it is. */
function pushHandle(code: Code, to: Side, t: ValTypeOf<"own" | "borrow">): void {
  const resource = resourceOf(t);
  code.pushScope(t.kind === "borrow").leaf({ leaf: `lower-${t.kind}`, options: to.index, resource });
}

// ---- Variants

/** `lower_flat_variant` or `store_variant` in the specification. Core values that a case does not use are 0. */
function passVariant(code: Code, way: Sides, cases: readonly Case[], source: Source, target: Target): void {
  const { from, to } = way;
  const { discriminantSize, payloadOffset } = variantLayout(cases, to.pointer);
  pushCase(code, from, cases, source);
  const tag = code.keep("i32");
  if (target !== undefined) {
    const { ptr, offset } = target;
    code.get(ptr, tag).emit(storesBySize[discriminantSize], { memory: to.memory, offset });
  }
  const [, ...shared] = target === undefined ? flattenVariant(cases, to.pointer) : [];
  const outs = shared.map((type) => ({ local: code.local(type), type }));
  // In a loop, locals still have what they had before; what is never set is 0.
  for (const { local, type } of outs) code.get(code.local(type)).set(local);
  const all = () => true;
  eachPayload(code, from, { cases, source, tag }, all, (type, payload) => {
    pass(code, way, type, payload, behind(target, payloadOffset));
    if (target !== undefined) return;
    for (const [i, flat] of [...flattenType(type, to.pointer).entries()].reverse()) {
      shareFlat(code, flat, outs[i]!.type);
      code.set(outs[i]!.local);
    }
  });
  if (target === undefined) code.get(tag, ...outs.map(({ local }) => local));
}

// ---- Lists

/** Stores a pointer and a length, which are on the stack. */
function storeRange(code: Code, to: Side, { ptr, offset }: InMemory): void {
  const { memory, pointer } = to;
  const length = code.keep(pointer);
  const begin = code.keep(pointer);
  code.get(ptr, begin).emit(to.op("store"), { memory, offset });
  code.get(ptr, length).emit(to.op("store"), { memory, offset: offset + to.pointerSize });
}

/** Copies the list at `source`, and puts where it is now and its length on the stack. */
function pushListCopy(code: Code, way: Sides, element: ValType, source: Source): void {
  const { from, to } = way;
  pushRange(code, from, source);
  const length = code.toI32(from).keep("i32");
  const begin = code.keep(from.pointer);
  code.get(begin, length);
  copyList(code, way, element);
  code.get(length).fromI32(to);
}

/**
 * `store_list_into_range` in the specification: of a pointer and a number of elements, leaves where they are now. Plain
 * elements are copied all at once.
 */
function copyList(outer: Code, way: Sides, element: ValType): void {
  const { from, to } = way;
  const { size, alignment } = layout(element, to.pointer);
  const plain = isPlain(element);
  const key = plain
    ? [size, alignment, from.memoryKey, to.index]
    : [outer.module.typeId(element), from.index, to.index];
  const write = (code: Code, [begin, count]: readonly Local[]) => {
    code.get(count!);
    if (size !== 1) code.i32(size).emit("i32.mul");
    const byteLength = code.keep("i32");
    const ptr = code.get(byteLength).allocate(to, "list", alignment).keep(to.pointer);
    code.get(ptr, begin!, plain ? byteLength : count!);
    if (plain) callLibrary(code, "copyBytes", way);
    else copyElements(code, way, element);
    code.get(ptr);
  };
  const name = plain ? "copy plain" : "copy list";
  outer.helper(name, key, [from.pointer, "i32"], [to.pointer], write, hasBorrows(element));
}

function passFixedList(code: Code, way: Sides, element: ValType, length: number, source: Source, target: Target): void {
  if (source.in === "flats") {
    for (const part of elementSources(element, length, source.flats)) pass(code, way, element, part);
    return;
  }
  pushAddress(code, way.to, target!);
  pushAddress(code, way.from, source);
  code.i32(length);
  copyElements(code, way, element);
}

/** `store_list_into_valid_range`: of a destination, a source and a number of elements on the stack. */
function copyElements(outer: Code, way: Sides, element: ValType): void {
  const { from, to } = way;
  const write = (code: Code, [target, source, count]: readonly Local[]) => {
    const places = [
      { side: from, ptr: source! },
      { side: to, ptr: target! },
    ];
    eachElement(code, element, count!, places, ([at, place]) => pass(code, way, element, at!, place));
  };
  const key = [outer.module.typeId(element), from.index, to.index];
  outer.helper("copy elements", key, [to.pointer, from.pointer, "i32"], [], write, hasBorrows(element));
}
