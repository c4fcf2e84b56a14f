import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBuiltin } from "../../../src/runtime/builtins.ts";
import { ENTERED } from "../../../src/runtime/instance.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { releaseExclusive, type Task } from "../../../src/runtime/task.ts";
import { Thread } from "../../../src/runtime/thread.ts";
import { makeInstance, makeTask, stackfulFunction, syncFunction, trapOf, turn } from "./threads.ts";

/** Starts the implicit thread of `task`; `log` gets `name` when it has entered. */
function start(task: Task, log: string[], name: string): Thread {
  const thread: Thread = new Thread(task, () =>
    task.enterImplicitThread(thread, () => {
      log.push(name);
      return undefined;
    }),
  );
  schedulerOf(task.instance.store).resume(thread);
  return thread;
}

test("tasks that need the instance for themselves enter one after the other, in their order", async () => {
  const instance = makeInstance();
  const log: string[] = [];
  const threads = ["a", "b", "c"].map((name) => start(makeTask(instance), log, name));
  assert.deepEqual([log, instance.numWaitingToEnter], [["a"], 2]);
  releaseExclusive(instance, threads[0]!);
  await turn();
  assert.deepEqual(log, ["a", "b"]);
  releaseExclusive(instance, threads[1]!);
  await turn();
  assert.deepEqual([log, instance.numWaitingToEnter], [["a", "b", "c"], 0]);
});

test("tasks that do not need the instance for themselves, and synchronous ones, do not wait for it", () => {
  const instance = makeInstance();
  const log: string[] = [];
  start(makeTask(instance), log, "a");
  start(makeTask(instance, stackfulFunction), log, "stackful");
  start(makeTask(instance, syncFunction), log, "sync");
  assert.deepEqual(log, ["a", "stackful", "sync"]);
});

test("backpressure keeps all but synchronous tasks out, and new ones behind those that wait", async () => {
  const instance = makeInstance();
  const log: string[] = [];
  instance.backpressure = 1;
  start(makeTask(instance, stackfulFunction), log, "a");
  start(makeTask(instance, syncFunction), log, "sync");
  await turn();
  const decrement = makeBuiltin("backpressure.dec", { instance, immediates: {}, resource: () => assert.fail() });
  (decrement as () => void)();
  start(makeTask(instance, stackfulFunction), log, "b");
  assert.deepEqual(log, ["sync"]);
  await turn();
  assert.deepEqual(log, ["sync", "a", "b"]);
});

test("a task that is cancelled before it begins never does, and those behind it do", async () => {
  const instance = makeInstance();
  const log: string[] = [];
  const first = start(makeTask(instance), log, "a");
  const task = makeTask(instance);
  start(task, log, "b");
  start(makeTask(instance), log, "c");
  task.requestCancellation(undefined);
  assert.equal(task.state, "resolved");
  releaseExclusive(instance, first);
  await turn();
  assert.deepEqual([log, instance.numWaitingToEnter], [["a", "c"], 0]);
});

test("a task that is woken and then cancelled passes the lock on", async () => {
  const instance = makeInstance();
  const log: string[] = [];
  const first = start(makeTask(instance), log, "a");
  const task = makeTask(instance);
  start(task, log, "b");
  start(makeTask(instance), log, "c");
  await turn();
  releaseExclusive(instance, first);
  task.requestCancellation(undefined);
  await turn();
  assert.deepEqual(log, ["a", "c"]);
});

test("a request to cancel is remembered where nothing can be told of it now", () => {
  const instance = makeInstance();
  const task = makeTask(instance);
  start(task, [], "a");
  task.start();
  instance.flags = ENTERED;
  task.requestCancellation(undefined);
  assert.equal(task.state, "pending-cancel");
  assert.deepEqual([task.deliverPendingCancel(false), task.deliverPendingCancel(true)], [false, true]);
  task.cancel();
  assert.equal(task.state, "resolved");
});

test("a task traps that cancels unasked, returns twice or never, or keeps a borrow", () => {
  const instance = makeInstance();
  const task = makeTask(instance);
  start(task, [], "a");
  task.start();
  assert.equal(
    trapOf(() => task.cancel()),
    "invalid `task.cancel`: the task has not been asked to cancel",
  );
  assert.equal(
    trapOf(() => task.exitImplicitThread()),
    "async-lifted export failed to produce a result",
  );
  const other = makeTask(makeInstance());
  start(other, [], "b");
  other.start();
  other.scope.numBorrows++;
  assert.equal(
    trapOf(() => other.return(1)),
    "borrow handles still remain at the end of the call",
  );
  other.scope.numBorrows--;
  other.return(1);
  assert.match(
    trapOf(() => other.return(1)),
    /already returned/,
  );
});
