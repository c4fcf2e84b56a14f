import assert from "node:assert/strict";
import { test } from "node:test";
import { printValue } from "../../../src/cli/wave-printer.ts";
import { readArguments, readValue, splitCall, WaveError } from "../../../src/cli/wave-reader.ts";
import { primitives } from "../../../src/types/interner.ts";
import type { ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const { bool, u8, s8, u32, s64, u64, f32, f64, char, string } = primitives;
const point = types.record([
  { label: "x-pos", type: u32 },
  { label: "ok", type: types.option(string) },
]);
const optional = types.record([{ label: "a", type: types.option(types.option(u8)) }]);
const shape = types.variant([
  { label: "dot", type: undefined },
  { label: "big-circle", type: f64 },
  { label: "err", type: string },
]);
const status = types.enum(["ok", "not-found"]);
const perms = types.flags(["can-read", "can-write"]);
/** Labels that look the same in camel case. */
const twins = types.record([
  { label: "a-1", type: u8 },
  { label: "a1", type: u8 },
]);
const nested = types.option(types.option(u8));
const outcome = types.result(u8, string);

/** Texts as they are printed, with the values they stand for. */
const pairs: [text: string, type: ValType, value: unknown][] = [
  ["true", bool, true],
  ["-128", s8, -128],
  ["4294967295", u32, 4294967295],
  ["18446744073709551615", u64, 2n ** 64n - 1n],
  ["-9223372036854775808", s64, -(2n ** 63n)],
  ["1.5", f64, 1.5],
  ["-0", f64, -0],
  ["1e+21", f64, 1e21],
  ["nan", f64, Number.NaN],
  ["inf", f32, Number.POSITIVE_INFINITY],
  ["-inf", f64, Number.NEGATIVE_INFINITY],
  ["0.1", f32, Math.fround(0.1)],
  ["16777216", f32, 16777216],
  ["1e-45", f32, 2 ** -149],
  ["3.4028235e+38", f32, 3.4028234663852886e38],
  ["'☃'", char, "☃"],
  ["'😀'", char, "😀"],
  ["'\\''", char, "'"],
  ["'\"'", char, '"'],
  ["'\\n'", char, "\n"],
  ['""', string, ""],
  ['"a\\"b\\\\c\\td\\u{0}é\'"', string, "a\"b\\c\td\0é'"],
  ["[]", types.list(u8), new Uint8Array()],
  ["[1, 2]", types.list(u8), Uint8Array.of(1, 2)],
  ["[1]", types.list(u64), BigUint64Array.of(1n)],
  ["[nan]", types.list(f32), Float32Array.of(Number.NaN)],
  ['["a", "b"]', types.list(string), ["a", "b"]],
  ["[true]", types.list(bool, 1), [true]],
  ['[("a", 1)]', types.map(string, u8), new Map([["a", 1]])],
  ['("abc", 123)', types.tuple([string, u32]), ["abc", 123]],
  ['{x-pos: 1, ok: some("two")}', point, { xPos: 1, ok: "two" }],
  ["{x-pos: 1, ok: none}", point, { xPos: 1, ok: undefined }],
  ["{a: some(none)}", optional, { a: { tag: "some", val: undefined } }],
  ["dot", shape, { tag: "dot" }],
  ["big-circle(2)", shape, { tag: "big-circle", val: 2 }],
  ['%err("oops")', shape, { tag: "err", val: "oops" }],
  ["%ok", status, "ok"],
  ["not-found", status, "not-found"],
  ["{can-write}", perms, { canRead: false, canWrite: true }],
  ["{}", perms, { canRead: false, canWrite: false }],
  ["{x-1, plain}", types.flags(["x-1", "x1", "plain"]), { "x-1": true, x1: false, plain: true }],
  ["{a-1: 1, a1: 2}", twins, { "a-1": 1, a1: 2 }],
  ["none", types.option(u8), undefined],
  ["some(1)", types.option(u8), 1],
  ["none", nested, { tag: "none" }],
  ["some(none)", nested, { tag: "some", val: undefined }],
  ["some(some(1))", nested, { tag: "some", val: 1 }],
  ["ok(1)", outcome, { tag: "ok", val: 1 }],
  ['err("no")', outcome, { tag: "err", val: "no" }],
  ["ok", types.result(undefined, undefined), { tag: "ok" }],
  ["err", types.result(u8, undefined), { tag: "err" }],
];

test("a value is printed as its text, and the text read as the value", () => {
  for (const [text, type, value] of pairs) {
    assert.equal(printValue(value, type), text);
    assert.deepEqual(readValue(text, type), value, text);
  }
});

test("a value may be written in more ways than it is printed in", () => {
  const cases: [text: string, type: ValType, value: unknown][] = [
    [" // a comment\n 7 // another", u8, 7],
    ["[1,2 , 3,]", types.list(u8), Uint8Array.of(1, 2, 3)],
    ['( "a" , 1 , )', types.tuple([string, u8]), ["a", 1]],
    ['{ok: "flat", x-pos: 2,}', point, { xPos: 2, ok: "flat" }],
    ["{%x-pos: 2}", point, { xPos: 2, ok: undefined }],
    ["{:}", optional, { a: { tag: "none" } }],
    ["{ : }", types.record([{ label: "o", type: types.option(u8) }]), { o: undefined }],
    ["{can-write, can-read}", perms, { canRead: true, canWrite: true }],
    ["%dot", shape, { tag: "dot" }],
    ["big-circle ( 2 )", shape, { tag: "big-circle", val: 2 }],
    ["5", types.option(u8), 5],
    ["%ok", types.option(status), "ok"],
    ["5", outcome, { tag: "ok", val: 5 }],
    ["6.022e23", f64, 6.022e23],
    ["-3", f64, -3],
    ["0.1", f32, Math.fround(0.1)],
    ["'\\u{2603}'", char, "☃"],
    ["'\\u{e000}'", char, "\ue000"],
    ["'\\u{d7ff}'", char, "\ud7ff"],
    ['"""\nA single line\n"""', string, "A single line"],
    ['"""\n    Indented\n      more\n  """', string, "  Indented\n    more"],
    ['"""\r\n  a\r\n\r\n  b \\""" \r\n"""', string, '  a\n\n  b """ '],
    ['"""\n"""', string, ""],
  ];
  for (const [text, type, value] of cases) assert.deepEqual(readValue(text, type), value, text);
});

test("mistakes are told with their places", () => {
  const cases: [text: string, type: ValType, message: RegExp, offset: number][] = [
    ["yes", bool, /^expected true or false, found `yes`/, 0],
    ["256", u8, /^256 is out of the range of u8/, 0],
    ["-1", u8, /out of the range/, 0],
    ["1.5", u8, /^expected u8, found `1.5`/, 0],
    ["1x", u8, /^expected u8, found `1x`/, 0],
    ['"1"', u8, /^expected u8, found `"1"`/, 0],
    ["", u8, /^expected u8, found the end/, 0],
    ["1 2", u8, /^expected nothing more, found `2`/, 2],
    ["NaN", f64, /^expected f64/, 0],
    ["nano", f64, /^expected f64/, 0],
    [".5", f64, /^expected f64/, 0],
    ["''", char, /expected a character/, 1],
    ["'ab'", char, /expected ' after one character/, 2],
    ["x", string, /^expected string in double quotes, found `x`/, 0],
    ['"abc', string, /expected a closing "/, 4],
    ['"a\nb"', string, /expected a closing "/, 2],
    ['"\\q"', string, /unknown escape/, 1],
    ['"\\u{d800}"', string, /not a Unicode scalar value/, 1],
    ['"""\nx', string, /expected a closing """/, 0],
    ['"""\n x\n  """', string, /indentation of 2/, 4],
    ["[1, 300]", types.list(u8), /^element 1: 300 is out of the range of u8/, 4],
    ["[1 2]", types.list(u8), /^expected `,` or `\]`, found `2`/, 3],
    ["[1", types.list(u8), /^expected `,` or `\]`, found the end/, 2],
    ["[1]", types.list(u8, 2), /^expected 2 elements, found 1/, 0],
    ["(1)", types.tuple([u8, u8]), /^expected 2 elements, found 1/, 0],
    ["(1, 2, 3)", types.tuple([u8, u8]), /too many elements for a tuple of 2/, 7],
    ["{x-pos: 1, y: 2}", point, /^no field `y`/, 11],
    ["{x-pos: 1, x-pos: 2}", point, /^field `x-pos` is given twice/, 11],
    ['{ok: "a"}', point, /^field `x-pos` is missing: u32/, 0],
    ["{x-pos 1}", point, /^expected `:`/, 7],
    ["{x-pos: true}", point, /^field "x-pos": expected u32, found `true`/, 8],
    ["square", shape, /^no case `square` in variant/, 0],
    ["dot(1)", shape, /^`dot` has no payload/, 3],
    ["big-circle", shape, /^expected `\(` and the payload of `big-circle`, f64/, 10],
    ["big-circle(x)", shape, /^`big-circle`: expected f64, found `x`/, 11],
    ['err("x")', shape, /write `%err`/, 0],
    ["ok", status, /write `%ok`/, 0],
    ["{can-fly}", perms, /^no flag `can-fly`/, 1],
    ["5", nested, /^expected some\(…\) or none, found `5`/, 0],
    ["5", types.result(nested, undefined), /^expected ok or err/, 0],
    ["5", types.result(undefined, u8), /^expected ok or err/, 0],
    ["1", types.own(types.resource("i32", "file")), /values of type own<file> cannot be written/, 0],
    ['[{x-pos: 1}, {x-pos: "a"}]', types.list(point), /^element 1 › field "x-pos": expected u32/, 21],
  ];
  for (const [text, type, message, offset] of cases) {
    assert.throws(
      () => readValue(text, type),
      (error) => {
        assert.ok(error instanceof WaveError, String(error));
        assert.match(error.message, message, text);
        assert.equal(error.offset, offset, text);
        return true;
      },
    );
  }
});

test("a call is the name of a function and its arguments, of which options may be left out", () => {
  const func = types.func(
    false,
    [
      { label: "a", type: u8 },
      { label: "b", type: types.option(string) },
      { label: "c", type: nested },
    ],
    undefined,
  );
  const call = (text: string) => {
    const { callee, argumentsAt } = splitCall(text);
    return [callee, readArguments(text, argumentsAt, func)];
  };
  assert.deepEqual(call('f(1, "x", some(2))'), ["f", [1, "x", { tag: "some", val: 2 }]]);
  assert.deepEqual(call(" a:b/c@1.0.0#f ( 1 ) "), ["a:b/c@1.0.0#f", [1, undefined, { tag: "none" }]]);
  assert.deepEqual(readArguments("f", 1, types.func(false, [], undefined)), []);
  assert.deepEqual(readArguments("f()", 1, types.func(false, [], undefined)), []);
  assert.throws(() => call("f()"), /argument "a" is missing: u8/);
  assert.throws(() => call("f"), /argument "a" is missing: u8/);
  const optional = types.func(false, [{ label: "o", type: types.option(u8) }], undefined);
  for (const text of ["f", "f()", "f ", "f ( )"]) assert.deepEqual(readArguments(text, 1, optional), [undefined]);
  assert.throws(() => call("f(1, none, none, 4)"), /too many arguments: the function has 3 parameters/);
  assert.throws(() => call('f(1, some("x'), /argument "b" › `some`: expected a closing "/);
  assert.throws(() => call("f(1) 2"), /expected nothing more, found `2`/);
  assert.throws(() => call("(1)"), /expected the name of a function/);
});

test("what has no text is named", () => {
  assert.equal(printValue({}, types.own(types.resource("i32", "file"))), "<own<file>>");
});
