/**
 * Component-level types, as immutable data. "Type Definitions" in Explainer.md.
 *
 * Value and function types are made only by `TypeInterner`: equal types are the same object, so equality is `===` and
 * whatever is derived from a type is cached in a `Map` keyed by it. Resource types are nominal: each is an object of
 * its own, and instantiation substitutes them.
 */
import type { CoreModuleType } from "../wasm/types.ts";

export type PrimitiveKind =
  | "bool" | "s8" | "u8" | "s16" | "u16" | "s32" | "u32" | "s64" | "u64" | "f32" | "f64" | "char" | "string"
  | "error-context"; // biome-ignore format: the order of the binary format

/** What a structure of types is made of: the types that are its parts, and its resources. */
export interface Material {
  readonly part: unknown;
  readonly resource: unknown;
}

export interface FieldOf<M extends Material> {
  readonly label: string;
  readonly type: M["part"];
}

export interface CaseOf<M extends Material> {
  readonly label: string;
  readonly type?: M["part"] | undefined;
}

/**
 * The structure of a value type, for all who have other parts to it than `ValType`s: indices of a binary, or of a plan.
 * `types/shape.ts` has the walks over it.
 */
export type ValShape<M extends Material> =
  | { readonly kind: PrimitiveKind }
  /** `length` is set for a fixed-length list. */
  | { readonly kind: "list"; readonly element: M["part"]; readonly length?: number | undefined }
  | { readonly kind: "map"; readonly key: M["part"]; readonly value: M["part"] }
  | { readonly kind: "record"; readonly fields: readonly FieldOf<M>[] }
  | { readonly kind: "tuple"; readonly types: readonly M["part"][] }
  | { readonly kind: "variant"; readonly cases: readonly CaseOf<M>[] }
  | { readonly kind: "enum"; readonly labels: readonly string[] }
  | { readonly kind: "flags"; readonly labels: readonly string[] }
  | { readonly kind: "option"; readonly type: M["part"] }
  | { readonly kind: "result"; readonly ok?: M["part"] | undefined; readonly error?: M["part"] | undefined }
  | { readonly kind: "own"; readonly resource: M["resource"] }
  | { readonly kind: "borrow"; readonly resource: M["resource"] }
  | { readonly kind: "stream"; readonly payload?: M["part"] | undefined }
  | { readonly kind: "future"; readonly payload?: M["part"] | undefined };

/** The structure of a function type. */
export interface FuncShape<M extends Material> {
  readonly kind: "func";
  readonly async: boolean;
  readonly params: readonly FieldOf<M>[];
  readonly result?: M["part"] | undefined;
}

/** Types that are made of types. */
export interface Interned {
  readonly part: ValType;
  readonly resource: ResourceType;
}

export type Field = FieldOf<Interned>;
export type Case = CaseOf<Interned>;
export type ValType = ValShape<Interned>;
export type ValTypeOf<K extends ValType["kind"]> = Extract<ValType, { readonly kind: K }>;

/** Interned like value types. */
export type FuncType = FuncShape<Interned>;

/**
 * A resource type. Equal only to itself.
 *
 * In a component's types it stands for a resource that is defined, imported or exported there; in a plan, for one
 * resource of one instantiation.
 */
export interface ResourceType {
  readonly kind: "resource";
  /** Unique within the interner that made it. */
  readonly id: number;
  /** The representation in core WebAssembly; `i64` needs the `memory64` feature. */
  readonly rep: "i32" | "i64";
  /** The name by which it was first imported, exported or aliased: for messages only. */
  readonly name: string | undefined;
}

/** Anything that stands in the type index space of a component, besides core types. */
export type AnyType = ValType | FuncType | ResourceType | ComponentType | InstanceType;

/** The type of an import or an export: `externtype`. */
export type ExternType =
  | { readonly kind: "core-module"; readonly type: CoreModuleType }
  | { readonly kind: "func"; readonly type: FuncType }
  | { readonly kind: "value"; readonly type: ValType }
  /**
   * A type itself. A resource that is abstract here (`sub resource`) is a `ResourceType` bound in `resources` of the
   * type around it.
   */
  | { readonly kind: "type"; readonly type: AnyType }
  | { readonly kind: "component"; readonly type: ComponentType }
  | { readonly kind: "instance"; readonly type: InstanceType };

/** Attributes of an import's or export's name; no part of its type. 🏷️ 🔗 */
export interface NameAttributes {
  readonly implements?: string | undefined;
  readonly versionSuffix?: string | undefined;
  readonly externalId?: string | undefined;
}

export interface ExternDecl {
  readonly name: string;
  readonly attributes?: NameAttributes | undefined;
  readonly type: ExternType;
}

/** `exports` in the order of declaration, names unique. */
export interface InstanceType {
  readonly kind: "instance";
  readonly exports: ReadonlyMap<string, ExternDecl>;
  /**
   * The abstract resources that this type introduces (`sub resource` in its exports, and in nested instances').
   * They are bound here as by an existential quantifier: an instance of this type has resources of its own for them.
   * Empty in the type of an instance that exists (an index in an instance index space): there they are known.
   */
  readonly resources: readonly ResourceType[];
}

export interface ComponentType {
  readonly kind: "component";
  readonly imports: ReadonlyMap<string, ExternDecl>;
  readonly exports: ReadonlyMap<string, ExternDecl>;
  /** Abstract resources that the imports introduce; whoever instantiates supplies them. */
  readonly importedResources: readonly ResourceType[];
  /** Abstract resources that the exports introduce; each instantiation makes them anew. */
  readonly exportedResources: readonly ResourceType[];
}
