/**
 * The types of a plan as the reference wants them: nodes put together, and resources that are the reference's own.
 */
import type { FuncTypeIndex, LabelledType, Plan, TypeIndex, TypeNode } from "../../src/plan/plan.ts";
import type { Field, FuncType, ValType } from "../../src/types/types.ts";
import type { ResourceType } from "./instance.ts";

export class PlanTypes {
  readonly #plan: Plan;
  readonly #types: readonly ValType[];

  constructor(plan: Plan, resources: readonly ResourceType[]) {
    this.#plan = plan;
    const types: ValType[] = [];
    // A plan has parts before wholes.
    for (const node of plan.types) types.push(valType(node, types, resources));
    this.#types = types;
  }

  func(index: FuncTypeIndex): FuncType {
    const { async, params, result } = this.#plan.funcTypes[index]!;
    return {
      kind: "func",
      async,
      params: fields(params, this.#types),
      result: result === undefined ? undefined : this.#types[result]!,
    };
  }
}

function fields(labelled: readonly LabelledType[], types: readonly ValType[]): Field[] {
  return labelled.map(({ label, type }) => ({ label, type: types[type]! }));
}

function valType(node: TypeNode, types: readonly ValType[], resources: readonly ResourceType[]): ValType {
  const maybe = (type: TypeIndex | undefined) => (type === undefined ? undefined : types[type]!);
  switch (node.kind) {
    case "list":
      return { kind: "list", element: types[node.element]!, length: node.length };
    case "map":
      return { kind: "map", key: types[node.key]!, value: types[node.value]! };
    case "record":
      return { kind: "record", fields: fields(node.fields, types) };
    case "tuple":
      return { kind: "tuple", types: node.types.map((type) => types[type]!) };
    case "variant":
      return { kind: "variant", cases: node.cases.map(({ label, type }) => ({ label, type: maybe(type) })) };
    case "enum":
    case "flags":
      return { kind: node.kind, labels: node.labels };
    case "option":
      return { kind: "option", type: types[node.type]! };
    case "result":
      return { kind: "result", ok: maybe(node.ok), error: maybe(node.error) };
    case "own":
    case "borrow":
      return { kind: node.kind, resource: resources[node.resource]! };
    case "stream":
    case "future":
      return { kind: node.kind, payload: maybe(node.payload) };
    default:
      return node;
  }
}
