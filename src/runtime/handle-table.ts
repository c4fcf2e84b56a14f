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

export class HandleTable<T extends object> {
  readonly #elements: (T | undefined)[] = [undefined];
  readonly #free: number[] = [];

  get(index: number): T {
    return this.#elements[index] ?? trap("unknown-handle", { index });
  }

  /** As `get`, and traps unless the handle is of class `Kind`. */
  getAs<K extends T>(Kind: HandleClass<K>, index: number): K {
    const element = this.#elements[index];
    if (element instanceof Kind) return element;
    const { kind } = Kind;
    if (element === undefined) trap("unknown-handle", { index, kind });
    return trap("wrong-handle-kind", { index, kind, found: (element.constructor as HandleClass<object>).kind });
  }

  /** The handle at `index`, if there is one. */
  find(index: number): T | undefined {
    return this.#elements[index];
  }

  add(element: T): number {
    const index = this.#free.pop() ?? this.#elements.length;
    if (index > MAX_HANDLE_INDEX) trap("handle-table-full");
    this.#elements[index] = element;
    return index;
  }

  remove(index: number): T {
    const element = this.get(index);
    this.#elements[index] = undefined;
    this.#free.push(index);
    return element;
  }

  /** The number of handles in use. */
  get size(): number {
    return this.#elements.length - 1 - this.#free.length;
  }
}
