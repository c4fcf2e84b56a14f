/**
 * The types of a plan's functions as reflection shows them: a plan has its types as numbered nodes, here they are nodes
 * of `types/types.ts` again, each made once for each plan. Resources have the numbers that they have in the plan.
 */
import { valTypes } from "../codegen/plan-types.ts";
import type { FuncTypeIndex, Plan } from "../plan/plan.ts";
import type { FuncType, ValType } from "../types/types.ts";

interface PlanTypes {
  readonly types: readonly ValType[];
  readonly funcTypes: (FuncType | undefined)[];
}

const known: WeakMap<Plan, PlanTypes> = new WeakMap();

/** The type that a plan has under `index`. */
export function funcTypeOf(plan: Plan, index: FuncTypeIndex): FuncType {
  let types = known.get(plan);
  if (types === undefined) {
    types = { types: valTypes(plan), funcTypes: [] };
    known.set(plan, types);
  }
  let type = types.funcTypes[index];
  if (type === undefined) {
    type = funcType(plan, index, types.types);
    types.funcTypes[index] = type;
  }
  return type;
}

function funcType(plan: Plan, index: FuncTypeIndex, types: readonly ValType[]): FuncType {
  const { async, params, result } = plan.funcTypes[index]!;
  return {
    kind: "func",
    async,
    params: params.map(({ label, type }) => ({ label, type: types[type]! })),
    result: result === undefined ? undefined : types[result],
  };
}
