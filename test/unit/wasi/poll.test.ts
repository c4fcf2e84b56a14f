import assert from "node:assert/strict";
import { test } from "node:test";
import { monotonicClock, timezone, wallClock } from "../../../src/wasi/clocks.ts";
import { Pollable, poll } from "../../../src/wasi/poll.ts";
import { shim } from "../../../src/wasi/shim.ts";

const MS = 1_000_000n;
const HOUR = 3_600_000n * MS;

test("time passes while a guest waits for it", () => {
  const start = monotonicClock.now();
  assert.equal(monotonicClock.subscribeDuration(HOUR).ready(), false);
  const pollable = monotonicClock.subscribeDuration(5n * MS);
  pollable.block();
  assert.equal(pollable.ready(), true);
  assert.ok(monotonicClock.now() - start >= 5n * MS);
  assert.equal(monotonicClock.subscribeInstant(start).ready(), true);
});

test("poll tells all that is ready, and waits only if nothing is", () => {
  const never = monotonicClock.subscribeDuration(HOUR);
  const soon = monotonicClock.subscribeDuration(3n * MS);
  assert.deepEqual([...poll.poll([never, new Pollable(), new Pollable()])], [1, 2]);
  assert.deepEqual([...poll.poll([never, soon])], [1]);
  assert.throws(() => poll.poll([]), /empty list/);
});

test("what the worker watches and what time brings are waited for together", () => {
  const { subscribeInstant } = shim().clocks.monotonicClock;
  const watched = (duration: bigint) =>
    new Pollable({ kind: "worker", pollable: subscribeInstant(monotonicClock.now() + duration) });
  const never = watched(HOUR);
  assert.deepEqual([...poll.poll([never, monotonicClock.subscribeDuration(15n * MS)])], [1]);
  assert.deepEqual([...poll.poll([monotonicClock.subscribeDuration(HOUR), watched(15n * MS)])], [1]);
  assert.deepEqual([...poll.poll([never, watched(15n * MS)])], [1]);
  never[Symbol.dispose]();
});

test("the wall clock tells the time", () => {
  const { seconds, nanoseconds } = wallClock.now();
  assert.ok(Math.abs(Number(seconds) * 1000 + nanoseconds / 1e6 - Date.now()) < 60_000);
  assert.ok(nanoseconds < 1e9);
  assert.equal(timezone.utcOffset(wallClock.now()), 0);
});
