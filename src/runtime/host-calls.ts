/**
 * Calls between the host and instances whose calls are tasks: of what they export, and of what they import that is
 * asynchronous. `Store.invoke` and `canon lower` in CanonicalABI.md.
 *
 * The host sees promises. What it asks for takes effect when no guest runs (`Scheduler.post`), so that a promise that is
 * settled at the wrong moment cannot be told from one that is settled at the right one.
 */

import { AssertionError, ComponentError } from "../errors/component-error.ts";
import { resultError } from "../errors/result-error.ts";
import { argumentFault, cannotEnter, guestFailed, leave, located, notReturned } from "./call.ts";
import { answer, type Callee, type CallerSide, canonLift, checkMayBlock } from "./call-async.ts";
import type { CoreFunction, HostFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import type { Quantum } from "./quantum.ts";
import { CallScope } from "./resources.ts";
import { schedulerOf } from "./scheduler.ts";
import { errorPayload } from "./shapes.ts";
import { Subtask } from "./subtask.ts";
import type { Task, TaskCaller } from "./task.ts";
import { isGuestFailure, trap, trapOnThrow, trapWith } from "./trap.ts";

/** A function that the host calls. */
export interface HostCallee {
  readonly callee: Callee;
  readonly entering: readonly ComponentInstance[];
  /** Whether its result is a `result`, whose error side is thrown. */
  readonly fallible: boolean;
  /** What is wrong with the arguments. */
  readonly explain: (args: readonly unknown[]) => ComponentError;
}

export interface AsyncCallOptions {
  /** Asks the guest to give up. If it does, the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The result as JavaScript has it: the error side of a `result` is thrown. */
function outcomeOf({ fallible }: HostCallee, value: unknown): Outcome {
  if (!fallible) return { value };
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val?: unknown };
  return tag === "ok" ? { value: val } : { error: resultError(val) };
}

/** What `canonLift` is told of the host; `settle` takes the first outcome, and says whether it was that. */
function hostCaller(
  callee: HostCallee,
  args: readonly unknown[],
  scope: CallScope,
  settle: (outcome: Outcome) => boolean,
  signal?: AbortSignal,
): TaskCaller {
  return {
    values: "host",
    start: () => args,
    resolve(result) {
      scope.release();
      settle(result === undefined ? { error: signal?.reason } : outcomeOf(callee, result.value));
    },
    refuse(error) {
      if (isGuestFailure(error) || error instanceof AssertionError) return false;
      scope.abandon();
      settle({ error: argumentFault(callee.callee.path, () => callee.explain(args), error) });
      return true;
    },
    fail: ({ phase, code, reason, path, cause }) =>
      settle({ error: new ComponentError(phase, code, reason, { path: [...callee.callee.path, ...path] }, { cause }) }),
  };
}

/** Calls a function; the promise is settled when it returns, whatever its task does after that. */
export function callPromised(
  callee: HostCallee,
  args: readonly unknown[],
  { signal }: AsyncCallOptions = {},
): Promise<unknown> {
  const { instance, path } = callee.callee;
  const { store } = instance;
  const scheduler = schedulerOf(store);
  return new Promise((resolve, reject) => {
    if (store.trapped !== undefined) cannotEnter(instance, path);
    signal?.throwIfAborted();
    let begun = false;
    let task: Task | undefined;
    let outcome: Outcome | undefined;
    let told = false;
    const tell = () => {
      if (told) return;
      told = true;
      forget();
      if ("error" in outcome!) reject(outcome.error);
      else resolve(outcome!.value);
    };
    const settle = (settled: Outcome) => {
      if (outcome !== undefined) return false;
      outcome = settled;
      mayAbort?.();
      signal?.removeEventListener("abort", abort);
      // Whoever goes on then can call whatever the guest has left by then.
      scheduler.atRest(tell);
      return true;
    };
    // Also of one that has returned in the same quantum: what traps then, `post-return` say, may belong to the call.
    const forget = scheduler.addCall((reason) => {
      if (told) return false;
      settle({ error: located(reason, path, reason.cause) });
      outcome = { error: located(reason, path, reason.cause) };
      tell();
      return true;
    });
    const mayAbort = signal && scheduler.addOperation();
    const abort = () => {
      if (begun) scheduler.post(() => cancelTask(task));
      else settle({ error: signal!.reason });
    };
    signal?.addEventListener("abort", abort);
    scheduler.post(() => {
      if (outcome !== undefined) return undefined;
      if (callee.entering.some(({ flags }) => flags !== 0)) {
        settle({ error: entryError(instance, path) });
        return undefined;
      }
      begun = true;
      const scope = new CallScope();
      const started = canonLift(
        callee.callee,
        callee.entering,
        hostCaller(callee, args, scope, settle, signal),
        scope,
        "suspendable",
      );
      task = started.task;
      return started.quantum;
    });
  });
}

function cancelTask(task: Task | undefined): Quantum {
  return task?.state === "initial" || task?.state === "started" ? task.requestCancellation(undefined) : undefined;
}

function entryError(instance: ComponentInstance, path: readonly string[]): unknown {
  try {
    return cannotEnter(instance, path);
  } catch (error) {
    return error;
  }
}

/** Calls a synchronous function, which must not have to be suspended. */
export function callNow(callee: HostCallee, args: readonly unknown[]): unknown {
  const { entering } = callee;
  const { instance, path } = callee.callee;
  const scheduler = schedulerOf(instance.store);
  for (const entered of entering) if (entered.flags !== 0) cannotEnter(entered, path);
  let settled: Outcome | undefined;
  const scope = new CallScope();
  const { current } = scheduler;
  try {
    canonLift(
      callee.callee,
      entering,
      hostCaller(callee, args, scope, (outcome) => {
        if (settled !== undefined) return false;
        settled = outcome;
        return true;
      }),
      scope,
      "plain",
    );
  } catch (error) {
    scope.release();
    scheduler.current = current;
    guestFailed(entering, path, error);
  }
  scheduler.current = current;
  leave(entering);
  const outcome = settled!;
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

// ---- Calls of the host

/** A function of the host's that a guest calls. */
export interface HostImport extends CallerSide {
  readonly host: HostFunction;
  readonly fallible: boolean;
  /** Never returns: traps for what the host function threw, or for a result of the wrong type. */
  readonly failed: (error: unknown, result: unknown, scope: CallScope) => never;
}

/** `canon_lower` in the specification, of a host function that may give a promise. */
export function lowerHost(side: HostImport): CoreFunction {
  const { instance, stacks, path } = side;
  const scheduler = schedulerOf(instance.store);
  return (...core: readonly unknown[]) => {
    try {
      if (mayNotLeave[0] !== 0) trap("cannot-leave");
      checkMayBlock(side);
      const thread = scheduler.running;
      const subtask = new Subtask();
      subtask.start();
      const resolve = (value: unknown) => {
        try {
          subtask.return(side.lowerResult(value, core));
        } catch (error) {
          side.failed(error, value, subtask.scope);
        }
      };
      const result = callHost(side, side.liftParams(core, subtask.scope), subtask.scope);
      if (!(result instanceof Pending)) {
        resolve(result.value);
        return answer(side, thread, subtask);
      }
      if (!side.asyncType) {
        // Nothing else in the store runs until then.
        if (thread?.fiber === undefined) trapWith(notWaiting(path));
        return stacks.suspendUntil(thread, result.promise.then(resolve), () => answer(side, thread, subtask));
      }
      const over = scheduler.addOperation();
      const later = (perform: () => void) =>
        scheduler.post(() => {
          perform();
          over();
          return undefined;
        });
      void result.promise.then(
        (value) => later(() => resolve(value)),
        (error) => later(() => trapOnThrow(error, path)),
      );
      return answer(side, thread, subtask);
    } catch (error) {
      return trapOnThrow(error, path);
    }
  };
}

class Pending {
  readonly promise: Promise<unknown>;

  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }
}

/** Calls the host function: its result, as a value of the component's, or the promise of that. */
function callHost(side: HostImport, args: readonly unknown[], scope: CallScope): { readonly value: unknown } | Pending {
  const { host, fallible } = side;
  const wrap = (value: unknown) => (fallible ? { tag: "ok", val: value } : value);
  const fail = (error: unknown) => {
    if (!fallible) throw error;
    return { tag: "err", val: errorPayload(error) };
  };
  try {
    const result = (host as (...args: readonly unknown[]) => unknown)(...args);
    return isThenable(result) ? new Pending(Promise.resolve(result).then(wrap, fail)) : { value: wrap(result) };
  } catch (error) {
    try {
      return { value: fail(error) };
    } catch (fault) {
      return side.failed(fault, notReturned, scope);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function notWaiting(path: readonly string[]): ComponentError {
  const reason =
    "the function returned a promise, and the guest cannot be suspended: call the guest with `callAsync`, on an engine with JavaScript Promise Integration";
  return new ComponentError("unsupported", "suspend", reason, { path });
}
