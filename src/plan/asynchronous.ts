/**
 * Whether anything of a plan is asynchronous: whether it takes the part of gantry that is loaded only then.
 */
import { isErrorContext } from "../abi/builtin-groups.ts";
import type { BuiltinName } from "../abi/builtins.ts";
import type { Plan, Trampoline } from "./plan.ts";

const plain = [
  "resource.new",
  "resource.drop",
  "resource.rep",
  "context.get",
  "context.set",
  "backpressure.inc",
  "backpressure.dec",
  "thread.available-parallelism",
] as const satisfies readonly BuiltinName[];

/** Built-ins that a function without a task can use as well. */
export type PlainBuiltinName = (typeof plain)[number];

/** Whether it takes tasks to call a function or a built-in. */
export function isAsynchronous(plan: Plan, trampoline: Trampoline): boolean {
  if (trampoline.op === "lower") return plan.funcTypes[trampoline.type]!.async;
  const { builtin: name } = trampoline;
  return !isErrorContext(name) && !(plain as readonly BuiltinName[]).includes(name);
}

/** Whether there is a built-in for error contexts. */
export function hasErrorContexts({ trampolines }: Plan): boolean {
  return trampolines.some((trampoline) => trampoline.op === "builtin" && isErrorContext(trampoline.builtin));
}

/** Whether a plan has functions, values or built-ins that are asynchronous. */
export function isAsynchronousPlan(plan: Plan): boolean {
  return (
    plan.funcTypes.some(({ async }) => async) ||
    plan.types.some(({ kind }) => kind === "stream" || kind === "future" || kind === "error-context") ||
    plan.trampolines.some((trampoline) => isAsynchronous(plan, trampoline)) ||
    hasErrorContexts(plan)
  );
}
