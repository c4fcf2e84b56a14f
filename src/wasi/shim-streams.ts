/**
 * The shim's streams as sources and sinks of ours.
 *
 * They are not handed to guests themselves: they take what a guest must not do (writing more than was permitted, passing
 * a stream of another kind to `splice`) for a reason to end the process.
 */
import type { ShimInputStream, ShimOutputStream } from "./shim.ts";
import { type Sink, type Source, StreamFailure } from "./streams.ts";

export function shimSource(stream: ShimInputStream): Required<Source> {
  return {
    read: (max) => orEnd(() => stream.read(BigInt(max))),
    blockingRead(max) {
      for (;;) {
        const bytes = orEnd(() => stream.blockingRead(BigInt(max)));
        // Nothing is also what comes just before the end.
        if (bytes === undefined || bytes.length > 0 || max === 0) return bytes;
      }
    },
    condition: () => ({ kind: "worker", pollable: stream.subscribe() }),
    close: () => stream[Symbol.dispose](),
  };
}

export function shimSink(stream: ShimOutputStream): Required<Sink> {
  const sink: Required<Sink> = {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const room = sink.room();
        if (room === 0) sink.blockingFlush();
        else call(() => stream.write(bytes.slice(done, done + room)));
        done += Math.min(room, bytes.length - done);
      }
    },
    room: () => Number(call(() => stream.checkWrite())),
    condition: () => ({ kind: "worker", pollable: stream.subscribe() }),
    flush: () => call(() => stream.flush()),
    blockingFlush: () => call(() => stream.blockingFlush()),
    close: () => stream[Symbol.dispose](),
  };
  return sink;
}

interface Failure {
  readonly tag: "last-operation-failed";
  readonly val: { readonly payload: unknown };
}

function isTagged(error: unknown, tag: string): boolean {
  return typeof error === "object" && error !== null && (error as { readonly tag?: unknown }).tag === tag;
}

/** Calls the shim; a failure that it tells in its own way is told in ours. */
function call<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (isTagged(error, "last-operation-failed"))
      throw new StreamFailure("", { cause: (error as Failure).val.payload });
    throw error;
  }
}

/** As `call`, with `undefined` for the end of an input stream. */
function orEnd<T>(operation: () => T): T | undefined {
  try {
    return call(operation);
  } catch (error) {
    if (isTagged(error, "closed")) return undefined;
    throw error;
  }
}
