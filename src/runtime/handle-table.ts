/**
 * A component instance's table of handles. `Table` in the specification ("Table State" in CanonicalABI.md).
 *
 * All kinds of handle share one index space. Index 0 is never used, so that it can mean "none" to a guest. Freed
 * indices are reused last-in first-out, which guests can see and tests rely upon.
 */
import { trap } from "./trap.ts";

/** The largest index that may be handed to a guest. `Table.MAX_LENGTH` in the specification. */
const MAX_LENGTH = 2 ** 28 - 1;

export class HandleTable<T extends object> {
  readonly #elements: (T | undefined)[] = [undefined];
  readonly #free: number[] = [];

  get(index: number): T {
    return this.#elements[index] ?? trap("unknown-handle", { index });
  }

  /** As `get`, and traps unless the handle is of class `kind`. */
  getAs<K extends T>(kind: abstract new (...args: never[]) => K, index: number): K {
    const element = this.get(index);
    return element instanceof kind ? element : trap("wrong-handle-kind", { index, kind: kind.name });
  }

  /** Whether there is a handle at `index`. */
  has(index: number): boolean {
    return this.#elements[index] !== undefined;
  }

  add(element: T): number {
    const index = this.#free.pop() ?? this.#elements.length;
    if (index > MAX_LENGTH) trap("handle-table-full");
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
