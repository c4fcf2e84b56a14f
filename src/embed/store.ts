/**
 * The embedder's face of a store: what is in it beyond this is for instances alone.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { Chooser } from "../runtime/scheduler.ts";
import { Store as RuntimeStore, type StoreOptions as RuntimeStoreOptions } from "../runtime/store.ts";
import { checkOptions, type OptionChecks } from "./options.ts";

export type { Chooser };

export type StoreOptions = Omit<RuntimeStoreOptions, "chooser">;

/** Instances that can reach one another, and that fail together. */
export interface Store {
  /** Why nothing in this store can be called any more, once something in it has trapped. */
  readonly trapped: ComponentError | undefined;
}

const checks: OptionChecks<StoreOptions> = {
  onDeadlock: (value) => (value === "fail" || value === "wait" ? undefined : '"fail" or "wait"'),
  onUnhandled: (value) => (typeof value === "function" ? undefined : "a function"),
};

/** @throws TypeError that names the option */
export const Store: new (options?: StoreOptions) => Store = class Store extends RuntimeStore {
  // Of two classes of one name, bundlers rename one.
  static {
    Object.defineProperty(Store, "name", { value: "Store" });
  }

  constructor(options: StoreOptions = {}) {
    checkOptions("Store", options, checks);
    super(options);
  }
};

/** A store in which `chooser` makes the choices that the specification leaves open. */
export function storeWithChooser(chooser: Chooser, options: StoreOptions = {}): Store {
  return new RuntimeStore({ ...options, chooser });
}

export interface InstantiateOptions {
  /** A store to share with other instances; by default each instance has its own. Instances of one store fail together. */
  readonly store?: Store;
}

const instantiateChecks: OptionChecks<InstantiateOptions> = {
  store: (value) => (value instanceof RuntimeStore ? undefined : "a Store"),
};

/**
 * The store that `options` name; a new one, if they name none.
 *
 * @throws TypeError that names the option
 */
export function storeOf(options: InstantiateOptions): RuntimeStore {
  checkOptions("Linker.instantiate", options, instantiateChecks);
  return (options.store as RuntimeStore | undefined) ?? new RuntimeStore();
}
