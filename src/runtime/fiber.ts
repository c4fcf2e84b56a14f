/**
 * Stacks that can be suspended: JavaScript Promise Integration (`WebAssembly.promising` and `WebAssembly.Suspending`)
 * under the threads of the specification. "Stack Switching" and "Threads" in CanonicalABI.md.
 *
 * A core function that may block is entered through a small WebAssembly function (`Entry`) that calls it and then tells
 * that it has ended, and that function through `promising`. What it calls and may block is a small WebAssembly function,
 * too, made together with all others of its component (`Stacks`):
 *
 *     result = fast(parameters)         a JavaScript function, which mostly does all that there is to do
 *     while (blocked) {
 *       blocked = false
 *       resumption = slow()             suspends the stack
 *       result = resumed(resumption)    back on it
 *     }
 *
 * A bare `Suspending` function would be slower by an order of magnitude, and could not be called at all from a stack that
 * cannot be suspended, where `fast` can still do its work, or say why it cannot.
 *
 * A stack is suspended for one of two reasons. Either its thread blocks (`block`): then the quantum is over. Or it has
 * started the quantum of another thread, of which the engine goes on with in a later microtask (`suspendUntil`): then in
 * the specification the thread is still running.
 */
import { assert, ComponentError } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import type { CoreFunction } from "./functions.ts";
import { suspendedStacks } from "./limits.ts";
import { Deferred, type Quantum } from "./quantum.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Thread } from "./thread.ts";
import { reasonOf, trapOnThrow, trapWith } from "./trap.ts";

interface PromiseIntegration {
  promising(func: WebAssembly.ExportValue): (...args: unknown[]) => Promise<unknown>;
  Suspending: new (func: () => Promise<unknown>) => WebAssembly.ImportValue;
}

const integration: Partial<PromiseIntegration> = typeof WebAssembly === "object" ? (WebAssembly as object) : {};

/** Whether the engine can suspend stacks. */
export const canSuspend: boolean =
  typeof integration.promising === "function" && typeof integration.Suspending === "function";

/** How many stacks are suspended, of all stores. */
let suspended = 0;

/** The stack of one call of a core function: a `Continuation` of the specification. */
export class Fiber {
  readonly thread: Thread;
  readonly #ended: (thread: Thread, result: unknown) => Quantum;
  #status: "running" | "suspended" | "blocked" | "ended" = "running";
  /** What the thread does after it, in the same quantum, if that is not over at once. */
  #next: Quantum;
  /** The end of the quantum, if it comes later than the return of the function that started it. */
  #end: Deferred<void> | undefined;
  /** Lets a suspended stack go on. */
  #resume: ((resumption: Resumption) => void) | undefined;

  private constructor(thread: Thread, ended: (thread: Thread, result: unknown) => Quantum) {
    this.thread = thread;
    this.#ended = ended;
  }

  /** `cont_new` and `resume` in the specification: calls a core function on a stack of its own; `ended` gets its result. */
  static start(
    thread: Thread,
    entry: Entry,
    args: readonly unknown[],
    ended: (thread: Thread, result: unknown) => Quantum,
  ): Quantum {
    if (suspended >= suspendedStacks) trapWith(tooManyStacks());
    const fiber = new Fiber(thread, ended);
    thread.fiber = fiber;
    const call = entry.call(args);
    switch (fiber.#status) {
      case "ended":
        return fiber.#next;
      case "blocked":
        fiber.#outlives(call);
        return undefined;
      case "suspended":
        fiber.#outlives(call);
        fiber.#end ??= new Deferred();
        return fiber.#end.promise;
      case "running":
        // It has thrown. What, the engine tells later.
        thread.scheduler.failing = call;
        return call as Promise<never>;
    }
  }

  /** Its stack is suspended where the function returns that has started it. */
  #outlives(call: Promise<unknown>): void {
    const { stacks } = this.thread.scheduler;
    suspended++;
    stacks.add(this);
    const over = () => {
      suspended--;
      return stacks.delete(this);
    };
    void call.then(over, (error) => {
      // Whoever has abandoned it knows.
      if (over()) this.#failed(error);
    });
  }

  /** The core function has returned. The thread may go on without it. */
  end(result: unknown): void {
    this.thread.fiber = undefined;
    const next = this.#ended(this.thread, result);
    this.#status = "ended";
    if (next === undefined) this.#quantumEnds();
    else if (this.#end === undefined) this.#next = next;
    else void next.then(this.#end.resolve, this.#end.reject);
  }

  suspended(until: Promise<unknown>, finish: () => unknown): Promise<Resumption> {
    this.#status = "suspended";
    const { promise, resolve } = new Deferred<Resumption>();
    this.#resume = resolve;
    void until.then(
      () => resolve(this.#resumption(finish)),
      (error) => resolve(() => trapOnThrow(error)),
    );
    return promise;
  }

  blocked(finish: (cancelled: boolean) => unknown): Promise<Resumption> {
    this.#status = "blocked";
    const { promise, resolve } = new Deferred<Resumption>();
    this.#resume = resolve;
    this.thread.continuation = (cancelled) => {
      const end = new Deferred<void>();
      this.#end = end;
      resolve(this.#resumption(() => finish(cancelled)));
      return end.promise;
    };
    this.#quantumEnds();
    return promise;
  }

  /**
   * The store has failed: a stack that is suspended traps, though nobody waits for it. Else it would be there for as long as
   * the process: engines do not collect suspended stacks.
   */
  abandon(reason: ComponentError): void {
    this.#end = undefined;
    this.#resume?.(() => trapWith(reason));
  }

  #resumption(finish: () => unknown): Resumption {
    return () => {
      this.#status = "running";
      this.thread.scheduler.current = this.thread;
      return finish();
    };
  }

  #quantumEnds(): void {
    const end = this.#end;
    this.#end = undefined;
    end?.resolve();
  }

  #failed(error: unknown): void {
    const end = this.#end;
    this.#end = undefined;
    if (end !== undefined) end.reject(error);
    else this.thread.scheduler.store.poison(reasonOf(error));
  }
}

/**
 * What a leaf gives that has its stack suspended. Nothing is done with it, but the engine makes a core value of it first,
 * which of `false` can be any, and of `undefined` no `i64`.
 */
export const SUSPENDED = false;

/** Goes on where a stack was suspended; gives the result of what suspended it. */
type Resumption = () => unknown;

/** What a leaf has left to be done by suspending the stack that it was called on. */
type Suspension = () => Promise<Resumption>;

/** The stacks of the component instances of one instantiation. */
export class Stacks {
  readonly #scheduler: Scheduler;
  readonly #blocked: WebAssembly.Global<"i32">;
  readonly #entries: Map<string, WebAssembly.Module> = new Map();
  readonly #entryBytes: (signature: string) => Uint8Array;
  #suspension: Suspension | undefined;

  constructor(scheduler: Scheduler, entryBytes: (signature: string) => Uint8Array) {
    this.#scheduler = scheduler;
    this.#entryBytes = entryBytes;
    this.#blocked = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  }

  /** The WebAssembly functions around `leaves`, in their order. */
  shims(bytes: Uint8Array, leaves: readonly CoreFunction[]): readonly CoreFunction[] {
    const { Suspending } = integration as PromiseIntegration;
    const slow = new Suspending(() => this.#suspend());
    const resumed = (resumption: Resumption) => resumption();
    const imports = {
      fast: Object.fromEntries(leaves.map((leaf, i) => [String(i), leaf as WebAssembly.ImportValue])),
      stack: { blocked: this.#blocked, slow, resumed: resumed as WebAssembly.ImportValue },
    };
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const { exports } = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
    return leaves.map((_, i) => exports[String(i)] as CoreFunction);
  }

  /** What calls `callee`, a core function with this signature, on stacks of their own. */
  entry(callee: CoreFunction, signature: string): Entry {
    return new Entry(this.instantiateEntry(signature, { callee }), this.#scheduler);
  }

  /** The module for a signature, with what it imports beside `ended`. */
  instantiateEntry(signature: string, imports: Readonly<Record<string, unknown>>): WebAssembly.Exports {
    let module = this.#entries.get(signature);
    if (module === undefined) {
      module = new WebAssembly.Module(this.#entryBytes(signature) as Uint8Array<ArrayBuffer>);
      this.#entries.set(signature, module);
    }
    const ended = (result: unknown) => {
      const fiber = this.#scheduler.current?.fiber;
      assert(fiber !== undefined);
      try {
        fiber.end(result);
      } catch (error) {
        trapOnThrow(error);
      }
    };
    const all = { "": { ...imports, ended } } as unknown as WebAssembly.Imports;
    return new WebAssembly.Instance(module, all).exports;
  }

  /**
   * Lets the shim suspend the running stack until `until`, and then return what `finish` gives, unless that asks for the
   * same again.
   */
  suspendUntil(thread: Thread | undefined, until: Promise<unknown>, finish: () => unknown): typeof SUSPENDED {
    const fiber = thread?.fiber;
    if (fiber === undefined) {
      // Nobody waits for it any more.
      until.catch(() => {});
      if (this.#scheduler.failing !== undefined) trapAsync("callee-trapped");
      trapWith(notSuspendable());
    }
    return this.#ask(() => fiber.suspended(until, finish));
  }

  /**
   * `block_internal` and `switch_to_internal` in the specification: as `suspendUntil`, but until the thread, which is
   * waiting or suspended now, is resumed.
   */
  block(thread: Thread, finish: (cancelled: boolean) => unknown): typeof SUSPENDED {
    const { fiber } = thread;
    assert(fiber !== undefined);
    return this.#ask(() => fiber.blocked(finish));
  }

  #ask(suspension: Suspension): typeof SUSPENDED {
    this.#suspension = suspension;
    this.#blocked.value = 1;
    return SUSPENDED;
  }

  #suspend(): Promise<Resumption> {
    const suspension = this.#suspension!;
    this.#suspension = undefined;
    const resumption = suspension();
    this.#scheduler.current = undefined;
    return resumption;
  }
}

/** A core function that is called on stacks of their own. */
export class Entry {
  readonly #call: (...args: unknown[]) => Promise<unknown>;
  readonly #scheduler: Scheduler;

  constructor(exports: WebAssembly.Exports, scheduler: Scheduler) {
    this.#call = (integration as PromiseIntegration).promising(exports["entry"]!);
    this.#scheduler = scheduler;
  }

  call(args: readonly unknown[]): Promise<unknown> {
    assert(this.#scheduler.current !== undefined);
    return this.#call(...args);
  }
}

function tooManyStacks(): ComponentError {
  const reason = `more than ${suspendedStacks} calls are suspended at a time`;
  return new ComponentError("unsupported", "limit", reason);
}

/** Why a guest that would have to be suspended is not. */
export function notSuspendable(): ComponentError {
  const reason = canSuspend
    ? "the guest has to be suspended, but was called without: call it with `callAsync`"
    : "the guest has to be suspended, which needs JavaScript Promise Integration; this engine does not have it";
  return new ComponentError("unsupported", "suspend", reason);
}
