/**
 * The table of what calls that are tasks are made of, for a plan that has any.
 *
 * The table is the same for whoever runs the parts or prints them; what a part is, is up to them.
 */
import { layout } from "../abi/layout.ts";
import { hasErrorContexts } from "../plan/asynchronous.ts";
import { analyzeBlocking, type Blocking } from "../plan/blocking.ts";
import type {
  CanonicalOptions,
  InstanceIndex,
  LiftIndex,
  Plan,
  Trampoline,
  TrampolineIndex,
  TypeIndex,
} from "../plan/plan.ts";
import * as library from "../runtime/async-library.ts";
import type { Payload } from "../runtime/buffers.ts";
import type { AsyncFunctions, PieceBinding, PieceMaker, ValuesOf } from "../runtime/functions.ts";
import type { CallScope } from "../runtime/resources.ts";
import type { NumberKind } from "../runtime/typed-arrays.ts";
import type { ValType } from "../types/types.ts";
import {
  liftParamsMaker, liftResultMaker, liftSignature, loadPayloadMaker, lowerParamsMaker, lowerResultMaker, storePayloadMaker,
  taskReturnMaker,
} from "./async-functions.ts"; // biome-ignore format: one list
import type { AsyncCodegen } from "./compile.ts";
import type { Generator } from "./generator.ts";
import { entryModule, shimModule } from "./shims.ts";
import type { Maker } from "./tree.ts";
import { isNumber } from "./values.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Builtin = Extract<Trampoline, { readonly op: "builtin" }>;
type Both<T> = Readonly<Record<ValuesOf, T>>;

/** Which part is whose. */
export interface AsyncTable<T> {
  /** For each lift into an instance whose calls are tasks. */
  readonly lifts: ReadonlyMap<LiftIndex, Both<LiftParts<T>>>;
  /** For each function that is lowered to one, and for those of the host's that are asynchronous or may wait. */
  readonly lowers: ReadonlyMap<TrampolineIndex, { readonly liftParams: T; readonly lowerResult: T }>;
  /** For each `task.return`. */
  readonly returns: ReadonlyMap<TrampolineIndex, Both<T>>;
  /** For each `read` and `write` of a stream or a future. */
  readonly payloads: ReadonlyMap<TrampolineIndex, PayloadParts<T>>;
}

interface LiftParts<T> {
  readonly lowerParams: T;
  readonly liftResult: T;
  readonly signature: string;
}

interface PayloadParts<T> extends Pick<Payload, "size" | "alignment"> {
  readonly number: NumberKind | undefined;
  /** Absent where nothing is loaded or stored one by one. */
  readonly parts: Both<{ readonly load: T; readonly store: T }> | undefined;
}

const both = <P>(part: (values: ValuesOf) => P): Both<P> => ({ host: part("host"), component: part("component") });

/** The table of a plan; `use` makes of a part what is in it. `undefined` if nothing of the plan is asynchronous. */
export function asyncTable<T>(
  generator: Generator,
  blocking: Blocking,
  use: (part: () => Maker) => T,
): AsyncTable<T> | undefined {
  const { plan } = generator;
  if (!blocking.tasks.includes(true) && !hasErrorContexts(plan)) return undefined;
  const shims = new Set(blocking.shims);
  const lifts = new Map<LiftIndex, Both<LiftParts<T>>>();
  for (const [i, lift] of plan.lifts.entries()) {
    if (!blocking.tasks[plan.options[lift.options]!.instance]) continue;
    const signature = liftSignature(generator, lift);
    const parts = both((values) => ({
      lowerParams: use(() => lowerParamsMaker(generator, lift, values)),
      liftResult: use(() => liftResultMaker(generator, lift, values)),
      signature,
    }));
    lifts.set(i as LiftIndex, parts);
  }
  const lowers = new Map<TrampolineIndex, { readonly liftParams: T; readonly lowerResult: T }>();
  const returns = new Map<TrampolineIndex, Both<T>>();
  const payloads = new Map<TrampolineIndex, PayloadParts<T>>();
  for (const [i, trampoline] of plan.trampolines.entries()) {
    const index = i as TrampolineIndex;
    if (trampoline.op === "lower") {
      if (!isTask(plan, blocking, trampoline) && !shims.has(index)) continue;
      lowers.set(index, {
        liftParams: use(() => liftParamsMaker(generator, trampoline)),
        lowerResult: use(() => lowerResultMaker(generator, trampoline)),
      });
    } else if (trampoline.builtin === "task.return") {
      const parts = both((values) => use(() => taskReturnMaker(generator, trampoline, values)));
      returns.set(index, parts);
    } else if (/^(stream|future)\.(read|write)$/.test(trampoline.builtin)) {
      payloads.set(index, payloadParts(generator, trampoline, use));
    }
  }
  return { lifts, lowers, returns, payloads };
}

/** Whether a lowered function is called as a task, whether or not that can block its caller. */
function isTask(plan: Plan, { tasks }: Blocking, { callee, type }: Lower): boolean {
  if (plan.funcTypes[type]!.async) return true;
  return callee.from === "lift" && tasks[plan.options[plan.lifts[callee.lift]!.options]!.instance]!;
}

function payloadParts<T>(
  generator: Generator,
  { immediates }: Builtin,
  use: (part: () => Maker) => T,
): PayloadParts<T> {
  const t = payloadOf(generator, immediates.type!);
  if (t === undefined) return { size: 0, alignment: 1, number: undefined, parts: undefined };
  return partsOf(generator, t, generator.plan.options[immediates.options!]!, use);
}

function payloadOf({ types }: Generator, index: TypeIndex): ValType | undefined {
  const type = types[index]!;
  return type.kind === "stream" || type.kind === "future" ? type.payload : undefined;
}

function partsOf<T>(
  generator: Generator,
  t: ValType,
  options: CanonicalOptions,
  use: (part: () => Maker) => T,
): PayloadParts<T> {
  const { size, alignment } = layout(t, options.pointer);
  if (isNumber(t)) return { size, alignment, number: t.kind, parts: undefined };
  const parts = both((values) => ({
    load: use(() => loadPayloadMaker(generator, t, options, values)),
    store: use(() => storePayloadMaker(generator, t, options, values)),
  }));
  return { size, alignment, number: undefined, parts };
}

// ---- Functions

/** The parts as functions. Like all other code, each is written when it is first needed: `make` turns its tree into one. */
function asyncFunctions(
  generator: Generator,
  blocking: Blocking,
  make: (maker: Maker) => (binding: object) => unknown,
): AsyncFunctions | undefined {
  const lazily = (part: () => Maker): PieceMaker<never> => {
    let made: ((binding: object) => unknown) | undefined;
    return (binding) => {
      made ??= make(part());
      return made(binding) as never;
    };
  };
  const table = asyncTable(generator, blocking, lazily);
  return (
    table && {
      ...table,
      blocking,
      payloads: new Map(Array.from(table.payloads, ([index, parts]) => [index, payloadMaker(parts)])),
      forwarded: (type) => payloadMaker(partsOf(generator, payloadOf(generator, type)!, plainOptions, lazily)),
      shims: () => shimModule(generator, blocking.shims),
      entry: entryModule,
    }
  );
}

/** The options of no guest: those with which values pass that no guest looks at. */
const plainOptions: CanonicalOptions = { instance: 0 as InstanceIndex, encoding: "utf8", pointer: "i32", async: false };

/** What compile.ts needs for such plans. */
export const asyncCodegen: AsyncCodegen = { library, analyze: analyzeBlocking, functions: asyncFunctions };

type Load = (ptr: number, length: number) => readonly unknown[];
type Store = (list: readonly unknown[], ptr: number, length: number, scope?: CallScope) => void;
interface Pieces {
  readonly load: PieceMaker<Load>;
  readonly store: PieceMaker<Store>;
}

function payloadMaker({ size, alignment, number, parts }: PayloadParts<PieceMaker<never>>): PieceMaker<Payload> {
  return (binding) => {
    const host = bind(parts?.host, binding);
    const component = bind(parts?.component, binding);
    return {
      size,
      alignment,
      number,
      load: { host: host.load, component: component.load },
      store: { host: host.store, component: component.store },
    };
  };
}

/** Both parts, each made when it is first called: a `read` never loads, a `write` never stores. */
function bind(pieces: Pieces | undefined, binding: PieceBinding) {
  let loaded: Load | undefined;
  let stored: Store | undefined;
  return {
    load(ptr: number, length: number) {
      loaded ??= pieces!.load(binding);
      return loaded(ptr, length);
    },
    store(list: readonly unknown[], ptr: number, scope?: CallScope) {
      stored ??= pieces!.store(binding);
      stored(list, ptr, list.length, scope);
    },
  };
}
