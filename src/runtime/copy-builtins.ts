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
import { trapAsync } from "./async-trap.ts";
import { type Buffer, GuestBuffer } from "./buffers.ts";
import { type CopyEnd, CopyResult, type Pending, type Reclaimed } from "./copy-end.ts";
import type { CoreFunction } from "./functions.ts";
import { ReadableFutureEnd, SharedFuture, WritableFutureEnd } from "./futures.ts";
import type { HandleClass } from "./handle-table.ts";
import type { ComponentInstance } from "./instance.ts";
import { ReadableStreamEnd, SharedStream, WritableStreamEnd } from "./streams.ts";
import { type Event, EventCode, type PendingEvent } from "./waitable.ts";

type Side = CopyEnd["side"];

const kinds = {
  stream: {
    Shared: SharedStream,
    readable: { End: ReadableStreamEnd, event: EventCode.streamRead, done: "read-done-stream" },
    writable: { End: WritableStreamEnd, event: EventCode.streamWrite, done: "write-done-stream" },
  },
  future: {
    Shared: SharedFuture,
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
    const { Shared, readable, writable } = kinds[asyncType.kind];
    const shared = new Shared(asyncType);
    const index = handles.add(new readable.End(shared));
    return BigInt(index) | (BigInt(handles.add(new writable.End(shared))) << 32n);
  };
}

/** The end that a built-in of `type` is called with. */
function endAt({ instance, type }: AsyncContext, side: Side, i: number): CopyEnd {
  const asyncType = type();
  const End: HandleClass<CopyEnd> = kinds[asyncType.kind][side].End;
  const end = instance.handles.getAs(End, i >>> 0);
  if (!end.shared.type.equals(asyncType)) trapAsync("wrong-payload-type", { kind: asyncType.kind });
  return end;
}

/** The copy that an end is at. */
class GuestCopy implements Pending, PendingEvent {
  readonly instance: ComponentInstance;
  readonly buffer: Buffer;
  readonly #end: CopyEnd;
  readonly #event: EventCode;
  readonly #index: number;
  #result: CopyResult = CopyResult.completed;
  #from: Reclaimed | undefined;

  constructor(instance: ComponentInstance, buffer: Buffer, end: CopyEnd, event: EventCode, index: number) {
    this.instance = instance;
    this.buffer = buffer;
    this.#end = end;
    this.#event = event;
    this.#index = index;
  }

  onCopy(from: Reclaimed): void {
    this.#from = from;
    this.#end.setPendingEvent(this);
  }

  onCopyDone(result: CopyResult): void {
    this.#from = undefined;
    this.#result = result;
    this.#end.setPendingEvent(this);
  }

  /** `stream_event` and `future_event` in the specification. */
  deliver(): Event {
    this.#from?.reclaim();
    const { kind } = this.#end.shared.type;
    // In the specification part of a copy is complete, even if the rest has been cancelled; the official scripts want
    // to be told that it was (`async/cancel-stream.wast`).
    const isPart = this.#from !== undefined && this.buffer.remain > 0;
    const result = isPart && this.#end.state === "cancelling-copy" ? CopyResult.cancelled : this.#result;
    const isDone = result === CopyResult.dropped || (kind === "future" && result === CopyResult.completed);
    this.#end.state = isDone ? "done" : "idle";
    const packed = kind === "stream" ? result | (this.buffer.progress << 4) : result;
    return { code: this.#event, index: this.#index, payload: packed >>> 0 };
  }
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
    if (end.state === "done") trapAsync(done);
    if (end.state !== "idle") trapAsync("copy-busy");
    if (end.inSet && !async) trapAsync("waitable-in-set");
    const cx = cxOf();
    const buffer = new GuestBuffer(cx, payloadOf(), toPointer(ptr), toPointer(length));

    end.state = "copying";
    end.copy(new GuestCopy(instance, buffer, end, event, i >>> 0));
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
    if (end.state !== "copying" || end.syncWaiter !== undefined) trapAsync("not-copying", { kind });
    if (end.inSet && !async) trapAsync("waitable-in-set");
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
