/**
 * The types of a plan as objects again, for what makes code of them, or shows them.
 *
 * A plan numbers its types, so that it can be serialized. Whoever works on them keeps what is derived of a type in maps
 * keyed by it, so that each is made once, and is the same for all plans with the same table: fusing leaves that as it is.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import { type Mapping, mapShape } from "../types/shape.ts";
import type { FuncType, Interned, ResourceType, ValType } from "../types/types.ts";
import type { FuncTypeNode, Plan, Planned, ResourceIndex } from "./plan.ts";

export class PlanTypes {
  /** By `TypeIndex`. */
  readonly values: readonly ValType[];
  /** By `ResourceIndex`, which is their `id`. */
  readonly resources: readonly ResourceType[];
  readonly #decoding: Mapping<Planned, Interned>;
  readonly #funcs: Map<FuncTypeNode, FuncType> = new Map();

  constructor(plan: Plan) {
    const resources = plan.resources.map((resource, id): ResourceType => {
      return { kind: "resource", id, rep: resource.kind === "defined" ? resource.rep : "i32", name: resource.name };
    });
    this.resources = resources;
    const values: ValType[] = [];
    this.#decoding = {
      part(index) {
        // A plan has the parts of a type before it.
        const type = values[index];
        assert(type !== undefined);
        return type;
      },
      resource: (index) => resources[index]!,
    };
    for (const node of plan.types) values.push(mapShape(node, this.#decoding));
    this.values = values;
  }

  /** A function type of the plan. */
  func(node: FuncTypeNode): FuncType {
    return getOrInsert(this.#funcs, node, () => mapShape({ ...node, kind: "func" }, this.#decoding));
  }
}

/** The resource of a plan that a type of handles is for. */
export function resourceOf({ resource }: { readonly resource: ResourceType }): ResourceIndex {
  return resource.id as ResourceIndex;
}

const known: WeakMap<Plan["types"], PlanTypes> = new WeakMap();

/** The types of `plan`. */
export function typesOf(plan: Plan): PlanTypes {
  return getOrInsert(known, plan.types, () => new PlanTypes(plan));
}
