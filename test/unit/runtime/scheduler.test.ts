import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { ENTERED } from "../../../src/runtime/instance.ts";
import { Deferred } from "../../../src/runtime/quantum.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { SeededChooser } from "../../../src/wast/seeded-chooser.ts";
import { makeInstance, turn, waitingThread, yieldingThread } from "./threads.ts";

test("threads go on in the order in which they became ready, those that yield last", async () => {
  const instance = makeInstance();
  const scheduler = schedulerOf(instance.store);
  const log: string[] = [];
  let open = false;
  yieldingThread(instance, 2, () => log.push("yields"));
  const threads = ["a", "b", "c"].map((name) =>
    waitingThread(
      instance,
      () => open,
      () => void log.push(name),
    ),
  );
  open = true;
  for (const i of [2, 0, 1]) scheduler.wake(threads[i]!);
  await turn();
  await turn();
  await turn();
  assert.deepEqual(log, ["c", "a", "b", "yields", "yields"]);
});

test("a thread that is not ready after all waits on", async () => {
  const instance = makeInstance();
  let [open, runs] = [false, 0];
  const thread = waitingThread(
    instance,
    () => open,
    () => void runs++,
  );
  schedulerOf(instance.store).wake(thread);
  await turn();
  assert.equal(runs, 0);
  open = true;
  schedulerOf(instance.store).wake(thread);
  await turn();
  assert.equal(runs, 1);
});

test("an instance is entered while one of its threads runs, and only then", async () => {
  const instance = makeInstance();
  const flags: number[] = [];
  yieldingThread(instance, 1, () => flags.push(instance.flags));
  flags.push(instance.flags);
  await turn();
  await turn();
  assert.deepEqual([...flags, instance.flags], [0, ENTERED, 0]);
});

test("threads that yield forever leave turns to the host, whether it awaits something or not", async () => {
  for (const awaited of [true, false]) {
    const instance = makeInstance();
    const scheduler = schedulerOf(instance.store);
    if (awaited) scheduler.addCall({ storeFailed: () => true });
    let yields = 0;
    let stop = false;
    const thread = yieldingThread(instance, Number.POSITIVE_INFINITY, () => {
      yields++;
      if (stop) throw new Error("enough");
    });
    assert.equal(thread.waiting, true);
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.ok(yields > 5 && yields < 5000, `${yields} yields`);
    stop = true;
    await turn();
    await turn();
    assert.equal(instance.store.trapped?.code, "host-error");
  }
});

test("what the host posts waits for a quantum that has not ended, and keeps its order", async () => {
  const scheduler = schedulerOf(makeInstance().store);
  const log: string[] = [];
  const end = new Deferred<void>();
  scheduler.post(() => end.promise.then(() => void log.push("quantum")));
  for (const name of ["a", "b"]) {
    scheduler.post(() => {
      log.push(name);
      return undefined;
    });
  }
  scheduler.atRest({ rest: () => void log.push("rest") });
  await turn();
  assert.deepEqual(log, []);
  end.resolve();
  await turn();
  assert.deepEqual(log, ["quantum", "rest", "a", "b"]);
});

test("what is posted when nothing runs is done at once", () => {
  const scheduler = schedulerOf(makeInstance().store);
  let done = false;
  scheduler.post(() => {
    done = true;
    return undefined;
  });
  assert.equal(done, true);
});

test("a quantum that fails poisons the store, and everyone who waits is told", async () => {
  for (const late of [false, true]) {
    const { store } = makeInstance();
    const told: ComponentError[] = [];
    schedulerOf(store).addCall({ storeFailed: (reason) => told.push(reason) > 0 });
    schedulerOf(store).addFailure((reason) => told.push(reason) > 0);
    schedulerOf(store).post(() => {
      if (late) return Promise.reject(new Error("oh"));
      throw new Error("oh");
    });
    await turn();
    assert.equal(store.trapped?.reason, "a host function threw: oh");
    assert.deepEqual(told, [store.trapped, store.trapped]);
  }
});

test("a deadlock is one if somebody waits, nothing can run, and the host has nothing at hand", async () => {
  const { store } = makeInstance();
  const over = schedulerOf(store).addOperation();
  const reasons: ComponentError[] = [];
  schedulerOf(store).addCall({ storeFailed: (why) => reasons.push(why) > 0 });
  schedulerOf(store).post(() => undefined);
  for (let turns = 0; turns < 3; turns++) await turn();
  assert.equal(reasons.length, 0);
  over();
  for (let turns = 0; turns < 3; turns++) await turn();
  assert.equal(reasons[0]?.reason, "deadlock detected: event loop cannot make further progress");
  assert.ok(store.trapped instanceof ComponentError);
});

test("the same seed gives the same order, and seeds give different ones", async () => {
  const order = async (seed: number): Promise<string> => {
    const instance = makeInstance(new SeededChooser(seed));
    const log: number[] = [];
    for (let i = 0; i < 6; i++) yieldingThread(instance, 1, () => log.push(i));
    for (let turns = 0; turns < 8; turns++) await turn();
    return log.join("");
  };
  const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => order(seed)));
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, (_, seed) => order(seed))), orders);
  assert.ok(new Set(orders).size > 10, String(orders));
  for (const one of orders) assert.equal([...one].sort().join(""), "012345");
});

test("nothing runs that is posted after the store has failed", () => {
  const { store } = makeInstance();
  store.poison(new ComponentError("trap", "unreachable", "it has trapped"));
  schedulerOf(store).post(() => assert.fail("posted too late"));
});
