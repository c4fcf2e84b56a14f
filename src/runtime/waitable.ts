/**
 * Waitables, the sets that they can be in, and the events that they deliver. "Waitable State" in CanonicalABI.md.
 */
import { assert } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import type { Chooser } from "./scheduler.ts";
import type { Thread } from "./thread.ts";

/** `EventCode` in the specification. */
export const EventCode = {
  none: 0,
  subtask: 1,
  streamRead: 2,
  streamWrite: 3,
  futureRead: 4,
  futureWrite: 5,
  taskCancelled: 6,
} as const;
export type EventCode = (typeof EventCode)[keyof typeof EventCode];

/** `EventTuple` in the specification. */
export interface Event {
  readonly code: EventCode;
  readonly index: number;
  readonly payload: number;
}

export const noEvent: Event = { code: EventCode.none, index: 0, payload: 0 };
export const taskCancelled: Event = { code: EventCode.taskCancelled, index: 0, payload: 0 };

/** An event that says what has become of something by the time it is delivered. */
export interface PendingEvent {
  deliver(): Event;
}

/** `Waitable` in the specification. */
export abstract class Waitable {
  static readonly kind: string = "waitable";
  #pendingEvent: PendingEvent | undefined;
  #set: WaitableSet | undefined;
  /** The thread that waits for this waitable alone. */
  syncWaiter: Thread | undefined;

  /** Sets what is to be delivered next, which replaces what has not been delivered yet. */
  setPendingEvent(event: PendingEvent): void {
    this.#pendingEvent = event;
    this.#set?.added(this);
    this.syncWaiter?.scheduler.wake(this.syncWaiter);
  }

  get hasPendingEvent(): boolean {
    return this.#pendingEvent !== undefined;
  }

  /** `in_waitable_set` in the specification. */
  get inSet(): boolean {
    return this.#set !== undefined;
  }

  getPendingEvent(): Event {
    const event = this.#pendingEvent;
    assert(event !== undefined);
    this.#pendingEvent = undefined;
    this.#set?.taken(this);
    return event.deliver();
  }

  join(set: WaitableSet | undefined): void {
    assert(this.syncWaiter === undefined);
    this.#set?.left(this);
    this.#set = set;
    set?.joined(this);
  }

  /** `drop` in the specification. */
  drop(): void {
    assert(this.syncWaiter === undefined);
    this.join(undefined);
  }
}

/** `WaitableSet` in the specification. */
export class WaitableSet {
  static readonly kind: string = "waitable set";
  readonly #elements: Set<Waitable> = new Set();
  /** Those with a pending event, in the order in which they got it. */
  readonly #pending: Set<Waitable> = new Set();
  readonly #waiters: Set<Thread> = new Set();

  get hasPendingEvent(): boolean {
    return this.#pending.size > 0;
  }

  /** `get_pending_event` in the specification; `chooser` picks one of several. */
  getPendingEvent(chooser?: Chooser): Event {
    const nth = chooser?.choose(this.#pending.size) ?? 0;
    let i = 0;
    for (const waitable of this.#pending) if (i++ === nth) return waitable.getPendingEvent();
    throw new RangeError("no such event");
  }

  /** `num_waiting` in the specification counts them. */
  addWaiter(thread: Thread): void {
    this.#waiters.add(thread);
  }

  removeWaiter(thread: Thread): void {
    this.#waiters.delete(thread);
  }

  joined(waitable: Waitable): void {
    this.#elements.add(waitable);
    if (waitable.hasPendingEvent) this.added(waitable);
  }

  left(waitable: Waitable): void {
    this.#elements.delete(waitable);
    this.#pending.delete(waitable);
  }

  added(waitable: Waitable): void {
    this.#pending.add(waitable);
    for (const thread of this.#waiters) thread.scheduler.wake(thread);
  }

  taken(waitable: Waitable): void {
    this.#pending.delete(waitable);
  }

  /** `drop` in the specification. */
  drop(): void {
    if (this.#elements.size > 0) trapAsync("waitable-set-not-empty");
    if (this.#waiters.size > 0) trapAsync("waitable-set-waited-for");
  }
}
