/**
 * Streams: what the two ends of one share, and the ends. "Stream State" in CanonicalABI.md.
 *
 * Nothing is buffered. Whoever comes first leaves word of its buffer, and whoever comes second copies, right from the one
 * buffer to the other.
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { AsyncType } from "./async-types.ts";
import { transfer } from "./buffers.ts";
import { CopyEnd, CopyResult, type Pending, type Shared } from "./copy-end.ts";
import { InvalidValue } from "./numbers.ts";
import { trap } from "./trap.ts";

/** `SharedStreamImpl` in the specification. */
export class SharedStream implements Shared {
  readonly type: AsyncType;
  dropped = false;
  onDropped: (() => void) | undefined;
  /** `SharedStreamImpl.set_pending` and `SharedStreamImpl.reset_pending` in the specification give it its value. */
  #pending: Pending | undefined;

  constructor(type: AsyncType) {
    this.type = type;
  }

  /** `SharedStreamImpl.reset_and_notify_pending` in the specification. */
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
    if (!this.#meets(reader, writer)) return;
    if (writer.buffer.remain === 0) this.#replace(reader);
    else this.#copy(writer, reader, reader, writer);
  }

  write(writer: Pending): void {
    const reader = this.#pending;
    if (!this.#meets(writer, reader)) return;
    if (reader.buffer.remain > 0) this.#copy(writer, reader, writer, reader);
    else if (writer.buffer.length === 0 && reader.buffer.length === 0) writer.onCopyDone(CopyResult.completed);
    else this.#replace(writer);
  }

  /** Whether there is another side already; if not, all is done that can be. */
  #meets(comer: Pending, other: Pending | undefined): other is Pending {
    if (this.dropped) {
      comer.onCopyDone(CopyResult.dropped);
      return false;
    }
    if (other === undefined) {
      this.#pending = comer;
      return false;
    }
    forbidIntraComponent(this.type, comer, other);
    return true;
  }

  #copy(writer: Pending, reader: Pending, comer: Pending, other: Pending): void {
    const count = Math.min(writer.buffer.remain, reader.buffer.remain);
    if (count > 0) {
      if (tryTransfer(writer, reader, count) !== undefined) {
        this.dropped = true;
        this.#pending = undefined;
        reader.onCopyDone(CopyResult.dropped);
        return;
      }
      other.onCopy(() => {
        this.#pending = undefined;
      });
    }
    comer.onCopyDone(CopyResult.completed);
  }

  /** The one that waited has nothing to copy: it was there to wait for the other. */
  #replace(comer: Pending): void {
    this.#notifyPending(CopyResult.completed);
    this.#pending = comer;
  }
}

/** An instance that reads from itself is not supported yet by the specification, but for numbers and for nothing. */
export function forbidIntraComponent(type: AsyncType, a: Pending, b: Pending): void {
  if (a.instance !== undefined && a.instance === b.instance && !type.isNoneOrNumber) {
    trap("intra-component", { kind: type.kind });
  }
}

/** Copies, or tells what is wrong with a value of the host's, which is told, too. */
export function tryTransfer(writer: Pending, reader: Pending, count: number): ComponentError | undefined {
  try {
    transfer(writer.buffer, reader.buffer, count);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidValue) || writer.onFault === undefined) throw error;
    return writer.onFault();
  }
}

export class ReadableStreamEnd extends CopyEnd {
  static override readonly kind: string = "readable end of a stream";
  readonly side = "readable";
}

export class WritableStreamEnd extends CopyEnd {
  static override readonly kind: string = "writable end of a stream";
  readonly side = "writable";
}
