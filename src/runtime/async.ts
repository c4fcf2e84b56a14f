/**
 * `gantry/runtime/async`: what a plan needs besides `gantry/runtime` if anything of it is asynchronous: pass `async` to
 * `instantiate`.
 */
import { type AsyncRuntime, asyncRuntime } from "./async-state.ts";
import type { AsyncHostSide } from "./async-types.ts";
import { HostReadable } from "./host-ends.ts";

export * as library from "./async-library.ts";

/** Ends of streams and futures are passed as they are. */
const plainEnds: AsyncHostSide = {
  streamFromGuest: (end) => end,
  futureFromGuest: (end) => end,
  toGuest: (value, type) =>
    value instanceof HostReadable && value.type.equals(type) && !value.closed ? value.give() : undefined,
  fault: (value, type) => (value instanceof HostReadable ? undefined : `it is no end of a ${type.kind}`),
};

export const async: AsyncRuntime = asyncRuntime(plainEnds);
