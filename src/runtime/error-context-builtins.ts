/**
 * How error contexts pass, and their built-ins. "Error Context State" and `canon error-context.*` in CanonicalABI.md.
 */
import { checkMayLeave, toPointer } from "./async-builtins.ts";
import type { LiftLowerContext } from "./context.ts";
import { ErrorContext } from "./error-context.ts";
import { codecs, storeString } from "./error-context-strings.ts";
import type { CoreFunction } from "./functions.ts";
import type { ComponentInstance } from "./instance.ts";
import { debugMessage } from "./limits.ts";
import { checkPointer } from "./lists.ts";
import { invalid } from "./numbers.ts";
import { type StringEncoding, taggedFrom64, taggedTo64 } from "./strings.ts";

/** `lift_error_context` in the specification. */
export function liftErrorContext(cx: LiftLowerContext, i: number): ErrorContext {
  return cx.instance.handles.getAs(ErrorContext, i >>> 0);
}

/** `lower_error_context` in the specification. */
export function lowerErrorContext(cx: LiftLowerContext, value: unknown): number {
  return cx.instance.handles.add(value instanceof ErrorContext ? value : invalid());
}

/** How a message passes between the memory of a guest and JavaScript. */
export interface MessageAccess {
  readonly instance: ComponentInstance;
  readonly cx: () => LiftLowerContext;
  readonly encoding: StringEncoding;
}

/** A tagged length, as a guest passes it. */
function toTagged(length: number | bigint): number {
  return typeof length === "number" ? length >>> 0 : taggedFrom64(length);
}

/** `canon_error_context_new` in the specification. */
export function errorContextNew({ instance, cx: context, encoding }: MessageAccess): CoreFunction {
  return (ptr: number | bigint, length: number | bigint) => {
    checkMayLeave();
    const message = codecs[encoding].load(context(), toPointer(ptr), toTagged(length));
    return instance.handles.add(new ErrorContext(shortened(message)));
  };
}

/** The transformation that the specification leaves to the host: messages have an end, and no half of a character there. */
function shortened(message: string): string {
  if (message.length <= debugMessage) return message;
  // Copied, for engines keep the whole of a string that has a part in use.
  const copy = Array.from(message.slice(0, debugMessage)).join("");
  return copy.replace(/[\ud800-\udbff]$/, "");
}

/** `canon_error_context_debug_message` in the specification. */
export function errorContextDebugMessage({ instance, cx: context, encoding }: MessageAccess): CoreFunction {
  return (i: number, out: number | bigint) => {
    checkMayLeave();
    const { debugMessage } = instance.handles.getAs(ErrorContext, i >>> 0);
    const cx = context();
    const wide = cx.pointer === "i64";
    const ptr = storeString(cx, encoding, debugMessage);
    const place = checkPointer(cx, toPointer(out), wide ? 16 : 8, wide ? 8 : 4);
    const { u32, u64 } = cx.memory.current();
    if (wide) u64.set([BigInt(ptr), taggedTo64(cx.length)], place / 8);
    else u32.set([ptr, cx.length], place / 4);
  };
}

/** `canon_error_context_drop` in the specification. */
export function errorContextDrop(instance: ComponentInstance): CoreFunction {
  return (i: number) => {
    checkMayLeave();
    instance.handles.getAs(ErrorContext, i >>> 0);
    instance.handles.remove(i >>> 0);
  };
}
