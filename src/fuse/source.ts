/**
 * Where a value is that is to be passed on: in core values, as `flatten_type` has them, or in memory. `CoreValueIter` in
 * the specification, and the left half of a translation.
 */
import { type FlatType, flatCount, flattenType } from "../abi/flatten.ts";
import { elementSize, recordLayout, variantLayout } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import type { Case, ValType } from "../types/types.ts";
import type { EncodedType, Local } from "../wasm/body.ts";
import type { Arm, Code } from "./code.ts";
import type { Side } from "./side.ts";

/** A core value: inside of a variant, of the type that all cases share at its place. */
export interface Flat {
  readonly local: Local;
  readonly type: FlatType;
}

/** A place in the memory of a side. */
export interface InMemory {
  readonly in: "memory";
  readonly ptr: Local;
  readonly offset: number;
}

export type Source = InMemory | { readonly in: "flats"; readonly flats: readonly Flat[] };

/** The fields of a record. */
export function fieldSources(side: Side, types: readonly ValType[], source: Source): Source[] {
  if (source.in === "memory") {
    const { offsets } = recordLayout(types, side.pointer);
    return types.map((_, i) => ({ ...source, offset: source.offset + offsets[i]! }));
  }
  let next = 0;
  return types.map((type) => {
    const begin = next;
    next += flatCount(type);
    return { in: "flats", flats: source.flats.slice(begin, next) };
  });
}

/** The elements of a list whose length its type fixes, where it is flat. */
export function elementSources(element: ValType, length: number, flats: readonly Flat[]): Source[] {
  const count = flatCount(element);
  return Array.from({ length }, (_, i) => ({ in: "flats", flats: flats.slice(i * count, (i + 1) * count) }));
}

/** A variant of which it is known of which case it is: `tag` has its number. */
export interface KnownVariant {
  readonly cases: readonly Case[];
  readonly source: Source;
  readonly tag: Local;
}

/** Does `body` for the payload of a variant, if its type is wanted: once for cases in a row with the same type. */
export function eachPayload(
  code: Code,
  side: Side,
  { cases, source, tag }: KnownVariant,
  wanted: (type: ValType) => boolean,
  body: (type: ValType, payload: Source) => void,
): void {
  const { payloadOffset } = variantLayout(cases, side.pointer);
  const byType = new Map<ValType, () => void>();
  const arms: Arm[] = [];
  for (const [i, { type }] of cases.entries()) {
    if (type === undefined || !wanted(type)) continue;
    const payload: Source =
      source.in === "memory"
        ? { ...source, offset: source.offset + payloadOffset }
        : { in: "flats", flats: source.flats.slice(1, 1 + flatCount(type)) };
    const run = byType.get(type) ?? (() => body(type, payload));
    byType.set(type, run);
    arms.push({ number: i, run });
  }
  if (arms.length > 0) code.switch(tag, arms);
}

/** Puts a core value on the stack, as what a case's payload wants of what the cases share (`CoerceValueIter`). */
export function pushFlat(code: Code, { local, type: have }: Flat, want: FlatType): void {
  code.get(local);
  if (have === want) return;
  if (have === "i32") {
    assert(want === "f32");
    code.emit("f32.reinterpret_i32");
    return;
  }
  assert(have === "i64");
  if (want === "f64") code.emit("f64.reinterpret_i64");
  else code.emit("i32.wrap_i64");
  if (want === "f32") code.emit("f32.reinterpret_i32");
}

/** From a core value of a payload on the stack to what all cases share. The reverse of `pushFlat`. */
export function shareFlat(code: Code, have: FlatType, want: FlatType): void {
  if (have === want) return;
  if (have === "f32") code.emit("i32.reinterpret_f32");
  if (want === "i32") return;
  if (have === "f64") code.emit("i64.reinterpret_f64");
  else code.emit("i64.extend_i32_u");
}

/** Puts the pointer and the length of a string or a list on the stack. */
export function pushRange(code: Code, side: Side, source: Source): void {
  if (source.in === "flats") {
    for (const flat of source.flats) pushFlat(code, flat, side.pointer);
    return;
  }
  const { memory } = side;
  for (const offset of [source.offset, source.offset + side.pointerSize]) {
    code.get(source.ptr).emit(side.op("load"), { memory, offset });
  }
}

/** Puts the case of a variant on the stack, yet unchecked. */
export function pushCase(code: Code, side: Side, cases: readonly Case[], source: Source): void {
  if (source.in === "flats") pushFlat(code, source.flats[0]!, "i32");
  else pushUnsigned(code, side, variantLayout(cases, side.pointer).discriminantSize, source);
}

/** Loads one, two or four bytes. */
export function pushUnsigned(code: Code, { memory }: Side, size: number, { ptr, offset }: InMemory): void {
  const load = size === 1 ? "i32.load8_u" : size === 2 ? "i32.load16_u" : "i32.load";
  code.get(ptr).emit(load, { memory, offset });
}

export function pushAddress(code: Code, side: Side, { ptr, offset }: InMemory): void {
  code.get(ptr);
  if (offset !== 0) code.pointer(side, offset).emit(side.op("add"));
}

// ---- Sources as parameters of helpers

/** The types that a source takes as parameters. Core values come as the type itself has them. */
export function sourceTypes(side: Side, t: ValType, source: Source): readonly EncodedType[] {
  return source.in === "memory" ? [side.pointer] : flattenType(t, side.pointer);
}

export function pushSource(code: Code, side: Side, t: ValType, source: Source): void {
  if (source.in === "memory") pushAddress(code, side, source);
  else for (const [i, type] of flattenType(t, side.pointer).entries()) pushFlat(code, source.flats[i]!, type);
}

/** The source that has come in these parameters. */
export function sourceOf(side: Side, t: ValType, where: Source["in"], params: readonly Local[]): Source {
  if (where === "memory") return { in: "memory", ptr: params[0]!, offset: 0 };
  return { in: "flats", flats: flattenType(t, side.pointer).map((type, i) => ({ local: params[i]!, type })) };
}

/** A loop over `count` elements from each place on, which are all used up: `body` gets where each one is. */
export function eachElement(
  code: Code,
  element: ValType,
  count: Local,
  places: readonly { readonly side: Side; readonly ptr: Local }[],
  body: (at: readonly InMemory[]) => void,
): void {
  code.get(count);
  code.if(() =>
    code.loop((again) => {
      body(places.map(({ ptr }) => ({ in: "memory", ptr, offset: 0 })));
      for (const { side, ptr } of places) {
        code.get(ptr).pointer(side, elementSize(element, side.pointer)).emit(side.op("add")).set(ptr);
      }
      code.get(count).i32(1).emit("i32.sub").emit("local.tee", count).emit("br_if", again);
    }),
  );
}
