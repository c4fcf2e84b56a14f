/**
 * What the run side asks of streams and futures in JavaScript: `AsyncHostSide` in runtime/async-types.ts.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { AsyncHostSide, AsyncType } from "../runtime/async-types.ts";
import type { Shared } from "../runtime/copy-end.ts";
import { hostPair } from "../runtime/host-ends.ts";
import { schedulerOf } from "../runtime/scheduler.ts";
import type { Store } from "../runtime/store.ts";
import { futureFault, futureOf, promiseOf } from "./future.ts";
import { ComponentStream, componentStream, streamFault, takeStream } from "./stream.ts";
import { pump, sourceFault, sourceOf } from "./stream-source.ts";

export const asyncValues: AsyncHostSide = {
  streamFromGuest: (end) => new ComponentStream(end),
  futureFromGuest: promiseOf,
  toGuest: (value, type, store) =>
    type.kind === "stream" ? streamOf(value, type, store) : futureOf(value, type, store),
  fault(value, type) {
    if (type.kind === "future") return futureFault(value, type);
    return value instanceof ComponentStream ? streamFault(value) : sourceFault(value, type);
  },
};

/** The stream of what the host gives for one. A stream of a component's goes on to the next as it is, if it can. */
function streamOf(value: unknown, type: AsyncType, store: Store): Shared | undefined {
  const stream = componentStream(value);
  if (stream !== undefined) {
    if (streamFault(stream) === undefined) {
      const shared = takeStream(stream, type, store);
      if (shared !== undefined) return shared;
    } else if (stream === value) return undefined;
  }
  const source = sourceOf(value, type, stream !== undefined);
  if (source === undefined) return undefined;
  const { readable, writable } = hostPair(type, store);
  void pump(source, writable, reporter(store));
  return readable;
}

/** Tells of the failure of a stream that is passed just now: to whoever awaits the call that it is passed in. */
function reporter(store: Store): (error: ComponentError) => void {
  const caller = schedulerOf(store).current?.task.caller;
  return (error) => {
    if (caller?.fail?.(error) !== true) store.unhandled(error);
  };
}
