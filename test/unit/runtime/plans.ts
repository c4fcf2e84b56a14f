/** Plans made by hand, core modules from text, and makers that only pass numbers on: for tests of what runs a plan. */
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { areRelated } from "../../../src/plan/ancestry.ts";
import type { Initializer, Lift, Plan, Resource, Trampoline } from "../../../src/plan/plan.ts";
import { cannotEnter, leave, notReturned } from "../../../src/runtime/call.ts";
import type {
  CoreFunction,
  FunctionTable,
  HostFunction,
  LiftBinding,
  LowerBinding,
} from "../../../src/runtime/functions.ts";
import { ENTERED } from "../../../src/runtime/instance.ts";
import { type InstanceState, instantiateSync, type ResolvedImport } from "../../../src/runtime/instantiate.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import type { HostSide } from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import { trap } from "../../../src/runtime/trap.ts";

export async function module(text: string): Promise<WebAssembly.Module> {
  return new WebAssembly.Module(new Uint8Array(await parse(text)));
}

/** A plan whose indices are plain numbers, with nothing in it but what is given. */
type Numbers<T> = T extends number
  ? number
  : T extends readonly (infer E)[]
    ? readonly Numbers<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Numbers<T[K]> }
      : T;

export function makePlan(parts: Partial<Numbers<Plan>>): Plan {
  const modules = Array.from({ length: 8 }, () => ({ source: 0, start: 0, end: 8 }));
  const empty = { imports: [], modules, types: [], funcTypes: [{ async: false, params: [] }], resources: [] };
  const rest = { lifts: [], trampolines: [], initializers: [], exports: [] };
  const options = [{ instance: 0, encoding: "utf8", pointer: "i32", async: false }];
  return { ...empty, ...rest, instances: [{ parent: undefined }], options, ...parts } as unknown as Plan;
}

export const coreExport = (instance: number, name: string) => ({ from: "core-instance" as const, instance, name });
export const trampoline = (index: number) => ({ from: "trampoline" as const, trampoline: index });

export function instantiateCore(
  core: number,
  args: readonly Numbers<CoreArgs>[] = [],
  owner = 0,
): Numbers<Initializer> {
  return { op: "instantiate", core, module: { from: "static", module: core }, args, owner } as Numbers<Initializer>;
}
type CoreArgs = Extract<Initializer, { readonly op: "instantiate" }>["args"][number];

export const lift = (core: Numbers<Lift["core"]>, options = 0, name = "f"): Numbers<Lift> => ({
  core,
  type: 0,
  options,
  name,
});
export const lowerImport = (index: number, options = 0): Numbers<Trampoline> => ({
  op: "lower",
  callee: { from: "import", import: index },
  type: 0,
  options,
  name: "f",
});
export const lowerLift = (index: number, options = 0): Numbers<Trampoline> => ({
  op: "lower",
  callee: { from: "lift", lift: index },
  type: 0,
  options,
  name: "f",
});
export const builtin = (name: string, immediates: object = {}, instance = 0): Numbers<Trampoline> =>
  ({ op: "builtin", builtin: name, instance, immediates }) as Numbers<Trampoline>;
export const defined = (instance = 0, name = "thing"): Numbers<Resource> => ({
  kind: "defined",
  instance,
  rep: "i32",
  name,
});

/** Makers for functions over numbers, where lifting and lowering is nothing. */
export function scalarFunctions(plan: Plan): FunctionTable {
  const makers = {
    call: scalarLift,
    read: (binding: LiftBinding) => {
      const call = scalarLift(binding) as (...args: unknown[]) => unknown;
      return (reader: (result: unknown) => unknown, ...args: unknown[]) => reader(call(...args));
    },
  };
  return {
    lifts: new Map(plan.lifts.map((_, index) => [index as never, makers])),
    lowers: new Map(plan.trampolines.map((_, index) => [index as never, scalarLower])),
    refused: new Set(
      plan.trampolines.flatMap((t, index) => {
        if (t.op !== "lower" || t.callee.from !== "lift") return [];
        const instances = [t.options, plan.lifts[t.callee.lift]!.options].map((i) => plan.options[i]!.instance);
        return areRelated(plan, instances[0]!, instances[1]!) ? [index as never] : [];
      }),
    ),
  };
}

function scalarLift(binding: LiftBinding): HostFunction {
  const { entering, path, failed } = binding;
  const callee = binding.callee as (...args: unknown[]) => unknown;
  const postReturn = binding.postReturn as ((...args: unknown[]) => unknown) | undefined;
  return (...args: unknown[]) => {
    for (const instance of entering) if (instance.flags !== 0) cannotEnter(instance, path);
    for (const instance of entering) instance.flags = ENTERED;
    let result: unknown;
    try {
      result = callee(...args);
      if (postReturn !== undefined) {
        mayNotLeave[0] = 1;
        postReturn(...(result === undefined ? [] : [result]));
        mayNotLeave[0] = 0;
      }
    } catch (error) {
      failed(error, undefined, ...args);
    }
    leave(entering);
    return result;
  };
}

function scalarLower(bind: () => LowerBinding): CoreFunction {
  return (...args: unknown[]) => {
    const { host, lift, failed } = bind();
    const callee = (host ?? lift!.callee) as (...args: unknown[]) => unknown;
    if (mayNotLeave[0] !== 0) trap("cannot-leave");
    try {
      return callee(...args);
    } catch (error) {
      return failed(error, undefined, notReturned);
    }
  };
}

export const noHostSide = (): HostSide => undefined as never;

export interface RunOptions {
  readonly imports?: readonly ResolvedImport[];
  readonly store?: Store;
  readonly hostSide?: () => HostSide;
}

/** Instantiates a plan whose functions are over numbers. */
export async function run(plan: Plan, texts: readonly string[], options: RunOptions = {}): Promise<InstanceState> {
  const modules = await Promise.all(texts.map(module));
  const { imports = [], store = new Store(), hostSide = noHostSide } = options;
  return instantiateSync({ plan, functions: scalarFunctions(plan), modules, imports, store, hostSide });
}

export const hostFunc = (func: (...args: never[]) => unknown): ResolvedImport => ({ kind: "func", func, views: false });

/** The host's function for lift `index`. */
export function exported(state: InstanceState, index = 0): (...args: unknown[]) => unknown {
  return state.func({ from: "lift", lift: index as never }) as (...args: unknown[]) => unknown;
}
