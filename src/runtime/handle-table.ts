/**
 * A component instance's table of handles. `Table` in the specification ("Table State" in CanonicalABI.md).
 *
 * All kinds of handle share one index space. Index 0 is never used, so that it can mean "none" to a guest. Freed
 * indices are reused last-in first-out, which guests can see and tests rely upon.
 */
import { handles } from "./limits.ts";
import { trap } from "./trap.ts";

/** A class of handles, with what it is called in messages. */
export type HandleClass<T extends object> = (abstract new (...args: never[]) => T) & { readonly kind: string };

/** What can be parked. */
export interface Parked {
  /** Where in the table it was parked. */
  index: number;
  /** `undefined` while it is, which is up to whoever parks it. */
  readonly type: unknown;
}

/** Counts the places of several tables, those that are free again, too. */
export interface Places {
  places: number;
}

export class HandleTable<T extends object> {
  /** Handles; at an index that is free, the one that was freed before it: the free ones are a chain from `#free` to 0. */
  readonly #elements: (T | number)[] = [0];
  /** The index that was freed last, but for that of what is parked. */
  #free = 0;
  /**
   * A handle whose index was freed last of all, still in its place, as long as it is parked: mostly the next handle is of its
   * kind and can use it. What is parked no longer stays here, for it is mostly parked again.
   */
  #spare: (T & Parked) | undefined;
  readonly #counted: Places;

  constructor(counted: Places) {
    this.#counted = counted;
  }

  get(index: number): T {
    return this.find(index) ?? trap("unknown-handle", { index });
  }

  /** As `get`, and traps unless the handle is of class `Kind`. */
  getAs<K extends T>(Kind: HandleClass<K>, index: number): K {
    const element = this.find(index);
    if (element instanceof Kind) return element;
    const { kind } = Kind;
    if (element === undefined) trap("unknown-handle", { index, kind });
    return trap("wrong-handle-kind", { index, kind, found: (element.constructor as HandleClass<object>).kind });
  }

  /** The handle at `index`, if there is one. */
  find(index: number): T | undefined {
    const element = this.#elements[index];
    return typeof element === "number" || element === this.unpark() ? undefined : element;
  }

  /** What is at `index`, which may be a parked handle, or a number that means nothing. */
  peek(index: number): unknown {
    return this.#elements[index];
  }

  add(element: T): number {
    this.#removeParked();
    const index = this.#free;
    if (index === 0) return this.#append(element);
    this.#free = this.#elements[index] as number;
    this.#elements[index] = element;
    return index;
  }

  #append(element: T): number {
    if (++this.#counted.places > handles) trap("handle-table-full");
    return this.#elements.push(element) - 1;
  }

  /** Frees the index of a handle that is there. */
  remove(index: number): void {
    this.#removeParked();
    this.#elements[index] = this.#free;
    this.#free = index;
  }

  /** As `remove`, of the handle `element`. It can be had back until another is added or removed. */
  park(index: number, element: T & Parked): void {
    if (element === this.#spare) return;
    this.#removeParked();
    element.index = index;
    this.#spare = element;
  }

  /** As `add`, of the handle that is parked, if there is one: it has the index that it had. */
  unpark(): (T & Parked) | undefined {
    const spare = this.#spare;
    return spare !== undefined && spare.type === undefined ? spare : undefined;
  }

  /** Frees the index of what is parked, if anything is. */
  #removeParked(): void {
    const parked = this.unpark();
    if (parked === undefined) return;
    this.#spare = undefined;
    this.#elements[parked.index] = this.#free;
    this.#free = parked.index;
  }
}
