/** Resources and error contexts on their way through streams, futures and calls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentStream } from "../../../src/embed/stream.ts";
import { ErrorContext } from "../../../src/runtime/error-context.ts";
import { collect, settled } from "./async-ends.ts";
import { type Guest, instantiateGuest, skip, WatchedStore } from "./async-guests.ts";

const guest: Guest = {
  types: `(import "thing" (type $T (sub resource)))
    (type $S (stream (own $T))) (type $F (future (own $T)))`,
  builtins: {
    "drop-thing": { core: "(param i32)", is: "resource.drop $T" },
    read: { core: "(param i32 i32 i32) (result i32)", is: "stream.read $S (memory $memory)" },
    write: { core: "(param i32 i32 i32) (result i32)", is: "stream.write $S (memory $memory)" },
    new: { core: "(result i64)", is: "stream.new $S" },
    "drop-readable": { core: "(param i32)", is: "stream.drop-readable $S" },
    "drop-writable": { core: "(param i32)", is: "stream.drop-writable $S" },
    get: { core: "(param i32 i32) (result i32)", is: "future.read $F (memory $memory)" },
    "drop-future": { core: "(param i32)", is: "future.drop-readable $F" },
    "return-u32": { core: "(param i32)", is: "task.return (result u32)" },
    "return-stream": { core: "(param i32)", is: "task.return (result $S)" },
    "new-error": { core: "(param i32 i32) (result i32)", is: "error-context.new (memory $memory)" },
  },
  exports: {
    "drop-all": { is: `async (param "s" $S) (result u32)`, with: "async" },
    "drop-three": { is: `async (param "s" $S) (result u32)`, with: "async" },
    relay: { is: `async (param "s" $S) (result $S)`, with: "async" },
    "drop-one": { is: `async (param "f" $F) (result u32)`, with: "async" },
    "pass-error": { is: `(param "e" error-context) (result error-context)` },
    "make-error": { is: `(param "length" u32) (result error-context)` },
  },
  code: `
    (data (i32.const 64) "out of luck")
    ;; The character 1,023 after that.
    (data (i32.const 1087) "\\f0\\9f\\99\\82")
    (func (export "drop-all") (param $s i32) (local $count i32)
      (block $end (loop $more
        (br_if $end (i32.ne (call $read (local.get $s) (i32.const 16) (i32.const 1)) (i32.const 16)))
        (call $drop-thing (i32.load (i32.const 16)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br $more)))
      (call $drop-readable (local.get $s))
      (call $return-u32 (local.get $count)))
    (func (export "drop-three") (param $s i32) (local $count i32) (local $i i32)
      (local.set $count (i32.shr_u (call $read (local.get $s) (i32.const 16) (i32.const 3)) (i32.const 4)))
      (block $end (loop $more
        (br_if $end (i32.eq (local.get $i) (local.get $count)))
        (call $drop-thing (i32.load offset=16 (i32.shl (local.get $i) (i32.const 2))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more)))
      (call $drop-readable (local.get $s))
      (call $return-u32 (local.get $count)))
    (func (export "relay") (param $s i32) (local $ends i64) (local $w i32) (local $written i32)
      (local.set $ends (call $new))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $return-stream (i32.wrap_i64 (local.get $ends)))
      (block $end (loop $more
        (br_if $end (i32.ne (call $read (local.get $s) (i32.const 16) (i32.const 1)) (i32.const 16)))
        (local.set $written (call $write (local.get $w) (i32.const 16) (i32.const 1)))
        (br_if $more (i32.eq (local.get $written) (i32.const 16)))
        (call $drop-thing (i32.load (i32.const 16)))))
      (call $drop-readable (local.get $s))
      (call $drop-writable (local.get $w)))
    (func (export "drop-one") (param $f i32)
      (drop (call $get (local.get $f) (i32.const 16)))
      (call $drop-future (local.get $f))
      (call $drop-thing (i32.load (i32.const 16)))
      (call $return-u32 (i32.const 1)))
    (func (export "pass-error") (param i32) (result i32) (local.get 0))
    (func (export "make-error") (param i32) (result i32) (call $new-error (i32.const 64) (local.get 0)))`,
};

type Exports = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function make() {
  const dropped: string[] = [];
  class Thing {
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
    [Symbol.dispose]() {
      dropped.push(this.name);
    }
  }
  const store = new WatchedStore();
  const instance = await instantiateGuest(guest, { thing: Thing }, { store });
  const things = (...names: string[]) => names.map((name) => new Thing(name));
  return { exports: instance.exports as Exports, store, dropped, things };
}

test("resources go through streams, as chunks or one by one", { skip }, async () => {
  const { exports, store, dropped, things } = await make();
  const [a, b, c] = things("a", "b", "c");
  assert.equal(await exports["dropAll"]!([a, [b, c]].values()), 3);
  assert.deepEqual(dropped, ["a", "b", "c"]);
  const sent = things("d", "e");
  const stream = (await exports["relay"]!(sent)) as ComponentStream<unknown[]>;
  assert.deepEqual((await collect(stream)).flat(), sent);
  assert.deepEqual(dropped, ["a", "b", "c"]);
  await settled();
  assert.equal(store.handles, 0);
});

test("who reads no more does not get what is on its way", { skip }, async () => {
  const { exports, store, dropped, things } = await make();
  const sent = things("a", "b", "c");
  const stream = (await exports["relay"]!(sent.values())) as ComponentStream<unknown[]>;
  assert.deepEqual((await stream.read()).value, [sent[0]]);
  await settled();
  await stream.cancel();
  await settled();
  assert.deepEqual(dropped, ["b"]);
  assert.equal(store.handles, 0);
});

test("a value that is no such resource rejects the call", { skip }, async () => {
  const { exports, store, dropped, things } = await make();
  await assert.rejects(exports["dropAll"]!([...things("a"), {}].values()), {
    message: "drop-all › element 0 of a stream's chunk: expected own<thing>, got {}: it is no instance of Thing",
  });
  await assert.rejects(exports["dropAll"]!([...things("b"), {}]), {
    message:
      /^drop-all › param "s": expected stream<a resource>, got \[a Thing, \{…\}\]: element 1: expected own<thing>/,
  });
  await settled();
  assert.deepEqual(dropped, ["a"]);
  assert.equal(store.handles, 0);
});

test("what is before a wrong value in a chunk is not given away", { skip }, async () => {
  const { exports, store, dropped, things } = await make();
  const [a, b] = things("a", "b");
  await assert.rejects(exports["dropThree"]!([[a, b, {}]].values()), {
    message: "drop-three › element 2 of a stream's chunk: expected own<thing>, got {}: it is no instance of Thing",
  });
  await settled();
  assert.equal(store.handles, 0);
  assert.equal(await exports["dropThree"]!([[a, b]].values()), 2);
  assert.deepEqual(dropped, ["a", "b"]);
  assert.equal(store.handles, 0);
});

test("resources go through futures", { skip }, async () => {
  const { exports, store, dropped, things } = await make();
  const [a, b] = things("a", "b");
  assert.equal(await exports["dropOne"]!(a), 1);
  assert.equal(await exports["dropOne"]!(settled().then(() => b)), 1);
  assert.deepEqual(dropped, ["a", "b"]);
  await settled();
  assert.equal(store.handles, 0);
});

test("error contexts have a message", async () => {
  const { exports } = await make();
  const made = exports["makeError"]!(11) as unknown;
  assert.ok(made instanceof ErrorContext);
  assert.equal(made.debugMessage, "out of luck");
  const mine = new ErrorContext("mine");
  assert.equal(exports["passError"]!(mine), mine);
  assert.throws(() => exports["passError"]!("text"), {
    message: 'pass-error › param "e": expected error-context, got "text"',
  });
});

test("a message that is too long to be kept is cut off, and no character is cut in two", async () => {
  const { exports } = await make();
  const message = (length: number) => (exports["makeError"]!(length) as unknown as ErrorContext).debugMessage;
  assert.equal(message(1023).length, 1023);
  assert.equal(message(2000), message(1023));
});
