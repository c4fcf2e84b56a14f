/**
 * What validation makes of a component: the same definitions, in the same order, with every index replaced by the
 * object that it means and every item's type beside it. `plan/` executes it symbolically.
 *
 * Aliases have become expressions (`{ from: "export", of: instance, name }`), outer aliases plain references: an item
 * of an enclosing component is the same object there and here, so whoever executes a component inside another finds it
 * by looking outwards through environments.
 *
 * Resource types. Within one component, each item's type mentions resources as `ResourceType` objects of that
 * component's own making: fresh ones for what it imports, defines, gets from an instantiation, or exports under a new
 * name. Which resource of a running program each of them is, depends on the instantiation: executing a definition
 * binds the resources that its type introduces, by walking the type and the value side by side.
 */
import type { BuiltinName } from "../abi/builtins.ts";
import type { ByteRange } from "../binary/definitions.ts";
import type {
  AnyType, ComponentType, ExternType, FuncType, InstanceType, NameAttributes, ResourceType, ValType,
} from "../types/types.ts"; // biome-ignore format: one list
import type { CoreFuncType, CoreModuleType } from "../wasm/types.ts";

export interface TypedComponent {
  readonly type: ComponentType;
  readonly definitions: readonly TypedDefinition[];
  readonly offset: number;
}

/**
 * What happens when a component is instantiated, in order. Items without an effect of their own (lifts, lowers,
 * built-ins, inline instances) have no step: they are made where they are used.
 */
export type TypedDefinition =
  | { readonly step: "import"; readonly import: TypedImport }
  | { readonly step: "core-instantiate"; readonly instance: CoreInstantiation }
  | { readonly step: "instantiate"; readonly instance: Instantiation }
  | { readonly step: "resource"; readonly resource: ResourceDefinition }
  | { readonly step: "start"; readonly start: StartStep }
  | { readonly step: "export"; readonly export: TypedExport };

/** An import. `item` is what the rest of the component refers to; its `type` introduces the import's resources. */
export interface TypedImport {
  readonly name: string;
  readonly attributes: NameAttributes | undefined;
  readonly type: ExternType;
  readonly offset: number;
}

export interface TypedExport {
  readonly name: string;
  readonly attributes: NameAttributes | undefined;
  readonly item: Item;
  /** After ascription. Resources that it introduces (an abstract name for `item`'s) are bound by walking it beside `item`. */
  readonly type: ExternType;
  readonly offset: number;
}

/** `(type (resource ...))`: a new resource each time that the component is instantiated. */
export interface ResourceDefinition {
  readonly resource: ResourceType;
  readonly destructor: CoreFunc | undefined;
  readonly offset: number;
}

/** 🪙 */
export interface StartStep {
  readonly func: Func;
  readonly args: readonly Value[];
  readonly results: readonly ValType[];
  readonly offset: number;
}

// ---- Items: what indices mean

/** An export of a component instance, wherever an alias names one. */
export interface ExportOf<T> {
  readonly from: "export";
  readonly of: Instance;
  readonly name: string;
  readonly type: T;
}

/** An item that an export definition gave a new index (and perhaps a narrower type): the same item, seen with `type`. */
export interface Exported<T> {
  readonly from: "exported";
  readonly export: TypedExport;
  readonly type: T;
}

/** An item that an import definition made. */
export interface Imported<T> {
  readonly from: "imported";
  readonly import: TypedImport;
  readonly type: T;
}

export type Item =
  | { readonly sort: "core-module"; readonly item: CoreModule }
  | { readonly sort: "func"; readonly item: Func }
  | { readonly sort: "value"; readonly item: Value }
  | { readonly sort: "type"; readonly item: TypeItem }
  | { readonly sort: "component"; readonly item: Component }
  | { readonly sort: "instance"; readonly item: Instance };

/** A type needs no value but for the resources in it, which environments know. */
export interface TypeItem {
  readonly type: AnyType;
}

export type CoreModule =
  | Imported<CoreModuleType>
  | ExportOf<CoreModuleType>
  | Exported<CoreModuleType>
  | { readonly from: "static"; readonly range: ByteRange; readonly type: CoreModuleType };

export type Component =
  | Imported<ComponentType>
  | ExportOf<ComponentType>
  | Exported<ComponentType>
  | { readonly from: "static"; readonly component: TypedComponent; readonly type: ComponentType };

export type Instance =
  | Imported<InstanceType>
  | ExportOf<InstanceType>
  | Exported<InstanceType>
  | Instantiation
  | { readonly from: "inline"; readonly exports: ReadonlyMap<string, Item>; readonly type: InstanceType };

export interface Instantiation {
  readonly from: "instantiate";
  readonly component: Component;
  readonly args: ReadonlyMap<string, Item>;
  /** Its abstract resources are fresh objects of the component around it, bound when this step is executed. */
  readonly type: InstanceType;
  readonly offset: number;
}

export type Func =
  | Imported<FuncType>
  | ExportOf<FuncType>
  | Exported<FuncType>
  | {
      readonly from: "lift";
      readonly core: CoreFunc;
      readonly options: TypedOptions;
      readonly type: FuncType;
      readonly offset: number;
    };

/** 🪙 */
export type Value =
  | Imported<ValType>
  | ExportOf<ValType>
  | Exported<ValType>
  | { readonly from: "start-result"; readonly start: StartStep; readonly index: number; readonly type: ValType }
  | { readonly from: "literal"; readonly range: ByteRange; readonly type: ValType };

// ---- Core items

export type CoreInstance =
  | CoreInstantiation
  | { readonly from: "inline"; readonly exports: ReadonlyMap<string, CoreItem> };

export interface CoreInstantiation {
  readonly from: "instantiate";
  readonly module: CoreModule;
  readonly args: ReadonlyMap<string, CoreInstance>;
  readonly offset: number;
}

export type CoreItem =
  | { readonly sort: "func"; readonly item: CoreFunc }
  | { readonly sort: "table" | "memory" | "global" | "tag"; readonly item: CoreExportOf };

/** An export of a core instance. */
export interface CoreExportOf {
  readonly from: "core-export";
  readonly of: CoreInstance;
  readonly name: string;
}

export type CoreFunc =
  | CoreExportOf
  | { readonly from: "lower"; readonly func: Func; readonly options: TypedOptions; readonly offset: number }
  | {
      readonly from: "builtin";
      readonly builtin: BuiltinName;
      readonly immediates: TypedImmediates;
      readonly offset: number;
    };

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

export interface TypedOptions {
  readonly encoding: StringEncoding;
  readonly memory: CoreExportOf | undefined;
  /** The pointer type: of `memory`, or `i32` without one. */
  readonly pointer: "i32" | "i64";
  readonly realloc: CoreFunc | undefined;
  readonly postReturn: CoreFunc | undefined;
  readonly callback: CoreFunc | undefined;
  readonly async: boolean;
}

/** The immediates of a built-in, resolved; which ones are present, its row in `abi/builtins.ts` says. */
export interface TypedImmediates {
  readonly resource?: ResourceType;
  /** The stream or future type. */
  readonly type?: ValType;
  readonly coreFuncType?: CoreFuncType;
  readonly table?: CoreExportOf;
  readonly memory?: CoreExportOf;
  readonly pointer?: "i32" | "i64";
  readonly coreType?: "i32" | "i64";
  readonly slot?: number;
  readonly async?: boolean;
  readonly cancellable?: boolean;
  readonly shared?: boolean;
  readonly result?: { readonly type: ValType | undefined };
  readonly options?: TypedOptions;
}
