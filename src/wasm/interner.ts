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
import { assert, ComponentError } from "../errors/component-error.ts";
import { coreLimits, maxMemory32Pages, maxMemory64Pages, maxTable32Elements, maxTable64Elements } from "./limits.ts";
import { matchesComposite } from "./matching.ts";
import { Reader } from "./reader.ts";
import type {
  CompositeType,
  CoreExternType,
  CoreValType,
  DefinedType,
  FieldType,
  HeapType,
  Limits,
  RefType,
} from "./types.ts";
import {
  type CompositeTypeSyntax,
  type CoreExternTypeSyntax,
  type CoreValTypeSyntax,
  type FieldTypeSyntax,
  type HeapTypeSyntax,
  type RecTypeSyntax,
  type RefTypeSyntax,
  readExternType,
  readRecType,
  type SubTypeSyntax,
  type TypeIndexSyntax,
} from "./types-reader.ts";

/** The type index space against which indices are resolved. */
export interface CoreTypeSpace {
  /** How many types it has: the index that the next one gets. */
  readonly size: number;
  /** The type at `index`; throws an error of phase `validate` if there is none, or if it is no defined type. */
  get(index: number, offset: number): DefinedType;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A group in the making: its own types by place, others by the space around it. */
interface Group {
  readonly types: readonly Mutable<DefinedType>[];
  readonly space: CoreTypeSpace;
}

export class CoreTypeInterner {
  readonly #groups: Map<string, readonly DefinedType[]> = new Map();
  readonly #ids: Map<DefinedType, number> = new Map();

  /** The type of a core function that stands in no group and has no supertype: what built-ins and lowered functions have. */
  func(params: readonly CoreValType[], results: readonly CoreValType[], shared = false): DefinedType {
    const text = `${keyOfVals(params, this.#outside)}:${keyOfVals(results, this.#outside)}`;
    const key = `final ${shared ? "shared " : ""}func ${text};`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known[0]!;
    return this.#add(key, [
      { composite: { kind: "func", params, results }, final: true, shared, supertype: undefined },
    ])[0]!;
  }

  /** The types of the recursion group at `range`, which stands at the end of `space`. */
  readRecType(bytes: Uint8Array, range: Range, space: CoreTypeSpace): readonly DefinedType[] {
    return this.group(readRecType(new Reader(bytes, range.start, range.end)), space);
  }

  /** The `core:externtype` at `range`. */
  readExternType(bytes: Uint8Array, range: Range, space: CoreTypeSpace): CoreExternType {
    return this.externType(readExternType(new Reader(bytes, range.start, range.end)), space, range.start);
  }

  /** The types of a recursion group that stands at the end of `space`. */
  group(syntax: RecTypeSyntax, space: CoreTypeSpace): readonly DefinedType[] {
    const resolved = new Map<number, string>();
    const keyOfIndex = ({ index, offset }: TypeIndexSyntax): string => {
      let key = resolved.get(index);
      if (key === undefined) {
        const place = index - space.size;
        if (place >= syntax.types.length) unknownType(index, offset);
        key = place >= 0 ? `@${place}` : this.#outside(space.get(index, offset));
        resolved.set(index, key);
      }
      return key;
    };
    const key = syntax.types.map((type) => `${keyOfSubType(type, keyOfIndex)};`).join("");
    return this.#groups.get(key) ?? this.#add(key, this.#make(syntax, space));
  }

  externType(syntax: CoreExternTypeSyntax, space: CoreTypeSpace, offset: number): CoreExternType {
    switch (syntax.kind) {
      case "func":
      case "tag": {
        const type = space.get(syntax.type.index, syntax.type.offset);
        if (type.composite.kind !== "func") {
          invalid(`type index ${syntax.type.index} is not a function type`, syntax.type.offset);
        }
        return { kind: syntax.kind, type };
      }
      case "table":
        checkTableLimits(syntax.limits, offset);
        return { kind: "table", element: resolveRef(syntax.element, { types: [], space }), limits: syntax.limits };
      case "memory":
        checkMemoryLimits(syntax.limits, syntax.pageSizeLog2, offset);
        return syntax;
      case "global":
        return { ...syntax, type: resolveVal(syntax.type, { types: [], space }) };
    }
  }

  readonly #outside = (type: DefinedType): string => {
    const id = this.#ids.get(type);
    assert(id !== undefined, "a core type of another interner");
    return `#${id}`;
  };

  #add(key: string, types: readonly DefinedType[]): readonly DefinedType[] {
    for (const type of types) this.#ids.set(type, this.#ids.size);
    this.#groups.set(key, types);
    return types;
  }

  #make(syntax: RecTypeSyntax, space: CoreTypeSpace): readonly DefinedType[] {
    const types = syntax.types.map(
      ({ final, shared }): Mutable<DefinedType> => ({
        composite: { kind: "func", params: [], results: [] },
        final,
        shared,
        supertype: undefined,
      }),
    );
    const group: Group = { types, space };
    for (const [i, type] of types.entries()) type.supertype = supertypeOf(syntax.types[i]!, space.size + i, group);
    for (const [i, type] of types.entries()) type.composite = resolveComposite(syntax.types[i]!.composite, group);
    for (const [i, type] of types.entries()) checkSupertype(type, syntax.types[i]!, space.size + i);
    return types;
  }
}

function invalid(reason: string, offset: number): never {
  throw new ComponentError("validate", "invalid", reason, { offset });
}

/** For spaces too, so that an unknown type is worded alike everywhere. */
export function unknownType(index: number, offset: number): never {
  invalid(`unknown type ${index}: type index out of bounds`, offset);
}

// ---- Texts of groups

type KeyOfIndex = (index: TypeIndexSyntax) => string;

function keyOfSubType(type: SubTypeSyntax, keyOf: KeyOfIndex): string {
  const supertypes = type.supertypes.map((index) => `<${keyOf(index)} `).join("");
  const val = (t: CoreValTypeSyntax) => (typeof t === "string" ? t : keyOfRef(t.nullable, keyOfHeap(t.heap, keyOf)));
  const field = ({ storage, mutable }: FieldTypeSyntax) =>
    `${mutable ? "mut " : ""}${storage === "i8" || storage === "i16" ? storage : val(storage)}`;
  const structure = (composite: CompositeTypeSyntax) => {
    switch (composite.kind) {
      case "func":
        return `func ${composite.params.map(val)}:${composite.results.map(val)}`;
      case "struct":
        return `struct ${composite.fields.map(field)}`;
      case "array":
        return `array ${field(composite.field)}`;
      case "cont":
        return `cont ${keyOfHeap(composite.type, keyOf)}`;
    }
  };
  return `${type.final ? "final " : ""}${type.shared ? "shared " : ""}${supertypes}${structure(type.composite)}`;
}

function keyOfHeap(heap: HeapTypeSyntax, keyOf: KeyOfIndex): string {
  return heap.kind === "index" ? keyOf(heap) : `${heap.shared ? "shared " : ""}${heap.type}`;
}

const keyOfRef = (nullable: boolean, heap: string) => `ref ${nullable ? "null " : ""}${heap}`;

/** The same text for types that are resolved already. */
function keyOfVals(types: readonly CoreValType[], keyOf: (type: DefinedType) => string): string {
  const heap = (h: HeapType) => (h.kind === "defined" ? keyOf(h.type) : `${h.shared ? "shared " : ""}${h.type}`);
  return types.map((t) => (typeof t === "string" ? t : keyOfRef(t.nullable, heap(t.heap)))).join(",");
}

// ---- Resolution

function resolveIndex({ index, offset }: TypeIndexSyntax, { types, space }: Group): DefinedType {
  return index < space.size ? space.get(index, offset) : (types[index - space.size] ?? unknownType(index, offset));
}

function resolveHeap(heap: HeapTypeSyntax, group: Group): HeapType {
  return heap.kind === "abstract" ? heap : { kind: "defined", type: resolveIndex(heap, group) };
}

function resolveRef(ref: RefTypeSyntax, group: Group): RefType {
  return { kind: "ref", nullable: ref.nullable, heap: resolveHeap(ref.heap, group) };
}

function resolveVal(type: CoreValTypeSyntax, group: Group): CoreValType {
  return typeof type === "string" ? type : resolveRef(type, group);
}

function resolveField({ storage, mutable }: FieldTypeSyntax, group: Group): FieldType {
  return { storage: storage === "i8" || storage === "i16" ? storage : resolveVal(storage, group), mutable };
}

function resolveComposite(composite: CompositeTypeSyntax, group: Group): CompositeType {
  switch (composite.kind) {
    case "func": {
      const params = composite.params.map((type) => resolveVal(type, group));
      return { kind: "func", params, results: composite.results.map((type) => resolveVal(type, group)) };
    }
    case "struct":
      return { kind: "struct", fields: composite.fields.map((field) => resolveField(field, group)) };
    case "array":
      return { kind: "array", field: resolveField(composite.field, group) };
    case "cont":
      return { kind: "cont", type: resolveHeap(composite.type, group) };
  }
}

// ---- Rules

function supertypeOf(syntax: SubTypeSyntax, index: number, group: Group): DefinedType | undefined {
  const [first, second] = syntax.supertypes;
  if (second !== undefined) invalid("multiple supertypes are not supported", second.offset);
  if (first === undefined) return undefined;
  if (first.index >= index)
    invalid(`unknown type ${first.index}: a supertype stands before its subtypes`, first.offset);
  return resolveIndex(first, group);
}

function checkSupertype(type: DefinedType, syntax: SubTypeSyntax, index: number): void {
  const { composite, supertype } = type;
  if (composite.kind === "cont" && composite.type.kind === "defined" && composite.type.type.composite.kind !== "func") {
    invalid(`type ${index}: a continuation is of a function type`, syntax.offset);
  }
  if (supertype === undefined) return;
  if (supertype.final) invalid(`type ${index}: sub type cannot have a final super type`, syntax.offset);
  if (supertype.shared !== type.shared || !matchesComposite(composite, supertype.composite)) {
    invalid(`type ${index}: sub type must match super type`, syntax.offset);
  }
  let depth = 0;
  for (let t: DefinedType | undefined = supertype; t !== undefined; t = t.supertype) depth++;
  if (depth > coreLimits.subtypingDepth) {
    invalid(
      `type ${index}: sub type hierarchy too deep: exceeds the limit of ${coreLimits.subtypingDepth}`,
      syntax.offset,
    );
  }
}

function checkLimits({ min, max }: Limits, offset: number): void {
  if (max !== undefined && min > max) invalid("size minimum must not be greater than maximum", offset);
}

function checkTableLimits(limits: Limits, offset: number): void {
  checkLimits(limits, offset);
  const most = limits.index === "i64" ? maxTable64Elements : maxTable32Elements;
  if (limits.min > most) invalid(`table size must be at most ${most} elements`, offset);
}

function checkMemoryLimits(limits: Limits, pageSizeLog2: number, offset: number): void {
  checkLimits(limits, offset);
  if (pageSizeLog2 !== 0 && pageSizeLog2 !== 16) invalid("invalid custom page size", offset);
  const pages = limits.index === "i64" ? maxMemory64Pages : maxMemory32Pages;
  const most = pageSizeLog2 === 16 ? pages : (pages << 16n) - 1n;
  if (limits.min > most || (limits.max ?? 0n) > most) invalid(`memory size must be at most ${most} pages`, offset);
  if (limits.shared && limits.max === undefined) invalid("shared memory must have maximum size", offset);
}
