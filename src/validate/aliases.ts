/**
 * Aliases: giving an index to an export of an instance, or to a definition of an enclosing scope.
 * "Alias Definitions" in Explainer.md and Binary.md.
 */
import type { AliasDefinition, Sort } from "../binary/definitions.ts";
import { coreSortNames } from "../binary/references.ts";
import { mentionsFreeResource } from "./facts.ts";
import { nounOf, type Scope, sortOf, type TypeEntry } from "./scope.ts";
import { nodeOf } from "./visibility.ts";

export function defineAlias(scope: Scope, { sort, target, offset }: AliasDefinition): void {
  const fail = (reason: string): never => scope.fail("alias", reason, offset);
  // Within component and instance types, aliases are for types and what leads to them.
  if (scope.kind !== "component") {
    const other: Sort = target.from === "outer" ? "core type" : "instance";
    if (target.from === "core-export" || (sort !== "type" && sort !== other)) {
      fail("aliases in component and instance types may only refer to types or instances");
    }
  }
  /** What the instance must have by the name. */
  const check = (instance: string, name: string, found: Sort | undefined) => {
    if (found === undefined) fail(`${instance} has no export named \`${name}\``);
    if (found !== sort) fail(`export \`${name}\` for ${instance} is not a ${nounOf(sort)}`);
  };
  switch (target.from) {
    case "export": {
      const of = scope.get("instance", target.instance, offset).item.item;
      const { name } = target;
      const decl = of.type.exports.get(name);
      check(`instance ${target.instance}`, name, decl && sortOf(decl.type.kind));
      scope.addExtern({ from: "export", of, name }, decl!.type, nodeOf(decl!), offset);
      return;
    }
    case "core-export": {
      const { item: of, exports } = scope.get("core instance", target.instance, offset);
      const { name } = target;
      const type = exports.get(name);
      check(`core instance ${target.instance}`, name, type && coreSortNames[type.kind]);
      scope.addCore({ from: "core-export", of, name }, type!, offset);
      return;
    }
    case "outer": {
      const { scope: outer, crossesComponent } = enclosingScope(scope, target.count, offset);
      const entry = outer.get(sort, target.index, offset);
      if (sort === "type" && crossesComponent && mentionsFreeResource((entry as TypeEntry).type)) {
        fail("cannot alias outer type which transitively refers to resources not defined in the current component");
      }
      scope.add(sort, entry, offset);
      return;
    }
  }
}

/** The scope `count` scopes further out, and whether the border of a component lies between. */
export function enclosingScope(
  scope: Scope,
  count: number,
  offset: number,
): { readonly scope: Scope; readonly crossesComponent: boolean } {
  let found = scope;
  let crossesComponent = false;
  for (let i = 0; i < count; i++) {
    if (found.parent === undefined) return scope.fail("alias", `invalid outer alias count of ${count}`, offset);
    crossesComponent ||= found.kind === "component";
    found = found.parent;
  }
  return { scope: found, crossesComponent };
}
