/** The notation in which adapters handle text: what functions written in it do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../../../src/errors/component-error.ts";
import { compile, type Pointers } from "../../../src/fuse/notation.ts";
import { Body } from "../../../src/wasm/body.ts";
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";

const others: Readonly<Record<string, string>> = {
  twice: "(n: i32) -> i32 { return n * 2 }",
  both: "(a: i32, b: i32) -> i32, i32 { return b, a }",
};
const scope = {
  text: (name: string) => others[name]!,
  vectors: { table: Array.from({ length: 16 }, (_, i) => 16 - i) },
};

/** The function of a module with one memory, which both pointers lead into. */
function run(text: string, args: readonly (number | bigint)[], pointer: "i32" | "i64" = "i32", bytes: number[] = []) {
  const pointers: Pointers = { from: pointer, to: pointer };
  const m = new ModuleEncoder();
  const memory = m.memory({ min: 1, index: pointer });
  m.export("memory", memory);
  const define = (of: string) => {
    const { params, results, body, items } = compile(of, pointers, scope);
    const copy = new Body(params.length);
    copy.copy(body, (item) => (item.kind === "memory" ? memory : define(others[items.get(item)!]!)));
    return m.define(m.type(params, results), copy);
  };
  m.export("f", define(text));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(m.finish() as BufferSource));
  const all = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  all.set(bytes, 8);
  const result = (exports["f"] as (...args: unknown[]) => unknown)(...args);
  return { result, bytes: [...all.subarray(8, 8 + Math.max(bytes.length, 8))] };
}

const results: readonly (readonly [what: string, text: string, args: number[], result: number | number[]])[] = [
  ["shifts and products bind before sums", "(a: i32) -> i32 { return 1 + a * 3 + a << 4 }", [2], 39],
  ["sums bind before comparisons", "(a: i32) -> i32 { return a + 1 == 3 - 0 }", [2], 1],
  ["conjunctions bind before disjunctions", "(a: i32) -> i32 { return 8 | a & 6 }", [3], 10],
  ["operators of one strength go from left to right", "(a: i32) -> i32 { return a - 1 - 1 }", [10], 8],
  ["parentheses", "(a: i32) -> i32 { return (a + 1) * 2 }", [3], 8],
  ["comparisons are unsigned", "(a: i32) -> i32 { return a > 0x7fffffff }", [-1], 1],
  ["negation", "(a: i32) -> i32 { return !a + !(a + 1) }", [0], 1],
  [
    "one of several",
    "(a: i32) -> i32 { if a < 10 { return 1 } else if a < 20 { return 2 } else { return 3 } }",
    [15],
    2,
  ],
  ["a loop with a condition", "(n: i32) -> i32 { let sum = 0 while n { sum += n n -= 1 } return sum }", [4], 10],
  ["a condition to leave by", "(n: i32) -> i32 { loop { break if n > 100 n = n * 3 } return n }", [4], 108],
  ["a condition to return by", "(n: i32) -> i32 { return 7 if n == 1 return 8 }", [1], 7],
  ["no condition to return by", "(n: i32) -> i32 { return 7 if n == 1 return 8 }", [2], 8],
  [
    "to go on outside",
    "(n: i32) -> i32 { let m = 0 out: loop { m += 1 break if m > n loop { continue out } } return m }",
    [5],
    6,
  ],
  ["to leave a block", "(n: i32) -> i32 { let m = 1 b: block { break b if n m = 2 } return m }", [1], 1],
  ["calls", "(n: i32) -> i32 { return twice(n + 1) - twice(1) }", [5], 10],
  ["several results", "(n: i32) -> i32, i32 { let x, y = both(n, 1) return x + 10, y if n return 0, 0 }", [5], [11, 5]],
  ["all results of a call", "(n: i32) -> i32, i32 { return both(n, 1) }", [5], [1, 5]],
  ["vectors", "(n: i32) -> i32 { return i8x16.bitmask(i8x16.swizzle(table, x8(0)) | x16(0x80)) }", [0], 0x5555],
  ["the tag", "(n: i32) -> i32 { return (n | TAG) >> 28 }", [1], 8],
];

for (const [what, text, args, result] of results) {
  test(`notation: ${what}`, () => assert.deepEqual(run(text, args).result, result));
}

const has64 = WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 4, 0));
const moving = `(target: to, source: from, n: i32) {
  u8(target) = u8(source, 1) + 1
  u16(target + n * 2) = u16(source)
  copy(target + 5, source, n)
}`;
for (const pointer of ["i32", "i64"] as const) {
  test(`notation: memory, ${pointer}`, { skip: pointer === "i64" && !has64 }, () => {
    const at = (n: number) => (pointer === "i32" ? n : BigInt(n));
    const { bytes } = run(moving, [at(12), at(8), 1], pointer, [1, 2, 3, 4]);
    assert.deepEqual(bytes, [1, 2, 3, 4, 3, 0, 1, 2]);
    const size = "(ptr: from, n: i32) -> i32 { let end = ptr + n return i32(end - ptr) }";
    assert.equal(run(size, [at(100), -1], pointer).result, -1);
    const tagged = "(n: i32) -> to { return to(n) | TAG }";
    assert.equal(run(tagged, [1], pointer).result, pointer === "i32" ? 1 - 2 ** 31 : 1n - 2n ** 63n);
  });
}

test("notation: what is not written in it is a mistake of gantry's own", () => {
  assert.throws(() => run("(n: i32) -> i32 { return u8(n) }", [0]), AssertionError);
  assert.throws(() => run("(n: i32) -> i32 { return (n + 1 }", [0]), AssertionError);
});
