/** Generated code stays small, whatever types look like, and does the same where it is shared. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileFunctions } from "../../../src/codegen/compile.ts";
import { generate } from "../../../src/codegen/generate.ts";
import { printModule } from "../../../src/codegen/print.ts";
import type { TypeIndex } from "../../../src/plan/plan.ts";
import { funcType, plan, roundTrip, Types } from "./program.ts";

/** The length of the source for functions from and to a type. */
function sourceLength(make: (types: Types) => TypeIndex): number {
  const types = new Types();
  const t = make(types);
  const funcs = [funcType({ a: t }, t)];
  return printModule(generate(plan({ types: types.nodes, funcs, lifts: [{ func: 0 }], lowers: [{ func: 0 }] }), true))
    .length;
}

/** A type that has itself twice at each of `depth` levels. */
function doubled(depth: number, leaf: (types: Types) => TypeIndex, pair: (types: Types, t: TypeIndex) => TypeIndex) {
  return (types: Types): TypeIndex => {
    let t = leaf(types);
    for (let i = 0; i < depth; i++) t = pair(types, t);
    return t;
  };
}

const leaf = (types: Types) => types.record({ a: types.of("u8"), b: types.of("string") });
const tuple = (types: Types, t: TypeIndex) => types.tuple(t, t);
const variant = (types: Types, t: TypeIndex) => types.variant({ a: t, b: t });
const nested = (types: Types, t: TypeIndex) => types.record({ list: types.list(t), option: types.option(t) });

test("code grows with the number of types, not of paths through them", () => {
  for (const pair of [tuple, variant, nested]) {
    const [short, middle, long] = [16, 32, 48].map((depth) => sourceLength(doubled(depth, leaf, pair)));
    assert.ok(long! - middle! < 1.2 * (middle! - short!), `${pair.name}: ${short} ${middle} ${long}`);
    assert.ok(long! / 48 < 40_000, `${pair.name}: ${long}`);
  }
});

test("helpers do what code in place does", () => {
  const types = new Types();
  const t = doubled(7, leaf, tuple)(types);
  let value: unknown = { a: 1, b: "é" };
  for (let i = 0; i < 7; i++) value = [value, value];
  for (const tier of ["jit", "evaluate"] as const) {
    const trip = roundTrip(types.nodes, t, { tier, pointer: "i32", encoding: "utf8" });
    assert.deepEqual(trip.flat(value), value);
    assert.deepEqual(trip.linked(value), value);
  }
});

test("variants of variants go flat through as many cases as there are", () => {
  const types = new Types();
  const t = doubled(12, (types) => types.of("f32"), variant)(types);
  let value: unknown = 0.5;
  for (let i = 0; i < 12; i++) value = { tag: i % 3 === 0 ? "a" : "b", val: value };
  for (const tier of ["jit", "evaluate"] as const) {
    const trip = roundTrip(types.nodes, t, { tier, pointer: "i32", encoding: "utf8" });
    assert.deepEqual(trip.flat(value), value);
    assert.deepEqual(trip.crossed(value), value);
  }
});

test("records of thousands of fields and variants of a thousand cases come back as they went", () => {
  const types = new Types();
  const u16 = types.of("u16");
  const wide = types.record(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f${i}`, u16])));
  const cases = types.variant(
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`c${i}`, i % 2 === 0 ? u16 : undefined])),
  );
  const t = types.tuple(wide, cases);
  const value = [Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f${i}`, i])), { tag: "c998", val: 7 }];
  const trip = roundTrip(types.nodes, t, { tier: "jit", pointer: "i32", encoding: "utf8" });
  assert.deepEqual(trip.flat(value), value);
  assert.deepEqual(trip.linked(value), value);
});

test("a huge fixed-length list takes no more code than a small one", () => {
  const list = (length: number) => (types: Types) => types.list(types.option(types.of("u8")), length);
  assert.ok(sourceLength(list(2 ** 26)) - sourceLength(list(2 ** 25)) < 100);
  // What could be more than there is memory is counted, too: twice on its way out, in two functions.
  assert.ok(sourceLength(list(2 ** 26)) - sourceLength(list(1000)) < 300);
});

test("nothing is written before it is needed", () => {
  const types = new Types();
  const t = doubled(18, leaf, nested)(types);
  const funcs = Array.from({ length: 3000 }, () => funcType({ a: t }, t));
  const table = compileFunctions(
    plan({
      types: types.nodes,
      funcs,
      lifts: funcs.map((_, func) => ({ func })),
      lowers: funcs.map((_, func) => ({ func })),
    }),
    "jit",
  );
  assert.deepEqual([table.lifts.size, table.lowers.size], [3000, 3000]);
});

test("one of many labels is found without a comparison with each", () => {
  const labels = Array.from({ length: 1000 }, (_, i) => `c${i}`);
  for (const make of [
    (types: Types) => types.variant(Object.fromEntries(labels.map((label) => [label, types.of("u8")]))),
    (types: Types) => types.add({ kind: "enum", labels }),
  ]) {
    const types = new Types();
    const t = make(types);
    const source = printModule(
      generate(
        plan({ types: types.nodes, funcs: [funcType({ a: t }, undefined)], lifts: [{ func: 0 }], lowers: [] }),
        true,
      ),
    );
    assert.doesNotMatch(source, /case "/);
    assert.match(source, /caseTable\(/);
    assert.match(source, /cases\d+\.get\(/);
  }
});
