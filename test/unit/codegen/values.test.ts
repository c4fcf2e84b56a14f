import assert from "node:assert/strict";
import { test } from "node:test";
import type { TypeIndex } from "../../../src/plan/plan.ts";
import { roundTrip, Types, ways } from "./program.ts";

const nan = Number.NaN;
const text = ["", "plain", "é und ß", "日本語", "🙂 smile", "a\0b", "x".repeat(300), "é".repeat(40), "🙂".repeat(100)];

/** A type, values of it, and what they come back as where that differs. */
type Row = [name: string, make: (t: Types) => TypeIndex, values: unknown[], back?: unknown[]];

const rows: Row[] = [
  ["bool", (t) => t.of("bool"), [true, false]],
  ["u8", (t) => t.of("u8"), [0, 1, 255]],
  ["s8", (t) => t.of("s8"), [-128, -1, 127]],
  ["u16", (t) => t.of("u16"), [0, 65535]],
  ["s16", (t) => t.of("s16"), [-32768, 32767]],
  ["u32", (t) => t.of("u32"), [0, 2 ** 31, 2 ** 32 - 1]],
  ["s32", (t) => t.of("s32"), [-(2 ** 31), 2 ** 31 - 1]],
  ["u64", (t) => t.of("u64"), [0n, 2n ** 63n, 2n ** 64n - 1n]],
  ["s64", (t) => t.of("s64"), [-(2n ** 63n), 2n ** 63n - 1n]],
  ["f32", (t) => t.of("f32"), [0, -0, 1.5, nan, Number.POSITIVE_INFINITY]],
  ["f64", (t) => t.of("f64"), [0.1, -0, nan, Number.NEGATIVE_INFINITY, 5e-324]],
  ["char", (t) => t.of("char"), ["a", "é", "日", "🙂", "\0", "\ud7ff", "\ue000"]],
  ["string", (t) => t.of("string"), text],
  ["list u8", (t) => t.list(t.of("u8")), [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(70000).fill(7)]],
  ["list s64", (t) => t.list(t.of("s64")), [BigInt64Array.of(-1n, 5n)]],
  ["list f32 of an array", (t) => t.list(t.of("f32")), [[1.5, -2]], [Float32Array.of(1.5, -2)]],
  ["list bool", (t) => t.list(t.of("bool")), [[], [true, false]]],
  ["list char", (t) => t.list(t.of("char")), [["🙂", "a"]]],
  ["list string", (t) => t.list(t.of("string")), [[], text]],
  ["list list u16", (t) => t.list(t.list(t.of("u16"))), [[Uint16Array.of(1), new Uint16Array(0), Uint16Array.of(2, 65535)]]],
  ["fixed list u32", (t) => t.list(t.of("u32"), 3), [Uint32Array.of(1, 2, 2 ** 32 - 1)]],
  ["fixed list of an array", (t) => t.list(t.of("u8"), 2), [[1, 255]], [Uint8Array.of(1, 255)]],
  ["fixed list string", (t) => t.list(t.of("string"), 2), [["a", "日本"]]],
  ["long fixed list", (t) => t.list(t.of("string"), 20), [Array.from({ length: 20 }, (_, i) => `n${i}`)]],
  ["map", (t) => t.add({ kind: "map", key: t.of("string"), value: t.of("u32") }), [new Map(), new Map([["a", 1], ["b", 2]])]],
  ["map of pairs", (t) => t.add({ kind: "map", key: t.of("u8"), value: t.of("string") }), [[[1, "x"], [2, "y"]]], [new Map([[1, "x"], [2, "y"]])]],
  ["record", (t) => t.record({ "full-name": t.of("string"), age: t.of("u32"), x: t.of("u8"), y: t.of("f64") }), [{ fullName: "N", age: 7, x: 1, y: 0.5 }]],
  ["fields of strange names", (t) => t.record({ constructor: t.of("u8"), default: t.of("u8"), "to-string": t.of("u8"), a1: t.of("u8"), "a-1": t.of("u8") }), [{ constructor: 1, default: 2, toString: 3, a1: 4, "a-1": 5 }]],
  ["tuple", (t) => t.tuple(t.of("u8"), t.of("u64"), t.of("string")), [[1, 2n, "x"]]],
  ["variant", (t) => t.variant({ circle: t.of("f64"), "rect-angle": t.tuple(t.of("u8"), t.of("f32")), none: undefined, name: t.of("string"), n: t.of("u64"), f: t.of("f32") }),
    [{ tag: "circle", val: 1.25 }, { tag: "rect-angle", val: [9, -2.5] }, { tag: "none" }, { tag: "name", val: "n" }, { tag: "n", val: 2n ** 64n - 1n }, { tag: "f", val: nan }]],
  ["variant i32 f32", (t) => t.variant({ i: t.of("s32"), f: t.of("f32") }), [{ tag: "i", val: -5 }, { tag: "f", val: -1.5 }, { tag: "f", val: nan }]],
  ["variant f32 f64", (t) => t.variant({ f: t.of("f32"), d: t.of("f64"), b: t.of("bool"), c: t.of("char") }), [{ tag: "f", val: 0.5 }, { tag: "d", val: 0.1 }, { tag: "b", val: true }, { tag: "c", val: "🙂" }]],
  ["enum", (t) => t.add({ kind: "enum", labels: ["red", "dark-green"] }), ["red", "dark-green"]],
  ["large enum", (t) => t.add({ kind: "enum", labels: Array.from({ length: 300 }, (_, i) => `e${i}`) }), ["e0", "e255", "e256", "e299"]],
  ["flags", (t) => t.add({ kind: "flags", labels: ["a", "b-c"] }), [{ a: true, bC: false }, { a: false, bC: true }]],
  ["flags in part", (t) => t.add({ kind: "flags", labels: ["a", "b", "constructor"] }), [{ b: true }, {}], [{ a: false, b: true, constructor: false }, { a: false, b: false, constructor: false }]],
  ["32 flags", (t) => t.add({ kind: "flags", labels: Array.from({ length: 32 }, (_, i) => `f${i}`) }), [Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`f${i}`, i % 3 === 1]))]],
  ["option", (t) => t.option(t.of("u32")), [5, undefined]],
  ["option of null", (t) => t.option(t.of("u32")), [null], [undefined]],
  ["option string", (t) => t.option(t.of("string")), ["", "x", undefined]],
  ["option option", (t) => t.option(t.option(t.of("u8"))), [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: 3 }]],
  ["option option option", (t) => t.option(t.option(t.option(t.of("u8")))), [{ tag: "none" }, { tag: "some", val: { tag: "none" } }, { tag: "some", val: { tag: "some", val: 1 } }]],
  ["result in a tuple", (t) => t.tuple(t.result(t.of("u8"), t.of("string"))), [[{ tag: "ok", val: 1 }], [{ tag: "err", val: "no" }]]],
  ["results without types", (t) => t.tuple(t.result(), t.result(undefined, t.of("u64"))), [[{ tag: "ok", val: undefined }, { tag: "ok", val: undefined }], [{ tag: "err", val: undefined }, { tag: "err", val: 7n }]]],
  ["list of records", (t) => t.list(t.record({ a: t.of("u8"), b: t.list(t.of("string")), c: t.option(t.of("f64")) })), [[{ a: 1, b: ["x", "é"], c: undefined }, { a: 2, b: [], c: 2.5 }]]],
]; // biome-ignore format: a table

for (const [name, make, values, back = values] of rows) {
  test(`${name} goes and comes back`, () => {
    for (const way of ways) {
      const types = new Types();
      const t = make(types);
      const trip = roundTrip(types.nodes, t, way);
      for (const [i, value] of values.entries()) {
        const where = `value ${i}, ${way.tier} ${way.pointer} ${way.encoding}`;
        assert.deepEqual(trip.flat(value), back[i], `flat, ${where}`);
        assert.deepEqual(trip.spilled(value), back[i], `spilled, ${where}`);
        assert.deepEqual(trip.linked(value), back[i], `linked, ${where}`);
        assert.deepEqual(trip.crossed(value), back[i], `crossed, ${where}`);
      }
    }
  });
}
