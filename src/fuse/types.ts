/**
 * What generators of adapters ask of a type. Each answer is worked out once for each type, however often it is shared.
 */
import { type Despecialized, despecialize, flagsSize } from "../abi/layout.ts";
import type { ValType } from "../types/types.ts";

function eachType<T>(answer: (t: Despecialized) => T): (t: ValType) => T {
  const known: WeakMap<ValType, { readonly value: T }> = new WeakMap();
  return (t) => {
    let found = known.get(t);
    if (found === undefined) {
      found = { value: answer(despecialize(t)) };
      known.set(t, found);
    }
    return found.value;
  };
}

/** The types that a value of type `t` is made of directly. */
function parts(t: Despecialized): readonly ValType[] {
  switch (t.kind) {
    case "list":
      return [t.element];
    case "record":
      return t.fields.map((field) => field.type);
    case "variant":
      return t.cases.flatMap((c) => c.type ?? []);
    default:
      return [];
  }
}

/** Whether values have handles in them. */
export const hasHandles: (t: ValType) => boolean = eachType(
  (t) => t.kind === "own" || t.kind === "borrow" || parts(t).some(hasHandles),
);

/** Whether values have handles in them that are only borrowed, so that there are accounts to keep. */
export const hasBorrows: (t: ValType) => boolean = eachType((t) => t.kind === "borrow" || parts(t).some(hasBorrows));

/** Whether values lie, in part, where `realloc` found room for them. */
export const hasPointers: (t: ValType) => boolean = eachType(
  (t) => t.kind === "string" || (t.kind === "list" && t.length === undefined) || parts(t).some(hasPointers),
);

/** Whether values have streams, futures or error contexts in them, for which there are no adapters. */
export const isAsync: (t: ValType) => boolean = eachType(
  (t) => t.kind === "stream" || t.kind === "future" || t.kind === "error-context" || parts(t).some(isAsync),
);

/** Whether there is anything to check, or to take from the caller, before a value can be passed on. */
export const isChecked: (t: ValType) => boolean = eachType((t) => {
  switch (t.kind) {
    case "char":
    case "string":
    case "variant":
    case "own":
    case "borrow":
      return true;
    case "list":
      return t.length === undefined || isChecked(t.element);
    default:
      return parts(t).some(isChecked);
  }
});

/** Whether checked values can be copied as the bytes that they are. All other types have something to be converted. */
export const isPlain: (t: ValType) => boolean = eachType((t) => {
  switch (t.kind) {
    case "bool":
    case "string":
    case "own":
    case "borrow":
    case "stream":
    case "future":
    case "error-context":
      return false;
    case "flags":
      return t.labels.length === 8 * flagsSize(t.labels.length);
    case "list":
      return t.length !== undefined && isPlain(t.element);
    default:
      return parts(t).every(isPlain);
  }
});

/** Whether flat values can be handed on as they are, unseen. */
export const isTransparent: (t: ValType) => boolean = eachType((t) => {
  switch (t.kind) {
    case "u32":
    case "s32":
    case "u64":
    case "s64":
    case "f32":
    case "f64":
      return true;
    case "flags":
      return t.labels.length === 32;
    case "record":
      return parts(t).every(isTransparent);
    case "list":
      return t.length !== undefined && isTransparent(t.element);
    default:
      return false;
  }
});

/** How much code a value takes in place, in nodes. Lists of any length take one: their loops are in helpers. */
export const cost: (t: ValType) => number = eachType((t) => {
  let sum = 1;
  if (t.kind === "list") return t.length === undefined ? 1 : 1 + t.length * cost(t.element);
  for (const part of parts(t)) sum += cost(part);
  return sum;
});
