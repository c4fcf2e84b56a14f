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

/** `resource pollable` */
export class Pollable {
  readonly #condition: Condition;

  constructor(condition: Condition = ready) {
    this.#condition = condition;
  }

  static conditionOf(pollable: Pollable): Condition {
    return pollable.#condition;
  }

  ready(): boolean {
    return isReady(this.#condition);
  }

  block(): void {
    wait([this.#condition]);
  }

  [Symbol.dispose](): void {
    if (this.#condition.kind === "worker") this.#condition.pollable[Symbol.dispose]();
  }
}

/** `poll`: waits until something of the list is ready, and tells what is. */
function pollList(list: readonly Pollable[]): Uint32Array {
  if (list.length === 0) throw new Error("a guest polls an empty list");
  const conditions = list.map(Pollable.conditionOf);
  wait(conditions);
  return Uint32Array.from(conditions.keys()).filter((i) => isReady(conditions[i]!));
}

/** `wasi:io/poll` */
export const poll = { Pollable, poll: pollList };

function isReady(condition: Condition): boolean {
  switch (condition.kind) {
    case "ready":
      return true;
    case "instant":
      return now() >= condition.at;
    case "worker":
      return condition.pollable.ready();
  }
}

/** Returns as soon as one of the conditions holds. */
function wait(conditions: readonly Condition[]): void {
  if (conditions.some(isReady)) return;
  const watched: ShimPollable[] = [];
  let earliest: bigint | undefined;
  for (const condition of conditions) {
    if (condition.kind === "worker") watched.push(condition.pollable);
    if (condition.kind === "instant" && (earliest === undefined || condition.at < earliest)) earliest = condition.at;
  }
  if (watched.length === 0) sleepUntil(earliest!);
  else waitInWorker(watched, earliest);
}

function waitInWorker(watched: readonly ShimPollable[], until: bigint | undefined): void {
  const { clocks, io } = shim();
  const alarms = until === undefined ? [] : [clocks.monotonicClock.subscribeInstant(until)];
  try {
    io.poll.poll([...watched, ...alarms]);
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
