/**
 * The imports of a plan: what the planned component imports, flattened to what has no parts.
 *
 * Functions, resources and core modules are supplied when the plan is run. Components are not: they are inlined, so
 * they must be known when the plan is made, and a component that imports one is planned when it is linked. So are core
 * modules where a component that is exported might refer to them, since that component may go into other plans.
 */
import { getOrInsert, remembered } from "../abi/remembered.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { ComponentType, ExternDecl, ExternType, NameAttributes } from "../types/types.ts";
import type { TypedComponent } from "../validate/typed.ts";
import type { PlanBuilder } from "./builder.ts";
import { unsupportedValue } from "./evaluate.ts";
import { Budget } from "./limits.ts";
import { joinPath } from "./names.ts";
import type { ComponentClosure, Environment, InstanceValue, Value } from "./values.ts";

/** A leaf of the imports: the import's name, then names of exports of the imported instance. */
export type ImportPath = readonly [string, ...string[]];

/** Components for the leaves that are components, by the `key` that `componentImports` tells. */
export type GivenComponents<S> = ReadonlyMap<string, ComponentClosure<S>>;

/**
 * Core modules for leaves that are core modules, by the `key` that `capturedModuleImports` tells: each as a source of
 * its own, in which the module is the range from 0 to 0. A leaf that is given here is no import of the plan.
 */
export type GivenModules<S> = ReadonlyMap<string, S>;

export interface ImportLeaf {
  readonly key: string;
  readonly path: ImportPath;
}

/** The leaves of a component's imports that are components: planning needs to know them. */
export const componentImports = oncePerComponent(({ imports }) => leaves(imports, "component"));

/** The leaves that are core modules, if the component exports components, which might refer to them. */
export const capturedModuleImports = oncePerComponent(({ imports, exports }) =>
  leaves(exports, "component").length === 0 ? [] : leaves(imports, "core-module"),
);

/** Each instantiation asks. */
function oncePerComponent(
  find: (type: ComponentType) => readonly ImportLeaf[],
): (component: TypedComponent) => readonly ImportLeaf[] {
  return remembered(({ type }) => find(type));
}

function leaves(declared: ComponentType["imports"], kind: ExternType["kind"]): ImportLeaf[] {
  const budget = new Budget();
  const found: ImportLeaf[] = [];
  const walk = (declarations: ReadonlyMap<string, ExternDecl>, path: readonly string[]): void => {
    budget.spend(declarations.size * (path.length + 1));
    for (const [name, { type }] of declarations) {
      const inner: ImportPath = [...path, name] as never;
      if (type.kind === kind) found.push({ key: keyOf(inner), path: inner });
      if (type.kind === "instance") budget.nested(() => walk(type.type.exports, inner));
    }
  };
  walk(declared, []);
  return found;
}

/** Names have no control characters. */
function keyOf(path: ImportPath): string {
  return path.join("\n");
}

export class ImportFlattener<S> {
  readonly #plan: PlanBuilder<S>;
  readonly #environment: Environment<S>;
  readonly #components: GivenComponents<S>;
  readonly #modules: GivenModules<S>;

  constructor(
    plan: PlanBuilder<S>,
    environment: Environment<S>,
    components: GivenComponents<S>,
    modules: GivenModules<S>,
  ) {
    this.#plan = plan;
    this.#environment = environment;
    this.#components = components;
    this.#modules = modules;
  }

  /** The value of an import or of a part of one. Its resources are bound on the way, since functions after them use them. */
  flatten(type: ExternType, path: ImportPath, given: NameAttributes | undefined): Value<S> {
    const attributes = given && Object.keys(given).length > 0 ? { attributes: given } : {};
    const plan = this.#plan;
    switch (type.kind) {
      case "func": {
        const funcType = plan.types.funcType(type.type, this.#environment);
        const index = plan.import({ kind: "func", path, ...attributes, type: funcType });
        return { sort: "func", func: { from: "import", import: index, type: funcType, name: joinPath(path) } };
      }
      case "core-module": {
        const source = this.#modules.get(keyOf(path));
        if (source !== undefined) {
          return {
            sort: "core-module",
            module: { from: "static", source, range: { start: 0, end: 0 }, type: type.type },
          };
        }
        const module = { from: "import", path, type: type.type } as const;
        plan.importModule({ kind: "core-module", path, ...attributes }, module);
        return { sort: "core-module", module };
      }
      case "type": {
        if (type.type.kind !== "resource") return { sort: "type", resource: undefined };
        const { resources } = this.#environment;
        // A type that is equal to one before it is no leaf: nobody supplies it again.
        const resource = getOrInsert(resources, type.type, (one) => plan.importResource({ path, ...attributes }, one));
        return { sort: "type", resource };
      }
      case "component": {
        const closure = this.#components.get(keyOf(path));
        if (closure === undefined)
          throw new ComponentError("link", "missing-import", "no component is given for this import", { path });
        return { sort: "component", closure };
      }
      case "instance":
        return { sort: "instance", exports: plan.budget.nested(() => this.#instance(type.type.exports, path)) };
      case "value":
        throw unsupportedValue(plan.budget.offset);
    }
  }

  #instance(declarations: ReadonlyMap<string, ExternDecl>, path: ImportPath): InstanceValue<S> {
    this.#plan.budget.spend(declarations.size);
    const exports = new Map<string, Value<S>>();
    for (const [name, { type, attributes }] of declarations)
      exports.set(name, this.flatten(type, [...path, name], attributes));
    return exports;
  }
}
