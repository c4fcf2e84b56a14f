/**
 * What of a plan is asynchronous, and what may have to be suspended.
 *
 * All that concurrency costs is paid only where this says so. Calls into an instance that uses nothing of it are plain
 * calls, without tasks and threads ("Tasks" and "Threads" in CanonicalABI.md). A core function that can block is wrapped
 * (runtime/fiber.ts), and only instances with such functions are entered on stacks of their own.
 */
import { builtin } from "../abi/builtins.ts";
import { getOrInsert } from "../abi/remembered.ts";
import { isAsynchronous } from "./asynchronous.ts";
import type { ImportIndex, InstanceIndex, Plan, ResourceIndex, Trampoline, TrampolineIndex } from "./plan.ts";

export interface Blocking {
  /** By `InstanceIndex`: whether calls into it are tasks. */
  readonly tasks: readonly boolean[];
  /** By `InstanceIndex`: whether what runs in it may block, other than by returning to its event loop. */
  readonly suspends: readonly boolean[];
  /** The core functions that may block whoever calls them, in order. */
  readonly shims: readonly TrampolineIndex[];
}

/** `waiting`: synchronous functions of the host's that may return a promise all the same. */
export function analyzeBlocking(plan: Plan, waiting: ReadonlySet<ImportIndex> = new Set()): Blocking {
  const suspends = plan.instances.map(() => false);
  const shims = new Set<TrampolineIndex>();
  const callers = callersOf(plan);
  const pending: TrampolineIndex[] = [];
  for (const [i, trampoline] of plan.trampolines.entries()) {
    if (mayBlock(plan, trampoline, waiting)) pending.push(i as TrampolineIndex);
  }
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (shims.has(index)) continue;
    shims.add(index);
    const instance = instanceOf(plan, plan.trampolines[index]!);
    if (!suspends[instance]) pending.push(...(callers.get(instance) ?? []));
    suspends[instance] = true;
  }
  const tasks = suspends.slice();
  for (const trampoline of plan.trampolines) {
    if (isAsynchronous(plan, trampoline)) tasks[instanceOf(plan, trampoline)] = true;
  }
  for (const { type, options } of plan.lifts) {
    if (plan.funcTypes[type]!.async) tasks[plan.options[options]!.instance] = true;
  }
  return { tasks, suspends, shims: [...shims].sort((a, b) => a - b) };
}

/** Who calls a trampoline. */
export function instanceOf(plan: Plan, trampoline: Trampoline): InstanceIndex {
  return trampoline.op === "lower" ? plan.options[trampoline.options]!.instance : trampoline.instance;
}

/** The resources that have a destructor. */
export function destroyed(plan: Plan): ReadonlySet<ResourceIndex> {
  return new Set(
    plan.initializers.flatMap((step) => (step.op === "resource" && step.destructor ? [step.resource] : [])),
  );
}

/** For each instance, the functions that call into it. */
function callersOf(plan: Plan): ReadonlyMap<InstanceIndex, readonly TrampolineIndex[]> {
  const withDestructor = destroyed(plan);
  const callers = new Map<InstanceIndex, TrampolineIndex[]>();
  const add = (callee: InstanceIndex, index: number) => {
    getOrInsert(callers, callee, () => []).push(index as TrampolineIndex);
  };
  for (const [i, trampoline] of plan.trampolines.entries()) {
    if (trampoline.op === "lower") {
      const { callee } = trampoline;
      if (callee.from === "lift") add(plan.options[plan.lifts[callee.lift]!.options]!.instance, i);
    } else if (trampoline.builtin === "resource.drop") {
      const index = trampoline.immediates.resource!;
      const resource = plan.resources[index]!;
      if (resource.kind === "defined" && withDestructor.has(index)) add(resource.instance, i);
    }
  }
  return callers;
}

/** Whether a function may block its caller, whatever it calls. */
function mayBlock(plan: Plan, trampoline: Trampoline, waiting: ReadonlySet<ImportIndex>): boolean {
  if (trampoline.op === "lower") {
    const { callee, type, options } = trampoline;
    if (plan.funcTypes[type]!.async) return !plan.options[options]!.async;
    return callee.from === "import" && waiting.has(callee.import);
  }
  const { builtin: name, immediates } = trampoline;
  // To cancel a task is to resume it, whatever the caller does meanwhile.
  if (name === "subtask.cancel") return true;
  switch (builtin(name).blocks) {
    case "never":
      return false;
    case "always":
      return true;
    case "if-sync": {
      const async = immediates.options === undefined ? immediates.async : plan.options[immediates.options]!.async;
      return async !== true;
    }
  }
}
