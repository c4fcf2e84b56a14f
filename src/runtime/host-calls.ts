/**
 * Calls between the host and instances whose calls are tasks: of what they export, and of what they import that is
 * asynchronous. `Store.invoke` and `canon lower` in CanonicalABI.md.
 *
 * The host sees promises. What it asks for takes effect when no guest runs (`Scheduler.post`), so that a promise that is
 * settled at the wrong moment cannot be told from one that is settled at the right one.
 */

import { AssertionError, ComponentError } from "../errors/component-error.ts";
import { resultError } from "../errors/result-error.ts";
import { trapAsync } from "./async-trap.ts";
import { argumentFault, cannotEnter, guestFailed, leave, located, notReturned } from "./call.ts";
import { answer, type Callee, type CallerSide, canonLift, checkMayBlock } from "./call-async.ts";
import type { CoreFunction, HostFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import { errorPayload } from "./objects.ts";
import type { Quantum } from "./quantum.ts";
import { CallScope } from "./resources.ts";
import { type Awaiting, type Resting, type Scheduler, schedulerOf } from "./scheduler.ts";
import { Subtask } from "./subtask.ts";
import type { Task, TaskCaller } from "./task.ts";
import { isGuestFailure, trapOnThrow, trapWith } from "./trap.ts";

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

/** A call by the host, as `canonLift` sees it: it takes the first outcome that there is. */
class HostCall implements TaskCaller {
  readonly values = "host";
  readonly scope: CallScope = new CallScope();
  readonly callee: HostCallee;
  readonly #args: readonly unknown[];
  outcome: Outcome | undefined;

  constructor(callee: HostCallee, args: readonly unknown[]) {
    this.callee = callee;
    this.#args = args;
  }

  start(): readonly unknown[] {
    return this.#args;
  }

  resolve(result: { readonly value: unknown } | undefined): void {
    this.scope.release();
    this.settle(result === undefined ? { error: this.cancelReason } : outcomeOf(this.callee, result.value));
  }

  refuse(error: unknown): boolean {
    if (isGuestFailure(error) || error instanceof AssertionError) return false;
    this.scope.abandon();
    const { callee, explain } = this.callee;
    this.settle({ error: argumentFault(callee.path, () => explain(this.#args), error) });
    return true;
  }

  fail({ phase, code, reason, path, cause }: ComponentError): boolean {
    const at = { path: [...this.callee.callee.path, ...path] };
    return this.settle({ error: new ComponentError(phase, code, reason, at, { cause }) });
  }

  /** Why it was cancelled, if it was. */
  get cancelReason(): unknown {
    return undefined;
  }

  /** Whether it was the first. */
  settle(outcome: Outcome): boolean {
    if (this.outcome !== undefined) return false;
    this.outcome = outcome;
    return true;
  }
}

/** A call whose promise is settled when no guest runs: whoever goes on then can call whatever the guest has left by then. */
class PromisedCall extends HostCall implements Awaiting, Resting {
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #scheduler: Scheduler;
  #begun = false;
  #task: Task | undefined;
  #told = false;
  /** Of the signal's. */
  #forget: (() => void) | undefined;

  constructor(
    callee: HostCallee,
    args: readonly unknown[],
    signal: AbortSignal | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(callee, args);
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    this.#scheduler = schedulerOf(callee.callee.instance.store);
    if (signal !== undefined) this.#listen(signal);
    if (this.#scheduler.busy) this.#scheduler.addCall(this);
    this.#scheduler.post(() => this.#begin());
  }

  #listen(signal: AbortSignal): void {
    const over = this.#scheduler.addOperation();
    const abort = () => {
      if (this.#begun) this.#scheduler.post(() => cancelTask(this.#task!));
      else this.settle({ error: signal.reason });
    };
    signal.addEventListener("abort", abort);
    this.#forget = () => {
      signal.removeEventListener("abort", abort);
      over();
    };
  }

  #begin(): Quantum {
    if (this.outcome !== undefined) return undefined;
    const { callee, entering } = this.callee;
    try {
      for (const entered of entering) if (entered.flags !== 0) cannotEnter(callee.instance, callee.path);
    } catch (error) {
      this.settle({ error });
      return undefined;
    }
    this.#begun = true;
    let quantum: Quantum;
    try {
      const started = canonLift(callee, entering, this, this.scope, "suspendable");
      this.#task = started.task;
      quantum = started.quantum;
    } catch (error) {
      this.#scheduler.addCall(this);
      throw error;
    }
    // Else its end is told before anything can fail.
    if (quantum !== undefined || this.outcome === undefined) this.#scheduler.addCall(this);
    return quantum;
  }

  override get cancelReason(): unknown {
    return this.#signal?.reason;
  }

  override settle(outcome: Outcome): boolean {
    if (!super.settle(outcome)) return false;
    this.#forget?.();
    this.#scheduler.atRest(this);
    return true;
  }

  rest(): void {
    if (this.#told) return;
    this.#told = true;
    this.#scheduler.removeCall(this);
    const outcome = this.outcome!;
    if ("error" in outcome) this.#reject(outcome.error);
    else this.#resolve(outcome.value);
  }

  /** Also of one that has returned in the same quantum: what traps then, `post-return` say, may belong to the call. */
  storeFailed(reason: ComponentError): boolean {
    if (this.#told) return false;
    const outcome = { error: located(reason, this.callee.callee.path, reason.cause) };
    this.settle(outcome);
    this.outcome = outcome;
    this.rest();
    return true;
  }
}

/** Calls a function; the promise is settled when it returns, whatever its task does after that. */
export function callPromised(
  callee: HostCallee,
  args: readonly unknown[],
  options?: AsyncCallOptions,
): Promise<unknown> {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    const { instance, path } = callee.callee;
    if (instance.store.trapped !== undefined) cannotEnter(instance, path);
    signal?.throwIfAborted();
    new PromisedCall(callee, args, signal, resolve, reject);
  });
}

function cancelTask(task: Task): Quantum {
  return task.state === "initial" || task.state === "started" ? task.requestCancellation(undefined) : undefined;
}

/** Calls a synchronous function, which must not have to be suspended. */
export function callNow(callee: HostCallee, args: readonly unknown[]): unknown {
  const { entering } = callee;
  const { instance, path } = callee.callee;
  const scheduler = schedulerOf(instance.store);
  for (const entered of entering) if (entered.flags !== 0) cannotEnter(entered, path);
  const call = new HostCall(callee, args);
  const { current } = scheduler;
  try {
    canonLift(callee.callee, entering, call, call.scope, "plain");
  } catch (error) {
    call.scope.release();
    scheduler.current = current;
    guestFailed(entering, path, error);
  }
  scheduler.current = current;
  leave(entering);
  const outcome = call.outcome!;
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

// ---- Calls of the host

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
          else subtask.return(side.lowerResult(value, core));
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
        return stacks.suspendUntil(thread, result.promise.then(resolve), () => answer(side, thread, subtask));
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
    return error === this.signal.reason || (error instanceof Error && error.name === "AbortError");
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function notWaiting(path: readonly string[]): ComponentError {
  const reason =
    "the function returned a promise, and the guest cannot be suspended: call the guest with `callAsync`, on an engine with JavaScript Promise Integration";
  return new ComponentError("unsupported", "suspend", reason, { path });
}
