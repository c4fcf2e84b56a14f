/**
 * What definitions refer to others by: value types ("Type Definitions" in Binary.md) and sorts with their indices
 * ("Instance Definitions").
 */
import type { PrimitiveKind } from "../types/types.ts";
import type { Reader } from "../wasm/reader.ts";
import type { CoreSort, CoreSortName, Sort, SortIndex, ValTypeRef } from "./definitions.ts";

// ---- Value types

/** What stands for each opcode. Takes an opcode for each word, so that no word is forgotten. */
export function byOpcode<W extends string>(opcodes: Readonly<Record<W, number>>): ReadonlyMap<number, W> {
  return new Map(Object.entries<number>(opcodes).map(([word, opcode]) => [opcode, word as W]));
}

/** `primvaltype`, by opcode. */
export const primitives: ReadonlyMap<number, PrimitiveKind> = byOpcode<PrimitiveKind>({
  bool: 0x7f,
  s8: 0x7e,
  u8: 0x7d,
  s16: 0x7c,
  u16: 0x7b,
  s32: 0x7a,
  u32: 0x79,
  s64: 0x78,
  u64: 0x77,
  f32: 0x76,
  f64: 0x75,
  char: 0x74,
  string: 0x73,
  "error-context": 0x64,
});

/** `valtype ::= <typeidx> | <primvaltype>` */
export function readValTypeRef(r: Reader): ValTypeRef {
  const byte = r.peek();
  const primitive = primitives.get(byte);
  if (primitive !== undefined) {
    r.pos++;
    return primitive;
  }
  const offset = r.pos;
  const index = r.s33();
  return index >= 0 ? index : r.fail(`invalid leading byte (0x${byte.toString(16)}) for component value type`, offset);
}

/** `<T>? ::= 0x00 | 0x01 <T>` */
export function readOptional<T>(r: Reader, what: string, read: (r: Reader) => T): T | undefined {
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return undefined;
    case 0x01:
      return read(r);
  }
  return r.failByte(byte, what);
}

// ---- Sorts

const coreSorts = byOpcode<CoreSort>({
  func: 0x00,
  table: 0x01,
  memory: 0x02,
  global: 0x03,
  tag: 0x04,
  type: 0x10,
  module: 0x11,
  instance: 0x12,
});

const sorts = byOpcode<Exclude<Sort, CoreSortName>>({
  func: 0x01,
  value: 0x02,
  type: 0x03,
  component: 0x04,
  instance: 0x05,
});

/** Core sorts, where component-level sorts are meant too. */
export const coreSortNames: { readonly [S in CoreSort]: `core ${S}` } = {
  func: "core func",
  table: "core table",
  memory: "core memory",
  global: "core global",
  tag: "core tag",
  type: "core type",
  module: "core module",
  instance: "core instance",
};

/** `core:sort` */
export function readCoreSort(r: Reader, what: string): CoreSort {
  const byte = r.u8();
  return coreSorts.get(byte) ?? r.failByte(byte, what);
}

/** `sort` */
export function readSort(r: Reader, what: string): Sort {
  const byte = r.u8();
  return byte === 0x00 ? coreSortNames[readCoreSort(r, what)] : (sorts.get(byte) ?? r.failByte(byte, what));
}

/** `sortidx ::= <sort> <u32>` */
export function readSortIndex(r: Reader): SortIndex {
  const offset = r.pos;
  return { offset, sort: readSort(r, "component external kind"), index: r.u32() };
}
