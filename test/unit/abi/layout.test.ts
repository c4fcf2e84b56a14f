import assert from "node:assert/strict";
import { test } from "node:test";
import { alignment, despecialize, elementSize, recordLayout, variantLayout } from "../../../src/abi/layout.ts";
import type { ValType } from "../../../src/types/types.ts";

const u8: ValType = { kind: "u8" };
const u16: ValType = { kind: "u16" };
const u32: ValType = { kind: "u32" };
const u64: ValType = { kind: "u64" };
const string: ValType = { kind: "string" };
const labels = (n: number) => Array.from({ length: n }, (_, i) => `l${i}`);
const record = (...types: ValType[]): ValType => ({
  kind: "record",
  fields: types.map((type, i) => ({ label: `f${i}`, type })),
});
const variant = (...types: (ValType | undefined)[]): ValType => ({
  kind: "variant",
  cases: types.map((type, i) => ({ label: `c${i}`, type })),
});

test("size and alignment, with both pointer types", () => {
  const cases: [string, ValType, [number, number], [number, number]][] = [
    ["bool", { kind: "bool" }, [1, 1], [1, 1]],
    ["s16", { kind: "s16" }, [2, 2], [2, 2]],
    ["char", { kind: "char" }, [4, 4], [4, 4]],
    ["f64", { kind: "f64" }, [8, 8], [8, 8]],
    ["string", string, [8, 4], [16, 8]],
    ["list", { kind: "list", element: u64, length: undefined }, [8, 4], [16, 8]],
    ["map", { kind: "map", key: u8, value: u64 }, [8, 4], [16, 8]],
    ["fixed list", { kind: "list", element: u16, length: 5 }, [10, 2], [10, 2]],
    ["record u8 u32 u8", record(u8, u32, u8), [12, 4], [12, 4]],
    ["tuple u8 string", { kind: "tuple", types: [u8, string] }, [12, 4], [24, 8]],
    ["option u64", { kind: "option", type: u64 }, [16, 8], [16, 8]],
    ["option string", { kind: "option", type: string }, [12, 4], [24, 8]],
    ["result", { kind: "result", ok: undefined, error: undefined }, [1, 1], [1, 1]],
    ["result _ u16", { kind: "result", ok: undefined, error: u16 }, [4, 2], [4, 2]],
    ["variant u8 u16 none", variant(u8, u16, undefined), [4, 2], [4, 2]],
    ["enum 256", { kind: "enum", labels: labels(256) }, [1, 1], [1, 1]],
    ["enum 257", { kind: "enum", labels: labels(257) }, [2, 2], [2, 2]],
    ["enum 65536", { kind: "enum", labels: labels(65536) }, [2, 2], [2, 2]],
    ["enum 65537", { kind: "enum", labels: labels(65537) }, [4, 4], [4, 4]],
    ["flags 8", { kind: "flags", labels: labels(8) }, [1, 1], [1, 1]],
    ["flags 9", { kind: "flags", labels: labels(9) }, [2, 2], [2, 2]],
    ["flags 17", { kind: "flags", labels: labels(17) }, [4, 4], [4, 4]],
    ["flags 32", { kind: "flags", labels: labels(32) }, [4, 4], [4, 4]],
  ];
  for (const [name, type, narrow, wide] of cases) {
    assert.deepEqual([elementSize(type, "i32"), alignment(type, "i32")], narrow, `${name}, i32`);
    assert.deepEqual([elementSize(type, "i64"), alignment(type, "i64")], wide, `${name}, i64`);
  }
});

test("offsets of fields and payloads", () => {
  assert.deepEqual(recordLayout([u8, u64, u16, string], "i32"), { alignment: 8, size: 32, offsets: [0, 8, 16, 20] });
  assert.deepEqual(variantLayout([{ label: "a", type: u64 }], "i32"), {
    alignment: 8,
    size: 16,
    discriminantSize: 1,
    payloadOffset: 8,
  });
});

test("sizes beyond every limit do not wrap", () => {
  let type: ValType = { kind: "list", element: u64, length: 2 ** 32 - 1 };
  type = { kind: "list", element: type, length: 2 ** 32 - 1 };
  assert.ok(elementSize(type, "i32") > 2 ** 60);
});

test("a type shared at every level is looked at once", () => {
  let type: ValType = u8;
  for (let i = 0; i < 500; i++) type = { kind: "tuple", types: [type, type] };
  assert.ok(elementSize(type, "i32") >= 2 ** 500);
});

test("despecialization answers with the same object", () => {
  const map: ValType = { kind: "map", key: u8, value: string };
  assert.equal(despecialize(map), despecialize(map));
  assert.deepEqual(despecialize({ kind: "option", type: u8 }), {
    kind: "variant",
    cases: [
      { label: "none", type: undefined },
      { label: "some", type: u8 },
    ],
  });
});
