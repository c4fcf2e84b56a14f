/**
 * Makes defined core types, each once.
 *
 * Core WebAssembly's types are iso-recursive: a type is known by the recursion group that it stands in and its place
 * there. A group is turned into a text in which types of the group itself are named by their place and all others by the
 * number of their (already canonical) object; groups of equal text are the same group. "Type Equivalence" is then `===`.
 *
 * The rules for types that the engine checks in modules are checked here for all, since core types of a component
 * reach no engine: "Validation: Types" in the core specification.
 */
import { assert } from "../errors/component-error.ts";
import { invalid } from "./invalid.ts";
import * as max from "./limits.ts";
import { matchesComposite } from "./matching.ts";
import { type NameOf, printDefined } from "./print.ts";
import { Reader } from "./reader.ts";
import type { CoreExternType, CoreValType, DefinedType, Limits } from "./types.ts";
import { noType, type ResolveType, readExternType, readGroupSize, readSubType, type SubType } from "./types-reader.ts";

/** The type index space against which indices are resolved. */
export interface CoreTypeSpace {
  /** How many types it has: the index that the next one gets. */
  readonly size: number;
  readonly get: ResolveType;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class CoreTypeInterner {
  readonly #groups: Map<string, readonly DefinedType[]> = new Map();
  /** What stands for types in the texts of others: their number, or in a group that is being read their place. */
  readonly #names: Map<DefinedType, string> = new Map();
  #count = 0;

  /** The type of a core function that stands in no group and has no supertype: what built-ins and lowered functions have. */
  func(params: readonly CoreValType[], results: readonly CoreValType[], shared = false): DefinedType {
    const types: readonly DefinedType[] = [{ ...noType, shared, composite: { kind: "func", params, results } }];
    const key = this.#keyOf(types);
    return (this.#groups.get(key) ?? this.#add(key, types))[0]!;
  }

  /** The types of the recursion group at `range`, which stands at the end of `space`. */
  readRecType(bytes: Uint8Array, range: Range, space: CoreTypeSpace): readonly DefinedType[] {
    return this.group(new Reader(bytes, range.start, range.end), space);
  }

  /** The `core:externtype` at `range`. */
  readExternType(bytes: Uint8Array, range: Range, resolve: ResolveType): CoreExternType {
    const type = readExternType(new Reader(bytes, range.start, range.end), resolve);
    checkExternType(type, range.start);
    return type;
  }

  /** Reads the types of a recursion group that stands at the end of `space`. */
  group(r: Reader, space: CoreTypeSpace): readonly DefinedType[] {
    const first = space.size;
    const types: Mutable<DefinedType>[] = [];
    for (let count = readGroupSize(r); count > 0; count--) types.push({ ...noType });
    const resolve: ResolveType = (index, offset) => {
      if (index < first) return space.get(index, offset);
      const type = types[index - first] ?? unknownType(index, offset);
      this.#names.set(type, `@${index - first}`);
      return type;
    };
    const offsets: number[] = [];
    for (const type of types) {
      const subtype = readSubType(r, resolve);
      type.composite = subtype.composite;
      type.final = subtype.final;
      type.shared = subtype.shared;
      if (subtype.supertypes.length > 0) type.supertype = supertypeOf(subtype, first + offsets.length, resolve);
      offsets.push(subtype.offset);
    }
    const key = this.#keyOf(types);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    for (const [i, type] of types.entries()) checkSupertype(type, offsets[i]!, first + i);
    return this.#add(key, types);
  }

  #keyOf(types: readonly DefinedType[]): string {
    let key = "";
    for (const type of types) {
      const { final, supertype } = type;
      const relation = `${final ? "" : "open "}${supertype === undefined ? "" : `${this.#nameOf(supertype)} `}`;
      key += `${relation}${printDefined(type, this.#nameOf)};`;
    }
    return key;
  }

  /** Of types of this interner alone. */
  readonly #nameOf: NameOf = (type) => {
    const name = this.#names.get(type);
    assert(name !== undefined);
    return name;
  };

  #add(key: string, types: readonly DefinedType[]): readonly DefinedType[] {
    for (const type of types) this.#names.set(type, `#${this.#count++}`);
    this.#groups.set(key, types);
    return types;
  }
}

/** For spaces too, so that an unknown type is worded alike everywhere. */
export function unknownType(index: number, offset: number): never {
  invalid(`unknown type ${index}: type index out of bounds`, offset);
}

// ---- Rules

function supertypeOf({ supertypes }: SubType, index: number, resolve: ResolveType): DefinedType | undefined {
  const [first, second] = supertypes;
  if (second !== undefined) invalid("multiple supertypes are not supported", second.offset);
  if (first === undefined) return undefined;
  if (first.index >= index)
    invalid(`unknown type ${first.index}: a supertype stands before its subtypes`, first.offset);
  return resolve(first.index, first.offset);
}

function checkSupertype({ composite, supertype, shared }: DefinedType, offset: number, index: number): void {
  const fail = (reason: string) => invalid(`type ${index}: ${reason}`, offset);
  if (composite.kind === "cont" && composite.type.kind === "defined" && composite.type.type.composite.kind !== "func") {
    fail("a continuation is of a function type");
  }
  if (supertype === undefined) return;
  if (supertype.final) fail("sub type cannot have a final super type");
  if (supertype.shared !== shared || !matchesComposite(composite, supertype.composite)) {
    fail("sub type must match super type");
  }
  let depth = 0;
  for (let t: DefinedType | undefined = supertype; t !== undefined; t = t.supertype) depth++;
  if (depth > max.subtypingDepth) {
    fail(`sub type hierarchy too deep: exceeds the limit of ${max.subtypingDepth}`);
  }
}

/** What is valid beyond its syntax. */
export function checkExternType(type: CoreExternType, offset: number): void {
  if (type.kind === "table") checkTableLimits(type.limits, offset);
  else if (type.kind === "memory") checkMemoryLimits(type.limits, type.pageSizeLog2, offset);
}

function checkLimits({ min, max }: Limits, offset: number): void {
  if (max !== undefined && min > max) invalid("size minimum must not be greater than maximum", offset);
}

function checkTableLimits(limits: Limits, offset: number): void {
  checkLimits(limits, offset);
  const most = limits.index === "i64" ? max.table64Elements : max.table32Elements;
  if (limits.min > most) invalid(`table size must be at most ${most} elements`, offset);
}

function checkMemoryLimits(limits: Limits, pageSizeLog2: number, offset: number): void {
  checkLimits(limits, offset);
  if (pageSizeLog2 !== 0 && pageSizeLog2 !== 16) invalid("invalid custom page size", offset);
  const pages = limits.index === "i64" ? max.memory64Pages : max.memory32Pages;
  const most = pageSizeLog2 === 16 ? pages : (pages << 16n) - 1n;
  if (limits.min > most || (limits.max ?? 0n) > most) invalid(`memory size must be at most ${most} pages`, offset);
  if (limits.shared && limits.max === undefined) invalid("shared memory must have maximum size", offset);
}
