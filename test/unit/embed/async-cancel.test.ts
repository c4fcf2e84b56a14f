/**
 * A task that waits for one thing after the other, and is cancelled, left alone or failed at each of them: whatever
 * happens, no handle and no thread may be left, nobody may wait for ever, and what the host gave has to be given back.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instance } from "../../../src/embed/instance.ts";
import type { ComponentStream } from "../../../src/embed/stream.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { Deferred } from "../../../src/runtime/quantum.ts";
import { type Chooser, schedulerOf } from "../../../src/runtime/scheduler.ts";
import { SeededChooser } from "../../../src/wast/seeded-chooser.ts";
import { settled } from "./async-ends.ts";
import { type Guest, instantiateGuest, skip, WatchedStore, waiting } from "./async-guests.ts";

/**
 * `script` waits for the host's `step`, for a chunk of the stream, for the future, and for its turn; then it returns a
 * stream, to which it writes four bytes. Asked to give up while it waits, it cleans up and does.
 */
const guest: Guest = {
  types: "(type $S (stream u8)) (type $F (future u8))",
  builtins: {
    ...waiting,
    wait: { core: "(param i32 i32) (result i32)", is: "waitable-set.wait cancellable (memory $memory)" },
    yield: { core: "(result i32)", is: "thread.yield cancellable" },
    "task.return": { core: "(param i32)", is: "task.return (result $S)" },
    "task.cancel": { core: "", is: "task.cancel" },
    "subtask.cancel": { core: "(param i32) (result i32)", is: "subtask.cancel" },
    "stream.new": { core: "(result i64)", is: "stream.new $S" },
    "stream.read": { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S async (memory $memory)" },
    "stream.write": { core: "(param i32 i32 i32) (result i32)", is: "stream.write $S async (memory $memory)" },
    "stream.cancel-read": { core: "(param i32) (result i32)", is: "stream.cancel-read $S" },
    "stream.drop-readable": { core: "(param i32)", is: "stream.drop-readable $S" },
    "stream.drop-writable": { core: "(param i32)", is: "stream.drop-writable $S" },
    "future.read": { core: "(param i32 i32) (result i32)", is: "future.read $F async (memory $memory)" },
    "future.cancel-read": { core: "(param i32) (result i32)", is: "future.cancel-read $F" },
    "future.drop-readable": { core: "(param i32)", is: "future.drop-readable $F" },
  },
  imports: {
    step: { core: "(result i32)", is: "async", with: "async" },
  },
  exports: {
    script: { is: `async (param "s" $S) (param "f" $F) (result $S)`, with: "async" },
  },
  code: `
    (func $cancelled (param $set i32) (param $what i32) (result i32) (local $event i32)
      (call $waitable.join (local.get $what) (local.get $set))
      (local.set $event (call $wait (local.get $set) (i32.const 0)))
      (call $waitable.join (local.get $what) (i32.const 0))
      (i32.eq (local.get $event) (i32.const 6)))
    (func (export "script") (param $s i32) (param $f i32)
      (local $set i32) (local $subtask i32) (local $ends i64) (local $w i32)
      (local.set $set (call $waitable-set.new))
      (block $cancel
        (local.set $subtask (i32.shr_u (call $step) (i32.const 4)))
        (if (local.get $subtask) (then
          (if (call $cancelled (local.get $set) (local.get $subtask)) (then
            (drop (call $subtask.cancel (local.get $subtask)))
            (call $subtask.drop (local.get $subtask))
            (br $cancel)))
          (call $subtask.drop (local.get $subtask))))
        (if (i32.eq (call $stream.read (local.get $s) (i32.const 16) (i32.const 4)) (i32.const -1)) (then
          (if (call $cancelled (local.get $set) (local.get $s)) (then
            (drop (call $stream.cancel-read (local.get $s)))
            (br $cancel)))))
        (call $stream.drop-readable (local.get $s))
        (local.set $s (i32.const 0))
        (if (i32.eq (call $future.read (local.get $f) (i32.const 32)) (i32.const -1)) (then
          (if (call $cancelled (local.get $set) (local.get $f)) (then
            (drop (call $future.cancel-read (local.get $f)))
            (br $cancel)))))
        (call $future.drop-readable (local.get $f))
        (local.set $f (i32.const 0))
        (br_if $cancel (call $yield))
        (local.set $ends (call $stream.new))
        (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (if (i32.eq (call $stream.write (local.get $w) (i32.const 16) (i32.const 4)) (i32.const -1)) (then
          (drop (call $cancelled (local.get $set) (local.get $w)))))
        (call $stream.drop-writable (local.get $w))
        (call $waitable-set.drop (local.get $set))
        (return))
      (if (local.get $s) (then (call $stream.drop-readable (local.get $s))))
      (if (local.get $f) (then (call $future.drop-readable (local.get $f))))
      (call $waitable-set.drop (local.get $set))
      (call $task.cancel))`,
};

/** What the host does, one thing after the other, for the script to come to its end. */
class Scene {
  readonly store: WatchedStore;
  readonly unhandled: unknown[] = [];
  readonly controller = new AbortController();
  readonly sourceEnded: string[] = [];
  #step = new Deferred<void>();
  #chunk = new Deferred<Uint8Array>();
  #value = new Deferred<number>();
  instance!: Instance;

  constructor(chooser: Chooser | undefined) {
    const onUnhandled = (error: unknown) => void this.unhandled.push(error);
    this.store = new WatchedStore(chooser === undefined ? { onUnhandled } : { onUnhandled, chooser });
  }

  static async set(chooser?: Chooser): Promise<Scene> {
    const scene = new Scene(chooser);
    scene.instance = await instantiateGuest(guest, { step: () => scene.#step.promise }, { store: scene.store });
    return scene;
  }

  /** Sets all up again for another call. */
  reset(): void {
    this.#step = new Deferred();
    this.#chunk = new Deferred();
    this.#value = new Deferred();
  }

  call(signal?: AbortSignal): Promise<ComponentStream<Uint8Array>> {
    const chunk = this.#chunk.promise;
    const source = new ReadableStream(
      {
        pull: async (controller) => controller.enqueue(await chunk),
        cancel: () => void this.sourceEnded.push("cancelled"),
      },
      { highWaterMark: 0 },
    );
    return this.instance.func("script").with({ signal }).call(source, this.#value.promise);
  }

  readonly steps: (() => void)[] = [
    () => this.#step.resolve(),
    () => this.#chunk.resolve(Uint8Array.of(1, 2, 3, 4)),
    () => this.#value.resolve(5),
  ];

  async advance(steps: number): Promise<void> {
    await settled();
    for (const step of this.steps.slice(0, steps)) {
      step();
      await settled();
    }
  }

  assertClean(): void {
    assert.equal(this.store.handles, 0);
    assert.equal(schedulerOf(this.store).waiting.size, 0);
    assert.deepEqual(this.unhandled, []);
  }
}

async function bytesOf(stream: ComponentStream<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of stream) all.push(...chunk);
  return all;
}

test("a task that is left alone comes to its end", { skip }, async () => {
  const scene = await Scene.set();
  const result = scene.call();
  await scene.advance(3);
  assert.deepEqual(await bytesOf(await result), [1, 2, 3, 4]);
  await settled();
  scene.assertClean();
  assert.deepEqual(scene.sourceEnded, ["cancelled"]);
});

for (let point = 0; point < 3; point++) {
  test(`a task is cancelled while it waits for the ${["host function", "stream", "future"][point]}`, {
    skip,
  }, async () => {
    const scene = await Scene.set();
    const result = scene.call(scene.controller.signal);
    const rejected = assert.rejects(result, /^Error: changed my mind$/);
    await scene.advance(point);
    scene.controller.abort(new Error("changed my mind"));
    // A host function cannot be cancelled: the task cannot end before it.
    if (point === 0) await scene.advance(1);
    await rejected;
    await settled();
    scene.assertClean();
    assert.deepEqual(scene.sourceEnded, ["cancelled"]);

    scene.reset();
    const again = scene.call();
    await scene.advance(3);
    assert.deepEqual(await bytesOf(await again), [1, 2, 3, 4]);
    scene.assertClean();
  });
}

test("a task that is cancelled before it begins never does", { skip }, async () => {
  const scene = await Scene.set();
  const reason = new Error("never mind");
  await assert.rejects(scene.call(AbortSignal.abort(reason)), reason);
  const first = scene.call();
  const second = scene.call(scene.controller.signal);
  scene.controller.abort(reason);
  await assert.rejects(second, reason);
  await scene.advance(3);
  await (await first).cancel();
  await settled();
  scene.assertClean();
});

test("a signal that comes too late changes nothing", { skip }, async () => {
  const scene = await Scene.set();
  const result = scene.call(scene.controller.signal);
  await scene.advance(3);
  scene.controller.abort();
  const stream = await result;
  scene.controller.abort();
  assert.deepEqual(await bytesOf(stream), [1, 2, 3, 4]);
  await settled();
  scene.assertClean();
});

test("a task ends when the reader of its stream leaves", { skip }, async () => {
  for (const early of [true, false]) {
    const scene = await Scene.set();
    const result = scene.call();
    await scene.advance(3);
    const stream = await result;
    if (early) await stream.cancel();
    else for await (const _ of stream) break;
    await settled();
    scene.assertClean();
  }
});

/** Aborts a call after so many microtasks, and tells how it ended. */
async function abortAfter(moments: number, chooser?: Chooser): Promise<"returned" | "cancelled"> {
  const scene = await Scene.set(chooser);
  const outcome = scene.call(scene.controller.signal).then(
    async (stream) => {
      assert.deepEqual(await bytesOf(stream), [1, 2, 3, 4]);
      return "returned" as const;
    },
    (error) => {
      assert.equal(error, "enough");
      return "cancelled" as const;
    },
  );
  for (const step of scene.steps) step();
  for (let i = 0; i < moments; i++) await undefined;
  scene.controller.abort("enough");
  await outcome;
  for (let i = 0; i < 50 && scene.store.handles > 0; i++) await settled();
  scene.assertClean();
  return outcome;
}

test("a task that is cancelled at any moment leaves nothing", { skip }, async () => {
  const outcomes = new Set<string>();
  for (let moments = 0; moments < 60; moments++) outcomes.add(await abortAfter(moments));
  assert.deepEqual([...outcomes].sort(), ["cancelled", "returned"]);
});

test("a task that is cancelled at any moment leaves nothing, whatever runs first", { skip }, async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) outcomes.add(await abortAfter(seed % 60, new SeededChooser(seed)));
  assert.deepEqual([...outcomes].sort(), ["cancelled", "returned"]);
});

test("a task goes on when the source of its stream ends early", { skip }, async () => {
  const scene = await Scene.set();
  const result = scene.instance.func("script").call([], 5);
  await scene.advance(1);
  assert.deepEqual(await bytesOf(await result), [0, 0, 0, 0]);
  await settled();
  scene.assertClean();
});

test("a task's call is rejected when the source of its stream fails", { skip }, async () => {
  const scene = await Scene.set();
  const source = new ReadableStream({ pull: () => Promise.reject(new Error("disk on fire")) }, { highWaterMark: 0 });
  const message = "script: a stream that was passed to a component failed: disk on fire";
  const rejected = assert.rejects(scene.instance.func("script").call(source, 5), { message });
  await scene.advance(1);
  await rejected;
});

test("a task that waits when its store fails leaves its caller an error", { skip }, async () => {
  for (let point = 0; point < 3; point++) {
    const scene = await Scene.set();
    const result = scene.call();
    const rejected = assert.rejects(result, /^ComponentError: script: no more$/);
    await scene.advance(point);
    scene.store.poison(new ComponentError("trap", "core", "no more"));
    await rejected;
    await settled();
    assert.deepEqual(scene.sourceEnded, ["cancelled"]);
    assert.deepEqual(scene.unhandled, []);
    await scene.advance(3);
    await assert.rejects(scene.call(), /^ComponentError: script: cannot enter component instance: it trapped before/);
  }
});
