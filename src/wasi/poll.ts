/**
 * `wasi:io/poll`: waiting, without an event loop.
 *
 * A guest runs to its end in one turn of the event loop, so whatever it waits for must come about without one. Time
 * passes by itself; files are always ready; sockets and the console are watched by the shim's worker thread, which can
 * be waited for synchronously.
 */
import { type ShimPollable, shim } from "./shim.ts";

/** What a pollable waits for. */
export type Condition =
  | { readonly kind: "ready" }
  /** An instant of the monotonic clock, in nanoseconds. */
  | { readonly kind: "instant"; readonly at: bigint }
  | { readonly kind: "worker"; readonly pollable: ShimPollable };

export const ready: Condition = { kind: "ready" };

/** The monotonic clock, in nanoseconds. */
export function now(): bigint {
  return process.hrtime.bigint();
}

/** No function of the class, which a guest could call by declaring it. */
let conditionOf: (pollable: Pollable) => Condition;

/** `resource pollable` */
export class Pollable {
  readonly #condition: Condition;

  constructor(condition: Condition = ready) {
    this.#condition = condition;
  }

  static {
    conditionOf = (pollable) => pollable.#condition;
  }

  ready(): boolean {
    return check([this.#condition], true).length > 0;
  }

  block(): void {
    check([this.#condition], false);
  }

  [Symbol.dispose](): void {
    if (this.#condition.kind === "worker") this.#condition.pollable[Symbol.dispose]();
  }
}

/** `poll`: waits until something of the list is ready, and tells what is. */
function pollList(list: readonly Pollable[]): Uint32Array {
  if (list.length === 0) throw new Error("a guest polls an empty list");
  return Uint32Array.from(check(list.map(conditionOf), false));
}

/** `wasi:io/poll` */
export const poll = { Pollable, poll: pollList };

/** Tells which of the conditions hold, in order; waits until one does, unless it is only asked about this `instant`. */
function check(conditions: readonly Condition[], instant: boolean): number[] {
  const watched: { readonly index: number; readonly pollable: ShimPollable }[] = [];
  for (const [index, condition] of conditions.entries()) {
    if (condition.kind === "worker") watched.push({ index, pollable: condition.pollable });
  }
  for (;;) {
    const holding = [...conditions.keys()].filter((index) => holds(conditions[index]!));
    const wakeAt = instant || holding.length > 0 ? 0n : earliest(conditions);
    if (watched.length > 0) {
      const woken = pollWorker(
        watched.map(({ pollable }) => pollable),
        wakeAt,
      );
      holding.push(...woken.map((at) => watched[at]!.index));
    } else if (wakeAt !== undefined) {
      sleepUntil(wakeAt);
    }
    if (instant || holding.length > 0) return holding.sort((a, b) => a - b);
  }
}

/** Whether a condition holds, as far as that can be seen from here. */
function holds(condition: Condition): boolean {
  switch (condition.kind) {
    case "ready":
      return true;
    case "instant":
      return now() >= condition.at;
    case "worker":
      return false;
  }
}

function earliest(conditions: readonly Condition[]): bigint | undefined {
  let found: bigint | undefined;
  for (const condition of conditions) {
    if (condition.kind === "instant" && (found === undefined || condition.at < found)) found = condition.at;
  }
  return found;
}

/**
 * Waits until the worker sees that some of the pollables are ready, or until an instant that may have passed.
 *
 * It is always asked for a list: the shim's `ready` tells a stream to be ready until somebody has waited for it once.
 */
function pollWorker(pollables: readonly ShimPollable[], wakeAt: bigint | undefined): number[] {
  const { clocks, io } = shim();
  const alarms = wakeAt === undefined ? [] : [clocks.monotonicClock.subscribeInstant(wakeAt)];
  try {
    return [...io.poll.poll([...pollables, ...alarms])].filter((index) => index < pollables.length);
  } finally {
    for (const alarm of alarms) alarm[Symbol.dispose]();
  }
}

function sleepUntil(instant: bigint): void {
  for (let left = instant - now(); left > 0n; left = instant - now()) pause(Number(left) / 1e6);
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread for so many milliseconds. */
export function pause(milliseconds: number): void {
  Atomics.wait(nobody, 0, 0, milliseconds);
}
