/**
 * Which adapters can wait until they are called.
 *
 * Toolchains have what a component imports called through a table if it takes the component's memory, which is not there
 * yet when it is linked; a module that exports nothing fills the table at last. A program calls few of these functions, and
 * adapters with strings and lists are what takes longest to make. So such a table gets a function that has the adapter made
 * at its first call, and put in its place. From then on nothing is between.
 */
import { getOrInsert } from "../abi/remembered.ts";
import type { CoreDef, CoreExport, Plan, TrampolineIndex } from "../plan/plan.ts";
import type { Program } from "./program.ts";

/** The adapters that nothing can call but through tables, and these. */
export function lateAdapters({ plan, pairs }: Program): ReadonlyMap<TrampolineIndex, readonly CoreExport[]> {
  const late = new Map<TrampolineIndex, CoreExport[]>();
  const early = new Set<TrampolineIndex>();
  for (const [def, tables] of uses(plan)) {
    if (def?.from !== "trampoline" || pairs.get(def.trampoline)?.direct !== false) continue;
    if (tables.length === 0) early.add(def.trampoline);
    else {
      getOrInsert(late, def.trampoline, () => []).push(...tables);
    }
  }
  for (const index of early) late.delete(index);
  return late;
}

/** Each use of a core definition, with the tables through which it can be called if there is no other way. */
function* uses(plan: Plan): Generator<readonly [def: CoreDef | undefined, tables: readonly CoreExport[]]> {
  for (const step of plan.initializers) {
    if (step.op === "resource") yield [step.destructor, []];
    else {
      const { module, args } = step;
      const { fills = [] } = (module.from === "static" && plan.modules[module.module]!.traits) || {};
      const tables = fills.map((i) => args[i]!.value as CoreExport);
      for (const { value } of args) yield [value, tables];
    }
  }
  for (const { realloc, postReturn, callback } of plan.options) {
    for (const def of [realloc, postReturn, callback]) yield [def, []];
  }
  for (const { core } of plan.lifts) yield [core, []];
}
