/**
 * How a built-in or a lowered function goes on when it cannot end at once: it lets the stack that it was called on be
 * suspended, if that is possible. Else it traps, for the reason that there is.
 *
 * All of these give what `finish` gives, or `SUSPENDED` if the stack is to be suspended: then `finish` is called later.
 */
import { trapAsync } from "./async-trap.ts";
import { notSuspendable, type Stacks, type SUSPENDED } from "./fiber.ts";
import type { Quantum } from "./quantum.ts";
import { always, type Thread } from "./thread.ts";
import { trapWith } from "./trap.ts";

/** Goes on at the end of `quantum`. */
export function settle<T>(
  stacks: Stacks,
  thread: Thread | undefined,
  quantum: Quantum,
  finish: () => T,
): T | typeof SUSPENDED {
  return quantum === undefined ? finish() : stacks.suspendUntil(thread, quantum, finish);
}

/**
 * `wait_until` in the specification, for a thread with a stack. Whoever makes `condition` true tells the scheduler.
 *
 * What holds already is not waited for. The specification leaves that open; the official scripts do not
 * (`async/big-interleaving-test.wast`).
 */
export function waitOnStack<T>(
  stacks: Stacks,
  thread: Thread,
  condition: () => boolean,
  cancellable: boolean,
  finish: (cancelled: boolean) => T,
): T | typeof SUSPENDED {
  if (thread.task.deliverPendingCancel(cancellable)) return finish(true);
  if (condition()) return finish(false);
  requireStack(thread);
  thread.cancellable = cancellable;
  thread.startWaiting(condition);
  return stacks.block(thread, finish);
}

/**
 * `yield_` and `yield_then_resume` in the specification: the second with `other`. A thread that cannot be suspended
 * goes on, as the specification allows, if it does not have to make way for `other`.
 */
export function yieldOnStack<T>(
  stacks: Stacks,
  thread: Thread,
  cancellable: boolean,
  other: Thread | undefined,
  finish: (cancelled: boolean) => T,
): T | typeof SUSPENDED {
  const { scheduler, task, fiber } = thread;
  if (task.deliverPendingCancel(cancellable)) return finish(true);
  if (other !== undefined) requireStack(thread);
  else if (fiber === undefined || scheduler.chooser?.choose(2) === 1) return finish(false);
  thread.cancellable = cancellable;
  thread.switchTo = other;
  thread.startWaiting(always);
  scheduler.yielded(thread);
  return stacks.block(thread, finish);
}

/** `suspend` and `suspend_then_resume` in the specification: the second with `other`. */
export function suspendOnStack<T>(
  stacks: Stacks,
  thread: Thread,
  cancellable: boolean,
  other: Thread | undefined,
  finish: (cancelled: boolean) => T,
): T | typeof SUSPENDED {
  if (thread.task.deliverPendingCancel(cancellable)) return finish(true);
  requireStack(thread);
  thread.cancellable = cancellable;
  thread.switchTo = other;
  return stacks.block(thread, finish);
}

/** Traps unless `thread` can be suspended. */
function requireStack(thread: Thread): void {
  if (thread.fiber !== undefined) return;
  const { func, instance } = thread.task;
  if (!func.asyncType && thread.scheduler.candidate(instance) === undefined) trapAsync("cannot-block");
  trapWith(notSuspendable());
}
