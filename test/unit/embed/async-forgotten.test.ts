/** Streams of which the host has lost sight, while whoever writes them waits: gantry keeps nothing of a call that is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { watched } from "./async-ends.ts";
import { type Guest, instantiateGuest, WatchedStore, waiting } from "./async-guests.ts";
import { collectGarbage } from "./guests.ts";

const callback = `async (callback (func $m "cb"))`;

/** `pass` gives back the stream that it gets; `write` gives one, and waits until somebody reads it. */
const guest: Guest = {
  types: "(type $S (stream u8))",
  builtins: {
    ...waiting,
    "task.return": { core: "(param i32)", is: "task.return (result $S)" },
    "stream.new": { core: "(result i64)", is: "stream.new $S" },
    "stream.write": { core: "(param i32 i32 i32) (result i32)", is: "stream.write $S async (memory $memory)" },
    "stream.drop-writable": { core: "(param i32)", is: "stream.drop-writable $S" },
  },
  exports: {
    pass: { is: `async (param "s" $S) (result $S)`, with: callback },
    "pass-now": { is: `(param "s" $S) (result $S)` },
    write: { is: `async (result $S)`, with: callback },
  },
  code: `
    (global $set (mut i32) (i32.const 0))
    (func (export "pass") (param i32) (result i32) (call $task.return (local.get 0)) (i32.const 0))
    (func (export "pass-now") (param i32) (result i32) (local.get 0))
    (func (export "write") (result i32) (local $ends i64) (local $end i32)
      (local.set $ends (call $stream.new))
      (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $task.return (i32.wrap_i64 (local.get $ends)))
      (if (i32.ne (call $stream.write (local.get $end) (i32.const 16) (i32.const 4)) (i32.const -1)) (then unreachable))
      (global.set $set (call $waitable-set.new))
      (call $waitable.join (local.get $end) (global.get $set))
      (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))
    (func (export "cb") (param $code i32) (param $end i32) (param $status i32) (result i32)
      (if (i32.ne (local.get $status) (i32.const 1)) (then unreachable))
      (call $stream.drop-writable (local.get $end))
      (call $waitable-set.drop (global.get $set))
      (i32.const 0))`,
};

for (const name of ["pass", "pass-now"]) {
  test(`the source of a stream that the host has forgotten is cancelled (${name})`, async () => {
    const instance = await instantiateGuest(guest);
    const log: string[] = [];
    await (async () => {
      const source = watched([1], log);
      await source.next();
      await instance.func(name).call(source);
    })();
    for (let i = 0; i < 20 && log.at(-1) !== "closed"; i++) await collectGarbage();
    assert.equal(log.at(-1), "closed");
  });
}

test("a component that writes a stream that the host has forgotten is told that nobody reads it", async () => {
  const store = new WatchedStore();
  const instance = await instantiateGuest(guest, {}, { store });
  await instance.func("write").call();
  assert.notEqual(store.handles, 0);
  for (let i = 0; i < 20 && store.handles > 0; i++) await collectGarbage();
  assert.equal(store.handles, 0);
});
