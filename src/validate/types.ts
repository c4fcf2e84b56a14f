/**
 * Type definitions: of values and functions, and of components and instances, which are scopes of their own; resource
 * types are only defined in components themselves. "Type Definitions" in Explainer.md and Binary.md.
 */
import type { ResourceTypeSyntax, TypeDeclaration, TypeDefinition } from "../binary/definitions.ts";
import type { ComponentType, ResourceType } from "../types/types.ts";
import { defineAlias } from "./aliases.ts";
import { hasCoreType } from "./canon-options.ts";
import { defineCoreType } from "./core.ts";
import { declareExtern } from "./externs.ts";
import { ResourceSearch } from "./facts.ts";
import { Scope, type TypeEntry } from "./scope.ts";
import { defineFuncType, defineValType } from "./value-types.ts";
import { closed, nameable } from "./visibility.ts";

/** Section 7, and types within component and instance types. */
export function defineType(scope: Scope, definition: TypeDefinition): void {
  const entry = typeEntry(scope, definition);
  scope.context.checkDepth(entry.type, definition.offset);
  scope.add("type", entry, definition.offset);
}

function typeEntry(scope: Scope, { type: syntax }: TypeDefinition): TypeEntry {
  switch (syntax.kind) {
    case "func":
      return defineFuncType(scope, syntax);
    case "component": {
      const inner = declareAll(new Scope(scope.context, "component-type", scope, syntax.offset), syntax.declarations);
      const { resources } = inner.exports;
      // Imports cannot depend on exports.
      if (resources.length > 0) checkResources(inner, "imports", new ResourceSearch([], new Set(resources)));
      return { type: componentType(inner, resources), node: closed };
    }
    case "instance": {
      const inner = declareAll(new Scope(scope.context, "instance-type", scope, syntax.offset), syntax.declarations);
      const { decls, resources } = inner.exports;
      return { type: { kind: "instance", exports: decls, resources }, node: closed };
    }
    case "resource":
      return defineResource(scope, syntax);
    default:
      return defineValType(scope, syntax);
  }
}

/** Fails if what a component imports, or exports, mentions a resource that `search` finds. */
export function checkResources(scope: Scope, way: "imports" | "exports", search: ResourceSearch): void {
  for (const { name, type } of scope[way].decls.values()) {
    if (!search.finds(type.type)) continue;
    scope.context.path.push(name);
    scope.fail("resource", `local resource type found in ${way}: it has no name among them`, scope.offset);
  }
}

/** The type of a component with the imports and exports of `scope`. */
export function componentType(scope: Scope, exportedResources: readonly ResourceType[]): ComponentType {
  return {
    kind: "component",
    imports: scope.imports.decls,
    exports: scope.exports.decls,
    importedResources: scope.imports.resources,
    exportedResources,
  };
}

function defineResource(scope: Scope, syntax: ResourceTypeSyntax): TypeEntry {
  const { offset, rep } = syntax;
  if (scope.kind !== "component") {
    scope.fail("resource", "resources can only be defined within a concrete component", offset);
  }
  if (rep === "i64") scope.require("memory64", offset, "a resource represented by `i64`");
  if (rep !== "i32" && rep !== "i64") {
    return scope.fail("resource", "resources can only be represented by `i32`", offset);
  }
  const destructor = syntax.destructor === undefined ? undefined : scope.get("core func", syntax.destructor, offset);
  if (destructor !== undefined && !hasCoreType(destructor.type.type, [rep], [])) {
    scope.fail("resource", `core function ${syntax.destructor} has wrong signature for a destructor`, offset);
  }
  const resource = scope.context.types.resource(rep);
  scope.defined.add(resource);
  scope.definitions.push({ step: "resource", resource: { resource, destructor: destructor?.item, offset } });
  return { type: resource, node: nameable() };
}

/** Validates the declarations of a component or instance type in its scope. */
function declareAll(scope: Scope, declarations: readonly TypeDeclaration[]): Scope {
  for (const declaration of declarations) declareOne(scope, declaration);
  return scope;
}

function declareOne(scope: Scope, declaration: TypeDeclaration): void {
  switch (declaration.kind) {
    case "core-type":
      defineCoreType(scope, declaration);
      return;
    case "type":
      defineType(scope, declaration);
      return;
    case "alias":
      defineAlias(scope, declaration);
      return;
    case "import-decl":
      declareExtern(scope, "import", declaration.name, declaration.type);
      return;
    case "export-decl":
      declareExtern(scope, "export", declaration.name, declaration.type);
      return;
  }
  declaration satisfies never;
}
