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
  const [kind, operation] = name.split(".") as [string, Operation];
  const maker =
    kind === "stream" || kind === "future" ? copying[operation] : (makers as Partial<Record<BuiltinName, Maker>>)[name];
  return maker?.(cx);
}

type Maker = (cx: AsyncContext) => CoreFunction | undefined;
type CopyName = Extract<BuiltinName, `${"stream" | "future"}.${string}`>;
type Operation = CopyName extends `${string}.${infer O}` ? O : never;

/** Of streams and of futures. */
const copying: { readonly [O in Operation]: Maker } = {
  new: copyNew,
  read: (cx) => copy(cx, "readable"),
  write: (cx) => copy(cx, "writable"),
  "cancel-read": (cx) => cancelCopy(cx, "readable"),
  "cancel-write": (cx) => cancelCopy(cx, "writable"),
  "drop-readable": (cx) => dropEnd(cx, "readable"),
  "drop-writable": (cx) => dropEnd(cx, "writable"),
};

const makers: { readonly [K in Exclude<BuiltinName, PlainBuiltinName | CopyName>]: Maker } & Partial<
  Record<BuiltinName, Maker>
> = {
  "resource.drop": (cx) => (cx.blocks ? cx.dropper() : undefined),
  "context.get": (cx) => (cx.threads ? contextGet(cx) : undefined),
  "context.set": (cx) => (cx.threads ? contextSet(cx) : undefined),
  "task.return": taskReturn,
  "task.cancel": taskCancel,
  "subtask.cancel": subtaskCancel,
  "subtask.drop": subtaskDrop,
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
