/** What a guest says in a few bytes, and its host would need more memory for than there is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { valuesVolume } from "../../../src/runtime/limits.ts";
import { addVolume, beginVolume, countNumbers, countText } from "../../../src/runtime/volume.ts";
import { assembled, memoryText } from "./guests.ts";

/**
 * Lists of tuples of a hundred numbers: `give` returns one of so many, and `pass` gives one to the host. `lists` returns
 * so many lists, all of which are the same, of so many empty strings.
 */
const wide = `(component
  (type $wide (tuple ${"u8 ".repeat(100)}))
  (import "take" (func $take (param "list" (list $wide))))
  ${memoryText({ pages: 1000 })}
  (core func $take (canon lower (func $take) (memory $memory)))
  (core module $M
    (import "" "memory" (memory 1))
    (import "" "take" (func $take (param i32 i32)))
    (func $list (param $ptr i32) (param $length i32)
      (i32.store (i32.const 16) (local.get $ptr)) (i32.store (i32.const 20) (local.get $length)))
    (func (export "give") (param i32) (result i32)
      (call $list (i32.const 1024) (local.get 0)) (i32.const 16))
    (func (export "pass") (param i32)
      (call $take (i32.const 1024) (local.get 0)))
    (func (export "lists") (param $lists i32) (param $strings i32) (result i32)
      (local $i i32)
      (loop $more
        (i32.store offset=1024 (i32.mul (local.get $i) (i32.const 8)) (i32.const 8192))
        (i32.store offset=1028 (i32.mul (local.get $i) (i32.const 8)) (local.get $strings))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (local.get $lists))))
      (call $list (i32.const 1024) (local.get $lists)) (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance
    (export "memory" (memory $memory)) (export "take" (func $take))))))
  (func (export "give") (param "length" u32) (result (list $wide))
    (canon lift (core func $m "give") (memory $memory)))
  (func (export "pass") (param "length" u32) (canon lift (core func $m "pass")))
  (func (export "lists") (param "lists" u32) (param "strings" u32) (result (list (list string)))
    (canon lift (core func $m "lists") (memory $memory))))`;

const tooLarge = { phase: "trap", code: "values-too-large" };

for (const tier of ["jit", "evaluate"] as const) {
  const made = async () => {
    const component = await Component.compile(await assembled(wide), { tier });
    const lengths: number[] = [];
    const linker = new Linker().define("take", (list: unknown[]) => void lengths.push(list.length));
    return { exports: (await linker.instantiate(component)).exports, lengths };
  };
  type Guest = {
    give(length: number): unknown[];
    pass(length: number): void;
    lists(lists: number, strings: number): string[][];
  };

  test(`values that would take more memory than there is are a trap, and nothing is made of them: ${tier}`, async () => {
    const { exports: giving } = await made();
    assert.throws(() => (giving as Guest).give(600_000), { ...tooLarge, path: ["give"] });
    const { exports: passing, lengths } = await made();
    assert.throws(() => (passing as Guest).pass(600_000), tooLarge);
    assert.deepEqual(lengths, []);
  });

  test(`lists that lie in one place are counted as often as they are made: ${tier}`, async () => {
    const { exports } = await made();
    assert.equal((exports as Guest).lists(30, 1000)[29]!.length, 1000);
    assert.throws(() => (exports as Guest).lists(500, 100_000), tooLarge);
  });

  test(`what is given in one call does not count in the next: ${tier}`, async () => {
    const { exports } = await made();
    for (let i = 0; i < 45; i++) assert.equal((exports as Guest).give(10_000).length, 10_000);
  });
}

test("whatever is lifted counts, and what is one byte too many traps", () => {
  beginVolume();
  const text = "x".repeat(1000);
  assert.equal(countText(text), text);
  const list = new Float64Array(1000);
  assert.equal(countNumbers(list), list);
  addVolume(valuesVolume - 10_000);
  assert.throws(() => addVolume(1), WebAssembly.RuntimeError);
  beginVolume();
  addVolume(valuesVolume);
});
