/** What generators of adapters ask of a type, beside what all generators do (`abi/contents.ts`). */
import { contents, isRange } from "../abi/contents.ts";
import { type Despecialized, flagsSize } from "../abi/layout.ts";
import { remembered } from "../abi/remembered.ts";
import type { ValType } from "../types/types.ts";

/** Types of which no adapter passes values on. */
export type AsyncKind = "stream" | "future" | "error-context";
/** Types of which a value is a number of its own wherever it is. */
export type ScalarKind = Exclude<
  Despecialized["kind"],
  "record" | "variant" | "list" | "string" | "flags" | "own" | "borrow" | AsyncKind
>;

/** Whether values have handles in them that are only borrowed, so that there are accounts to keep. */
export const hasBorrows: (t: ValType) => boolean = remembered(
  (t) => t.kind === "borrow" || contents(t).some(hasBorrows),
);

/** Numbers that are the same in memory, and in core values, on both sides. */
const whole: ReadonlySet<ValType["kind"]> = new Set(["u32", "s32", "u64", "s64", "f32", "f64"]);
/** Of which checked ones are the same in memory on both sides, as far as it is their own. */
const copied: ReadonlySet<ValType["kind"]> = new Set([
  ...whole, "u8", "s8", "u16", "s16", "char", "record", "tuple", "list", "variant", "enum", "option", "result",
]); // biome-ignore format: a list

/** Whether checked values can be copied as the bytes that they are. All other types have something to be converted. */
export const isPlain: (t: ValType) => boolean = remembered((t) => {
  if (t.kind === "flags") return t.labels.length === 8 * flagsSize(t.labels.length);
  return copied.has(t.kind) && !isRange(t) && contents(t).every(isPlain);
});

/** Whether flat values can be handed on as they are, unseen. */
export const isTransparent: (t: ValType) => boolean = remembered((t) => {
  if (t.kind === "flags") return t.labels.length === 32;
  if (t.kind === "record" || t.kind === "tuple" || t.kind === "list") {
    return !isRange(t) && contents(t).every(isTransparent);
  }
  return whole.has(t.kind);
});

/** How much code a value takes in place, in nodes. Lists of any length take one: their loops are in helpers. */
export const cost: (t: ValType) => number = remembered((t) => {
  if (isRange(t)) return 1;
  if (t.kind === "list") return 1 + t.length! * cost(t.element);
  return contents(t).reduce((sum, part) => sum + cost(part), 1);
});
