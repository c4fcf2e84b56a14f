/**
 * A plan in the making: its tables, and what keeps each thing in them once.
 *
 * Nothing here knows of components and environments; `evaluate.ts` and `inline.ts` do.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { ResourceType } from "../types/types.ts";
import { Budget } from "./limits.ts";
import type {
  CanonicalOptions, CoreArg, CoreDef, CoreInstanceIndex, Export, ImportIndex, Initializer, InstanceIndex, Lift,
  LiftIndex, ModuleDef, ModuleIndex, OptionsIndex, Plan, PlanImport, PlanInstance, PlanModule, Resource, ResourceIndex, SourceIndex,
  Trampoline, TrampolineIndex,
} from "./plan.ts"; // biome-ignore format: one list
import { intern, TypeTable } from "./type-table.ts";
import type { ComponentClosure, ModuleValue } from "./values.ts";

export class PlanBuilder<S> {
  readonly budget: Budget = new Budget();
  readonly types: TypeTable = new TypeTable(this.budget);
  readonly sources: S[] = [];
  /** The components that are exported: `Export`s refer to them by number. */
  readonly components: ComponentClosure<S>[] = [];
  readonly #imports: PlanImport[] = [];
  readonly #modules: PlanModule[] = [];
  readonly #instances: PlanInstance[] = [];
  readonly #options: CanonicalOptions[] = [];
  readonly #resources: Resource[] = [];
  readonly #lifts: Lift[] = [];
  readonly #trampolines: Trampoline[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #exports: Export[] = [];
  readonly #sourceNumbers: Map<S, SourceIndex> = new Map();
  readonly #moduleNumbers: Map<string, ModuleIndex> = new Map();
  readonly #moduleImports: Map<ModuleValue<S>, ImportIndex> = new Map();
  readonly #optionsNumbers: Map<string, OptionsIndex> = new Map();
  readonly #liftNumbers: Map<string, LiftIndex> = new Map();
  readonly #trampolineNumbers: Map<string, TrampolineIndex> = new Map();
  #coreInstances = 0;

  finish(): Plan {
    return {
      imports: this.#imports,
      modules: this.#modules,
      instances: this.#instances,
      types: this.types.types,
      funcTypes: this.types.funcTypes,
      options: this.#options,
      resources: this.#resources,
      lifts: this.#lifts,
      trampolines: this.#trampolines,
      initializers: this.#initializers,
      exports: this.#exports,
    };
  }

  source(source: S): SourceIndex {
    const known = this.#sourceNumbers.get(source);
    if (known !== undefined) return known;
    const index = this.sources.length as SourceIndex;
    this.sources.push(source);
    this.#sourceNumbers.set(source, index);
    return index;
  }

  import(leaf: PlanImport): ImportIndex {
    this.budget.spend(leaf.path.length);
    return (this.#imports.push(leaf) - 1) as ImportIndex;
  }

  /** An imported core module: `value` stands for it from now on. */
  importModule(leaf: PlanImport, value: ModuleValue<S>): void {
    this.#moduleImports.set(value, this.import(leaf));
  }

  importResource(
    leaf: Omit<Extract<PlanImport, { kind: "resource" }>, "kind" | "resource">,
    type: ResourceType,
  ): ResourceIndex {
    const resource = this.#resources.length as ResourceIndex;
    const index = this.import({ ...leaf, kind: "resource", resource });
    this.#resources.push({ kind: "imported", import: index, name: type.name ?? leaf.path.at(-1)! });
    return resource;
  }

  module(value: ModuleValue<S>): ModuleDef {
    if (value.from === "static") {
      const { start, end } = value.range;
      const { traits } = value.type;
      const module: PlanModule = { source: this.source(value.source), start, end, ...(traits && { traits }) };
      return { from: "static", module: intern(this.#moduleNumbers, this.#modules, module) };
    }
    const index = this.#moduleImports.get(value);
    if (index !== undefined) return { from: "import", import: index };
    throw new ComponentError(
      "unsupported",
      "captured-module",
      "a component that was exported refers to a core module that its origin imports",
      {
        path: value.path,
      },
    );
  }

  instance(parent: InstanceIndex | undefined): InstanceIndex {
    this.budget.instance();
    return (this.#instances.push(parent === undefined ? {} : { parent }) - 1) as InstanceIndex;
  }

  defineResource(instance: InstanceIndex, { rep, name }: ResourceType, destructor: CoreDef | undefined): ResourceIndex {
    const resource = this.#resources.length as ResourceIndex;
    this.#resources.push({ kind: "defined", instance, rep, ...(name !== undefined && { name }) });
    this.#initializers.push({ op: "resource", resource, ...(destructor && { destructor }) });
    return resource;
  }

  /** A resource that has no name of its own has that of its first export. */
  nameResource(index: ResourceIndex, name: string): void {
    const resource = this.#resources[index]!;
    if (resource.name === undefined) this.#resources[index] = { ...resource, name };
  }

  instantiate(module: ModuleDef, args: readonly CoreArg[], owner: InstanceIndex): CoreInstanceIndex {
    const core = this.#coreInstances++ as CoreInstanceIndex;
    this.#initializers.push({ op: "instantiate", core, module, args, owner });
    return core;
  }

  options(options: CanonicalOptions): OptionsIndex {
    return intern(this.#optionsNumbers, this.#options, options);
  }

  /** The same core function lifted in the same way is one lift, under the name by which it was reached first. */
  lift(lift: Lift): LiftIndex {
    return intern(this.#liftNumbers, this.#lifts, lift, { ...lift, name: "" });
  }

  liftAt(index: LiftIndex): Lift {
    return this.#lifts[index]!;
  }

  /** A core function has no identity that a guest could see, so equal definitions can share one. */
  trampoline(trampoline: Trampoline): CoreDef {
    const content = { ...trampoline, name: "" };
    return { from: "trampoline", trampoline: intern(this.#trampolineNumbers, this.#trampolines, trampoline, content) };
  }

  export(item: Export): void {
    this.#exports.push(item);
  }
}
