/**
 * The types of streams and futures in a running program, and how their values pass the Canonical ABI: `lift_stream`,
 * `lift_future`, `lower_stream` and `lower_future` in the specification.
 *
 * Between components a value is what the two ends share. What it looks like to JavaScript, the type's host side says,
 * which `embed/` supplies, as it does for resources.
 */

import type { TypeIndex, TypeNode } from "../plan/plan.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CopyEnd, Shared } from "./copy-end.ts";
import { ReadableFutureEnd, type SharedFuture } from "./futures.ts";
import { HostFuture, HostReadable } from "./host-ends.ts";
import { invalid } from "./numbers.ts";
import type { CallScope, ResourceType } from "./resources.ts";
import { schedulerOf } from "./scheduler.ts";
import type { Store } from "./store.ts";
import { ReadableStreamEnd, SharedStream } from "./streams.ts";
import { trap } from "./trap.ts";

/** How streams and futures look to JavaScript. Made by `embed/`: one for all of them. */
export interface AsyncHostSide {
  /** The value for the readable end of a stream that the host receives. */
  streamFromGuest(end: HostReadable): unknown;
  /** The same for a future. */
  futureFromGuest(end: HostFuture): unknown;
  /**
   * The readable end for a value that the host passes: of a pair that it makes (`hostStream`, `hostFuture`), or one that
   * it got (`HostReadable.give`, `HostFuture.give`). `undefined` if the value is none.
   */
  toGuest(value: unknown, type: AsyncType, store: Store): Shared | undefined;
  /** Why `toGuest` refuses a value, without its effects; `undefined` if it does not. */
  fault(value: unknown, type: AsyncType): string | undefined;
}

const numbers = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"] as const;
export type NumberKind = (typeof numbers)[number];

/** The types that a plan's types refer to: all that it takes to compare them. */
export interface TypeScope {
  readonly types: readonly TypeNode[];
  readonly resources: readonly ResourceType[];
}

export class AsyncType {
  readonly kind: "stream" | "future";
  readonly payload: TypeIndex | undefined;
  readonly scope: TypeScope;
  readonly host: AsyncHostSide;

  constructor(kind: "stream" | "future", payload: TypeIndex | undefined, scope: TypeScope, host: AsyncHostSide) {
    this.kind = kind;
    this.payload = payload;
    this.scope = scope;
    this.host = host;
  }

  /** The kind of its payload, if that is a number: then it is copied as it is, from memory to memory. */
  get number(): NumberKind | undefined {
    if (this.payload === undefined) return undefined;
    const { kind } = this.scope.types[this.payload]!;
    return (numbers as readonly string[]).includes(kind) ? (kind as NumberKind) : undefined;
  }

  /** `none_or_number_type` in the specification. */
  get isNoneOrNumber(): boolean {
    return this.payload === undefined || this.number !== undefined;
  }

  /** Whether the two are the same type. They may come from different plans. */
  equals(other: AsyncType): boolean {
    if (this.kind !== other.kind) return false;
    if (this.scope === other.scope) return this.payload === other.payload;
    return sameType(this.scope, this.payload, other.scope, other.payload);
  }
}

function sameType(a: TypeScope, i: TypeIndex | undefined, b: TypeScope, j: TypeIndex | undefined): boolean {
  if (i === undefined || j === undefined) return i === j;
  const known = new Map<string, boolean>();
  const same = (x: TypeIndex | undefined, y: TypeIndex | undefined): boolean => {
    if (x === undefined || y === undefined) return x === y;
    const key = `${x} ${y}`;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = sameNode(a, a.types[x]!, b, b.types[y]!, same);
      known.set(key, answer);
    }
    return answer;
  };
  return same(i, j);
}

type Same = (x: TypeIndex | undefined, y: TypeIndex | undefined) => boolean;

function sameNode(a: TypeScope, x: TypeNode, b: TypeScope, y: TypeNode, same: Same): boolean {
  switch (x.kind) {
    case "list":
      return y.kind === "list" && x.length === y.length && same(x.element, y.element);
    case "map":
      return y.kind === "map" && same(x.key, y.key) && same(x.value, y.value);
    case "record":
      return y.kind === "record" && sameLabelled(x.fields, y.fields, same);
    case "tuple":
      return y.kind === "tuple" && x.types.length === y.types.length && x.types.every((t, i) => same(t, y.types[i]));
    case "variant":
      return y.kind === "variant" && sameLabelled(x.cases, y.cases, same);
    case "enum":
    case "flags":
      return y.kind === x.kind && x.labels.join() === y.labels.join();
    case "option":
      return y.kind === "option" && same(x.type, y.type);
    case "result":
      return y.kind === "result" && same(x.ok, y.ok) && same(x.error, y.error);
    case "own":
    case "borrow":
      return y.kind === x.kind && a.resources[x.resource] === b.resources[y.resource];
    case "stream":
    case "future":
      return y.kind === x.kind && same(x.payload, y.payload);
    default:
      return x.kind === y.kind;
  }
}

type Labelled = readonly { readonly label: string; readonly type?: TypeIndex | undefined }[];

function sameLabelled(xs: Labelled, ys: Labelled, same: Same): boolean {
  return xs.length === ys.length && xs.every((x, i) => x.label === ys[i]!.label && same(x.type, ys[i]!.type));
}

// ---- Values

/** `lift_async_value` in the specification. */
export function liftAsync(cx: LiftLowerContext, i: number, type: AsyncType): Shared {
  const index = i >>> 0;
  const { handles } = cx.instance;
  const end: CopyEnd =
    type.kind === "stream" ? handles.getAs(ReadableStreamEnd, index) : handles.getAs(ReadableFutureEnd, index);
  handles.remove(index);
  if (!end.shared.type.equals(type)) trap("wrong-payload-type", { kind: type.kind });
  if (end.state === "done") trap(type.kind === "stream" ? "lift-done-stream" : "lift-done-future");
  if (end.state !== "idle") trap("remove-busy", { kind: type.kind });
  if (end.inSet) trap("lift-in-set", { kind: type.kind });
  return end.shared;
}

/** `lower_stream` and `lower_future` in the specification. */
export function lowerAsync(cx: LiftLowerContext, shared: Shared): number {
  const end =
    shared instanceof SharedStream ? new ReadableStreamEnd(shared) : new ReadableFutureEnd(shared as SharedFuture);
  return cx.instance.handles.add(end);
}

/** As `liftAsync`, for JavaScript. */
export function liftAsyncValue(cx: LiftLowerContext, i: number, type: AsyncType): unknown {
  const shared = liftAsync(cx, i, type);
  const scheduler = schedulerOf(cx.instance.store);
  return shared instanceof SharedStream
    ? type.host.streamFromGuest(new HostReadable(shared, type, scheduler))
    : type.host.futureFromGuest(new HostFuture(shared as SharedFuture, type, scheduler));
}

/** As `lowerAsync`, from JavaScript. With a `scope`, the end is dropped if the call is abandoned. */
export function lowerAsyncValue(cx: LiftLowerContext, value: unknown, type: AsyncType, scope?: CallScope): number {
  const { instance } = cx;
  const shared = type.host.toGuest(value, type, instance.store) ?? invalid();
  const index = lowerAsync(cx, shared);
  scope?.onAbandon(() => {
    instance.handles.remove(index);
    shared.drop();
  });
  return index;
}
