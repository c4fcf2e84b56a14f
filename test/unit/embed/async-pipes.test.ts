/** Streams and futures between JavaScript and components. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instance } from "../../../src/embed/instance.ts";
import type { ComponentStream } from "../../../src/embed/stream.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { collect, settled, watched } from "./async-ends.ts";
import { type Guest, instantiateGuest, skip, WatchedStore } from "./async-guests.ts";
import { pipes } from "./async-pipes.ts";

const guest: Guest = {
  types: `${pipes.types} (type $T (future string))`,
  builtins: {
    ...pipes.builtins,
    "return-words": { core: "(param i32)", is: "task.return (result $W)" },
    "return-text": { core: "(param i32)", is: "task.return (result $T)" },
  },
  exports: {
    sum: { is: `async (param "s" $S) (result u32)`, with: "async" },
    letters: { is: `async (param "s" $W) (result u32)`, with: "async" },
    "pass-bytes": { is: `async (param "s" $S) (result $S)`, with: "async" },
    "pass-words": { is: `async (param "s" $W) (result $W)`, with: "async" },
    "pass-text": { is: `async (param "f" $T) (result $T)`, with: "async" },
    count: { is: `async (param "to" u32) (param "at-once" u32) (result $N)`, with: "async" },
    counted: { is: `(result u32)` },
    get: { is: `async (param "f" $F) (result u32)`, with: "async" },
    ignore: { is: `async (param "f" $F) (result u32)`, with: "async" },
    give: { is: `async (param "n" u32) (result $F)`, with: "async" },
  },
  code: `${pipes.code}
    (global $counted (mut i32) (i32.const 0))
    (func (export "pass-bytes") (param i32) (call $return-bytes (local.get 0)))
    (func (export "pass-words") (param i32) (call $return-words (local.get 0)))
    (func (export "pass-text") (param i32) (call $return-text (local.get 0)))
    (func (export "count") (param $to i32) (param $at-once i32)
      (local $ends i64) (local $w i32) (local $i i32) (local $written i32)
      (local.set $ends (call $new-numbers))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $return-numbers (i32.wrap_i64 (local.get $ends)))
      (loop $fill
        (i32.store (i32.add (i32.const 1024) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $fill (i32.lt_u (local.get $i) (local.get $to))))
      (local.set $i (i32.const 0))
      (loop $more
        (local.set $written (call $write-numbers (local.get $w)
          (i32.add (i32.const 1024) (i32.shl (local.get $i) (i32.const 2)))
          (select (local.get $at-once) (i32.sub (local.get $to) (local.get $i))
            (i32.lt_u (local.get $at-once) (i32.sub (local.get $to) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.shr_u (local.get $written) (i32.const 4))))
        (global.set $counted (local.get $i))
        (br_if $more (i32.and
          (i32.eqz (i32.and (local.get $written) (i32.const 15)))
          (i32.lt_u (local.get $i) (local.get $to)))))
      (call $drop-numbers (local.get $w)))
    (func (export "counted") (result i32) (global.get $counted))
    (func (export "ignore") (param $f i32)
      (call $drop-future (local.get $f))
      (call $return-u32 (i32.const 7)))`,
};

type Exports = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function make(): Promise<{
  instance: Instance;
  exports: Exports;
  store: WatchedStore;
  unhandled: unknown[];
}> {
  const unhandled: unknown[] = [];
  const store = new WatchedStore({ onUnhandled: (error) => unhandled.push(error) });
  const instance = await instantiateGuest(guest, {}, { store });
  return { instance, exports: instance.exports as Exports, store, unhandled };
}

async function* slowly(...items: unknown[]) {
  for (const item of items) {
    await settled();
    yield item;
  }
}

test("a component reads what the host gives", { skip }, async () => {
  const { exports, store } = await make();
  const bytes = Array.from({ length: 10 }, (_, i) => i);
  const sources: unknown[] = [
    bytes,
    Uint8Array.from(bytes),
    new Set(bytes),
    slowly(...bytes),
    slowly(Uint8Array.from(bytes.slice(0, 7)), bytes.slice(7)),
    new Blob([Uint8Array.from(bytes)]).stream(),
  ];
  for (const source of sources) assert.equal(await exports["sum"]!(source), 45);
  assert.equal(await exports["sum"]!([]), 0);
  assert.equal(await exports["letters"]!(["a", "bc", "def"]), 6);
  assert.equal(await exports["letters"]!(slowly("a", ["bc", "def"], [])), 6);
  await settled();
  assert.equal(store.handles, 0);
});

test("a value of the wrong type rejects the call, and closes the source", { skip }, async () => {
  const cases: [string, unknown[], string][] = [
    [
      "sum",
      [Uint8Array.of(1), [2, 256]],
      "sum › element 1 of a stream's chunk: expected u8, got 256, which is out of range for u8 (0..255)",
    ],
    ["sum", [1, "2"], 'sum › element 0 of a stream\'s chunk: expected u8, got "2"'],
    ["letters", ["a", ["b", 5]], "letters › element 1 of a stream's chunk: expected string, got 5"],
  ];
  for (const [name, items, message] of cases) {
    const { exports, store, unhandled } = await make();
    const log: string[] = [];
    await assert.rejects(exports[name]!(watched(items, log)), { message, phase: "call", code: "wrong-value" });
    await settled();
    assert.equal(log.at(-1), "closed");
    assert.equal(store.handles, 0);
    assert.deepEqual(unhandled, []);
    assert.equal(await exports["sum"]!([5]), 5);
  }
});

test("of a failure after the call the store's embedder is told", { skip }, async () => {
  const { exports, unhandled } = await make();
  const stream = (await exports["passBytes"]!(watched([1, 2, "3"], []))) as ComponentStream;
  assert.deepEqual(await collect(stream), [Uint8Array.of(1), Uint8Array.of(2)]);
  await settled();
  assert.deepEqual(unhandled.map(String), ['ComponentError: element 0 of a stream\'s chunk: expected u8, got "3"']);
});

test("the host reads what a component writes, which writes no more than that", { skip }, async () => {
  const { exports } = await make();
  const stream = (await exports["count"]!(5, 1)) as ComponentStream<Uint32Array>;
  await settled();
  assert.equal(exports["counted"]!(), 0);
  assert.deepEqual((await stream.read()).value, Uint32Array.of(0));
  await settled();
  assert.equal(exports["counted"]!(), 1);
  assert.deepEqual(
    await collect(stream),
    [1, 2, 3, 4].map((n) => Uint32Array.of(n)),
  );
  assert.equal(exports["counted"]!(), 5);

  const all = (await exports["count"]!(1000, 1000)) as ComponentStream<Uint32Array>;
  const numbers = Uint32Array.from({ length: 1000 }, (_, i) => i);
  const buffer = new Uint32Array(600);
  assert.deepEqual((await all.read(buffer)).value, numbers.subarray(0, 600));
  assert.deepEqual((await all.read()).value, numbers.subarray(600));
  assert.equal((await all.read()).done, true);

  const web = ((await exports["count"]!(3, 2)) as ComponentStream<Uint32Array>).readable;
  assert.deepEqual(await collect(web), [Uint32Array.of(0, 1), Uint32Array.of(2)]);
});

test("reading keeps the process alive for as long as there is something to come", { skip }, async () => {
  const { exports } = await make();
  const stream = (await exports["count"]!(2000, 1)) as ComponentStream<Uint32Array>;
  let next = 0;
  for await (const chunk of stream) for (const n of chunk) assert.equal(n, next++);
  assert.equal(next, 2000);
});

test("a component that writes learns that the reader is gone", { skip }, async () => {
  const { exports, store } = await make();
  const stream = (await exports["count"]!(5, 1)) as ComponentStream<Uint32Array>;
  for await (const _ of stream) break;
  await settled();
  assert.equal(exports["counted"]!(), 1);
  assert.equal(store.handles, 0);
});

test("streams pass through components, from store to store, and are checked by whoever reads them", {
  skip,
}, async () => {
  const first = await make();
  const second = await make();
  for (const other of [first, second]) {
    const stream = await first.exports["passBytes"]!(slowly(1, [2, 3]));
    assert.equal(await other.exports["sum"]!(stream), 6);
    await assert.rejects(other.exports["sum"]!(stream), {
      message:
        /^sum › param "s": expected stream<u8>, got a ComponentStream: it (has been given away|has come to its end)$/,
    });
    const words = await first.exports["passWords"]!(slowly("a", "bc"));
    assert.equal(await other.exports["letters"]!(words), 3);
    const readable = ((await first.exports["passBytes"]!([4, 5])) as ComponentStream).readable;
    assert.equal(await other.exports["sum"]!(readable), 9);
    const numbers = await first.exports["count"]!(3, 3);
    assert.equal(await other.exports["sum"]!(numbers), 3);
  }
  await settled();
  assert.equal(first.store.handles + second.store.handles, 0);
  assert.deepEqual([...first.unhandled, ...second.unhandled], []);
});

test("futures are promises", { skip }, async () => {
  const { exports, store } = await make();
  assert.equal(await exports["get"]!(5), 5);
  assert.equal(await exports["get"]!(Promise.resolve(5)), 5);
  assert.equal(await exports["get"]!(settled().then(() => 5)), 5);
  assert.equal(await exports["passText"]!(settled().then(() => "text")), "text");
  assert.equal(await exports["give"]!(5), 5);
  assert.equal(await exports["get"]!(exports["give"]!(6)), 6);
  await assert.rejects(exports["get"]!("5"), {
    message: 'get › param "f": expected future<u32>, got "5": expected u32, got "5"',
  });
  await settled();
  assert.equal(store.handles, 0);
});

test("a component that reads a promise that is rejected traps; one that does not never knows", { skip }, async () => {
  const cause = new Error("no luck");
  const cases: [() => unknown, string][] = [
    [() => Promise.reject(cause), "get: a promise that was passed to a component was rejected: no luck"],
    [
      () => settled().then(() => Promise.reject(cause)),
      "get: a promise that was passed to a component was rejected: no luck",
    ],
    [() => Promise.resolve("5"), 'a future: expected u32, got "5"'],
    [() => settled().then(() => -1), "a future: expected u32, got -1, which is out of range for u32 (0..4294967295)"],
  ];
  for (const [given, message] of cases) {
    const { exports, unhandled } = await make();
    assert.equal(await exports["ignore"]!(given()), 7);
    await settled();
    await assert.rejects(exports["get"]!(given()), (error) => {
      assert.ok(error instanceof ComponentError);
      assert.equal(error.message, message);
      return true;
    });
    await assert.rejects(exports["get"]!(1), /cannot enter component instance: it trapped before/);
    assert.deepEqual(unhandled, []);
  }
});

test("the promise of a component that traps is rejected", { skip }, async () => {
  const { exports, unhandled } = await make();
  await assert.rejects(exports["give"]!(0), /wasm `unreachable` instruction executed$/);
  await settled();
  assert.equal(unhandled.length, 0);
});
