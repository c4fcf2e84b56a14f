/**
 * Instantiation: one loop over the steps of a plan, in their order. "Instance Definitions" in Explainer.md.
 *
 * A step of a plan is an effect; whatever has none (contexts, trampolines, lifted functions) is made by the state of the
 * instance when it is first needed. A core start function is a call into the instance that owns it, so that one is
 * entered meanwhile.
 */
import { ComponentError } from "../errors/component-error.ts";
import type { Initializer, LateAdapter, Plan, TrampolineIndex } from "../plan/plan.ts";
import type { AsyncRuntime } from "./async-state.ts";
import { cannotEnter, importWords, leave, located } from "./call.ts";
import type { FunctionTable, HostFunction } from "./functions.ts";
import { ENTERED } from "./instance.ts";
import { InstanceState } from "./instance-state.ts";
import type { HostSide, ResourceType } from "./resources.ts";
import type { Store } from "./store.ts";
import { reasonOf } from "./trap.ts";

export type { InstanceState } from "./instance-state.ts";

/** What the embedder supplies for one entry of `plan.imports`, in its order. */
export type ResolvedImport =
  | {
      readonly kind: "func";
      readonly func: HostFunction;
      readonly views: boolean;
      /** Whether guests are suspended until its promise is settled, though its type is synchronous. */
      readonly waits?: boolean;
      /** If it can be cancelled, what takes an `AbortSignal` after its arguments; only if its type is asynchronous. */
      readonly signalled?: HostFunction | undefined;
      /** Whether it checks what it is given and gives itself, as functions do that an instance exports. */
      readonly checks?: boolean;
    }
  | { readonly kind: "resource"; readonly type: ResourceType }
  | { readonly kind: "core-module"; readonly module: WebAssembly.Module };

type CoreInstantiation = Extract<Initializer, { readonly op: "instantiate" }>;

/** Modules of at most so many bytes are instantiated at once: waiting for the engine would take longer. */
const SMALL_MODULE = 4096;

/** An adapter in a module of its own. */
export type LateModule = LateAdapter & { readonly module: WebAssembly.Module };

/** A plan and all that it takes to instantiate it. */
export interface Instantiation {
  readonly plan: Plan;
  readonly functions: FunctionTable;
  /** Parallel to `plan.modules`. */
  readonly modules: readonly WebAssembly.Module[];
  /** Parallel to `plan.imports`. */
  readonly imports: readonly ResolvedImport[];
  readonly store: Store;
  /** Makes an adapter that the plan has a `late` leaf for. */
  readonly late?: ((index: TrampolineIndex) => LateModule) | undefined;
  /** What a resource that a guest defines looks like to JavaScript. */
  readonly hostSide: (type: ResourceType) => HostSide;
  /** What it takes if anything of the plan is asynchronous. */
  readonly async?: AsyncRuntime | undefined;
}

/**
 * Instantiates a component, waiting for the engine where a module is large.
 *
 * @throws ComponentError of phase `trap` if a start function traps, which poisons the store; of phase `link` if the
 * engine refuses to instantiate a module
 */
export async function instantiate(given: Instantiation): Promise<InstanceState> {
  const state = new InstanceState(given);
  try {
    for (const step of given.plan.initializers) {
      const small = step.op !== "instantiate" || isSmall(given.plan, step);
      const running = run(state, step, small ? instantiateNow : WebAssembly.instantiate);
      if (running !== undefined) await running;
    }
  } catch (error) {
    const { scheduler } = given.store;
    throw scheduler === undefined ? error : await scheduler.explain(error);
  }
  return state;
}

/** As `instantiate`, without waiting. Engines may refuse large modules so. */
export function instantiateSync(given: Instantiation): InstanceState {
  const state = new InstanceState(given);
  for (const step of given.plan.initializers) run(state, step, instantiateNow);
  return state;
}

function isSmall(plan: Plan, { module }: CoreInstantiation): boolean {
  if (module.from === "import") return false;
  const { start, end } = plan.modules[module.module]!;
  return end - start <= SMALL_MODULE;
}

function instantiateNow(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  return new WebAssembly.Instance(module, imports);
}

type Instantiate = (
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
) => WebAssembly.Instance | Promise<WebAssembly.Instance>;

/** Runs one step. What comes back is a promise if `instantiateCore` gives one. */
function run(state: InstanceState, step: Initializer, instantiateCore: Instantiate): void | Promise<void> {
  switch (step.op) {
    case "resource":
      state.defineResource(step);
      return;
    case "instantiate": {
      if (state.store.trapped !== undefined) cannotEnter(state.instances[step.owner]!);
      const entered = state.instances[step.owner]!.selfAndAncestors();
      const module = state.module(step.module);
      const imports = state.coreImports(step.args, step.leaves);
      const ended = state.startTask(step.owner);
      const finish = (instance: WebAssembly.Instance) => {
        ended?.();
        leave(entered);
        state.addCoreInstance(step.core, instance);
      };
      for (const instance of entered) instance.flags |= ENTERED;
      // A start function is a thread of its own, whose slots are empty.
      const { storage } = state.instances[step.owner]!;
      storage[0] = storage[1] = 0;
      try {
        const started = instantiateCore(module, imports);
        // Asked so, for the engine's promises may be of another realm.
        if (started instanceof WebAssembly.Instance) finish(started);
        else return started.then(finish, (error) => startFailed(state, step, error));
      } catch (error) {
        startFailed(state, step, error);
      }
    }
  }
}

/** A module that was not instantiated: the engine refuses it, for its imports or for lack of memory, or it trapped. */
function startFailed(state: InstanceState, { module }: CoreInstantiation, error: unknown): never {
  const path =
    module.from === "static" ? [`core module ${module.module}`] : importWords(state.plan.imports[module.import]!.path);
  const engine = error instanceof Error && error.message.startsWith("WebAssembly.");
  if (
    error instanceof WebAssembly.LinkError ||
    (engine && (error instanceof TypeError || error instanceof RangeError))
  ) {
    const reason = `the engine refuses to instantiate a core module: ${error.message}`;
    throw new ComponentError("link", "core-link", reason, { path }, { cause: error });
  }
  const reason = located(reasonOf(error), [...path, "start"], error);
  state.store.poison(reason);
  const { scheduler } = state.store;
  if (scheduler !== undefined) scheduler.starting = undefined;
  throw reason;
}
