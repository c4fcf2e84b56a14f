/**
 * Futures: what the two ends of one share, and the ends. "Future State" in CanonicalABI.md.
 */
import type { ComponentError } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import { HostSource } from "./buffers.ts";
import { CopyEnd, CopyResult, type Pending, Shared } from "./copy-end.ts";
import { trapWith } from "./trap.ts";

/** `SharedFutureImpl` in the specification. */
export class SharedFuture extends Shared {
  protected override meet(writer: Pending, reader: Pending, comer: Pending): void {
    const { buffer } = writer;
    const failure = (buffer instanceof HostSource && buffer.failure) || this.transfer(writer, reader, 1);
    if (failure !== undefined) this.#fail(writer, reader, failure);
    else {
      this.notifyPending(CopyResult.completed);
      comer.onCopyDone(CopyResult.completed);
    }
  }

  /** A future does not end without a value, so a guest that reads it can only be told by a trap. */
  #fail(writer: Pending, reader: Pending, reason: ComponentError): void {
    this.reclaim();
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
    if (this.state === "idle") trapAsync("drop-unwritten-future");
    super.drop();
  }
}
