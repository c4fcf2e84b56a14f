/**
 * The types of a plan's functions as reflection shows them. A plan has its types as numbered nodes; here they become
 * the nodes of `types/types.ts` again, each once for each plan. Resources are numbered as in the plan.
 */
import type { FuncTypeIndex, Plan, ResourceIndex, TypeIndex, TypeNode } from "../plan/plan.ts";
import type { FuncType, ResourceType, ValType } from "../types/types.ts";

class PlanTypes {
  readonly #plan: Plan;
  readonly #types: (ValType | undefined)[] = [];
  readonly #funcTypes: (FuncType | undefined)[] = [];
  readonly #resources: (ResourceType | undefined)[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  func(index: FuncTypeIndex): FuncType {
    let type = this.#funcTypes[index];
    if (type === undefined) {
      const { async, params, result } = this.#plan.funcTypes[index]!;
      type = {
        kind: "func",
        async,
        params: params.map(({ label, type }) => ({ label, type: this.#type(type) })),
        result: this.#optional(result),
      };
      this.#funcTypes[index] = type;
    }
    return type;
  }

  #type(index: TypeIndex): ValType {
    let type = this.#types[index];
    if (type === undefined) {
      type = this.#make(this.#plan.types[index]!);
      this.#types[index] = type;
    }
    return type;
  }

  #optional(index: TypeIndex | undefined): ValType | undefined {
    return index === undefined ? undefined : this.#type(index);
  }

  #make(node: TypeNode): ValType {
    switch (node.kind) {
      case "list":
        return { kind: "list", element: this.#type(node.element), length: node.length };
      case "map":
        return { kind: "map", key: this.#type(node.key), value: this.#type(node.value) };
      case "record":
        return { kind: "record", fields: node.fields.map(({ label, type }) => ({ label, type: this.#type(type) })) };
      case "tuple":
        return { kind: "tuple", types: node.types.map((type) => this.#type(type)) };
      case "variant":
        return { kind: "variant", cases: node.cases.map(({ label, type }) => ({ label, type: this.#optional(type) })) };
      case "option":
        return { kind: "option", type: this.#type(node.type) };
      case "result":
        return { kind: "result", ok: this.#optional(node.ok), error: this.#optional(node.error) };
      case "own":
      case "borrow":
        return { kind: node.kind, resource: this.#resource(node.resource) };
      case "stream":
      case "future":
        return { kind: node.kind, payload: this.#optional(node.payload) };
      case "bool":
      case "s8":
      case "u8":
      case "s16":
      case "u16":
      case "s32":
      case "u32":
      case "s64":
      case "u64":
      case "f32":
      case "f64":
      case "char":
      case "string":
      case "error-context":
        return { kind: node.kind };
      case "enum":
      case "flags":
        return { kind: node.kind, labels: node.labels };
    }
  }

  #resource(index: ResourceIndex): ResourceType {
    let resource = this.#resources[index];
    if (resource === undefined) {
      const node = this.#plan.resources[index]!;
      resource = { kind: "resource", id: index, rep: node.kind === "defined" ? node.rep : "i32", name: node.name };
      this.#resources[index] = resource;
    }
    return resource;
  }
}

const typesOf: WeakMap<Plan, PlanTypes> = new WeakMap();

/** The type that a plan has under `index`. */
export function funcTypeOf(plan: Plan, index: FuncTypeIndex): FuncType {
  let types = typesOf.get(plan);
  if (types === undefined) {
    types = new PlanTypes(plan);
    typesOf.set(plan, types);
  }
  return types.func(index);
}
