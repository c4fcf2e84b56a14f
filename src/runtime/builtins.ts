/**
 * The canonical built-ins: for each row of `abi/builtins.ts`, what makes its core function for one instance.
 * "Canonical Definitions" in CanonicalABI.md, less `canon lift` and `canon lower`.
 *
 * The table is exhaustive by its type: a built-in that is added to the rows and not here does not compile. Those that
 * need concurrency make a function that traps when it is called, so that a component which merely imports them runs.
 */
import { type BuiltinName, builtin } from "../abi/builtins.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { Immediates } from "../plan/plan.ts";
import type { CoreFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import { type Rep, type ResourceType, resourceDropper, resourceNew, resourceRep } from "./resources.ts";
import { trap, trapWith } from "./trap.ts";

/** What a built-in's function is bound to. */
export interface BuiltinContext {
  readonly instance: ComponentInstance;
  readonly immediates: Immediates;
  /** Of the immediate of that name; only where there is one. */
  readonly resource: () => ResourceType;
}

/** The core function of a built-in. */
export function makeBuiltin(name: BuiltinName, cx: BuiltinContext): CoreFunction {
  return makers[name](cx, name);
}

type Maker = (cx: BuiltinContext, name: BuiltinName) => CoreFunction;

const makers: { readonly [K in BuiltinName]: Maker } = {
  "resource.new": ({ instance, resource }) => {
    const type = resource();
    return (rep: Rep) => resourceNew(instance, type, rep);
  },
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
  "backpressure.inc":
    ({ instance }) =>
    () => {
      if (++instance.backpressure === 2 ** 16) trap("backpressure-overflow");
    },
  "backpressure.dec":
    ({ instance }) =>
    () => {
      if (--instance.backpressure < 0) trap("backpressure-underflow");
    },
  "task.return": needsAsync,
  "task.cancel": needsAsync,
  "subtask.cancel": needsAsync,
  "subtask.drop": needsAsync,
  "stream.new": needsAsync,
  "stream.read": needsAsync,
  "stream.write": needsAsync,
  "stream.cancel-read": needsAsync,
  "stream.cancel-write": needsAsync,
  "stream.drop-readable": needsAsync,
  "stream.drop-writable": needsAsync,
  "future.new": needsAsync,
  "future.read": needsAsync,
  "future.write": needsAsync,
  "future.cancel-read": needsAsync,
  "future.cancel-write": needsAsync,
  "future.drop-readable": needsAsync,
  "future.drop-writable": needsAsync,
  "error-context.new": needsAsync,
  "error-context.debug-message": needsAsync,
  "error-context.drop": needsAsync,
  "waitable-set.new": needsAsync,
  "waitable-set.wait": needsAsync,
  "waitable-set.poll": needsAsync,
  "waitable-set.drop": needsAsync,
  "waitable.join": needsAsync,
  "thread.index": needsAsync,
  "thread.new-indirect": needsAsync,
  "thread.resume-later": needsAsync,
  "thread.suspend": needsAsync,
  "thread.yield": needsAsync,
  "thread.suspend-then-resume": needsAsync,
  "thread.yield-then-resume": needsAsync,
  "thread.suspend-then-promote": needsAsync,
  "thread.yield-then-promote": needsAsync,
  "thread.spawn-ref": needsAsync,
  "thread.spawn-indirect": needsAsync,
  "thread.available-parallelism": needsAsync,
};

/** A built-in of the concurrent part of the Component Model: traps when it is called, for one of the right reasons. */
function needsAsync(_: BuiltinContext, name: BuiltinName): CoreFunction {
  const { mayLeave } = builtin(name);
  return () => {
    if (mayLeave && mayNotLeave[0] !== 0) trap("cannot-leave");
    return trapWith(new ComponentError("unsupported", "async", `the built-in \`${name}\` is not supported yet`));
  };
}
