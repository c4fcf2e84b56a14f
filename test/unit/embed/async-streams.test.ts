/** Streams as the host sees them: what can be one, how one is read, and who is told when it ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asyncValues } from "../../../src/embed/async-values.ts";
import { ComponentStream } from "../../../src/embed/stream.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { hostPair } from "../../../src/runtime/host-ends.ts";
import { asyncType, collect, passStream, receive, settled, testStore, watched } from "./async-ends.ts";
import { collectGarbage } from "./guests.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

async function* slowly(...items: unknown[]) {
  for (const item of items) {
    await settled();
    yield item;
  }
}

const web = (...items: unknown[]) =>
  new ReadableStream({
    start(controller) {
      for (const item of items) controller.enqueue(item);
      controller.close();
    },
  });

test("whatever gives values one after the other can be a stream", async () => {
  const tuple = { kind: "tuple", types: [1, 1] } as never;
  const list = { kind: "list", element: 1 } as never;
  const list1 = { kind: "list", element: 2 } as never;
  const cases: [given: () => unknown, nodes: Parameters<typeof asyncType>[1][], chunks: unknown[]][] = [
    [() => [1, 2], ["u8"], [bytes(1, 2)]],
    [() => [], ["u8"], []],
    [() => bytes(1, 2), ["u8"], [bytes(1, 2)]],
    [() => Buffer.of(1, 2), ["u8"], [bytes(1, 2)]],
    [() => bytes(1, 2).buffer, ["u8"], [bytes(1, 2)]],
    [() => new DataView(bytes(1, 2, 3).buffer, 1), ["u8"], [bytes(2, 3)]],
    [() => new Set([1, 2]), ["u8"], [bytes(1), bytes(2)]],
    [() => [bytes(1, 2), bytes(3)].values(), ["u8"], [bytes(1, 2), bytes(3)]],
    [() => [Promise.resolve(1)].values(), ["u8"], [bytes(1)]],
    [() => slowly(bytes(1, 2), 3, [4, 5]), ["u8"], [bytes(1, 2), bytes(3), bytes(4, 5)]],
    [() => slowly(bytes(), bytes(1).buffer), ["u8"], [bytes(1)]],
    [() => web(bytes(1, 2), bytes(3)), ["u8"], [bytes(1, 2), bytes(3)]],
    [() => new Blob(["ab"]).stream(), ["u8"], [bytes(97, 98)]],
    [() => [1n, 2n], ["s64"], [BigInt64Array.of(1n, 2n)]],
    [() => slowly(1n), ["u64"], [BigUint64Array.of(1n)]],
    [() => Float32Array.of(0.5), ["f32"], [Float32Array.of(0.5)]],
    [() => bytes(1, 2), ["u32"], [Uint32Array.of(1, 2)]],
    [() => ["a", "b"], ["string"], [["a", "b"]]],
    [() => slowly("a", ["b", "c"]), ["string"], [["a"], ["b", "c"]]],
    [() => web("a", "b"), ["string"], [["a"], ["b"]]],
    [() => slowly([1, 2], [3, 4]), [tuple, "u8"], [[[1, 2]], [[3, 4]]]],
    [() => slowly([1], undefined), [{ kind: "option", type: 1 } as never, list1, "u8"], [[[1]], [undefined]]],
    [() => slowly(bytes(1), [2]), [list, "u8"], [[bytes(1)], [[2]]]],
    [() => [undefined, undefined], [], [[undefined, undefined]]],
  ];
  for (const [given, nodes, chunks] of cases) {
    const { stream, unhandled } = passStream(given(), ...nodes);
    assert.deepStrictEqual(await collect(stream), chunks, String(given));
    assert.deepEqual(unhandled, []);
  }
});

test("what cannot be a stream is refused, with the reason, and left alone", () => {
  const locked = web();
  locked.getReader();
  const cases: [unknown, RegExp][] = [
    ["text", /^it is no ReadableStream, nothing iterable and no array$/],
    [5, /^it is no ReadableStream/],
    [null, /^it is no ReadableStream/],
    [{}, /^it is no ReadableStream/],
    [Promise.resolve([]), /^it is no ReadableStream/],
    [locked, /^it is locked to a reader$/],
    [[1, 256], /^element 1: expected u8, got 256, which is out of range/],
    [Uint16Array.of(1, 2, 300), /^element 2: expected u8, got 300/],
  ];
  const type = asyncType("stream", "u8");
  for (const [value, reason] of cases) {
    assert.match(asyncValues.fault(value, type)!, reason);
    assert.equal(asyncValues.toGuest(value, type, testStore().store), undefined);
  }
  const fine = web(bytes(1));
  assert.equal(asyncValues.fault(fine, type), undefined);
  assert.equal(fine.locked, false);
});

test("a source is asked for no more than is read", async () => {
  const log: string[] = [];
  const { stream } = passStream(watched([1, 2, 3], log), "u8");
  await settled();
  assert.deepEqual(log, []);
  assert.deepEqual(await stream.read(), { done: false, value: bytes(1) });
  await settled();
  assert.deepEqual(log, ["give 1"]);
  await stream.read();
  await stream.read();
  assert.deepEqual(await stream.read(), { done: true, value: undefined });
  assert.deepEqual(log, ["give 1", "give 2", "give 3", "end", "closed"]);
});

test("the source learns that nobody reads any more", async () => {
  const left: [string, (stream: ComponentStream) => Promise<unknown>][] = [
    ["cancel", (stream) => stream.cancel()],
    ["asyncDispose", (stream) => stream[Symbol.asyncDispose]()],
    [
      "break",
      async (stream) => {
        for await (const _ of stream) break;
      },
    ],
    ["cancel of readable", (stream) => stream.readable.cancel()],
    [
      "cancel while reading",
      async (stream) => {
        const reading = stream.read();
        await stream.cancel();
        assert.deepEqual(await reading, { done: true, value: undefined });
      },
    ],
  ];
  for (const [how, leave] of left) {
    const log: string[] = [];
    const source = watched([1, 2], log);
    await source.next();
    const { stream, unhandled } = passStream(source, "u8");
    await leave(stream);
    await settled();
    assert.equal(log.at(-1), "closed", how);
    assert.deepEqual(await stream.read(), { done: true, value: undefined }, how);
    assert.deepEqual(unhandled, []);
  }
});

test("a web stream is cancelled while its next chunk is awaited", async () => {
  const log: string[] = [];
  const source = new ReadableStream(
    {
      pull: () => {
        log.push("pull");
        return new Promise(() => {});
      },
      cancel: () => void log.push("cancel"),
    },
    { highWaterMark: 0 },
  );
  const { stream } = passStream(source, "u8");
  const reading = stream.read();
  await settled();
  await stream.cancel();
  await settled();
  assert.deepEqual(log, ["pull", "cancel"]);
  assert.deepEqual(await reading, { done: true, value: undefined });
});

test("bytes are read into a buffer of the embedder's", async () => {
  const { stream } = passStream([bytes(1, 2, 3, 4, 5), bytes(6)].values(), "u8");
  const buffer = new Uint8Array(3);
  const first = await stream.read(buffer);
  assert.deepEqual(first.value, bytes(1, 2, 3));
  assert.equal(first.value!.buffer, buffer.buffer);
  const second = await stream.read(buffer);
  assert.deepEqual(second.value, bytes(4, 5));
  assert.equal(second.value!.buffer, buffer.buffer);
  await assert.rejects(stream.read(new Uint8Array(0)), /^TypeError: there is no room to read into$/);
  await assert.rejects(stream.read(new Uint16Array(1)), /^TypeError: values of type u8 are read into a Uint8Array$/);
  assert.deepEqual((await stream.read(buffer.subarray(1))).value, bytes(6));
  assert.deepEqual(buffer, bytes(4, 6, 3));
  assert.equal((await stream.read(buffer)).done, true);
  const words = passStream(["a"], "string").stream;
  await assert.rejects(words.read(buffer), /^TypeError: only numbers are read into an array$/);
  assert.deepEqual((await words.read()).value, ["a"]);
});

test("a buffer that shrinks or is taken away while it is read into costs nothing that is read", async () => {
  let give!: (chunk: unknown) => void;
  const source = async function* () {
    for (;;) yield await new Promise((resolve) => (give = resolve));
  };
  const { stream, unhandled } = passStream(source(), "u8");
  const gone = new Uint8Array(4);
  const nothing = stream.read(gone);
  await settled();
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  give(bytes(1));
  await assert.rejects(nothing, /^TypeError: the memory that was to be read into has been taken away$/);
  assert.deepEqual((await stream.read()).value, bytes(1));
  const options = { maxByteLength: 4 };
  const buffer = new (ArrayBuffer as new (...args: unknown[]) => ArrayBuffer)(4, options);
  const some = stream.read(new Uint8Array(buffer));
  await settled();
  (buffer as ArrayBuffer & { resize(length: number): void }).resize(2);
  give(bytes(1, 2, 3, 4));
  assert.deepEqual((await some).value, bytes(1, 2));
  assert.deepEqual((await stream.read()).value, bytes(3, 4));
  assert.deepEqual(unhandled, []);
});

test("a stream is not read twice at a time", async () => {
  const { stream } = passStream(slowly(1, 2), "u8");
  const first = stream.read();
  await assert.rejects(stream.read(), /^TypeError: the stream is being read already$/);
  assert.deepEqual((await first).value, bytes(1));
  assert.deepEqual((await stream.read()).value, bytes(2));
});

test("a stream can be read as a web stream", async () => {
  const { stream } = passStream([bytes(1, 2), bytes(3)].values(), "u8");
  const { readable } = stream;
  assert.equal(readable, stream.readable);
  assert.deepEqual(await collect(readable), [bytes(1, 2), bytes(3)]);
  await assert.rejects(stream.read(), /^TypeError: the stream is read through its `readable`$/);

  assert.equal(await new Response(passStream(slowly(bytes(111), bytes(107)), "u8").stream.readable).text(), "ok");
  assert.deepEqual(await collect(passStream(slowly("a", ["b", "c"]), "string").stream.readable), [["a"], ["b", "c"]]);
});

test("as a web stream of bytes, a stream is read into buffers of the reader's", async () => {
  const { stream } = passStream([bytes(1, 2, 3, 4, 5)].values(), "u8");
  const reader = stream.readable.getReader({ mode: "byob" });
  const first = await reader.read(new Uint8Array(new ArrayBuffer(8), 2, 3));
  assert.deepEqual(first.value, bytes(1, 2, 3));
  assert.equal(first.value!.byteOffset, 2);
  assert.deepEqual((await reader.read(new Uint8Array(8))).value, bytes(4, 5));
  const last = await reader.read(new Uint8Array(8));
  assert.equal(last.done, true);
});

test("a web stream can be cancelled while it is read", async () => {
  for (const mode of [undefined, "byob"] as const) {
    const log: string[] = [];
    const { stream, unhandled } = passStream(watched([1], log), "u8");
    const reader = stream.readable.getReader({ mode: mode as never }) as ReadableStreamDefaultReader;
    await (reader.read as (view?: Uint8Array) => Promise<unknown>)(new Uint8Array(4));
    const pending = (reader.read as (view?: Uint8Array) => Promise<{ done: boolean }>)(new Uint8Array(4));
    await reader.cancel();
    assert.equal((await pending).done, true);
    await settled();
    assert.equal(log.at(-1), "closed");
    assert.deepEqual(unhandled, []);
  }
});

test("a source that fails ends the stream, and the failure is told", async () => {
  const cause = new Error("disk on fire");
  async function* failing() {
    yield 1;
    throw cause;
  }
  const errored = new ReadableStream({ pull: (controller) => controller.error(cause) }, { highWaterMark: 0 });
  const cases: [unknown, unknown[]][] = [
    [failing(), [bytes(1)]],
    [errored, []],
    [{ [Symbol.iterator]: () => ({ next: () => Promise.reject(cause) }) }, []],
  ];
  for (const [source, chunks] of cases) {
    const { stream, unhandled } = passStream(source, "u8");
    assert.deepEqual(await collect(stream), chunks);
    await settled();
    assert.equal(unhandled.length, 1);
    const [error] = unhandled as ComponentError[];
    assert.ok(error instanceof ComponentError);
    assert.equal(error.code, "stream-failed");
    assert.equal(error.message, "a stream that was passed to a component failed: disk on fire");
    assert.equal(error.cause, cause);
  }
});

test("what a source fails with need not be anything that can be read", async () => {
  for (const cause of [Object.create(null), Symbol("why"), undefined, { toString: () => assert.fail() }]) {
    const { stream, unhandled } = passStream(
      { [Symbol.iterator]: () => ({ next: () => Promise.reject(cause) }) },
      "u8",
    );
    assert.deepEqual(await collect(stream), []);
    await settled();
    assert.deepEqual(
      unhandled.map((error) => [(error as ComponentError).code, (error as ComponentError).cause]),
      [["stream-failed", cause]],
    );
  }
});

test("a source that gives a wrong value ends the stream, and is closed", async () => {
  const cases: [unknown, Parameters<typeof asyncType>[1][], chunks: unknown[], message: string][] = [
    [
      [bytes(1), [2, 256]],
      ["u8"],
      [bytes(1)],
      "element 1 of a stream's chunk: expected u8, got 256, which is out of range for u8 (0..255)",
    ],
    [["1"], ["u8"], [], 'element 0 of a stream\'s chunk: expected u8, got "1"'],
    [[{}], ["u8"], [], "a stream: expected a chunk of u8 (Uint8Array), got {}"],
    [["a", 5], ["string"], [["a"]], "element 0 of a stream's chunk: expected string, got 5"],
    [
      [
        ["a", "b"],
        ["c", null],
      ],
      ["string"],
      [["a", "b"]],
      "element 1 of a stream's chunk: expected string, got null",
    ],
  ];
  for (const [items, nodes, chunks, message] of cases) {
    const log: string[] = [];
    const { stream, unhandled } = passStream(watched(items as unknown[], log), ...nodes);
    assert.deepEqual(await collect(stream), chunks);
    await settled();
    assert.deepEqual(
      unhandled.map((error) => (error as Error).message),
      [message],
    );
    assert.equal(log.at(-1), "closed");
  }
});

test("a source that fails when it is cancelled is told of", async () => {
  const source = new ReadableStream({ cancel: () => Promise.reject(new Error("stuck")) });
  const { stream, unhandled } = passStream(source, "u8");
  await stream.cancel();
  await settled();
  assert.deepEqual(
    unhandled.map((error) => (error as Error).message),
    ["a stream that was passed to a component failed: stuck"],
  );
});

test("the stream fails with its store", async () => {
  const { store, unhandled } = testStore();
  const log: string[] = [];
  const type = asyncType("stream", "u8");
  const stream = receive(asyncValues.toGuest(watched([1, 2], log), type, store)!, type, store);
  await stream.read();
  const { readable } = hostPair(type, store);
  const other = receive(readable, type, store);
  const reading = other.read();
  const reason = new ComponentError("trap", "core", "wasm trap");
  await settled();
  store.poison(reason);
  await assert.rejects(reading, reason);
  await assert.rejects(other.read(), reason);
  await assert.rejects(stream.read(), reason);
  await settled();
  assert.equal(log.at(-1), "closed");
  assert.deepEqual(unhandled, []);
});

test("a stream of a component's is passed on as it is within a store", async () => {
  const { store } = testStore();
  const type = asyncType("stream", "u8");
  for (const through of ["object", "readable"] as const) {
    const shared = asyncValues.toGuest([1, 2], type, store)!;
    const stream = receive(shared, type, store);
    const value = through === "object" ? stream : stream.readable;
    assert.equal(asyncValues.fault(value, type), undefined);
    assert.equal(asyncValues.toGuest(value, type, store), shared);
    assert.match(asyncValues.fault(value, type)!, through === "object" ? /^it has been given away$/ : /^it is locked/);
    assert.equal(asyncValues.toGuest(value, type, store), undefined);
    if (through === "object") {
      await assert.rejects(stream.read(), /^TypeError: the stream has been given away$/);
      await assert.rejects(stream.cancel(), /^TypeError: the stream has been given away$/);
    }
    assert.deepEqual(await collect(receive(shared, type, store)), [bytes(1, 2)]);
  }
});

test("to another store, or as another type, what is in it is passed on", async () => {
  const from = testStore();
  const to = testStore();
  const type = asyncType("stream", "u8");
  const wide = asyncType("stream", "u32");
  const make = () => receive(asyncValues.toGuest([1, 2], type, from.store)!, type, from.store);
  assert.deepEqual(await collect(receive(asyncValues.toGuest(make(), type, to.store)!, type, to.store)), [bytes(1, 2)]);
  const read = make().readable;
  assert.deepEqual(await collect(receive(asyncValues.toGuest(read, wide, from.store)!, wide, from.store)), [
    Uint32Array.of(1, 2),
  ]);
  const log: string[] = [];
  const stream = receive(asyncValues.toGuest(watched([1], log), type, from.store)!, type, from.store);
  const passed = receive(asyncValues.toGuest(stream, type, to.store)!, type, to.store);
  await passed.read();
  await passed.cancel();
  await settled();
  assert.equal(log.at(-1), "closed");
});

test("what is passed on to another store are its values, not its chunks, where arrays are values", async () => {
  const list = { kind: "list", element: 1 } as never;
  const tuple = { kind: "tuple", types: [1, 1] } as never;
  const maybe = { kind: "option", type: 1 } as never;
  const inMaybe = { kind: "list", element: 2 } as never;
  const cases: [nodes: Parameters<typeof asyncType>[1][], values: unknown[]][] = [
    [
      [list, "u8"],
      [bytes(1, 2), bytes()],
    ],
    [
      [list, "string"],
      [["a"], []],
    ],
    [[tuple, "u8"], [[1, 2]]],
    [
      [maybe, inMaybe, "u8"],
      [bytes(1), undefined],
    ],
  ];
  for (const [nodes, values] of cases) {
    for (const through of ["object", "readable"] as const) {
      const from = testStore();
      const to = testStore();
      const type = asyncType("stream", ...nodes);
      const give = async function* () {
        yield* values;
      };
      const stream = receive(asyncValues.toGuest(give(), type, from.store)!, type, from.store);
      const given = through === "object" ? stream : stream.readable;
      const passed = receive(asyncValues.toGuest(given, type, to.store)!, type, to.store);
      assert.deepStrictEqual((await collect(passed)).flat(), values);
      assert.deepEqual([...from.unhandled, ...to.unhandled], []);
    }
  }
});

test("a stream that is being read, or is over, cannot be passed on", async () => {
  const { store } = testStore();
  const type = asyncType("stream", "u8");
  const make = (value: unknown) => receive(asyncValues.toGuest(value, type, store)!, type, store);
  const reading = make(slowly(1));
  const pending = reading.read();
  assert.equal(asyncValues.fault(reading, type), "it is being read");
  assert.equal(asyncValues.toGuest(reading, type, store), undefined);
  await pending;
  assert.equal(asyncValues.fault(reading, type), undefined);
  await reading.read();
  assert.equal(asyncValues.fault(reading, type), "it has come to its end");
  const cancelled = make([1]);
  await cancelled.cancel();
  assert.equal(asyncValues.fault(cancelled, type), "it has been cancelled");
  const asWeb = make([1]);
  await asWeb.readable.getReader().read();
  assert.equal(asyncValues.fault(asWeb, type), "it is read through its `readable`");
});

test("a stream without a component is no stream: the process ended when it was collected", () => {
  assert.throws(() => new ComponentStream(undefined as never), {
    name: "TypeError",
    message: "a ComponentStream is what a component gives: there are no others",
  });
});

test("a stream that nobody has any more is dropped", async () => {
  const log: string[] = [];
  const source = watched([1, 2], log);
  await source.next();
  await (async () => {
    const { stream } = passStream(source, "u8");
    assert.ok(stream instanceof ComponentStream);
    await settled();
  })();
  for (let i = 0; i < 20 && log.at(-1) !== "closed"; i++) await collectGarbage();
  assert.equal(log.at(-1), "closed");
});

test("long lists are copied in pieces of the reader's, and none is lost", async () => {
  const list = Array.from({ length: 5000 }, (_, i) => `${i}`);
  const { stream } = passStream(list, "string");
  const chunks = await collect(stream);
  assert.ok(chunks.length > 1);
  assert.deepEqual(chunks.flat(), list);
});
