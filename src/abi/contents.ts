/**
 * What values of a type have in them: what generators ask before they write code for one. Each answer is worked out once for
 * each type, however often types share it.
 */
import { partsOf } from "../types/shape.ts";
import type { Interned, ValType } from "../types/types.ts";
import { remembered } from "./remembered.ts";

/** The types of what a value of type `t` has in it. What comes through a stream or future is not in it. */
export function contents(t: ValType): readonly ValType[] {
  if (t.kind === "stream" || t.kind === "future") return [];
  return partsOf<Interned>(t).flatMap(({ type }) => type ?? []);
}

/** Whether values are of any length, or have such in them: these lie where `realloc` has found room. */
export const hasPointers: (t: ValType) => boolean = remembered((t) => isRange(t) || contents(t).some(hasPointers));

/** Whether a value is a pointer and a length. */
export function isRange(t: ValType): boolean {
  return t.kind === "string" || t.kind === "map" || (t.kind === "list" && t.length === undefined);
}

/** Whether values have streams, futures or error contexts in them. */
export const isAsync: (t: ValType) => boolean = remembered(
  (t) => t.kind === "stream" || t.kind === "future" || t.kind === "error-context" || contents(t).some(isAsync),
);

/** Whether values have handles in them, of whatever, so that lifting and lowering them has effects. */
export const hasHandles: (t: ValType) => boolean = remembered(
  (t) => t.kind === "own" || t.kind === "borrow" || isAsync(t) || contents(t).some(hasHandles),
);

const checkedKinds: ReadonlySet<ValType["kind"]> = new Set(["char", "enum", "variant", "option", "result"]);

/** Whether lifting can trap, because not everything that a guest may pass is a value of the type. */
export const isChecked: (t: ValType) => boolean = remembered(
  (t) => checkedKinds.has(t.kind) || isRange(t) || hasHandles(t) || contents(t).some(isChecked),
);
