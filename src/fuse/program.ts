/**
 * What fusing asks of a plan: which calls between components can become adapters, and what an adapter can leave out.
 *
 * `trap_if(not may_enter_from(caller))` can be left out, and with it `enter_from` and `leave_to`, unless an instance drops
 * resources of an instance around it. For:
 *
 * 1. Of two component instances, either one is inside the other, and is instantiated within the other's instantiation, or
 *    one is instantiated before the other begins. A function is there before whoever imports it. So a call between
 *    instances of which none is inside the other (all other calls trap) goes to an earlier one.
 * 2. Dropping a resource calls the instance that defines it: an earlier one, one inside of the dropping instance, that
 *    itself, or, which is excluded here, one around it. (The last two enter nothing.)
 * 3. Let I₀ … Iₙ be the instances that calls have led through since the host came in, each called by the one before it. By 1
 *    and 2, and since intervals are nested or apart, Iₙ is inside of each Iₖ or earlier than it.
 * 4. What is entered is I₀ … Iₙ and all that is around them. A call from Iₙ to J enters J and what is around J but not around
 *    Iₙ. Let X be one of these, and suppose that it is entered already: X is around some Iₖ, or is it. If Iₙ is inside of
 *    Iₖ, then X is around Iₙ, a contradiction. Else Iₙ is earlier than Iₖ, and J is inside of Iₙ (a drop), so that X is
 *    inside of it, too, and not around Iₖ; or earlier than Iₙ, so that X lasts from before Iₙ to after it, and is
 *    around it: a contradiction either way.
 * 5. The host cannot come in meanwhile, for the root is entered, which is around everything.
 *
 * `may_leave` can be left out where no `realloc` and no `post-return` is, for nothing else clears it; and need not be
 * cleared where nothing would ask. See also runtime/may-leave.ts.
 */
import { withStorage } from "../abi/builtin-groups.ts";
import { builtin } from "../abi/builtins.ts";
import { hasHandles, hasPointers, isAsync } from "../abi/contents.ts";
import { flattenFuncType, type Signature } from "../abi/flatten.ts";
import { areRelated, isInside } from "../plan/ancestry.ts";
import { analyzeBlocking, destroyed, instanceOf } from "../plan/blocking.ts";
import type {
  FuncTypeIndex, InstanceIndex, Lift, ModuleDef, OptionsIndex, Plan, Trampoline, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import { typesOf } from "../plan/types.ts";
import type { FuncType } from "../types/types.ts";
import { isTransparent } from "./traits.ts";

/** A call from one component to another that can be an adapter. */
export interface Pair {
  readonly index: TrampolineIndex;
  readonly name: string;
  readonly type: FuncType;
  readonly typeIndex: FuncTypeIndex;
  readonly caller: OptionsIndex;
  readonly callee: OptionsIndex;
  readonly lift: Lift;
  readonly lowerSignature: Signature;
  readonly liftSignature: Signature;
  /** Whether all there is to do is to call the callee. */
  readonly direct: boolean;
}

export interface ProgramOptions {
  /** Whether the engine has modules with several memories. Without them, there are adapters only for what needs none. */
  readonly multiMemory: boolean;
  /** Whether the engine can catch exceptions in the standard form. */
  readonly exceptions: boolean;
}

export class Program {
  readonly plan: Plan;
  readonly pairs: ReadonlyMap<TrampolineIndex, Pair>;
  /** Instances in which something asks whether it may leave. */
  readonly asksMayLeave: ReadonlySet<InstanceIndex>;
  /** Instances of which what runs has slots. */
  readonly withStorage: ReadonlySet<InstanceIndex>;
  /** Whether calls must say which instances they enter. */
  readonly tracksEntering: boolean;
  readonly #mayNotBeLeft: ReadonlySet<InstanceIndex>;
  readonly #throwing: ReadonlySet<InstanceIndex>;

  constructor(plan: Plan, { multiMemory, exceptions }: ProgramOptions) {
    this.plan = plan;
    this.asksMayLeave = new Set(
      plan.trampolines.filter(asksMayLeave).map((trampoline) => instanceOf(plan, trampoline)),
    );
    this.#mayNotBeLeft = new Set(
      plan.options.filter(({ realloc, postReturn }) => realloc ?? postReturn).map(({ instance }) => instance),
    );
    this.withStorage = withStorage(plan.trampolines);
    this.tracksEntering = dropsUpwards(plan);
    const { throwing, opaque } = classify(plan);
    this.#throwing = throwing;
    const excluded = new Set(exceptions ? opaque : [...opaque, ...throwing]);
    this.pairs = this.#findPairs(excluded, multiMemory);
  }

  /** Whether what runs in the instance of these options may have to stay there. */
  mayNotBeLeft(options: OptionsIndex): boolean {
    return this.#mayNotBeLeft.has(this.plan.options[options]!.instance);
  }

  /** Whether exceptions of core WebAssembly can come out of the instance of these options. */
  throws(options: OptionsIndex): boolean {
    return this.#throwing.has(this.plan.options[options]!.instance);
  }

  #findPairs(excluded: ReadonlySet<InstanceIndex>, multiMemory: boolean): Map<TrampolineIndex, Pair> {
    const { plan } = this;
    const { tasks } = analyzeBlocking(plan);
    const pairs = new Map<TrampolineIndex, Pair>();
    for (const [i, trampoline] of plan.trampolines.entries()) {
      if (trampoline.op !== "lower" || trampoline.callee.from !== "lift") continue;
      const lift = plan.lifts[trampoline.callee.lift]!;
      const caller = plan.options[trampoline.options]!;
      const callee = plan.options[lift.options]!;
      const type = typesOf(plan).func(plan.funcTypes[trampoline.type]!);
      if (caller.async || callee.async || type.async || tasks[callee.instance]) continue;
      if (areRelated(plan, caller.instance, callee.instance)) continue;
      if (excluded.has(caller.instance) || excluded.has(callee.instance)) continue;
      const { params, result } = type;
      const values = [...params.map((param) => param.type), ...(result === undefined ? [] : [result])];
      if (values.some(isAsync)) continue;
      const copies = values.some(hasPointers);
      // Whose handles are whose is known in JavaScript: where there is nothing to copy, a call goes through it but once.
      if (!copies && values.some(hasHandles)) continue;
      // Slots of threads are theirs.
      const findsRoom = result !== undefined && hasPointers(result);
      if (tasks[caller.instance] && this.withStorage.has(caller.instance) && findsRoom) continue;
      const lowerSignature = flattenFuncType(caller, type, "lower");
      const liftSignature = flattenFuncType(callee, type, "lift");
      const isFlat = lowerSignature.paramsIn === "flat" && lowerSignature.resultsIn === "flat";
      const needsNoMemory =
        isFlat && callee.postReturn === undefined && !copies && !this.mayNotBeLeft(trampoline.options);
      if (!multiMemory && !needsNoMemory) continue;
      pairs.set(i as TrampolineIndex, {
        index: i as TrampolineIndex,
        name: trampoline.name,
        type,
        typeIndex: trampoline.type,
        caller: trampoline.options,
        callee: lift.options,
        lift,
        lowerSignature,
        liftSignature,
        direct:
          needsNoMemory &&
          values.every(isTransparent) &&
          !this.tracksEntering &&
          !this.withStorage.has(callee.instance) &&
          !this.throws(lift.options),
      });
    }
    return pairs;
  }
}

function asksMayLeave(trampoline: Trampoline): boolean {
  return trampoline.op === "lower" || builtin(trampoline.builtin).mayLeave;
}

/** Whether an instance can drop resources that an instance around it defines, with a destructor. */
function dropsUpwards(plan: Plan): boolean {
  const withDestructor = destroyed(plan);
  return plan.trampolines.some((trampoline) => {
    if (trampoline.op !== "builtin" || trampoline.builtin !== "resource.drop") return false;
    const index = trampoline.immediates.resource!;
    const resource = plan.resources[index]!;
    if (resource.kind !== "defined" || !withDestructor.has(index)) return false;
    return resource.instance !== trampoline.instance && isInside(plan, trampoline.instance, resource.instance);
  });
}

interface Classes {
  /** Out of which exceptions may come. */
  readonly throwing: ReadonlySet<InstanceIndex>;
  /** Of whose core functions the types may be others than `canon lift` asks for, though they look the same. */
  readonly opaque: ReadonlySet<InstanceIndex>;
}

function classify(plan: Plan): Classes {
  const traitsOf = (module: ModuleDef) => (module.from === "static" ? plan.modules[module.module]!.traits : undefined);
  const throwing = new Set<InstanceIndex>();
  const opaque = new Set<InstanceIndex>();
  for (const step of plan.initializers) {
    if (step.op !== "instantiate") continue;
    const found = traitsOf(step.module);
    if (found === undefined || !found.plainTypes) opaque.add(step.owner);
    if (found === undefined || found.throws) throwing.add(step.owner);
  }
  return { throwing, opaque };
}
