/**
 * The canonical built-ins that need no task: for each, what makes its core function for one instance. "Canonical
 * Definitions" in CanonicalABI.md, less `canon lift` and `canon lower`. All others are in async-table.ts.
 */
import type { BuiltinName } from "../abi/builtins.ts";
import type { PlainBuiltinName } from "../plan/asynchronous.ts";
import type { Immediates } from "../plan/plan.ts";
import type { CoreFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { type ResourceType, resourceDropper, resourceMaker, resourceRep } from "./resources.ts";
import { trap } from "./trap.ts";

/** What a built-in's function is bound to. */
export interface BuiltinContext {
  readonly instance: ComponentInstance;
  readonly immediates: Immediates;
  /** Of the immediate of that name; only where there is one. */
  readonly resource: () => ResourceType;
}

/** The core function of a built-in; `undefined` if it is none of these. */
export function makeBuiltin(name: BuiltinName, cx: BuiltinContext): CoreFunction | undefined {
  return (makers as Partial<Record<BuiltinName, Maker>>)[name]?.(cx);
}

type Maker = (cx: BuiltinContext) => CoreFunction;

const makers: { readonly [K in PlainBuiltinName]: Maker } = {
  "resource.new": ({ instance, resource }) => resourceMaker(instance, resource()),
  "resource.drop": ({ instance, resource }) => resourceDropper(instance, resource()),
  "resource.rep": ({ instance, resource }) => {
    const type = resource();
    return (i: number) => resourceRep(instance, type, i);
  },
  "context.get": ({ instance: { storage }, immediates }) => {
    const slot = immediates.slot as 0 | 1;
    return immediates.coreType === "i64" ? () => BigInt(storage[slot]) : () => storage[slot];
  },
  "context.set": ({ instance: { storage }, immediates }) => {
    const slot = immediates.slot as 0 | 1;
    return (value: number | bigint) => {
      storage[slot] = value;
    };
  },
  "backpressure.inc": ({ instance }) => backpressureInc(instance),
  "backpressure.dec": ({ instance }) => backpressureDec(instance),
  "thread.available-parallelism": () => () => 1,
};

/** `canon_backpressure_inc` in the specification. */
function backpressureInc(instance: ComponentInstance): CoreFunction {
  return () => {
    if (++instance.backpressure === 2 ** 16) trap("backpressure-overflow");
  };
}

/** `canon_backpressure_dec` in the specification. */
function backpressureDec(instance: ComponentInstance): CoreFunction {
  return () => {
    if (--instance.backpressure < 0) trap("backpressure-underflow");
    if (instance.backpressure === 0) for (const thread of instance.gateWaiters) thread.scheduler.wake(thread);
  };
}
