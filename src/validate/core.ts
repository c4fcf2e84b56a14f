/**
 * Core modules, their types and their instances, as far as components deal with them: by what they import and export.
 * The code of a module is validated by the engine that compiles it. "Core Definitions" in Explainer.md.
 */
import type {
  CoreInlineExport, CoreInstanceDefinition, CoreModuleDefinition, CoreTypeSyntax, ModuleDeclaration,
} from "../binary/definitions.ts"; // biome-ignore format: one list
import type { CoreTypeSpace } from "../wasm/interner.ts";
import { externMismatch } from "../wasm/matching.ts";
import { readModule } from "../wasm/module.ts";
import type { CoreExport, CoreExternType, CoreImport, CoreModuleType, DefinedType } from "../wasm/types.ts";
import { enclosingScope } from "./aliases.ts";
import type { Context } from "./context.ts";
import type { CoreInstanceEntry, CoreTypeEntry, IndexSpace, Scope } from "./scope.ts";
import type { CoreInstance, CoreInstantiation, CoreItem, CoreModule } from "./typed.ts";

/** Section 1. */
export function defineCoreModule(context: Context, scope: Scope, { range, offset }: CoreModuleDefinition): void {
  const type = readModule(context.bytes, range, context.coreTypes);
  checkImports(context, type.imports, offset);
  scope.coreModules.add({ from: "static", range, type }, offset);
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
  if (syntax.kind === "module") {
    scope.coreTypes.add(moduleType(context, scope, syntax), syntax.offset);
    return;
  }
  const space = new ComponentCoreTypes(context, scope.coreTypes);
  for (const type of context.coreTypes.readRecType(context.bytes, syntax.range, space)) {
    scope.coreTypes.add(type, syntax.offset);
  }
}

/** The core type index space of a component, as core types see it: without the module types. */
class ComponentCoreTypes implements CoreTypeSpace {
  readonly #context: Context;
  readonly #types: IndexSpace<CoreTypeEntry>;

  constructor(context: Context, types: IndexSpace<CoreTypeEntry>) {
    this.#context = context;
    this.#types = types;
  }

  get size(): number {
    return this.#types.size;
  }

  get(index: number, offset: number): DefinedType {
    const type = this.#types.get(index, offset);
    return "kind" in type ? this.#context.fail("type", `core type index ${index} is a module type`, offset) : type;
  }
}

/** `core:moduletype`: a scope with an index space of types of its own. */
function moduleType(
  context: Context,
  scope: Scope,
  syntax: Extract<CoreTypeSyntax, { readonly kind: "module" }>,
): CoreModuleType {
  const space = new ModuleTypeSpace(context);
  const imports: CoreImport[] = [];
  const exports = new Map<string, CoreExport>();
  for (const declaration of syntax.declarations) {
    const { offset } = declaration;
    switch (declaration.kind) {
      case "import": {
        const { module, name } = declaration;
        imports.push({ module, name, type: context.coreTypes.readExternType(context.bytes, declaration.type, space) });
        break;
      }
      case "export": {
        const { name } = declaration;
        const type = context.coreTypes.readExternType(context.bytes, declaration.type, space);
        if (exports.has(name)) context.fail("core", `export name \`${name}\` already defined`, offset);
        exports.set(name, { name, type });
        break;
      }
      case "type":
        declareCoreType(context, space, declaration.type);
        break;
      case "alias":
        space.add(aliasedCoreType(context, scope, space, declaration));
        break;
    }
  }
  checkImports(context, imports, syntax.offset);
  return { kind: "core-module", imports, exports: [...exports.values()] };
}

class ModuleTypeSpace implements CoreTypeSpace {
  readonly #context: Context;
  readonly #types: DefinedType[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  get size(): number {
    return this.#types.length;
  }

  get(index: number, offset: number): DefinedType {
    const type = this.#types[index];
    return type ?? this.#context.fail("index", `unknown type ${index}: type index out of bounds`, offset);
  }

  add(type: DefinedType): void {
    this.#types.push(type);
  }
}

function declareCoreType(context: Context, space: ModuleTypeSpace, syntax: CoreTypeSyntax): void {
  if (syntax.kind === "module")
    context.fail(
      "core",
      "invalid leading byte (0x50) for type definition: module types cannot be defined in module types",
      syntax.offset,
    );
  for (const type of context.coreTypes.readRecType(context.bytes, syntax.range, space)) space.add(type);
}

function aliasedCoreType(
  context: Context,
  scope: Scope,
  space: ModuleTypeSpace,
  { sort, count, index, offset }: Extract<ModuleDeclaration, { readonly kind: "alias" }>,
): DefinedType {
  if (sort !== "type") return context.fail("alias", "only outer type aliases are supported in module types", offset);
  // The module type is itself the innermost scope.
  if (count === 0) return space.get(index, offset);
  const outer = enclosingScope(context, scope, count - 1, offset).scope;
  return new ComponentCoreTypes(context, outer.coreTypes).get(index, offset);
}

// ---- Core instances

/** Section 2. */
export function defineCoreInstance(context: Context, scope: Scope, definition: CoreInstanceDefinition): void {
  const { offset } = definition;
  if (definition.op === "inline") {
    scope.coreInstances.add(inlineCoreInstance(context, scope, definition.exports), offset);
    return;
  }
  const module = scope.coreModules.get(definition.module, offset);
  const args = new Map<string, CoreInstanceEntry>();
  for (const { name, instance, offset: at } of definition.args) {
    if (args.has(name)) context.fail("instantiation", `duplicate module instantiation argument named \`${name}\``, at);
    args.set(name, scope.coreInstances.get(instance, at));
  }
  const instance = instantiateModule(context, module, args, offset);
  scope.definitions.push({ step: "core-instantiate", instance });
  scope.coreInstances.add({ item: instance, exports: exportsOf(context, module.type) }, offset);
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
  for (const { name, item: sortIndex, offset } of inlineExports) {
    if (items.has(name)) context.fail("name", `export name \`${name}\` already defined`, offset);
    const { item, type } = resolveCoreItem(context, scope, sortIndex);
    items.set(name, item);
    exports.set(name, type);
  }
  return { item: { from: "inline", exports: items }, exports };
}

function resolveCoreItem(
  context: Context,
  scope: Scope,
  { sort, index, offset }: CoreInlineExport["item"],
): { readonly item: CoreItem; readonly type: CoreExternType } {
  switch (sort) {
    case "func": {
      const { item, type } = scope.coreFuncs.get(index, offset);
      return { item: { sort, item }, type: { kind: "func", type } };
    }
    case "table": {
      const { item, type } = scope.coreTables.get(index, offset);
      return { item: { sort, item }, type };
    }
    case "memory": {
      const { item, type } = scope.coreMemories.get(index, offset);
      return { item: { sort, item }, type };
    }
    case "global": {
      const { item, type } = scope.coreGlobals.get(index, offset);
      return { item: { sort, item }, type };
    }
    case "tag": {
      const { item, type } = scope.coreTags.get(index, offset);
      return { item: { sort, item }, type };
    }
    case "type":
    case "module":
    case "instance":
      return context.fail("core", `core instances cannot export items of sort \`${sort}\``, offset);
  }
}
