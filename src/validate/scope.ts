/**
 * The index spaces of one component, component type or instance type. "Index Spaces" in Explainer.md.
 *
 * They grow as definitions are validated, so an index only ever refers to what stands before it. Component and instance
 * types are scopes like components: their items have types alone, and are never part of what is handed on.
 */
import type { AnyType, ExternDecl, ResourceType } from "../types/types.ts";
import type { CoreExternType, CoreModuleType, DefinedType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { maxIndexSpace, maxItems } from "./limits.ts";
import type {
  Component, CoreExportOf, CoreFunc, CoreInstance, CoreModule, Func, Instance, TypedDefinition, Value,
} from "./typed.ts"; // biome-ignore format: one list
import { type NameNode, VisibleNames } from "./visibility.ts";

/** A type of the type index space, with the names that it uses. */
export interface TypeEntry {
  readonly type: AnyType;
  readonly node: NameNode;
}

/** A component-level function or value, with the names that its type uses. */
export interface FuncEntry {
  readonly item: Func;
  readonly node: NameNode;
}

export interface ValueEntry {
  readonly item: Value;
  readonly node: NameNode;
  readonly offset: number;
  /** Values are used exactly once. */
  used: boolean;
}

export interface CoreFuncEntry {
  readonly item: CoreFunc;
  readonly type: DefinedType;
}

export interface CoreInstanceEntry {
  readonly item: CoreInstance;
  readonly exports: ReadonlyMap<string, CoreExternType>;
}

/** A core table, memory, global or tag. */
export interface CoreExportEntry<K extends CoreExternType["kind"]> {
  readonly item: CoreExportOf;
  readonly type: Extract<CoreExternType, { readonly kind: K }>;
}

export type CoreTypeEntry = DefinedType | CoreModuleType;

/** One index space. */
export class IndexSpace<T> {
  readonly #context: Context;
  readonly #sort: string;
  readonly #limit: number;
  readonly #items: T[] = [];

  /** `sort` as messages call it: "core function", "instance". */
  constructor(context: Context, sort: string, limit: number = maxIndexSpace) {
    this.#context = context;
    this.#sort = sort;
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length;
  }

  get(index: number, offset: number): T {
    const item = this.#items[index];
    if (item !== undefined) return item;
    const noun = this.#sort.replace("core ", "");
    return this.#context.fail("index", `unknown ${this.#sort} ${index}: ${noun} index out of bounds`, offset);
  }

  add(item: T, offset: number): void {
    if (this.#items.length >= this.#limit) {
      this.#context.failLimit(`${this.#sort} count exceeds limit of ${this.#limit}`, offset);
    }
    this.#items.push(item);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}

/** What the imports, or the exports, of a scope have introduced so far. */
export class Direction {
  readonly decls: Map<string, ExternDecl> = new Map();
  /** By what must be unique of a name, the name. */
  readonly names: Map<string, string> = new Map();
  readonly visible: VisibleNames = new VisibleNames();
  /** The labels of resource types, by the names that the imports or exports gave to the types. */
  readonly labels: Map<NameNode, string> = new Map();
  readonly resourceLabels: Set<string> = new Set();
  /** Abstract resources. */
  readonly resources: Set<ResourceType> = new Set();
}

export type ScopeKind = "component" | "component-type" | "instance-type";

export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  readonly offset: number;
  readonly coreModules: IndexSpace<CoreModule>;
  readonly coreInstances: IndexSpace<CoreInstanceEntry>;
  readonly coreTypes: IndexSpace<CoreTypeEntry>;
  readonly coreFuncs: IndexSpace<CoreFuncEntry>;
  readonly coreTables: IndexSpace<CoreExportEntry<"table">>;
  readonly coreMemories: IndexSpace<CoreExportEntry<"memory">>;
  readonly coreGlobals: IndexSpace<CoreExportEntry<"global">>;
  readonly coreTags: IndexSpace<CoreExportEntry<"tag">>;
  readonly components: IndexSpace<Component>;
  readonly instances: IndexSpace<Instance>;
  readonly funcs: IndexSpace<FuncEntry>;
  readonly values: IndexSpace<ValueEntry>;
  readonly types: IndexSpace<TypeEntry>;
  readonly imports: Direction = new Direction();
  readonly exports: Direction = new Direction();
  /** Resources that this component defines itself. */
  readonly defined: Set<ResourceType> = new Set();
  readonly definitions: TypedDefinition[] = [];
  /** The type of `context.get` and `context.set`, once one has been used. */
  contextType: "i32" | "i64" | undefined;

  constructor(context: Context, kind: ScopeKind, parent: Scope | undefined, offset: number) {
    this.kind = kind;
    this.parent = parent;
    this.offset = offset;
    this.coreModules = new IndexSpace(context, "module", maxItems.modules);
    this.coreInstances = new IndexSpace(context, "core instance", maxItems.instances);
    this.coreTypes = new IndexSpace(context, "type");
    this.coreFuncs = new IndexSpace(context, "core function");
    this.coreTables = new IndexSpace(context, "table");
    this.coreMemories = new IndexSpace(context, "memory");
    this.coreGlobals = new IndexSpace(context, "global");
    this.coreTags = new IndexSpace(context, "tag");
    this.components = new IndexSpace(context, "component", maxItems.components);
    this.instances = new IndexSpace(context, "instance", maxItems.instances);
    this.funcs = new IndexSpace(context, "function");
    this.values = new IndexSpace(context, "value", maxItems.values);
    this.types = new IndexSpace(context, "type");
  }
}
