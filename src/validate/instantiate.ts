/**
 * Component instances: instantiating a component, and bundling items up. "Instance Definitions" in Explainer.md.
 */
import type { InlineExport, InstanceDefinition, InstantiateArg } from "../binary/definitions.ts";
import type { ExternDecl, ExternType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { nameResource } from "./externs.ts";
import { defineName } from "./names.ts";
import { Direction, type ResolvedItem, type Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { SubtypeChecker } from "./subtype.ts";
import type { Component, Instance, Instantiation, Item } from "./typed.ts";
import { makeDecl, nodeOf, renamed } from "./visibility.ts";

export function defineInstance(scope: Scope, definition: InstanceDefinition): void {
  const { offset } = definition;
  if (definition.op === "inline") {
    const bundle = inlineInstance(scope, definition.exports);
    scope.context.checkDepth(bundle.type, offset);
    scope.addItem("instance", bundle, offset);
    return;
  }
  const component = scope.get("component", definition.target, offset).item.item;
  const args = resolveArgs(scope, definition.args);
  const instance = instantiate(scope.context, component, args, offset);
  scope.definitions.push({ step: "instantiate", instance });
  scope.addItem("instance", instance, offset);
}

function resolveArgs(scope: Scope, args: readonly InstantiateArg[]): Map<string, ResolvedItem> {
  const resolved = new Map<string, ResolvedItem>();
  for (const { name, item, offset } of args) {
    if (resolved.has(name)) {
      const reason = `instantiation argument \`${name}\` conflicts with previous argument \`${name}\``;
      scope.fail("instantiation", reason, offset);
    }
    resolved.set(name, scope.resolve(item));
  }
  return resolved;
}

/**
 * After each import that is a type has been supplied, the type supplied stands for it in all that follows; what the
 * component exports is then put in terms of what was supplied, and of new resources for those that it makes.
 */
function instantiate(
  context: Context,
  component: Component,
  args: ReadonlyMap<string, ResolvedItem>,
  offset: number,
): Instantiation {
  const { type } = component;
  const substitution = new Substitution(context, offset);
  const checker = new SubtypeChecker(context, offset, type.importedResources, undefined, substitution);
  const used = new Map<string, Item>();
  for (const decl of type.imports.values()) {
    const arg = args.get(decl.name);
    if (arg === undefined) return context.fail("instantiation", `missing import named \`${decl.name}\``, offset);
    checker.extern(arg.type, decl.type, "type mismatch for import", decl.name);
    bindNodes(substitution, decl, arg);
    used.set(decl.name, arg.item);
  }
  substitution.renew(type.exportedResources);
  const made = substitution.instance({ kind: "instance", exports: type.exports, resources: [] });
  return { from: "instantiate", component, args: used, type: made, offset };
}

/** What is supplied brings the names of its types along. */
function bindNodes(
  substitution: Substitution,
  wanted: ExternDecl,
  given: { readonly type: ExternType; readonly node: ResolvedItem["node"] },
): void {
  if (wanted.type.kind === "type") substitution.bindNode(nodeOf(wanted), given.node);
  if (wanted.type.kind !== "instance" || given.type.kind !== "instance") return;
  for (const decl of wanted.type.type.exports.values()) {
    const supplied = given.type.type.exports.get(decl.name);
    if (supplied === undefined) continue;
    bindNodes(substitution, decl, { type: supplied.type, node: nodeOf(supplied) });
  }
}

function inlineInstance(scope: Scope, exports: readonly InlineExport[]): Instance {
  const direction = new Direction();
  const items = new Map<string, Item>();
  for (const { name: syntax, item: sortIndex } of exports) {
    const { item, type, node } = scope.resolve(sortIndex);
    const { name } = syntax;
    nameResource(type, name);
    // A type gets a new name here, which the functions here cannot have been written with.
    const named = { type, node: type.kind === "type" ? renamed(node) : node };
    const attributes = defineName(scope, direction, "export", syntax, named);
    direction.decls.set(name, makeDecl(name, attributes, type, node));
    items.set(name, item);
  }
  return { from: "inline", exports: items, type: { kind: "instance", exports: direction.decls, resources: [] } };
}
