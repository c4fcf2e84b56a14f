/**
 * What generators of adapters ask of a type. Each answer is worked out once for each type, however often it is shared.
 */
import { type Despecialized, despecialize, flagsSize, layout, recordLayout, variantLayout } from "../abi/layout.ts";
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

/** Bytes from `start` to `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The bytes of a plain type that mean something: all but padding, neighbours together. Plain types lie alike in all memories. */
export function meaningfulBytes(t: ValType): readonly ByteRange[] {
  const ranges: { start: number; end: number }[] = [];
  collect(t, 0, (start, end) => {
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  });
  return ranges;
}

/** A variant's payloads count as one, lists as wholes. */
function collect(type: ValType, at: number, add: (start: number, end: number) => void): void {
  const t = despecialize(type);
  switch (t.kind) {
    case "record": {
      const types = parts(t);
      const { offsets } = recordLayout(types, "i32");
      for (const [i, part] of types.entries()) collect(part, at + offsets[i]!, add);
      return;
    }
    case "variant": {
      const { discriminantSize, payloadOffset, size } = variantLayout(t.cases, "i32");
      add(at, at + discriminantSize);
      if (parts(t).length > 0) add(at + payloadOffset, at + size);
      return;
    }
    default:
      add(at, at + layout(t, "i32").size);
  }
}
