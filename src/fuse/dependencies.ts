/**
 * What must be there before a core definition can be used.
 *
 * A trampoline is made when it is first asked for, with all that its options name; so it depends on what they depend on.
 */
import { getOrInsert } from "../abi/remembered.ts";
import type { CoreDef, OptionsIndex, Plan, TrampolineIndex } from "../plan/plan.ts";

export class Dependencies {
  readonly #plan: Plan;
  readonly #known: Map<TrampolineIndex, number> = new Map();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The number of the last core instance that a trampoline needs, or -1. They are instantiated in the order of their numbers. */
  lastOf(index: TrampolineIndex): number {
    return getOrInsert(this.#known, index, () => {
      let last = -1;
      // Trampolines only refer to earlier definitions, so this ends.
      for (const def of this.#partsOf(index)) {
        if (def !== undefined)
          last = Math.max(last, def.from === "trampoline" ? this.lastOf(def.trampoline) : def.instance);
      }
      return last;
    });
  }

  #partsOf(index: TrampolineIndex): readonly (CoreDef | undefined)[] {
    const trampoline = this.#plan.trampolines[index]!;
    if (trampoline.op === "builtin") {
      const { table, memory, options } = trampoline.immediates;
      return [table, memory, ...(options === undefined ? [] : this.#optionsOf(options))];
    }
    const { callee } = trampoline;
    const own = this.#optionsOf(trampoline.options);
    if (callee.from === "import") return own;
    const { core, options } = this.#plan.lifts[callee.lift]!;
    return [...own, core, ...this.#optionsOf(options)];
  }

  #optionsOf(index: OptionsIndex): readonly (CoreDef | undefined)[] {
    const { memory, realloc, postReturn, callback } = this.#plan.options[index]!;
    return [memory, realloc, postReturn, callback];
  }
}
