/**
 * A store: the component instances that can reach one another, and that fail together. `Store` in the specification
 * ("Embedding" in CanonicalABI.md).
 *
 * Each instantiation has a store of its own unless the embedder gives it one.
 */
import type { ComponentError } from "../errors/component-error.ts";
import { type ComponentInstance, TRAPPED } from "./instance.ts";

export class Store {
  readonly #instances: ComponentInstance[] = [];
  /** Why nothing in this store can be entered any more, once something in it has trapped. */
  trapped: ComponentError | undefined;

  adopt(instance: ComponentInstance): void {
    this.#instances.push(instance);
    if (this.trapped !== undefined) instance.flags |= TRAPPED;
  }

  /** Makes every instance unenterable for good: after a trap nothing is known of the state of any of them. */
  poison(reason: ComponentError): void {
    this.trapped ??= reason;
    for (const instance of this.#instances) instance.flags |= TRAPPED;
  }
}
