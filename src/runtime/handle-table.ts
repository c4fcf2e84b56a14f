/**
 * A component instance's table of handles. `Table` in the specification ("Table State" in CanonicalABI.md).
 *
 * All kinds of handle share one index space. Index 0 is never used, so that it can mean "none" to a guest. Freed
 * indices are reused last-in first-out, which guests can see and tests rely upon.
 */
import { MAX_HANDLE_INDEX } from "../abi/constants.ts";
import { trap } from "./trap.ts";

/** What is no handle's index, and ends the chain of those that are free. */
const NONE = 0;

/** A class of handles, with what it is called in messages. */
export type HandleClass<T extends object> = (abstract new (...args: never[]) => T) & { readonly kind: string };

export class HandleTable<T extends object> {
  /** Handles; where one is no more, the index that was freed before its own, of which those to use next are a chain. */
  readonly #elements: (T | number)[] = [NONE];
  /** The index that was freed last. */
  #free: number = NONE;

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
    return typeof element === "number" ? undefined : element;
  }

  add(element: T): number {
    const index = this.#free;
    if (index === NONE) return this.#append(element);
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
    this.#elements[index] = this.#free;
    this.#free = index;
  }

  /** The number of handles in use. */
  get size(): number {
    return this.#elements.filter((element) => typeof element !== "number").length;
  }
}
