/**
 * The built-ins for tasks, subtasks, waitable sets and threads. "Canonical Definitions" in CanonicalABI.md.
 *
 * Each is made for one instance. One that blocks gives `SUSPENDED` then, and the WebAssembly function around it has
 * the stack suspended (fiber.ts).
 */
import type { Immediates } from "../plan/plan.ts";
import { trapAsync } from "./async-trap.ts";
import type { AsyncType } from "./async-types.ts";
import type { Payload } from "./buffers.ts";
import type { LiftLowerContext } from "./context.ts";
import type { MessageAccess } from "./error-context-builtins.ts";
import type { Stacks, SUSPENDED } from "./fiber.ts";
import type { CoreFunction, ValuesOf } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { checkPointer } from "./lists.ts";
import { mayNotLeave } from "./may-leave.ts";
import { once } from "./once.ts";
import type { Scheduler } from "./scheduler.ts";
import { Subtask } from "./subtask.ts";
import { settle, waitOnStack } from "./suspension.ts";
import type { Task } from "./task.ts";
import type { Thread } from "./thread.ts";
import { type Event, noEvent, taskCancelled, Waitable, WaitableSet } from "./waitable.ts";

/** What the built-ins of one instance are bound to. */
export interface AsyncContext {
  readonly instance: ComponentInstance;
  /** Whether calls into the instance are tasks, so that slots belong to threads. */
  readonly threads: boolean;
  /** Whether this built-in may block. */
  readonly blocks: boolean;
  /** Makes a `resource.drop` that may block. */
  readonly dropper: () => CoreFunction;
  readonly scheduler: Scheduler;
  readonly stacks: Stacks;
  readonly immediates: Immediates;
  /** Whether the options among the immediates are `async`. */
  readonly async: boolean;
  /** Of the options among the immediates, or of the memory; only where there are some. */
  readonly cx: () => LiftLowerContext;
  /** The stream or future type. */
  readonly type: () => AsyncType;
  readonly payload: () => Payload;
  /** Lifts what `task.return` is given. */
  readonly result: (of: ValuesOf) => (core: readonly unknown[]) => unknown;
  /** Whether `task.return` suits a task. */
  readonly suits: (task: Task) => boolean;
  readonly table: () => WebAssembly.Table;
  /** How the messages of error contexts pass. */
  readonly messages: () => MessageAccess;
}

/** What every built-in does first that leaves the instance. */
export function checkMayLeave(): void {
  if (mayNotLeave[0] !== 0) trapAsync("cannot-leave");
}

/** `current_thread` and `current_task` in the specification. Whatever can call these built-ins is a thread. */
export function currentThread(scheduler: Scheduler): Thread {
  return scheduler.running as Thread;
}

/** `BLOCKED` in the specification. */
export const BLOCKED = 0xffff_ffff;

// ---- Tasks

/** `canon_task_return` in the specification. */
export function taskReturn({ scheduler, result, suits }: AsyncContext): CoreFunction {
  const lift = { host: once(() => result("host")), component: once(() => result("component")) };
  return (...core: readonly unknown[]) => {
    checkMayLeave();
    const { task } = currentThread(scheduler);
    if (!task.func.asyncOption) trapAsync("sync-task", { builtin: "task.return" });
    if (!suits(task)) trapAsync("return-mismatch");
    task.return(lift[task.caller.values]()(core));
  };
}

/** `canon_task_cancel` in the specification. */
export function taskCancel({ scheduler }: AsyncContext): CoreFunction {
  return () => {
    checkMayLeave();
    const { task } = currentThread(scheduler);
    if (!task.func.asyncOption) trapAsync("sync-task", { builtin: "task.cancel" });
    task.cancel();
  };
}

/** `canon_context_get` in the specification, where threads matter. */
export function contextGet({ scheduler, immediates }: AsyncContext): CoreFunction {
  const slot = immediates.slot as 0 | 1;
  return immediates.coreType === "i64"
    ? () => BigInt(currentThread(scheduler).storage[slot])
    : () => currentThread(scheduler).storage[slot];
}

/** `canon_context_set` in the specification. */
export function contextSet({ scheduler, immediates }: AsyncContext): CoreFunction {
  const slot = immediates.slot as 0 | 1;
  return (value: number | bigint) => {
    currentThread(scheduler).storage[slot] = value;
  };
}

// ---- Subtasks

/** `canon_subtask_cancel` in the specification. */
export function subtaskCancel({ instance, scheduler, stacks, immediates }: AsyncContext): CoreFunction {
  const { async = false } = immediates;
  return (i: number) => {
    checkMayLeave();
    const thread = currentThread(scheduler);
    if (!async) preferBlocking(thread, instance, i);
    const subtask = instance.handles.getAs(Subtask, i >>> 0);
    if (subtask.resolveDelivered) trapAsync("cancelled-resolved");
    if (subtask.cancellationRequested) trapAsync("cancelled-twice");
    if (subtask.inSet && !async) trapAsync("waitable-in-set");
    const deliver = () => {
      subtask.syncWaiter = undefined;
      subtask.getPendingEvent();
      return subtask.state;
    };
    if (subtask.resolved) return deliver();
    subtask.cancellationRequested = true;
    return settle(stacks, thread, subtask.onCancel(instance), () => {
      if (subtask.resolved) return deliver();
      if (async) return BLOCKED;
      // An event that is pending may say less: in the specification that fails an assertion.
      subtask.syncWaiter = thread;
      return waitOnStack(stacks, thread, () => subtask.resolved, false, deliver);
    });
  };
}

/**
 * In a synchronous function, a synchronous operation on a handle that does not exist traps for either of two reasons.
 * The official scripts expect this one (`async/trap-if-block-and-sync.wast`).
 */
export function preferBlocking(thread: Thread, instance: ComponentInstance, i: number): void {
  if (!thread.task.func.asyncType && instance.handles.find(i >>> 0) === undefined) trapAsync("cannot-block");
}

/** `wait_for_pending_event` in the specification. */
export function waitForPendingEvent<T>(
  stacks: Stacks,
  thread: Thread,
  waitable: Waitable,
  finish: () => T,
): T | typeof SUSPENDED {
  waitable.syncWaiter = thread;
  return waitOnStack(stacks, thread, () => waitable.hasPendingEvent, false, finish);
}

/** `canon_subtask_drop` in the specification. */
export function subtaskDrop({ instance }: AsyncContext): CoreFunction {
  return (i: number) => {
    checkMayLeave();
    const subtask = instance.handles.getAs(Subtask, i >>> 0);
    instance.handles.remove(i >>> 0);
    subtask.drop();
  };
}

// ---- Waitable sets

/** `canon_waitable_set_new` in the specification. */
export function waitableSetNew({ instance }: AsyncContext): CoreFunction {
  return () => {
    checkMayLeave();
    return instance.handles.add(new WaitableSet());
  };
}

/** `canon_waitable_set_wait` and `WaitableSet.wait_for_event` in the specification. */
export function waitableSetWait(context: AsyncContext): CoreFunction {
  const { instance, scheduler, stacks, immediates } = context;
  const { cancellable = false } = immediates;
  const store = eventStorer(context);
  return (i: number, ptr: number | bigint) => {
    checkMayLeave();
    const thread = currentThread(scheduler);
    const set = instance.handles.getAs(WaitableSet, i >>> 0);
    set.addWaiter(thread);
    return waitOnStack(
      stacks,
      thread,
      () => set.hasPendingEvent,
      cancellable,
      (cancelled) => {
        set.removeWaiter(thread);
        return store(ptr, cancelled ? taskCancelled : set.getPendingEvent(scheduler.chooser));
      },
    );
  };
}

/** `canon_waitable_set_poll` and `WaitableSet.poll` in the specification. */
export function waitableSetPoll(context: AsyncContext): CoreFunction {
  const { instance, scheduler, immediates } = context;
  const { cancellable = false } = immediates;
  const store = eventStorer(context);
  return (i: number, ptr: number | bigint) => {
    checkMayLeave();
    const { task } = currentThread(scheduler);
    const set = instance.handles.getAs(WaitableSet, i >>> 0);
    if (task.deliverPendingCancel(cancellable)) return store(ptr, taskCancelled);
    return store(ptr, set.hasPendingEvent ? set.getPendingEvent(scheduler.chooser) : noEvent);
  };
}

/** `unpack_event` in the specification. */
function eventStorer({ cx: context }: AsyncContext): (ptr: number | bigint, event: Event) => number {
  return (pointer, { code, index, payload }) => {
    const cx = context();
    const ptr = checkPointer(cx, toPointer(pointer), 8, 4);
    const { u32 } = cx.memory.current();
    u32[ptr / 4] = index;
    u32[ptr / 4 + 1] = payload;
    return code;
  };
}

/** A pointer, or a length, that is a core value. */
export function toPointer(value: number | bigint): number {
  return typeof value === "number" ? value >>> 0 : Number(BigInt.asUintN(64, value));
}

/** `canon_waitable_set_drop` in the specification. */
export function waitableSetDrop({ instance }: AsyncContext): CoreFunction {
  return (i: number) => {
    checkMayLeave();
    const set = instance.handles.getAs(WaitableSet, i >>> 0);
    instance.handles.remove(i >>> 0);
    set.drop();
  };
}

/** `canon_waitable_join` in the specification. */
export function waitableJoin({ instance }: AsyncContext): CoreFunction {
  return (i: number, s: number) => {
    checkMayLeave();
    const waitable = instance.handles.getAs(Waitable, i >>> 0);
    if (waitable.syncWaiter !== undefined) trapAsync("waitable-waited-for");
    waitable.join(s === 0 ? undefined : instance.handles.getAs(WaitableSet, s >>> 0));
  };
}
