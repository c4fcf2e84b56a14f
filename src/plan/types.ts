/**
 * The types of a plan as interned objects again, for what makes code of them.
 *
 * A plan numbers its types, so that it can be serialized. `codegen/` and `abi/` work on `ValType`s, and keep what they
 * derive in `Map`s keyed by them.
 */
import type { TypeInterner } from "../types/interner.ts";
import { type Mapping, mapShape } from "../types/shape.ts";
import type { FuncType, Interned, ResourceType, ValType } from "../types/types.ts";
import type { Plan, Planned } from "./plan.ts";

/** By `TypeIndex`, `FuncTypeIndex` and `ResourceIndex`. */
export interface DecodedTypes {
  readonly types: readonly ValType[];
  readonly funcTypes: readonly FuncType[];
  readonly resources: readonly ResourceType[];
}

export function decodeTypes(plan: Plan, interner: TypeInterner): DecodedTypes {
  const resources = plan.resources.map((resource) =>
    interner.resource(resource.kind === "defined" ? resource.rep : "i32", resource.name),
  );
  const types: ValType[] = [];
  const decoding: Mapping<Planned, Interned> = {
    part: (index) => types[index]!,
    resource: (index) => resources[index]!,
  };
  // Parts come before wholes.
  for (const node of plan.types) types.push(interner.intern(mapShape(node, decoding)));
  const funcTypes = plan.funcTypes.map((node) => interner.internFunc(mapShape({ ...node, kind: "func" }, decoding)));
  return { types, funcTypes, resources };
}
