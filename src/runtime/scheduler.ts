/**
 * Who runs when. `Store.tick` and `Thread.resume` in the specification ("Threads" and "Embedding" in CanonicalABI.md).
 *
 * One thread runs at a time in a whole store. Nothing is polled: what makes a thread ready says so (`wake`), and while
 * some are, microtasks resume one after the other, in the order in which they became ready. Threads that yield come
 * after all others, and a turn of the event loop is left to the host every so often, so that no guest can starve it.
 *
 * A quantum may end in a later microtask (quantum.ts). Meanwhile the store is `busy`: in the specification it is inside
 * a synchronous call. What the host wants of it then waits in a queue.
 */
import { assert, ComponentError } from "../errors/component-error.ts";
import { located } from "./call.ts";
import type { Fiber } from "./fiber.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import { nextTurn, type Turn } from "./next-turn.ts";
import { after, type Quantum } from "./quantum.ts";
import type { Store } from "./store.ts";
import type { Thread } from "./thread.ts";
import { reasonOf } from "./trap.ts";

/** Makes the choices that the specification leaves open: any number below `count`. */
export interface Chooser {
  choose(count: number): number;
}

/** How many quanta are run before a turn of the event loop is left to the host; fewer, if they end by yielding. */
const QUANTA_PER_TURN = 256;
const YIELDS_PER_TURN = 32;

/** Tells somebody of the failure of the store; `true` if there is anybody. */
type Fail = (reason: ComponentError) => boolean;

/** Something that the host awaits. */
export interface Awaiting {
  /** Told of the failure of the store; `true` if somebody did not know. */
  storeFailed(reason: ComponentError): boolean;
}

/** Something to do when no guest runs. */
export interface Resting {
  rest(): void;
}

export class Scheduler {
  readonly store: Store;
  /** Undefined in production, where whatever comes first is chosen. */
  readonly chooser: Chooser | undefined;
  /** The running thread: `current_thread` in the specification. */
  current: Thread | undefined;
  /** The thread of a core start function, which runs while no other does. */
  starting: Thread | undefined;
  /** The call that has trapped, if one has: what it is, the engine tells in a later microtask. */
  failing: Promise<unknown> | undefined;
  /** In the order in which they began to wait. `Store.waiting` in the specification. */
  readonly waiting: Set<Thread> = new Set();
  /** Those that have been suspended, and have not ended. */
  readonly stacks: Set<Fiber> = new Set();
  /** What the host awaits. They fail when the store does. */
  readonly #calls: Set<Awaiting> = new Set();
  readonly #failures: Set<Fail> = new Set();
  /** How many of `failures` the host awaits: what it reads. */
  #reads = 0;
  /** What the host may yet do: promises and ends of streams that it holds. */
  #operations = 0;
  readonly #ready: Queue<Thread> = new Queue();
  readonly #yielded: Queue<Thread> = new Queue();
  readonly #posted: Queue<() => Quantum> = new Queue();
  readonly #endings: Queue<Resting> = new Queue();
  /** The quantum that is yet to end, of those that were begun outside of all others. */
  #chain: Promise<void> | undefined;
  /** Whether one has been begun, and has not ended. */
  #performing = false;
  #scheduled = false;
  #turn: Turn | undefined;

  constructor(store: Store, chooser: Chooser | undefined) {
    this.store = store;
    this.chooser = chooser;
  }

  /** The running thread, or that of a start function. */
  get running(): Thread | undefined {
    return this.current ?? this.starting;
  }

  // ---- What makes threads ready

  /** Says that a waiting thread may have become ready. */
  wake(thread: Thread): void {
    this.#schedule();
    if (thread.queued) return;
    thread.queued = true;
    this.#ready.push(thread);
  }

  /** Says that a thread waits for nothing but its turn. */
  yielded(thread: Thread): void {
    this.#schedule();
    if (thread.queued) return;
    thread.queued = true;
    this.#yielded.push(thread);
  }

  // ---- Resuming threads

  /** `Thread.resume` in the specification. */
  resume(thread: Thread, cancelled = false): Quantum {
    assert(!thread.running && (thread.cancellable || !cancelled));
    thread.stopWaiting();
    const { current } = this;
    const quantum = this.#run(thread, cancelled);
    if (quantum === undefined) this.current = current;
    return quantum;
  }

  /** Goes on with `thread`, and with whatever threads that switches to. */
  #run(thread: Thread, cancelled: boolean): Quantum {
    let next: Thread | undefined = thread;
    // Of a cancellation the thread is told once, though others may switch back to it.
    for (let told = cancelled; next !== undefined; told = false) {
      const quantum: Quantum = this.#continue(next, told);
      if (quantum !== undefined) return this.#runLater(next, quantum);
      next = takeSwitch(next);
    }
    return undefined;
  }

  async #runLater(thread: Thread, quantum: Quantum): Promise<void> {
    await quantum;
    for (let next = takeSwitch(thread); next !== undefined; next = takeSwitch(next)) await this.#continue(next, false);
    this.current = undefined;
  }

  #continue(thread: Thread, cancelled: boolean): Quantum {
    const { continuation } = thread;
    assert(continuation !== undefined);
    thread.continuation = undefined;
    this.current = thread;
    return continuation(cancelled, thread);
  }

  /** One of the threads of `instance` that can go on below a synchronous call into it. See `canon_lift` in call-async.ts. */
  candidate(instance: ComponentInstance): Thread | undefined {
    const candidates: Thread[] = [];
    for (const thread of this.waiting) {
      const { task } = thread;
      if (task.instance !== instance || thread.index === undefined) continue;
      if (!thread.ready || (task.needsExclusive && thread === task.implicitThread)) continue;
      if (this.chooser === undefined) return thread;
      candidates.push(thread);
    }
    return candidates.length === 0 ? undefined : candidates[this.chooser!.choose(candidates.length)];
  }

  // ---- What the host does

  /** Runs `task` outside of all quanta: at once if there is none, else when its turn comes. Never once the store has failed. */
  post(task: () => Quantum): void {
    if (this.store.trapped !== undefined) return;
    if (this.busy) {
      this.#posted.push(task);
      this.#schedule();
      return;
    }
    this.#perform(task);
    // If nothing is ready now, whoever awaits something wants to know.
    if (this.#calls.size > 0) this.#schedule();
  }

  /** Whether what is posted has to wait for its turn. */
  get busy(): boolean {
    return this.#performing || this.#chain !== undefined || this.current !== undefined || this.#posted.length > 0;
  }

  /** Does something as soon as no guest runs: nothing that calls one. */
  atRest(action: Resting): void {
    this.#endings.push(action);
    if (!this.#performing) this.#schedule();
  }

  /** No guest runs: what has waited for that is done. */
  #rest(): void {
    this.store.runDeferred();
    for (let action = this.#endings.shift(); action !== undefined; action = this.#endings.shift()) action.rest();
  }

  /** As `addCall`, for what the host does not need to have an end; it may await it all the same. */
  addFailure(fail: Fail, awaited = false): () => void {
    this.#failures.add(fail);
    if (awaited) {
      this.#reads++;
      this.#turn?.ref();
    }
    return () => {
      if (this.#failures.delete(fail) && awaited) this.#reads--;
    };
  }

  /** From now on the host awaits `call`. */
  addCall(call: Awaiting): void {
    this.#calls.add(call);
    this.#turn?.ref();
  }

  removeCall(call: Awaiting): void {
    this.#calls.delete(call);
  }

  /** Says that the host has something at hand that can make threads ready. What comes back says that it has it no more. */
  addOperation(): () => void {
    this.#operations++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#operations--;
      this.#schedule();
    };
  }

  /** `error`, or what the engine tells of the call that has trapped where that is all that `error` says. */
  async explain(error: unknown): Promise<unknown> {
    if (this.failing === undefined || !(error instanceof ComponentError) || error.code !== "callee-trapped")
      return error;
    const cause = await this.failing.catch((thrown: unknown) => thrown);
    this.store.trapped = located(reasonOf(cause), error.path, cause);
    return this.store.trapped;
  }

  /** Tells all that the host awaits of the failure of the store. `false` if that was nobody. */
  fail(reason: ComponentError): boolean {
    const calls = [...this.#calls];
    const failures = [...this.#failures];
    this.#calls.clear();
    this.#failures.clear();
    this.#reads = 0;
    this.waiting.clear();
    let told = false;
    for (const call of calls) if (call.storeFailed(reason)) told = true;
    for (const fail of failures) if (fail(reason)) told = true;
    for (const fiber of this.stacks) fiber.abandon(reason);
    this.stacks.clear();
    return told;
  }

  // ---- The loop

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#loop());
  }

  async #loop(): Promise<void> {
    let quanta = 0;
    let yields = 0;
    while (this.store.trapped === undefined) {
      if (this.#chain !== undefined) {
        await this.#chain;
        continue;
      }
      this.#rest();
      const task = this.#posted.shift();
      if (task !== undefined) {
        this.#perform(task);
        continue;
      }
      if (++quanta % QUANTA_PER_TURN === 0) {
        await this.#nextTurn();
        continue;
      }
      if (this.chooser !== undefined && this.#calls.size === 0 && this.waiting.size > 0) {
        await this.#nextTurn();
        if (this.#chain !== undefined || this.#posted.length > 0 || this.#endings.length > 0) continue;
      }
      let thread = this.#next();
      if (thread === undefined) {
        if (this.#yielded.length === 0) break;
        // Promises of the host come first, and now and then all else that it does; if it awaits nothing, always.
        await (!this.#isAwaited() || ++yields % YIELDS_PER_TURN === 0 ? this.#nextTurn() : undefined);
        if (this.#chain !== undefined || this.#posted.length > 0) continue;
        thread = this.#next() ?? this.#dequeue(this.#yielded);
        if (thread === undefined) continue;
      }
      this.#perform(() => this.#tick(thread));
    }
    this.#scheduled = false;
    if (this.store.trapped === undefined) this.#detectDeadlock();
  }

  #perform(task: () => Quantum): void {
    this.#performing = true;
    try {
      const quantum = task();
      if (quantum === undefined) {
        this.#performing = false;
        this.#rest();
        return;
      }
      this.#chain = quantum.then(
        () => this.#left(),
        (error) => {
          this.#left();
          this.#failed(error);
        },
      );
    } catch (error) {
      this.#performing = false;
      this.current = undefined;
      this.#failed(error);
    }
  }

  /** A guest has failed that nobody has called just now. */
  #failed(error: unknown): void {
    const told = this.store.poison(reasonOf(error));
    if (!told) this.store.unhandled(this.store.trapped);
  }

  #left(): void {
    this.#chain = undefined;
    this.#performing = false;
    this.current = undefined;
    this.#schedule();
  }

  /** `tick` in the specification, of a thread that is ready. */
  #tick(thread: Thread): Quantum {
    const { instance } = thread.task;
    enterFromHost(instance);
    return after(this.resume(thread), () => leaveToHost(instance));
  }

  /** A thread that is ready, but for those that yield. */
  #next(): Thread | undefined {
    if (this.chooser === undefined) return this.#dequeue(this.#ready);
    this.#ready.clear();
    this.#yielded.clear();
    const ready: Thread[] = [];
    for (const thread of this.waiting) {
      thread.queued = false;
      if (thread.ready) ready.push(thread);
    }
    return ready.length === 0 ? undefined : ready[this.chooser.choose(ready.length)];
  }

  #dequeue(queue: Queue<Thread>): Thread | undefined {
    for (let thread = queue.shift(); thread !== undefined; thread = queue.shift()) {
      thread.queued = false;
      if (thread.ready) return thread;
      const { instance } = thread.task;
      if (thread.waitsOnlyForLock) instance.lockWaiters.add(thread);
      else if (instance.exclusiveThread === undefined) wakeForLock(instance);
    }
    return undefined;
  }

  #isAwaited(): boolean {
    return this.#calls.size > 0 || this.#reads > 0;
  }

  /** A turn of the event loop. While the host awaits nothing, it keeps no process alive. */
  async #nextTurn(): Promise<void> {
    const turn = nextTurn(this.#isAwaited());
    this.#turn = turn;
    await turn.promise;
    if (this.#turn === turn) this.#turn = undefined;
  }

  /** The host awaits something, nothing can run, and it has nothing at hand that could change that. */
  #detectDeadlock(): void {
    if (!this.#isDead() || !this.store.failsOnDeadlock) return;
    // Perhaps it is just about to call something.
    void this.#nextTurn().then(() => {
      if (this.#isDead() && this.store.trapped === undefined) this.store.poison(deadlock());
    });
  }

  #isDead(): boolean {
    return (
      this.#calls.size > 0 &&
      this.#operations === 0 &&
      this.#chain === undefined &&
      !this.#scheduled &&
      this.current === undefined
    );
  }
}

/** The scheduler of a store. */
export function schedulerOf(store: Store): Scheduler {
  store.scheduler ??= new Scheduler(store, store.chooser);
  return store.scheduler;
}

/** Tells the first thread that waits for the exclusive lock that nobody has it. */
export function wakeForLock(instance: ComponentInstance): void {
  for (const thread of instance.lockWaiters) {
    instance.lockWaiters.delete(thread);
    thread.scheduler.wake(thread);
    return;
  }
}

/** The thread that a blocked one has switched to. */
function takeSwitch(thread: Thread): Thread | undefined {
  const { switchTo } = thread;
  thread.switchTo = undefined;
  return switchTo;
}

function deadlock(): ComponentError {
  return new ComponentError("trap", "deadlock", "deadlock detected: event loop cannot make further progress");
}

/** `enter_from(None)` in the specification, between all quanta: nothing can be entered. */
function enterFromHost(instance: ComponentInstance): void {
  for (let entered: ComponentInstance | undefined = instance; entered !== undefined; entered = entered.parent) {
    entered.flags |= ENTERED;
  }
}

/** `leave_to(None)` in the specification. */
function leaveToHost(instance: ComponentInstance): undefined {
  for (let entered: ComponentInstance | undefined = instance; entered !== undefined; entered = entered.parent) {
    entered.flags &= ~ENTERED;
  }
  return undefined;
}

/** First in, first out, without moving what is in it. */
class Queue<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#first === this.#items.length) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    if (this.#first === this.#items.length) this.clear();
    else if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }
}
