/**
 * Items by sort and index, and giving new ones an index.
 */
import type { SortIndex } from "../binary/definitions.ts";
import type { ExternType } from "../types/types.ts";
import type { Context } from "./context.ts";
import type { Scope } from "./scope.ts";
import type { Item, TypedExport, TypedImport } from "./typed.ts";
import { closed, type NameNode } from "./visibility.ts";

export interface ResolvedItem {
  readonly item: Item;
  readonly type: ExternType;
  readonly node: NameNode;
}

/** The item that a `sortidx` means, where it may be exported or passed on. Values are thereby used. */
export function resolveItem(context: Context, scope: Scope, { sort, index, offset }: SortIndex): ResolvedItem {
  switch (sort) {
    case "core module": {
      const item = scope.coreModules.get(index, offset);
      return { item: { sort: "core-module", item }, type: { kind: "core-module", type: item.type }, node: closed };
    }
    case "func": {
      const { item, node } = scope.funcs.get(index, offset);
      return { item: { sort, item }, type: { kind: "func", type: item.type }, node };
    }
    case "value": {
      context.require("values", offset);
      const entry = scope.values.get(index, offset);
      if (entry.used) context.fail("value", `value ${index} cannot be used more than once`, offset);
      entry.used = true;
      return { item: { sort, item: entry.item }, type: { kind: "value", type: entry.item.type }, node: entry.node };
    }
    case "type": {
      const { type, node } = scope.types.get(index, offset);
      return { item: { sort, item: { type } }, type: { kind: "type", type }, node };
    }
    case "component": {
      const item = scope.components.get(index, offset);
      return { item: { sort, item }, type: { kind: "component", type: item.type }, node: closed };
    }
    case "instance": {
      const item = scope.instances.get(index, offset);
      return { item: { sort, item }, type: { kind: "instance", type: item.type }, node: closed };
    }
    default:
      return context.fail("type", `items of sort \`${sort}\` cannot leave a component`, offset);
  }
}

type Source =
  | { readonly from: "imported"; readonly import: TypedImport }
  | { readonly from: "exported"; readonly export: TypedExport };

/** Gives an index to what an import or export introduces. */
export function addItem(scope: Scope, source: Source, type: ExternType, node: NameNode, offset: number): void {
  switch (type.kind) {
    case "core-module":
      scope.coreModules.add({ ...source, type: type.type }, offset);
      return;
    case "func":
      scope.funcs.add({ item: { ...source, type: type.type }, node }, offset);
      return;
    case "value":
      // What is exported has been used by that.
      scope.values.add(
        { item: { ...source, type: type.type }, node, used: source.from === "exported", offset },
        offset,
      );
      return;
    case "type":
      scope.types.add({ type: type.type, node }, offset);
      return;
    case "component":
      scope.components.add({ ...source, type: type.type }, offset);
      return;
    case "instance":
      scope.instances.add({ ...source, type: type.type }, offset);
      return;
  }
}
