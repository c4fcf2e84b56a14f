/**
 * Aliases: giving an index to an export of an instance, or to a definition of an enclosing scope.
 * "Alias Definitions" in Explainer.md and Binary.md.
 */
import type { AliasDefinition, AliasTarget, Sort } from "../binary/definitions.ts";
import type { ExternType } from "../types/types.ts";
import type { CoreExternType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { mentionsFreeResource } from "./facts.ts";
import type { Scope } from "./scope.ts";
import type { CoreExportOf } from "./typed.ts";
import { nodeOf } from "./visibility.ts";

type TargetOf<F extends AliasTarget["from"]> = Extract<AliasTarget, { readonly from: F }>;

export function defineAlias(context: Context, scope: Scope, alias: AliasDefinition): void {
  const { target } = alias;
  if (scope.kind !== "component") checkDeclarator(context, alias);
  switch (target.from) {
    case "export":
      aliasExport(context, scope, alias, target);
      return;
    case "core-export":
      aliasCoreExport(context, scope, alias, target);
      return;
    case "outer":
      aliasOuter(context, scope, alias, target);
      return;
  }
}

/** Within component and instance types, aliases are for types and what leads to them. */
function checkDeclarator(context: Context, { sort, target, offset }: AliasDefinition): void {
  const allowed: readonly Sort[] = target.from === "outer" ? ["core type", "type"] : ["instance", "type"];
  if (target.from === "core-export" || !allowed.includes(sort)) {
    context.fail("alias", "aliases in component and instance types may only refer to types or instances", offset);
  }
}

/** The kind of `externtype` that an item of a sort has. */
const kindOfSort: { readonly [S in Sort]?: ExternType["kind"] } = {
  "core module": "core-module",
  func: "func",
  value: "value",
  type: "type",
  component: "component",
  instance: "instance",
};

function aliasExport(context: Context, scope: Scope, alias: AliasDefinition, target: TargetOf<"export">): void {
  const { sort, offset } = alias;
  const { name } = target;
  const of = scope.instances.get(target.instance, offset);
  const decl = of.type.exports.get(name);
  if (decl === undefined) {
    context.fail("alias", `instance ${target.instance} has no export named \`${name}\``, offset);
  }
  const { type } = decl;
  if (type.kind !== kindOfSort[sort]) {
    context.fail("alias", `export \`${name}\` for instance ${target.instance} is not a ${nounOf(sort)}`, offset);
  }
  const node = nodeOf(decl);
  switch (type.kind) {
    case "core-module":
      scope.coreModules.add({ from: "export", of, name, type: type.type }, offset);
      return;
    case "func":
      scope.funcs.add({ item: { from: "export", of, name, type: type.type }, node }, offset);
      return;
    case "value":
      scope.values.add({ item: { from: "export", of, name, type: type.type }, node, used: false, offset }, offset);
      return;
    case "type":
      scope.types.add({ type: type.type, node }, offset);
      return;
    case "component":
      scope.components.add({ from: "export", of, name, type: type.type }, offset);
      return;
    case "instance":
      scope.instances.add({ from: "export", of, name, type: type.type }, offset);
      return;
  }
}

function nounOf(sort: Sort): string {
  const noun = sort.replace("core ", "");
  return noun === "func" ? "function" : noun;
}

function aliasCoreExport(
  context: Context,
  scope: Scope,
  alias: AliasDefinition,
  target: TargetOf<"core-export">,
): void {
  const { sort, offset } = alias;
  const { name } = target;
  const { item: of, exports } = scope.coreInstances.get(target.instance, offset);
  const type = exports.get(name);
  if (type === undefined) {
    context.fail("alias", `core instance ${target.instance} has no export named \`${name}\``, offset);
  }
  if (sort !== `core ${type.kind}`) {
    context.fail("alias", `export \`${name}\` for core instance ${target.instance} is not a ${nounOf(sort)}`, offset);
  }
  addCoreExport(scope, { from: "core-export", of, name }, type, offset);
}

function addCoreExport(scope: Scope, item: CoreExportOf, type: CoreExternType, offset: number): void {
  switch (type.kind) {
    case "func":
      scope.coreFuncs.add({ item, type: type.type }, offset);
      return;
    case "table":
      scope.coreTables.add({ item, type }, offset);
      return;
    case "memory":
      scope.coreMemories.add({ item, type }, offset);
      return;
    case "global":
      scope.coreGlobals.add({ item, type }, offset);
      return;
    case "tag":
      scope.coreTags.add({ item, type }, offset);
      return;
  }
}

/** `outeraliassort` */
type OuterSort = "core module" | "core type" | "component" | "type";

function aliasOuter(context: Context, scope: Scope, alias: AliasDefinition, target: TargetOf<"outer">): void {
  const { offset } = alias;
  const sort = alias.sort as OuterSort;
  const { index } = target;
  const { scope: outer, crossesComponent } = enclosingScope(context, scope, target.count, offset);
  switch (sort) {
    case "core module":
      scope.coreModules.add(outer.coreModules.get(index, offset), offset);
      return;
    case "core type":
      scope.coreTypes.add(outer.coreTypes.get(index, offset), offset);
      return;
    case "component":
      scope.components.add(outer.components.get(index, offset), offset);
      return;
    case "type": {
      const entry = outer.types.get(index, offset);
      if (crossesComponent && mentionsFreeResource(entry.type)) {
        context.fail(
          "alias",
          "cannot alias outer type which transitively refers to resources not defined in the current component",
          offset,
        );
      }
      scope.types.add(entry, offset);
      return;
    }
  }
  context.fail("alias", `outer aliases cannot refer to items of sort \`${alias.sort}\``, offset);
}

/** The scope `count` scopes further out, and whether the border of a component lies between. */
export function enclosingScope(
  context: Context,
  scope: Scope,
  count: number,
  offset: number,
): { readonly scope: Scope; readonly crossesComponent: boolean } {
  let found = scope;
  let crossesComponent = false;
  for (let i = 0; i < count; i++) {
    if (found.parent === undefined) return context.fail("alias", `invalid outer alias count of ${count}`, offset);
    crossesComponent ||= found.kind === "component";
    found = found.parent;
  }
  return { scope: found, crossesComponent };
}
