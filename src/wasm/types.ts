/**
 * The types of core WebAssembly, as far as linking modules needs them: what a module imports and exports.
 *
 * Concrete (defined) types are held as objects, not indices. A `DefinedType` is made once for each structure by
 * `CoreTypeInterner` (iso-recursively, a whole recursion group at a time), so that two modules' types are equal exactly
 * when they are `===`.
 */

export type NumberType = "i32" | "i64" | "f32" | "f64" | "v128";

/** The abstract heap types of the core specification, shared ones included by `HeapType.shared`. */
export type AbstractHeapType =
  | "func" | "extern" | "any" | "eq" | "i31" | "struct" | "array" | "exn" | "cont"
  | "nofunc" | "noextern" | "none" | "noexn" | "nocont"; // biome-ignore format: one row a hierarchy

export type HeapType =
  | { readonly kind: "abstract"; readonly type: AbstractHeapType; readonly shared: boolean }
  | { readonly kind: "defined"; readonly type: DefinedType };

export interface RefType {
  readonly kind: "ref";
  readonly nullable: boolean;
  readonly heap: HeapType;
}

export type CoreValType = NumberType | RefType;

export interface FieldType {
  readonly storage: CoreValType | "i8" | "i16";
  readonly mutable: boolean;
}

export interface CoreFuncType {
  readonly kind: "func";
  readonly params: readonly CoreValType[];
  readonly results: readonly CoreValType[];
}

export type CompositeType =
  | CoreFuncType
  | { readonly kind: "struct"; readonly fields: readonly FieldType[] }
  | { readonly kind: "array"; readonly field: FieldType }
  | { readonly kind: "cont"; readonly type: HeapType };

/** A type of a recursion group, interned: equal types are the same object. */
export interface DefinedType {
  readonly composite: CompositeType;
  readonly final: boolean;
  readonly shared: boolean;
  readonly supertype: DefinedType | undefined;
}

export interface Limits {
  readonly min: bigint;
  readonly max: bigint | undefined;
  readonly shared: boolean;
  /** The type of indices: `i64` for 64-bit memories and tables. */
  readonly index: "i32" | "i64";
}

export interface TableType {
  readonly kind: "table";
  readonly element: RefType;
  readonly limits: Limits;
}

export interface MemoryType {
  readonly kind: "memory";
  readonly limits: Limits;
  /** log2 of the page size in bytes; 16 unless the custom-page-sizes proposal is used. */
  readonly pageSizeLog2: number;
}

export interface GlobalType {
  readonly kind: "global";
  readonly type: CoreValType;
  readonly mutable: boolean;
  readonly shared: boolean;
}

/** A function or tag by its defined type; `type.composite.kind` is `"func"`. */
export interface FuncExtern {
  readonly kind: "func";
  readonly type: DefinedType;
}

export interface TagExtern {
  readonly kind: "tag";
  readonly type: DefinedType;
}

export type CoreExternType = FuncExtern | TableType | MemoryType | GlobalType | TagExtern;

export interface CoreImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternType;
}

export interface CoreExport {
  readonly name: string;
  readonly type: CoreExternType;
}

/** What of a core module matters to those who link it with others, besides its imports and exports. */
export interface ModuleTraits {
  /** Whether it has tags, without which it can throw nothing. */
  readonly throws: boolean;
  /**
   * Whether its function types stand alone and have no subtypes. Then a function of it has the very type that one of
   * another module has with the same parameters and results; else it may be refused as an import.
   */
  readonly plainTypes: boolean;
  /** Whether its functions can call none but one another: it imports none, and nobody can hand it one. */
  readonly closed: boolean;
  /**
   * Of a module that exports nothing and has no function but the one that starts it: which of its imports are tables, if
   * they are few. What else it imports is called through these, if at all, once it has been instantiated.
   */
  readonly fills?: readonly number[];
}

/** What a core module asks for and gives: `core:moduletype`. */
export interface CoreModuleType {
  readonly kind: "core-module";
  /** Of a module that is at hand. */
  readonly traits?: ModuleTraits;
  readonly imports: readonly CoreImport[];
  readonly exports: readonly CoreExport[];
}
