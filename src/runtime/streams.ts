/**
 * Streams: what the two ends of one share, and the ends. "Stream State" in CanonicalABI.md.
 */
import { CopyEnd, CopyResult, type Pending, Shared } from "./copy-end.ts";

/** `SharedStreamImpl` in the specification. */
export class SharedStream extends Shared {
  protected override meet(writer: Pending, reader: Pending, comer: Pending, other: Pending): void {
    const count = Math.min(writer.buffer.remain, reader.buffer.remain);
    if (count > 0) {
      if (this.transfer(writer, reader, count) !== undefined) {
        this.dropped = true;
        this.reclaim();
        reader.onCopyDone(CopyResult.dropped);
        return;
      }
      other.onCopy(this);
    } else if (other.buffer.remain === 0 && !(comer === writer && bothAreEmpty(writer, reader))) {
      // It was there to wait for the other, and now the other waits.
      this.notifyPending(CopyResult.completed);
      this.pending = comer;
      return;
    }
    comer.onCopyDone(CopyResult.completed);
  }
}

function bothAreEmpty(writer: Pending, reader: Pending): boolean {
  return writer.buffer.length === 0 && reader.buffer.length === 0;
}

export class ReadableStreamEnd extends CopyEnd {
  static override readonly kind: string = "readable end of a stream";
  readonly side = "readable";
}

export class WritableStreamEnd extends CopyEnd {
  static override readonly kind: string = "writable end of a stream";
  readonly side = "writable";
}
