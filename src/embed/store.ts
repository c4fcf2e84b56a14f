/**
 * The embedder's face of a store: what is in it beyond this is for instances alone.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { Chooser } from "../runtime/scheduler.ts";
import { kindOf, show } from "../runtime/show.ts";
import { Store as RuntimeStore, type StoreOptions as RuntimeStoreOptions } from "../runtime/store.ts";
import { checkOptionNames } from "./options.ts";

export type { Chooser };

export type StoreOptions = Omit<RuntimeStoreOptions, "chooser">;

/** Instances that can reach one another, and that fail together. */
export interface Store {
  /** Why nothing in this store can be called any more, once something in it has trapped. */
  readonly trapped: ComponentError | undefined;
}

const keys = ["onDeadlock", "onUnhandled"] as const satisfies readonly (keyof StoreOptions)[];

/** @throws TypeError that names the option */
export const Store: new (options?: StoreOptions) => Store = class Store extends RuntimeStore {
  // Of two classes of one name, bundlers rename one.
  static {
    Object.defineProperty(Store, "name", { value: "Store" });
  }

  constructor(options: StoreOptions = {}) {
    checkOptionNames("Store", options, keys);
    const { onDeadlock, onUnhandled } = options;
    if (onDeadlock !== undefined && onDeadlock !== "fail" && onDeadlock !== "wait") {
      throw new TypeError(`the option "onDeadlock" is "fail" or "wait", not ${show(onDeadlock)}`);
    }
    if (onUnhandled !== undefined && typeof onUnhandled !== "function") {
      throw new TypeError(`the option "onUnhandled" is a function, not ${kindOf(onUnhandled)}`);
    }
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

/**
 * The store that `options` name; a new one, if they name none.
 *
 * @throws TypeError that names the option
 */
export function storeOf(options: InstantiateOptions): RuntimeStore {
  checkOptionNames("Linker.instantiate", options, ["store"] satisfies readonly (keyof InstantiateOptions)[]);
  const { store } = options;
  if (store === undefined) return new RuntimeStore();
  if (store instanceof RuntimeStore) return store;
  throw new TypeError(`the option "store" is a Store, not ${kindOf(store)}`);
}
