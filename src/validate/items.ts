/**
 * Items by sort and index, where they leave a component, and what imports and exports introduce.
 */
import type { SortIndex } from "../binary/definitions.ts";
import type { ExternType } from "../types/types.ts";
import type { Context } from "./context.ts";
import type { Scope } from "./scope.ts";
import type { ExportOf, Item, TypedExport, TypedImport } from "./typed.ts";
import type { NameNode } from "./visibility.ts";

export interface ResolvedItem {
  readonly item: Item;
  readonly type: ExternType;
  readonly node: NameNode;
}

/** The item that a `sortidx` means, where it may be exported or passed on. Values are thereby used. */
export function resolveItem(context: Context, scope: Scope, { sort, index, offset }: SortIndex): ResolvedItem {
  switch (sort) {
    case "value":
      context.require("values", offset);
      return scope.takeValue(index, offset);
    case "core module":
    case "func":
    case "type":
    case "component":
    case "instance":
      return scope.get(sort, index, offset);
    case "core func":
    case "core table":
    case "core memory":
    case "core global":
    case "core tag":
    case "core type":
    case "core instance":
      return context.fail("type", `items of sort \`${sort}\` cannot leave a component`, offset);
  }
}

/** Where an item comes from that is not defined here. */
type Source =
  | { readonly from: "imported"; readonly import: TypedImport }
  | { readonly from: "exported"; readonly export: TypedExport }
  | Omit<ExportOf<unknown>, "type">;

/** Gives an index to what an import, an export or an alias of an export introduces. */
export function addItem(scope: Scope, source: Source, type: ExternType, node: NameNode, offset: number): void {
  // What is exported has been used by that.
  if (type.kind === "value" && source.from !== "exported") scope.unused.set(scope.count("value"), offset);
  scope.addItem(type.kind, { ...source, type: type.type } as never, offset, node);
}
