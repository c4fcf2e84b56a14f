/**
 * Calls by the host of what instances export whose calls are tasks. `Store.invoke` in CanonicalABI.md.
 *
 * The host sees promises. What it asks for takes effect when no guest runs (`Scheduler.post`), so that a promise that is
 * settled at the wrong moment cannot be told from one that is settled at the right one.
 */
import { AssertionError, ComponentError } from "../errors/component-error.ts";
import { resultError } from "../errors/result-error.ts";
import { argumentFault, cannotEnter, guestFailed, leave, located } from "./call.ts";
import { type Callee, canonLift } from "./call-async.ts";
import type { ComponentInstance } from "./instance.ts";
import type { Quantum } from "./quantum.ts";
import { CallScope } from "./resources.ts";
import { type Awaiting, type Resting, type Scheduler, schedulerOf } from "./scheduler.ts";
import type { Task, TaskCaller } from "./task.ts";
import { isGuestFailure } from "./trap.ts";

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

/** Stands for the outcome that the host has been told of. */
const known: Outcome = { value: undefined };

/** A call by the host, as `canonLift` sees it: it takes the first outcome that there is. */
class HostCall implements TaskCaller {
  readonly values = "host";
  readonly scope: CallScope = new CallScope();
  readonly callee: HostCallee;
  #args: readonly unknown[];
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

  /**
   * The outcome, which the host is told of now. The task, which may go on for long, keeps nothing of it: a stream that the
   * host has lost sight of would never be collected, and the task would write to it for ever.
   */
  tell(): Outcome {
    const outcome = this.outcome!;
    this.outcome = known;
    this.#args = [];
    return outcome;
  }
}

/** A call whose promise is settled when no guest runs: whoever goes on then can call whatever the guest has left by then. */
class PromisedCall extends HostCall implements Awaiting, Resting {
  /** Until it has been told. */
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #scheduler: Scheduler;
  #begun = false;
  #task: Task | undefined;
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
      // It does so once: a component that ignores it may have nothing left to wait for.
      this.#forget?.();
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
    const resolve = this.#resolve;
    const reject = this.#reject;
    if (resolve === undefined || reject === undefined) return;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#scheduler.removeCall(this);
    const outcome = this.tell();
    if ("error" in outcome) reject(outcome.error);
    else resolve(outcome.value);
  }

  /** Also of one that has returned in the same quantum: what traps then, `post-return` say, may belong to the call. */
  storeFailed(reason: ComponentError): boolean {
    if (this.#resolve === undefined) return false;
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
  const outcome = call.tell();
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
