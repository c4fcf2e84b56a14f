import assert from "node:assert/strict";
import { test } from "node:test";
import { flatCount, flattenFuncType, flattenType, join } from "../../../src/abi/flatten.ts";
import type { FuncType, ValType } from "../../../src/types/types.ts";

const u32: ValType = { kind: "u32" };
const u64: ValType = { kind: "u64" };
const f32: ValType = { kind: "f32" };
const f64: ValType = { kind: "f64" };
const string: ValType = { kind: "string" };
const variant = (...types: (ValType | undefined)[]): ValType => ({
  kind: "variant",
  cases: types.map((type, i) => ({ label: `c${i}`, type })),
});
const func = (params: ValType[], result?: ValType, async = false): FuncType => ({
  kind: "func",
  async,
  params: params.map((type, i) => ({ label: `p${i}`, type })),
  result,
});

test("types are flattened, and counted, as the specification flattens them", () => {
  const cases: [string, ValType, string][] = [
    ["flags", { kind: "flags", labels: ["a"] }, "i32"],
    ["string", string, "i32 i32"],
    [
      "record",
      {
        kind: "record",
        fields: [
          { label: "a", type: f64 },
          { label: "b", type: string },
        ],
      },
      "f64 i32 i32",
    ],
    [
      "fixed list",
      { kind: "list", element: { kind: "tuple", types: [f32, u64] }, length: 3 },
      "f32 i64 f32 i64 f32 i64",
    ],
    ["option f32", { kind: "option", type: f32 }, "i32 f32"],
    ["result f32 u32", { kind: "result", ok: f32, error: u32 }, "i32 i32"],
    ["variant f32 f64", variant(f32, f64), "i32 i64"],
    ["variant u32 f64 string", variant(u32, f64, string), "i32 i64 i32"],
    ["variant of none", variant(undefined, undefined), "i32"],
    ["enum", { kind: "enum", labels: ["a", "b"] }, "i32"],
  ];
  for (const [name, type, expected] of cases) {
    assert.equal(flattenType(type, "i32").join(" "), expected, name);
    assert.equal(flatCount(type), expected.split(" ").length, name);
  }
  assert.deepEqual(flattenType(string, "i64"), ["i64", "i64"]);
});

test("two flat types in one place are joined to one that holds both", () => {
  const flats = ["i32", "i64", "f32", "f64"] as const;
  const table = flats.map((a) => flats.map((b) => join(a, b)).join(" "));
  assert.deepEqual(table, ["i32 i64 i32 i64", "i64 i64 i64 i64", "i32 i64 f32 i64", "i64 i64 i64 f64"]);
});

test("huge fixed-length lists are counted, not listed", () => {
  const type: ValType = { kind: "list", element: u32, length: 2 ** 27 };
  assert.equal(flatCount(type), 2 ** 27);
  const signature = flattenFuncType({ async: false, pointer: "i32" }, func([type], type), "lower");
  assert.deepEqual(signature, { params: ["i32", "i32"], results: [], paramsIn: "memory", resultsIn: "out-pointer" });
});

test("a type shared at every level is counted once a level", () => {
  let type: ValType = u32;
  for (let i = 0; i < 500; i++) type = { kind: "tuple", types: [type, type] };
  assert.ok(flatCount(type) >= 2 ** 500);
});

test("what is too much to pass flat goes through memory, as lifts and lowers have it", () => {
  const sync = { async: false, pointer: "i32" } as const;
  const wide = { async: false, pointer: "i64" } as const;
  const async = { async: true, pointer: "i32" } as const;
  const callback = { async: true, pointer: "i32", callback: {} } as const;
  const many = Array.from({ length: 17 }, () => u32);
  const show = (signature: ReturnType<typeof flattenFuncType>) =>
    `${signature.params.join(" ")} -> ${signature.results.join(" ")} (${signature.paramsIn}, ${signature.resultsIn})`;
  const cases: [string, string][] = [
    [show(flattenFuncType(sync, func([u32, f64], u64), "lift")), "i32 f64 -> i64 (flat, flat)"],
    [show(flattenFuncType(sync, func([u32], string), "lift")), "i32 -> i32 (flat, memory)"],
    [show(flattenFuncType(sync, func([u32], string), "lower")), "i32 i32 ->  (flat, out-pointer)"],
    [show(flattenFuncType(wide, func([string], string), "lift")), "i64 i64 -> i64 (flat, memory)"],
    [show(flattenFuncType(sync, func(many), "lift")), "i32 ->  (memory, flat)"],
    [show(flattenFuncType(sync, func(many, string), "lower")), "i32 i32 ->  (memory, out-pointer)"],
    [show(flattenFuncType(async, func([u32], string, true), "lift")), "i32 ->  (flat, task-return)"],
    [show(flattenFuncType(callback, func([u32], string, true), "lift")), "i32 -> i32 (flat, task-return)"],
    [show(flattenFuncType(async, func([u32], string, true), "lower")), "i32 i32 -> i32 (flat, out-pointer)"],
    [
      show(flattenFuncType(async, func([u32, u32, u32, u32, u32], undefined, true), "lower")),
      "i32 -> i32 (memory, flat)",
    ],
  ];
  for (const [actual, expected] of cases) assert.equal(actual, expected);
});
