/**
 * Typed components written by hand: for what the text format cannot say (or no valid component does), and so that
 * planning is tested apart from validation.
 */
import type { ExternDecl, ExternType, FuncType, InstanceType, ResourceType } from "../../../src/types/types.ts";
import type {
  CoreExportOf,
  CoreFunc,
  CoreInstance,
  CoreInstantiation,
  CoreModule,
  Func,
  Instance,
  Instantiation,
  Item,
  TypedComponent,
  TypedDefinition,
  TypedExport,
  TypedImport,
  TypedOptions,
} from "../../../src/validate/typed.ts";
import type { CoreExternType, CoreModuleType } from "../../../src/wasm/types.ts";
import { TypeMaker } from "../types/maker.ts";

export const interner = new TypeMaker();

/** `func() -> u32` */
export const getter: FuncType = interner.func(false, [], { kind: "u32" });

export function instanceType(
  exports: Record<string, ExternType>,
  resources: readonly ResourceType[] = [],
): InstanceType {
  return { kind: "instance", exports: declarations(exports), resources };
}

export function declarations(types: Record<string, ExternType>): Map<string, ExternDecl> {
  return new Map(Object.entries(types).map(([name, type]) => [name, { name, type }]));
}

/** A component of these steps; its type lists what the steps import and export. */
export function component(definitions: readonly TypedDefinition[]): TypedComponent {
  const imports: Record<string, ExternType> = {};
  const exports: Record<string, ExternType> = {};
  for (const definition of definitions) {
    if (definition.step === "import") imports[definition.import.name] = definition.import.type;
    if (definition.step === "export") exports[definition.export.name] = definition.export.type;
  }
  return {
    type: {
      kind: "component",
      imports: declarations(imports),
      exports: declarations(exports),
      importedResources: [],
      exportedResources: [],
    },
    definitions,
    offset: 0,
  };
}

/** A module of 16 bytes at `start` that imports and exports functions; imports as `"env.f"`. */
export function module(start: number, imports: readonly string[] = [], exports: readonly string[] = []): CoreModule {
  return { from: "static", range: { start, end: start + 16 }, type: moduleType(imports, exports) };
}

export function moduleType(imports: readonly string[], exports: readonly string[] = []): CoreModuleType {
  return {
    kind: "core-module",
    imports: imports.map((path) => {
      const [module, name] = path.split(".");
      return { module: module!, name: name!, type: coreFunc };
    }),
    exports: exports.map((name) => ({ name, type: coreFunc })),
  };
}

const coreFunc: CoreExternType = {
  kind: "func",
  type: { composite: { kind: "func", params: [], results: [] }, final: true, shared: false, supertype: undefined },
};

export function coreInstance(module: CoreModule, args: Record<string, CoreInstance> = {}): CoreInstantiation {
  return { from: "instantiate", module, args: new Map(Object.entries(args)), offset: 0 };
}

export function coreInline(exports: Record<string, CoreFunc>): CoreInstance {
  return {
    from: "inline",
    exports: new Map(Object.entries(exports).map(([name, item]) => [name, { sort: "func", item } as const])),
  };
}

export function coreExport(of: CoreInstance, name: string): CoreExportOf {
  return { from: "core-export", of, name };
}

export function options(given: Partial<TypedOptions> = {}): TypedOptions {
  return {
    encoding: "utf8",
    memory: undefined,
    pointer: "i32",
    realloc: undefined,
    postReturn: undefined,
    callback: undefined,
    async: false,
    ...given,
  };
}

export function lift(core: CoreFunc, type: FuncType = getter, given: Partial<TypedOptions> = {}): Func {
  return { from: "lift", core, options: options(given), type, offset: 0 };
}

export function lower(func: Func, given: Partial<TypedOptions> = {}): CoreFunc {
  return { from: "lower", func, options: options(given), offset: 0 };
}

export function inline(exports: Record<string, Item>, type: InstanceType = instanceType({})): Instance {
  return { from: "inline", exports: new Map(Object.entries(exports)), type };
}

export function instantiation(
  of: TypedComponent,
  args: Record<string, Item> = {},
  type: InstanceType = instanceType({}),
): Instantiation {
  return {
    from: "instantiate",
    component: { from: "static", component: of, type: of.type },
    args: new Map(Object.entries(args)),
    type,
    offset: 0,
  };
}

export function importOf(name: string, type: ExternType): TypedImport {
  return { name, type, attributes: undefined, offset: 0 };
}

export function exportOf(name: string, item: Item, type: ExternType): TypedExport {
  return { name, item, type, attributes: undefined, offset: 0 };
}

// ---- Steps

export function importStep(item: TypedImport): TypedDefinition {
  return { step: "import", import: item };
}

export function exportStep(item: TypedExport): TypedDefinition {
  return { step: "export", export: item };
}

export function exportFunc(name: string, item: Func): TypedDefinition {
  return exportStep(exportOf(name, { sort: "func", item }, { kind: "func", type: item.type }));
}

export function coreStep(instance: CoreInstantiation): TypedDefinition {
  return { step: "core-instantiate", instance };
}

export function instantiateStep(instance: Instantiation): TypedDefinition {
  return { step: "instantiate", instance };
}

export function resourceStep(resource: ResourceType, destructor?: CoreFunc): TypedDefinition {
  return { step: "resource", resource: { resource, destructor, offset: 0 } };
}
