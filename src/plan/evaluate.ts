/**
 * What an item of a component is in one instantiation: values of items, and the core functions, lifts and options that
 * they come down to.
 *
 * Items are expressions over imports, instances and exports that have been executed. Chains of aliases can be as long
 * as the component, so they are followed in loops; what recurses is counted by the budget.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { assert, ComponentError } from "../errors/component-error.ts";
import type { FuncType } from "../types/types.ts";
import type {
  Component, CoreExportOf, CoreFunc, CoreInstance, CoreModule, Exported, ExportOf, Func, Imported, Instance, Item,
  TypedComponent, TypedImmediates, TypedOptions,
} from "../validate/typed.ts"; // biome-ignore format: one list
import type { PlanBuilder } from "./builder.ts";
import { nameOf } from "./names.ts";
import type {
  CoreDef, CoreExport, FuncDef, FuncTypeIndex, Immediates, LiftIndex, OptionsIndex,
} from "./plan.ts"; // biome-ignore format: one list
import type {
  ComponentClosure, Environment, FuncValue, InlineInstance, InstanceValue, LiftItem, ModuleValue, Value,
} from "./values.ts"; // biome-ignore format: one list

/** A function as the plan has it. */
export interface FuncUse {
  readonly def: FuncDef;
  readonly type: FuncTypeIndex;
}

type Sorted<S, K extends Value<S>["sort"]> = Extract<Value<S>, { readonly sort: K }>;

export class Evaluator<S> {
  readonly #plan: PlanBuilder<S>;

  constructor(plan: PlanBuilder<S>) {
    this.#plan = plan;
  }

  value(item: Item, environment: Environment<S>): Value<S> {
    switch (item.sort) {
      case "core-module":
        return { sort: "core-module", module: this.module(item.item, environment) };
      case "func":
        return { sort: "func", func: this.func(item.item, environment) };
      case "type": {
        const { type } = item.item;
        return { sort: "type", resource: type.kind === "resource" ? environment.resource(type) : undefined };
      }
      case "component":
        return { sort: "component", closure: this.component(item.item, environment) };
      case "instance":
        return { sort: "instance", exports: this.instance(item.item, environment) };
      case "value":
        throw unsupportedValue(this.#plan.budget.offset);
    }
  }

  module(item: CoreModule, environment: Environment<S>): ModuleValue<S> {
    if (item.from !== "static") return this.#reference("core-module", item, environment).module;
    return { from: "static", source: environment.source, range: item.range, type: item.type };
  }

  component(item: Component, environment: Environment<S>): ComponentClosure<S> {
    if (item.from !== "static") return this.#reference("component", item, environment).closure;
    return closureOf(item.component, environment);
  }

  func(item: Func, environment: Environment<S>): FuncValue<S> {
    if (item.from !== "lift") return this.#reference("func", item, environment).func;
    return { from: "lift", item, environment };
  }

  instance(item: Instance, environment: Environment<S>): InstanceValue<S> {
    if (item.from === "inline") return this.#inline(item, environment);
    if (item.from !== "instantiate") return this.#reference("instance", item, environment).exports;
    return sorted("instance", environment.find(item), "an instance").exports;
  }

  #inline(item: InlineInstance, environment: Environment<S>): InstanceValue<S> {
    const known = environment.find(item);
    if (known !== undefined) return sorted("instance", known, "an instance").exports;
    this.#plan.budget.spend(1 + item.exports.size);
    const exports = new Map<string, Value<S>>();
    this.#plan.budget.nested(() => {
      for (const [name, part] of item.exports) exports.set(name, this.value(part, environment));
    });
    environment.values.set(item, { sort: "instance", exports });
    return exports;
  }

  #reference<K extends Value<S>["sort"]>(
    sort: K,
    item: Imported<unknown> | Exported<unknown> | ExportOf<unknown>,
    environment: Environment<S>,
  ): Sorted<S, K> {
    switch (item.from) {
      case "imported":
        return sorted(sort, environment.find(item.import), item.import.name);
      case "exported":
        return sorted(sort, environment.find(item.export), item.export.name);
      case "export":
        return sorted(sort, this.#exportOf(item, environment), item.name);
    }
  }

  /** Aliases of what inline instances hold lead straight to it, without making the instances. */
  #exportOf(item: ExportOf<unknown>, environment: Environment<S>): Value<S> {
    const { budget } = this.#plan;
    let { of, name } = item;
    while (of.from === "inline") {
      budget.spend();
      const part: Item | undefined = of.exports.get(name);
      assert(part !== undefined, `an inline instance has no export "${name}"`);
      const next = part.sort === "type" ? undefined : part.item;
      if (next?.from !== "export") return budget.nested(() => this.value(part, environment));
      ({ of, name } = next);
    }
    const instance: Instance = of;
    return memberOf(
      budget.nested(() => this.instance(instance, environment)),
      name,
    );
  }

  // ---- Functions

  /**
   * Makes `func` a part of the plan, if it is not yet: as a function of type `type`, as `environment` has it.
   * `name` is for a lift that is reached for the first time.
   */
  use(func: FuncValue<S>, type: FuncType, environment: Environment<S>, name: string): FuncUse {
    const wanted = this.#plan.types.funcType(type, environment);
    if (func.from === "import") {
      if (func.type !== wanted) misgiven("uses a function of another type", name);
      return { def: { from: "import", import: func.import }, type: wanted };
    }
    const lift = this.#lift(func.item, func.environment, name);
    if (this.#plan.liftAt(lift).type !== wanted) misgiven("has a function of another type", name);
    return { def: { from: "lift", lift }, type: wanted };
  }

  #lift(item: LiftItem, environment: Environment<S>, name: string): LiftIndex {
    return getOrInsert(environment.lifts, item, () =>
      this.#plan.budget.nested(() =>
        this.#plan.lift({
          core: this.coreFunc(item.core, environment),
          type: this.#plan.types.funcType(item.type, environment),
          options: this.#options(item.options, environment),
          name,
        }),
      ),
    );
  }

  coreFunc(item: CoreFunc, environment: Environment<S>): CoreDef {
    if (item.from === "core-export") return this.coreExport(item.of, item.name, environment);
    return getOrInsert(environment.coreFuncs, item, () => {
      this.#plan.budget.spend();
      return this.#plan.budget.nested(() => this.#trampoline(item, environment));
    });
  }

  #trampoline(item: Exclude<CoreFunc, CoreExportOf>, environment: Environment<S>): CoreDef {
    switch (item.from) {
      case "lower": {
        const func = this.func(item.func, environment);
        const written = nameOf(item.func);
        const { def, type } = this.use(func, item.func.type, environment, written);
        return this.#plan.trampoline({
          op: "lower",
          callee: def,
          type,
          options: this.#options(item.options, environment),
          name: func.from === "import" ? func.name : def.from === "lift" ? this.#plan.liftAt(def.lift).name : written,
        });
      }
      case "builtin":
        return this.#plan.trampoline({
          op: "builtin",
          builtin: item.builtin,
          instance: environment.instance,
          immediates: this.#immediates(item.immediates, environment),
        });
    }
  }

  #options(options: TypedOptions, environment: Environment<S>): OptionsIndex {
    const func = (item: CoreFunc): CoreDef => this.coreFunc(item, environment);
    return this.#plan.options({
      instance: environment.instance,
      encoding: options.encoding,
      ...(options.memory && { memory: this.#coreItem(options.memory, environment) }),
      pointer: options.pointer,
      ...(options.realloc && { realloc: func(options.realloc) }),
      ...(options.postReturn && { postReturn: func(options.postReturn) }),
      ...(options.callback && { callback: func(options.callback) }),
      async: options.async,
    });
  }

  #immediates(given: TypedImmediates, environment: Environment<S>): Immediates {
    const { resource, type, coreFuncType, table, memory, result, options, ...plain } = given;
    const { types } = this.#plan;
    const closure = coreFuncType?.params[0];
    return {
      ...plain,
      ...(resource && { resource: environment.resource(resource) }),
      ...(type && { type: types.valType(type, environment) }),
      ...((closure === "i32" || closure === "i64") && { closure }),
      ...(table && { table: this.#coreItem(table, environment) }),
      ...(memory && { memory: this.#coreItem(memory, environment) }),
      ...(result && { result: result.type ? { type: types.valType(result.type, environment) } : {} }),
      ...(options && { options: this.#options(options, environment) }),
    };
  }

  // ---- Core items

  /** The export `name` of a core instance, followed through inline instances to where it comes from. */
  coreExport(of: CoreInstance, name: string, environment: Environment<S>): CoreDef {
    for (;;) {
      this.#plan.budget.spend();
      if (of.from === "instantiate") {
        const instance = environment.coreInstances.get(of);
        // What is used has been made before.
        assert(instance !== undefined);
        return { from: "core-instance", instance, name };
      }
      const part = of.exports.get(name)?.item;
      assert(part !== undefined, `an inline core instance has no export "${name}"`);
      if (part.from !== "core-export") return this.coreFunc(part, environment);
      ({ of, name } = part);
    }
  }

  /** A memory or table: always an export of a core module's instance. */
  #coreItem(item: CoreExportOf, environment: Environment<S>): CoreExport {
    const def = this.coreExport(item.of, item.name, environment);
    assert(def.from === "core-instance");
    return def;
  }
}

/** A nested component is one closure in each environment, so that it can be compared. */
function closureOf<S>(component: TypedComponent, environment: Environment<S>): ComponentClosure<S> {
  return getOrInsert(environment.closures, component, () => ({ component, environment, source: environment.source }));
}

/** The export `name` of an instance. */
export function memberOf<S>(instance: InstanceValue<S>, name: string): Value<S> {
  return instance.get(name) ?? misgiven("lacks an export that its type should have", name);
}

/**
 * Complains of a component that was given for an import. Validation has seen to it that everything inside one binary
 * fits together, but whoever gave a component for an import may have given one of another type.
 */
export function misgiven(what: string, name: string): never {
  throw new ComponentError("link", "wrong-import", `a component that was given for an import ${what}`, {
    path: [name],
  });
}

function sorted<S, K extends Value<S>["sort"]>(sort: K, value: Value<S> | undefined, name: string): Sorted<S, K> {
  assert(value !== undefined, `"${name}" is used before it is there`);
  return value.sort === sort ? (value as Sorted<S, K>) : misgiven(`has a ${value.sort} for a ${sort}`, name);
}

/** Value definitions 🪙 are decoded and validated, not run. */
export function unsupportedValue(offset: number | undefined): ComponentError {
  return new ComponentError(
    "unsupported",
    "values",
    "values imported, exported or passed to a start function are not supported",
    { offset },
  );
}
