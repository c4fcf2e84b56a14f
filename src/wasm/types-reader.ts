/**
 * Core types as bytes: `core:rectype`, `core:valtype`, `core:externtype` and what they consist of ("Types" in the core
 * specification's binary format, with the shared-everything-threads, custom-page-sizes and stack-switching additions).
 *
 * What comes out still refers to other types by index. `CoreTypeInterner` resolves the indices; a component's decoder
 * only needs to know where a type ends.
 */
import { coreLimits } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { AbstractHeapType, Limits, MemoryType, NumberType } from "./types.ts";

export type HeapTypeSyntax =
  | { readonly kind: "abstract"; readonly type: AbstractHeapType; readonly shared: boolean }
  | TypeIndexSyntax;

/** An index of the type index space in which the type stands. */
export interface TypeIndexSyntax {
  readonly kind: "index";
  readonly index: number;
  readonly offset: number;
}

export interface RefTypeSyntax {
  readonly kind: "ref";
  readonly nullable: boolean;
  readonly heap: HeapTypeSyntax;
}

export type CoreValTypeSyntax = NumberType | RefTypeSyntax;

export interface FieldTypeSyntax {
  readonly storage: CoreValTypeSyntax | "i8" | "i16";
  readonly mutable: boolean;
}

export type CompositeTypeSyntax =
  | {
      readonly kind: "func";
      readonly params: readonly CoreValTypeSyntax[];
      readonly results: readonly CoreValTypeSyntax[];
    }
  | { readonly kind: "struct"; readonly fields: readonly FieldTypeSyntax[] }
  | { readonly kind: "array"; readonly field: FieldTypeSyntax }
  | { readonly kind: "cont"; readonly type: HeapTypeSyntax };

export interface SubTypeSyntax {
  readonly offset: number;
  readonly final: boolean;
  readonly shared: boolean;
  readonly supertypes: readonly TypeIndexSyntax[];
  readonly composite: CompositeTypeSyntax;
}

/** One recursion group; a type on its own is a group of one. */
export interface RecTypeSyntax {
  readonly offset: number;
  readonly types: readonly SubTypeSyntax[];
}

export interface TableTypeSyntax {
  readonly kind: "table";
  readonly element: RefTypeSyntax;
  readonly limits: Limits;
}

export interface GlobalTypeSyntax {
  readonly kind: "global";
  readonly type: CoreValTypeSyntax;
  readonly mutable: boolean;
  readonly shared: boolean;
}

export type CoreExternTypeSyntax =
  | { readonly kind: "func" | "tag"; readonly type: TypeIndexSyntax }
  | TableTypeSyntax
  | MemoryType
  | GlobalTypeSyntax;

const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
]);

const abstractHeapTypes: ReadonlyMap<number, AbstractHeapType> = new Map([
  [0x75, "nocont"],
  [0x74, "noexn"],
  [0x73, "nofunc"],
  [0x72, "noextern"],
  [0x71, "none"],
  [0x70, "func"],
  [0x6f, "extern"],
  [0x6e, "any"],
  [0x6d, "eq"],
  [0x6c, "i31"],
  [0x6b, "struct"],
  [0x6a, "array"],
  [0x69, "exn"],
  [0x68, "cont"],
]);

const SHARED = 0x65;

/** `rectype ::= 0x4e vec(<subtype>) | <subtype>` */
export function readRecType(r: Reader): RecTypeSyntax {
  const offset = r.pos;
  if (!r.eat(0x4e)) return { offset, types: [readSubType(r)] };
  return { offset, types: r.vec(coreLimits.recursionGroupSize, "types in a recursion group", readSubType) };
}

/** `subtype ::= 0x50 vec(<typeidx>) <comptype> | 0x4f vec(<typeidx>) <comptype> | <comptype>` */
function readSubType(r: Reader): SubTypeSyntax {
  const offset = r.pos;
  const open = r.eat(0x50);
  const supertypes = open || r.eat(0x4f) ? r.vec(coreLimits.types, "supertypes", readTypeIndex) : [];
  const shared = r.eat(SHARED);
  return { offset, final: !open, shared, supertypes, composite: readCompositeType(r) };
}

function readCompositeType(r: Reader): CompositeTypeSyntax {
  const byte = r.u8();
  switch (byte) {
    case 0x60: {
      const params = r.vec(coreLimits.params, "parameters", readValType);
      return { kind: "func", params, results: r.vec(coreLimits.results, "results", readValType) };
    }
    case 0x5f:
      return { kind: "struct", fields: r.vec(coreLimits.structFields, "fields", readFieldType) };
    case 0x5e:
      return { kind: "array", field: readFieldType(r) };
    case 0x5d:
      return { kind: "cont", type: readHeapType(r) };
  }
  return r.failByte(byte, "type definition");
}

function readFieldType(r: Reader): FieldTypeSyntax {
  const storage = r.eat(0x78) ? "i8" : r.eat(0x77) ? "i16" : readValType(r);
  const mutability = r.u8();
  return { storage, mutable: mutability <= 1 ? mutability === 1 : r.fail("malformed mutability", r.pos - 1) };
}

/** `core:valtype` */
export function readValType(r: Reader): CoreValTypeSyntax {
  const number = numberTypes.get(r.peek());
  if (number === undefined) return readRefType(r);
  r.pos++;
  return number;
}

/** `reftype ::= 0x64 <heaptype> | 0x63 <heaptype> | <absheaptype>` */
export function readRefType(r: Reader): RefTypeSyntax {
  const offset = r.pos;
  const byte = r.peek();
  if (byte === 0x63 || byte === 0x64) {
    r.pos++;
    return { kind: "ref", nullable: byte === 0x63, heap: readHeapType(r) };
  }
  if (byte !== SHARED && !abstractHeapTypes.has(byte)) r.fail(`invalid value type 0x${byte.toString(16)}`, offset);
  return { kind: "ref", nullable: true, heap: readHeapType(r) };
}

function readHeapType(r: Reader): HeapTypeSyntax {
  const offset = r.pos;
  const shared = r.eat(SHARED);
  const type = abstractHeapTypes.get(r.peek());
  if (type !== undefined) {
    r.pos++;
    return { kind: "abstract", type, shared };
  }
  const index = r.s33();
  if (shared || index < 0) r.fail("invalid heap type", offset);
  return { kind: "index", index, offset };
}

function readTypeIndex(r: Reader): TypeIndexSyntax {
  const offset = r.pos;
  return { kind: "index", index: r.u32(), offset };
}

/**
 * `core:externtype`
 *
 * ```
 * 0x00 <typeidx> | 0x01 <tabletype> | 0x02 <memtype> | 0x03 <globaltype> | 0x04 <tagtype>
 * ```
 */
export function readExternType(r: Reader): CoreExternTypeSyntax {
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return { kind: "func", type: readTypeIndex(r) };
    case 0x01:
      return readTableType(r);
    case 0x02:
      return readMemoryType(r);
    case 0x03:
      return readGlobalType(r);
    case 0x04:
      return { kind: "tag", type: readTagType(r) };
  }
  return r.failByte(byte, "external kind");
}

/** `tagtype ::= 0x00 <typeidx>` */
export function readTagType(r: Reader): TypeIndexSyntax {
  const attribute = r.u8();
  return attribute === 0x00 ? readTypeIndex(r) : r.failByte(attribute, "tag attribute");
}

/** `tabletype ::= <reftype> <limits>` */
export function readTableType(r: Reader): TableTypeSyntax {
  const element = readRefType(r);
  const offset = r.pos;
  const flags = r.u8();
  if (flags > 0x07) r.fail(`malformed limits flags 0x${flags.toString(16)} of a table`, offset);
  return { kind: "table", element, limits: readLimits(r, flags) };
}

/** `memtype ::= <limits>`, with the page size of the custom-page-sizes proposal. */
export function readMemoryType(r: Reader): MemoryType {
  const offset = r.pos;
  const flags = r.u8();
  if (flags > 0x0f) r.fail(`malformed limits flags 0x${flags.toString(16)} of a memory`, offset);
  const limits = readLimits(r, flags);
  const pageSizeLog2 = flags & 0x08 ? r.u32() : 16;
  if (pageSizeLog2 > 64) r.fail("malformed page size of a memory", offset);
  return { kind: "memory", limits, pageSizeLog2 };
}

function readLimits(r: Reader, flags: number): Limits {
  const wide = (flags & 0x04) !== 0;
  const read = () => (wide ? r.u64() : BigInt(r.u32()));
  return {
    min: read(),
    max: flags & 0x01 ? read() : undefined,
    shared: (flags & 0x02) !== 0,
    index: wide ? "i64" : "i32",
  };
}

/** `globaltype ::= <valtype> <mut>` */
export function readGlobalType(r: Reader): GlobalTypeSyntax {
  const type = readValType(r);
  const flags = r.u8();
  if (flags > 0x03) r.fail("malformed mutability", r.pos - 1);
  return { kind: "global", type, mutable: (flags & 0x01) !== 0, shared: (flags & 0x02) !== 0 };
}
