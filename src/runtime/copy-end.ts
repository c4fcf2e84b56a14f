/**
 * What the ends of streams and futures have in common: they copy, one copy at a time, and are waitables. "Stream State"
 * in CanonicalABI.md (`CopyEnd`, `CopyState`, `CopyResult`).
 */
import type { ComponentError } from "../errors/component-error.ts";
import type { AsyncType } from "./async-types.ts";
import type { Buffer } from "./buffers.ts";
import type { ComponentInstance } from "./instance.ts";
import { trap } from "./trap.ts";
import { Waitable } from "./waitable.ts";

/** `CopyResult` in the specification. */
export const CopyResult = { completed: 0, dropped: 1, cancelled: 2 } as const;
export type CopyResult = (typeof CopyResult)[keyof typeof CopyResult];

/** `CopyState` in the specification. */
export type CopyState = "idle" | "copying" | "cancelling-copy" | "done";

/** What stands on one side of a copy that waits for the other. */
export interface Pending {
  /** `undefined` for the host. */
  readonly instance: ComponentInstance | undefined;
  readonly buffer: Buffer;
  /** `on_copy` in the specification: something was copied, and more may be, until `reclaim` is called. */
  onCopy(reclaim: () => void): void;
  /** `on_copy_done` in the specification. */
  onCopyDone(result: CopyResult): void;
  /** A value of the host's is not of the payload's type: tells what is wrong with it. */
  onFault?(): ComponentError;
  /** The writer of a future has no value. Guests trap. */
  onFailure?(reason: ComponentError): void;
}

/** What the two ends of a stream or a future share. `SharedBase` in the specification. */
export interface Shared {
  readonly type: AsyncType;
  /** Called when an end has been dropped, for what the host has to do then. */
  onDropped: (() => void) | undefined;
  read(reader: Pending): void;
  write(writer: Pending): void;
  cancel(): void;
  drop(): void;
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

  /** Begins a copy. */
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
    if (this.copying) trap(this.side === "readable" ? "remove-busy" : "drop-busy", { kind });
    this.shared.drop();
    super.drop();
  }
}
