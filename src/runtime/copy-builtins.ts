/**
 * The built-ins for streams and futures. "Canonical Definitions" in CanonicalABI.md, from `canon {stream,future}.new` to
 * `canon {stream,future}.drop-{readable,writable}`.
 */
import {
  type AsyncContext,
  BLOCKED,
  checkMayLeave,
  currentThread,
  preferBlocking,
  toPointer,
  waitForPendingEvent,
} from "./async-builtins.ts";
import { GuestBuffer } from "./buffers.ts";
import { type CopyEnd, CopyResult } from "./copy-end.ts";
import type { CoreFunction } from "./functions.ts";
import { ReadableFutureEnd, SharedFuture, WritableFutureEnd } from "./futures.ts";
import type { HandleClass } from "./handle-table.ts";
import { ReadableStreamEnd, SharedStream, WritableStreamEnd } from "./streams.ts";
import { trap } from "./trap.ts";
import { type Event, EventCode } from "./waitable.ts";

type Side = CopyEnd["side"];

const kinds = {
  stream: {
    readable: { End: ReadableStreamEnd, event: EventCode.streamRead, done: "read-done-stream" },
    writable: { End: WritableStreamEnd, event: EventCode.streamWrite, done: "write-done-stream" },
  },
  future: {
    readable: { End: ReadableFutureEnd, event: EventCode.futureRead, done: "read-done-future" },
    writable: { End: WritableFutureEnd, event: EventCode.futureWrite, done: "write-done-future" },
  },
} as const;

/** `canon_stream_new` and `canon_future_new` in the specification. */
export function copyNew({ instance, type }: AsyncContext): CoreFunction {
  return () => {
    checkMayLeave();
    const asyncType = type();
    const { handles } = instance;
    let readable: number;
    let writable: number;
    if (asyncType.kind === "stream") {
      const shared = new SharedStream(asyncType);
      readable = handles.add(new ReadableStreamEnd(shared));
      writable = handles.add(new WritableStreamEnd(shared));
    } else {
      const shared = new SharedFuture(asyncType);
      readable = handles.add(new ReadableFutureEnd(shared));
      writable = handles.add(new WritableFutureEnd(shared));
    }
    return BigInt(readable) | (BigInt(writable) << 32n);
  };
}

/** The end that a built-in of `type` is called with. */
function endAt({ instance, type }: AsyncContext, side: Side, i: number): CopyEnd {
  const asyncType = type();
  const End: HandleClass<CopyEnd> = kinds[asyncType.kind][side].End;
  const end = instance.handles.getAs(End, i >>> 0);
  if (!end.shared.type.equals(asyncType)) trap("wrong-payload-type", { kind: asyncType.kind });
  return end;
}

/**
 * `stream_copy`, `canon_stream_read`, `canon_stream_write`, `future_copy`, `canon_future_read` and `canon_future_write` in
 * the specification.
 */
export function copy(context: AsyncContext, side: Side): CoreFunction {
  const { instance, scheduler, stacks, async, cx: cxOf, payload: payloadOf } = context;
  return (i: number, ptr: number | bigint, length: number | bigint = 1) => {
    checkMayLeave();
    const thread = currentThread(scheduler);
    if (!async) preferBlocking(thread, instance, i);
    const end = endAt(context, side, i);
    const { kind } = end.shared.type;
    const { event, done } = kinds[kind][side];
    if (end.state === "done") trap(done);
    if (end.state !== "idle") trap("copy-busy");
    if (end.inSet && !async) trap("waitable-in-set");
    const cx = cxOf();
    const buffer = new GuestBuffer(cx, payloadOf(), toPointer(ptr), toPointer(length));

    const finished = (copied: CopyResult, reclaim?: () => void) => (): Event => {
      reclaim?.();
      // In the specification part of a copy is complete, even if the rest has been cancelled; the official scripts want
      // to be told that it was (`async/cancel-stream.wast`).
      const isPart = copied === CopyResult.completed && buffer.remain > 0 && reclaim !== undefined;
      const result = isPart && end.state === "cancelling-copy" ? CopyResult.cancelled : copied;
      const isDone = result === CopyResult.dropped || (kind === "future" && result === CopyResult.completed);
      end.state = isDone ? "done" : "idle";
      const packed = kind === "stream" ? result | (buffer.progress << 4) : result;
      return { code: event, index: i >>> 0, payload: packed >>> 0 };
    };
    end.state = "copying";
    end.copy({
      instance,
      buffer,
      onCopy: (reclaim) => end.setPendingEvent(finished(CopyResult.completed, reclaim)),
      onCopyDone: (result) => end.setPendingEvent(finished(result)),
    });
    const wide = cx.pointer === "i64" && kind === "stream";
    const answer = (packed: number) => (wide ? BigInt(packed) : packed);
    const deliver = () => {
      end.syncWaiter = undefined;
      return answer(end.getPendingEvent().payload);
    };
    if (end.hasPendingEvent) return deliver();
    return async ? answer(BLOCKED) : waitForPendingEvent(stacks, thread, end, deliver);
  };
}

/**
 * `cancel_copy`, `canon_stream_cancel_read`, `canon_stream_cancel_write`, `canon_future_cancel_read` and
 * `canon_future_cancel_write` in the specification.
 */
export function cancelCopy(context: AsyncContext, side: Side): CoreFunction {
  const { instance, scheduler, stacks, immediates } = context;
  const { async = false } = immediates;
  return (i: number) => {
    checkMayLeave();
    const thread = currentThread(scheduler);
    if (!async) preferBlocking(thread, instance, i);
    const end = endAt(context, side, i);
    const { kind } = end.shared.type;
    if (end.state !== "copying" || end.syncWaiter !== undefined) trap("not-copying", { kind });
    if (end.inSet && !async) trap("waitable-in-set");
    const deliver = () => {
      end.syncWaiter = undefined;
      return end.getPendingEvent().payload;
    };
    end.state = "cancelling-copy";
    if (end.hasPendingEvent) return deliver();
    end.shared.cancel();
    if (end.hasPendingEvent) return deliver();
    return async ? BLOCKED : waitForPendingEvent(stacks, thread, end, deliver);
  };
}

/**
 * `drop`, `canon_stream_drop_readable`, `canon_stream_drop_writable`, `canon_future_drop_readable` and
 * `canon_future_drop_writable` in the specification.
 */
export function dropEnd(context: AsyncContext, side: Side): CoreFunction {
  const { instance } = context;
  return (i: number) => {
    checkMayLeave();
    const end = endAt(context, side, i);
    instance.handles.remove(i >>> 0);
    end.drop();
  };
}
