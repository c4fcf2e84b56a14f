/**
 * What streams and futures have in common: what their two ends share, and the ends, which copy, one copy at a time, and are
 * waitables. "Stream State" in CanonicalABI.md (`SharedBase`, `CopyEnd`, `CopyState`, `CopyResult`).
 *
 * Nothing is buffered. Whoever comes first leaves word of its buffer, and whoever comes second copies, right from the one
 * buffer to the other.
 */
import { AssertionError, type ComponentError } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import type { AsyncType } from "./async-types.ts";
import { type Buffer, transfer } from "./buffers.ts";
import type { ComponentInstance } from "./instance.ts";
import { isGuestFailure } from "./trap.ts";
import { Waitable } from "./waitable.ts";

/** `CopyResult` in the specification. */
export const CopyResult = { completed: 0, dropped: 1, cancelled: 2 } as const;
export type CopyResult = (typeof CopyResult)[keyof typeof CopyResult];

/** `CopyState` in the specification. */
export type CopyState = "idle" | "copying" | "cancelling-copy" | "done";

/** Something that a copy waits in: until then more may be copied. `ReclaimBuffer` in the specification. */
export interface Reclaimed {
  reclaim(): void;
}

/** What stands on one side of a copy that waits for the other. */
export interface Pending {
  /** `undefined` for the host. */
  readonly instance: ComponentInstance | undefined;
  readonly buffer: Buffer;
  /** `on_copy` in the specification: something was copied, and more may be, until it is reclaimed. */
  onCopy(from: Reclaimed): void;
  /** `on_copy_done` in the specification. */
  onCopyDone(result: CopyResult): void;
  /** A value of the host's is not of the payload's type: tells what is wrong with it. */
  onFault?(): ComponentError;
  /** The writer of a future has no value. Guests trap. */
  onFailure?(reason: ComponentError): void;
}

/** What the two ends of a stream or a future share. `SharedStreamImpl` and `SharedFutureImpl` in the specification. */
export abstract class Shared implements Reclaimed {
  readonly type: AsyncType;
  dropped = false;
  /** Called when an end has been dropped, for what the host has to do then. */
  onDropped: (() => void) | undefined;
  /** `SharedStreamImpl.set_pending` and `SharedFutureImpl.set_pending` in the specification give it its value. */
  protected pending: Pending | undefined;

  constructor(type: AsyncType) {
    this.type = type;
  }

  /** Copies, now that both sides are there: `comer` has come second. */
  protected abstract meet(writer: Pending, reader: Pending, comer: Pending, other: Pending): void;

  read(reader: Pending): void {
    const writer = this.#waitsFor(reader);
    if (writer !== undefined) this.meet(writer, reader, reader, writer);
  }

  write(writer: Pending): void {
    const reader = this.#waitsFor(writer);
    if (reader !== undefined) this.meet(writer, reader, writer, reader);
  }

  cancel(): void {
    this.notifyPending(CopyResult.cancelled);
  }

  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    if (this.pending !== undefined) this.notifyPending(CopyResult.dropped);
    this.onDropped?.();
  }

  /** `SharedStreamImpl.reset_pending` and `SharedFutureImpl.reset_pending` in the specification. */
  reclaim(): void {
    this.pending = undefined;
  }

  /**
   * `SharedStreamImpl.reset_and_notify_pending` and `SharedFutureImpl.reset_and_notify_pending` in the specification.
   */
  protected notifyPending(result: CopyResult): void {
    const pending = this.pending!;
    this.pending = undefined;
    pending.onCopyDone(result);
  }

  /** The other side, if it is there already; if not, all is done that can be. */
  #waitsFor(comer: Pending): Pending | undefined {
    const other = this.pending;
    if (this.dropped) comer.onCopyDone(CopyResult.dropped);
    else if (other === undefined) this.pending = comer;
    else {
      const { instance } = comer;
      // An instance that reads from itself is not supported yet by the specification, but for numbers and for nothing.
      if (instance !== undefined && instance === other.instance && !this.type.isNoneOrNumber) {
        trapAsync("intra-component", { kind: this.type.kind });
      }
      return other;
    }
    return undefined;
  }

  /** Copies, or tells what is wrong with a value of the host's, which is told, too. */
  protected transfer(writer: Pending, reader: Pending, count: number): ComponentError | undefined {
    try {
      transfer(writer.buffer, reader.buffer, count);
      return undefined;
    } catch (error) {
      // Of values that are wrong engines complain, too.
      if (isGuestFailure(error) || error instanceof AssertionError || writer.onFault === undefined) throw error;
      return writer.onFault();
    }
  }
}

/** An end that a guest has. `CopyEnd` in the specification. */
export abstract class CopyEnd extends Waitable {
  readonly shared: Shared;
  state: CopyState = "idle";

  constructor(shared: Shared) {
    super();
    this.shared = shared;
  }

  abstract readonly side: "readable" | "writable";

  get copying(): boolean {
    return this.state === "copying" || this.state === "cancelling-copy";
  }

  /**
   * `ReadableStreamEnd.copy`, `WritableStreamEnd.copy`, `ReadableFutureEnd.copy` and `WritableFutureEnd.copy` in the
   * specification.
   */
  copy(pending: Pending): void {
    if (this.side === "readable") this.shared.read(pending);
    else this.shared.write(pending);
  }

  override drop(): void {
    const { kind } = this.shared.type;
    if (this.copying) trapAsync(this.side === "readable" ? "remove-busy" : "drop-busy", { kind });
    this.shared.drop();
    super.drop();
  }
}
