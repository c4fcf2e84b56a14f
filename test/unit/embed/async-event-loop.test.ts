/** Components that return to their event loop to wait: what has to work on every engine, without suspended stacks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentStream } from "../../../src/embed/stream.ts";
import { collect, settled, watched } from "./async-ends.ts";
import { type Guest, instantiateGuest, WatchedStore, waiting } from "./async-guests.ts";

/** `sum` reads a stream, `count` writes one. One call of each at a time. */
const guest: Guest = {
  types: "(type $S (stream u8)) (type $N (stream u32))",
  builtins: {
    ...waiting,
    "return-u32": { core: "(param i32)", is: "task.return (result u32)" },
    "return-numbers": { core: "(param i32)", is: "task.return (result $N)" },
    "task.cancel": { core: "", is: "task.cancel" },
    read: { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S async (memory $memory)" },
    "cancel-read": { core: "(param i32) (result i32)", is: "stream.cancel-read $S" },
    "drop-readable": { core: "(param i32)", is: "stream.drop-readable $S" },
    new: { core: "(result i64)", is: "stream.new $N" },
    write: { core: "(param i32 i32 i32) (result i32)", is: "stream.write $N async (memory $memory)" },
    "drop-writable": { core: "(param i32)", is: "stream.drop-writable $N" },
  },
  exports: {
    sum: { is: `async (param "s" $S) (result u32)`, with: `async (callback (core func $m "sum-callback"))` },
    count: { is: `async (param "to" u32) (result $N)`, with: `async (callback (core func $m "count-callback"))` },
  },
  code: `
    (global $s (mut i32) (i32.const 0)) (global $s-set (mut i32) (i32.const 0)) (global $sum (mut i32) (i32.const 0))
    (func $taken (param $read i32) (local $i i32)
      (loop $add
        (if (i32.lt_u (local.get $i) (i32.shr_u (local.get $read) (i32.const 4))) (then
          (global.set $sum (i32.add (global.get $sum) (i32.load8_u offset=16 (local.get $i))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $add)))))
    (func $leave-sum
      (call $drop-readable (global.get $s))
      (call $waitable-set.drop (global.get $s-set)))
    (func $read-on (param $read i32) (result i32)
      (loop $more
        (call $taken (local.get $read))
        (if (i32.and (local.get $read) (i32.const 15)) (then
          (call $leave-sum)
          (call $return-u32 (global.get $sum))
          (return (i32.const 0))))
        (local.set $read (call $read (global.get $s) (i32.const 16) (i32.const 4)))
        (br_if $more (i32.ne (local.get $read) (i32.const -1))))
      (call $waitable.join (global.get $s) (global.get $s-set))
      (i32.or (i32.const 2) (i32.shl (global.get $s-set) (i32.const 4))))
    (func (export "sum") (param i32) (result i32)
      (global.set $s (local.get 0))
      (global.set $s-set (call $waitable-set.new))
      (global.set $sum (i32.const 0))
      (call $read-on (i32.const 0)))
    (func (export "sum-callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
      (call $waitable.join (global.get $s) (i32.const 0))
      (if (i32.eq (local.get $event) (i32.const 6)) (then
        (drop (call $cancel-read (global.get $s)))
        (call $leave-sum)
        (call $task.cancel)
        (return (i32.const 0))))
      (call $read-on (local.get $payload)))

    (global $w (mut i32) (i32.const 0)) (global $w-set (mut i32) (i32.const 0))
    (global $next (mut i32) (i32.const 0)) (global $to (mut i32) (i32.const 0))
    (func $write-on (param $written i32) (result i32)
      (loop $more
        (global.set $next (i32.add (global.get $next) (i32.shr_u (local.get $written) (i32.const 4))))
        (if (i32.or (i32.and (local.get $written) (i32.const 15)) (i32.ge_u (global.get $next) (global.get $to))) (then
          (call $drop-writable (global.get $w))
          (call $waitable-set.drop (global.get $w-set))
          (return (i32.const 0))))
        (i32.store (i32.const 32) (global.get $next))
        (local.set $written (call $write (global.get $w) (i32.const 32) (i32.const 1)))
        (br_if $more (i32.ne (local.get $written) (i32.const -1))))
      (call $waitable.join (global.get $w) (global.get $w-set))
      (i32.or (i32.const 2) (i32.shl (global.get $w-set) (i32.const 4))))
    (func (export "count") (param $to i32) (result i32) (local $ends i64)
      (local.set $ends (call $new))
      (global.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (global.set $w-set (call $waitable-set.new))
      (global.set $next (i32.const 0))
      (global.set $to (local.get $to))
      (call $return-numbers (i32.wrap_i64 (local.get $ends)))
      (call $write-on (i32.const 0)))
    (func (export "count-callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
      (call $waitable.join (global.get $w) (i32.const 0))
      (call $write-on (local.get $payload)))`,
};

type Exports = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function make(of = guest) {
  const unhandled: unknown[] = [];
  const store = new WatchedStore({ onUnhandled: (error) => unhandled.push(error) });
  const instance = await instantiateGuest(of, {}, { store });
  return { instance, store, exports: instance.exports as Exports, unhandled };
}

test("a component that returns to its event loop reads", async () => {
  const { exports, store } = await make();
  const bytes = Array.from({ length: 100 }, (_, i) => i);
  for (const source of [bytes, bytes.values(), new Blob([Uint8Array.from(bytes)]).stream(), watched(bytes, [])]) {
    assert.equal(await exports["sum"]!(source), 4950);
  }
  await settled();
  assert.equal(store.handles, 0);
});

test("a component that returns to its event loop writes, and learns that nobody reads on", async () => {
  const { exports, store } = await make();
  const chunks = await collect((await exports["count"]!(1000)) as ComponentStream<Uint32Array>);
  assert.deepEqual(
    chunks.flatMap((chunk) => [...chunk]),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  for await (const _ of (await exports["count"]!(5)) as ComponentStream) break;
  await settled();
  assert.equal(store.handles, 0);
});

test("a component reads what it writes, through the host", async () => {
  const { exports, store } = await make();
  assert.equal(await exports["sum"]!(await exports["count"]!(20)), 190);
  await settled();
  assert.equal(store.handles, 0);
});

test("a wrong value that ends the stream and at once the call rejects the call", async () => {
  const { exports, unhandled } = await make({ ...guest, types: guest.types!.replace("(stream u8)", "(stream bool)") });
  const log: string[] = [];
  const message = "sum › element 0 of a stream's chunk: expected bool, got 2";
  await assert.rejects(exports["sum"]!(watched([true, true, 2], log)), { message, code: "wrong-value" });
  await settled();
  assert.equal(log.at(-1), "closed");
  assert.deepEqual(unhandled, []);
  assert.equal(await exports["sum"]!([true, false, true]), 2);
});

test("a list that is shortened while it is read as a stream gives no values that it does not have", async () => {
  const { exports } = await make({ ...guest, types: guest.types!.replace("(stream u8)", "(stream bool)") });
  const list = Array.from({ length: 9 }, () => true);
  const reading = exports["sum"]!(list);
  list.length = 6;
  const message = "sum › element 6 of a stream's chunk: expected bool, got undefined";
  await assert.rejects(reading, { message, code: "wrong-value" });
  assert.equal(await exports["sum"]!([true]), 1);
});

/** `sum` adds the numbers that it reads, `got` those that `pair` gives. `grow` moves the memory. */
const growing: Guest = {
  types: `(type $S (stream (tuple u8 u8)))`,
  builtins: {
    ...waiting,
    "return-u32": { core: "(param i32)", is: "task.return (result u32)" },
    read: { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S async (memory $memory)" },
  },
  imports: {
    pair: { core: "(param i32) (result i32)", is: "async (result (tuple u8 u8))", with: "async (memory $memory)" },
  },
  exports: {
    sum: { is: `async (param "s" $S) (result u32)`, with: `async (callback (core func $m "done"))` },
    got: { is: `async (result u32)`, with: `async (callback (core func $m "done"))` },
    grow: { is: "(result u32)" },
  },
  code: `
    (func $wait (param $for i32) (result i32) (local $set i32)
      (local.set $set (call $waitable-set.new))
      (call $waitable.join (local.get $for) (local.get $set))
      (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
    (func (export "sum") (param $s i32) (result i32)
      (if (i32.ne (call $read (local.get $s) (i32.const 16) (i32.const 1)) (i32.const -1)) (then unreachable))
      (call $wait (local.get $s)))
    (func (export "got") (result i32)
      (call $wait (i32.shr_u (call $pair (i32.const 16)) (i32.const 4))))
    (func (export "done") (param i32 i32 i32) (result i32)
      (call $return-u32 (i32.add (i32.load8_u (i32.const 16)) (i32.load8_u (i32.const 17))))
      (i32.const 0))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))`,
};

test("what is read from the host's values cannot move the memory that they are stored in", async () => {
  const refused: unknown[] = [];
  const calls: Promise<unknown>[] = [];
  const given = () => {
    const get = () => {
      if (calls.length === 0) calls.push(exports["got"]!());
      try {
        exports["grow"]!();
      } catch (error) {
        refused.push((error as { code?: unknown }).code);
      }
      return 3;
    };
    return Object.defineProperty([20, 0], 1, { get });
  };
  const { exports } = (await instantiateGuest(growing, { pair: async () => given() })) as unknown as {
    exports: Exports;
  };
  const slowly = async function* () {
    await settled();
    yield given();
  };
  assert.equal(await exports["sum"]!(slowly()), 23);
  assert.equal(await calls[0], 23);
  assert.equal(await exports["got"]!(), 23);
  assert.deepEqual(refused, ["cannot-enter", "cannot-enter", "cannot-enter"]);
  assert.equal(exports["grow"]!(), 4);
});

test("a component gives up when it is asked to in its event loop", async () => {
  const { exports, instance, store } = await make();
  const controller = new AbortController();
  let cancelled = false;
  const source = new ReadableStream({
    start: (stream) => stream.enqueue(Uint8Array.of(1)),
    cancel() {
      cancelled = true;
    },
  });
  const rejected = assert.rejects(instance.func("sum").with({ signal: controller.signal }).call(source), /enough/);
  await settled();
  controller.abort(new Error("enough"));
  await rejected;
  await settled();
  assert.equal(cancelled, true);
  assert.equal(store.handles, 0);
  assert.equal(await exports["sum"]!([1, 2]), 3);
});

test("what a component only passes on looks as if it had read and written it", async () => {
  const passing: Guest = {
    types: `(type $L (stream (list u8))) (type $r (record (field "a" string) (field "b" (option u8)))) (export $R "r" (type $r))
      (type $F (future $R)) (type $u8 (stream u8)) (type $N (stream $u8))`,
    builtins: {
      "return-lists": { core: "(param i32)", is: "task.return (result $L)" },
      "return-record": { core: "(param i32)", is: "task.return (result $F)" },
      "return-streams": { core: "(param i32)", is: "task.return (result $N)" },
    },
    exports: {
      lists: { is: `async (param "s" $L) (result $L)`, with: `async (callback (core func $m "never"))` },
      record: { is: `async (param "f" $F) (result $F)`, with: `async (callback (core func $m "never"))` },
      streams: { is: `async (param "s" $N) (result $N)`, with: `async (callback (core func $m "never"))` },
    },
    code: `
      (func (export "lists") (param i32) (result i32) (call $return-lists (local.get 0)) (i32.const 0))
      (func (export "record") (param i32) (result i32) (call $return-record (local.get 0)) (i32.const 0))
      (func (export "streams") (param i32) (result i32) (call $return-streams (local.get 0)) (i32.const 0))
      (func (export "never") (param i32 i32 i32) (result i32) unreachable)`,
  };
  const store = new WatchedStore();
  const { exports } = await instantiateGuest(passing, {}, { store });
  const { lists, record, streams } = exports as Record<string, (value: unknown) => Promise<never>>;
  const long = new Array(100_000).fill(7);
  assert.deepEqual(await collect(await lists!([[1, 2], long])), [[Uint8Array.of(1, 2), Uint8Array.from(long)]]);
  assert.deepEqual(await record!(Promise.resolve({ a: "\ud800", c: 3 })), { a: "\ufffd", b: undefined });
  const [chunk] = await collect<ComponentStream[]>(await streams!([[1], Uint8Array.of(2, 3)]));
  assert.deepEqual(await Promise.all(chunk!.map(collect)), [[Uint8Array.of(1)], [Uint8Array.of(2, 3)]]);
  await settled();
  assert.equal(store.handles, 0);
});
