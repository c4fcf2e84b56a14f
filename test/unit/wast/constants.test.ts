import assert from "node:assert/strict";
import { test } from "node:test";
import { type Constant, readConstant } from "../../../src/wast/constants.ts";
import { readForms, ScriptError } from "../../../src/wast/sexpr.ts";

const read = (source: string): Constant => readConstant(readForms(source)[0]!);
const u32 = (value: bigint): Constant => ({ kind: "u32", value });

test("constants are read in each of their notations", () => {
  const cases: [source: string, constant: Constant][] = [
    ["(bool.const true)", { kind: "bool", value: true }],
    ["(u8.const 0xff)", { kind: "u8", value: 255n }],
    ["(s8.const -128)", { kind: "s8", value: -128n }],
    ["(u64.const 18_446_744_073_709_551_615)", { kind: "u64", value: 2n ** 64n - 1n }],
    ["(i32.const 0xffffffff)", { kind: "i32", value: -1n }],
    ["(s32.const +7)", { kind: "s32", value: 7n }],
    ["(f64.const 1.5e3)", { kind: "f64", value: 1500 }],
    ["(f64.const -0x1.8p-1)", { kind: "f64", value: -0.75 }],
    ["(f64.const 0x0.8)", { kind: "f64", value: 0.5 }],
    ["(f32.const 0.1)", { kind: "f32", value: Math.fround(0.1) }],
    ["(f32.const -inf)", { kind: "f32", value: Number.NEGATIVE_INFINITY }],
    ["(f64.const -0)", { kind: "f64", value: -0 }],
    ["(f32.const nan:canonical)", { kind: "f32", value: "nan" }],
    ["(f64.const nan:0x8000)", { kind: "f64", value: "nan" }],
    ['(char.const "\\u{1f600}")', { kind: "char", value: "😀" }],
    ['(str.const "a b")', { kind: "string", value: "a b" }],
    ["(list.const)", { kind: "list", items: [] }],
    ["(list.const (u32.const 1) u32.const 2)", { kind: "list", items: [u32(1n), u32(2n)] }],
    ["(tuple.const (u32.const 1))", { kind: "tuple", items: [u32(1n)] }],
    [
      '(record.const (field "a" u32.const 1) (field "b" (list.const)) (field "c" variant.const "v" u32.const 2))',
      {
        kind: "record",
        fields: new Map<string, Constant>([
          ["a", u32(1n)],
          ["b", { kind: "list", items: [] }],
          ["c", { kind: "variant", label: "v", payload: u32(2n) }],
        ]),
      },
    ],
    ['(variant.const "none")', { kind: "variant", label: "none", payload: undefined }],
    ['(enum.const "e")', { kind: "enum", label: "e" }],
    ['(flags.const "a" "b")', { kind: "flags", labels: new Set(["a", "b"]) }],
    ["(option.none)", { kind: "option", payload: undefined }],
    ["(option.const none)", { kind: "option", payload: undefined }],
    ["(option.some (u32.const 1))", { kind: "option", payload: u32(1n) }],
    ["(option.const some u32.const 1)", { kind: "option", payload: u32(1n) }],
    ["(result.ok)", { kind: "result", ok: true, payload: undefined }],
    ["(result.err u32.const 3)", { kind: "result", ok: false, payload: u32(3n) }],
    ["(result.const err (u32.const 3))", { kind: "result", ok: false, payload: u32(3n) }],
  ];
  for (const [source, constant] of cases) assert.deepEqual(read(source), constant, source);
});

test("what is no constant is refused", () => {
  const cases: [source: string, message: RegExp][] = [
    ["(u8.const 256)", /out of the range of u8/],
    ["(u8.const -1)", /out of the range of u8/],
    ["(s8.const 128)", /out of the range of s8/],
    ["(u8.const 1.0)", /not an integer/],
    ["(u8.const 1 2)", /left over/],
    ["(u8.const)", /expected an integer/],
    ["(f64.const x)", /not a number/],
    ['(char.const "ab")', /one character/],
    ['(str.const "\\ff")', /not UTF-8/],
    ["(bool.const 1)", /true or false/],
    ["(v128.const 1)", /unknown kind of value/],
    ["(record.const (feild u32.const 1))", /expected \(field/],
    ["(option.const maybe)", /none or some/],
    [`${"(option.some ".repeat(300)}(option.none)${")".repeat(300)}`, /too deeply/],
  ];
  for (const [source, message] of cases) {
    assert.throws(
      () => read(source),
      (error) => error instanceof ScriptError && message.test(error.message),
      source,
    );
  }
});
