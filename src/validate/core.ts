/**
 * Core modules, their types and their instances, as far as components deal with them: by what they import and export.
 * The code of a module is validated by the engine that compiles it. "Core Definitions" in Explainer.md.
 */
import { getOrInsert } from "../abi/remembered.ts";
import type {
  CoreInlineExport, CoreInstanceDefinition, CoreModuleDefinition, CoreTypeDefinition, CoreTypeSyntax,
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
export function defineCoreModule(scope: Scope, { range, offset }: CoreModuleDefinition): void {
  const { bytes, coreTypes } = scope.context;
  const type = readModule(bytes, range, coreTypes);
  checkImports(scope, type.imports, offset);
  scope.addItem("core-module", { from: "static", range, type }, offset);
}

/** Equal for imports of the same two names, whatever is in them. */
export function importKey({ module, name }: CoreImport): string {
  return `${module.length}.${module}${name}`;
}

/** Two-level names stand for one-level ones, so no two imports may share both names. */
function checkImports(scope: Scope, imports: readonly CoreImport[], offset: number): void {
  const seen = new Set<string>();
  for (const i of imports) {
    const key = importKey(i);
    if (seen.has(key)) scope.fail("core", `duplicate import name \`${i.module}:${i.name}\``, offset);
    seen.add(key);
  }
}

// ---- Core types

/** Section 3, and core types within component and instance types. */
export function defineCoreType(scope: Scope, { type: syntax }: CoreTypeDefinition): void {
  const { offset } = syntax;
  if (syntax.kind === "module") {
    scope.add("core type", moduleType(scope, syntax), offset);
    return;
  }
  const { bytes, coreTypes } = scope.context;
  for (const type of coreTypes.readRecType(bytes, syntax.range, definedTypes(scope))) {
    scope.add("core type", type, offset);
  }
}

/** The core type index space of a component so far, as core types see it: without the module types. */
function definedTypes(scope: Scope): CoreTypeSpace {
  return {
    size: scope.count("core type"),
    get(index, offset) {
      const type = scope.get("core type", index, offset);
      return "kind" in type ? scope.fail("type", `core type index ${index} is a module type`, offset) : type;
    },
  };
}

/** `core:moduletype`: a scope with an index space of types of its own. */
function moduleType(scope: Scope, syntax: Extract<CoreTypeSyntax, { readonly kind: "module" }>): CoreModuleType {
  const { bytes, coreTypes } = scope.context;
  const types: DefinedType[] = [];
  const get: CoreTypeSpace["get"] = (index, offset) =>
    types[index] ?? scope.fail("index", `unknown type ${index}: type index out of bounds`, offset);
  const imports: CoreImport[] = [];
  const exports: CoreExport[] = [];
  const exported = new Set<string>();
  for (const declaration of syntax.declarations) {
    const { offset } = declaration;
    switch (declaration.kind) {
      case "import": {
        const { module, name } = declaration;
        imports.push({ module, name, type: coreTypes.readExternType(bytes, declaration.type, get) });
        break;
      }
      case "export": {
        const { name } = declaration;
        exports.push({ name, type: coreTypes.readExternType(bytes, declaration.type, get) });
        if (exported.has(name)) scope.fail("core", `export name \`${name}\` already defined`, offset);
        exported.add(name);
        break;
      }
      case "type":
        for (const type of coreTypes.readRecType(bytes, declaration.type.range, { size: types.length, get })) {
          types.push(type);
        }
        break;
      case "alias": {
        const { count, index } = declaration;
        // The module type is itself the innermost scope.
        const from = count === 0 ? get : definedTypes(enclosingScope(scope, count - 1, offset).scope).get;
        types.push(from(index, offset));
        break;
      }
    }
  }
  checkImports(scope, imports, syntax.offset);
  return { kind: "core-module", imports, exports };
}

// ---- Core instances

/** Section 2. */
export function defineCoreInstance(scope: Scope, definition: CoreInstanceDefinition): void {
  const { offset } = definition;
  if (definition.op === "inline") {
    scope.add("core instance", inlineCoreInstance(scope, definition.exports), offset);
    return;
  }
  const module = scope.get("core module", definition.target, offset).item.item;
  const args = new Map<string, CoreInstanceEntry>();
  for (const { name, instance, offset: at } of definition.args) {
    if (args.has(name)) scope.fail("instantiation", `duplicate module instantiation argument named \`${name}\``, at);
    args.set(name, scope.get("core instance", instance, at));
  }
  const instance = instantiateModule(scope, module, args, offset);
  scope.definitions.push({ step: "core-instantiate", instance });
  scope.add("core instance", { item: instance, exports: exportsOf(scope.context, module.type) }, offset);
}

/** A module's exports by name: made once, however often it is instantiated. */
export function exportsOf({ coreExports }: Context, type: CoreModuleType): ReadonlyMap<string, CoreExternType> {
  return getOrInsert(coreExports, type, ({ exports }) => new Map(exports.map(({ name, type: item }) => [name, item])));
}

function instantiateModule(
  scope: Scope,
  module: CoreModule,
  args: ReadonlyMap<string, CoreInstanceEntry>,
  offset: number,
): CoreInstantiation {
  scope.context.spend(module.type.imports.length, offset);
  const used = new Map<string, CoreInstance>();
  for (const { module: from, name, type } of module.type.imports) {
    const arg = args.get(from);
    if (arg === undefined) {
      return scope.fail("instantiation", `missing module instantiation argument named \`${from}\``, offset);
    }
    used.set(from, arg.item);
    const given = arg.exports.get(name);
    if (given === undefined) {
      const reason = `module instantiation argument \`${from}\` does not export an item named \`${name}\``;
      return scope.fail("instantiation", reason, offset);
    }
    const mismatch = externMismatch(given, type);
    if (mismatch !== undefined) {
      const where = `type mismatch for export \`${name}\` of module instantiation argument \`${from}\``;
      scope.fail("subtype", `${where}: ${mismatch}`, offset);
    }
  }
  return { from: "instantiate", module, args: used, offset };
}

function inlineCoreInstance(scope: Scope, inlineExports: readonly CoreInlineExport[]): CoreInstanceEntry {
  const items = new Map<string, CoreItem>();
  const exports = new Map<string, CoreExternType>();
  for (const { name, item, offset } of inlineExports) {
    if (items.has(name)) scope.fail("name", `export name \`${name}\` already defined`, offset);
    const { sort } = item;
    if (sort === "type" || sort === "module" || sort === "instance") {
      return scope.fail("core", `core instances cannot export items of sort \`${sort}\``, item.offset);
    }
    const entry = scope.get(coreSortNames[sort], item.index, item.offset);
    items.set(name, { sort, item: entry.item } as CoreItem);
    exports.set(name, entry.type);
  }
  return { item: { from: "inline", exports: items }, exports };
}
