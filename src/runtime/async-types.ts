/**
 * The types of streams and futures in a running program, and how their values pass the Canonical ABI: `lift_stream`,
 * `lift_future`, `lower_stream` and `lower_future` in the specification.
 *
 * Between components a value is what the two ends share. What it looks like to JavaScript, the type's host side says,
 * which `embed/` supplies, as it does for resources.
 */
import type { ResourceIndex, TypeIndex, TypeNode } from "../plan/plan.ts";
import { trapAsync } from "./async-trap.ts";
import type { LiftLowerContext } from "./context.ts";
import type { CopyEnd, Shared } from "./copy-end.ts";
import { ReadableFutureEnd } from "./futures.ts";
import type { HandleClass } from "./handle-table.ts";
import { HostReadable } from "./host-ends.ts";
import { invalid } from "./numbers.ts";
import type { CallScope, ResourceType } from "./resources.ts";
import { schedulerOf } from "./scheduler.ts";
import type { Store } from "./store.ts";
import { ReadableStreamEnd } from "./streams.ts";
import { type NumberKind, typedArrays } from "./typed-arrays.ts";

/** How streams and futures look to JavaScript. Made by `embed/`: one for all of them. */
export interface AsyncHostSide {
  /** The value for the readable end of a stream that the host receives. */
  streamFromGuest(end: HostReadable): unknown;
  /** The same for a future. */
  futureFromGuest(end: HostReadable): unknown;
  /**
   * The readable end for a value that the host passes: of a pair that it makes (`hostPair`), or one that it got
   * (`HostReadable.give`). `undefined` if the value is none.
   */
  toGuest(value: unknown, type: AsyncType, store: Store): Shared | undefined;
  /** Why `toGuest` refuses a value, without its effects; `undefined` if it does not. */
  fault(value: unknown, type: AsyncType): string | undefined;
}

/** The types that a plan's types refer to: all that it takes to compare them. */
export interface TypesAndResources {
  readonly types: readonly TypeNode[];
  readonly resources: readonly ResourceType[];
}

export class AsyncType {
  readonly kind: "stream" | "future";
  readonly payload: TypeIndex | undefined;
  readonly scope: TypesAndResources;
  readonly host: AsyncHostSide;
  /** What values of the host's are to the host, if no guest has touched them; as they are, if it is not known. */
  readonly forward: (values: readonly unknown[]) => readonly unknown[];

  constructor(
    kind: "stream" | "future",
    payload: TypeIndex | undefined,
    scope: TypesAndResources,
    host: AsyncHostSide,
    forward: AsyncType["forward"] = (values) => values,
  ) {
    this.forward = forward;
    this.kind = kind;
    this.payload = payload;
    this.scope = scope;
    this.host = host;
  }

  /** The kind of its payload, if that is a number: then it is copied as it is, from memory to memory. */
  get number(): NumberKind | undefined {
    if (this.payload === undefined) return undefined;
    const { kind } = this.scope.types[this.payload]!;
    return kind in typedArrays ? (kind as NumberKind) : undefined;
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

/** The names of the fields in `T`, at any depth, whose values are of type `V`. */
type FieldsOf<T, V> = T extends string | number | undefined
  ? never
  : T extends readonly (infer E)[]
    ? FieldsOf<E, V>
    : {
        [K in keyof T]-?: (<X>() => X extends Exclude<T[K], undefined> ? 1 : 2) extends <X>() => X extends V ? 1 : 2
          ? K
          : FieldsOf<T[K], V>;
      }[keyof T];

/** Numbers in a node are indices of types, but for these. A new sort of field does not compile before it is here. */
const plainNumbers: Readonly<Record<FieldsOf<TypeNode, number>, true>> = { length: true };
const resourceNumbers: Readonly<Record<FieldsOf<TypeNode, ResourceIndex>, true>> = { resource: true };

/** Whether two types are the same: nodes with equal labels, whose resources are the same, and the types that they refer to. */
function sameType(
  a: TypesAndResources,
  i: TypeIndex | undefined,
  b: TypesAndResources,
  j: TypeIndex | undefined,
): boolean {
  const known = new Map<string, boolean>();
  const sameTypes = (x: number, y: number): boolean => {
    const key = `${x} ${y}`;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = same(a.types[x], b.types[y], "");
      known.set(key, answer);
    }
    return answer;
  };
  const same = (x: unknown, y: unknown, key: string): boolean => {
    if (typeof x === "number" && typeof y === "number") {
      if (key in resourceNumbers) return a.resources[x] === b.resources[y];
      return key in plainNumbers ? x === y : sameTypes(x, y);
    }
    if (typeof x !== "object" || typeof y !== "object") return x === y;
    const parts = Object.entries(x!);
    const others = y as Readonly<Record<string, unknown>>;
    return (
      parts.length === Object.keys(others).length &&
      parts.every(([name, part]) => same(part, others[name], Array.isArray(x) ? key : name))
    );
  };
  return same(i, j, "");
}

// ---- Values

/** `lift_async_value` in the specification. */
export function liftAsync(cx: LiftLowerContext, i: number, type: AsyncType): Shared {
  const index = i >>> 0;
  const { handles } = cx.instance;
  const End: HandleClass<CopyEnd> = type.kind === "stream" ? ReadableStreamEnd : ReadableFutureEnd;
  const end = handles.getAs(End, index);
  handles.remove(index);
  if (!end.shared.type.equals(type)) trapAsync("wrong-payload-type", { kind: type.kind });
  if (end.state === "done") trapAsync(type.kind === "stream" ? "lift-done-stream" : "lift-done-future");
  if (end.state !== "idle") trapAsync("remove-busy", { kind: type.kind });
  if (end.inSet) trapAsync("lift-in-set", { kind: type.kind });
  return end.shared;
}

/** `lower_stream` and `lower_future` in the specification. */
export function lowerAsync(cx: LiftLowerContext, shared: Shared): number {
  return cx.instance.handles.add(new (shared.type.kind === "stream" ? ReadableStreamEnd : ReadableFutureEnd)(shared));
}

/** As `liftAsync`, for JavaScript. */
export function liftAsyncValue(cx: LiftLowerContext, i: number, type: AsyncType): unknown {
  const end = new HostReadable(liftAsync(cx, i, type), type, schedulerOf(cx.instance.store));
  return type.kind === "stream" ? type.host.streamFromGuest(end) : type.host.futureFromGuest(end);
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
