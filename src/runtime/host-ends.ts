/**
 * The ends of streams and futures that the host has. What JavaScript sees of them (`ReadableStream`, async iterators,
 * promises) is built on this in `embed/`.
 *
 * How it is meant to be used. `AsyncHostSide` (async-types.ts), which `embed/` supplies, is asked to make values of ends
 * that the host receives, and ends of values that it passes:
 *
 * - `streamFromGuest(end)`: the host has the readable end of a stream. `await end.read(…)` until the answer is `done`;
 *   `end.cancel()` ends a read that waits; `end.drop()` says that nothing more is wanted. Numbers are read into a typed
 *   array of their kind, which may be the embedder's own (`end.read(new Uint8Array(65536))`); other values come as a list
 *   of at most so many (`end.read(16)`). `give()` takes the end away, to be passed to a guest again.
 * - `futureFromGuest(end)`: `await end.read(1)`, once.
 * - `toGuest(value, type, store)`: `const { readable, writable } = hostPair(type, store)` makes a pair; return `readable`,
 *   and write to the other when it suits: `await writable.write(values)` resolves when the guest (or whoever it has passed
 *   the stream to) has taken some of them, and says how many. To be told that somebody reads before there is anything to
 *   write, write an empty list: that is not taken until there is a reader. `drop()` ends the stream. For a
 *   future, `writable.write([value])`, once; `writable.fail(error)` makes a guest that reads it trap.
 *
 * Each end has one operation at a time: a second one throws. All of them may be called at any time, also while guests
 * run; they take effect when none does. Once the store has failed, operations that wait are rejected with the reason;
 * values that turn out not to be of the payload's type when they are taken reject the write that brought them, and end
 * the stream. An end that the host has, and that is not waiting for guests, is something that can make guests go on:
 * while there is one, no deadlock is reported. So ends that are of no use any more have to be dropped.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { AsyncType } from "./async-types.ts";
import { type Buffer, HostSource, HostTarget, numbersOf } from "./buffers.ts";
import { CopyResult, type Pending, type Reclaimed, type Shared } from "./copy-end.ts";
import { SharedFuture } from "./futures.ts";
import { InvalidValue } from "./numbers.ts";
import { type Scheduler, schedulerOf } from "./scheduler.ts";
import type { Store } from "./store.ts";
import { SharedStream } from "./streams.ts";
import { type NumberKind, type TypedArray, typedArrays } from "./typed-arrays.ts";

/** What a copy has come to. */
export interface Copied {
  /** How many values were copied. */
  readonly count: number;
  /** Whether the other end is gone: no further copy is possible. */
  readonly done: boolean;
  /** Whether the copy has ended because it was cancelled. */
  readonly cancelled: boolean;
}

export interface Read extends Copied {
  /** The values: a typed array for numbers, of `count` elements, on the buffer that was read into. */
  readonly values: TypedArray | readonly unknown[];
}

/** One end, and the copy that it is at. */
abstract class HostEnd {
  readonly type: AsyncType;
  protected readonly shared: Shared;
  readonly #scheduler: Scheduler;
  #state: "open" | "done" | "dropped" | "given" = "open";
  #copying: HostCopy | undefined;
  /** While the host may begin something: says that it will not, or has. */
  #settle: () => void;
  /** Told what is wrong with a value before the guest that wants it goes on, which may end the call that it came in. */
  protected whenWrong: ((fault: ComponentError) => void) | undefined;

  constructor(shared: Shared, type: AsyncType, scheduler: Scheduler) {
    this.shared = shared;
    this.type = type;
    this.#scheduler = scheduler;
    this.#settle = scheduler.addOperation();
  }

  get store(): Store {
    return this.#scheduler.store;
  }

  /** Whether a copy is waiting. */
  get busy(): boolean {
    return this.#copying !== undefined;
  }

  /** Whether nothing can be done with it any more. */
  get closed(): boolean {
    return this.#state !== "open";
  }

  /** Ends the copy that is waiting, if there is one; it resolves with what has been copied. */
  cancel(): void {
    this.#copying?.cancel();
  }

  /** Says that nothing more comes or is wanted. A copy that is waiting is cancelled first. */
  drop(): void {
    if (this.#state === "dropped" || this.#state === "given") return;
    this.cancel();
    this.#state = "dropped";
    this.#settle();
    this.#scheduler.post(() => {
      this.shared.drop();
      return undefined;
    });
  }

  protected take(): Shared {
    if (this.#state !== "open" || this.busy) throw unusable(this.type, "given away");
    this.#state = "given";
    this.#settle();
    return this.shared;
  }

  /** With `whole`, what has been copied in part goes on until all of it is, or no more can be. */
  protected copy(direction: "read" | "write", buffer: Buffer, whole = false): Promise<Copied> {
    if (this.#state !== "open") throw unusable(this.type, direction === "read" ? "read from" : "written to");
    if (this.#copying !== undefined) throw unusable(this.type, `${direction} twice at a time`);
    this.#settle();
    const { trapped } = this.store;
    if (trapped !== undefined) {
      this.#state = "done";
      return Promise.reject(trapped);
    }
    return new Promise((resolve, reject) => {
      const copy = new HostCopy(this.#scheduler, this.shared, direction, buffer, whole, (outcome) => {
        this.#copying = undefined;
        if ("error" in outcome) {
          this.#state = "done";
          if (outcome.wrong) this.whenWrong?.(outcome.error);
          reject(outcome.error);
          return;
        }
        const { result } = outcome;
        const done = result === CopyResult.dropped || (this.type.kind === "future" && buffer.remain === 0);
        if (done && this.#state === "open") this.#state = "done";
        if (this.#state === "open") this.#settle = this.#scheduler.addOperation();
        resolve({ count: buffer.progress, done, cancelled: result === CopyResult.cancelled });
      });
      this.#copying = copy;
      copy.begin();
    });
  }
}

type CopyOutcome =
  | { readonly result: CopyResult }
  | { readonly error: ComponentError; readonly wrong: true }
  | { readonly error: unknown; readonly wrong?: false };

/** The copy that an end is at. */
class HostCopy implements Pending {
  readonly instance = undefined;
  readonly buffer: Buffer;
  readonly #scheduler: Scheduler;
  readonly #shared: Shared;
  readonly #direction: "read" | "write";
  /** Whether what has been copied in part goes on until all of it is, or no more can be. */
  readonly #whole: boolean;
  readonly #forget: () => void;
  /** Until it has ended. */
  #told: ((outcome: CopyOutcome) => void) | undefined;
  #begun = false;

  constructor(
    scheduler: Scheduler,
    shared: Shared,
    direction: "read" | "write",
    buffer: Buffer,
    whole: boolean,
    told: (outcome: CopyOutcome) => void,
  ) {
    this.buffer = buffer;
    this.#scheduler = scheduler;
    this.#shared = shared;
    this.#direction = direction;
    this.#whole = whole;
    this.#told = told;
    this.#forget = scheduler.addFailure((reason) => {
      this.#end({ error: reason });
      return false;
    }, direction === "read");
  }

  begin(): void {
    this.#scheduler.post(() => {
      if (this.#told === undefined) return undefined;
      this.#begun = true;
      this.#shared[this.#direction](this);
      return undefined;
    });
  }

  cancel(): void {
    if (!this.#begun) this.#end({ result: CopyResult.cancelled });
    else {
      this.#scheduler.post(() => {
        if (this.#told !== undefined) this.#shared.cancel();
        return undefined;
      });
    }
  }

  #end(outcome: CopyOutcome): void {
    const told = this.#told;
    this.#told = undefined;
    this.#forget();
    told?.(outcome);
  }

  get #goesOn(): boolean {
    return this.#whole && this.buffer.remain > 0;
  }

  onCopy(from: Reclaimed): void {
    if (this.#goesOn) return;
    from.reclaim();
    this.#end({ result: CopyResult.completed });
  }

  onCopyDone(result: CopyResult): void {
    if (result === CopyResult.completed && this.#goesOn && this.#told !== undefined) this.#shared.write(this);
    else this.#end({ result });
  }

  onFault(): ComponentError {
    const fault = faultOf(this.buffer as HostSource);
    this.#end({ error: fault, wrong: true });
    return fault;
  }

  onFailure(reason: ComponentError): void {
    this.#end({ error: reason });
  }
}

/** @throws ComponentError if numbers are wanted, and others given */
function hostSource(type: AsyncType, values: ArrayLike<unknown>): HostSource {
  if (type.number === undefined) return new HostSource(values, type);
  try {
    return new HostSource(numbersOf(type.number, values), type);
  } catch (error) {
    throw error instanceof InvalidValue ? faultOf(new HostSource(values, type)) : error;
  }
}

/** What is wrong with the values that are not copied yet. */
function faultOf(source: HostSource): ComponentError {
  const reason = `a value changed while it was written to a ${source.type.kind}`;
  return source.fault(source.remain) ?? new ComponentError("call", "wrong-value", reason);
}

function unusable(type: AsyncType, how: string): ComponentError {
  return new ComponentError("call", "unusable-end", `this end of a ${type.kind} cannot be ${how}`);
}

/** The readable end of a stream or a future, in the hands of the host. */
export class HostReadable extends HostEnd {
  readonly #forget: (() => void) | undefined;

  constructor(shared: Shared, type: AsyncType, scheduler: Scheduler) {
    super(shared, type, scheduler);
    // Whoever reads a stream is told of a failure of the store, now or later.
    if (type.kind === "stream") this.#forget = scheduler.addFailure(() => true);
  }

  /**
   * Reads at most so many values (of a future, 1), or into a typed array of the payload's kind. Resolves when the writer has
   * written some, or has dropped its end (`done`); for a future with a count of 0, if that is all.
   */
  async read(into: number | TypedArray): Promise<Read> {
    const target = hostTarget(this.type.number, into);
    const { count, done, cancelled } = await this.copy("read", target);
    if (done) this.#forget?.();
    return { count, done, cancelled, values: target.taken };
  }

  override drop(): void {
    super.drop();
    this.#forget?.();
  }

  /** Takes the end away, so that it can be passed to a guest again. Not while it reads. */
  give(): Shared {
    const shared = this.take();
    this.#forget?.();
    return shared;
  }
}

function hostTarget(kind: NumberKind | undefined, into: number | TypedArray): HostTarget {
  if (typeof into === "number") return new HostTarget(into, kind);
  const Class = kind && typedArrays[kind];
  if (Class !== undefined && into instanceof Class) return new HostTarget(into.length, kind, into);
  throw new TypeError(
    Class === undefined
      ? "only numbers are read into an array"
      : `values of type ${kind} are read into a ${Class.name}`,
  );
}

/** The writable end of a stream or a future, in the hands of the host. */
export class HostWritable extends HostEnd {
  #forget: (() => void) | undefined;

  /** Writes values (to a future, one). Resolves when the reader has taken some of them, or has dropped its end (`done`). */
  write(values: ArrayLike<unknown>): Promise<Copied> {
    return this.copy("write", hostSource(this.type, values));
  }

  /** As `write`, but resolves when all of them have been taken, or no more can be. */
  writeAll(values: ArrayLike<unknown>): Promise<Copied> {
    return this.copy("write", hostSource(this.type, values), true);
  }

  /** `told` is called, at an unsuitable time, when the reader drops its end, or the store fails. */
  whenDropped(told: () => void): void {
    this.shared.onDropped = told;
    this.#forget = schedulerOf(this.store).addFailure(() => {
      told();
      return false;
    });
  }

  /** `told` is called with what is wrong with a value that is taken, before the write is rejected with it. */
  whenFaulty(told: (fault: ComponentError) => void): void {
    this.whenWrong = told;
  }

  /** A future will have no value: a guest that waits for it, now or later, traps, for a future does not end without. */
  fail(reason: ComponentError): void {
    void this.copy("write", new HostSource([], this.type, reason)).catch(() => {});
  }

  override drop(): void {
    super.drop();
    this.#forget?.();
  }
}

/** A stream or future that the host writes: what to give to the guest, and where to write. */
export function hostPair(type: AsyncType, store: Store): { readable: Shared; writable: HostWritable } {
  const readable = new (type.kind === "stream" ? SharedStream : SharedFuture)(type);
  return { readable, writable: new HostWritable(readable, type, schedulerOf(store)) };
}
