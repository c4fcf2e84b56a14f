/**
 * What the items of a component are worth while it is executed symbolically.
 *
 * A component that is instantiated has an environment: what its imports, instances and resources are in this
 * instantiation. A nested component is a closure over the environment around it, so an outer alias is a look-up through
 * enclosing environments and nothing else. ("Alias Definitions" in Explainer.md.)
 *
 * `S` is whatever the embedder identifies a component binary by.
 */
import type { ByteRange } from "../binary/definitions.ts";
import { assert } from "../errors/component-error.ts";
import type { FuncType, ResourceType, ValType } from "../types/types.ts";
import type {
  CoreFunc, CoreInstantiation, Func, Instance, Instantiation, TypedComponent, TypedExport, TypedImport,
} from "../validate/typed.ts"; // biome-ignore format: one list
import type { CoreModuleType } from "../wasm/types.ts";
import type {
  CoreDef, CoreInstanceIndex, FuncTypeIndex, ImportIndex, InstanceIndex, LiftIndex, ResourceIndex, TypeIndex,
} from "./plan.ts"; // biome-ignore format: one list

/**
 * A component that can be instantiated: the root of a binary, or one that a component has exported.
 *
 * Outer aliases can name only core modules, components and types without resources, so an environment's part in a
 * closure holds nothing that belongs to one instantiation, and the closure may be used in any other plan.
 */
export interface ComponentClosure<S> {
  readonly component: TypedComponent;
  /** What the outer aliases in `component` refer to; undefined for the root of a binary. */
  readonly environment: Environment<S> | undefined;
  /** The binary whose bytes `component` is a part of. */
  readonly source: S;
}

export type Value<S> =
  | { readonly sort: "core-module"; readonly module: ModuleValue<S> }
  | { readonly sort: "func"; readonly func: FuncValue<S> }
  /** Types are found where they are used; only which resource a resource type is must be carried along. */
  | { readonly sort: "type"; readonly resource: ResourceIndex | undefined }
  | { readonly sort: "component"; readonly closure: ComponentClosure<S> }
  | { readonly sort: "instance"; readonly exports: InstanceValue<S> };

export type InstanceValue<S> = ReadonlyMap<string, Value<S>>;

export type ModuleValue<S> =
  | { readonly from: "static"; readonly source: S; readonly range: ByteRange; readonly type: CoreModuleType }
  /** A leaf of the imports of the plan being made, or of an earlier one. */
  | { readonly from: "import"; readonly path: readonly string[]; readonly type: CoreModuleType };

export type LiftItem = Extract<Func, { readonly from: "lift" }>;
export type InlineInstance = Extract<Instance, { readonly from: "inline" }>;

export type FuncValue<S> =
  | { readonly from: "import"; readonly import: ImportIndex; readonly type: FuncTypeIndex; readonly name: string }
  /** Enters the plan only when something uses it. */
  | { readonly from: "lift"; readonly item: LiftItem; readonly environment: Environment<S> };

/** What executing a definition gives a value to. */
export type Bound = TypedImport | TypedExport | Instantiation | InlineInstance;

/** The state of one component instance during planning. */
export class Environment<S> {
  readonly parent: Environment<S> | undefined;
  readonly source: S;
  readonly instance: InstanceIndex;
  readonly values: Map<Bound, Value<S>> = new Map();
  readonly closures: Map<TypedComponent, ComponentClosure<S>> = new Map();
  readonly coreInstances: Map<CoreInstantiation, CoreInstanceIndex> = new Map();
  readonly resources: Map<ResourceType, ResourceIndex> = new Map();
  /** What has been made already of core functions, lifts, and types that mention resources. */
  readonly coreFuncs: Map<CoreFunc, CoreDef> = new Map();
  readonly lifts: Map<LiftItem, LiftIndex> = new Map();
  readonly types: Map<ValType, TypeIndex> = new Map();
  readonly funcTypes: Map<FuncType, FuncTypeIndex> = new Map();

  constructor(closure: ComponentClosure<S>, instance: InstanceIndex) {
    this.parent = closure.environment;
    this.source = closure.source;
    this.instance = instance;
  }

  /** The value that `key` has here or in an environment around. */
  find(key: Bound): Value<S> | undefined {
    for (
      let environment: Environment<S> | undefined = this;
      environment !== undefined;
      environment = environment.parent
    ) {
      const value = environment.values.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  resource(type: ResourceType): ResourceIndex {
    for (
      let environment: Environment<S> | undefined = this;
      environment !== undefined;
      environment = environment.parent
    ) {
      const resource = environment.resources.get(type);
      if (resource !== undefined) return resource;
    }
    assert(false, `resource ${type.name ?? type.id} is not bound`);
  }
}
