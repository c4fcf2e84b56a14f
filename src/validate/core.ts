/**
 * Core modules, their types and their instances, as far as components deal with them: by what they import and export.
 * The code of a module is validated by the engine that compiles it. "Core Definitions" in Explainer.md.
 */
import type {
  CoreInlineExport, CoreInstanceDefinition, CoreModuleDefinition, CoreTypeSyntax,
} from "../binary/definitions.ts"; // biome-ignore format: one list
import { coreSortNames } from "../binary/references.ts";
import type { CoreTypeSpace } from "../wasm/interner.ts";
import { externMismatch } from "../wasm/matching.ts";
import { readModule } from "../wasm/module.ts";
import type { CoreExport, CoreExternType, CoreImport, CoreModuleType, DefinedType } from "../wasm/types.ts";
import { enclosingScope } from "./aliases.ts";
import type { Context } from "./context.ts";
import type { CoreInstanceEntry, Scope } from "./scope.ts";
import type { CoreInstance, CoreInstantiation, CoreItem, CoreModule } from "./typed.ts";

/** Section 1. */
export function defineCoreModule(context: Context, scope: Scope, { range, offset }: CoreModuleDefinition): void {
  const type = readModule(context.bytes, range, context.coreTypes);
  checkImports(context, type.imports, offset);
  scope.addItem("core-module", { from: "static", range, type }, offset);
}

/** Two-level names stand for one-level ones, so no two imports may share both names. */
function checkImports(context: Context, imports: readonly CoreImport[], offset: number): void {
  const seen = new Set<string>();
  for (const { module, name } of imports) {
    const key = `${module.length}.${module}${name}`;
    if (seen.has(key)) context.fail("core", `duplicate import name \`${module}:${name}\``, offset);
    seen.add(key);
  }
}

// ---- Core types

/** Section 3, and core types within component and instance types. */
export function defineCoreType(context: Context, scope: Scope, syntax: CoreTypeSyntax): void {
  const { offset } = syntax;
  if (syntax.kind === "module") {
    scope.add("core type", moduleType(context, scope, syntax), offset);
    return;
  }
  const space = definedTypes(context, scope);
  for (const type of context.coreTypes.readRecType(context.bytes, syntax.range, space)) {
    scope.add("core type", type, offset);
  }
}

/** The core type index space of a component, as core types see it: without the module types. */
function definedTypes(context: Context, scope: Scope): CoreTypeSpace {
  return {
    get size() {
      return scope.count("core type");
    },
    get(index, offset) {
      const type = scope.get("core type", index, offset);
      return "kind" in type ? context.fail("type", `core type index ${index} is a module type`, offset) : type;
    },
  };
}

/** `core:moduletype`: a scope with an index space of types of its own. */
function moduleType(
  context: Context,
  scope: Scope,
  syntax: Extract<CoreTypeSyntax, { readonly kind: "module" }>,
): CoreModuleType {
  const { bytes, coreTypes } = context;
  const types: DefinedType[] = [];
  const space: CoreTypeSpace = {
    get size() {
      return types.length;
    },
    get: (index, offset) =>
      types[index] ?? context.fail("index", `unknown type ${index}: type index out of bounds`, offset),
  };
  const imports: CoreImport[] = [];
  const exports = new Map<string, CoreExport>();
  for (const declaration of syntax.declarations) {
    const { offset } = declaration;
    switch (declaration.kind) {
      case "import": {
        const { module, name } = declaration;
        imports.push({ module, name, type: coreTypes.readExternType(bytes, declaration.type, space) });
        break;
      }
      case "export": {
        const { name } = declaration;
        const type = coreTypes.readExternType(bytes, declaration.type, space);
        if (exports.has(name)) context.fail("core", `export name \`${name}\` already defined`, offset);
        exports.set(name, { name, type });
        break;
      }
      case "type":
        if (declaration.type.kind === "module") {
          const reason =
            "invalid leading byte (0x50) for type definition: module types cannot be defined in module types";
          context.fail("core", reason, declaration.type.offset);
        }
        for (const type of coreTypes.readRecType(bytes, declaration.type.range, space)) types.push(type);
        break;
      case "alias": {
        const { count, index } = declaration;
        // The module type is itself the innermost scope.
        const outer =
          count === 0 ? space : definedTypes(context, enclosingScope(context, scope, count - 1, offset).scope);
        types.push(outer.get(index, offset));
        break;
      }
    }
  }
  checkImports(context, imports, syntax.offset);
  return { kind: "core-module", imports, exports: [...exports.values()] };
}

// ---- Core instances

/** Section 2. */
export function defineCoreInstance(context: Context, scope: Scope, definition: CoreInstanceDefinition): void {
  const { offset } = definition;
  if (definition.op === "inline") {
    scope.add("core instance", inlineCoreInstance(context, scope, definition.exports), offset);
    return;
  }
  const module = scope.get("core module", definition.module, offset).item.item;
  const args = new Map<string, CoreInstanceEntry>();
  for (const { name, instance, offset: at } of definition.args) {
    if (args.has(name)) context.fail("instantiation", `duplicate module instantiation argument named \`${name}\``, at);
    args.set(name, scope.get("core instance", instance, at));
  }
  const instance = instantiateModule(context, module, args, offset);
  scope.definitions.push({ step: "core-instantiate", instance });
  scope.add("core instance", { item: instance, exports: exportsOf(context, module.type) }, offset);
}

/** A module's exports by name: made once, however often it is instantiated. */
function exportsOf(context: Context, type: CoreModuleType): ReadonlyMap<string, CoreExternType> {
  const known = context.coreExports.get(type);
  if (known !== undefined) return known;
  const exports = new Map(type.exports.map((e) => [e.name, e.type]));
  context.coreExports.set(type, exports);
  return exports;
}

function instantiateModule(
  context: Context,
  module: CoreModule,
  args: ReadonlyMap<string, CoreInstanceEntry>,
  offset: number,
): CoreInstantiation {
  context.spend(module.type.imports.length, offset);
  const used = new Map<string, CoreInstance>();
  for (const { module: from, name, type } of module.type.imports) {
    const arg = args.get(from);
    if (arg === undefined) {
      return context.fail("instantiation", `missing module instantiation argument named \`${from}\``, offset);
    }
    used.set(from, arg.item);
    const given = arg.exports.get(name);
    if (given === undefined) {
      const reason = `module instantiation argument \`${from}\` does not export an item named \`${name}\``;
      return context.fail("instantiation", reason, offset);
    }
    const mismatch = externMismatch(given, type);
    if (mismatch !== undefined) {
      const where = `type mismatch for export \`${name}\` of module instantiation argument \`${from}\``;
      context.fail("subtype", `${where}: ${mismatch}`, offset);
    }
  }
  return { from: "instantiate", module, args: used, offset };
}

function inlineCoreInstance(
  context: Context,
  scope: Scope,
  inlineExports: readonly CoreInlineExport[],
): CoreInstanceEntry {
  const items = new Map<string, CoreItem>();
  const exports = new Map<string, CoreExternType>();
  for (const { name, item, offset } of inlineExports) {
    if (items.has(name)) context.fail("name", `export name \`${name}\` already defined`, offset);
    const { sort } = item;
    if (sort === "type" || sort === "module" || sort === "instance") {
      return context.fail("core", `core instances cannot export items of sort \`${sort}\``, item.offset);
    }
    const entry = scope.get(coreSortNames[sort], item.index, item.offset);
    items.set(name, { sort, item: entry.item } as CoreItem);
    exports.set(name, entry.type);
  }
  return { item: { from: "inline", exports: items }, exports };
}
