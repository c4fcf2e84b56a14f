/**
 * The state of an instantiated plan, and whatever is made of it when it is first needed: contexts, trampolines, and the
 * bindings of lifted and lowered functions. "Canonical Definitions" in CanonicalABI.md.
 *
 * Everything is made at most once. What is needed early may exist when most core instances do not yet: validation has
 * seen to it that whatever a definition refers to comes before it.
 */
import { withStorage } from "../abi/builtin-groups.ts";
import { getOrInsert } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import type {
  CoreArg, CoreDef, CoreExport, CoreInstanceIndex, FuncDef, ImportIndex, Initializer, InstanceIndex, LeafArg, LiftIndex, ModuleDef,
  OptionsIndex, Plan, PlanImport, ResourceIndex, Trampoline, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import type { AsyncState } from "./async-state.ts";
import type { AsyncType } from "./async-types.ts";
import { makeBuiltin } from "./builtins.ts";
import {
  importWords,
  liftFailed,
  liftWithStorage,
  lowerFailed,
  nestedWithStorage,
  promised,
  refuseEntry,
} from "./call.ts";
import { LiftLowerContext, type Realloc } from "./context.ts";
import { type Explainer, explainArguments, explainResult } from "./explain.ts";
import type { CoreFunction, FunctionTable, HostFunction, LiftBinding, LowerBinding } from "./functions.ts";
import { handedOn } from "./handed-on.ts";
import type { AsyncCallOptions } from "./host-calls.ts";
import { ComponentInstance } from "./instance.ts";
import type { Instantiation, ResolvedImport } from "./instantiate.ts";
import { makeLeaf } from "./leaves.ts";
import { Memory } from "./memory.ts";
import { once } from "./once.ts";
import { ownValue, ResourceType } from "./resources.ts";
import type { Store } from "./store.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type ImportedFunction = Extract<ResolvedImport, { readonly kind: "func" }>;
/** A lifted function for the host. */
export type Functions = {
  readonly call: HostFunction;
  readonly read: HostFunction;
  /** Makes one that gives the representation of an `own` handle. */
  readonly own?: () => HostFunction;
  /** As `call`, but gives a promise, and may be suspended. */
  readonly promise: (args: readonly unknown[], options?: AsyncCallOptions) => Promise<unknown>;
};

export class InstanceState {
  readonly plan: Plan;
  readonly store: Store;
  /** By `InstanceIndex`; the first is the root's. */
  readonly instances: readonly ComponentInstance[];
  /** By `ResourceIndex`. */
  readonly resources: readonly ResourceType[];
  /** By `TypeIndex`, where the type is a stream or future. */
  readonly asyncTypes: readonly (AsyncType | undefined)[];
  /** If anything is asynchronous. */
  readonly #async: AsyncState | undefined;
  readonly #functions: FunctionTable;
  readonly #modules: readonly WebAssembly.Module[];
  readonly #imports: readonly ResolvedImport[];
  /** Component instances with `context.get` or `context.set`. */
  readonly #withStorage: ReadonlySet<InstanceIndex>;
  readonly #late: Instantiation["late"];
  readonly #coreInstances: WebAssembly.Exports[] = [];
  readonly #memories: Map<WebAssembly.Memory, Memory> = new Map();
  readonly #contexts: (LiftLowerContext | undefined)[] = [];
  readonly #trampolines: (CoreFunction | undefined)[] = [];
  readonly #lifted: (Functions | undefined)[] = [];
  /** By `ImportIndex`. */
  readonly #handedOn: (Functions | undefined)[] = [];

  constructor({ plan, functions, modules, imports, late, store, hostSide, async }: Instantiation) {
    this.plan = plan;
    this.store = store;
    this.#functions = functions;
    this.#modules = modules;
    this.#imports = imports;
    this.#late = late;
    const instances: ComponentInstance[] = [];
    for (const { parent } of plan.instances) {
      instances.push(new ComponentInstance(store, parent === undefined ? undefined : instances[parent]));
    }
    this.instances = instances;
    this.resources = plan.resources.map((resource) => {
      if (resource.kind === "imported") return this.#import(resource.import, "resource").type;
      const type = new ResourceType(resource.name ?? "resource", instances[resource.instance]);
      type.host = hostSide(type);
      return type;
    });
    this.#async = async?.(this, functions.async);
    this.asyncTypes = this.#async?.types ?? [];
    this.#withStorage = withStorage(plan.trampolines);
  }

  // ---- What steps of the plan do

  defineResource({ resource, destructor }: Extract<Initializer, { readonly op: "resource" }>): void {
    if (destructor === undefined) return;
    const { instance } = this.plan.resources[resource] as { instance: InstanceIndex };
    const type = this.resources[resource]!;
    const core = this.coreDef(destructor) as CoreFunction;
    type.destructor = this.#async?.destructor(type, instance, core) ?? this.#nested(instance, core);
  }

  /** The call of a core module's start function, which is a task where others are. */
  startTask(owner: InstanceIndex): (() => void) | undefined {
    return this.#async?.startTask(owner);
  }

  addCoreInstance(core: CoreInstanceIndex, instance: WebAssembly.Instance): void {
    this.#coreInstances[core] = instance.exports;
  }

  coreImports(args: readonly CoreArg[], leaves: readonly LeafArg[] = []): WebAssembly.Imports {
    const imports: Record<string, WebAssembly.ModuleImports> = Object.create(null);
    for (const { module, name, value } of args) {
      imports[module] ??= Object.create(null) as WebAssembly.ModuleImports;
      imports[module][name] = this.coreDef(value);
    }
    for (const { module, name, value } of leaves) {
      imports[module] ??= Object.create(null) as WebAssembly.ModuleImports;
      imports[module][name] = makeLeaf(value, this);
    }
    return imports;
  }

  lateAdapter(index: TrampolineIndex): CoreFunction {
    const { module, name, args, leaves } = this.#late!(index);
    return new WebAssembly.Instance(module, this.coreImports(args, leaves)).exports[name] as CoreFunction;
  }

  // ---- Definitions

  module(def: ModuleDef): WebAssembly.Module {
    return def.from === "static" ? this.#modules[def.module]! : this.#import(def.import, "core-module").module;
  }

  coreDef(def: CoreDef): WebAssembly.ExportValue {
    if (def.from !== "trampoline") return this.coreExport(def);
    const { trampoline: index } = def;
    return this.#async?.shim(index) ?? this.trampoline(index);
  }

  coreExport({ instance, name }: CoreExport): WebAssembly.ExportValue {
    return this.#coreInstances[instance]![name]!;
  }

  /** The context of functions with these options: one for each instantiation. */
  context(index: OptionsIndex): LiftLowerContext {
    let context = this.#contexts[index];
    if (context === undefined) {
      const { instance, memory, realloc, pointer } = this.plan.options[index]!;
      context = new LiftLowerContext(
        this.instances[instance]!,
        memory && this.memory(memory),
        realloc && (this.#nested(instance, this.coreDef(realloc) as CoreFunction) as Realloc),
        pointer,
      );
      this.#contexts[index] = context;
    }
    return context;
  }

  /** The core function that a `canon` definition other than a lift makes. */
  trampoline(index: TrampolineIndex): CoreFunction {
    let made = this.#trampolines[index];
    if (made === undefined) {
      const trampoline = this.plan.trampolines[index]!;
      switch (trampoline.op) {
        case "lower":
          made = this.#lower(index, trampoline);
          break;
        case "builtin": {
          const { builtin, instance, immediates } = trampoline;
          const resource = () => this.resources[immediates.resource as ResourceIndex]!;
          const cx = { instance: this.instances[instance]!, immediates, resource };
          // A plan with asynchronous ones has `#async`.
          made = this.#async?.builtin(index, trampoline) ?? makeBuiltin(builtin, cx);
          assert(made !== undefined);
        }
      }
      this.#trampolines[index] = made;
    }
    return made;
  }

  // ---- Functions for the host

  /** A component-level function as the host calls it. */
  func(def: FuncDef): HostFunction {
    return this.#forHost(def).call;
  }

  /** As `func`, for what gives an `own` handle: the representation. Not of functions that are tasks, or of the host's. */
  owningFunc(def: FuncDef): HostFunction | undefined {
    return this.#forHost(def).own?.();
  }

  /** As `func`, with a first parameter `reader` that sees the result before `post-return` and whose answer is returned. */
  readingFunc(def: FuncDef): HostFunction {
    return this.#forHost(def).read;
  }

  /** As `func`, but for a promise, and so that the guest can be suspended if it has to be. */
  promisingFunc(def: FuncDef): Functions["promise"] {
    return this.#forHost(def).promise;
  }

  /** What the host has supplied for a function that is exported as it was imported. */
  imported(index: ImportIndex): ImportedFunction {
    return this.#import(index, "func");
  }

  #forHost(def: FuncDef): Functions {
    if (def.from === "lift") return this.#lift(def.lift);
    this.#handedOn[def.import] ??= this.#handOn(def.import);
    return this.#handedOn[def.import]!;
  }

  /** What has to be known to tell what is wrong with a value. */
  get #explainer(): Explainer {
    return { types: this.plan.types, resources: this.resources, asyncTypes: this.asyncTypes };
  }

  #handOn(index: ImportIndex): Functions {
    const { plan } = this;
    const { type, path } = plan.imports[index] as Extract<PlanImport, { readonly kind: "func" }>;
    return handedOn(this.imported(index), plan.funcTypes[type]!, this.#explainer, importWords(path));
  }

  #lift(index: LiftIndex): Functions {
    this.#lifted[index] ??= this.#async?.lifted(index) ?? this.#liftedPlain(index);
    return this.#lifted[index];
  }

  #liftedPlain(index: LiftIndex): Functions {
    const makers = this.#functions.lifts.get(index);
    assert(makers !== undefined);
    const binding = this.liftBinding(index, undefined);
    // Few are called in more than one way, and making a function takes a while.
    const call = once(() => makers.call(binding));
    const read = once(() => makers.read(binding));
    return {
      get call() {
        return call();
      },
      get read() {
        return read();
      },
      own: () => makers.call({ ...binding, owned: (rep) => rep }),
      promise: (args) => promised(call(), args),
    };
  }

  /** What a lifted function is bound to when it is called by `caller`: an instance, or the host. */
  liftBinding(index: LiftIndex, caller: ComponentInstance | undefined): LiftBinding {
    const { plan, resources, asyncTypes } = this;
    const { core, type, options, name } = plan.lifts[index]!;
    const { instance, postReturn } = plan.options[options]!;
    const path = wordsOf(name);
    const entering = this.instances[instance]!.enteringSet(caller);
    const callee = this.coreDef(core) as CoreFunction;
    return {
      path,
      cx: this.context(options),
      entering,
      callee: this.#withStorage.has(instance) ? liftWithStorage(this.instances[instance]!, callee) : callee,
      postReturn: postReturn && (this.coreDef(postReturn) as CoreFunction),
      resources,
      asyncTypes,
      owned: ownValue,
      failed: (error, scope, ...args) => {
        const explain = () => explainArguments(this.#explainer, plan.funcTypes[type]!, args, path);
        return liftFailed(entering, path, explain, error, scope);
      },
    };
  }

  // ---- Lowered functions

  #lower(index: TrampolineIndex, { callee, type, options, name }: Lower): CoreFunction {
    const { plan, resources, asyncTypes } = this;
    const caller = this.instances[plan.options[options]!.instance]!;
    if (this.#functions.refused?.has(index)) return refuseEntry(wordsOf(name));
    const imported = callee.from === "import" ? this.#import(callee.import, "func") : undefined;
    const path = callee.from === "import" ? importWords(plan.imports[callee.import]!.path) : wordsOf(name);
    const task = this.#async?.lower(index, this.plan.trampolines[index] as Lower, imported, path);
    if (task !== undefined) return task;
    const maker = this.#functions.lowers.get(index);
    assert(maker !== undefined);
    return maker(
      (): LowerBinding => ({
        path,
        cx: this.context(options),
        resources,
        asyncTypes,
        host: imported?.func,
        views: imported?.views ?? false,
        lift: callee.from === "lift" ? this.liftBinding(callee.lift, caller) : undefined,
        failed: (error, scope, result, isErr) => {
          const told = isErr === undefined ? result : { tag: isErr ? "err" : "ok", val: result };
          const explain = () => explainResult(this.#explainer, plan.funcTypes[type]!, told, path);
          return lowerFailed(path, explain, error, scope, result);
        },
      }),
    );
  }

  #import<K extends ResolvedImport["kind"]>(index: number, kind: K): Extract<ResolvedImport, { readonly kind: K }> {
    const found = this.#imports[index]!;
    assert(found.kind === kind);
    return found as Extract<ResolvedImport, { readonly kind: K }>;
  }

  memory(def: CoreExport): Memory {
    const core = this.coreExport(def) as WebAssembly.Memory;
    return getOrInsert(this.#memories, core, () => new Memory(core));
  }

  #nested(instance: InstanceIndex, func: CoreFunction): CoreFunction {
    if (!this.#withStorage.has(instance)) return func;
    return this.#async?.nested(instance, func) ?? nestedWithStorage(this.instances[instance]!, func);
  }
}

/** The words of a function's name in a plan: `ns:pkg/iface@1.0.0#greet`. */
function wordsOf(name: string): readonly string[] {
  return name.split("#");
}
