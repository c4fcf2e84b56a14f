/**
 * What must be there before a core definition can be used: core instances, and adapters, which have to be placed in time.
 *
 * A trampoline that is not fused is made when it is first asked for, with all that its options name; so it depends on
 * what they depend on.
 */
import type {
  CoreDef, CoreInstanceIndex, Initializer, LiftIndex, OptionsIndex, Trampoline, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import type { Program } from "./program.ts";

export class Needs {
  readonly instances: Set<CoreInstanceIndex> = new Set();
  /** Fused trampolines that are adapters, whatever is between. */
  readonly adapters: Set<TrampolineIndex> = new Set();
}

export class Dependencies {
  readonly #program: Program;
  readonly #known: Map<TrampolineIndex, Needs> = new Map();

  constructor(program: Program) {
    this.#program = program;
  }

  ofStep(step: Initializer): Needs {
    const needs = new Needs();
    if (step.op === "instantiate") for (const { value } of step.args) this.#addDef(needs, value);
    else if (step.destructor !== undefined) this.#addDef(needs, step.destructor);
    return needs;
  }

  /** What a trampoline needs, itself not included. */
  of(index: TrampolineIndex): Needs {
    let needs = this.#known.get(index);
    if (needs === undefined) {
      needs = new Needs();
      // Trampolines only refer to earlier definitions, so this ends.
      this.#known.set(index, needs);
      this.#addTrampoline(needs, this.#program.plan.trampolines[index]!);
    }
    return needs;
  }

  #addDef(needs: Needs, def: CoreDef | undefined): void {
    if (def === undefined) return;
    if (def.from === "core-instance") {
      needs.instances.add(def.instance);
      return;
    }
    const pair = this.#program.pairs.get(def.trampoline);
    if (pair !== undefined && !pair.direct) needs.adapters.add(def.trampoline);
    const inner = this.of(def.trampoline);
    for (const instance of inner.instances) needs.instances.add(instance);
    for (const adapter of inner.adapters) needs.adapters.add(adapter);
  }

  #addTrampoline(needs: Needs, trampoline: Trampoline): void {
    switch (trampoline.op) {
      case "lower":
        this.#addOptions(needs, trampoline.options);
        if (trampoline.callee.from === "lift") this.#addLift(needs, trampoline.callee.lift);
        return;
      case "builtin": {
        const { table, memory, options } = trampoline.immediates;
        this.#addDef(needs, table);
        this.#addDef(needs, memory);
        if (options !== undefined) this.#addOptions(needs, options);
      }
    }
  }

  #addOptions(needs: Needs, index: OptionsIndex): void {
    const { memory, realloc, postReturn, callback } = this.#program.plan.options[index]!;
    for (const def of [memory, realloc, postReturn, callback]) this.#addDef(needs, def);
  }

  #addLift(needs: Needs, index: LiftIndex): void {
    const { core, options } = this.#program.plan.lifts[index]!;
    this.#addDef(needs, core);
    this.#addOptions(needs, options);
  }
}
