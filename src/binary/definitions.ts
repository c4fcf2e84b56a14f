/**
 * The syntax tree of a component: what `binary/` hands to `validate/`. One type for each production of Binary.md.
 *
 * Definitions stand in file order, with the offset at which each begins (from the start of the outermost component).
 * Indices are as written: nothing is looked up here. Core modules are byte ranges; nothing is copied.
 */
import type { BuiltinName, Immediate } from "../abi/builtins.ts";
import type { FuncShape, PrimitiveKind, ValShape } from "../types/types.ts";

/** A range of bytes of the outermost component: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ComponentSyntax extends ByteRange {
  readonly definitions: readonly Definition[];
  /** Custom sections as they stand: contents are not interpreted, so they never fail a load. */
  readonly customs: readonly CustomSection[];
}

/** The range is that of the contents, behind the name. */
export interface CustomSection extends ByteRange {
  readonly name: string;
}

export type Definition =
  | CoreModuleDefinition
  | CoreInstanceDefinition
  | CoreTypeDefinition
  | ComponentDefinition
  | InstanceDefinition
  | AliasDefinition
  | TypeDefinition
  | CanonDefinition
  | StartDefinition
  | ImportDefinition
  | ExportDefinition
  | ValueDefinition;

interface At {
  readonly offset: number;
}

// ---- Sections 1 and 4: modules and components

export interface CoreModuleDefinition extends At {
  readonly kind: "core-module";
  /** The module's own bytes, preamble included. */
  readonly range: ByteRange;
}

export interface ComponentDefinition extends At {
  readonly kind: "component";
  readonly component: ComponentSyntax;
}

// ---- Sections 2 and 5: instances

export type CoreSort = "func" | "table" | "memory" | "global" | "tag" | "type" | "module" | "instance";
export type Sort = "func" | "value" | "type" | "component" | "instance" | CoreSortName;
/** A core sort where component-level sorts are meant too. */
export type CoreSortName = `core ${CoreSort}`;

export interface CoreSortIndex extends At {
  readonly sort: CoreSort;
  readonly index: number;
}

export interface SortIndex extends At {
  readonly sort: Sort;
  readonly index: number;
}

/** An instance of a module or component: of one by its index, or one that is put together. */
export type InstanceOf<K, A, E> = At & { readonly kind: K } & (
    | { readonly op: "instantiate"; readonly target: number; readonly args: readonly A[] }
    | { readonly op: "inline"; readonly exports: readonly E[] }
  );

export type CoreInstanceDefinition = InstanceOf<"core-instance", CoreInstantiateArg, CoreInlineExport>;
export type InstanceDefinition = InstanceOf<"instance", InstantiateArg, InlineExport>;

export interface CoreInstantiateArg extends At {
  readonly name: string;
  /** Of the core instance index space. */
  readonly instance: number;
}

export interface CoreInlineExport extends At {
  readonly name: string;
  readonly item: CoreSortIndex;
}

export interface InstantiateArg extends At {
  readonly name: string;
  readonly item: SortIndex;
}

export interface InlineExport extends At {
  readonly name: ExternName;
  readonly item: SortIndex;
}

// ---- Section 6: aliases

export type AliasDefinition = At & { readonly kind: "alias"; readonly sort: Sort; readonly target: AliasTarget };

export type AliasTarget =
  | { readonly from: "export"; readonly instance: number; readonly name: string }
  | { readonly from: "core-export"; readonly instance: number; readonly name: string }
  | { readonly from: "outer"; readonly count: number; readonly index: number };

// ---- Sections 3 and 7: types

export interface CoreTypeDefinition extends At {
  readonly kind: "core-type";
  readonly type: CoreTypeSyntax;
}

/**
 * `core:deftype`. A recursion group is kept as a byte range: `CoreTypeInterner` reads it against the index space in
 * which it stands, since its references are indices of that space.
 */
export type CoreTypeSyntax =
  | CoreRecTypeSyntax
  | (At & { readonly kind: "module"; readonly declarations: readonly ModuleDeclaration[] });

export type CoreRecTypeSyntax = At & { readonly kind: "rec"; readonly range: ByteRange; readonly count: number };

/** Imports and exports are byte ranges for the same reason: they hold `core:externtype`s. */
export type ModuleDeclaration =
  | (At & { readonly kind: "import"; readonly module: string; readonly name: string; readonly type: ByteRange })
  | (At & { readonly kind: "export"; readonly name: string; readonly type: ByteRange })
  | (At & { readonly kind: "type"; readonly type: CoreRecTypeSyntax })
  | (At & { readonly kind: "alias"; readonly sort: CoreSort; readonly count: number; readonly index: number });

export interface TypeDefinition extends At {
  readonly kind: "type";
  readonly type: TypeSyntax;
}

export type TypeSyntax =
  | DefinedValTypeSyntax
  | FuncTypeSyntax
  | ComponentTypeSyntax
  | InstanceTypeSyntax
  | ResourceTypeSyntax;

/** `valtype`: a primitive, or an index of the type index space. */
export type ValTypeRef = PrimitiveKind | number;

export interface LabelledType extends At {
  readonly label: string;
  readonly type: ValTypeRef;
}

export interface CaseSyntax extends At {
  readonly label: string;
  readonly type: ValTypeRef | undefined;
}

export interface LabelSyntax extends At {
  readonly label: string;
}

/** What types are made of as they are written. */
export interface Written {
  readonly part: ValTypeRef;
  /** Of the type index space. */
  readonly resource: number;
}

export type DefinedValTypeSyntax =
  | (At & { readonly kind: "primitive"; readonly type: PrimitiveKind })
  | (At & { readonly kind: "record"; readonly fields: readonly LabelledType[] })
  | (At & { readonly kind: "variant"; readonly cases: readonly CaseSyntax[] })
  | (At & { readonly kind: "enum"; readonly labels: readonly LabelSyntax[] })
  | (At & { readonly kind: "flags"; readonly labels: readonly LabelSyntax[] })
  | (At &
      Extract<
        ValShape<Written>,
        { kind: "list" | "tuple" | "option" | "result" | "own" | "borrow" | "stream" | "future" | "map" }
      >);

export interface FuncTypeSyntax extends At, FuncShape<Written> {
  readonly params: readonly LabelledType[];
}

export interface ResourceTypeSyntax extends At {
  readonly kind: "resource";
  readonly rep: "i32" | "i64" | "f32" | "f64" | "v128" | "ref";
  /** Of the core function index space. */
  readonly destructor: number | undefined;
}

export interface ComponentTypeSyntax extends At {
  readonly kind: "component";
  readonly declarations: readonly TypeDeclaration[];
}

/** Never holds a declaration of kind `import`. */
export interface InstanceTypeSyntax extends At {
  readonly kind: "instance";
  readonly declarations: readonly TypeDeclaration[];
}

export type TypeDeclaration =
  | CoreTypeDefinition
  | TypeDefinition
  | AliasDefinition
  | (At & { readonly kind: "import-decl"; readonly name: ExternName; readonly type: ExternTypeSyntax })
  | (At & { readonly kind: "export-decl"; readonly name: ExternName; readonly type: ExternTypeSyntax });

export type ExternTypeSyntax =
  | (At & { readonly kind: "core-module"; readonly type: number })
  | (At & { readonly kind: "func"; readonly type: number })
  | (At & { readonly kind: "value"; readonly bound: "eq"; readonly value: number })
  | (At & { readonly kind: "value"; readonly bound: "type"; readonly type: ValTypeRef })
  | (At & { readonly kind: "type"; readonly bound: "eq"; readonly type: number })
  | (At & { readonly kind: "type"; readonly bound: "sub-resource" })
  | (At & { readonly kind: "component"; readonly type: number })
  | (At & { readonly kind: "instance"; readonly type: number });

// ---- Section 8: canonical definitions

export interface CanonOptionsSyntax {
  readonly options: readonly CanonOptionSyntax[];
}

export type CanonOptionSyntax =
  | (At & { readonly option: "utf8" | "utf16" | "latin1+utf16" | "async" })
  | (At & { readonly option: "memory" | "realloc" | "post-return" | "callback"; readonly index: number });

export type CanonDefinition =
  | (At &
      CanonOptionsSyntax & {
        readonly kind: "canon";
        readonly op: "lift";
        readonly func: number;
        readonly type: number;
      })
  | (At & CanonOptionsSyntax & { readonly kind: "canon"; readonly op: "lower"; readonly func: number })
  | (At & {
      readonly kind: "canon";
      readonly op: "builtin";
      readonly builtin: BuiltinName;
      readonly immediates: ImmediatesSyntax;
    });

/** The immediates of a built-in: those that its row in `abi/builtins.ts` lists are there. */
export interface ImmediatesSyntax extends Readonly<Partial<Record<Immediate, unknown>>> {
  readonly resource?: number;
  readonly stream?: number;
  readonly future?: number;
  readonly "core-func-type"?: number;
  readonly table?: number;
  readonly memory?: number;
  readonly "core-type"?: "i32" | "i64" | "f32" | "f64" | "v128" | "ref";
  readonly slot?: number;
  readonly async?: boolean;
  readonly cancellable?: boolean;
  readonly shared?: boolean;
  /** Present with `undefined` inside for no result. */
  readonly result?: { readonly type: ValTypeRef | undefined };
  readonly options?: readonly CanonOptionSyntax[];
}

// ---- Sections 9 and 12: start and values 🪙

export interface StartDefinition extends At {
  readonly kind: "start";
  readonly func: number;
  readonly args: readonly number[];
  readonly results: number;
}

export interface ValueDefinition extends At {
  readonly kind: "value";
  readonly type: ValTypeRef;
  /** The encoded value; read against its type by `validate/`. */
  readonly range: ByteRange;
}

// ---- Sections 10 and 11: imports and exports

export interface ExternName extends At {
  readonly name: string;
  readonly attributes: readonly AttributeSyntax[];
}

export type AttributeSyntax = At & {
  readonly attribute: "implements" | "versionsuffix" | "external-id";
  readonly value: string;
};

export interface ImportDefinition extends At {
  readonly kind: "import";
  readonly name: ExternName;
  readonly type: ExternTypeSyntax;
}

export interface ExportDefinition extends At {
  readonly kind: "export";
  readonly name: ExternName;
  readonly item: SortIndex;
  readonly type: ExternTypeSyntax | undefined;
}
