/** Random values of random types, through generated code, and back as they went. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TypeIndex } from "../../../src/plan/plan.ts";
import { picker } from "../../random.ts";
import { roundTrip, Types, ways } from "./program.ts";

type Pick = (n: number) => number;
/** A type, and random values of it as they come back. */
interface Arbitrary {
  readonly type: TypeIndex;
  readonly value: () => unknown;
  /** An option, which is `undefined` where it is none. */
  readonly optional?: boolean;
}

const texts = ["", "a", "plain ascii text", "é", "größer", "日本語", "🙂", "a\0b", "x".repeat(70)];
const numbers = {
  u8: [Uint8Array, 2 ** 8], s8: [Int8Array, 2 ** 8], u16: [Uint16Array, 2 ** 16], s16: [Int16Array, 2 ** 16],
  u32: [Uint32Array, 2 ** 32], s32: [Int32Array, 2 ** 32], f32: [Float32Array, 1000], f64: [Float64Array, 1000],
} as const; // biome-ignore format: a table

function arbitrary(types: Types, pick: Pick, depth: number): Arbitrary {
  const inner = () => arbitrary(types, pick, depth - 1);
  const several = (n: number) => Array.from({ length: 1 + pick(n) }, inner);
  switch (pick(depth === 0 ? 6 : 15)) {
    case 0:
    case 1: {
      const kind = (Object.keys(numbers) as (keyof typeof numbers)[])[pick(8)]!;
      const [Class, range] = numbers[kind];
      return { type: types.of(kind), value: () => Class.of(pick(4) === 0 ? range - 1 : pick(range))[0] };
    }
    case 2: {
      const signed = pick(2) === 0;
      const wide = () => BigInt(pick(2 ** 30)) * BigInt(pick(2 ** 30)) * 7n;
      return { type: types.of(signed ? "s64" : "u64"), value: () => (signed ? BigInt.asIntN(64, wide()) : wide()) };
    }
    case 3:
      return { type: types.of("bool"), value: () => pick(2) === 0 };
    case 4:
      return { type: types.of("char"), value: () => ["a", "é", "日", "🙂"][pick(4)] };
    case 5:
      return { type: types.of("string"), value: () => texts[pick(texts.length)] };
    case 6: {
      const kind = (["u8", "s16", "u32", "f32", "f64"] as const)[pick(5)]!;
      const [Class, range] = numbers[kind];
      const fixed = pick(3) === 0 ? 1 + pick(5) : undefined;
      return {
        type: types.list(types.of(kind), fixed),
        value: () => Class.from(Array.from({ length: fixed ?? pick(40) }, () => pick(range))),
      };
    }
    case 7: {
      const element = arbitraryElement(types, pick, depth);
      const fixed = pick(3) === 0 ? 1 + pick(4) : undefined;
      return {
        type: types.list(element.type, fixed),
        value: () => Array.from({ length: fixed ?? pick(5) }, element.value),
      };
    }
    case 8: {
      const fields = several(5);
      return {
        type: types.record(Object.fromEntries(fields.map(({ type }, i) => [`field-${i}x`, type]))),
        value: () => Object.fromEntries(fields.map(({ value }, i) => [`field${i}x`, value()])),
      };
    }
    case 9: {
      const parts = several(4);
      return { type: types.tuple(...parts.map(({ type }) => type)), value: () => parts.map(({ value }) => value()) };
    }
    case 10:
    case 11: {
      const cases = several(4).map((payload) => (pick(4) === 0 ? undefined : payload));
      return {
        type: types.variant(Object.fromEntries(cases.map((payload, i) => [`case-${i}`, payload?.type]))),
        value: () => {
          const i = pick(cases.length);
          const payload = cases[i];
          return payload === undefined ? { tag: `case-${i}` } : { tag: `case-${i}`, val: payload.value() };
        },
      };
    }
    case 12: {
      const payload = inner();
      const some = () => (payload.optional ? { tag: "some", val: payload.value() } : payload.value());
      const none = payload.optional ? { tag: "none" } : undefined;
      return { type: types.option(payload.type), value: () => (pick(3) === 0 ? none : some()), optional: true };
    }
    case 13: {
      const labels = Array.from({ length: 1 + pick(32) }, (_, i) => `f${i}`);
      return {
        type: types.add({ kind: "flags", labels }),
        value: () => Object.fromEntries(labels.map((label) => [label, pick(2) === 0])),
      };
    }
    default: {
      const labels = Array.from({ length: 1 + pick(300) }, (_, i) => `e-${i}`);
      return { type: types.add({ kind: "enum", labels }), value: () => labels[pick(labels.length)] };
    }
  }
}

/** No number: lists of those are typed arrays. */
function arbitraryElement(types: Types, pick: Pick, depth: number): Arbitrary {
  const wrapped = arbitrary(types, pick, depth - 1);
  return { type: types.tuple(wrapped.type), value: () => [wrapped.value()] };
}

test("random values of random types go and come back", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const pick = picker(seed);
    const types = new Types();
    const { type, value } = arbitrary(types, pick, 3);
    const way = ways[seed % ways.length]!;
    const trip = roundTrip(types.nodes, type, way);
    for (let n = 0; n < 4; n++) {
      const sent = value();
      const where = `seed ${seed}, value ${n}, ${way.tier} ${way.pointer} ${way.encoding}`;
      assert.deepEqual(trip.flat(sent), sent, `flat, ${where}`);
      assert.deepEqual(trip.spilled(sent), sent, `spilled, ${where}`);
      assert.deepEqual(trip.linked(sent), sent, `linked, ${where}`);
      assert.deepEqual(trip.crossed(sent), sent, `crossed, ${where}`);
    }
  }
});
