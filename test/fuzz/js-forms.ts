/**
 * The other forms in which a value may be given to a component, according to docs/values.md: arrays for typed arrays,
 * pairs for maps, `null` for nothing, missing flags, lone surrogates.
 */
import type { PrimitiveKind, ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { keysOf, typedArrayOf } from "../reference/js-values.ts";

/** `value`, or something else that means the same. */
export function vary(random: Random, value: unknown, t: ValType): unknown {
  const inner = (item: unknown, type: ValType) => vary(random, item, type);
  switch (t.kind) {
    case "string": {
      const text = value as string;
      return text.includes("\ufffd") && random.once(2) ? text.replaceAll("\ufffd", "\udc00") : text;
    }
    case "list": {
      if (typedArrayOf(t.element) === undefined) return (value as unknown[]).map((item) => inner(item, t.element));
      return varyNumbers(random, value as Uint8Array, t.element.kind === "u8" && t.length === undefined);
    }
    case "map": {
      const pairs = [...(value as Map<unknown, unknown>)].map(
        ([k, v]) => [inner(k, t.key), inner(v, t.value)] as const,
      );
      return random.once(3) ? pairs : new Map(pairs);
    }
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const fields = t.fields.map(({ type }, i) => [
        keys[i]!,
        inner((value as Record<string, unknown>)[keys[i]!], type),
      ]);
      if (random.once(4)) fields.reverse();
      return Object.fromEntries(random.once(4) ? [["one-more", 1], ...fields] : fields);
    }
    case "tuple":
      return t.types.map((type, i) => inner((value as unknown[])[i], type));
    case "flags": {
      const entries = Object.entries(value as Record<string, boolean>);
      return Object.fromEntries(entries.filter(([, set]) => set || !random.once(3)));
    }
    case "option":
      if (t.type.kind === "option") return varyCase(value, (tag) => (tag === "some" ? t.type : undefined), inner);
      if (value === undefined) return random.once(2) ? null : undefined;
      return inner(value, t.type);
    case "variant":
      return varyCase(value, (tag) => t.cases.find(({ label }) => label === tag)!.type, inner);
    case "result":
      return varyCase(value, (tag) => (tag === "ok" ? t.ok : t.error), inner);
    default:
      t.kind satisfies PrimitiveKind | "enum" | "own" | "borrow" | "stream" | "future";
      return value;
  }
}

function varyCase(
  value: unknown,
  typeOf: (tag: string) => ValType | undefined,
  inner: (item: unknown, type: ValType) => unknown,
): unknown {
  const { tag, val } = value as { tag: string; val?: unknown };
  const type = typeOf(tag);
  return type === undefined ? { tag } : { tag, val: inner(val, type) };
}

function varyNumbers(random: Random, value: Uint8Array, buffers: boolean): unknown {
  switch (random.below(4)) {
    case 0:
      return Array.from(value as ArrayLike<unknown>);
    case 1: {
      // A part of a larger buffer, where it is not aligned to more than it must be.
      const TypedArray = value.constructor as Uint8ArrayConstructor;
      const larger = new TypedArray(value.length + 3);
      larger.set(value, 1);
      return larger.subarray(1, 1 + value.length);
    }
    case 2:
      return buffers ? value.buffer : value;
    default:
      return value;
  }
}
