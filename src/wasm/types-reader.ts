/**
 * Core types as bytes: `core:rectype`, `core:valtype`, `core:externtype` and what they consist of ("Types" in the core
 * specification's binary format, with the shared-everything-threads, custom-page-sizes and stack-switching additions).
 *
 * Indices of types are resolved while they are read, by whoever knows the index space. A component's decoder only needs to
 * know where a type ends, and has them resolved to anything.
 */
import { invalid } from "./invalid.ts";
import * as max from "./limits.ts";
import type { Reader } from "./reader.ts";
import type {
  AbstractHeapType,
  CompositeType,
  CoreExternType,
  CoreValType,
  DefinedType,
  FieldType,
  GlobalType,
  HeapType,
  Limits,
  MemoryType,
  NumberType,
  RefType,
  TableType,
} from "./types.ts";

/** The type with an index, which stands at `offset`; throws an error of phase `validate` if there is none. */
export type ResolveType = (index: number, offset: number) => DefinedType;

/** A type before it is read. */
export const noType: DefinedType = {
  composite: { kind: "func", params: [], results: [] },
  final: true,
  shared: false,
  supertype: undefined,
};

/** For where it only matters where a type ends. */
export const anyType: ResolveType = () => noType;

const firstNumberType = 0x7b;
const numberTypes: readonly NumberType[] = ["v128", "f64", "f32", "i64", "i32"];

const firstHeapType = 0x68;
const abstractHeapTypes: readonly AbstractHeapType[] = [
  "cont", "exn", "array", "struct", "i31", "eq", "any", "extern", "func",
  "none", "noextern", "nofunc", "noexn", "nocont",
]; // biome-ignore format: in the order of their codes

const SHARED = 0x65;

/** How many types there are in the recursion group that begins here: `rectype ::= 0x4e vec(<subtype>) | <subtype>` */
export function readGroupSize(r: Reader): number {
  return r.eat(0x4e) ? r.count(max.recursionGroupSize, "types in a recursion group") : 1;
}

/** A type of a group, and what its rules are about. */
export interface SubType {
  readonly offset: number;
  readonly final: boolean;
  readonly shared: boolean;
  readonly supertypes: readonly { readonly offset: number; readonly index: number }[];
  readonly composite: CompositeType;
}

/** `subtype ::= 0x50 vec(<typeidx>) <comptype> | 0x4f vec(<typeidx>) <comptype> | <comptype>` */
export function readSubType(r: Reader, resolve: ResolveType): SubType {
  const offset = r.pos;
  const open = r.eat(0x50);
  const supertypes = open || r.eat(0x4f) ? r.vec(max.types, "supertypes", readSupertype) : [];
  const shared = r.eat(SHARED);
  return { offset, final: !open, shared, supertypes, composite: readCompositeType(r, resolve) };
}

function readSupertype(r: Reader): SubType["supertypes"][number] {
  return { offset: r.pos, index: r.u32() };
}

function readCompositeType(r: Reader, resolve: ResolveType): CompositeType {
  const byte = r.u8();
  switch (byte) {
    case 0x60: {
      const params = r.vec(max.params, "parameters", readValType, resolve);
      return { kind: "func", params, results: r.vec(max.results, "results", readValType, resolve) };
    }
    case 0x5f:
      return { kind: "struct", fields: r.vec(max.structFields, "fields", readFieldType, resolve) };
    case 0x5e:
      return { kind: "array", field: readFieldType(r, resolve) };
    case 0x5d:
      return { kind: "cont", type: readHeapType(r, resolve) };
  }
  return r.failByte(byte, "type definition");
}

function readFieldType(r: Reader, resolve: ResolveType): FieldType {
  const storage = r.eat(0x78) ? "i8" : r.eat(0x77) ? "i16" : readValType(r, resolve);
  const mutability = r.u8();
  return { storage, mutable: mutability <= 1 ? mutability === 1 : r.fail("malformed mutability", r.pos - 1) };
}

/** `core:valtype` */
export function readValType(r: Reader, resolve: ResolveType): CoreValType {
  const number = numberTypes[r.peek() - firstNumberType];
  if (number === undefined) return readRefType(r, resolve);
  r.pos++;
  return number;
}

/** `reftype ::= 0x64 <heaptype> | 0x63 <heaptype> | <absheaptype>` */
function readRefType(r: Reader, resolve: ResolveType): RefType {
  const byte = r.peek();
  const nullable = byte !== 0x64;
  if (byte === 0x63 || byte === 0x64) r.pos++;
  else if (byte !== SHARED && abstractHeapTypes[byte - firstHeapType] === undefined) {
    r.fail(`invalid value type 0x${byte.toString(16)}`);
  }
  return { kind: "ref", nullable, heap: readHeapType(r, resolve) };
}

function readHeapType(r: Reader, resolve: ResolveType): HeapType {
  const offset = r.pos;
  const shared = r.eat(SHARED);
  const type = abstractHeapTypes[r.peek() - firstHeapType];
  if (type !== undefined) {
    r.pos++;
    return { kind: "abstract", type, shared };
  }
  const index = r.s33();
  if (shared || index < 0) r.fail("invalid heap type", offset);
  return { kind: "defined", type: resolve(index, offset) };
}

/**
 * `core:externtype`
 *
 * ```
 * 0x00 <typeidx> | 0x01 <tabletype> | 0x02 <memtype> | 0x03 <globaltype> | 0x04 <tagtype>
 * ```
 */
export function readExternType(r: Reader, resolve: ResolveType): CoreExternType {
  const byte = r.u8();
  switch (byte) {
    case 0x00:
      return { kind: "func", type: readFuncType(r, resolve) };
    case 0x01:
      return readTableType(r, resolve);
    case 0x02:
      return readMemoryType(r);
    case 0x03:
      return readGlobalType(r, resolve);
    case 0x04:
      return readTagType(r, resolve);
  }
  return r.failByte(byte, "external kind");
}

/** The index of a function type. */
export function readFuncType(r: Reader, resolve: ResolveType): DefinedType {
  const offset = r.pos;
  const index = r.u32();
  const type = resolve(index, offset);
  return type.composite.kind === "func" ? type : invalid(`type index ${index} is not a function type`, offset);
}

/** `tagtype ::= 0x00 <typeidx>` */
export function readTagType(r: Reader, resolve: ResolveType): CoreExternType {
  const attribute = r.u8();
  if (attribute !== 0x00) r.failByte(attribute, "tag attribute");
  return { kind: "tag", type: readFuncType(r, resolve) };
}

/** `tabletype ::= <reftype> <limits>` */
export function readTableType(r: Reader, resolve: ResolveType): TableType {
  const element = readRefType(r, resolve);
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
export function readGlobalType(r: Reader, resolve: ResolveType): GlobalType {
  const type = readValType(r, resolve);
  const flags = r.u8();
  if (flags > 0x03) r.fail("malformed mutability", r.pos - 1);
  return { kind: "global", type, mutable: (flags & 0x01) !== 0, shared: (flags & 0x02) !== 0 };
}
