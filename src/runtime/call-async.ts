/**
 * Calls that are tasks: `canon lift` and `canon lower` in CanonicalABI.md, as soon as anything about them is asynchronous.
 *
 * The protocol is written here, once, for all of them; how values travel is generated (`AsyncFunctions`). What runs on a
 * stack that can be suspended is entered through `CoreEntry`; everything else is an ordinary call.
 */
import { assert } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import { canSuspend, type Entry, Fiber, notSuspendable, type Stacks } from "./fiber.ts";
import type { CoreFunction, ValuesOf } from "./functions.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import type { Quantum } from "./quantum.ts";
import { CallScope } from "./resources.ts";
import { type Scheduler, schedulerOf } from "./scheduler.ts";
import { Subtask, SubtaskState } from "./subtask.ts";
import { settle, waitOnStack } from "./suspension.ts";
import { releaseExclusive, Task, type TaskCaller, type TaskFunction, waitUntil } from "./task.ts";
import { always, Thread } from "./thread.ts";
import { trapOnThrow, trapWith } from "./trap.ts";
import { type Event, noEvent, taskCancelled, WaitableSet } from "./waitable.ts";

/** A core function that a task calls: as it is, or on a stack of its own. */
export interface CoreEntry {
  readonly plain: CoreFunction;
  /** Made when it is first needed. */
  readonly onStack: () => Entry;
}

/** A lifted function. */
export interface Callee extends TaskFunction {
  /** For messages. */
  readonly path: readonly string[];
  readonly core: CoreEntry;
  readonly callback: CoreEntry | undefined;
  readonly postReturn: CoreFunction | undefined;
  /** Whether what runs in the instance may block. */
  readonly suspends: boolean;
  readonly values: (of: ValuesOf) => {
    readonly lowerParams: (values: readonly unknown[], scope: CallScope) => readonly unknown[];
    readonly liftResult: (core: unknown) => unknown;
  };
}

export interface Started {
  readonly task: Task;
  /** The first quantum of the task; for a synchronous function, all until it has returned. */
  readonly quantum: Quantum;
}

// ---- canon lift

/** `canon_lift` in the specification, and the entering and leaving of `Store.lift` around it. */
export function canonLift(
  callee: Callee,
  entering: readonly ComponentInstance[],
  caller: TaskCaller,
  scope: CallScope,
  mode: Task["mode"],
): Started {
  for (const instance of entering) if (instance.flags !== 0) trapAsync("cannot-enter");
  for (const instance of entering) instance.flags = ENTERED;
  const task = new Task(callee, caller, scope, callee.suspends && canSuspend ? mode : "plain");
  const thread = new Thread(task, enter);
  const quantum = thread.scheduler.resume(thread);
  return { task, quantum: quantum === undefined ? entered(task, entering) : enteredLater(quantum, task, entering) };
}

// What most calls do is written without closures, of which there would be many.

const enter = (_: boolean, thread: Thread): Quantum => thread.task.enterImplicitThread(thread, run);

/** What comes after the first quantum of a task. */
function entered(task: Task, entering: readonly ComponentInstance[]): Quantum {
  const more = task.func.asyncType ? makeWay(task) : finishSync(task);
  return more === undefined ? leave(entering) : more.then(() => leave(entering));
}

async function enteredLater(quantum: Promise<void>, task: Task, entering: readonly ComponentInstance[]): Promise<void> {
  await quantum;
  await entered(task, entering);
}

/** `leave_to` in the specification. */
function leave(entering: readonly ComponentInstance[]): undefined {
  for (const entered of entering) entered.flags &= ~ENTERED;
  return undefined;
}

/**
 * Lets whoever has the exclusive lock that a task waits for go on, if nothing but its turn keeps it from that. In the
 * specification its turn comes when the caller blocks; the official scripts want the task to have started by then
 * (`async/sync-streams.wast`). The lock is had by threads of the callee's instance, which cannot call the caller's. One that
 * keeps it has had its turn: it may be waiting for the caller.
 */
function makeWay(task: Task): Quantum {
  if (task.state !== "initial" || task.caller.values === "host" || !canSuspend) return undefined;
  const thread = task.implicitThread!;
  let last: Thread | undefined;
  return repeat(() => {
    const { instance } = task;
    if (task.state !== "initial" || instance.backpressure > 0 || instance.numWaitingToEnter > 1) return "over";
    const next = instance.exclusiveThread ?? thread;
    if (next === last || !next.ready || (next.fiber !== undefined && task.mode === "plain")) return "over";
    last = next;
    return thread.scheduler.resume(next);
  });
}

/** Runs one quantum after the other, until there is none. */
function repeat(step: () => Quantum | "over"): Quantum {
  for (let quantum = step(); quantum !== "over"; quantum = step()) {
    if (quantum !== undefined) return repeatLater(quantum, step);
  }
  return undefined;
}

async function repeatLater(first: Quantum, step: () => Quantum | "over"): Promise<void> {
  for (let quantum: Quantum | "over" = first; quantum !== "over"; quantum = step()) await quantum;
}

/**
 * The loop of `canon_lift` for synchronous functions: one that has blocked lets other threads of its instance run, until
 * one of them lets it go on. Those that need the instance for themselves cannot be among them, since it may be using what
 * they would use (`Scheduler.candidate`).
 */
function finishSync(task: Task): Quantum {
  if (task.state === "resolved") return undefined;
  const scheduler = schedulerOf(task.instance.store);
  return repeat(() => {
    if (task.state === "resolved") return "over";
    const thread = scheduler.candidate(task.instance);
    if (thread === undefined) return trapAsync("cannot-block");
    if (task.mode === "plain" && thread.fiber !== undefined) trapWith(notSuspendable());
    return scheduler.resume(thread);
  });
}

/** `thread_func` of `canon_lift`, from where the thread has entered. */
function run(task: Task): Quantum {
  const callee = task.func as Callee;
  let args: readonly unknown[];
  try {
    args = callee.values(task.caller.values).lowerParams(task.start(), task.scope);
  } catch (error) {
    if (task.caller.refuse?.(error) !== true) throw error;
    task.withdraw();
    return undefined;
  }
  const ended = !callee.asyncOption ? returned : callee.callback === undefined ? exit : eventLoop;
  return callCore(task.implicitThread!, callee.core, args, ended);
}

/** The end of a function that is not lifted `async`. */
function returned({ task }: Thread, core: unknown): undefined {
  const { values, postReturn } = task.func as Callee;
  task.return(values(task.caller.values).liftResult(core));
  if (postReturn !== undefined) {
    mayNotLeave[0] = 1;
    (postReturn as (core: unknown) => void)(core);
    mayNotLeave[0] = 0;
  }
  task.exitImplicitThread();
}

function exit({ task }: Thread): undefined {
  task.exitImplicitThread();
}

function callCore(
  thread: Thread,
  { plain, onStack }: CoreEntry,
  args: readonly unknown[],
  ended: (thread: Thread, result: unknown) => Quantum,
): Quantum {
  return thread.task.mode === "suspendable"
    ? Fiber.start(thread, onStack(), args, ended)
    : ended(thread, (plain as (...args: unknown[]) => unknown)(...args));
}

/** `CallbackCode` in the specification. */
const EXIT = 0;
const YIELD = 1;
const WAIT = 2;

/**
 * What a function with a callback, or its callback, wants next. `unpack_callback_result` and `wait_for_event_and` in the
 * specification.
 */
function eventLoop(thread: Thread, result: unknown): Quantum {
  const packed = result as number;
  const { instance } = thread.task;
  const code = packed & 0xf;
  if (code === EXIT) return exit(thread);
  if (code === YIELD) {
    releaseExclusive(instance, thread);
    return waitUntil(thread, always, loopOptions, (cancelled) => callBack(thread, cancelled ? taskCancelled : noEvent));
  }
  if (code !== WAIT) return trapAsync("callback-code");
  releaseExclusive(instance, thread);
  const set = instance.handles.getAs(WaitableSet, packed >>> 4);
  set.addWaiter(thread);
  if (set.hasPendingEvent) thread.scheduler.wake(thread);
  return waitUntil(
    thread,
    () => set.hasPendingEvent,
    loopOptions,
    (cancelled) => {
      set.removeWaiter(thread);
      return callBack(thread, cancelled ? taskCancelled : set.getPendingEvent(thread.scheduler.chooser));
    },
  );
}

const loopOptions = { cancellable: true, needsLock: true } as const;

function callBack(thread: Thread, { code, index, payload }: Event): Quantum {
  const { callback } = thread.task.func as Callee;
  const { instance } = thread.task;
  assert(instance.exclusiveThread === undefined && callback !== undefined);
  instance.exclusiveThread = thread;
  return callCore(thread, callback, [code, index, payload], eventLoop);
}

// ---- canon lower

/** What a lowered function is bound to, on the side of its caller. */
export interface CallerSide {
  readonly path: readonly string[];
  readonly instance: ComponentInstance;
  readonly stacks: Stacks;
  /** Whether it is lowered `async`. */
  readonly async: boolean;
  readonly asyncType: boolean;
  readonly liftParams: (core: readonly unknown[], scope: CallScope) => readonly unknown[];
  readonly lowerResult: (value: unknown, core: readonly unknown[]) => unknown;
}

/** `on_start` and `on_resolve` of `canon_lower` in the specification. */
class LoweredCall implements TaskCaller {
  readonly values = "component";
  readonly #side: CallerSide;
  readonly #subtask: Subtask;
  readonly #core: readonly unknown[];
  cancelReason: unknown;

  constructor(side: CallerSide, subtask: Subtask, core: readonly unknown[]) {
    this.#side = side;
    this.#subtask = subtask;
    this.#core = core;
  }

  start(): readonly unknown[] {
    this.#subtask.start();
    return this.#side.liftParams(this.#core, this.#subtask.scope);
  }

  resolve(result: { readonly value: unknown } | undefined): void {
    if (result === undefined) this.#subtask.cancelled();
    else this.#subtask.return(this.#side.lowerResult(result.value, this.#core));
  }
}

/** `canon_lower` in the specification, of a lifted function of another component. */
export function lowerLifted(side: CallerSide, callee: Callee): CoreFunction {
  const { instance, async, path } = side;
  const scheduler = schedulerOf(instance.store);
  const entering = callee.instance.enteringSet(instance);
  return (...core: readonly unknown[]) => {
    try {
      if (mayNotLeave[0] !== 0) trapAsync("cannot-leave");
      checkMayBlock(side);
      const thread = scheduler.running;
      const subtask = new Subtask();
      const caller = new LoweredCall(side, subtask, core);
      // A synchronous caller that cannot wait for the end of a quantum had better have it end at once.
      const mode = async || thread?.fiber !== undefined ? "suspendable" : "plain";
      const { task, quantum } = canonLift(callee, entering, caller, subtask.scope, mode);
      subtask.onCancel = (from) => {
        caller.cancelReason = scheduler.running?.task.caller.cancelReason;
        return task.requestCancellation(from);
      };
      return settle(side.stacks, thread, quantum, () => answer(side, thread, subtask));
    } catch (error) {
      return trapOnThrow(error, path);
    }
  };
}

/**
 * Before it has returned, a synchronous function may call an asynchronous one synchronously only if another thread of its
 * instance could run in case that blocks. In the specification it traps no sooner than that; the official scripts want it
 * to trap before the callee runs (`async/trap-if-block-and-sync.wast`).
 */
export function checkMayBlock({ instance, async, asyncType }: CallerSide): void {
  if (!asyncType || async) return;
  const scheduler = schedulerOf(instance.store);
  const { task } = scheduler.running as Thread;
  if (task.func.asyncType || task.state === "resolved") return;
  if (scheduler.candidate(instance) === undefined) trapAsync("cannot-block");
}

/** The end of `canon_lower`: what the caller is told of a subtask that has begun. */
export function answer(side: CallerSide, thread: Thread | undefined, subtask: Subtask): unknown {
  if (side.async) {
    if (subtask.resolved) {
      subtask.deliverResolve();
      return SubtaskState.returned;
    }
    const index = side.instance.handles.add(subtask);
    subtask.tellOfProgress(index);
    return subtask.state | (index << 4);
  }
  const finish = () => {
    subtask.syncWaiter = undefined;
    subtask.deliverResolve();
    return subtask.flatResult;
  };
  if (subtask.resolved) return finish();
  assert(thread !== undefined, "who waits for a task is a task");
  subtask.syncWaiter = thread;
  return waitOnStack(side.stacks, thread, () => subtask.resolved, false, finish);
}

// ---- Calls that are threads by themselves

/** Begins the call of a core start function, a synchronous task. What comes back ends it. */
export function beginStart(instance: ComponentInstance): () => void {
  const scheduler = schedulerOf(instance.store);
  const caller: TaskCaller = { values: "component", start: () => [], resolve() {} };
  const task = new Task({ ...plainFunction, instance }, caller, new CallScope(), "plain");
  const thread = new Thread(task, undefined);
  task.state = "started";
  task.implicitThread = thread;
  task.registerThread(thread);
  scheduler.starting = thread;
  return () => {
    scheduler.starting = undefined;
    task.state = "resolved";
    task.exitImplicitThread();
  };
}

/** What is the same for all functions that are as plain as can be. */
export const plainFunction = {
  asyncType: false,
  asyncOption: false,
  hasCallback: false,
  resultType: undefined,
  encoding: "utf8",
  cx: { memory: undefined },
} as const;

/** A `realloc`: a thread of its own, with slots of its own. */
export function nestedThread(scheduler: Scheduler, func: CoreFunction): CoreFunction {
  return (...args) => {
    const { current } = scheduler;
    scheduler.current = { storage: [0, 0] } as unknown as Thread;
    const result = func(...args);
    scheduler.current = current;
    return result;
  };
}
