/**
 * A store: the component instances that can reach one another, and that fail together. `Store` in the specification
 * ("Embedding" in CanonicalABI.md).
 *
 * Each instantiation has a store of its own unless the embedder gives it one.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { Places } from "./handle-table.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import type { Chooser, Scheduler } from "./scheduler.ts";

export interface StoreOptions {
  /**
   * What becomes of asynchronous calls when nothing in the store can run any more and no promise and no stream of the
   * host's is left that could change that: they fail, which is the default, or wait for other calls.
   */
  readonly onDeadlock?: "fail" | "wait";
  /**
   * Told of failures of which no call that is awaited can tell: of a stream's source after the call that it was passed to
   * has returned, and of guests that trap when nobody waits for them. Without it they are unhandled rejections.
   */
  readonly onUnhandled?: (error: unknown) => void;
  /** For tests: makes the choices that the specification leaves open. */
  readonly chooser?: Chooser;
}

export class Store implements Places {
  /** Of the tables of all its instances. */
  places = 0;
  /** Made by `schedulerOf`, for the first instance in the store that has anything asynchronous. */
  scheduler: Scheduler | undefined;
  readonly chooser: Chooser | undefined;
  readonly failsOnDeadlock: boolean;
  readonly #onUnhandled: ((error: unknown) => void) | undefined;
  readonly #instances: ComponentInstance[] = [];
  #deferred: Deferred[] | undefined;
  #scheduled = false;
  /** Why nothing in this store can be entered any more, once something in it has trapped. */
  trapped: ComponentError | undefined;

  constructor(options: StoreOptions = {}) {
    this.chooser = options.chooser;
    this.failsOnDeadlock = options.onDeadlock !== "wait";
    this.#onUnhandled = options.onUnhandled;
  }

  /** Tells the embedder of a failure for which there is nobody else to tell, when no guest runs. */
  unhandled(error: unknown): void {
    const tell = this.#onUnhandled;
    void Promise.resolve().then(() => {
      if (tell === undefined) throw error;
      tell(error);
    });
  }

  adopt(instance: ComponentInstance): void {
    this.#instances.push(instance);
    if (this.trapped !== undefined) instance.close();
  }

  /**
   * Makes every instance unenterable for good: after a trap nothing is known of the state of any of them. All that the
   * host awaits fails; `false` if that is nothing.
   */
  poison(reason: ComponentError): boolean {
    this.trapped ??= reason;
    mayNotLeave[0] = 0;
    for (const instance of this.#instances) instance.close();
    return this.scheduler?.fail(this.trapped) === true;
  }

  /** Whether there are tasks that wait (`whenLeft`), which come before others. */
  get isDeferring(): boolean {
    return this.#deferred !== undefined;
  }

  /**
   * Runs `task`, a call by the host, as soon as none of `entering` is entered: at once, or after the JavaScript that is
   * running now. Tasks keep their order. Once the store has trapped they are forgotten.
   */
  whenLeft(entering: readonly ComponentInstance[], task: () => void): void {
    this.runDeferred();
    if (!this.isDeferring && canEnter(entering)) {
      task();
      return;
    }
    this.#defer({ entering, task });
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.runDeferred();
    });
  }

  /**
   * Runs the tasks of `whenLeft` whose time has come. To be called, too, when a later turn of the event loop leaves an
   * instance.
   */
  runDeferred(): void {
    if (this.#deferred === undefined) return;
    const tasks = this.#deferred;
    this.#deferred = undefined;
    for (const deferred of tasks) {
      if (this.trapped !== undefined) return;
      if (canEnter(deferred.entering)) runQuietly(deferred.task);
      else this.#defer(deferred);
    }
  }

  #defer(deferred: Deferred): void {
    this.#deferred ??= [];
    this.#deferred.push(deferred);
  }
}

interface Deferred {
  readonly entering: readonly ComponentInstance[];
  readonly task: () => void;
}

function canEnter(entering: readonly ComponentInstance[]): boolean {
  for (const { flags } of entering) if ((flags & ENTERED) !== 0) return false;
  return true;
}

function runQuietly(task: () => void): void {
  try {
    task();
  } catch {
    // Nobody is there to be told. The store is poisoned by it, so the next call says what happened.
  }
}
