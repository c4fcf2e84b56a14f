/** What values of each type have in them: pointers, handles, what can be wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contents, hasHandles, hasPointers, isAsync, isChecked, isRange } from "../../../src/abi/contents.ts";
import { perPointer, remembered } from "../../../src/abi/remembered.ts";
import { primitives } from "../../../src/types/interner.ts";
import { printType } from "../../../src/types/print.ts";
import type { ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const { u8, char, string: text, bool, f64, "error-context": errorContext } = primitives;
const resource = types.resource("i32", "r");
const own = types.own(resource);

const questions = { hasPointers, hasHandles, isAsync, isChecked };
type Question = keyof typeof questions;
const POINTERS = "hasPointers";
const HANDLES = "hasHandles";
const ASYNC = "isAsync";
const CHECKED = "isChecked";

const cases: readonly (readonly [ValType, ...Question[]])[] = [
  [u8],
  [bool],
  [f64],
  [char, CHECKED],
  [text, POINTERS, CHECKED],
  [types.list(u8), POINTERS, CHECKED],
  [types.list(u8, 3)],
  [types.list(text, 3), POINTERS, CHECKED],
  [types.map(u8, u8), POINTERS, CHECKED],
  [types.flags(["a", "b"])],
  [types.enum(["a", "b"]), CHECKED],
  [types.variant([{ label: "a", type: undefined }]), CHECKED],
  [types.option(u8), CHECKED],
  [types.result(undefined, undefined), CHECKED],
  [types.result(undefined, text), POINTERS, CHECKED],
  [types.tuple([u8, u8])],
  [types.tuple([u8, char]), CHECKED],
  [types.record([{ label: "a", type: types.tuple([text]) }]), POINTERS, CHECKED],
  [own, HANDLES, CHECKED],
  [types.borrow(resource), HANDLES, CHECKED],
  [types.list(own, 2), HANDLES, CHECKED],
  [types.option(own), HANDLES, CHECKED],
  [errorContext, HANDLES, ASYNC, CHECKED],
  // What comes through a stream is not in it.
  [types.stream(text), HANDLES, ASYNC, CHECKED],
  [types.future(own), HANDLES, ASYNC, CHECKED],
  [types.tuple([types.stream(undefined), text]), POINTERS, HANDLES, ASYNC, CHECKED],
];

for (const [type, ...expected] of cases) {
  test(printType(type), () => {
    const found = Object.entries(questions).flatMap(([name, answer]) => (answer(type) ? [name] : []));
    assert.deepEqual(found.sort(), [...expected].sort());
  });
}

test("every kind of type is asked about", () => {
  const kinds = new Set(cases.map(([{ kind }]) => kind));
  const numbers = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"];
  for (const kind of Object.keys(primitives)) assert.ok(kinds.has(kind as "u8") || numbers.includes(kind), kind);
  assert.equal([...kinds].filter((kind) => !(kind in primitives)).length, 13);
});

test("contents are the parts of a type that are there", () => {
  assert.deepEqual(contents(types.result(undefined, text)), [text]);
  assert.deepEqual(contents(types.map(u8, text)), [u8, text]);
  assert.deepEqual(contents(types.stream(text)), []);
  assert.ok(isRange(types.map(u8, u8)) && isRange(types.list(u8)) && !isRange(types.list(u8, 1)) && isRange(text));
});

test("an answer is worked out once for each key, even if it is no", () => {
  let count = 0;
  const no = remembered(() => {
    count++;
    return false;
  });
  const [a, b] = [{}, {}];
  for (const key of [a, b, a, b, a]) assert.equal(no(key), false);
  assert.equal(count, 2);
  const made = perPointer((_: object, pointer) => ({ pointer }));
  assert.equal(made(a, "i32"), made(a, "i32"));
  assert.deepEqual([made(a, "i32").pointer, made(a, "i64").pointer], ["i32", "i64"]);
});
