/**
 * Calls by guests of functions of the host that may give promises. `canon lower` in CanonicalABI.md.
 *
 * A promise that is settled has its effect when no guest runs (`Scheduler.post`).
 */
import { ComponentError } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import { notReturned } from "./call.ts";
import { answer, type CallerSide, checkMayBlock } from "./call-async.ts";
import type { CoreFunction, HostFunction } from "./functions.ts";
import { mayNotLeave } from "./may-leave.ts";
import { errorPayload } from "./objects.ts";
import { occupied } from "./occupied.ts";
import { isError, isThenable } from "./realms.ts";
import type { CallScope } from "./resources.ts";
import { type Scheduler, schedulerOf } from "./scheduler.ts";
import { Subtask } from "./subtask.ts";
import { trapOnThrow, trapWith } from "./trap.ts";

/** A function of the host's that a guest calls. */
export interface HostImport extends CallerSide {
  readonly host: HostFunction;
  readonly fallible: boolean;
  /** Whether it gets an `AbortSignal` after its arguments. */
  readonly cancellable: boolean;
  /** Never returns: traps for what the host function threw, or for a result of the wrong type. */
  readonly failed: (error: unknown, result: unknown, scope: CallScope) => never;
}

/** `canon_lower` in the specification, of a host function that may give a promise. */
export function lowerHost(side: HostImport): CoreFunction {
  const { instance, stacks, path } = side;
  const scheduler = schedulerOf(instance.store);
  return (...core: readonly unknown[]) => {
    try {
      if (mayNotLeave[0] !== 0) trapAsync("cannot-leave");
      checkMayBlock(side);
      const thread = scheduler.running;
      const subtask = new Subtask();
      subtask.start();
      const resolve = (value: unknown) => {
        try {
          if (value === cancelled) subtask.cancelled();
          else subtask.return(occupied(instance, () => side.lowerResult(value, core)));
        } catch (error) {
          side.failed(error, value, subtask.scope);
        }
      };
      const cancellation = side.cancellable ? new Cancellation(subtask, scheduler) : undefined;
      const result = callHost(side, side.liftParams(core, subtask.scope), subtask.scope, cancellation);
      if (!(result instanceof Pending)) {
        resolve(result.value);
        return answer(side, thread, subtask);
      }
      if (!side.asyncType) {
        // Nothing else in the store runs until then.
        if (thread?.fiber === undefined) trapWith(notWaiting(path));
        const settled = result.promise.then(
          (value) => {
            // Once the store has failed, no guest may run: not even its `realloc`.
            if (instance.store.trapped === undefined) resolve(value);
          },
          (error) => trapOnThrow(error, path),
        );
        return stacks.suspendUntil(thread, settled, () => answer(side, thread, subtask));
      }
      const over = scheduler.addOperation();
      const later = (perform: () => void) =>
        scheduler.post(() => {
          perform();
          cancellation?.over();
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

/** What a promise of a call gives that was given up because the component cancelled it. */
const cancelled: unique symbol = Symbol("cancelled");

/** Tells a host function, by a signal, that its caller has cancelled the call, or cannot be told of its end any more. */
class Cancellation {
  readonly #controller = new AbortController();
  readonly #subtask: Subtask;
  readonly #forget: () => void;

  constructor(subtask: Subtask, scheduler: Scheduler) {
    this.#subtask = subtask;
    subtask.onCancel = () => {
      const reason = scheduler.running?.task.caller.cancelReason;
      scheduler.atRest({ rest: () => this.#controller.abort(reason) });
      return undefined;
    };
    this.#forget = scheduler.addFailure((reason) => {
      queueMicrotask(() => this.#controller.abort(reason));
      return false;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  over(): void {
    this.#forget();
  }

  /** Whether what a host function throws says that it has given up as it was asked to. */
  explains(error: unknown): boolean {
    if (!this.#subtask.cancellationRequested || !this.signal.aborted) return false;
    return error === this.signal.reason || (isError(error) && error.name === "AbortError");
  }
}

class Pending {
  readonly promise: Promise<unknown>;

  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }
}

/** Calls the host function: its result, as a value of the component's, or the promise of that. */
function callHost(
  side: HostImport,
  args: readonly unknown[],
  scope: CallScope,
  cancellation: Cancellation | undefined,
): { readonly value: unknown } | Pending {
  const { host, fallible } = side;
  const wrap = (value: unknown) => (fallible ? { tag: "ok", val: value } : value);
  const fail = (error: unknown) => {
    if (cancellation?.explains(error)) return cancelled;
    if (!fallible) throw error;
    return { tag: "err", val: errorPayload(error) };
  };
  try {
    const more = cancellation === undefined ? [] : [cancellation.signal];
    const result = (host as (...args: readonly unknown[]) => unknown)(...args, ...more);
    if (isThenable(result)) return new Pending(Promise.resolve(result).then(wrap, fail));
    cancellation?.over();
    return { value: wrap(result) };
  } catch (error) {
    cancellation?.over();
    try {
      return { value: fail(error) };
    } catch (fault) {
      return side.failed(fault, notReturned, scope);
    }
  }
}

function notWaiting(path: readonly string[]): ComponentError {
  const reason =
    "the function returned a promise, and the guest cannot be suspended: call the guest with `callAsync`, on an engine with JavaScript Promise Integration";
  return new ComponentError("unsupported", "suspend", reason, { path });
}
