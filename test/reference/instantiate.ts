/**
 * Instantiates a plan with the reference's own lifts, lowers and built-ins, and real core modules.
 *
 * Plans are gantry's; they say what there is and in which order, and nothing of the Canonical ABI. All that happens when
 * a function is called is in the other files of this folder.
 */
import type {
  CoreArg,
  CoreDef,
  CoreExport,
  FuncDef,
  FuncTypeIndex,
  Immediates,
  Initializer,
  Lift,
  ModuleDef,
  OptionsIndex,
  Plan,
  Trampoline,
} from "../../src/plan/plan.ts";
import type { FuncType } from "../../src/types/types.ts";
import {
  canonBackpressure,
  canonContextGet,
  canonContextSet,
  canonLeftOut,
  canonResourceDrop,
  canonResourceNew,
  canonResourceRep,
  storeLift,
  storeLower,
} from "./canon.ts";
import type { CanonicalOptions } from "./context.ts";
import { ComponentInstance, type FuncInst, ResourceType, type Store, Thread } from "./instance.ts";
import { flattenFunctype } from "./layout.ts";
import { PlanTypes } from "./plan-types.ts";
import { assert } from "./trap.ts";
import type { CoreFunc, CoreFuncType, CoreType, CoreValue, PtrType, Value } from "./types.ts";

/** What the embedder gives for the leaves of the imports, by their paths. */
export interface ReferenceImports {
  func(path: readonly string[], type: FuncType): FuncInst;
  module(path: readonly string[]): WebAssembly.Module;
  /** What dropping a resource of the host's calls. */
  drop(path: readonly string[], rep: bigint): void;
}

/** A lifted function, as the host sees it. */
export interface ReferenceFunc {
  readonly type: FuncType;
  readonly encoding: CanonicalOptions["stringEncoding"];
  readonly ptrType: PtrType;
  readonly call: FuncInst;
}

/** Who wants to know what happens. */
export interface Observer {
  /** Told of each call of a lifted core function, just before it begins. */
  readonly called?: ((core: CoreExport, args: readonly CoreValue[]) => void) | undefined;
  /** Told of all that is written to a memory. */
  readonly wrote?: ((memory: CoreExport, ptr: bigint, length: number) => void) | undefined;
}

type EngineFunc = (...args: unknown[]) => unknown;

export class ReferenceInstance {
  readonly store: Store;
  /** By `InstanceIndex` of the plan. */
  readonly instances: readonly ComponentInstance[];
  /** By `ResourceIndex` of the plan. */
  readonly resources: readonly ResourceType[];
  readonly types: PlanTypes;
  readonly #plan: Plan;
  readonly #modules: readonly WebAssembly.Module[];
  readonly #imports: ReferenceImports;
  readonly #observer: Observer;
  readonly #core: WebAssembly.Exports[] = [];

  constructor(
    plan: Plan,
    modules: readonly WebAssembly.Module[],
    imports: ReferenceImports,
    store: Store,
    observer: Observer = {},
  ) {
    this.store = store;
    this.#plan = plan;
    this.#modules = modules;
    this.#imports = imports;
    this.#observer = observer;
    const instances: ComponentInstance[] = [];
    for (const { parent } of plan.instances) {
      instances.push(new ComponentInstance(store, parent === undefined ? undefined : instances[parent]));
    }
    this.instances = instances;
    this.resources = plan.resources.map((resource, id) => {
      if (resource.kind === "defined") {
        return new ResourceType(id, resource.rep, resource.name, instances[resource.instance]);
      }
      const type = new ResourceType(id, "i32", resource.name, undefined);
      const { path } = plan.imports[resource.import]!;
      type.drop = (rep) => this.#imports.drop(path, rep);
      return type;
    });
    this.types = new PlanTypes(plan, this.resources);
    for (const step of plan.initializers) this.#step(step);
  }

  #step(step: Initializer): void {
    switch (step.op) {
      case "resource": {
        const type = this.resources[step.resource]!;
        if (step.destructor === undefined) return;
        type.dtor = fromEngine(this.#coreDef(step.destructor) as EngineFunc, { params: [type.rep], results: [] });
        return;
      }
      case "instantiate": {
        const owner = this.instances[step.owner]!;
        const module = this.#module(step.module);
        const imports = this.#coreImports(step.args);
        this.#core[step.core] = this.store.guarded(() => {
          // A parent may be entered already: it is instantiating.
          const entered = [...owner.selfAndAncestors()].filter((inst) => inst.mayEnter);
          for (const inst of entered) inst.mayEnter = false;
          this.store.running.push(new Thread(owner));
          const { exports } = new WebAssembly.Instance(module, imports);
          this.store.running.pop();
          for (const inst of entered) inst.mayEnter = true;
          return exports;
        });
      }
    }
  }

  #module(def: ModuleDef): WebAssembly.Module {
    return def.from === "static"
      ? this.#modules[def.module]!
      : this.#imports.module(this.#plan.imports[def.import]!.path);
  }

  #coreImports(args: readonly CoreArg[]): WebAssembly.Imports {
    const imports: Record<string, WebAssembly.ModuleImports> = {};
    for (const { module, name, value } of args) {
      imports[module] ??= {};
      imports[module][name] = this.#coreDef(value);
    }
    return imports;
  }

  #coreDef(def: CoreDef): WebAssembly.ExportValue {
    return def.from === "trampoline" ? this.#trampoline(this.#plan.trampolines[def.trampoline]!) : this.coreExport(def);
  }

  coreExport({ instance, name }: CoreExport): WebAssembly.ExportValue {
    return this.#core[instance]![name]!;
  }

  // ---- Canonical definitions

  #options(index: OptionsIndex): CanonicalOptions & { readonly inst: ComponentInstance; readonly ptrType: PtrType } {
    const { instance, encoding, memory, pointer, realloc } = this.#plan.options[index]!;
    const { wrote } = this.#observer;
    const core = memory && (this.coreExport(memory) as WebAssembly.Memory);
    return {
      inst: this.instances[instance]!,
      ptrType: pointer,
      stringEncoding: encoding,
      memory: core && {
        bytes: () => new Uint8Array(core.buffer),
        ptrType: pointer,
        wrote: wrote && ((ptr, length) => wrote(memory, ptr, length)),
      },
      realloc:
        realloc &&
        fromEngine(this.#coreDef(realloc) as EngineFunc, {
          params: [pointer, pointer, pointer, pointer],
          results: [pointer],
        }),
      postReturn: undefined,
    };
  }

  lift({ core, type, options }: Lift): FuncInst {
    const ft = this.types.func(type);
    const plain = this.#options(options);
    const coreType = flattenFunctype(plain.ptrType, ft, "lift");
    const { postReturn } = this.#plan.options[options]!;
    const opts = {
      ...plain,
      postReturn:
        postReturn && fromEngine(this.#coreDef(postReturn) as EngineFunc, { params: coreType.results, results: [] }),
    };
    const callee = fromEngine(this.#coreDef(core) as EngineFunc, coreType);
    const told: CoreFunc = (args) => {
      if (core.from === "core-instance") this.#observer.called?.(core, args);
      return callee(args);
    };
    return storeLift(told, ft, opts, plain.inst);
  }

  #funcInst(def: FuncDef, type: FuncTypeIndex): FuncInst {
    if (def.from === "lift") return this.lift(this.#plan.lifts[def.lift]!);
    return this.#imports.func(this.#plan.imports[def.import]!.path, this.types.func(type));
  }

  #trampoline(trampoline: Trampoline): EngineFunc {
    if (trampoline.op === "lower") {
      const ft = this.types.func(trampoline.type);
      const { async } = this.#plan.options[trampoline.options]!;
      if (ft.async || async) return () => canonLeftOut(this.store, "asynchronous functions");
      const { inst, ptrType, ...opts } = this.#options(trampoline.options);
      const lowered = storeLower(this.#funcInst(trampoline.callee, trampoline.type), ft, opts, inst);
      return toEngine(lowered, flattenFunctype(ptrType, ft, "lower"));
    }
    return this.#builtin(trampoline);
  }

  #builtin({ builtin, immediates }: Extract<Trampoline, { readonly op: "builtin" }>): EngineFunc {
    const { store } = this;
    switch (builtin) {
      case "resource.new": {
        const rt = this.#resource(immediates);
        return toEngine((args) => canonResourceNew(store, rt, first(args)), { params: [rt.rep], results: ["i32"] });
      }
      case "resource.drop": {
        const rt = this.#resource(immediates);
        return toEngine((args) => canonResourceDrop(store, rt, first(args)), { params: ["i32"], results: [] });
      }
      case "resource.rep": {
        const rt = this.#resource(immediates);
        return toEngine((args) => canonResourceRep(store, rt, first(args)), { params: ["i32"], results: [rt.rep] });
      }
      case "context.get":
      case "context.set": {
        const { coreType, slot } = immediates;
        assert(coreType !== undefined && slot !== undefined);
        return builtin === "context.get"
          ? toEngine(() => canonContextGet(store, coreType, slot), { params: [], results: [coreType] })
          : toEngine((args) => canonContextSet(store, slot, first(args)), { params: [coreType], results: [] });
      }
      case "backpressure.inc":
        return toEngine(() => canonBackpressure(store, 1), { params: [], results: [] });
      case "backpressure.dec":
        return toEngine(() => canonBackpressure(store, -1), { params: [], results: [] });
      default:
        return () => canonLeftOut(store, builtin);
    }
  }

  #resource({ resource }: Immediates): ResourceType {
    assert(resource !== undefined);
    return this.resources[resource]!;
  }

  // ---- For the host

  /** A function that the component exports; the names of the instances that it is in come first. */
  func(...path: string[]): ReferenceFunc | undefined {
    let { exports } = this.#plan;
    for (const [i, name] of path.entries()) {
      const found = exports.find((e) => e.name === name);
      if (found?.kind === "instance") exports = found.exports;
      if (found?.kind !== "func" || i < path.length - 1) continue;
      const lift = found.func.from === "lift" ? this.#plan.lifts[found.func.lift]! : undefined;
      const { encoding, pointer } = lift ? this.#plan.options[lift.options]! : { encoding: "utf8", pointer: "i32" };
      return {
        type: this.types.func(found.type),
        encoding,
        ptrType: pointer,
        call: this.#funcInst(found.func, found.type),
      } as ReferenceFunc;
    }
    return undefined;
  }

  /** Calls a function from outside. */
  call(func: ReferenceFunc, args: readonly Value[]): Value | undefined {
    return this.store.invoke(func.call, args)[0];
  }
}

// ---- Between the engine's core values and the reference's

function first(args: readonly CoreValue[]): bigint {
  const [i] = args;
  assert(typeof i === "bigint");
  return i;
}

function fromEngine(f: EngineFunc, { params, results }: CoreFuncType): CoreFunc {
  return (args) => {
    assert(args.length === params.length);
    const result = f(...args.map((arg, i) => toEngineValue(arg, params[i]!)));
    return results.length === 0 ? [] : [fromEngineValue(result, results[0]!)];
  };
}

function toEngine(f: CoreFunc, { params, results }: CoreFuncType): EngineFunc {
  return (...args) => {
    assert(args.length === params.length);
    const values = f(args.map((arg, i) => fromEngineValue(arg, params[i]!)));
    assert(values.length === results.length);
    return results.length === 0 ? undefined : toEngineValue(values[0]!, results[0]!);
  };
}

function toEngineValue(v: CoreValue, t: CoreType): number | bigint {
  switch (t) {
    case "i32":
      return Number(BigInt.asIntN(32, v as bigint));
    case "i64":
      return BigInt.asIntN(64, v as bigint);
    case "f32":
    case "f64":
      return v;
  }
}

function fromEngineValue(x: unknown, t: CoreType): CoreValue {
  switch (t) {
    case "i32":
      return BigInt.asUintN(32, BigInt(x as number));
    case "i64":
      return BigInt.asUintN(64, x as bigint);
    case "f32":
    case "f64":
      return x as number;
  }
}
