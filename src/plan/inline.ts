/**
 * Makes a plan of a component, by executing it symbolically.
 *
 * Each nested component is executed where it is instantiated, so that nothing of the nesting is left: what an
 * instantiation does at run time is the steps of all components inside, in the order of their definitions.
 * ("Instance Definitions" and "Start Definitions" in Explainer.md.)
 */
import type { CoreInstantiation, Instantiation, TypedDefinition, TypedImport } from "../validate/typed.ts";
import { bindResources } from "./bind.ts";
import { PlanBuilder } from "./builder.ts";
import { Evaluator, memberOf, misgiven, unsupportedValue } from "./evaluate.ts";
import { ExportFlattener } from "./exports.ts";
import { type GivenComponents, type GivenModules, ImportFlattener } from "./imports.ts";
import type { CoreArg, InstanceIndex, Plan } from "./plan.ts";
import { type ComponentClosure, Environment, type InstanceValue, type Value } from "./values.ts";

export { capturedModuleImports, componentImports, type GivenComponents, type GivenModules } from "./imports.ts";
export type { ComponentClosure } from "./values.ts";

/** A plan, and what belongs to it but is not data. */
export interface PlannedComponent<S> {
  readonly plan: Plan;
  /** The components that the plan's exports refer to by number. They can be planned, or given for others' imports. */
  readonly components: readonly ComponentClosure<S>[];
  /** The binaries that `plan.modules` refers to by number; the planned component's own first. */
  readonly sources: readonly S[];
}

/**
 * Plans `closure` as the root: its imports are what the embedder supplies.
 *
 * `components` are what is given for the imports that are components, and must have all of `componentImports`; they
 * must be of the types imported. `modules` may have those of `capturedModuleImports`; without them, a component among
 * the exports that does refer to an imported core module cannot be instantiated.
 *
 * @throws ComponentError of phase `unsupported` if the plan would become too large, or has values; of phase `link` if a
 * component is missing.
 */
export function planComponent<S>(
  closure: ComponentClosure<S>,
  components: GivenComponents<S> = new Map(),
  modules: GivenModules<S> = new Map(),
): PlannedComponent<S> {
  const builder = new PlanBuilder<S>();
  builder.source(closure.source);
  new Planner(builder, components, modules).root(closure);
  return { plan: builder.finish(), components: builder.components, sources: builder.sources };
}

/** What an import of a component that is being executed is worth. */
type Arguments<S> = (item: TypedImport) => Value<S>;

class Planner<S> {
  readonly #plan: PlanBuilder<S>;
  readonly #evaluator: Evaluator<S>;
  readonly #components: GivenComponents<S>;
  readonly #modules: GivenModules<S>;

  constructor(plan: PlanBuilder<S>, components: GivenComponents<S>, modules: GivenModules<S>) {
    this.#plan = plan;
    this.#evaluator = new Evaluator(plan);
    this.#components = components;
    this.#modules = modules;
  }

  root(closure: ComponentClosure<S>): void {
    const environment = new Environment(closure, this.#plan.instance(undefined));
    const imports = new ImportFlattener(this.#plan, environment, this.#components, this.#modules);
    const values = this.#execute(closure, environment, (item) =>
      imports.flatten(item.type, [item.name], item.attributes),
    );
    const exports = new ExportFlattener(this.#plan, this.#evaluator, environment);
    for (const definition of closure.component.definitions) {
      if (definition.step !== "export") continue;
      const { name, type, attributes } = definition.export;
      this.#plan.export(exports.flatten(type, memberOf(values, name), [name], attributes));
    }
  }

  #execute(closure: ComponentClosure<S>, environment: Environment<S>, args: Arguments<S>): InstanceValue<S> {
    const exports = new Map<string, Value<S>>();
    for (const definition of closure.component.definitions) {
      this.#plan.budget.spend();
      this.#step(definition, environment, args, exports);
    }
    return exports;
  }

  #step(
    definition: TypedDefinition,
    environment: Environment<S>,
    args: Arguments<S>,
    exports: Map<string, Value<S>>,
  ): void {
    const { budget } = this.#plan;
    switch (definition.step) {
      case "import": {
        const item = definition.import;
        budget.offset = item.offset;
        const value = args(item);
        environment.values.set(item, value);
        bindResources(item.type, value, environment, budget);
        return;
      }
      case "core-instantiate": {
        const { instance } = definition;
        budget.offset = instance.offset;
        const module = this.#evaluator.module(instance.module, environment);
        const core = this.#plan.instantiate(
          this.#plan.module(module),
          this.#coreArgs(instance, environment),
          environment.instance,
        );
        environment.coreInstances.set(instance, core);
        return;
      }
      case "instantiate": {
        const { instance } = definition;
        budget.offset = instance.offset;
        const value: Value<S> = {
          sort: "instance",
          exports: budget.nested(() => this.#instantiate(instance, environment)),
        };
        environment.values.set(instance, value);
        bindResources({ kind: "instance", type: instance.type }, value, environment, budget);
        return;
      }
      case "resource": {
        const { resource, destructor, offset } = definition.resource;
        budget.offset = offset;
        const core = destructor && this.#evaluator.coreFunc(destructor, environment);
        environment.resources.set(resource, this.#plan.defineResource(environment.instance, resource, core));
        return;
      }
      case "start":
        throw unsupportedValue(definition.start.offset);
      case "export": {
        const item = definition.export;
        budget.offset = item.offset;
        const value = this.#evaluator.value(item.item, environment);
        environment.values.set(item, value);
        exports.set(item.name, value);
        bindResources(item.type, value, environment, budget);
        return;
      }
    }
  }

  #instantiate(instance: Instantiation, environment: Environment<S>): InstanceValue<S> {
    const closure = this.#evaluator.component(instance.component, environment);
    const args = new Map<string, Value<S>>();
    this.#plan.budget.spend(instance.args.size);
    for (const [name, item] of instance.args) args.set(name, this.#evaluator.value(item, environment));
    return this.#inside(closure, environment.instance, args);
  }

  #inside(closure: ComponentClosure<S>, parent: InstanceIndex, args: InstanceValue<S>): InstanceValue<S> {
    const environment = new Environment(closure, this.#plan.instance(parent));
    return this.#execute(closure, environment, ({ name, type }) => {
      const value = args.get(name) ?? misgiven("imports more than its type should", name);
      return value.sort === type.kind ? value : misgiven(`imports a ${type.kind} where it gets a ${value.sort}`, name);
    });
  }

  /** Exactly what the module imports, in its order: two levels of names, of instances and of their exports. */
  #coreArgs(instance: CoreInstantiation, environment: Environment<S>): CoreArg[] {
    return this.#evaluator.module(instance.module, environment).type.imports.map(({ module, name }) => {
      const from = instance.args.get(module) ?? misgiven("has a core module that imports more than it should", module);
      return { module, name, value: this.#evaluator.coreExport(from, name, environment) };
    });
  }
}
