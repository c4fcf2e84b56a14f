/**
 * What imports and exports have in common: their types, and the external visibility of the types that they use.
 * "Import and Export Definitions" and "External Visibility of Types" in Explainer.md.
 */
import type { ExternTypeSyntax } from "../binary/definitions.ts";
import type { ExternType, InstanceType, NameAttributes, ResourceType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { factsOf } from "./facts.ts";
import type { Way } from "./names.ts";
import type { Direction, Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { resolveValType } from "./value-types.ts";
import { closed, makeDecl, type NameNode, nameable, nodeOf, renamed } from "./visibility.ts";

export interface ResolvedExtern {
  readonly type: ExternType;
  readonly node: NameNode;
  /** The abstract resources that it introduces. */
  readonly resources: readonly ResourceType[];
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
  const { offset } = syntax;
  const plain = (type: ExternType, node = closed): ResolvedExtern => ({ type, node, resources: [] });
  switch (syntax.kind) {
    case "core-module": {
      const type = scope.coreTypes.get(syntax.type, offset);
      if (!("kind" in type)) return context.fail("type", `core type index ${syntax.type} is not a module type`, offset);
      return plain({ kind: "core-module", type });
    }
    case "func": {
      const { type, node } = scope.types.get(syntax.type, offset);
      if (type.kind !== "func") return context.fail("type", `type index ${syntax.type} is not a function type`, offset);
      return plain({ kind: "func", type }, node);
    }
    case "value": {
      context.require("values", offset);
      if (syntax.bound === "eq") {
        const { item, node } = scope.values.get(syntax.value, offset);
        return plain({ kind: "value", type: item.type }, node);
      }
      const { type, node } = resolveValType(context, scope, syntax.type, offset);
      return plain({ kind: "value", type }, node);
    }
    case "type": {
      if (syntax.bound === "sub-resource") {
        const resource = context.types.resource("i32", name);
        return { type: { kind: "type", type: resource }, node: nameable(), resources: [resource] };
      }
      const { type, node } = scope.types.get(syntax.type, offset);
      return plain({ kind: "type", type }, renamed(node));
    }
    case "component": {
      const { type } = scope.types.get(syntax.type, offset);
      if (type.kind === "component") return plain({ kind: "component", type });
      return context.fail("type", `type index ${syntax.type} is not a component type`, offset);
    }
    case "instance": {
      const { type } = scope.types.get(syntax.type, offset);
      if (type.kind !== "instance") {
        return context.fail("type", `type index ${syntax.type} is not an instance type`, offset);
      }
      const opened = openInstance(context, type, offset);
      return { type: { kind: "instance", type: opened.type }, node: closed, resources: opened.resources };
    }
  }
}

/** The type of one instance of `type`: with resources and names of its own. */
export function openInstance(
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

/** Adds an import or export to what a scope has of them. */
export function declare(
  direction: Direction,
  name: string,
  attributes: NameAttributes | undefined,
  { type, node, resources }: ResolvedExtern,
): void {
  direction.decls.set(name, makeDecl(name, attributes, type, node));
  for (const resource of resources) direction.resources.add(resource);
}

/** A resource that is defined has no name until it is exported; what it is called matters to messages alone. */
export function nameResource({ kind, type }: ExternType, name: string): void {
  if (kind === "type" && type.kind === "resource") (type as { name: string | undefined }).name ??= name;
}

/** Nobody can have lent what a value that is exported, by itself or in an instance, would hold. */
export function checkExportedValue(context: Context, type: ExternType, offset: number): void {
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
export function checkVisible(
  context: Context,
  scope: Scope,
  way: Way,
  { type, node }: ResolvedExtern,
  offset: number,
): void {
  // What an instance type declares becomes visible, or not, where an instance of it is imported or exported.
  if (scope.kind === "instance-type") return;
  if (new VisibilityChecker(context, scope, way, offset).check(type, node)) return;
  const noun = type.kind === "core-module" ? "module" : type.kind;
  context.fail(
    "visibility",
    `${noun} not valid to be used as ${way}: it uses a type that has no name in the ${way}s before it`,
    offset,
  );
}

class VisibilityChecker {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #way: Way;
  readonly #offset: number;

  constructor(context: Context, scope: Scope, way: Way, offset: number) {
    this.#context = context;
    this.#scope = scope;
    this.#way = way;
    this.#offset = offset;
  }

  check(type: ExternType, node: NameNode): boolean {
    const { visible } = this.#way === "import" ? this.#scope.imports : this.#scope.exports;
    this.#context.spend(1, this.#offset);
    switch (type.kind) {
      // These use no names but their own.
      case "core-module":
      case "component":
        return true;
      case "func":
      case "value":
        return visible.has(node);
      case "instance":
        return this.#instance(type.type);
      case "type": {
        if (type.type.kind === "instance") return this.#instance(type.type);
        if (!(node.nameable ? visible.hasParts(node) : visible.has(node))) return false;
        this.#add(node);
        return true;
      }
    }
  }

  #instance(type: InstanceType): boolean {
    for (const decl of type.exports.values()) {
      if (!this.check(decl.type, nodeOf(decl))) return false;
    }
    return true;
  }

  /** What is imported may be used in exports too. */
  #add(node: NameNode): void {
    this.#scope.exports.visible.add(node);
    if (this.#way === "import") this.#scope.imports.visible.add(node);
  }
}
