/**
 * A component instance at run time. `ComponentInstance` in the specification ("Component Instance State" in
 * CanonicalABI.md).
 *
 * What every call must ask (may it be entered? may it be left?) is one word of flags, so that the answer "nothing is in
 * the way" is one comparison with zero.
 */
import { HandleTable } from "./handle-table.ts";
import type { Store } from "./store.ts";

/** Set while a call is inside the instance or below it: `not may_enter`. */
export const ENTERED = 1;
/** Set while the instance's `realloc` or `post-return` runs: `not may_leave`. */
export const MAY_NOT_LEAVE = 2;
/** Set for good once anything in the store has trapped. */
export const TRAPPED = 4;

export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  readonly handles: HandleTable<object> = new HandleTable();
  /** `context.get` and `context.set` slots of the thread that runs in the instance: `Thread.storage`. */
  readonly storage: [number | bigint, number | bigint] = [0, 0];
  backpressure = 0;
  /** `ENTERED | MAY_NOT_LEAVE | TRAPPED`; 0 when it may be entered. */
  flags = 0;

  constructor(store: Store, parent?: ComponentInstance) {
    this.store = store;
    this.parent = parent;
    store.adopt(this);
  }

  /** `self_and_ancestors` in the specification, innermost first. */
  selfAndAncestors(): ComponentInstance[] {
    const instances: ComponentInstance[] = [];
    for (let instance: ComponentInstance | undefined = this; instance !== undefined; instance = instance.parent)
      instances.push(instance);
    return instances;
  }

  /** `entering_set` in the specification: whose `ENTERED` a call from `caller` (the host, if undefined) sets. */
  enteringSet(caller: ComponentInstance | undefined): ComponentInstance[] {
    const outside = new Set(caller?.selfAndAncestors());
    return this.selfAndAncestors().filter((instance) => !outside.has(instance));
  }
}
