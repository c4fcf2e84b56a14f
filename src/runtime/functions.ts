/**
 * The bridge between the wings: the functions that `codegen/` makes of a plan, and what each of them is bound to when
 * the plan is instantiated.
 *
 * A maker is made once for each component and called once for each instance; what it returns is called for each call,
 * with no `this`, no rest arguments, and nothing looked up by name.
 *
 * A lifted function, called by the host: `cannotEnter` (call.ts) unless the `flags` of all of `entering` are 0; sets
 * them to `ENTERED`; lowers the arguments; calls `callee`; lifts the result; ends the call's `CallScope`, if it has
 * handles in its parameters; `post-return` under `mayNotLeave`; clears `ENTERED`. Whatever is thrown between goes to
 * `failed`. A lowered function, called by a guest: traps `cannot-leave` if `mayNotLeave`;
 * lifts the arguments; calls; lowers the result; ends the scope; `failed` likewise. For a call between components that
 * are parent and child, or one, no maker is asked: it traps. Flags that nobody could ask for are not set
 * (codegen/ways-out.ts).
 */
import type { Blocking } from "../plan/blocking.ts";
import type { LiftIndex, TrampolineIndex, TypeIndex } from "../plan/plan.ts";
import type { AsyncType } from "./async-types.ts";
import type { Payload } from "./buffers.ts";
import type { LiftLowerContext } from "./context.ts";
import type { ComponentInstance } from "./instance.ts";
import type { CallScope, Loan, Rep, ResourceType } from "./resources.ts";

/** A function of core WebAssembly: numbers and bigints in, one of them or nothing out. */
export type CoreFunction = (...args: never[]) => unknown;
/** A function over JavaScript values, as docs/values.md maps them. */
export type HostFunction = (...args: never[]) => unknown;

export interface FunctionTable {
  /**
   * For each lift that an export reaches. `plain` copies; `views` hands lists and strings as views on guest memory to a
   * reader before post-return.
   */
  readonly lifts: ReadonlyMap<LiftIndex, LiftMakers>;
  /**
   * For each trampoline whose `op` is `lower`: of a host function, or of another component's lift (both sides in one
   * function).
   */
  readonly lowers: ReadonlyMap<TrampolineIndex, LowerMaker>;
  /** The lowered functions whose callers can never enter their callees. */
  readonly refused?: ReadonlySet<TrampolineIndex>;
  /** What calls that are tasks are made of. Absent where there are none. */
  readonly async?: AsyncFunctions | undefined;
}

export interface LiftMakers {
  readonly call: (binding: LiftBinding) => HostFunction;
  /** As `call`, with a first parameter `reader: (result) => T`, whose answer it returns. */
  readonly read: (binding: LiftBinding) => HostFunction;
}

/** `bind` is asked at the first call: instantiation makes all of a guest's imports, of which it calls few. */
export type LowerMaker = (bind: () => LowerBinding) => CoreFunction;

export interface LiftBinding {
  /** For messages: the export's WIT path. */
  readonly path: readonly string[];
  /** The callee's side. */
  readonly cx: LiftLowerContext;
  /** Whose `ENTERED` flag the call sets: the instance and its ancestors, for a call from the host. */
  readonly entering: readonly ComponentInstance[];
  readonly callee: CoreFunction;
  readonly postReturn: CoreFunction | undefined;
  /** By `ResourceIndex`. */
  readonly resources: readonly ResourceType[];
  /** By `TypeIndex`, where the type is a stream or future. */
  readonly asyncTypes: readonly (AsyncType | undefined)[];
  /** What the host gets for an `own` handle that is the result: of its representation. */
  readonly owned: (rep: Rep, type: ResourceType) => unknown;
  /**
   * Never returns: tells what went wrong (with the arguments at hand, to explain a wrong one) and poisons where due.
   * `scope` is the call's, if it has one: a call whose arguments are wrong is undone.
   */
  readonly failed: (error: unknown, scope: CallScope | undefined, ...args: unknown[]) => never;
}

export interface LowerBinding {
  readonly path: readonly string[];
  /** The caller's side. */
  readonly cx: LiftLowerContext;
  readonly resources: readonly ResourceType[];
  readonly asyncTypes: readonly (AsyncType | undefined)[];
  /** The host function, where the callee is one. */
  readonly host: HostFunction | undefined;
  /** Whether number lists are handed to the host function as views on guest memory. */
  readonly views: boolean;
  /** The callee's side, where it is another component's lift. */
  readonly lift: LiftBinding | undefined;
  /**
   * Never returns: traps for what the host function threw, or for a result of the wrong type. `isErr`: of a function whose
   * result is a `result`, which case it is of.
   */
  readonly failed: (error: unknown, scope: Loan | undefined, result: unknown, isErr?: boolean) => never;
}

// ---- Calls that are tasks: the protocol is in call-async.ts, generated is only how values travel

/** Whose values a function deals with: JavaScript's, or those that pass from one component to another. */
export type ValuesOf = "host" | "component";

export interface AsyncFunctions {
  readonly blocking: Blocking;
  /** For each lift into an instance whose calls are tasks. */
  readonly lifts: ReadonlyMap<LiftIndex, Readonly<Record<ValuesOf, AsyncLiftMakers>>>;
  /** For each `lower` of such a lift, and of functions of the host's that are asynchronous or may wait. */
  readonly lowers: ReadonlyMap<TrampolineIndex, AsyncLowerMakers>;
  /** For each `task.return`: from the core values to the result. */
  readonly returns: ReadonlyMap<
    TrampolineIndex,
    Readonly<Record<ValuesOf, PieceMaker<(core: readonly unknown[]) => unknown>>>
  >;
  /** For each `read` and `write` of a stream or future. */
  readonly payloads: ReadonlyMap<TrampolineIndex, PieceMaker<Payload>>;
  /**
   * How values of the payload of a stream or future pass that no guest reads; not for numbers. Not there in a plan without
   * tasks.
   */
  readonly forwarded?: (type: TypeIndex) => PieceMaker<Payload>;
  /** The module of the functions around `blocking.shims` (fiber.ts). */
  readonly shims: () => Uint8Array;
  /** The module for entering core functions of a signature: `"i32 i64 -> f32"`, or `"thread i32"`. */
  readonly entry: (signature: string) => Uint8Array;
}

/** Makes a part of a function for one instance. */
export type PieceMaker<F> = (binding: PieceBinding) => F;

/** What such a part is bound to: one side of a call. */
export interface PieceBinding {
  readonly cx: LiftLowerContext;
  readonly resources: readonly ResourceType[];
  /** By `TypeIndex`, where the type is a stream or future. */
  readonly asyncTypes: readonly (AsyncType | undefined)[];
  readonly views: boolean;
}

/** The callee's side. */
export interface AsyncLiftMakers {
  /** `lower_flat_values`, of the parameters: the core values. */
  readonly lowerParams: PieceMaker<(values: readonly unknown[], scope: CallScope) => readonly unknown[]>;
  /** `lift_flat_values`, of the result; only for those that are not lifted `async`. */
  readonly liftResult: PieceMaker<(core: unknown) => unknown>;
  /** The signature of the core function, for `AsyncFunctions.entry`. */
  readonly signature: string;
}

/** The caller's side. `core` are the parameters of the lowered function. */
export interface AsyncLowerMakers {
  readonly liftParams: PieceMaker<(core: readonly unknown[], scope: CallScope) => readonly unknown[]>;
  /** Gives the core result, if it is not stored. */
  readonly lowerResult: PieceMaker<(value: unknown, core: readonly unknown[]) => unknown>;
}
