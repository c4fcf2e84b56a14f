import assert from "node:assert/strict";
import { test } from "node:test";
import { type Event, EventCode, Waitable, WaitableSet } from "../../../src/runtime/waitable.ts";
import { makeInstance, trapOf, turn, waitingThread } from "./threads.ts";

class Bell extends Waitable {
  ring(payload: number): void {
    this.setPendingEvent({ deliver: (): Event => ({ code: EventCode.subtask, index: 1, payload }) });
  }
}

test("a set gives its events in the order in which they came, and of each waitable the last", () => {
  const set = new WaitableSet();
  const [a, b] = [new Bell(), new Bell()];
  a.ring(1);
  a.join(set);
  b.join(set);
  b.ring(2);
  a.ring(3);
  assert.deepEqual([set.getPendingEvent().payload, set.getPendingEvent().payload], [3, 2]);
  assert.equal(set.hasPendingEvent, false);
});

test("a waitable is in one set at a time, and takes its event along", () => {
  const [first, second] = [new WaitableSet(), new WaitableSet()];
  const bell = new Bell();
  bell.join(first);
  bell.ring(1);
  bell.join(second);
  assert.deepEqual([first.hasPendingEvent, second.hasPendingEvent, bell.inSet], [false, true, true]);
  bell.join(undefined);
  assert.deepEqual([second.hasPendingEvent, bell.hasPendingEvent, bell.inSet], [false, true, false]);
  first.drop();
  second.drop();
});

test("an event that is asked for directly is no longer in the set", () => {
  const set = new WaitableSet();
  const bell = new Bell();
  bell.join(set);
  bell.ring(1);
  assert.equal(bell.getPendingEvent().payload, 1);
  assert.equal(set.hasPendingEvent, false);
});

test("whoever waits for a set is woken by each event in it", async () => {
  const set = new WaitableSet();
  const bell = new Bell();
  bell.join(set);
  const payloads: number[] = [];
  const thread = waitingThread(
    makeInstance(),
    () => set.hasPendingEvent,
    () => void payloads.push(set.getPendingEvent().payload),
  );
  set.addWaiter(thread);
  await turn();
  bell.ring(4);
  await turn();
  assert.deepEqual(payloads, [4]);
});

test("a set that has waitables, or is waited for, cannot be dropped", () => {
  const set = new WaitableSet();
  const bell = new Bell();
  bell.join(set);
  assert.equal(
    trapOf(() => set.drop()),
    "cannot drop waitable set with waitables in it",
  );
  bell.join(undefined);
  const thread = waitingThread(
    makeInstance(),
    () => false,
    () => {},
  );
  set.addWaiter(thread);
  assert.equal(
    trapOf(() => set.drop()),
    "cannot drop waitable set with waiters",
  );
  set.removeWaiter(thread);
  set.drop();
});
