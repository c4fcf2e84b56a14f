/**
 * The types of a plan as interned objects again, for what makes code of them.
 *
 * A plan numbers its types, so that it can be serialized. `codegen/` and `abi/` work on `ValType`s, and keep what they
 * derive in `Map`s keyed by them.
 */
import type { TypeInterner } from "../types/interner.ts";
import { primitives } from "../types/interner.ts";
import type { Field, FuncType, ResourceType, ValType } from "../types/types.ts";
import type { LabelledType, Plan, TypeIndex, TypeNode } from "./plan.ts";

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
  // Parts come before wholes.
  for (const node of plan.types) types.push(decode(node));
  const funcTypes = plan.funcTypes.map(({ async, params, result }) =>
    interner.func(async, params.map(field), optional(result)),
  );
  return { types, funcTypes, resources };

  function decode(node: TypeNode): ValType {
    switch (node.kind) {
      case "list":
        return interner.list(types[node.element]!, node.length);
      case "map":
        return interner.map(types[node.key]!, types[node.value]!);
      case "record":
        return interner.record(node.fields.map(field));
      case "tuple":
        return interner.tuple(node.types.map((type) => types[type]!));
      case "variant":
        return interner.variant(node.cases.map(({ label, type }) => ({ label, type: optional(type) })));
      case "enum":
        return interner.enum(node.labels);
      case "flags":
        return interner.flags(node.labels);
      case "option":
        return interner.option(types[node.type]!);
      case "result":
        return interner.result(optional(node.ok), optional(node.error));
      case "own":
        return interner.own(resources[node.resource]!);
      case "borrow":
        return interner.borrow(resources[node.resource]!);
      case "stream":
        return interner.stream(optional(node.payload));
      case "future":
        return interner.future(optional(node.payload));
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
        return primitives[node.kind];
    }
  }

  function field({ label, type }: LabelledType): Field {
    return { label, type: types[type]! };
  }

  function optional(type: TypeIndex | undefined): ValType | undefined {
    return type === undefined ? undefined : types[type]!;
  }
}
