/** What the host has lost sight of is collected: streams, while whoever writes them waits; components that have failed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Linker } from "../../../src/embed/linker.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { settled, watched } from "./async-ends.ts";
import { compileGuest, type Guest, instantiateGuest, skip, WatchedStore, waiting } from "./async-guests.ts";
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
  const stores = Array.from({ length: 5 }, () => new WatchedStore());
  for (const store of stores) {
    const instance = await instantiateGuest(guest, {}, { store });
    await instance.func("write").call();
    assert.notEqual(store.handles, 0);
  }
  // Some engines take whatever lies on the stack for a reference.
  const blocked = () => stores.filter(({ handles }) => handles > 0).length;
  for (let i = 0; i < 20 && blocked() > 1; i++) await collectGarbage();
  assert.ok(blocked() <= 1, `${blocked()} of 5 wait`);
});

/** `call` waits for the host, `wait` for nothing that will ever come; both on a stack of their own. */
const stacks: Guest = {
  builtins: { ...waiting, "task.return": { core: "", is: "task.return" } },
  imports: { later: { core: "", is: "async" } },
  exports: { call: { is: "async", with: "async" }, wait: { is: "async", with: "async" } },
  code: `
    (func (export "call") (call $later) (call $task.return))
    (func (export "wait") (call $later) (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0))))`,
};

for (const [what, name, answer] of [
  ["whose host function fails", "call", () => Promise.reject(new Error("no luck"))],
  ["that are in a deadlock", "wait", () => Promise.resolve()],
] as const) {
  test(`nothing is kept of components ${what} while they are suspended`, { skip }, async () => {
    let functions: WeakRef<object>[] = [];
    const component = await compileGuest(stacks);
    for (let i = 0; i < 20; i++) {
      // What an engine keeps of a suspended stack is the core instance, and that what it imports.
      const later = () => answer();
      functions.push(new WeakRef(later));
      const { exports } = await new Linker().define("later", later).instantiate(component);
      await assert.rejects(exports[name] as () => Promise<void>, ComponentError);
    }
    for (let i = 0; i < 20 && functions.length > 5; i++) {
      // What has just been made or looked at is kept until then.
      await settled();
      await collectGarbage();
      functions = functions.filter((func) => func.deref() !== undefined);
    }
    assert.ok(functions.length <= 5, `${functions.length} of 20 are kept`);
  });
}
