/**
 * Subtasks: calls of lowered functions, as their caller sees them. "Subtask State" in CanonicalABI.md.
 */
import { assert } from "../errors/component-error.ts";
import { trapAsync } from "./async-trap.ts";
import type { ComponentInstance } from "./instance.ts";
import type { Quantum } from "./quantum.ts";
import { CallScope } from "./resources.ts";
import { type Event, EventCode, type PendingEvent, Waitable } from "./waitable.ts";

/** `Subtask.State` in the specification. */
export const SubtaskState = {
  starting: 0,
  started: 1,
  returned: 2,
  cancelledBeforeStarted: 3,
  cancelledBeforeReturned: 4,
} as const;
export type SubtaskState = (typeof SubtaskState)[keyof typeof SubtaskState];

export class Subtask extends Waitable implements PendingEvent {
  static override readonly kind: string = "subtask";
  state: SubtaskState = SubtaskState.starting;
  /** What the caller lends is given back when it is told of the result. The callee counts its borrows here, too. */
  readonly scope: CallScope = new CallScope();
  /** `on_cancel` in the specification. */
  onCancel: (caller: ComponentInstance) => Quantum = () => undefined;
  cancellationRequested = false;
  /** The core result of a synchronous call. */
  flatResult: unknown;
  #delivered = false;
  #index: number | undefined;

  /** `resolved` in the specification. */
  get resolved(): boolean {
    return this.state >= SubtaskState.returned;
  }

  /** `resolve_delivered` in the specification. */
  get resolveDelivered(): boolean {
    return this.#delivered;
  }

  /** From now on progress is told by events, which name the subtask by `index`. */
  tellOfProgress(index: number): void {
    this.#index = index;
  }

  start(): void {
    assert(this.state === SubtaskState.starting);
    this.state = SubtaskState.started;
    this.#progressed();
  }

  /** `Subtask.resolve` in the specification, with a result. */
  return(flatResult: unknown): void {
    assert(this.state === SubtaskState.started);
    this.flatResult = flatResult;
    this.state = SubtaskState.returned;
    this.#progressed();
  }

  cancelled(): void {
    assert(this.cancellationRequested && !this.resolved);
    this.state =
      this.state === SubtaskState.starting ? SubtaskState.cancelledBeforeStarted : SubtaskState.cancelledBeforeReturned;
    this.#progressed();
  }

  /** `on_progress` in the specification. */
  #progressed(): void {
    if (this.#index === undefined) this.syncWaiter?.scheduler.wake(this.syncWaiter);
    else this.setPendingEvent(this);
  }

  /** `subtask_event` in the specification. */
  deliver(): Event {
    if (this.resolved) this.deliverResolve();
    return { code: EventCode.subtask, index: this.#index!, payload: this.state };
  }

  /** `deliver_resolve` in the specification. */
  deliverResolve(): void {
    assert(!this.#delivered && this.resolved);
    this.#delivered = true;
    this.scope.release();
  }

  /** `drop` in the specification. */
  override drop(): void {
    if (!this.#delivered) trapAsync("subtask-not-resolved");
    super.drop();
  }
}
