/**
 * What imports and exports have in common: their types, and the external visibility of the types that they use.
 * "Import and Export Definitions" and "External Visibility of Types" in Explainer.md.
 */
import type { ExternName, ExternTypeSyntax } from "../binary/definitions.ts";
import type { AnyType, ExternType, InstanceType, NameAttributes, ResourceType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { factsOf } from "./facts.ts";
import { addItem } from "./items.ts";
import { defineName, type Way } from "./names.ts";
import type { Scope, TypeEntry } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import type { TypedImport } from "./typed.ts";
import { resolveValType } from "./value-types.ts";
import { closed, makeDecl, type NameNode, nameable, nodeOf, renamed } from "./visibility.ts";

export interface ResolvedExtern {
  readonly type: ExternType;
  readonly node: NameNode;
  /** The abstract resources that it introduces. */
  readonly resources: readonly ResourceType[];
}

const described = {
  func: "a function",
  resource: "a resource",
  component: "a component",
  instance: "an instance",
} as const;

/** The type at `index`, which must be of a kind. */
export function typeAt<K extends keyof typeof described>(
  context: Context,
  scope: Scope,
  kind: K,
  index: number,
  offset: number,
): TypeEntry<Extract<AnyType, { readonly kind: K }>> {
  const { type, node } = scope.get("type", index, offset);
  if (type.type.kind !== kind) context.fail("type", `type index ${index} is not ${described[kind]} type`, offset);
  return { type: type.type as Extract<AnyType, { readonly kind: K }>, node };
}

/**
 * The type of an import, or of an export where one is ascribed: what `externtype` means at this place. Instances get
 * resources and names of their own for those that their type introduces.
 */
export function resolveExternType(
  context: Context,
  scope: Scope,
  syntax: ExternTypeSyntax,
  name: string,
): ResolvedExtern {
  const { kind, offset } = syntax;
  switch (kind) {
    case "core-module": {
      const type = scope.get("core type", syntax.type, offset);
      if (!("kind" in type)) return context.fail("type", `core type index ${syntax.type} is not a module type`, offset);
      return { type: { kind, type }, node: closed, resources: [] };
    }
    case "func": {
      const { type, node } = typeAt(context, scope, kind, syntax.type, offset);
      return { type: { kind, type }, node, resources: [] };
    }
    case "value": {
      context.require("values", offset);
      if (syntax.bound === "eq") return { ...scope.get(kind, syntax.value, offset), resources: [] };
      const { type, node } = resolveValType(context, scope, syntax.type, offset);
      return { type: { kind, type }, node, resources: [] };
    }
    case "type": {
      if (syntax.bound === "sub-resource") {
        const resource = context.types.resource("i32", name);
        return { type: { kind, type: resource }, node: nameable(), resources: [resource] };
      }
      const { type, node } = scope.get(kind, syntax.type, offset);
      return { type, node: renamed(node), resources: [] };
    }
    case "component": {
      const { type } = typeAt(context, scope, kind, syntax.type, offset);
      return { type: { kind, type }, node: closed, resources: [] };
    }
    case "instance": {
      const { type, resources } = openInstance(context, typeAt(context, scope, kind, syntax.type, offset).type, offset);
      return { type: { kind, type }, node: closed, resources };
    }
  }
}

/** The type of one instance of `type`: with resources and names of its own. */
function openInstance(
  context: Context,
  type: InstanceType,
  offset: number,
): { readonly type: InstanceType; readonly resources: readonly ResourceType[] } {
  const substitution = new Substitution(context, offset);
  const resources = type.resources.map((resource) => {
    const own = context.types.resource(resource.rep, resource.name);
    substitution.bind(resource, own);
    return own;
  });
  return { type: substitution.instance(type, []), resources };
}

/** An import, or a declaration of an import or export in a type: the item that it makes, which has an index now. */
export function declareExtern(
  context: Context,
  scope: Scope,
  way: Way,
  name: ExternName,
  type: ExternTypeSyntax,
): TypedImport {
  context.path.push(name.name);
  const resolved = resolveExternType(context, scope, type, name.name);
  const attributes = declare(context, scope, way, name, resolved);
  const item: TypedImport = { name: name.name, attributes, type: resolved.type, offset: name.offset };
  addItem(scope, { from: "imported", import: item }, item.type, resolved.node, item.offset);
  context.path.pop();
  return item;
}

/** Adds an import or export to what a scope has of them. Gives back the attributes of its name. */
export function declare(
  context: Context,
  scope: Scope,
  way: Way,
  syntax: ExternName,
  resolved: ResolvedExtern,
): NameAttributes | undefined {
  const { name, offset } = syntax;
  const { type, node, resources } = resolved;
  const direction = way === "import" ? scope.imports : scope.exports;
  const attributes = defineName(context, direction, way, syntax, resolved);
  checkVisible(context, scope, way, resolved, offset);
  if (way === "export" && scope.kind !== "instance-type") checkExportedValue(context, type, offset);
  direction.decls.set(name, makeDecl(name, attributes, type, node));
  for (const resource of resources) direction.resources.add(resource);
  return attributes;
}

/** A resource that is defined has no name until it is exported; what it is called matters to messages alone. */
export function nameResource({ kind, type }: ExternType, name: string): void {
  if (kind === "type" && type.kind === "resource") (type as { name: string | undefined }).name ??= name;
}

/** Nobody can have lent what a value that is exported, by itself or in an instance, would hold. */
function checkExportedValue(context: Context, type: ExternType, offset: number): void {
  if (type.kind === "value" && factsOf(type.type).borrow) {
    context.fail("type", "exported value cannot contain a `borrow` type", offset);
  }
  if (type.kind !== "instance") return;
  for (const decl of type.type.exports.values()) {
    context.spend(1, offset);
    checkExportedValue(context, decl.type, offset);
  }
}

/** Fails unless all types that an import or export uses have a visible name; remembers the names that it gives. */
function checkVisible(context: Context, scope: Scope, way: Way, { type, node }: ResolvedExtern, offset: number): void {
  // What an instance type declares becomes visible, or not, where an instance of it is imported or exported.
  if (scope.kind === "instance-type") return;
  const { visible } = way === "import" ? scope.imports : scope.exports;
  const isVisible = (type: ExternType, node: NameNode): boolean => {
    context.spend(1, offset);
    if (type.type.kind === "instance") {
      for (const decl of type.type.exports.values()) if (!isVisible(decl.type, nodeOf(decl))) return false;
      return true;
    }
    // These use no names but their own.
    if (type.kind === "core-module" || type.kind === "component") return true;
    if (type.kind !== "type") return visible.has(node);
    if (!(node.nameable ? visible.hasParts(node) : visible.has(node))) return false;
    // What is imported may be used in exports too.
    scope.exports.visible.add(node);
    visible.add(node);
    return true;
  };
  if (isVisible(type, node)) return;
  const reason = `it uses a type that has no name in the ${way}s before it`;
  context.fail("visibility", `${kindNoun(type.kind)} not valid to be used as ${way}: ${reason}`, offset);
}

/** What an item with a type of a kind is called. */
export function kindNoun(kind: ExternType["kind"]): string {
  return kind === "core-module" ? "module" : kind;
}
