/**
 * A component instance's table of handles. `Table` in the specification ("Table State" in CanonicalABI.md).
 *
 * All kinds of handle share one index space. Index 0 is never used, so that it can mean "none" to a guest. Freed
 * indices are reused last-in first-out, which guests can see and tests rely upon.
 */
import { MAX_HANDLE_INDEX } from "../abi/constants.ts";
import { trap } from "./trap.ts";

/** A class of handles, with what it is called in messages. */
export type HandleClass<T extends object> = (abstract new (...args: never[]) => T) & { readonly kind: string };

/** What can be parked. */
export interface Parked {
  /** Where in the table it is parked. */
  index: number;
}

export class HandleTable<T extends object> {
  /** Handles; at an index that is free, the one that was freed before it: the free ones are a chain from `#free` to 0. */
  readonly #elements: (T | number)[] = [0];
  /** The index that was freed last, but for that of `#parked`. */
  #free = 0;
  /** A handle whose index was freed last of all, still in its place: mostly the next handle is of its kind and can use it. */
  #parked: (T & Parked) | undefined;

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
    return typeof element === "number" || element === this.#parked ? undefined : element;
  }

  /** What is at `index`, which may be a parked handle, or a number that means nothing. */
  peek(index: number): unknown {
    return this.#elements[index];
  }

  add(element: T): number {
    if (this.#parked !== undefined) this.#free = this.#removeParked(this.#parked);
    const index = this.#free;
    if (index === 0) return this.#append(element);
    this.#free = this.#elements[index] as number;
    this.#elements[index] = element;
    return index;
  }

  #append(element: T): number {
    const index = this.#elements.length;
    if (index > MAX_HANDLE_INDEX) trap("handle-table-full");
    this.#elements.push(element);
    return index;
  }

  /** Frees the index of a handle that is there. */
  remove(index: number): void {
    if (this.#parked !== undefined) this.#free = this.#removeParked(this.#parked);
    this.#elements[index] = this.#free;
    this.#free = index;
  }

  /** As `remove`, of the handle `element`. It can be had back until another is added or removed. */
  park(index: number, element: T & Parked): void {
    if (this.#parked !== undefined) this.#free = this.#removeParked(this.#parked);
    element.index = index;
    this.#parked = element;
  }

  /** As `add`, of the handle that is parked, if there is one: it has the index that it had. */
  unpark(): (T & Parked) | undefined {
    const parked = this.#parked;
    if (parked !== undefined) this.#parked = undefined;
    return parked;
  }

  /** The index that is free now. */
  #removeParked({ index }: Parked): number {
    this.#parked = undefined;
    this.#elements[index] = this.#free;
    return index;
  }
}
