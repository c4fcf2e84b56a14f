/**
 * Threads: what runs inside a task, one at a time in a whole store. "Threads" in CanonicalABI.md.
 *
 * A thread of the specification is a continuation. Here it is a function, `continuation`: for a thread without a stack
 * of its own (an asynchronous function with a callback, between two calls of it; one that waits to be entered) it calls
 * the guest; for one with a stack, it lets the engine resume that (fiber.ts).
 */
import { assert } from "../errors/component-error.ts";
import type { Fiber } from "./fiber.ts";
import type { Quantum } from "./quantum.ts";
import { type Scheduler, schedulerOf } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** Goes on with a thread, until it blocks or ends. */
export type Continuation = (cancelled: boolean, thread: Thread) => Quantum;

/** `Thread` in the specification. */
export class Thread {
  readonly task: Task;
  readonly scheduler: Scheduler;
  /** How the thread goes on; undefined while it runs, and when it has ended. `cont` in the specification. */
  continuation: Continuation | undefined;
  /** What a waiting thread waits for; undefined for one that is suspended. `ready_func` in the specification. */
  #condition: (() => boolean) | undefined;
  /** Whether a waiting thread needs the instance for itself, too: nobody may have its exclusive lock. */
  #needsLock = false;
  cancellable = false;
  /** In the instance's table of threads. */
  index: number | undefined;
  /** The slots of `context.get` and `context.set`. */
  storage: [number | bigint, number | bigint] = [0, 0];
  /** The stack on which the thread runs, if that can be suspended. */
  fiber: Fiber | undefined;
  /** The thread to resume when this one has blocked: `block(switch_to)` in the specification. */
  switchTo: Thread | undefined;
  /** Whether the scheduler has the thread in one of its queues. */
  queued = false;

  constructor(task: Task, continuation: Continuation | undefined) {
    this.task = task;
    this.scheduler = schedulerOf(task.instance.store);
    this.continuation = continuation;
  }

  get running(): boolean {
    return this.continuation === undefined;
  }

  get suspended(): boolean {
    return this.continuation !== undefined && this.#condition === undefined;
  }

  get waiting(): boolean {
    return this.#condition !== undefined;
  }

  /** `ready` in the specification. */
  get ready(): boolean {
    return this.#condition?.() === true && !this.waitsForLock;
  }

  /** Whether nothing but the exclusive lock of its instance keeps the thread from being ready. */
  get waitsOnlyForLock(): boolean {
    return this.waitsForLock && this.#condition?.() === true;
  }

  private get waitsForLock(): boolean {
    return this.#needsLock && this.task.instance.exclusiveThread !== undefined;
  }

  /** `start_waiting_internal` in the specification. Whoever makes `condition` true has to tell the scheduler. */
  startWaiting(condition: () => boolean, needsLock = false): void {
    assert(this.#condition === undefined);
    this.#condition = condition;
    this.#needsLock = needsLock;
    this.scheduler.waiting.add(this);
  }

  /** `stop_waiting_internal` in the specification. */
  stopWaiting(): void {
    if (this.#condition === undefined) return;
    this.#condition = undefined;
    this.scheduler.waiting.delete(this);
    this.task.instance.lockWaiters.delete(this);
  }

  /** `resume_later` in the specification. */
  resumeLater(): void {
    this.startWaiting(always);
    this.scheduler.yielded(this);
  }
}

export const always = (): boolean => true;
