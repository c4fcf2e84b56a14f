/**
 * The built-ins for cooperative threads. "Canonical Definitions" in CanonicalABI.md, from `canon thread.index` on.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type AsyncContext, checkMayLeave, currentThread } from "./async-builtins.ts";
import { trapAsync } from "./async-trap.ts";
import { canSuspend, Entry, Fiber, notSuspendable } from "./fiber.ts";
import type { CoreFunction } from "./functions.ts";
import { suspendOnStack, yieldOnStack } from "./suspension.ts";
import { Thread } from "./thread.ts";
import { trapWith } from "./trap.ts";

/** `canon_thread_index` in the specification. */
export function threadIndex({ scheduler }: AsyncContext): CoreFunction {
  return () => {
    checkMayLeave();
    return currentThread(scheduler).index;
  };
}

/** `canon_thread_new_indirect` in the specification. */
export function threadNewIndirect({ scheduler, stacks, immediates, table }: AsyncContext): CoreFunction {
  let start: { readonly check: (func: unknown) => void; readonly entry: Entry } | undefined;
  return (i: number | bigint, closure: number | bigint) => {
    checkMayLeave();
    const { task } = currentThread(scheduler);
    const func = elementAt(table(), i);
    start ??= threadStart(stacks, scheduler, immediates.closure!);
    const { check, entry } = start;
    check(func);
    const thread: Thread = new Thread(task, () =>
      Fiber.start(thread, entry, [func, closure], () => {
        task.unregisterThread(thread);
        return undefined;
      }),
    );
    task.registerThread(thread);
    return thread.index;
  };
}

function threadStart(stacks: AsyncContext["stacks"], scheduler: AsyncContext["scheduler"], closure: "i32" | "i64") {
  if (!canSuspend) trapWith(notSuspendable());
  const exports = stacks.instantiateEntry(`thread ${closure}`, {});
  const cast = exports["check"] as (func: unknown) => void;
  const check = (func: unknown) => {
    try {
      cast(func);
    } catch {
      trapAsync("wrong-function-type");
    }
  };
  return { check, entry: new Entry(exports, scheduler) };
}

function elementAt(table: WebAssembly.Table, i: number | bigint): unknown {
  const index = typeof i === "number" ? i >>> 0 : BigInt.asUintN(64, i);
  if (BigInt(index) >= BigInt(table.length)) trapAsync("undefined-element");
  return table.get(index as number) ?? trapAsync("uninitialized-element");
}

/** `canon_thread_resume_later` in the specification. */
export function threadResumeLater({ instance }: AsyncContext): CoreFunction {
  return (i: number) => {
    checkMayLeave();
    const thread = instance.threads.get(i >>> 0);
    if (!thread.suspended) trapAsync("thread-not-suspended");
    thread.resumeLater();
  };
}

/**
 * `canon_thread_suspend` and `canon_thread_yield` in the specification; where `then` resumes or promotes another thread,
 * `canon_thread_suspend_then_resume`, `canon_thread_yield_then_resume`, `canon_thread_suspend_then_promote`,
 * `canon_thread_yield_then_promote`, `suspend_then_promote` and `yield_then_promote` in the specification.
 */
export function threadBlock(
  { instance, scheduler, stacks, immediates }: AsyncContext,
  how: "suspend" | "yield",
  then?: "resume" | "promote",
): CoreFunction {
  const { cancellable = false } = immediates;
  const block = how === "suspend" ? suspendOnStack : yieldOnStack;
  return (i: number) => {
    checkMayLeave();
    const thread = currentThread(scheduler);
    let other = then && instance.threads.get(i >>> 0);
    if (then === "resume" && !other!.suspended) trapAsync("thread-not-suspended");
    if (then === "promote") {
      if (thread.task.deliverPendingCancel(cancellable)) return 1;
      if (other!.ready) other!.stopWaiting();
      else other = undefined;
    }
    return block(stacks, thread, cancellable, other, Number);
  };
}

/** `canon_thread_spawn_ref` and `canon_thread_spawn_indirect` in the specification: there is no parallelism to be had. */
export function threadSpawn(): CoreFunction {
  return () => {
    checkMayLeave();
    const reason = "threads that run in parallel are not supported";
    return trapWith(new ComponentError("unsupported", "shared-everything-threads", reason));
  };
}
