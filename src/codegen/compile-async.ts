/**
 * The table of what calls that are tasks are made of, for a plan that has any. Like all other code, each part is written
 * when it is first needed.
 */
import { layout } from "../abi/layout.ts";
import type { Blocking } from "../plan/blocking.ts";
import type { CanonicalOptions, LiftIndex, Plan, Trampoline, TrampolineIndex } from "../plan/plan.ts";
import type { Payload } from "../runtime/buffers.ts";
import type {
  AsyncFunctions, AsyncLiftMakers, AsyncLowerMakers, PieceBinding, PieceMaker, ValuesOf,
} from "../runtime/functions.ts"; // biome-ignore format: one list
import type { ValType } from "../types/types.ts";
import {
  liftParamsMaker, liftResultMaker, liftSignature, loadPayloadMaker, lowerParamsMaker, lowerResultMaker, storePayloadMaker,
  taskReturnMaker,
} from "./async-functions.ts"; // biome-ignore format: one list
import type { Generator } from "./generator.ts";
import { entryModule, shimModule } from "./shims.ts";
import type { Maker } from "./tree.ts";
import { isNumber } from "./values.ts";

/** Turns a maker's tree into a function. */
type Make = (maker: Maker) => (binding: object) => unknown;
type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Builtin = Extract<Trampoline, { readonly op: "builtin" }>;

export function asyncFunctions(generator: Generator, blocking: Blocking, make: Make): AsyncFunctions | undefined {
  const { plan } = generator;
  if (!blocking.tasks.includes(true) && !plan.trampolines.some(isErrorContext)) return undefined;
  const shims = new Set(blocking.shims);
  const lowers = new Map<TrampolineIndex, AsyncLowerMakers>();
  const returns = new Map<
    TrampolineIndex,
    AsyncFunctions["returns"] extends ReadonlyMap<unknown, infer R> ? R : never
  >();
  const payloads = new Map<TrampolineIndex, PieceMaker<Payload>>();
  for (const [i, trampoline] of plan.trampolines.entries()) {
    const index = i as TrampolineIndex;
    if (trampoline.op === "lower") {
      if (isTask(plan, blocking, trampoline) || shims.has(index))
        lowers.set(index, lowerMakers(generator, trampoline, make));
    } else if (trampoline.builtin === "task.return") {
      const returning = (values: ValuesOf) => lazily(() => make(taskReturnMaker(generator, trampoline, values)));
      returns.set(index, { host: returning("host"), component: returning("component") } as never);
    } else if (/^(stream|future)\.(read|write)$/.test(trampoline.builtin)) {
      payloads.set(index, payloadMaker(generator, trampoline, make));
    }
  }
  const lifts = new Map<LiftIndex, Readonly<Record<ValuesOf, AsyncLiftMakers>>>();
  for (const [i, { options }] of plan.lifts.entries()) {
    if (!blocking.tasks[plan.options[options]!.instance]) continue;
    const index = i as LiftIndex;
    lifts.set(index, {
      host: liftMakers(generator, index, "host", make),
      component: liftMakers(generator, index, "component", make),
    });
  }
  return {
    blocking,
    lifts,
    lowers,
    returns,
    payloads,
    shims: () => shimModule(generator, blocking.shims),
    entry: entryModule,
  };
}

function isErrorContext(trampoline: Trampoline): boolean {
  return trampoline.op === "builtin" && trampoline.builtin.startsWith("error-context.");
}

/** Whether a lowered function is called as a task, whether or not that can block its caller. */
function isTask(plan: Plan, { tasks }: Blocking, { callee, type }: Lower): boolean {
  if (plan.funcTypes[type]!.async) return true;
  return callee.from === "lift" && tasks[plan.options[plan.lifts[callee.lift]!.options]!.instance]!;
}

function liftMakers(generator: Generator, index: LiftIndex, values: ValuesOf, make: Make): AsyncLiftMakers {
  const lift = generator.plan.lifts[index]!;
  return {
    lowerParams: lazily(() => make(lowerParamsMaker(generator, lift, values))),
    liftResult: lazily(() => make(liftResultMaker(generator, lift, values))),
    signature: liftSignature(generator, lift),
  };
}

function lowerMakers(generator: Generator, lower: Lower, make: Make): AsyncLowerMakers {
  return {
    liftParams: lazily(() => make(liftParamsMaker(generator, lower))),
    lowerResult: lazily(() => make(lowerResultMaker(generator, lower))),
  };
}

function payloadMaker(generator: Generator, { immediates }: Builtin, make: Make): PieceMaker<Payload> {
  const { plan, types } = generator;
  const type = types[immediates.type!]!;
  const t = type.kind === "stream" || type.kind === "future" ? type.payload : undefined;
  if (t === undefined) return () => nothing;
  const options = plan.options[immediates.options!]!;
  const { size, alignment } = layout(t, options.pointer);
  if (isNumber(t)) return () => ({ ...nothing, size, alignment, number: t.kind });
  const pieces = {
    host: pieceMakers(generator, t, options, "host", make),
    component: pieceMakers(generator, t, options, "component", make),
  };
  return (binding) => {
    const bound = { host: bind(pieces.host, binding), component: bind(pieces.component, binding) };
    return {
      size,
      alignment,
      number: undefined,
      load: { host: bound.host.load, component: bound.component.load },
      store: { host: bound.host.store, component: bound.component.store },
    };
  };
}

const none = () => [];
const nothing: Payload = {
  size: 0,
  alignment: 1,
  number: undefined,
  load: { host: none, component: none },
  store: { host: none, component: none },
};

type Load = (ptr: number, length: number) => readonly unknown[];
type Store = (list: readonly unknown[], ptr: number, length: number) => void;

function pieceMakers(generator: Generator, t: ValType, options: CanonicalOptions, values: ValuesOf, make: Make) {
  return {
    load: lazily<Load>(() => make(loadPayloadMaker(generator, t, options, values))),
    store: lazily<Store>(() => make(storePayloadMaker(generator, t, options, values))),
  };
}

/** Both parts, each made when it is first called: a `read` never loads, a `write` never stores. */
function bind({ load, store }: { load: PieceMaker<Load>; store: PieceMaker<Store> }, binding: PieceBinding) {
  let loaded: Load | undefined;
  let stored: Store | undefined;
  return {
    load(ptr: number, length: number) {
      loaded ??= load(binding);
      return loaded(ptr, length);
    },
    store(list: readonly unknown[], ptr: number) {
      stored ??= store(binding);
      stored(list, ptr, list.length);
    },
  };
}

/** A maker that is itself made when it is first asked for a function. */
function lazily<F>(make: () => (binding: object) => unknown): PieceMaker<F> {
  let made: ((binding: object) => unknown) | undefined;
  return (binding) => {
    made ??= make();
    return made(binding) as F;
  };
}
