/**
 * A component instance at run time. `ComponentInstance` in the specification ("Component Instance State" in
 * CanonicalABI.md).
 *
 * What every call must ask (may it be entered?) is one word of flags, so that the answer "nothing is in the way" is one
 * comparison with zero. Whether it may be left, `may-leave.ts` says.
 */
import { HandleTable } from "./handle-table.ts";
import type { Store } from "./store.ts";
import type { Thread } from "./thread.ts";

/** Set while a call is inside the instance or below it: `not may_enter`. */
export const ENTERED = 1;
/** Set for good once anything in the store has trapped. */
export const TRAPPED = 4;

export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  readonly handles: HandleTable<object>;
  /** `context.get` and `context.set` slots of the thread that runs in the instance: `Thread.storage`. */
  readonly storage: [number | bigint, number | bigint] = [0, 0];
  /** What they were before the `realloc` that is running. */
  savedStorage: readonly [number | bigint, number | bigint] = [0, 0];
  backpressure = 0;
  /** Those of its tasks that have begun, and those that threads have made. */
  readonly threads: HandleTable<Thread>;
  /** The implicit thread that has the instance for itself. `exclusive_thread` in the specification. */
  exclusiveThread: Thread | undefined;
  numWaitingToEnter = 0;
  /** Threads that wait for backpressure to end before they enter. */
  readonly gateWaiters: Set<Thread> = new Set();
  /** Threads that wait for nothing but the exclusive lock. */
  readonly lockWaiters: Set<Thread> = new Set();
  /** `ENTERED | TRAPPED`; 0 when it may be entered. */
  flags = 0;
  #line: readonly ComponentInstance[] | undefined;

  constructor(store: Store, parent?: ComponentInstance) {
    this.store = store;
    this.parent = parent;
    this.handles = new HandleTable(store);
    this.threads = new HandleTable(store);
    store.adopt(this);
  }

  /**
   * Sets `TRAPPED`, for good. A call that is inside (a host function below it may have caught the trap) will clear the
   * flags when it leaves, without a look at them: so they become what cannot be cleared.
   */
  close(): void {
    if ((this.flags & ENTERED) === 0) this.flags = TRAPPED;
    else Object.defineProperty(this, "flags", { get: () => TRAPPED, set: () => {} });
  }

  /** `self_and_ancestors` in the specification, innermost first. */
  selfAndAncestors(): readonly ComponentInstance[] {
    if (this.#line === undefined) {
      const line: ComponentInstance[] = [];
      for (let at: ComponentInstance | undefined = this; at !== undefined; at = at.parent) line.push(at);
      this.#line = line;
    }
    return this.#line;
  }

  /** `entering_set` in the specification: whose `ENTERED` a call from `caller` (the host, if undefined) sets. */
  enteringSet(caller: ComponentInstance | undefined): readonly ComponentInstance[] {
    const line = this.selfAndAncestors();
    if (caller === undefined) return line;
    const outside = new Set(caller.selfAndAncestors());
    return line.filter((instance) => !outside.has(instance));
  }
}
