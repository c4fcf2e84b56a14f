/** Views on a guest's memory: what they see, for how long, and what becomes of them when the memory grows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instance, views } from "../../../src/index.ts";
import { caught } from "../errors/caught.ts";
import { instantiate, memoryText } from "./guests.ts";

/** Its `realloc` makes the memory grow, each time: whatever was a view before is none any more. */
const growing = `(component
  (import "look" (func $look (param "l" (list u8)) (result (list u8))))
  ${memoryText({ first: "(drop (memory.grow (i32.const 1)))" })}
  (core func $look (canon lower (func $look) (memory $memory) (realloc $realloc)))
  (core module $M
    (import "" "memory" (memory 1)) (import "" "look" (func $look (param i32 i32 i32)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
    (func (export "show") (param i32 i32) (result i32) (call $look (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance (export "memory" (memory $memory)) (export "look" (func $look))))))
  (func (export "echo") (param "l" (list u8)) (result (list u8))
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc)))
  (func (export "words") (param "l" (list u16)) (result (list u16))
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc)))
  (func (export "text") (param "l" string) (result string)
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc)))
  (func (export "show") (param "l" (list u8)) (result (list u8))
    (canon lift (core func $m "show") (memory $memory) (realloc $realloc))))`;

/** `growing`, in which `look` gives back the view that it gets, and keeps it. */
async function example(): Promise<{ instance: Instance; kept: Uint8Array[] }> {
  const kept: Uint8Array[] = [];
  const look = views((view: Uint8Array) => {
    kept.push(view);
    return view.subarray(1);
  });
  return { instance: await instantiate(growing, { look }), kept };
}

test("a view on the guest's own memory is stored where the memory grows for it", async () => {
  const { instance, kept } = await example();
  assert.deepEqual(instance.func("show").call([1, 2, 3, 4]), Uint8Array.of(2, 3, 4));
  assert.equal(kept[0]!.length, 0, "the view that was kept sees nothing");
  const { call, read } = instance.func("words");
  assert.deepEqual(
    read((view: Uint16Array) => Uint16Array.from(view), [5, 6]),
    Uint16Array.of(5, 6),
  );
  assert.deepEqual(call([7]), Uint16Array.of(7));
});

test("a view that is kept for longer is refused, once its memory has grown", async () => {
  const { instance } = await example();
  const { call, read } = instance.func("echo");
  const kept = read((view: Uint8Array) => view, [1, 2, 3]) as Uint8Array;
  assert.deepEqual([...kept], [1, 2, 3], "as long as nothing has grown, it is as good as before");
  call([0]);
  assert.equal(
    caught(() => call(kept)).message,
    'echo › param "l": expected list<u8>, got a Uint8Array of 0, whose memory has been taken away',
  );
  assert.deepEqual(call([4]), Uint8Array.of(4));
});

test("a string that is kept for longer says so when it is read", async () => {
  const { instance } = await example();
  const { call, read } = instance.func("text");
  const kept = read((text: { toString(): string }) => text, "abc");
  assert.equal(String(kept), "abc");
  call("more");
  assert.deepEqual([caught(() => String(kept)).phase, caught(() => String(kept)).code], ["call", "stale-view"]);
});

test("what a view is of is a copy where none is asked for", async () => {
  const { instance } = await example();
  const list = instance.func("echo").call([1, 2, 3]) as Uint8Array;
  instance.func("echo").call([9, 9, 9]);
  assert.deepEqual(list, Uint8Array.of(1, 2, 3));
  assert.equal(list.buffer.byteLength, 3);
});
