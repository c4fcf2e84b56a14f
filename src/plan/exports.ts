/**
 * The exports of a plan: what the planned component exports, as a tree of what the embedder sees.
 *
 * The tree follows the exports' types rather than their values, since a type may hide some of what an instance has.
 */
import type { ExternType, NameAttributes } from "../types/types.ts";
import type { PlanBuilder } from "./builder.ts";
import { type Evaluator, memberOf, misgiven } from "./evaluate.ts";
import { joinPath } from "./names.ts";
import type { Export, ExportValue } from "./plan.ts";
import type { Environment, Value } from "./values.ts";

export class ExportFlattener<S> {
  readonly #plan: PlanBuilder<S>;
  readonly #evaluator: Evaluator<S>;
  readonly #environment: Environment<S>;

  constructor(plan: PlanBuilder<S>, evaluator: Evaluator<S>, environment: Environment<S>) {
    this.#plan = plan;
    this.#evaluator = evaluator;
    this.#environment = environment;
  }

  /** An export or a part of one, whose `path` leads to it from the outside in. */
  flatten(type: ExternType, value: Value<S>, path: readonly string[], attributes: NameAttributes | undefined): Export {
    this.#plan.budget.spend();
    const name = path.at(-1)!;
    return {
      name,
      ...(attributes && Object.keys(attributes).length > 0 && { attributes }),
      ...this.#plan.budget.nested(() => this.#value(type, value, path)),
    };
  }

  #value(type: ExternType, value: Value<S>, path: readonly string[]): ExportValue {
    switch (value.sort) {
      case "func": {
        if (type.kind !== "func") break;
        const used = this.#evaluator.use(value.func, type.type, this.#environment, joinPath(path));
        return { kind: "func", func: used.def, type: used.type };
      }
      case "instance": {
        if (type.kind !== "instance") break;
        const exports = [...type.type.exports].map(([name, { type, attributes }]) =>
          this.flatten(type, memberOf(value.exports, name), [...path, name], attributes),
        );
        return { kind: "instance", exports };
      }
      case "core-module":
        return { kind: "core-module", module: this.#plan.module(value.module) };
      case "component":
        return { kind: "component", component: this.#plan.components.push(value.closure) - 1 };
      case "type":
        if (value.resource !== undefined) {
          this.#plan.nameResource(value.resource, path.at(-1)!);
          return { kind: "resource", resource: value.resource };
        }
        if (type.kind !== "type") break;
        return this.#type(type);
    }
    return misgiven(`has a ${value.sort} for a ${type.kind}`, path.at(-1)!);
  }

  #type({ type }: Extract<ExternType, { readonly kind: "type" }>): ExportValue {
    if (type.kind === "func" || type.kind === "component" || type.kind === "instance" || type.kind === "resource") {
      return { kind: "other-type" };
    }
    return { kind: "type", type: this.#plan.types.valType(type, this.#environment) };
  }
}
