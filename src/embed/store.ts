/**
 * The embedder's face of a store: what is in it beyond this is for instances alone.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { Chooser } from "../runtime/scheduler.ts";
import { kindOf } from "../runtime/show.ts";
import { Store as RuntimeStore, type StoreOptions as RuntimeStoreOptions } from "../runtime/store.ts";

export type { Chooser };

export type StoreOptions = Omit<RuntimeStoreOptions, "chooser">;

/** Instances that can reach one another, and that fail together. */
export interface Store {
  /** Why nothing in this store can be called any more, once something in it has trapped. */
  readonly trapped: ComponentError | undefined;
}

export const Store: new (options?: StoreOptions) => Store = RuntimeStore;

/** A store in which `chooser` makes the choices that the specification leaves open. */
export function storeWithChooser(chooser: Chooser, options: StoreOptions = {}): Store {
  return new RuntimeStore({ ...options, chooser });
}

/** What instances see of `store`; of a new one, if none is given. */
export function runtimeStore(store: Store | undefined): RuntimeStore {
  if (store === undefined) return new RuntimeStore();
  if (store instanceof RuntimeStore) return store;
  throw new TypeError(`the option "store" is a Store, not ${kindOf(store)}`);
}
