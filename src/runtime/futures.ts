/**
 * Futures: what the two ends of one share, and the ends. "Future State" in CanonicalABI.md.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { AsyncType } from "./async-types.ts";
import { HostSource } from "./buffers.ts";
import { CopyEnd, CopyResult, type Pending, type Shared } from "./copy-end.ts";
import { forbidIntraComponent, tryTransfer } from "./streams.ts";
import { trap, trapWith } from "./trap.ts";

/** `SharedFutureImpl` in the specification. */
export class SharedFuture implements Shared {
  readonly type: AsyncType;
  dropped = false;
  onDropped: (() => void) | undefined;
  /** `SharedFutureImpl.set_pending` and `SharedFutureImpl.reset_pending` in the specification give it its value. */
  #pending: Pending | undefined;

  constructor(type: AsyncType) {
    this.type = type;
  }

  /** `SharedFutureImpl.reset_and_notify_pending` in the specification. */
  #notifyPending(result: CopyResult): void {
    const pending = this.#pending!;
    this.#pending = undefined;
    pending.onCopyDone(result);
  }

  cancel(): void {
    this.#notifyPending(CopyResult.cancelled);
  }

  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    if (this.#pending !== undefined) this.#notifyPending(CopyResult.dropped);
    this.onDropped?.();
  }

  read(reader: Pending): void {
    const writer = this.#pending;
    if (writer === undefined) {
      this.#pending = reader;
      return;
    }
    forbidIntraComponent(this.type, reader, writer);
    this.#copy(writer, reader, reader);
  }

  write(writer: Pending): void {
    if (this.dropped) {
      writer.onCopyDone(CopyResult.dropped);
      return;
    }
    const reader = this.#pending;
    if (reader === undefined) {
      this.#pending = writer;
      return;
    }
    forbidIntraComponent(this.type, writer, reader);
    this.#copy(writer, reader, writer);
  }

  #copy(writer: Pending, reader: Pending, comer: Pending): void {
    const { buffer } = writer;
    const failure = (buffer instanceof HostSource && buffer.failure) || tryTransfer(writer, reader, 1);
    if (failure !== undefined) this.#fail(writer, reader, failure);
    else {
      this.#notifyPending(CopyResult.completed);
      comer.onCopyDone(CopyResult.completed);
    }
  }

  /** A future does not end without a value, so a guest that reads it can only be told by a trap. */
  #fail(writer: Pending, reader: Pending, reason: ComponentError): void {
    this.#pending = undefined;
    writer.onFailure?.(reason);
    if (reader.onFailure === undefined) trapWith(reason);
    reader.onFailure(reason);
  }
}

export class ReadableFutureEnd extends CopyEnd {
  static override readonly kind: string = "readable end of a future";
  readonly side = "readable";
}

/** `WritableFutureEnd` in the specification. */
export class WritableFutureEnd extends CopyEnd {
  static override readonly kind: string = "writable end of a future";
  readonly side = "writable";

  override drop(): void {
    if (this.state === "idle") trap("drop-unwritten-future");
    super.drop();
  }
}
