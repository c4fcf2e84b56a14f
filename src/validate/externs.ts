/**
 * What imports and exports have in common: their types, and the external visibility of the types that they use.
 * "Import and Export Definitions" and "External Visibility of Types" in Explainer.md.
 */
import type { ExternName, ExternTypeSyntax } from "../binary/definitions.ts";
import type { AnyType, ExternType, InstanceType, NameAttributes, ResourceType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { factsOf } from "./facts.ts";
import { defineName, type Way } from "./names.ts";
import type { Scope, TypeEntry } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import type { TypedImport } from "./typed.ts";
import { resolveValType } from "./value-types.ts";
import { closed, isVisible, makeDecl, type NameNode, nameable, nodeOf, renamed } from "./visibility.ts";

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
  scope: Scope,
  kind: K,
  index: number,
  offset: number,
): TypeEntry<Extract<AnyType, { readonly kind: K }>> {
  const entry = scope.get("type", index, offset);
  if (entry.type.kind !== kind) scope.fail("type", `type index ${index} is not ${described[kind]} type`, offset);
  return entry as TypeEntry<Extract<AnyType, { readonly kind: K }>>;
}

/**
 * The type of an import, or of an export where one is ascribed: what `externtype` means at this place. Instances get
 * resources and names of their own for those that their type introduces.
 */
export function resolveExternType(scope: Scope, syntax: ExternTypeSyntax, name: string): ResolvedExtern {
  const { kind, offset } = syntax;
  switch (kind) {
    case "core-module": {
      const type = scope.get("core type", syntax.type, offset);
      if (!("kind" in type)) return scope.fail("type", `core type index ${syntax.type} is not a module type`, offset);
      return plain({ kind, type }, closed);
    }
    case "func": {
      const { type, node } = typeAt(scope, kind, syntax.type, offset);
      return plain({ kind, type }, node);
    }
    case "value": {
      scope.require("values", offset);
      if (syntax.bound === "eq") return { ...scope.get(kind, syntax.value, offset), resources: [] };
      const { type, node } = resolveValType(scope, syntax.type, offset);
      return plain({ kind, type }, node);
    }
    case "type": {
      if (syntax.bound === "sub-resource") {
        const resource = scope.context.types.resource("i32", name);
        return { type: { kind, type: resource }, node: nameable(), resources: [resource] };
      }
      const { type, node } = scope.get(kind, syntax.type, offset);
      return plain({ kind, type }, renamed(node));
    }
    case "component": {
      return plain({ kind, type: typeAt(scope, kind, syntax.type, offset).type }, closed);
    }
    case "instance": {
      const { type, resources } = openInstance(scope.context, typeAt(scope, kind, syntax.type, offset).type, offset);
      return { type: { kind, type }, node: closed, resources };
    }
  }
}

/** Of what introduces no resources. */
function plain(type: ExternType, node: NameNode): ResolvedExtern {
  return { type, node, resources: [] };
}

/** The type of one instance of `type`: with resources and names of its own. */
function openInstance(
  context: Context,
  type: InstanceType,
  offset: number,
): { readonly type: InstanceType; readonly resources: readonly ResourceType[] } {
  const substitution = new Substitution(context, offset);
  const resources = substitution.renew(type.resources);
  return { type: substitution.instance(type, []), resources };
}

/** An import, or a declaration of an import or export in a type: the item that it makes, which has an index now. */
export function declareExtern(scope: Scope, way: Way, name: ExternName, type: ExternTypeSyntax): TypedImport {
  const { path } = scope.context;
  path.push(name.name);
  const resolved = resolveExternType(scope, type, name.name);
  const attributes = declare(scope, way, name, resolved);
  const item: TypedImport = { name: name.name, attributes, type: resolved.type, offset: name.offset };
  scope.addExtern({ from: "imported", import: item }, item.type, resolved.node, item.offset);
  path.pop();
  return item;
}

/** Adds an import or export to what a scope has of them. Gives back the attributes of its name. */
export function declare(
  scope: Scope,
  way: Way,
  syntax: ExternName,
  resolved: ResolvedExtern,
): NameAttributes | undefined {
  const { name, offset } = syntax;
  const { type, node, resources } = resolved;
  const direction = way === "import" ? scope.imports : scope.exports;
  const attributes = defineName(scope, direction, way, syntax, resolved);
  // What an instance type declares becomes visible, or not, where an instance of it is imported or exported.
  if (scope.kind !== "instance-type") {
    checkVisible(scope, way, resolved, offset);
    if (way === "export") checkExportedValue(scope, type, offset);
  }
  direction.decls.set(name, makeDecl(name, attributes, type, node));
  for (const resource of resources) direction.resources.push(resource);
  return attributes;
}

/** A resource that is defined has no name until it is exported; what it is called matters to messages alone. */
export function nameResource({ kind, type }: ExternType, name: string): void {
  if (kind === "type" && type.kind === "resource") (type as { name: string | undefined }).name ??= name;
}

/** Nobody can have lent what a value that is exported, by itself or in an instance, would hold. */
function checkExportedValue(scope: Scope, type: ExternType, offset: number): void {
  if (type.kind === "value" && factsOf(type.type).borrow) {
    scope.fail("type", "exported value cannot contain a `borrow` type", offset);
  }
  if (type.kind !== "instance") return;
  for (const decl of type.type.exports.values()) {
    scope.context.spend(1, offset);
    checkExportedValue(scope, decl.type, offset);
  }
}

/** Fails unless all types that an import or export uses have a visible name; remembers the names that it gives. */
function checkVisible(scope: Scope, way: Way, { type, node }: ResolvedExtern, offset: number): void {
  if (usesVisible(scope, way, type, node, offset)) return;
  const reason = `it uses a type that has no name in the ${way}s before it`;
  scope.fail("visibility", `${kindNoun(type.kind)} not valid to be used as ${way}: ${reason}`, offset);
}

/** Whether all names that it uses are visible. */
function usesVisible(scope: Scope, way: Way, type: ExternType, node: NameNode, offset: number): boolean {
  scope.context.spend(1, offset);
  if (type.type.kind === "instance") {
    for (const decl of type.type.exports.values()) {
      if (!usesVisible(scope, way, decl.type, nodeOf(decl), offset)) return false;
    }
    return true;
  }
  // These use no names but their own.
  if (type.kind === "core-module" || type.kind === "component") return true;
  const { visible } = way === "import" ? scope.imports : scope.exports;
  if (!isVisible(visible, node, type.kind === "type")) return false;
  // What is imported may be used in exports too.
  if (type.kind === "type") scope.exports.visible.add(node);
  return true;
}

/** What an item with a type of a kind is called. */
export function kindNoun(kind: ExternType["kind"]): string {
  return kind === "core-module" ? "module" : kind;
}
