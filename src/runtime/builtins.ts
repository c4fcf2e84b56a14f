/**
 * The canonical built-ins: for each row of `abi/builtins.ts`, what makes its core function for one instance.
 * "Canonical Definitions" in CanonicalABI.md, less `canon lift` and `canon lower`.
 *
 * The table is exhaustive by its type: a built-in that is added to the rows and not here does not compile.
 */
import type { BuiltinName } from "../abi/builtins.ts";
import { assert } from "../errors/component-error.ts";
import type { Immediates } from "../plan/plan.ts";
import {
  type AsyncContext,
  backpressureDec,
  backpressureInc,
  contextGet,
  contextSet,
  subtaskCancel,
  subtaskDrop,
  taskCancel,
  taskReturn,
  waitableJoin,
  waitableSetDrop,
  waitableSetNew,
  waitableSetPoll,
  waitableSetWait,
} from "./async-builtins.ts";
import { cancelCopy, copy, copyNew, dropEnd } from "./copy-builtins.ts";
import { errorContextDebugMessage, errorContextDrop, errorContextNew } from "./error-context.ts";
import type { CoreFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { type Rep, type ResourceType, resourceDropper, resourceNew, resourceRep } from "./resources.ts";
import {
  threadIndex,
  threadNewIndirect,
  threadResumeLater,
  threadSpawn,
  threadSuspend,
  threadThenPromote,
  threadThenResume,
  threadYield,
} from "./thread-builtins.ts";

/** What a built-in's function is bound to. */
export interface BuiltinContext {
  readonly instance: ComponentInstance;
  readonly immediates: Immediates;
  /** Of the immediate of that name; only where there is one. */
  readonly resource: () => ResourceType;
  /** What asynchronous built-ins are bound to; absent in a plan that has none. */
  readonly async?: AsyncContext | undefined;
}

/** The core function of a built-in. */
export function makeBuiltin(name: BuiltinName, cx: BuiltinContext): CoreFunction {
  return makers[name](cx);
}

type Maker = (cx: BuiltinContext) => CoreFunction;

const makers: { readonly [K in BuiltinName]: Maker } = {
  "resource.new": ({ instance, resource }) => {
    const type = resource();
    return (rep: Rep) => resourceNew(instance, type, rep);
  },
  "resource.drop": ({ instance, resource, async }) =>
    async?.blocks ? async.dropper(resource()) : resourceDropper(instance, resource()),
  "resource.rep": ({ instance, resource }) => {
    const type = resource();
    return (i: number) => resourceRep(instance, type, i);
  },
  "context.get": ({ instance: { storage }, immediates, async }) => {
    if (async?.threads) return contextGet(async);
    const slot = immediates.slot as 0 | 1;
    return immediates.coreType === "i64" ? () => BigInt(storage[slot]) : () => storage[slot];
  },
  "context.set": ({ instance: { storage }, immediates, async }) => {
    if (async?.threads) return contextSet(async);
    const slot = immediates.slot as 0 | 1;
    return (value: number | bigint) => {
      storage[slot] = value;
    };
  },
  "backpressure.inc": ({ instance }) => backpressureInc(instance),
  "backpressure.dec": ({ instance }) => backpressureDec(instance),
  "task.return": bound(taskReturn),
  "task.cancel": bound(taskCancel),
  "subtask.cancel": bound(subtaskCancel),
  "subtask.drop": bound(subtaskDrop),
  "stream.new": bound(copyNew),
  "stream.read": bound((context) => copy(context, "readable")),
  "stream.write": bound((context) => copy(context, "writable")),
  "stream.cancel-read": bound((context) => cancelCopy(context, "readable")),
  "stream.cancel-write": bound((context) => cancelCopy(context, "writable")),
  "stream.drop-readable": bound((context) => dropEnd(context, "readable")),
  "stream.drop-writable": bound((context) => dropEnd(context, "writable")),
  "future.new": bound(copyNew),
  "future.read": bound((context) => copy(context, "readable")),
  "future.write": bound((context) => copy(context, "writable")),
  "future.cancel-read": bound((context) => cancelCopy(context, "readable")),
  "future.cancel-write": bound((context) => cancelCopy(context, "writable")),
  "future.drop-readable": bound((context) => dropEnd(context, "readable")),
  "future.drop-writable": bound((context) => dropEnd(context, "writable")),
  "error-context.new": bound(({ messages }) => errorContextNew(messages())),
  "error-context.debug-message": bound(({ messages }) => errorContextDebugMessage(messages())),
  "error-context.drop": ({ instance }) => errorContextDrop(instance),
  "waitable-set.new": bound(waitableSetNew),
  "waitable-set.wait": bound(waitableSetWait),
  "waitable-set.poll": bound(waitableSetPoll),
  "waitable-set.drop": bound(waitableSetDrop),
  "waitable.join": bound(waitableJoin),
  "thread.index": bound(threadIndex),
  "thread.new-indirect": bound(threadNewIndirect),
  "thread.resume-later": bound(threadResumeLater),
  "thread.suspend": bound(threadSuspend),
  "thread.yield": bound(threadYield),
  "thread.suspend-then-resume": bound((context) => threadThenResume(context, "suspend")),
  "thread.yield-then-resume": bound((context) => threadThenResume(context, "yield")),
  "thread.suspend-then-promote": bound((context) => threadThenPromote(context, "suspend")),
  "thread.yield-then-promote": bound((context) => threadThenPromote(context, "yield")),
  "thread.spawn-ref": threadSpawn,
  "thread.spawn-indirect": threadSpawn,
  "thread.available-parallelism": () => () => 1,
};

/** A built-in of the concurrent part of the Component Model. */
function bound(make: (context: AsyncContext) => CoreFunction): Maker {
  return ({ async }) => {
    assert(async !== undefined, "a plan with such a built-in has what that needs");
    return make(async);
  };
}
