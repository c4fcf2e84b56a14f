/** Thousands of tasks that wait at the same time: all end, and nothing is kept of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { suspendedStacks } from "../../../src/runtime/limits.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { Store } from "../../../src/runtime/store.ts";
import { settled } from "./async-ends.ts";
import { compileGuest, type Guest, instantiateGuest, skip, WatchedStore, waiting } from "./async-guests.ts";
import { collectGarbage } from "./guests.ts";

/**
 * `relay` and `relay-plain` pass a number to the host's `later`, wait for the answer, and return it: the one by returning
 * to its event loop, the other on its stack.
 */
const relays: Guest = {
  builtins: {
    ...waiting,
    "task.return": { core: "(param i32)", is: `task.return (result u32)` },
    "context.get": { core: "(result i32)", is: "context.get i32 0" },
    "context.set": { core: "(param i32)", is: "context.set i32 0" },
  },
  imports: {
    later: {
      core: "(param i32 i32) (result i32)",
      is: `async (param "n" u32) (result u32)`,
      with: "async (memory $memory)",
    },
    now: { core: "(param i32) (result i32)", is: `async (param "n" u32) (result u32)` },
  },
  exports: {
    relay: {
      is: `async (param "n" u32) (result u32)`,
      with: `async (callback (core func $m "relay-callback"))`,
    },
    "relay-plain": { is: `async (param "n" u32) (result u32)`, with: "async" },
  },
  code: `
    (func (export "relay") (param $n i32) (result i32) (local $slot i32) (local $called i32) (local $set i32)
      (local.set $slot (i32.add (i32.const 1024) (i32.shl (local.get $n) (i32.const 3))))
      (call $context.set (local.get $slot))
      (local.set $called (call $later (local.get $n) (local.get $slot)))
      (if (i32.eq (i32.and (local.get $called) (i32.const 15)) (i32.const 2)) (then
        (call $task.return (i32.load (local.get $slot)))
        (return (i32.const 0))))
      (local.set $set (call $waitable-set.new))
      (i32.store offset=4 (local.get $slot) (local.get $set))
      (call $waitable.join (i32.shr_u (local.get $called) (i32.const 4)) (local.get $set))
      (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
    (func (export "relay-callback") (param $event i32) (param $index i32) (param $state i32) (result i32)
      (if (i32.ne (local.get $event) (i32.const 1)) (then unreachable))
      (if (i32.ne (local.get $state) (i32.const 2)) (then unreachable))
      (call $subtask.drop (local.get $index))
      (call $waitable-set.drop (i32.load offset=4 (call $context.get)))
      (call $task.return (i32.load (call $context.get)))
      (i32.const 0))
    (func (export "relay-plain") (param $n i32)
      (call $task.return (call $now (local.get $n))))`,
};

const COUNT = 10_000;

for (const name of ["relay", "relay-plain"] as const) {
  test(`${COUNT} calls at a time, each waiting for the host (${name})`, {
    skip: name === "relay-plain" && skip,
  }, async () => {
    const store = new WatchedStore();
    let answers: (() => void)[] = [];
    const later = (n: number) => new Promise<number>((resolve) => answers.push(() => resolve(n + 1)));
    const instance = await instantiateGuest(relays, { later, now: later }, { store });
    const call = instance.func(name).call as (n: number) => Promise<number>;

    const round = async () => {
      const calls = Array.from({ length: COUNT }, (_, n) => call(n));
      await settled();
      assert.equal(schedulerOf(store).waiting.size, COUNT);
      const open = answers;
      answers = [];
      for (const answer of open.reverse()) answer();
      assert.deepEqual(
        await Promise.all(calls),
        calls.map((_, n) => n + 1),
      );
    };
    const used = async () => {
      for (let i = 0; i < 3; i++) await collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    await round();
    const before = await used();
    await round();
    const after = await used();
    assert.ok(after - before < 1_000_000, `${before} bytes before, ${after} after`);
    assert.equal(store.handles, 0);
    assert.equal(schedulerOf(store).waiting.size, 0);
  });
}

test("more calls are suspended than a process has room for", { skip }, async () => {
  const linker = new Linker().define("later", () => 0).define("now", () => new Promise<number>(() => {}));
  const component = await compileGuest(relays);
  const store = new Store();
  const one = await linker.instantiate(component, { store });
  // Of another store, since what is bounded is the process.
  const other = await linker.instantiate(component);
  const calls = (instance: Instance, count: number) =>
    Array.from({ length: count }, () => instance.func("relay-plain").call(1) as Promise<number>);
  const some = calls(one, suspendedStacks / 2);
  const many = calls(other, suspendedStacks / 2 + 1);
  const errors = await Promise.all(
    many.map((call) =>
      call.then(
        () => assert.fail(),
        (error: ComponentError) => error,
      ),
    ),
  );
  assert.ok(errors.some(({ phase, code }) => phase === "unsupported" && code === "limit"));
  // Calls that are begun after that do not enter. The process may have suspended stacks of others, too.
  for (const { code } of errors) assert.ok(code === "limit" || code === "cannot-enter", code);
  // There is room again.
  some.push(...calls(one, 1));
  await settled();
  assert.equal(store.trapped, undefined);
  store.poison(new ComponentError("trap", "core", "unreachable"));
  await Promise.all(some.map((call) => assert.rejects(call, { code: "core" })));
});
