/** Calls of asynchronous functions, by the host and of the host: how they end, and who is told when they fail. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { blocking } from "../../../src/embed/blocking.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { ResultError } from "../../../src/errors/result-error.ts";
import { Deferred } from "../../../src/runtime/quantum.ts";
import { Store } from "../../../src/runtime/store.ts";
import { ending } from "../ending.ts";
import { settled } from "./async-ends.ts";
import { type Guest, guestText, instantiateGuest, skip, WatchedStore, waiting } from "./async-guests.ts";
import { instantiate } from "./guests.ts";

/** What becomes of a call in many ways. */
const guest: Guest = {
  types: "(type $S (stream u8)) (type $R (result u32 (error u32)))",
  builtins: {
    ...waiting,
    yield: { core: "(result i32)", is: "thread.yield" },
    "return-u32": { core: "(param i32)", is: "task.return (result u32)" },
    "return-result": { core: "(param i32 i32)", is: "task.return (result $R)" },
    "stream.drop-readable": { core: "(param i32)", is: "stream.drop-readable $S" },
  },
  imports: {
    later: { core: "(param i32) (result i32)", is: `async (param "n" u32) (result u32)` },
    attempt: { core: "(param i32 i32)", is: `async (param "n" u32) (result $R)`, with: "(memory $memory)" },
  },
  exports: {
    "call-later": { is: `async (param "n" u32) (result u32)`, with: "async" },
    "call-attempt": { is: `async (param "n" u32) (result $R)`, with: "async" },
    "wait-for-nothing": { is: "async (result u32)", with: "async" },
    "return-nothing": { is: "async (result u32)", with: "async" },
    "fail-afterwards": { is: "async (result u32)", with: "async" },
    "want-oddly": { is: "async (result u32)", with: `async (callback (core func $m "never"))` },
    "take-stream": { is: `async (param "s" $S) (param "n" u8) (result u32)`, with: "async" },
    answer: { is: "(result u32)" },
  },
  code: `
    (func (export "call-later") (param i32) (call $return-u32 (call $later (local.get 0))))
    (func (export "call-attempt") (param i32)
      (call $attempt (local.get 0) (i32.const 16))
      (call $return-result (i32.load8_u (i32.const 16)) (i32.load (i32.const 20))))
    (func (export "wait-for-nothing") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0))))
    (func (export "return-nothing"))
    (func (export "fail-afterwards")
      (call $return-u32 (i32.const 42))
      (drop (call $yield))
      (drop (call $yield))
      unreachable)
    (func (export "want-oddly") (result i32) (i32.const 9))
    (func (export "never") (param i32 i32 i32) (result i32) unreachable)
    (func (export "take-stream") (param i32 i32)
      (call $stream.drop-readable (local.get 0))
      (call $return-u32 (local.get 1)))
    (func (export "answer") (result i32) (i32.const 42))`,
};

type Exports = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function make(later: unknown = (n: number) => n, attempt: unknown = later) {
  const unhandled: unknown[] = [];
  const store = new WatchedStore({ onUnhandled: (error) => unhandled.push(error) });
  const instance = await instantiateGuest(guest, { later: later as object, attempt: attempt as object }, { store });
  return { instance, store, unhandled, exports: instance.exports as Exports };
}

const after = async <T>(value: T): Promise<T> => {
  await settled();
  return value;
};

test("functions of an async type give promises, and take functions that do", { skip }, async () => {
  for (const later of [(n: number) => n + 1, async (n: number) => n + 1, (n: number) => after(n + 1)]) {
    const { exports, instance, store } = await make(later);
    const call = exports["callLater"]!(1);
    assert.ok(call instanceof Promise);
    assert.equal(await call, 2);
    assert.equal(await instance.func("call-later").callAsync(5), 6);
    assert.equal(store.handles, 0);
  }
});

test("the error side of a result is a rejection, in both directions", { skip }, async () => {
  const attempt = async (n: number) => {
    await settled();
    if (n === 1) throw new ResultError(7);
    if (n === 2) throw 8;
    if (n === 3) throw new Error("mine");
    return n;
  };
  const { exports } = await make(undefined, attempt);
  assert.equal(await exports["callAttempt"]!(5), 5);
  await assert.rejects(exports["callAttempt"]!(1), (error) => error instanceof ResultError && error.payload === 7);
  await assert.rejects(exports["callAttempt"]!(2), (error) => error instanceof ResultError && error.payload === 8);
  await assert.rejects(exports["callAttempt"]!(3), /^ComponentError: import "attempt": a host function threw: mine$/);
});

test("a sync function is called at once, also while others wait", { skip }, async () => {
  let answer = (_: number) => {};
  const { exports, instance } = await make(() => new Promise<number>((resolve) => (answer = resolve)));
  const waits = exports["callLater"]!(1);
  assert.equal(exports["answer"]!(), 42);
  assert.equal(await instance.func("answer").callAsync(), 42);
  answer(7);
  assert.equal(await waits, 7);
  assert.equal(exports["answer"]!(), 42);
});

test("the host calls back in the midst of a call", { skip }, async () => {
  const made: { exports?: Exports } = {};
  const later = async (n: number): Promise<number> =>
    n === 0 ? 1 : n * Number(await made.exports!["callLater"]!(n - 1));
  made.exports = (await make(later)).exports;
  assert.equal(await made.exports["callLater"]!(5), 120);
});

test("a wrong argument is rejected, and nothing is left of the others", async () => {
  const { exports, store } = await make();
  const cases: [unknown[], string][] = [
    [[[1], 256], 'take-stream › param "n": expected u8, got 256, which is out of range for u8 (0..255)'],
    [
      ["text", 1],
      'take-stream › param "s": expected stream<u8>, got "text": it is no ReadableStream, nothing iterable and no array',
    ],
    [
      [[1, 300], 1],
      'take-stream › param "s": expected stream<u8>, got [1, 300]: element 1: expected u8, got 300, which is out of range for u8 (0..255)',
    ],
    [
      [Promise.resolve([1]), 1],
      'take-stream › param "s": expected stream<u8>, got a Promise: it is no ReadableStream, nothing iterable and no array',
    ],
  ];
  for (const [args, message] of cases) {
    await assert.rejects(exports["takeStream"]!(...args), { message, phase: "call", code: "wrong-value" });
  }
  let cancelled = false;
  const source = new ReadableStream({
    cancel() {
      cancelled = true;
    },
  });
  await assert.rejects(exports["takeStream"]!(source, 256), { code: "wrong-value" });
  await settled();
  assert.equal(cancelled, true);
  assert.equal(await exports["takeStream"]!([1], 5), 5);
  await settled();
  assert.equal(store.handles, 0);
});

test("whatever fails, every call that waits is told", { skip }, async () => {
  const failing = async () => {
    await settled();
    throw new Error("no luck");
  };
  const cases: [name: string, message: string, later?: unknown][] = [
    ["call-later", 'import "later": a host function threw: no luck', failing],
    ["call-later", 'import "later" › result: expected u32, got "text"', () => after("text")],
    ["return-nothing", "return-nothing: async-lifted export failed to produce a result"],
    ["want-oddly", "want-oddly: unsupported callback code"],
    ["wait-for-nothing", "wait-for-nothing: deadlock detected: event loop cannot make further progress"],
  ];
  for (const [name, message, later] of cases) {
    const { instance, unhandled } = await make(later);
    const also = instance.func("wait-for-nothing").call() as Promise<unknown>;
    const others = assert.rejects(also, ComponentError);
    await assert.rejects(instance.func(name).call(1), (error) => {
      assert.equal((error as Error).message, message);
      return true;
    });
    await others;
    await settled();
    assert.deepEqual(unhandled, []);
    const again = instance.func("call-later").call(1) as Promise<unknown>;
    await assert.rejects(again, /^ComponentError: call-later: cannot enter component instance: it trapped before/);
  }
});

test("a component's stream is cancelled, too, if the call that it is passed in does not take place", async () => {
  const giving: Guest = {
    types: "(type $S (stream u8))",
    builtins: {
      ...waiting,
      new: { core: "(result i64)", is: "stream.new $S" },
      write: { core: "(param i32 i32 i32) (result i32)", is: "stream.write $S async (memory $memory)" },
      "return-stream": { core: "(param i32)", is: "task.return (result $S)" },
      "drop-readable": { core: "(param i32)", is: "stream.drop-readable $S" },
      "drop-writable": { core: "(param i32)", is: "stream.drop-writable $S" },
    },
    exports: {
      give: { is: "async (result $S)", with: `async (callback (core func $m "written"))` },
      take: { is: `(param "s" $S) (param "n" u8)` },
      status: { is: "(result u32)" },
    },
    code: `
      (global $status (mut i32) (i32.const 99)) (global $w (mut i32) (i32.const 0))
      (func (export "give") (result i32) (local $ends i64) (local $set i32)
        (local.set $ends (call $new))
        (global.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (call $return-stream (i32.wrap_i64 (local.get $ends)))
        (drop (call $write (global.get $w) (i32.const 0) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (global.get $w) (local.get $set))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      (func (export "written") (param i32 i32 i32) (result i32)
        (global.set $status (local.get 2))
        (call $drop-writable (global.get $w))
        (i32.const 0))
      (func (export "take") (param i32 i32) (call $drop-readable (local.get 0)))
      (func (export "status") (result i32) (global.get $status))`,
  };
  const store = new WatchedStore();
  const { exports } = await instantiateGuest(giving, {}, { store });
  const { give, take, status } = exports as Record<string, (...args: unknown[]) => unknown>;
  const stream = await give!();
  assert.throws(() => take!(stream, 256), { code: "wrong-value" });
  await settled();
  const DROPPED = 1;
  assert.equal(status!(), DROPPED);
  // One is the set's.
  assert.equal(store.handles, 1);
});

test("without `onUnhandled`, what nobody waits for is an unhandled rejection", {
  skip: "bun" in process.versions,
}, async () => {
  const failing = guestText({
    types: "(type $S (stream u8))",
    builtins: {
      return: { core: "", is: "task.return" },
      read: { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S async (memory $memory)" },
      ...waiting,
    },
    exports: { take: { is: `async (param "s" $S)`, with: `async (callback (core func $m "event"))` } },
    code: `
      (func (export "take") (param $s i32) (result i32) (local $set i32)
        (call $return)
        (drop (call $read (local.get $s) (i32.const 0) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $s) (local.get $set))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      (func (export "event") (param i32 i32 i32) (result i32) (i32.const 0))`,
  });
  const index = JSON.stringify(new URL(`../../../src/index${ending}`, import.meta.url));
  const program = `
    const { Component, Linker } = await import(${index});
    const bytes = Buffer.from("${Buffer.from(await parse(failing)).toString("base64")}", "base64");
    const { exports } = await new Linker().instantiate(await Component.compile(bytes));
    await exports.take((async function* () { throw new Error("nobody saw it"); })());
    setTimeout(() => {}, 10_000);`;
  const args = "deno" in process.versions ? ["eval", program] : ["--input-type=module", "--eval", program];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.notEqual(status, 0);
  assert.match(stderr, /nobody saw it/);
});

test("what is dropped while its instance waits for the host is destroyed when that is over", { skip }, async () => {
  const text = `(component
    (import "wait" (func $wait))
    (core func $wait' (canon lower (func $wait)))
    (core module $D
      (global $dropped (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
      (func (export "dropped") (result i32) (global.get $dropped)))
    (core instance $d (instantiate $D))
    (type $r' (resource (rep i32) (dtor (func $d "dtor"))))
    (export $r "thing" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $M
      (import "" "wait" (func $wait))
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "wait") (call $wait)))
    (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait')) (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "wait-long") (canon lift (core func $m "wait")))
    (func (export "dropped") (result u32) (canon lift (core func $d "dropped"))))`;
  const { promise, resolve } = new Deferred<void>();
  const instance = await instantiate(text, { wait: blocking(() => promise) });
  const thing = instance.func("make").call() as { [Symbol.dispose](): void };
  const waits = instance.func("wait-long").callAsync();
  await settled();
  thing[Symbol.dispose]();
  await settled();
  assert.throws(() => instance.func("dropped").call(), /cannot enter/);
  resolve();
  await waits;
  assert.equal(instance.func("dropped").call(), 7);
});

test("what fails when nobody waits is told to the store's embedder", { skip }, async () => {
  const { exports, unhandled } = await make();
  assert.equal(await exports["failAfterwards"]!(), 42);
  await settled();
  await settled();
  assert.deepEqual(unhandled.map(String), ["ComponentError: wasm trap: wasm `unreachable` instruction executed"]);
  await assert.rejects(exports["failAfterwards"]!(), /cannot enter component instance: it trapped before/);
});

test("a signal that has aborted is nothing to wait for: what ignores it is stuck", { skip }, async () => {
  const { instance } = await make();
  const controller = new AbortController();
  const call = instance.func("wait-for-nothing").with({ signal: controller.signal }).call() as Promise<unknown>;
  let state = "waiting";
  const rejected = assert.rejects(
    call.finally(() => (state = "over")),
    /deadlock detected/,
  );
  await settled();
  assert.equal(state, "waiting");
  controller.abort();
  for (let i = 0; i < 5; i++) await settled();
  assert.equal(state, "over");
  await rejected;
});

test("a store may be told to wait instead of reporting that nothing can go on", { skip }, async () => {
  const controller = new AbortController();
  const store = new Store({ onDeadlock: "wait" });
  const instance = await instantiateGuest(guest, { later: () => 1, attempt: () => 1 }, { store });
  let state = "waiting";
  const call = instance.func("wait-for-nothing").with({ signal: controller.signal }).call() as Promise<unknown>;
  void call.then(
    () => (state = "resolved"),
    () => (state = "rejected"),
  );
  for (let i = 0; i < 5; i++) await settled();
  assert.equal(state, "waiting");
});
