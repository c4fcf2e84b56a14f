/** What generators of JavaScript ask of a type, beside what all generators do (`abi/contents.ts`). */
import { contents, hasHandles, isRange } from "../abi/contents.ts";
import { remembered } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import type { PrimitiveKind, ValType, ValTypeOf } from "../types/types.ts";

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
      t.kind satisfies PrimitiveKind | "enum" | "map" | "own" | "borrow" | "stream" | "future";
      return 0;
  }
}

/** The types that values of type `t` have in place. */
function inlineParts(t: ValType): readonly ValType[] {
  return isRange(t) ? [] : contents(t);
}

/** Whether lifting a value of type `t` takes more than an expression. */
export const takesStatements: (t: ValType) => boolean = remembered(
  (t) =>
    t.kind === "variant" ||
    t.kind === "option" ||
    t.kind === "result" ||
    hasHandles(t) ||
    inlineParts(t).some(takesStatements),
);

/** An entry of a map: what `despecialize` makes of it, as a tuple. */
export const pairType: (t: ValTypeOf<"map">) => ValTypeOf<"tuple"> = remembered((t) => {
  assert(t.kind === "map");
  return { kind: "tuple", types: [t.key, t.value] };
});

/** Whether lowering a value of the host's may run code of the host's: of an object it may, which can have getters. */
export function mayRunCode({ kind }: ValType): boolean {
  switch (kind) {
    case "list":
    case "map":
    case "record":
    case "tuple":
    case "variant":
    case "option":
    case "result":
    case "flags":
    case "stream":
    case "future":
    case "error-context":
      return true;
    default:
      kind satisfies PrimitiveKind | "enum" | "own" | "borrow";
      return false;
  }
}
