/**
 * The canonical built-ins of the concurrent part of the Component Model: for each row of `abi/builtins.ts` that builtins.ts
 * does not have, what makes its core function for one instance; and other ones of those that it has, for instances whose
 * calls are tasks.
 *
 * The table is exhaustive by its type: a built-in that is added to the rows and not here does not compile.
 */
import type { BuiltinName } from "../abi/builtins.ts";
import type { PlainBuiltinName } from "../plan/asynchronous.ts";
import {
  type AsyncContext,
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
import { errorContextDebugMessage, errorContextDrop, errorContextNew } from "./error-context-builtins.ts";
import type { CoreFunction } from "./functions.ts";
import { threadBlock, threadIndex, threadNewIndirect, threadResumeLater, threadSpawn } from "./thread-builtins.ts";

/** The core function of a built-in; `undefined` for one that is nothing special here. */
export function makeAsyncBuiltin(name: BuiltinName, cx: AsyncContext): CoreFunction | undefined {
  return (makers as Partial<Record<BuiltinName, Maker>>)[name]?.(cx);
}

type Maker = (cx: AsyncContext) => CoreFunction | undefined;

const makers: { readonly [K in Exclude<BuiltinName, PlainBuiltinName>]: Maker } & Partial<Record<BuiltinName, Maker>> =
  {
    "resource.drop": (cx) => (cx.blocks ? cx.dropper() : undefined),
    "context.get": (cx) => (cx.threads ? contextGet(cx) : undefined),
    "context.set": (cx) => (cx.threads ? contextSet(cx) : undefined),
    "task.return": taskReturn,
    "task.cancel": taskCancel,
    "subtask.cancel": subtaskCancel,
    "subtask.drop": subtaskDrop,
    "stream.new": copyNew,
    "stream.read": (context) => copy(context, "readable"),
    "stream.write": (context) => copy(context, "writable"),
    "stream.cancel-read": (context) => cancelCopy(context, "readable"),
    "stream.cancel-write": (context) => cancelCopy(context, "writable"),
    "stream.drop-readable": (context) => dropEnd(context, "readable"),
    "stream.drop-writable": (context) => dropEnd(context, "writable"),
    "future.new": copyNew,
    "future.read": (context) => copy(context, "readable"),
    "future.write": (context) => copy(context, "writable"),
    "future.cancel-read": (context) => cancelCopy(context, "readable"),
    "future.cancel-write": (context) => cancelCopy(context, "writable"),
    "future.drop-readable": (context) => dropEnd(context, "readable"),
    "future.drop-writable": (context) => dropEnd(context, "writable"),
    "error-context.new": ({ messages }) => errorContextNew(messages()),
    "error-context.debug-message": ({ messages }) => errorContextDebugMessage(messages()),
    "error-context.drop": ({ instance }) => errorContextDrop(instance),
    "waitable-set.new": waitableSetNew,
    "waitable-set.wait": waitableSetWait,
    "waitable-set.poll": waitableSetPoll,
    "waitable-set.drop": waitableSetDrop,
    "waitable.join": waitableJoin,
    "thread.index": threadIndex,
    "thread.new-indirect": threadNewIndirect,
    "thread.resume-later": threadResumeLater,
    "thread.suspend": (cx) => threadBlock(cx, "suspend"),
    "thread.yield": (cx) => threadBlock(cx, "yield"),
    "thread.suspend-then-resume": (cx) => threadBlock(cx, "suspend", "resume"),
    "thread.yield-then-resume": (cx) => threadBlock(cx, "yield", "resume"),
    "thread.suspend-then-promote": (cx) => threadBlock(cx, "suspend", "promote"),
    "thread.yield-then-promote": (cx) => threadBlock(cx, "yield", "promote"),
    "thread.spawn-ref": threadSpawn,
    "thread.spawn-indirect": threadSpawn,
  };
