/**
 * What an instantiated plan has for calls that are tasks, made when it is first needed: lifted and lowered functions, and
 * what built-ins are bound to. The counterpart of `InstanceState`, which makes one if it was given the means to
 * (`AsyncRuntime`), and knows nothing else of what is asynchronous.
 */
import { assert } from "../errors/component-error.ts";
import type { InstanceIndex, LiftIndex, OptionsIndex, Trampoline, TrampolineIndex, TypeIndex } from "../plan/plan.ts";
import type { AsyncContext } from "./async-builtins.ts";
import { makeAsyncBuiltin } from "./async-table.ts";
import { type AsyncHostSide, AsyncType } from "./async-types.ts";
import type { Payload } from "./buffers.ts";
import { lowerFailed } from "./call.ts";
import {
  beginStart,
  type Callee,
  type CoreEntry,
  canonLift,
  lowerLifted,
  nestedThread,
  plainFunction,
} from "./call-async.ts";
import { LiftLowerContext } from "./context.ts";
import { explainArguments, explainResult } from "./explain.ts";
import { canSuspend, type Entry, Stacks } from "./fiber.ts";
import type { AsyncFunctions, CoreFunction, PieceBinding, ValuesOf } from "./functions.ts";
import { callNow, callPromised, type HostCallee } from "./host-calls.ts";
import { lowerHost } from "./host-imports.ts";
import type { ComponentInstance } from "./instance.ts";
import type { Functions, InstanceState } from "./instance-state.ts";
import type { ResolvedImport } from "./instantiate.ts";
import { once } from "./once.ts";
import { Passage } from "./passage.ts";
import { CallScope, handleToDrop, type Rep, type ResourceType, retire } from "./resources.ts";
import { schedulerOf } from "./scheduler.ts";
import { settle } from "./suspension.ts";
import type { Task, TaskCaller } from "./task.ts";
import { trapOnThrow } from "./trap.ts";

type ImportedFunction = Extract<ResolvedImport, { readonly kind: "func" }>;
type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Builtin = Extract<Trampoline, { readonly op: "builtin" }>;

/** Makes the part of an instance's state that is asynchronous. `functions` is absent if no call is a task. */
export type AsyncRuntime = (state: InstanceState, functions: AsyncFunctions | undefined) => AsyncState;

/** The runtime of what is asynchronous, where streams and futures look to JavaScript as `hostSide` says. */
export function asyncRuntime(hostSide: AsyncHostSide): AsyncRuntime {
  return (state, functions) => new AsyncState(state, functions, hostSide);
}

export class AsyncState {
  /** By `TypeIndex`, where the type is a stream or future. */
  readonly types: readonly (AsyncType | undefined)[];
  readonly functions: AsyncFunctions;
  readonly stacks: Stacks;
  readonly #state: InstanceState;
  readonly #callees: (Callee | undefined)[] = [];
  readonly #positions: ReadonlyMap<TrampolineIndex, number>;
  readonly #destructors: Map<ResourceType, Callee> = new Map();
  #shims: readonly CoreFunction[] | undefined;
  #passage: Passage | undefined;

  constructor(state: InstanceState, functions: AsyncFunctions = noFunctions, hostSide: AsyncHostSide) {
    const { plan, resources } = state;
    const scope = { types: plan.types, resources };
    this.types = plan.types.map((type, i) =>
      type.kind === "stream" || type.kind === "future"
        ? new AsyncType(type.kind, type.payload, scope, hostSide, this.#forwarder(i as TypeIndex))
        : undefined,
    );
    this.#state = state;
    this.functions = functions;
    this.stacks = new Stacks(schedulerOf(state.store), functions.entry);
    this.#positions = new Map(functions.blocking.shims.map((index, i) => [index, i]));
  }

  /** `AsyncType.forward` of a type of the plan. */
  #forwarder(index: TypeIndex): AsyncType["forward"] {
    let payload: Payload | undefined;
    return (values) => {
      const { forwarded } = this.functions;
      if (forwarded === undefined || this.types[index]!.isNoneOrNumber) return values;
      this.#passage ??= new Passage(this.#state.store);
      payload ??= forwarded(index)(this.#binding(this.#passage.cx));
      return this.#passage.pass(payload, values);
    };
  }

  /** Whether calls into an instance are tasks. */
  tasks(instance: InstanceIndex): boolean {
    return this.functions.blocking.tasks[instance] === true;
  }

  // ---- Calls that are threads by themselves

  /** Begins the call of a core start function, if that is a task. What comes back ends it. */
  startTask(owner: InstanceIndex): (() => void) | undefined {
    return this.tasks(owner) ? beginStart(this.#state.instances[owner]!) : undefined;
  }

  /** A `realloc`, where calls are tasks. */
  nested(instance: InstanceIndex, func: CoreFunction): CoreFunction | undefined {
    return this.tasks(instance) ? nestedThread(schedulerOf(this.#state.store), func) : undefined;
  }

  // ---- Lifted functions

  callee(index: LiftIndex): Callee {
    this.#callees[index] ??= this.#makeCallee(index);
    return this.#callees[index];
  }

  #makeCallee(index: LiftIndex): Callee {
    const { plan, instances } = this.#state;
    const lift = plan.lifts[index]!;
    const { instance, async, callback, postReturn, encoding } = plan.options[lift.options]!;
    const makers = this.functions.lifts.get(index)!;
    const cx = this.#state.context(lift.options);
    const binding = this.#binding(cx);
    const made: { [V in ValuesOf]?: ReturnType<Callee["values"]> } = {};
    const { async: asyncType, result } = plan.funcTypes[lift.type]!;
    return {
      path: lift.name.split("#"),
      instance: instances[instance]!,
      asyncType,
      asyncOption: async,
      hasCallback: callback !== undefined,
      resultType: result,
      encoding,
      cx,
      core: this.#entry(this.#state.coreDef(lift.core) as CoreFunction, makers.host.signature),
      callback: callback && this.#entry(this.#state.coreDef(callback) as CoreFunction, "i32 i32 i32 -> i32"),
      postReturn: postReturn && (this.#state.coreDef(postReturn) as CoreFunction),
      suspends: this.functions.blocking.suspends[instance]!,
      values: (of) => {
        made[of] ??= { lowerParams: makers[of].lowerParams(binding), liftResult: makers[of].liftResult(binding) };
        return made[of];
      },
    };
  }

  #entry(plain: CoreFunction, signature: string): CoreEntry {
    let entry: Entry | undefined;
    return {
      plain,
      onStack: () => {
        entry ??= this.stacks.entry(plain, signature);
        return entry;
      },
    };
  }

  #binding(cx: LiftLowerContext, views = false): PieceBinding {
    const { resources, asyncTypes } = this.#state;
    return { cx, resources, asyncTypes, views };
  }

  /** A lifted function for the host, if its calls are tasks. */
  lifted(index: LiftIndex): Functions | undefined {
    const { plan } = this.#state;
    const { type, options } = plan.lifts[index]!;
    if (!this.tasks(plan.options[options]!.instance)) return undefined;
    const callee = this.#hostCallee(index);
    const promise: Functions["promise"] = (args, callOptions) => callPromised(callee, args, callOptions);
    if (plan.funcTypes[type]!.async) {
      const read = (reader: (result: unknown) => unknown, ...args: unknown[]) => promise(args).then(reader);
      return { call: (...args: unknown[]) => promise(args), read, promise };
    }
    const call = (...args: unknown[]) => callNow(callee, args);
    const read = (reader: (result: unknown) => unknown, ...args: unknown[]) => reader(call(...args));
    return { call, read, promise };
  }

  #hostCallee(index: LiftIndex): HostCallee {
    const { plan, resources, asyncTypes } = this.#state;
    const callee = this.callee(index);
    const type = plan.funcTypes[plan.lifts[index]!.type]!;
    return {
      callee,
      entering: callee.instance.enteringSet(undefined),
      fallible: type.result !== undefined && plan.types[type.result]!.kind === "result",
      explain: (args) => explainArguments({ types: plan.types, resources, asyncTypes }, type, args, callee.path),
    };
  }

  // ---- Lowered functions

  /** The lowered function, if calls of it are tasks. */
  lower(
    index: TrampolineIndex,
    { callee, type, options }: Lower,
    imported: ImportedFunction | undefined,
    path: readonly string[],
  ): CoreFunction | undefined {
    const makers = this.functions.lowers.get(index);
    if (makers === undefined) return undefined;
    const { plan, resources, asyncTypes, instances } = this.#state;
    const { instance, async } = plan.options[options]!;
    const binding = this.#binding(this.#state.context(options));
    const side = {
      path,
      instance: instances[instance]!,
      stacks: this.stacks,
      async,
      asyncType: plan.funcTypes[type]!.async,
      liftParams: makers.liftParams(binding),
      lowerResult: makers.lowerResult(binding),
    };
    if (callee.from === "lift") return lowerLifted(side, this.callee(callee.lift));
    assert(imported !== undefined);
    const funcType = plan.funcTypes[type]!;
    return lowerHost({
      ...side,
      host: imported.signalled ?? imported.func,
      cancellable: imported.signalled !== undefined,
      fallible: funcType.result !== undefined && plan.types[funcType.result]!.kind === "result",
      failed: (error, result, scope) => {
        const explain = () => explainResult({ types: plan.types, resources, asyncTypes }, funcType, result, path);
        return lowerFailed(path, explain, error, scope, result);
      },
    });
  }

  /** The function around a core function that can suspend its caller; `undefined` for one that never does. */
  shim(index: TrampolineIndex): CoreFunction | undefined {
    const position = this.#positions.get(index);
    if (position === undefined || !canSuspend) return undefined;
    this.#shims ??= this.stacks.shims(
      this.functions.shims(),
      this.functions.blocking.shims.map((shim) => this.#leaf(shim)),
    );
    return this.#shims[position]!;
  }

  /** A core function that is made when it is first called, for what it is bound to may not be there before. */
  #leaf(index: TrampolineIndex): CoreFunction {
    let leaf: ((...args: readonly unknown[]) => unknown) | undefined;
    return (...args: readonly unknown[]) => {
      leaf ??= this.#state.trampoline(index) as (...args: readonly unknown[]) => unknown;
      return leaf(...args);
    };
  }

  // ---- Destructors

  /** A destructor, if its calls are tasks. What comes back calls it when its instance has been entered. */
  destructor(type: ResourceType, instance: InstanceIndex, core: CoreFunction): ((rep: never) => void) | undefined {
    if (!this.tasks(instance)) return undefined;
    const { rep = "i32" } = this.#state.plan.resources.find((_, i) => this.#state.resources[i] === type) as {
      rep?: "i32" | "i64";
    };
    const callee: Callee = {
      ...plainFunction,
      path: [`drop of ${type.name}`],
      instance: this.#state.instances[instance]!,
      core: this.#entry(core, `${rep} ->`),
      callback: undefined,
      postReturn: undefined,
      suspends: this.functions.blocking.suspends[instance]!,
      values: () => identity,
    };
    this.#destructors.set(type, callee);
    return (value: Rep) => {
      canonLift(callee, [], destroyer(value), new CallScope(), "plain");
    };
  }

  /** `resource.drop`, of a resource whose destructor may block. */
  dropper(instance: ComponentInstance, type: ResourceType): CoreFunction {
    const scheduler = schedulerOf(instance.store);
    return (i: number) => {
      try {
        const handle = handleToDrop(instance, type, i);
        if (handle === undefined) return undefined;
        const rep = retire(instance.handles, i >>> 0, handle);
        const callee = this.#destructors.get(type);
        if (callee === undefined) return undefined;
        const thread = scheduler.running;
        const mode = thread?.fiber !== undefined ? "suspendable" : "plain";
        const entering = callee.instance.enteringSet(instance);
        const { quantum } = canonLift(callee, entering, destroyer(rep), new CallScope(), mode);
        return settle(this.stacks, thread, quantum, () => undefined);
      } catch (error) {
        return trapOnThrow(error, [`drop of ${type.name}`]);
      }
    };
  }

  // ---- Built-ins

  /** The core function of a built-in, if it is another one here than elsewhere. */
  builtin(index: TrampolineIndex, trampoline: Builtin): CoreFunction | undefined {
    return makeAsyncBuiltin(trampoline.builtin, this.#bound(index, trampoline));
  }

  #bound(index: TrampolineIndex, { instance, immediates }: Builtin): AsyncContext {
    const state = this.#state;
    const { plan } = state;
    return {
      instance: state.instances[instance]!,
      threads: this.tasks(instance),
      blocks: this.#positions.has(index),
      dropper: () => this.dropper(state.instances[instance]!, state.resources[immediates.resource!]!),
      scheduler: schedulerOf(state.store),
      stacks: this.stacks,
      immediates,
      async: immediates.options !== undefined && plan.options[immediates.options]!.async,
      messages: () => ({
        instance: state.instances[instance]!,
        cx: () => state.context(immediates.options!),
        encoding: plan.options[immediates.options!]!.encoding,
      }),
      cx: once(() => this.#context(instance, immediates)),
      type: once((): AsyncType => state.asyncTypes[immediates.type!]!),
      payload: once(() => this.functions.payloads.get(index)!(this.#binding(this.#context(instance, immediates)))),
      result: (of) => this.functions.returns.get(index)![of](this.#binding(this.#context(instance, immediates))),
      suits: (task) =>
        suits(task, immediates.result?.type, plan.options[immediates.options as OptionsIndex]?.encoding, () =>
          this.#context(instance, immediates),
        ),
      table: () => state.coreExport(immediates.table!) as WebAssembly.Table,
    };
  }

  #context(instance: InstanceIndex, { options, memory, pointer }: Builtin["immediates"]): LiftLowerContext {
    if (options !== undefined) return this.#state.context(options);
    return new LiftLowerContext(
      this.#state.instances[instance]!,
      memory && this.#state.memory(memory),
      undefined,
      pointer ?? "i32",
    );
  }
}

/**
 * The equality of the types, and `LiftOptions.equal` in the specification, but for a memory that only the lift has: the
 * official scripts return nothing from functions whose parameters alone need one (`async/cross-abi-calls.wast`).
 */
function suits(task: Task, result: unknown, encoding: string | undefined, cx: () => LiftLowerContext): boolean {
  const { func } = task;
  if (func.resultType !== result) return false;
  const { memory } = cx();
  return func.encoding === (encoding ?? "utf8") && (memory === undefined || func.cx.memory === memory);
}

/** Of a plan without tasks. */
const noFunctions: AsyncFunctions = {
  blocking: { tasks: [], suspends: [], shims: [] },
  lifts: new Map(),
  lowers: new Map(),
  returns: new Map(),
  payloads: new Map(),
  shims: () => new Uint8Array(),
  entry: () => new Uint8Array(),
};

const identity: ReturnType<Callee["values"]> = { lowerParams: (values) => values, liftResult: () => undefined };

function destroyer(rep: Rep): TaskCaller {
  return { values: "component", start: () => [rep], resolve() {} };
}
