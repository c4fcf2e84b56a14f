/**
 * How much of the host's memory values may take: whether what is lifted has to be counted (runtime/volume.ts). Bytes are
 * rough, as engines with pointers of 64 bits lay objects out.
 */
import { MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH } from "../abi/constants.ts";
import { contents, hasPointers, isRange } from "../abi/contents.ts";
import { elementSize } from "../abi/layout.ts";
import { remembered } from "../abi/remembered.ts";
import { arrayElements, valuesVolume } from "../runtime/limits.ts";
import type { PrimitiveKind, ValType } from "../types/types.ts";
import { isNumber } from "./values.ts";

/** An element of an array, or a field. */
const SLOT = 8;
/** An object without its fields, or a string without its characters. */
const OBJECT = 40;
/** What engines keep much of: typed arrays, maps, handles. */
const LARGE_OBJECT = 200;

/** What an element of type `t` takes in a list, but for what is behind pointers. */
export function elementVolume(t: ValType): number {
  return SLOT + volume(t);
}

const volume: (t: ValType) => number = remembered((t) => {
  const parts = contents(t).map(elementVolume);
  switch (t.kind) {
    case "record":
    case "tuple":
      return parts.reduce((sum, part) => sum + part, OBJECT);
    case "option":
      return t.type.kind === "option" ? OBJECT + parts[0]! : volume(t.type);
    case "variant":
    case "result":
      return parts.reduce((most, part) => Math.max(most, part), 0) + OBJECT;
    case "flags":
      return OBJECT + SLOT * t.labels.length;
    case "list":
      return LARGE_OBJECT + (t.length ?? 0) * parts[0]!;
    case "string":
      return OBJECT;
    case "map":
    case "own":
    case "borrow":
    case "stream":
    case "future":
    case "error-context":
      return LARGE_OBJECT;
    case "bool":
    case "enum":
      return 0;
    default:
      t.kind satisfies Exclude<PrimitiveKind, "string" | "error-context" | "bool">;
      return 2 * SLOT;
  }
});

/** The most that a value of type `t` can take. */
const mostVolume: (t: ValType) => number = remembered((t) => {
  if (t.kind === "string") return MAX_STRING_BYTE_LENGTH;
  const parts = contents(t);
  if (t.kind === "map" || parts.some((part) => isRange(t) && hasPointers(part))) return Infinity;
  if (t.kind === "list" && t.length === undefined) {
    if (isNumber(t.element)) return MAX_LIST_BYTE_LENGTH;
    const length = Math.min(arrayElements, MAX_LIST_BYTE_LENGTH / elementSize(t.element, "i32"));
    return length * elementVolume(t.element);
  }
  const times = t.kind === "list" ? t.length! : 1;
  return parts.reduce((sum, part) => sum + times * mostVolume(part), volume(t));
});

/** Whether values of these types can take more than there may be, all together. */
export function isUnbounded(types: readonly ValType[]): boolean {
  return types.reduce((sum, t) => sum + mostVolume(t), 0) > valuesVolume;
}
