/**
 * What definitions refer to others by: value types ("Type Definitions" in Binary.md) and sorts with their indices
 * ("Instance Definitions").
 */
import type { PrimitiveKind } from "../types/types.ts";
import type { Reader } from "../wasm/reader.ts";
import type { CoreSort, Sort, SortIndex, ValTypeRef } from "./definitions.ts";

// ---- Value types

/** `primvaltype`, by opcode. */
export const primitives: ReadonlyMap<number, PrimitiveKind> = new Map([
  [0x7f, "bool"],
  [0x7e, "s8"],
  [0x7d, "u8"],
  [0x7c, "s16"],
  [0x7b, "u16"],
  [0x7a, "s32"],
  [0x79, "u32"],
  [0x78, "s64"],
  [0x77, "u64"],
  [0x76, "f32"],
  [0x75, "f64"],
  [0x74, "char"],
  [0x73, "string"],
  [0x64, "error-context"],
]);

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

const coreSorts: ReadonlyMap<number, CoreSort> = new Map([
  [0x00, "func"],
  [0x01, "table"],
  [0x02, "memory"],
  [0x03, "global"],
  [0x04, "tag"],
  [0x10, "type"],
  [0x11, "module"],
  [0x12, "instance"],
]);

const sorts: ReadonlyMap<number, Sort> = new Map([
  [0x01, "func"],
  [0x02, "value"],
  [0x03, "type"],
  [0x04, "component"],
  [0x05, "instance"],
]);

/** `core:sort` */
export function readCoreSort(r: Reader, what: string): CoreSort {
  const byte = r.u8();
  return coreSorts.get(byte) ?? r.failByte(byte, what);
}

/** `sort` */
export function readSort(r: Reader, what: string): Sort {
  const byte = r.u8();
  return byte === 0x00 ? `core ${readCoreSort(r, what)}` : (sorts.get(byte) ?? r.failByte(byte, what));
}

/** `sortidx ::= <sort> <u32>` */
export function readSortIndex(r: Reader): SortIndex {
  const offset = r.pos;
  return { offset, sort: readSort(r, "component external kind"), index: r.u32() };
}
