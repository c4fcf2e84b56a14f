/**
 * A plan in the making: its tables, and what keeps each thing in them once.
 *
 * Nothing here knows of components and environments; `evaluate.ts` and `inline.ts` do.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import type { ResourceType } from "../types/types.ts";
import { Budget } from "./limits.ts";
import type {
  CanonicalOptions, CoreArg, CoreDef, CoreInstanceIndex, Export, ImportIndex, Initializer, InstanceIndex, Lift,
  LiftIndex, ModuleDef, ModuleIndex, OptionsIndex, Plan, PlanImport, PlanInstance, PlanModule, Resource, ResourceIndex, SourceIndex,
  Trampoline, TrampolineIndex,
} from "./plan.ts"; // biome-ignore format: one list
import { Table } from "./table.ts";
import { TypeTable } from "./type-table.ts";
import type { ComponentClosure, ModuleValue } from "./values.ts";

export class PlanBuilder<S> {
  readonly budget: Budget = new Budget();
  readonly types: TypeTable = new TypeTable(this.budget);
  readonly sources: S[] = [];
  /** The components that are exported: `Export`s refer to them by number. */
  readonly components: ComponentClosure<S>[] = [];
  readonly #imports: Table<ImportIndex, PlanImport> = new Table();
  readonly #modules: Table<ModuleIndex, PlanModule> = new Table();
  readonly #instances: Table<InstanceIndex, PlanInstance> = new Table();
  readonly #options: Table<OptionsIndex, CanonicalOptions> = new Table();
  readonly #resources: Table<ResourceIndex, Resource> = new Table();
  readonly #lifts: Table<LiftIndex, Lift> = new Table();
  readonly #trampolines: Table<TrampolineIndex, Trampoline> = new Table();
  readonly #initializers: Initializer[] = [];
  readonly #exports: Export[] = [];
  readonly #sourceNumbers: Map<S, SourceIndex> = new Map();
  readonly #moduleImports: Map<ModuleValue<S>, ImportIndex> = new Map();
  #coreInstances = 0;

  finish(): Plan {
    return {
      imports: this.#imports.items,
      modules: this.#modules.items,
      instances: this.#instances.items,
      types: this.types.types.items,
      funcTypes: this.types.funcTypes.items,
      options: this.#options.items,
      resources: this.#resources.items,
      lifts: this.#lifts.items,
      trampolines: this.#trampolines.items,
      initializers: this.#initializers,
      exports: this.#exports,
    };
  }

  source(source: S): SourceIndex {
    return getOrInsert(this.#sourceNumbers, source, () => (this.sources.push(source) - 1) as SourceIndex);
  }

  import(leaf: PlanImport): ImportIndex {
    this.budget.spend(leaf.path.length);
    return this.#imports.add(leaf);
  }

  /** An imported core module: `value` stands for it from now on. */
  importModule(leaf: PlanImport, value: ModuleValue<S>): void {
    this.#moduleImports.set(value, this.import(leaf));
  }

  importResource(
    leaf: Omit<Extract<PlanImport, { kind: "resource" }>, "kind" | "resource">,
    type: ResourceType,
  ): ResourceIndex {
    const resource = this.#resources.items.length as ResourceIndex;
    const index = this.import({ ...leaf, kind: "resource", resource });
    return this.#resources.add({ kind: "imported", import: index, name: type.name ?? leaf.path.at(-1)! });
  }

  module(value: ModuleValue<S>): ModuleDef {
    if (value.from === "static") {
      const { start, end } = value.range;
      const { traits } = value.type;
      const module: PlanModule = { source: this.source(value.source), start, end, ...(traits && { traits }) };
      return { from: "static", module: this.#modules.intern(module) };
    }
    const index = this.#moduleImports.get(value);
    assert(index !== undefined, "an exported component is planned with the modules that it has captured");
    return { from: "import", import: index };
  }

  instance(parent: InstanceIndex | undefined): InstanceIndex {
    this.budget.instance();
    return this.#instances.add(parent === undefined ? {} : { parent });
  }

  defineResource(instance: InstanceIndex, { rep, name }: ResourceType, destructor: CoreDef | undefined): ResourceIndex {
    const resource = this.#resources.add({ kind: "defined", instance, rep, ...(name !== undefined && { name }) });
    this.#initializers.push({ op: "resource", resource, ...(destructor && { destructor }) });
    return resource;
  }

  /** A resource that has no name of its own has that of its first export. */
  nameResource(index: ResourceIndex, name: string): void {
    const { items } = this.#resources;
    if (items[index]!.name === undefined) items[index] = { ...items[index]!, name };
  }

  instantiate(module: ModuleDef, args: readonly CoreArg[], owner: InstanceIndex): CoreInstanceIndex {
    const core = this.#coreInstances++ as CoreInstanceIndex;
    this.#initializers.push({ op: "instantiate", core, module, args, owner });
    return core;
  }

  options(options: CanonicalOptions): OptionsIndex {
    return this.#options.intern(options);
  }

  /** The same core function lifted in the same way is one lift, under the name by which it was reached first. */
  lift(lift: Lift): LiftIndex {
    return this.#lifts.intern(lift, { ...lift, name: "" });
  }

  liftAt(index: LiftIndex): Lift {
    return this.#lifts.items[index]!;
  }

  /** A core function has no identity that a guest could see, so equal definitions can share one. */
  trampoline(trampoline: Trampoline): CoreDef {
    return { from: "trampoline", trampoline: this.#trampolines.intern(trampoline, { ...trampoline, name: "" }) };
  }

  export(item: Export): void {
    this.#exports.push(item);
  }
}
