/**
 * What planning may cost.
 *
 * A component that instantiates two of the component below it, thirty levels deep, is a few hundred bytes long and has
 * a billion instances; an instance that exports another one twice, and so on, has as many leaves. Validation bounds
 * each definition, not how often it is executed. So planning counts what it does and gives up in time.
 */
import { ComponentError } from "../errors/component-error.ts";

export const limits = {
  /**
   * Component instances of a plan. Compositions by hand or by tools have tens; each costs an environment while planning
   * and a handle table when run.
   */
  instances: 10_000,
  /**
   * How deep instantiations, and canonical functions made of canonical functions, may be nested. Planning recurses on
   * both; this many levels take a small part of any engine's stack.
   */
  depth: 200,
  /**
   * Units of work: a definition executed, an argument looked up, a leaf of an import or export, a type made. The largest
   * programs known (a dynamic linker's output with thousands of symbols in each of twenty modules) stay below a fifth.
   */
  work: 500_000,
} as const;

/** Counts what planning does, and throws when it is too much. */
export class Budget {
  /** Of the definition being executed, for messages. */
  offset: number | undefined;
  #work = 0;
  #instances = 0;
  #depth = 0;

  spend(units = 1): void {
    this.#work += units;
    if (this.#work > limits.work) this.#fail("planning this component takes too many steps");
  }

  instance(): void {
    this.#instances++;
    if (this.#instances > limits.instances)
      this.#fail(`this component has more than ${limits.instances} instances of components`);
  }

  /** `step`, one level deeper. */
  nested<T>(step: () => T): T {
    if (this.#depth >= limits.depth) this.#fail(`this component is nested more than ${limits.depth} levels deep`);
    this.#depth++;
    const result = step();
    this.#depth--;
    return result;
  }

  #fail(reason: string): never {
    throw new ComponentError("unsupported", "too-large", reason, { offset: this.offset });
  }
}
