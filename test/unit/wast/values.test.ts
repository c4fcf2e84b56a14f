import assert from "node:assert/strict";
import { test } from "node:test";
import { primitives } from "../../../src/types/interner.ts";
import type { ValType } from "../../../src/types/types.ts";
import { readConstant } from "../../../src/wast/constants.ts";
import { readForms } from "../../../src/wast/sexpr.ts";
import { argumentsOf, ConstantError, compare, compareResults, toValue } from "../../../src/wast/values.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const { u8, u32, u64, f32, f64, string, char, bool } = primitives;
const constant = (source: string) => readConstant(readForms(source)[0]!);

const point = types.record([
  { label: "x-pos", type: u32 },
  { label: "tag", type: string },
]);
/** Labels that look the same in camel case. */
const twins = types.record([
  { label: "a-1", type: u8 },
  { label: "a1", type: u8 },
]);
const shape = types.variant([
  { label: "dot", type: undefined },
  { label: "big-circle", type: f64 },
]);

/** Each constant, its type and its value: right in both directions. */
const pairs: [source: string, type: ValType, value: unknown][] = [
  ["(bool.const false)", bool, false],
  ["(u8.const 200)", u8, 200],
  ["(u32.const 0xffffffff)", u32, 4294967295],
  ["(i32.const -1)", u32, 4294967295],
  ["(i32.const -1)", primitives.s32, -1],
  ["(u64.const 5)", u64, 5n],
  ["(i64.const -1)", u64, 2n ** 64n - 1n],
  ["(f32.const 1.5)", f32, 1.5],
  ["(f64.const nan)", f64, Number.NaN],
  ["(f64.const -0)", f64, -0],
  ['(char.const "x")', char, "x"],
  ['(str.const "")', string, ""],
  ["(list.const (u8.const 1) (u8.const 2))", types.list(u8), Uint8Array.of(1, 2)],
  ["(list.const (u64.const 1))", types.list(u64), BigUint64Array.of(1n)],
  ["(list.const (f32.const nan))", types.list(f32), Float32Array.of(Number.NaN)],
  ["(list.const (bool.const true))", types.list(bool), [true]],
  ["(list.const (u8.const 1))", types.list(u8, 1), Uint8Array.of(1)],
  ['(record.const (field "x-pos" u32.const 1) (field "tag" str.const "t"))', point, { xPos: 1, tag: "t" }],
  ['(tuple.const (u8.const 1) (str.const "a"))', types.tuple([u8, string]), [1, "a"]],
  ['(variant.const "dot")', shape, { tag: "dot" }],
  ['(variant.const "big-circle" (f64.const 2))', shape, { tag: "big-circle", val: 2 }],
  ['(enum.const "dark-red")', types.enum(["red", "dark-red"]), "dark-red"],
  ['(flags.const "can-read")', types.flags(["can-read", "can-write"]), { canRead: true, canWrite: false }],
  ['(flags.const "x-1")', types.flags(["x-1", "x1", "plain"]), { "x-1": true, x1: false, plain: false }],
  ['(record.const (field "a-1" u8.const 1) (field "a1" u8.const 2))', twins, { "a-1": 1, a1: 2 }],
  ["(option.none)", types.option(u8), undefined],
  ["(option.some (u8.const 1))", types.option(u8), 1],
  ["(option.none)", types.option(types.option(u8)), { tag: "none" }],
  ["(option.some (option.none))", types.option(types.option(u8)), { tag: "some", val: undefined }],
  ["(option.some (option.some (u8.const 1)))", types.option(types.option(u8)), { tag: "some", val: 1 }],
  ["(result.ok (u8.const 1))", types.result(u8, undefined), { tag: "ok", val: 1 }],
  ["(result.err)", types.result(u8, undefined), { tag: "err" }],
  ['(list.const (tuple.const (str.const "k") (u8.const 1)))', types.map(string, u8), new Map([["k", 1]])],
];

test("constants become values, and equal them", () => {
  for (const [source, type, value] of pairs) {
    assert.deepEqual(toValue(constant(source), type), value, source);
    assert.equal(compare(constant(source), type, value, "result"), undefined, source);
  }
});

test("a value that is not what a constant says is told, with its place", () => {
  const cases: [source: string, type: ValType, value: unknown, message: RegExp][] = [
    ["(u8.const 1)", u8, 2, /result: expected 1, got 2/],
    ["(u8.const 1)", u8, 1n, /got 1n/],
    ["(u64.const 1)", u64, 1, /expected 1n, got 1/],
    ["(bool.const true)", bool, 1, /expected true, got 1/],
    ["(f64.const 0)", f64, -0, /expected 0, got -0/],
    ["(f64.const -0)", f64, 0, /expected -0, got 0/],
    ["(f64.const nan)", f64, 1, /expected NaN, got 1/],
    ["(f64.const 1)", f64, Number.NaN, /expected 1, got NaN/],
    ["(u32.const 1)", u8, 1, /ConstantError|kind u32/],
    ["(list.const (u8.const 1))", types.list(u8), [1], /expected a Uint8Array/],
    ["(list.const (u8.const 1))", types.list(u8), Uint8Array.of(1, 2), /expected 1 elements, got 2/],
    ["(list.const (u8.const 1))", types.list(u8), Uint8Array.of(3), /result\[0\]: expected 1, got 3/],
    [
      '(record.const (field "x-pos" u32.const 1) (field "tag" str.const "t"))',
      point,
      { xPos: 1, tag: "u" },
      /result\.tag: expected "t", got "u"/,
    ],
    [
      '(record.const (field "x-pos" u32.const 1) (field "tag" str.const "t"))',
      point,
      { "x-pos": 1, tag: "t" },
      /result\.x-pos: expected 1, got undefined/,
    ],
    ['(variant.const "dot")', shape, { tag: "big-circle", val: 1 }, /expected case "dot"/],
    ['(variant.const "dot")', shape, { tag: "dot", val: 1 }, /no payload, got 1/],
    ['(flags.const "a")', types.flags(["a", "b"]), { a: true, b: true }, /flag "b" is true/],
    ['(flags.const "a")', types.flags(["a", "b"]), { a: true }, /flag "b" is undefined/],
    ["(option.none)", types.option(u8), null, /expected undefined, got null/],
    ["(option.some (option.none))", types.option(types.option(u8)), undefined, /expected case "some"/],
    ["(result.ok (u8.const 1))", types.result(u8, u8), { tag: "err", val: 1 }, /expected case "ok"/],
  ];
  for (const [source, type, value, message] of cases) {
    let difference: string | undefined;
    try {
      difference = compare(constant(source), type, value, "result");
    } catch (error) {
      assert.ok(error instanceof ConstantError, String(error));
      difference = error.message;
    }
    assert.match(difference ?? "no difference", message, source);
  }
});

test("constants of the wrong type are refused", () => {
  const cases: [source: string, type: ValType][] = [
    ["(u8.const 1)", string],
    ["(i64.const 1)", u32],
    ["(i32.const 1)", u8],
    ["(list.const (u8.const 1))", types.list(u8, 2)],
    ['(record.const (field "x-pos" u32.const 1))', point],
    ['(variant.const "dot" (u8.const 1))', shape],
    ['(variant.const "square")', shape],
    ['(enum.const "blue")', types.enum(["red"])],
    ['(flags.const "c")', types.flags(["a"])],
    ["(result.ok)", types.result(u8, undefined)],
    ["(u32.const 1)", types.own(types.resource())],
  ];
  for (const [source, type] of cases) assert.throws(() => toValue(constant(source), type), ConstantError, source);
});

test("there are as many arguments and results as the function has", () => {
  const func = types.func(false, [{ label: "a", type: u8 }], undefined);
  assert.deepEqual(argumentsOf([constant("(u8.const 1)")], func), [1]);
  assert.throws(() => argumentsOf([], func), ConstantError);
  assert.equal(compareResults([], func, undefined), undefined);
  assert.match(compareResults([], func, 1)!, /expected no result/);
  assert.match(compareResults([constant("(u8.const 1)")], func, undefined)!, /has none/);
  assert.match(compareResults([], types.func(false, [], u8), 1)!, /has one/);
});
