/**
 * The index spaces of one component, component type or instance type. "Index Spaces" in Explainer.md.
 *
 * They grow as definitions are validated, so an index only ever refers to what stands before it. Component and instance
 * types are scopes like components: their items have types alone, and are never part of what is handed on.
 */
import type { Sort } from "../binary/definitions.ts";
import { coreSortNames } from "../binary/references.ts";
import type { AnyType, ExternDecl, ExternType, ResourceType } from "../types/types.ts";
import type { CoreExternType, CoreModuleType, DefinedType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { maxIndexSpace, maxItems } from "./limits.ts";
import type { CoreExportOf, CoreFunc, CoreInstance, Item, TypedDefinition } from "./typed.ts";
import { closed, type NameNode, VisibleNames } from "./visibility.ts";

/** A component-level item, with the names that its type uses. */
export interface Entry<K extends ExternType["kind"] = ExternType["kind"]> {
  readonly item: Extract<Item, { readonly sort: K }>;
  readonly type: Extract<ExternType, { readonly kind: K }>;
  readonly node: NameNode;
}

/** A type, with the names that it uses. */
export interface TypeEntry<T extends AnyType = AnyType> {
  readonly type: T;
  readonly node: NameNode;
}

/** What a core instance can export. */
export interface CoreEntry<K extends CoreExternType["kind"] = CoreExternType["kind"]> {
  readonly item: K extends "func" ? CoreFunc : CoreExportOf;
  readonly type: Extract<CoreExternType, { readonly kind: K }>;
}

export interface CoreInstanceEntry {
  readonly item: CoreInstance;
  readonly exports: ReadonlyMap<string, CoreExternType>;
}

/** What the index space of each sort holds. */
type Entries = { readonly [K in CoreExternType["kind"] as `core ${K}`]: CoreEntry<K> } & {
  readonly [K in Exclude<ExternType["kind"], "core-module">]: Entry<K>;
} & {
  readonly "core module": Entry<"core-module">;
  readonly "core type": DefinedType | CoreModuleType;
  readonly "core instance": CoreInstanceEntry;
};

/** What messages call the items of an index space, and how many there may be. */
const spaces: { readonly [S in Sort]: { readonly what: string; readonly limit: number } } = {
  "core func": { what: "core function", limit: maxIndexSpace },
  "core table": { what: "table", limit: maxIndexSpace },
  "core memory": { what: "memory", limit: maxIndexSpace },
  "core global": { what: "global", limit: maxIndexSpace },
  "core tag": { what: "tag", limit: maxIndexSpace },
  "core type": { what: "type", limit: maxIndexSpace },
  "core module": { what: "module", limit: maxItems.modules },
  "core instance": { what: "core instance", limit: maxItems.instances },
  func: { what: "function", limit: maxIndexSpace },
  value: { what: "value", limit: maxItems.values },
  type: { what: "type", limit: maxIndexSpace },
  component: { what: "component", limit: maxItems.components },
  instance: { what: "instance", limit: maxItems.instances },
};

/** What an item of a sort is called where its sort is in question. */
export function nounOf(sort: Sort): string {
  return spaces[sort].what.replace("core ", "");
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
  readonly exports: Direction = new Direction();
  /** Resources that this component defines itself. */
  readonly defined: Set<ResourceType> = new Set();
  readonly definitions: TypedDefinition[] = [];
  /** Values are used exactly once: those that are still to be, by index, and where they come from. */
  readonly unused: Map<number, number> = new Map();
  /** The type of `context.get` and `context.set`, once one has been used. */
  contextType: "i32" | "i64" | undefined;
  readonly #context: Context;
  readonly #items: Map<Sort, unknown[]> = new Map();
  /** Instance types have none. */
  #imports: Direction | undefined;

  constructor(context: Context, kind: ScopeKind, parent: Scope | undefined, offset: number) {
    this.#context = context;
    this.kind = kind;
    this.parent = parent;
    this.offset = offset;
  }

  get imports(): Direction {
    this.#imports ??= new Direction();
    return this.#imports;
  }

  /** How many items of a sort there are: the index that the next one gets. */
  count(sort: Sort): number {
    return this.#items.get(sort)?.length ?? 0;
  }

  get<S extends Sort>(sort: S, index: number, offset: number): Entries[S] {
    const entry = this.#items.get(sort)?.[index];
    if (entry !== undefined) return entry as Entries[S];
    const reason = `unknown ${spaces[sort].what} ${index}: ${nounOf(sort)} index out of bounds`;
    return this.#context.fail("index", reason, offset);
  }

  add<S extends Sort>(sort: S, entry: Entries[S], offset: number): void {
    const items = this.#items.get(sort);
    if (items === undefined) {
      this.#items.set(sort, [entry]);
      return;
    }
    const { what, limit } = spaces[sort];
    if (items.length >= limit) this.#context.failLimit(`${what} count exceeds limit of ${limit}`, offset);
    items.push(entry);
  }

  /** Gives an index to a component-level item. */
  addItem<K extends ExternType["kind"]>(
    kind: K,
    item: Entry<K>["item"]["item"],
    offset: number,
    node: NameNode = closed,
  ): void {
    const entry = { item: { sort: kind, item }, type: { kind, type: item.type }, node };
    this.add(sortOf(kind), entry as never, offset);
  }

  /** Gives an index to something that a core instance can export. */
  addCore(item: CoreFunc | CoreExportOf, type: CoreExternType, offset: number): void {
    this.add(coreSortNames[type.kind], { item, type } as never, offset);
  }

  /** Gives an index to a core function. */
  addCoreFunc(item: CoreFunc, type: DefinedType, offset: number): void {
    this.addCore(item, { kind: "func", type }, offset);
  }

  /** The value at `index`, which is thereby used. */
  takeValue(index: number, offset: number): Entry<"value"> {
    const entry = this.get("value", index, offset);
    if (!this.unused.delete(index)) {
      this.#context.fail("value", `value ${index} cannot be used more than once`, offset);
    }
    return entry;
  }
}

/** The sort of items of a kind of type. */
export function sortOf(kind: ExternType["kind"]): Sort {
  return kind === "core-module" ? "core module" : kind;
}
