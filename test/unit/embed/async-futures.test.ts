/** Futures as the host sees them: promises, in both directions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asyncValues } from "../../../src/embed/async-values.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import type { SharedFuture } from "../../../src/runtime/futures.ts";
import { HostReadable, hostPair } from "../../../src/runtime/host-ends.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { asyncType, passFuture, settled, testStore } from "./async-ends.ts";
import { instantiateGuest, waiting } from "./async-guests.ts";

test("a future is a promise, or a value", async () => {
  const list = { kind: "list", element: 1 } as never;
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is meant
  const thenable = Object.fromEntries([["then", (resolve: (value: string) => void) => resolve("thenable")]]);
  const cases: [unknown, Parameters<typeof asyncType>[1][], unknown][] = [
    [Promise.resolve(5), ["u8"], 5],
    [5, ["u8"], 5],
    [7n, ["s64"], 7n],
    [settled().then(() => "text"), ["string"], "text"],
    [thenable, ["string"], "thenable"],
    [
      [1, 2],
      [list, "u8"],
      [1, 2],
    ],
    [undefined, [], undefined],
    [Promise.resolve(), [], undefined],
  ];
  for (const [given, nodes, value] of cases) {
    assert.deepStrictEqual(await passFuture(given, ...nodes).promise, value);
  }
});

test("a value of the wrong type is refused, and no promise is", () => {
  const type = asyncType("future", "u8");
  const { store } = testStore();
  assert.equal(asyncValues.fault("5", type), 'expected u8, got "5"');
  assert.equal(asyncValues.toGuest("5", type, store), undefined);
  assert.equal(asyncValues.fault(Promise.resolve("5"), type), undefined);
});

test("who reads a future that has no value is told why", async () => {
  const cause = new Error("no luck");
  const { proxy: unreadable, revoke } = Proxy.revocable({}, {});
  revoke();
  const cases: [unknown, string, unknown][] = [
    [Promise.reject(cause), "a promise that was passed to a component was rejected: no luck", cause],
    [
      Promise.reject(unreadable),
      "a promise that was passed to a component was rejected: an object that cannot be read",
      unreadable,
    ],
    [Promise.resolve("5"), 'a future: expected u8, got "5"', undefined],
    [settled().then(() => 256), "a future: expected u8, got 256, which is out of range for u8 (0..255)", undefined],
  ];
  for (const [given, message, why] of cases) {
    const { promise, store } = passFuture(given, "u8");
    await assert.rejects(promise, (error) => {
      assert.ok(error instanceof ComponentError);
      assert.equal(error.message, message);
      assert.equal(error.cause, why);
      return true;
    });
    assert.equal(store.trapped, undefined);
  }
});

test("a value that no component has looked at is checked all the same", async () => {
  await assert.rejects(passFuture(Promise.resolve(5), "string").promise, {
    message: "a future: expected string, got 5",
  });
  assert.equal(await passFuture(Promise.resolve("five"), "string").promise, "five");
});

test("nobody has to ask for a promise that is rejected, or for its value", async () => {
  passFuture(Promise.reject(new Error("nobody cares")), "u8");
  const { store, unhandled } = testStore();
  const type = asyncType("future", "u8");
  const unread = asyncValues.toGuest(Promise.reject(new Error("nobody reads")), type, store)!;
  unread.drop();
  await settled();
  assert.deepEqual(unhandled, []);
  assert.equal(store.trapped, undefined);
});

test("the promise is rejected when the store fails, or the writer is gone", async () => {
  const { store } = testStore();
  const type = asyncType("future", "u8");
  const receive = (shared: unknown) =>
    asyncValues.futureFromGuest(new HostReadable(shared as SharedFuture, type, schedulerOf(store))) as Promise<unknown>;
  const dropped = hostPair(type, store);
  const promise = receive(dropped.readable);
  dropped.writable.drop();
  await assert.rejects(promise, /^ComponentError: the writer of a future is gone without a value$/);
  const waiting = receive(hostPair(type, store).readable);
  const reason = new ComponentError("trap", "core", "wasm trap");
  await settled();
  store.poison(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(receive(hostPair(type, store).readable), reason);
});

test("a promise that a component has lost interest in is nothing that it waits for", async () => {
  const instance = await instantiateGuest({
    types: "(type $F (future u32))",
    builtins: { ...waiting, "drop-future": { core: "(param i32)", is: "future.drop-readable $F" } },
    exports: { ignore: { is: `async (param "f" $F)`, with: `async (callback (core func $m "event"))` } },
    code: `
      (func (export "ignore") (param i32) (result i32)
        (call $drop-future (local.get 0))
        (i32.or (i32.const 2) (i32.shl (call $waitable-set.new) (i32.const 4))))
      (func (export "event") (param i32 i32 i32) (result i32) unreachable)`,
  });
  await assert.rejects(instance.func("ignore").call(new Promise(() => {})) as Promise<void>, { code: "deadlock" });
});
