/** Host functions that are told when their caller gives up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { cancellable } from "../../../src/embed/cancellable.ts";
import type { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { Store } from "../../../src/runtime/store.ts";
import { settled } from "./async-ends.ts";
import { type Guest, guestText, instantiateGuest } from "./async-guests.ts";
import { component, instantiate } from "./guests.ts";

/**
 * `run` calls `step` and waits; asked to give up, it cancels that, waits for its end, and tells of the state of the call:
 * 2 for returned, 4 for cancelled. `early` cancels at once. `trap` traps.
 */
const guest: Guest = {
  types: "(type $R (result u32 (error string)))",
  builtins: {
    "waitable-set.new": { core: "(result i32)", is: "waitable-set.new" },
    "waitable.join": { core: "(param i32 i32)", is: "waitable.join" },
    "task.return": { core: "(param i32)", is: "task.return (result u32)" },
    "subtask.cancel": { core: "(param i32) (result i32)", is: "subtask.cancel async" },
    "subtask.drop": { core: "(param i32)", is: "subtask.drop" },
  },
  imports: {
    step: {
      core: "(param i32 i32) (result i32)",
      is: `async (param "n" u32) (result $R)`,
      with: "async (memory $memory) (realloc $realloc)",
    },
  },
  exports: {
    run: { is: "async (result u32)", with: `async (callback (core func $m "event"))` },
    early: { is: "async (result u32)", with: `async (callback (core func $m "event"))` },
    trap: { is: "" },
  },
  code: `
    (global $subtask (mut i32) (i32.const 0))
    (global $set (mut i32) (i32.const 0))
    (func $wait (result i32) (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))
    (func $begin
      (global.set $subtask (i32.shr_u (call $step (i32.const 7) (i32.const 64)) (i32.const 4)))
      (global.set $set (call $waitable-set.new))
      (call $waitable.join (global.get $subtask) (global.get $set)))
    (func $cancel (result i32) (local $state i32)
      (local.set $state (call $subtask.cancel (global.get $subtask)))
      (if (i32.eq (local.get $state) (i32.const -1)) (then (return (call $wait))))
      (call $end (local.get $state)))
    (func $end (param $state i32) (result i32)
      (call $subtask.drop (global.get $subtask))
      (call $task.return (local.get $state))
      (i32.const 0))
    (func (export "run") (result i32) (call $begin) (call $wait))
    (func (export "early") (result i32) (call $begin) (call $cancel))
    (func (export "event") (param $code i32) (param i32) (param $state i32) (result i32)
      (if (result i32) (i32.eq (local.get $code) (i32.const 6)) (then (call $cancel)) (else (call $end (local.get $state)))))
    (func (export "trap") (unreachable))`,
};

const RETURNED = 2;
const CANCELLED = 4;

function start(step: (n: number, signal: AbortSignal) => unknown, store: Store = new Store()): Promise<Instance> {
  return instantiateGuest(guest, { step: cancellable(step) }, { store });
}

/** A promise that is rejected as `fetch`'s is: with the reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

test("a host function gets a signal, and what it rejects with then counts as cancelled", async () => {
  const seen: unknown[] = [];
  const instance = await start((n, signal) => {
    seen.push(n, signal.aborted);
    return aborted(signal);
  });
  assert.equal(await instance.func("early").call(), CANCELLED);
  assert.deepEqual(seen, [7, false]);
});

test("the reason is an AbortError, or that of the signal with which the host has cancelled the component's call", async () => {
  const reasons: unknown[] = [];
  const instance = await start((_, signal) => {
    signal.addEventListener("abort", () => reasons.push(signal.reason));
    return aborted(signal);
  });
  await instance.func("early").call();
  const controller = new AbortController();
  const call = instance.func("run").with({ signal: controller.signal }).call();
  await settled();
  controller.abort("took too long");
  assert.equal(await call, CANCELLED);
  assert.equal((reasons[0] as Error).name, "AbortError");
  assert.equal(reasons[1], "took too long");
});

test("any AbortError will do", async () => {
  const instance = await start((_, signal) => setTimeout(100_000, 1, { signal }));
  assert.equal(await instance.func("early").call(), CANCELLED);
});

test("an AbortError may be of another realm", async () => {
  const foreign = runInNewContext(`Object.assign(new Error("gave up"), { name: "AbortError" })`);
  const instance = await start(
    (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(foreign))),
  );
  assert.equal(await instance.func("early").call(), CANCELLED);
});

test("a value that comes nevertheless is the result", async () => {
  const instance = await start(
    (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(5))),
  );
  assert.equal(await instance.func("early").call(), RETURNED);
});

test("any other error is what it always is", async () => {
  const failing = (error: unknown) => (_: number, signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(error)));
  const err = await start(failing("an error of the type"));
  assert.equal(await err.func("early").call(), RETURNED);
  const wrong = await start(failing(new Error("a bug")));
  await assert.rejects(wrong.func("early").call(), /a bug/);
});

test("an AbortError of a call that nobody has cancelled is an error", async () => {
  const instance = await start(() => Promise.reject(new DOMException("by itself", "AbortError")));
  await assert.rejects(instance.func("run").call(), /by itself/);
});

test("the signal aborts when the component traps", async () => {
  const reasons: unknown[] = [];
  const instance = await start((_, signal) => {
    signal.addEventListener("abort", () => reasons.push(signal.reason));
    return aborted(signal);
  });
  const call = instance.func("run").call();
  await settled();
  assert.throws(() => instance.func("trap").call());
  await assert.rejects(call);
  await settled();
  assert.equal((reasons[0] as Error).name, "ComponentError");
});

test("the signal of a call that is over does not abort", async () => {
  const signals: AbortSignal[] = [];
  const step = (_: number, signal: AbortSignal) => {
    signals.push(signal);
    return signals.length === 1 ? Promise.resolve(1) : aborted(signal);
  };
  const instance = await start(step);
  assert.equal(await instance.func("run").call(), RETURNED);
  void instance
    .func("run")
    .call()
    .catch(() => {});
  await settled();
  assert.throws(() => instance.func("trap").call());
  await settled();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, true],
  );
});

test("methods get the signal after their own arguments", async () => {
  const seen: unknown[] = [];
  class Thing {}
  const step = function (this: unknown, n: number, signal: AbortSignal) {
    seen.push(this instanceof Thing, n, signal instanceof AbortSignal);
    return Promise.resolve();
  };
  Object.assign(Thing.prototype, { step: cancellable(step) });
  const text = `(component
    (import "things" (instance $things
      (export "thing" (type $t (sub resource)))
      (export "[constructor]thing" (func (result (own $t))))
      (export "[method]thing.step" (func async (param "self" (borrow $t)) (param "n" u32)))))
    (alias export $things "thing" (type $t))
    (core func $new (canon lower (func $things "[constructor]thing")))
    (core func $step (canon lower (func $things "[method]thing.step") async))
    (core func $drop (canon resource.drop $t))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "step" (func $step (param i32 i32) (result i32)))
      (func (export "run") (drop (call $step (call $new) (i32.const 7)))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "step" (func $step))))))
    (func (export "run") (canon lift (core func $m "run"))))`;
  const instance = await instantiate(text, { things: { Thing } });
  instance.func("run").call();
  assert.deepEqual(seen, [true, 7, true]);
});

test("only functions of an async type can be told", async () => {
  const text = guestText({
    imports: { f: { core: "(result i32)", is: "(result u32)" } },
    exports: { f: { is: "(result u32)" } },
    code: `(func (export "f") (result i32) (call $f))`,
  });
  const linker = new Linker().define(
    "f",
    cancellable((_signal: AbortSignal) => 1),
  );
  await assert.rejects(
    linker.instantiate(await component(text)),
    /marked as `cancellable`, which only functions of an `async` type/,
  );
});

/** Its `step` waits for ever, or until it is asked to give up. Called with 0 it returns nevertheless. */
const provider: Guest = {
  types: guest.types!,
  builtins: {
    "waitable-set.new": { core: "(result i32)", is: "waitable-set.new" },
    "task.return": { core: "(param i32 i32 i32)", is: "task.return (result $R) (memory $memory)" },
    "task.cancel": { core: "", is: "task.cancel" },
  },
  exports: {
    step: { is: `async (param "n" u32) (result $R)`, with: `async (callback (core func $m "event")) (memory $memory)` },
  },
  code: `
    (global $n (mut i32) (i32.const 0))
    (func (export "step") (param $n i32) (result i32)
      (global.set $n (local.get $n))
      (i32.or (i32.const 2) (i32.shl (call $waitable-set.new) (i32.const 4))))
    (func (export "event") (param $code i32) (param i32 i32) (result i32)
      (if (i32.ne (local.get $code) (i32.const 6)) (then unreachable))
      (if (global.get $n)
        (then (call $task.cancel))
        (else (call $task.return (i32.const 0) (i32.const 9) (i32.const 0))))
      (i32.const 0))`,
};

/** The same one, by way of a component that exports what it imports. */
async function handedOn(step: unknown): Promise<unknown> {
  const between = await component(`(component (type $R (result u32 (error string)))
    (import "step" (func $step async (param "n" u32) (result $R))) (export "step" (func $step)))`);
  return (await new Linker().define("step", step as object).instantiate(between)).exports["step"];
}

test("a component that another has called is asked to give up when that gives the call up", async () => {
  for (const by of [(step: unknown) => step, handedOn, async (step: unknown) => handedOn(await handedOn(step))]) {
    for (const store of [undefined, new Store()]) {
      const options = store === undefined ? {} : { store };
      const { exports } = await instantiateGuest(provider, {}, options);
      const instance = await instantiateGuest(guest, { step: (await by(exports["step"])) as never }, options);
      assert.equal(await instance.func("early").call(), CANCELLED);
      const controller = new AbortController();
      const running = instance.func("run").with({ signal: controller.signal }).call();
      await settled();
      controller.abort(new Error("enough"));
      assert.equal(await running, CANCELLED);
    }
  }
});

test("a function that a component exports as it imported it takes a signal from the host", async () => {
  const { exports } = await instantiateGuest(provider, {});
  const between = await component(`(component (type $R (result u32 (error string)))
    (import "step" (func $step async (param "n" u32) (result $R))) (export "step" (func $step)))`);
  const instance = await new Linker().define("step", exports["step"] as object).instantiate(between);
  assert.equal(instance.exports["step"], exports["step"]);
  const calling = (n: number) => {
    const controller = new AbortController();
    setTimeout(1).then(() => controller.abort(new Error("enough")));
    return instance.func("step").with({ signal: controller.signal }).call(n);
  };
  await assert.rejects(calling(1), /enough/);
  assert.equal(await calling(0), 9);
});
