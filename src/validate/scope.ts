/**
 * The index spaces of one component, component type or instance type. "Index Spaces" in Explainer.md.
 *
 * They grow as definitions are validated, so an index only ever refers to what stands before it. Component and instance
 * types are scopes like components: their items have types alone, and are never part of what is handed on.
 */
import type { CoreSortName, Sort, SortIndex } from "../binary/definitions.ts";
import { coreSortNames } from "../binary/references.ts";
import type { AnyType, ExternDecl, ExternType, ResourceType } from "../types/types.ts";
import type { CoreExternType, CoreModuleType, DefinedType } from "../wasm/types.ts";
import type { Context, Rule } from "./context.ts";
import type { Feature } from "./features.ts";
import { maxIndexSpace, maxItems } from "./limits.ts";
import type {
  CoreExportOf, CoreFunc, CoreInstance, ExportOf, Item, TypedDefinition, TypedExport, TypedImport,
} from "./typed.ts"; // biome-ignore format: one list
import { closed, type NameNode, type VisibleNames } from "./visibility.ts";

/** A component-level item, with the names that its type uses. */
export interface ResolvedItem {
  readonly item: Item;
  readonly type: ExternType;
  readonly node: NameNode;
}

/** As `ResolvedItem`, of an item that is of one kind. */
export interface Entry<K extends ExternType["kind"]> extends ResolvedItem {
  readonly item: ItemOf<K>;
  readonly type: Extract<ExternType, { readonly kind: K }>;
}

type ItemOf<K extends ExternType["kind"]> = Extract<Item, { readonly sort: K }>;

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
  readonly [K in Exclude<ExternType["kind"], "core-module" | "type">]: Entry<K>;
} & {
  readonly type: TypeEntry;
  readonly "core module": Entry<"core-module">;
  readonly "core type": DefinedType | CoreModuleType;
  readonly "core instance": CoreInstanceEntry;
};

/** Where an item comes from that is not defined here. */
type Origin =
  | { readonly from: "imported"; readonly import: TypedImport }
  | { readonly from: "exported"; readonly export: TypedExport }
  | Omit<ExportOf<unknown>, "type">;

/** How many items of a sort there may be. */
const limits: { readonly [S in Sort]?: number } = {
  "core module": maxItems.modules,
  "core instance": maxItems.instances,
  value: maxItems.values,
  component: maxItems.components,
  instance: maxItems.instances,
};

/** What messages call the items of an index space. */
function wordsOf(sort: Sort): string {
  const noun = sort.replace("func", "function");
  return sort === "core func" || sort === "core instance" ? noun : noun.replace("core ", "");
}

/** What an item of a sort is called where its sort is in question. */
export function nounOf(sort: Sort): string {
  return wordsOf(sort).replace("core ", "");
}

/** What the imports, or the exports, of a scope have introduced so far. */
export class Direction {
  readonly decls: Map<string, ExternDecl> = new Map();
  /** By what must be unique of a name, the name. */
  readonly names: Map<string, string> = new Map();
  readonly visible: VisibleNames = new Set();
  /** The labels of resource types, by the names that the imports or exports gave to the types. */
  readonly labels: Map<NameNode, string> = new Map();
  /** Abstract resources. */
  readonly resources: ResourceType[] = [];
}

export type ScopeKind = "component" | "component-type" | "instance-type";

export class Scope {
  readonly context: Context;
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
  readonly #items: Map<Sort, unknown[]> = new Map();
  /** Instance types have none. */
  #imports: Direction | undefined;

  constructor(context: Context, kind: ScopeKind, parent: Scope | undefined, offset: number) {
    this.context = context;
    this.kind = kind;
    this.parent = parent;
    this.offset = offset;
  }

  get imports(): Direction {
    this.#imports ??= new Direction();
    return this.#imports;
  }

  fail(rule: Rule, reason: string, offset: number): never {
    return this.context.fail(rule, reason, offset);
  }

  /** Fails unless `feature` is on. */
  require(feature: Feature, offset: number, what?: string): void {
    this.context.require(feature, offset, what);
  }

  /** How many items of a sort there are: the index that the next one gets. */
  count(sort: Sort): number {
    return this.#items.get(sort)?.length ?? 0;
  }

  get<S extends Sort>(sort: S, index: number, offset: number): Entries[S] {
    const entry = this.#items.get(sort)?.[index];
    if (entry !== undefined) return entry as Entries[S];
    return this.fail("index", `unknown ${wordsOf(sort)} ${index}: ${nounOf(sort)} index out of bounds`, offset);
  }

  /** The item that a `sortidx` means, where it may be exported or passed on. Values are thereby used. */
  resolve({ sort, index, offset }: SortIndex): ResolvedItem {
    switch (sort) {
      case "value":
        this.require("values", offset);
        return this.takeValue(index, offset);
      case "type": {
        const { type, node } = this.get(sort, index, offset);
        return { item: { sort, item: { type } }, type: { kind: sort, type }, node };
      }
      case "core module":
      case "func":
      case "component":
      case "instance":
        return this.get(sort, index, offset);
      default:
        return this.fail("type", `items of sort \`${sort satisfies CoreSortName}\` cannot leave a component`, offset);
    }
  }

  add<S extends Sort>(sort: S, entry: Entries[S], offset: number): void {
    const items = this.#items.get(sort);
    if (items === undefined) {
      this.#items.set(sort, [entry]);
      return;
    }
    const limit = limits[sort] ?? maxIndexSpace;
    if (items.length >= limit) this.context.failLimit(`${wordsOf(sort)} count exceeds limit of ${limit}`, offset);
    items.push(entry);
  }

  /** Gives an index to a component-level item that is not a type. */
  addItem<K extends Exclude<ExternType["kind"], "type">>(
    kind: K,
    item: ItemOf<K>["item"],
    offset: number,
    node: NameNode = closed,
  ): void {
    const { type } = item;
    this.#addEntry({ item: { sort: kind, item }, type: { kind, type }, node } as never, offset);
  }

  /** Gives an index to what an import, an export or an alias of an export introduces. */
  addExtern(origin: Origin, type: ExternType, node: NameNode, offset: number): void {
    if (type.kind === "type") this.add("type", { type: type.type, node }, offset);
    else {
      const item = { sort: type.kind, item: { ...origin, type: type.type } };
      this.#addEntry({ item, type, node } as ResolvedItem, offset);
    }
  }

  #addEntry(entry: ResolvedItem, offset: number): void {
    const { sort, item } = entry.item;
    // What is exported has been used by that.
    if (sort === "value" && item.from !== "exported") this.unused.set(this.count(sort), offset);
    this.add(sortOf(sort), entry as never, offset);
  }

  /** Gives an index to something that a core instance can export. */
  addCore(item: CoreFunc | CoreExportOf, type: CoreExternType, offset: number): void {
    this.add(coreSortNames[type.kind], { item, type } as never, offset);
  }

  /** The value at `index`, which is thereby used. */
  takeValue(index: number, offset: number): Entry<"value"> {
    const entry = this.get("value", index, offset);
    if (!this.unused.delete(index)) this.fail("value", `value ${index} cannot be used more than once`, offset);
    return entry;
  }
}

/** The sort of items of a kind of type. */
export function sortOf(kind: ExternType["kind"]): Sort {
  return kind === "core-module" ? "core module" : kind;
}
