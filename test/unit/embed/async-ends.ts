/** Streams and futures between the host and the host, with no guest between them: for tests of how they look. */

import { asyncValues } from "../../../src/embed/async-values.ts";
import type { ComponentStream } from "../../../src/embed/stream.ts";
import type { TypeIndex, TypeNode } from "../../../src/plan/plan.ts";
import { AsyncType } from "../../../src/runtime/async-types.ts";
import type { Shared } from "../../../src/runtime/copy-end.ts";
import type { SharedFuture } from "../../../src/runtime/futures.ts";
import { HostReadable } from "../../../src/runtime/host-ends.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { Store } from "../../../src/runtime/store.ts";

type Node = TypeNode | TypeNode["kind"];

/** A type whose payload is the first of `nodes`, which may refer to the others. */
export function asyncType(kind: "stream" | "future", ...nodes: Node[]): AsyncType {
  const types = nodes.map((node) => (typeof node === "string" ? ({ kind: node } as TypeNode) : node));
  const payload = nodes.length === 0 ? undefined : (0 as TypeIndex);
  return new AsyncType(kind, payload, { types, resources: [] }, asyncValues);
}

/** A store, and what it is told that nobody awaits. */
export function testStore(): { store: Store; unhandled: unknown[] } {
  const unhandled: unknown[] = [];
  return { store: new Store({ onUnhandled: (error) => unhandled.push(error) }), unhandled };
}

export interface Passed {
  readonly stream: ComponentStream;
  readonly store: Store;
  readonly unhandled: unknown[];
}

/** Passes `value` for a stream, as to a guest, and takes it back, as from one. */
export function passStream(value: unknown, ...nodes: Node[]): Passed {
  const { store, unhandled } = testStore();
  const type = asyncType("stream", ...nodes);
  return { stream: receive(asyncValues.toGuest(value, type, store)!, type, store), store, unhandled };
}

export function receive(shared: Shared, type: AsyncType, store: Store): ComponentStream {
  return asyncValues.streamFromGuest(new HostReadable(shared, type, schedulerOf(store))) as ComponentStream;
}

export function passFuture(value: unknown, ...nodes: Node[]): { promise: Promise<unknown>; store: Store } {
  const { store } = testStore();
  const type = asyncType("future", ...nodes);
  const shared = asyncValues.toGuest(value, type, store) as SharedFuture;
  const end = new HostReadable(shared, type, schedulerOf(store));
  return { promise: asyncValues.futureFromGuest(end) as Promise<unknown>, store };
}

/** All chunks. */
export async function collect<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

/** Lets everything happen that can without anything from outside. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A generator that tells what was asked of it. */
export function watched(values: readonly unknown[], log: string[]): AsyncGenerator<unknown> {
  return (async function* () {
    try {
      for (const value of values) {
        log.push(`give ${String(value)}`);
        yield value;
      }
      log.push("end");
    } finally {
      log.push("closed");
    }
  })();
}
