/**
 * Tasks: calls of lifted functions, from when they are made until the last of their threads has ended. "Tasks" in
 * CanonicalABI.md.
 *
 * Synchronous calls into instances that use nothing asynchronous have no task: call.ts and generated code do all that is
 * left of it for them.
 */
import { assert, type ComponentError } from "../errors/component-error.ts";
import type { TypeIndex } from "../plan/plan.ts";
import { trapAsync } from "./async-trap.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import type { Memory } from "./memory.ts";
import { after, type Quantum } from "./quantum.ts";
import type { CallScope } from "./resources.ts";
import { schedulerOf, wakeForLock } from "./scheduler.ts";
import { always, type Continuation, type Thread } from "./thread.ts";

/** `Task.State` in the specification. */
export type TaskState = "initial" | "started" | "pending-cancel" | "cancel-delivered" | "resolved";

/** What a task is a call of: the parts of the function that its behaviour depends on. */
export interface TaskFunction {
  readonly instance: ComponentInstance;
  /** Whether its type is `async`. */
  readonly asyncType: boolean;
  /** Whether it is lifted `async`, and with a callback. */
  readonly asyncOption: boolean;
  readonly hasCallback: boolean;
  /** What `task.return` is compared with. */
  readonly resultType: TypeIndex | undefined;
  readonly encoding: string;
  readonly cx: { readonly memory: Memory | undefined };
}

/** Whoever made the call. */
export interface TaskCaller {
  /** How values look to it. */
  readonly values: "host" | "component";
  /** `on_start` in the specification: the arguments. */
  start(): readonly unknown[];
  /** `on_resolve` in the specification: the result, if the task has not been cancelled. */
  resolve(result: { readonly value: unknown } | undefined): void;
  /** Told of an error from lowering the arguments; `true` if they are to blame, and the caller has been told. */
  refuse?(error: unknown): boolean;
  /** Why it has cancelled the call, if it says. */
  cancelReason?: unknown;
  /** Told that a stream that the callee was given has failed; `true` if it still waits for the callee, and knows now. */
  fail?(error: ComponentError): boolean;
}

/** `Task` in the specification. */
export class Task {
  readonly instance: ComponentInstance;
  readonly func: TaskFunction;
  readonly caller: TaskCaller;
  /** Counts what the task has borrowed; the caller releases what it has lent. */
  readonly scope: CallScope;
  /** What is different for functions that are synchronous, or that are called so that they cannot be suspended. */
  readonly mode: "suspendable" | "plain";
  state: TaskState = "initial";
  implicitThread: Thread | undefined;
  /** One of its threads that have begun and not ended; most tasks have no other. */
  #thread: Thread | undefined;
  #otherThreads: Set<Thread> | undefined;

  constructor(func: TaskFunction, caller: TaskCaller, scope: CallScope, mode: Task["mode"]) {
    this.instance = func.instance;
    this.func = func;
    this.caller = caller;
    this.scope = scope;
    this.mode = mode;
  }

  /** `needs_exclusive` in the specification; false for synchronous functions, which never ask. */
  get needsExclusive(): boolean {
    const { asyncType, asyncOption, hasCallback } = this.func;
    return asyncType && (!asyncOption || hasCallback);
  }

  /**
   * `enter_implicit_thread` in the specification. Goes on with `enter` when the thread may run; with nothing, if the task
   * is cancelled before.
   */
  enterImplicitThread(thread: Thread, enter: (task: Task) => Quantum): Quantum {
    assert(this.state === "initial");
    this.implicitThread = thread;
    const { instance } = this;
    if (!this.func.asyncType || (instance.numWaitingToEnter === 0 && !this.#hasBackpressure()))
      return this.#pass(enter);
    instance.numWaitingToEnter++;
    instance.gateWaiters.add(thread);
    const opened = () => instance.backpressure === 0;
    thread.scheduler.wake(thread);
    return waitUntil(thread, opened, { cancellable: true, needsLock: this.needsExclusive }, (cancelled) => {
      instance.numWaitingToEnter--;
      instance.gateWaiters.delete(thread);
      if (!cancelled) return this.#pass(enter);
      this.cancel();
      return undefined;
    });
  }

  #pass(enter: (task: Task) => Quantum): Quantum {
    const thread = this.implicitThread!;
    if (this.needsExclusive) {
      assert(this.instance.exclusiveThread === undefined);
      this.instance.exclusiveThread = thread;
    }
    this.registerThread(thread);
    return enter(this);
  }

  #hasBackpressure(): boolean {
    const { backpressure, exclusiveThread } = this.instance;
    return backpressure > 0 || (this.needsExclusive && exclusiveThread !== undefined);
  }

  /** `exit_implicit_thread` in the specification. */
  exitImplicitThread(): void {
    const thread = this.implicitThread!;
    this.unregisterThread(thread);
    if (this.needsExclusive) releaseExclusive(this.instance, thread);
  }

  registerThread(thread: Thread): void {
    assert(thread.task === this && thread.index === undefined);
    if (this.#thread === undefined) this.#thread = thread;
    else {
      this.#otherThreads ??= new Set();
      this.#otherThreads.add(thread);
    }
    thread.index = this.instance.threads.add(thread);
  }

  unregisterThread(thread: Thread): void {
    if (this.#thread === thread) this.#thread = undefined;
    else this.#otherThreads?.delete(thread);
    if (this.#thread === undefined && !this.#otherThreads?.size && this.state !== "resolved") trapAsync("no-result");
    this.instance.threads.remove(thread.index!);
    thread.index = undefined;
  }

  /** Takes back a call whose arguments are not what they should be: no guest code has run for it. */
  withdraw(): void {
    this.state = "resolved";
    this.exitImplicitThread();
  }

  /** `request_cancellation` in the specification. */
  requestCancellation(caller: ComponentInstance | undefined): Quantum {
    const { instance } = this;
    const scheduler = schedulerOf(instance.store);
    if (this.state === "initial") {
      this.state = "cancel-delivered";
      return scheduler.resume(this.implicitThread!, true);
    }
    assert(this.state === "started");
    const { exclusiveThread } = instance;
    const excluded = this.needsExclusive && exclusiveThread !== undefined && exclusiveThread !== this.implicitThread;
    const threads = [this.#thread ?? [], ...(this.#otherThreads ?? [])].flat();
    const candidates = threads.filter(
      (thread) => !thread.running && thread.cancellable && !(excluded && thread === this.implicitThread),
    );
    const entering = instance.enteringSet(caller);
    if (candidates.length === 0 || entering.some(({ flags }) => flags !== 0)) {
      this.state = "pending-cancel";
      return undefined;
    }
    this.state = "cancel-delivered";
    for (const entered of entering) entered.flags |= ENTERED;
    const chosen = candidates[scheduler.chooser?.choose(candidates.length) ?? 0]!;
    return after(scheduler.resume(chosen, true), () => {
      for (const entered of entering) entered.flags &= ~ENTERED;
      return undefined;
    });
  }

  /** `deliver_pending_cancel` in the specification. */
  deliverPendingCancel(cancellable: boolean): boolean {
    if (!cancellable || this.state !== "pending-cancel") return false;
    this.state = "cancel-delivered";
    return true;
  }

  /** `start` in the specification. */
  start(): readonly unknown[] {
    assert(this.state === "initial");
    this.state = "started";
    return this.caller.start();
  }

  /** `return_` in the specification. */
  return(value: unknown): void {
    if (this.state === "resolved") trapAsync("returned-twice");
    if (this.scope.numBorrows > 0) trapAsync("borrows-remain");
    this.caller.resolve({ value });
    this.state = "resolved";
  }

  /** `cancel` in the specification. */
  cancel(): void {
    if (this.state !== "cancel-delivered") trapAsync("not-cancelled");
    if (this.scope.numBorrows > 0) trapAsync("borrows-remain");
    this.caller.resolve(undefined);
    this.state = "resolved";
  }
}

export interface WaitOptions {
  readonly cancellable: boolean;
  /** Whether the thread needs the exclusive lock of its instance to go on. */
  readonly needsLock: boolean;
}

/** `wait_until` in the specification, for a thread without a stack: `go` is how it goes on, and whether cancelled. */
export function waitUntil(thread: Thread, condition: () => boolean, options: WaitOptions, go: Continuation): Quantum {
  const { cancellable, needsLock } = options;
  if (thread.task.deliverPendingCancel(cancellable)) return go(true, thread);
  thread.cancellable = cancellable;
  thread.continuation = go;
  thread.startWaiting(condition, needsLock);
  if (condition === always) thread.scheduler.yielded(thread);
  return undefined;
}

/** Gives back the exclusive lock, to the first that waits for it. */
export function releaseExclusive(instance: ComponentInstance, thread: Thread): void {
  assert(instance.exclusiveThread === thread);
  instance.exclusiveThread = undefined;
  wakeForLock(instance);
}
