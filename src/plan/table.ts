import { getOrInsert } from "../abi/remembered.ts";

/** A table of a plan while it grows: its items have numbers, by which others refer to them. */
export class Table<I extends number, T> {
  readonly items: T[] = [];
  readonly #numbers: Map<string, I> = new Map();

  add(item: T): I {
    return (this.items.push(item) - 1) as I;
  }

  /** The number of `item`, which is added unless one with the same content is there. */
  intern(item: T, content: unknown = item): I {
    return getOrInsert(this.#numbers, JSON.stringify(content), () => this.add(item));
  }
}
