/**
 * A plan without the trampolines that have become something else: all that referred to them refers to what they are now,
 * and all others are numbered anew.
 */
import type { CanonicalOptions, CoreDef, Initializer, Plan, TrampolineIndex } from "../plan/plan.ts";

export interface Rewritten {
  readonly plan: Plan;
  /** What a definition of the plan before is now. */
  readonly core: (def: CoreDef) => CoreDef;
}

/** `made`: what has become of trampolines; it may be a trampoline again, of which something has become. */
export function rewrite(plan: Plan, made: ReadonlyMap<TrampolineIndex, CoreDef>): Rewritten {
  const numbers = new Map<TrampolineIndex, TrampolineIndex>();
  const trampolines = plan.trampolines.filter((_, i) => {
    const index = i as TrampolineIndex;
    if (made.has(index)) return false;
    numbers.set(index, numbers.size as TrampolineIndex);
    return true;
  });

  function core(def: CoreDef): CoreDef {
    let found = def;
    for (;;) {
      if (found.from === "core-instance") return found;
      const next = made.get(found.trampoline);
      if (next === undefined) return { from: "trampoline", trampoline: numbers.get(found.trampoline)! };
      found = next;
    }
  }

  function options({ realloc, postReturn, callback, ...rest }: CanonicalOptions): CanonicalOptions {
    return {
      ...rest,
      ...(realloc && { realloc: core(realloc) }),
      ...(postReturn && { postReturn: core(postReturn) }),
      ...(callback && { callback: core(callback) }),
    };
  }

  function step(before: Initializer): Initializer {
    switch (before.op) {
      case "instantiate":
        return { ...before, args: before.args.map((arg) => ({ ...arg, value: core(arg.value) })) };
      case "resource":
        return { ...before, ...(before.destructor && { destructor: core(before.destructor) }) };
    }
  }

  const rewritten = {
    ...plan,
    options: plan.options.map(options),
    lifts: plan.lifts.map((lift) => ({ ...lift, core: core(lift.core) })),
    trampolines,
    initializers: plan.initializers.map(step),
  };
  return { plan: rewritten, core };
}
