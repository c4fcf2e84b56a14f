/**
 * Aliases: giving an index to an export of an instance, or to a definition of an enclosing scope.
 * "Alias Definitions" in Explainer.md and Binary.md.
 */
import type { AliasDefinition, Sort } from "../binary/definitions.ts";
import { coreSortNames } from "../binary/references.ts";
import type { Context } from "./context.ts";
import { mentionsFreeResource } from "./facts.ts";
import { addItem } from "./items.ts";
import { type Entry, nounOf, type Scope, sortOf } from "./scope.ts";
import { nodeOf } from "./visibility.ts";

export function defineAlias(context: Context, scope: Scope, alias: AliasDefinition): void {
  const { sort, target, offset } = alias;
  if (scope.kind !== "component") checkDeclarator(context, alias);
  switch (target.from) {
    case "export": {
      const of = scope.get("instance", target.instance, offset).item.item;
      const { name } = target;
      const decl = of.type.exports.get(name) ?? noExport(context, alias, `instance ${target.instance}`, name);
      checkSort(context, alias, sortOf(decl.type.kind), `instance ${target.instance}`, name);
      addItem(scope, { from: "export", of, name }, decl.type, nodeOf(decl), offset);
      return;
    }
    case "core-export": {
      const { item: of, exports } = scope.get("core instance", target.instance, offset);
      const { name } = target;
      const type = exports.get(name) ?? noExport(context, alias, `core instance ${target.instance}`, name);
      checkSort(context, alias, coreSortNames[type.kind], `core instance ${target.instance}`, name);
      scope.addCore({ from: "core-export", of, name }, type, offset);
      return;
    }
    case "outer": {
      const { scope: outer, crossesComponent } = enclosingScope(context, scope, target.count, offset);
      const entry = outer.get(sort, target.index, offset);
      if (sort === "type" && crossesComponent && mentionsFreeResource((entry as Entry<"type">).type.type)) {
        const reason = "transitively refers to resources not defined in the current component";
        context.fail("alias", `cannot alias outer type which ${reason}`, offset);
      }
      scope.add(sort, entry, offset);
      return;
    }
  }
}

/** Within component and instance types, aliases are for types and what leads to them. */
function checkDeclarator(context: Context, { sort, target, offset }: AliasDefinition): void {
  const allowed: readonly Sort[] = target.from === "outer" ? ["core type", "type"] : ["instance", "type"];
  if (target.from === "core-export" || !allowed.includes(sort)) {
    context.fail("alias", "aliases in component and instance types may only refer to types or instances", offset);
  }
}

function noExport(context: Context, { offset }: AliasDefinition, instance: string, name: string): never {
  context.fail("alias", `${instance} has no export named \`${name}\``, offset);
}

function checkSort(context: Context, { sort, offset }: AliasDefinition, found: Sort, instance: string, name: string) {
  if (sort !== found) {
    context.fail("alias", `export \`${name}\` for ${instance} is not a ${nounOf(sort)}`, offset);
  }
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
