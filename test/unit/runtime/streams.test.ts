import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError, ComponentError } from "../../../src/errors/component-error.ts";
import type { TypeIndex, TypeNode } from "../../../src/plan/plan.ts";
import { AsyncType } from "../../../src/runtime/async-types.ts";
import { type Buffer, GuestBuffer, HostSource, HostTarget, type Payload } from "../../../src/runtime/buffers.ts";
import type { Pending } from "../../../src/runtime/copy-end.ts";
import { SharedFuture } from "../../../src/runtime/futures.ts";
import { InvalidValue } from "../../../src/runtime/numbers.ts";
import { SharedStream } from "../../../src/runtime/streams.ts";
import { makeGuest } from "./guest.ts";
import { makeInstance, trapOf } from "./threads.ts";

const noHost = undefined as never;

function type(kind: "stream" | "future", node?: TypeNode): AsyncType {
  const types = node === undefined ? [] : [node];
  return new AsyncType(kind, node && (0 as TypeIndex), { types, resources: [] }, noHost);
}

const strings = type("stream", { kind: "string" });

/** One side of a copy; `log` gets what it is told. */
function side(name: string, buffer: Buffer, log: string[], instance = makeInstance()): Pending {
  return {
    instance,
    buffer,
    onCopy: () => log.push(`${name} copied ${buffer.progress}`),
    onCopyDone: (result) => log.push(`${name} done ${result} after ${buffer.progress}`),
  };
}

const write = (...values: string[]) => new HostSource(values, strings);
const read = (length: number) => new HostTarget(length, undefined);

/** What each side is told, for these operations in this order. Results are 0 completed, 1 dropped, 2 cancelled. */
const scenarios: readonly [string, (stream: SharedStream, log: string[]) => void, string[]][] = [
  [
    "the first waits, the second copies",
    (stream, log) => {
      stream.write(side("w", write("a", "b", "c"), log));
      stream.read(side("r", read(2), log));
    },
    ["w copied 2", "r done 0 after 2"],
  ],
  [
    "the same the other way round",
    (stream, log) => {
      stream.read(side("r", read(2), log));
      stream.write(side("w", write("a", "b", "c"), log));
    },
    ["r copied 2", "w done 0 after 2"],
  ],
  [
    "a buffer that is not reclaimed is filled by several",
    (stream, log) => {
      stream.write(side("w", write("a", "b", "c"), log));
      stream.read(side("r1", read(1), log));
      stream.read(side("r2", read(5), log));
      stream.read(side("r3", read(1), log));
    },
    ["w copied 1", "r1 done 0 after 1", "w copied 3", "r2 done 0 after 2", "w done 0 after 3"],
  ],
  [
    "a write of nothing waits for a reader",
    (stream, log) => {
      stream.write(side("w", write(), log));
      stream.read(side("r", read(2), log));
    },
    ["w done 0 after 0"],
  ],
  [
    "a read of nothing waits for a writer",
    (stream, log) => {
      stream.read(side("r", read(0), log));
      stream.write(side("w", write("a"), log));
    },
    ["r done 0 after 0"],
  ],
  [
    "of two with nothing to copy, the writer goes first",
    (stream, log) => {
      stream.read(side("r", read(0), log));
      stream.write(side("w", write(), log));
      stream.write(side("w2", write("a"), log));
    },
    ["w done 0 after 0", "r done 0 after 0"],
  ],
  [
    "of two with nothing to copy, the reader that comes second waits",
    (stream, log) => {
      stream.write(side("w", write(), log));
      stream.read(side("r", read(0), log));
    },
    ["w done 0 after 0"],
  ],
  [
    "a read of nothing is over at once if there is something",
    (stream, log) => {
      stream.write(side("w", write("a"), log));
      stream.read(side("r", read(0), log));
    },
    ["r done 0 after 0"],
  ],
  [
    "whoever waits is told that the other end is dropped, and whoever comes later",
    (stream, log) => {
      stream.write(side("w", write("a", "b"), log));
      stream.read(side("r", read(1), log));
      stream.drop();
      stream.write(side("w2", write("a"), log));
      stream.drop();
    },
    ["w copied 1", "r done 0 after 1", "w done 1 after 1", "w2 done 1 after 0"],
  ],
  [
    "who cancels is told what has been copied",
    (stream, log) => {
      stream.read(side("r", read(3), log));
      stream.write(side("w", write("a"), log));
      stream.cancel();
    },
    ["r copied 1", "w done 0 after 1", "r done 2 after 1"],
  ],
];

for (const [name, play, expected] of scenarios) {
  test(name, () => {
    const log: string[] = [];
    play(new SharedStream(strings), log);
    assert.deepEqual(log, expected);
  });
}

test("a future is written and read once, whoever comes first", () => {
  for (const order of ["rw", "wr"]) {
    const log: string[] = [];
    const future = new SharedFuture(type("future", { kind: "string" }));
    const target = read(1);
    for (const who of order) {
      if (who === "r") future.read(side("r", target, log));
      else future.write(side("w", write("a"), log));
    }
    assert.deepEqual(log.sort(), ["r done 0 after 1", "w done 0 after 1"]);
    assert.deepEqual(target.values, ["a"]);
  }
});

test("who writes a future that nobody reads any more is told that it is dropped", () => {
  const log: string[] = [];
  const future = new SharedFuture(type("future", { kind: "string" }));
  future.write(side("w", write("a"), log));
  future.drop();
  future.write(side("w2", write("a"), log));
  assert.deepEqual(log, ["w done 1 after 0", "w2 done 1 after 0"]);
});

test("an instance may read from itself nothing but numbers, or nothing", () => {
  const instance = makeInstance();
  const meet = (t: AsyncType) => {
    const stream = new SharedStream(t);
    stream.write(side("w", new HostSource([], t), [], instance));
    stream.read(side("r", read(0), [], instance));
  };
  assert.equal(
    trapOf(() => meet(strings)),
    "cannot read from and write to intra-component stream",
  );
  assert.equal(
    trapOf(() => meet(type("stream", { kind: "bool" }))),
    "cannot read from and write to intra-component stream",
  );
  meet(type("stream", { kind: "u8" }));
  meet(type("stream"));
});

test("types of different plans are compared by what they are", () => {
  const scope = (types: TypeNode[]) => ({ types, resources: [] });
  const of = (kind: "stream" | "future", types: object[]) =>
    new AsyncType(
      kind,
      types.length === 0 ? undefined : ((types.length - 1) as TypeIndex),
      scope(types as TypeNode[]),
      noHost,
    );
  const u8 = { kind: "u8" };
  const groups: (() => AsyncType)[] = [
    () => of("stream", []),
    () => of("future", []),
    () => of("stream", [u8]),
    () => of("stream", [{ kind: "s8" }]),
    () => of("stream", [u8, { kind: "list", element: 0 }]),
    () => of("stream", [u8, { kind: "list", element: 0, length: 2 }]),
    () => of("stream", [u8, { kind: "record", fields: [{ label: "a", type: 0 }] }]),
    () => of("stream", [u8, { kind: "record", fields: [{ label: "b", type: 0 }] }]),
    () => of("stream", [u8, { kind: "tuple", types: [0] }]),
    () => of("stream", [u8, { kind: "tuple", types: [0, 0] }]),
    () => of("stream", [u8, { kind: "variant", cases: [{ label: "a", type: 0 }] }]),
    () => of("stream", [u8, { kind: "variant", cases: [{ label: "a" }] }]),
    () => of("stream", [{ kind: "enum", labels: ["a"] }]),
    () => of("stream", [{ kind: "flags", labels: ["a"] }]),
    () => of("stream", [u8, { kind: "option", type: 0 }]),
    () => of("stream", [u8, { kind: "result", ok: 0 }]),
    () => of("stream", [u8, { kind: "result", error: 0 }]),
    () => of("stream", [u8, { kind: "map", key: 0, value: 0 }]),
    () => of("stream", [u8, { kind: "stream", payload: 0 }]),
    () => of("stream", [u8, { kind: "future", payload: 0 }]),
  ];
  for (const [i, a] of groups.entries()) {
    for (const [j, b] of groups.entries()) assert.equal(a().equals(b()), i === j, `${i} and ${j}`);
  }
});

test("what generated code leaves to the engine to complain of is the writer's fault, what a guest does is not", () => {
  const throwing = (error: unknown): Payload => {
    const host = () => {
      throw error;
    };
    return { size: 4, alignment: 4, number: undefined, load: undefined as never, store: { host, component: host } };
  };
  const fault = new ComponentError("call", "wrong-value", "wrong");
  const run = (error: unknown) => {
    const stream = new SharedStream(strings);
    const log: string[] = [];
    stream.read(side("reader", new GuestBuffer(makeGuest().cx, throwing(error), 0, 1), log));
    let told = 0;
    const onFault = () => {
      told++;
      return fault;
    };
    stream.write({ ...side("writer", write("a"), log), onFault });
    return told;
  };
  assert.equal(run(new InvalidValue()), 1);
  assert.equal(run(new TypeError("Cannot read properties of null")), 1);
  assert.throws(() => run(new WebAssembly.RuntimeError("unreachable")), WebAssembly.RuntimeError);
  assert.throws(() => run(new AssertionError("a mistake")), AssertionError);
});
