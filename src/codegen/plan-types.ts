/**
 * The types of a plan as generators see them: as objects that layouts can be kept beside, with answers to what generators
 * ask of a type. Each answer is worked out once for each type, however often types share it.
 */
import { assert } from "../errors/component-error.ts";
import type { Plan, Planned } from "../plan/plan.ts";
import { type Mapping, mapShape, partsOf } from "../types/shape.ts";
import type { Interned, ResourceType, ValType, ValTypeOf } from "../types/types.ts";

/** The plan's types as objects that layouts can be kept beside. A resource's `id` is its `ResourceIndex`. */
export function valTypes(plan: Plan): ValType[] {
  const resources = plan.resources.map((resource, id): ResourceType => {
    return { kind: "resource", id, rep: resource.kind === "defined" ? resource.rep : "i32", name: resource.name };
  });
  const types: ValType[] = [];
  const decoding: Mapping<Planned, Interned> = {
    part(index) {
      const type = types[index];
      assert(type !== undefined, "a plan has the parts of a type before it");
      return type;
    },
    resource: (index) => resources[index]!,
  };
  for (const node of plan.types) types.push(mapShape(node, decoding));
  return types;
}

/** `answer`, which is worked out once for each type. */
function remembered<T>(answer: (t: ValType) => T): (t: ValType) => T {
  const known: WeakMap<ValType, T> = new WeakMap();
  return (t) => {
    let value = known.get(t);
    if (value === undefined) {
      value = answer(t);
      known.set(t, value);
    }
    return value;
  };
}

/** How many nodes of code `t` takes in place. Lists take one: their loops are in helpers anyway. */
export const cost: (t: ValType) => number = remembered((t) =>
  inlineParts(t).reduce((sum, part) => sum + cost(part), ownCost(t)),
);

/** Scalars take nothing, so that they are always written in place. */
export function ownCost(t: ValType): number {
  switch (t.kind) {
    case "record":
      return t.fields.length;
    case "tuple":
      return t.types.length;
    case "variant":
      return 2 * t.cases.length;
    case "flags":
      return t.labels.length;
    case "option":
    case "result":
      return 3;
    case "list":
      return t.length ?? 0;
    default:
      return 0;
  }
}

/** The types that values of type `t` have in place. */
function inlineParts(t: ValType): readonly ValType[] {
  return t.kind === "map" || (t.kind === "list" && t.length === undefined) ? [] : parts(t);
}

const handleKinds: ReadonlySet<ValType["kind"]> = new Set(["own", "borrow", "stream", "future", "error-context"]);

/** Whether values of type `t` can have handles in them, so that lifting and lowering them has effects. */
export const hasHandles: (t: ValType) => boolean = remembered(
  (t) => handleKinds.has(t.kind) || parts(t).some(hasHandles),
);

const checkedKinds: ReadonlySet<ValType["kind"]> = new Set([
  "char",
  "string",
  "map",
  "enum",
  "variant",
  "option",
  "result",
]);

/** Whether lifting a value of type `t` may find that it is none. */
export const isChecked: (t: ValType) => boolean = remembered(
  (t) =>
    checkedKinds.has(t.kind) ||
    handleKinds.has(t.kind) ||
    (t.kind === "list" && t.length === undefined) ||
    parts(t).some(isChecked),
);

/** Whether lifting a value of type `t` takes more than an expression. */
export const takesStatements: (t: ValType) => boolean = remembered(
  (t) =>
    t.kind === "variant" ||
    t.kind === "option" ||
    t.kind === "result" ||
    hasHandles(t) ||
    (t.kind !== "map" && (t.kind !== "list" || t.length !== undefined) && parts(t).some(takesStatements)),
);

/** Whether storing a value of type `t` asks the guest for room. */
export const hasPointers: (t: ValType) => boolean = remembered((t) => {
  const isPointer = t.kind === "string" || t.kind === "map" || (t.kind === "list" && t.length === undefined);
  return isPointer || parts(t).some(hasPointers);
});

function parts(t: ValType): readonly ValType[] {
  if (t.kind === "stream" || t.kind === "future") return [];
  return partsOf<Interned>(t).flatMap(({ type }) => type ?? []);
}

/** An entry of a map: what `despecialize` makes of it, as a tuple. */
export const pairType: (t: ValTypeOf<"map">) => ValTypeOf<"tuple"> = remembered((t) => {
  assert(t.kind === "map");
  return { kind: "tuple", types: [t.key, t.value] };
});
