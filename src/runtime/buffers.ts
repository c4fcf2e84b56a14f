/**
 * What is copied from and to when streams and futures move values: memory of a guest, or a list of JavaScript. "Buffer
 * State" in CanonicalABI.md.
 *
 * Numbers go from one place to the other as bytes. All other values are loaded and stored by generated functions
 * (`Payload`): as components see them, or as JavaScript does where the host is on one side.
 */
import { assert, type ComponentError } from "../errors/component-error.ts";
import { toF32, toF64, toS8, toS16, toS32, toU8, toU16, toU32 } from "./async-numbers.ts";
import { trapAsync } from "./async-trap.ts";
import type { AsyncType } from "./async-types.ts";
import type { LiftLowerContext } from "./context.ts";
import { explainFault } from "./explain.ts";
import { beyond } from "./lists.ts";
import { invalid, toS64, toU64 } from "./numbers.ts";
import { occupied } from "./occupied.ts";
import { CallScope } from "./resources.ts";
import { type NumberKind, type TypedArray, typedArrays } from "./typed-arrays.ts";

/** `Buffer.MAX_LENGTH` in the specification. */
const MAX_LENGTH = 2 ** 28 - 1;

/** How values of the payload's type are moved from and to one guest's memory. */
export interface Payload {
  /** 0 where there is no payload. */
  readonly size: number;
  readonly alignment: number;
  readonly number: NumberKind | undefined;
  /** `load_list_from_valid_range` in the specification. */
  readonly load: Readonly<Record<"host" | "component", (ptr: number, count: number) => readonly unknown[]>>;
  /** `store_list_into_valid_range` in the specification; what the host's values give away, `scope` can give back. */
  readonly store: {
    readonly host: (values: readonly unknown[], ptr: number, scope: CallScope) => void;
    readonly component: (values: readonly unknown[], ptr: number) => void;
  };
}

export abstract class Buffer {
  readonly length: number;
  /** How many values have been copied. */
  progress = 0;

  constructor(length: number) {
    this.length = length;
  }

  /** `BufferGuestImpl.remain` in the specification. */
  get remain(): number {
    return this.length - this.progress;
  }
}

/** `BufferGuestImpl` in the specification. */
export class GuestBuffer extends Buffer {
  readonly cx: LiftLowerContext;
  readonly payload: Payload;
  readonly #ptr: number;

  constructor(cx: LiftLowerContext, payload: Payload, ptr: number, length: number) {
    super(length);
    const { size, alignment } = payload;
    if (length > MAX_LENGTH) trapAsync("buffer-too-long");
    if (size > 0 && length > 0) {
      if (ptr % alignment !== 0) trapAsync("unaligned-pointer");
      if (beyond(cx, ptr + length * size)) trapAsync("buffer-out-of-bounds", { what: "stream" });
    }
    this.cx = cx;
    this.payload = payload;
    this.#ptr = ptr;
  }

  /** Where the next value is. */
  get ptr(): number {
    return this.#ptr + this.progress * this.payload.size;
  }
}

const checks: Readonly<Record<NumberKind, (value: unknown) => number | bigint>> = {
  u8: toU8,
  s8: toS8,
  u16: toU16,
  s16: toS16,
  u32: toU32,
  s32: toS32,
  u64: toU64,
  s64: toS64,
  f32: toF32,
  f64: toF64,
};

/** Numbers as they are written to memory: a typed array of their kind as it is, else one of the values, which are checked. */
export function numbersOf(kind: NumberKind, values: ArrayLike<unknown>): TypedArray {
  const Class = typedArrays[kind];
  if (values instanceof Class) return values;
  const array = new Class(values.length);
  const check = checks[kind];
  for (let i = 0; i < values.length; i++) array[i] = check(values[i]) as never;
  return array;
}

/** A list of the host's, from which is copied. Numbers are in a typed array. */
export class HostSource extends Buffer {
  readonly values: ArrayLike<unknown>;
  readonly type: AsyncType;
  /** Why there are no values, of a future. */
  readonly failure: ComponentError | undefined;

  constructor(values: ArrayLike<unknown>, type: AsyncType, failure?: ComponentError) {
    super(values.length);
    this.values = values;
    this.type = type;
    this.failure = failure;
  }

  /** What is wrong with the first wrong value of the next `count`. Numbers are right, for they have been converted. */
  fault(count: number): ComponentError | undefined {
    const { kind, payload, scope, number } = this.type;
    if (payload === undefined || (number !== undefined && ArrayBuffer.isView(this.values))) return undefined;
    for (let i = this.progress; i < this.progress + count; i++) {
      const path = [kind === "stream" ? `element ${i} of a stream's chunk` : "a future"];
      const fault = explainFault(scope, payload, this.values[i], path);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  take(count: number): readonly unknown[] {
    const values = Array.prototype.slice.call(this.values, this.progress, this.progress + count);
    // The list is still the embedder's, who may have shortened it.
    if (values.length !== count) invalid();
    return values;
  }
}

/** Room of the host's, to which is copied, once: for numbers a typed array, which it may supply, else a list. */
export class HostTarget extends Buffer {
  readonly #kind: NumberKind | undefined;
  #room: TypedArray | undefined;
  values: readonly unknown[] = [];

  constructor(length: number, kind: NumberKind | undefined, room?: TypedArray) {
    super(length);
    this.#kind = kind;
    this.#room = room;
  }

  /** Of an array that was supplied the memory may have been taken away meanwhile, or a part of it. */
  override get remain(): number {
    return Math.min(this.length, this.#room?.length ?? this.length) - this.progress;
  }

  /** Room for `count` numbers: no more of it than that, unless it was supplied. */
  room(count: number): TypedArray {
    this.#room ??= new typedArrays[this.#kind!](count);
    return this.#room;
  }

  /** What was copied. */
  get taken(): TypedArray | readonly unknown[] {
    if (this.#kind === undefined) return this.values;
    const room = this.room(0);
    return room.length === this.progress ? room : room.subarray(0, this.progress);
  }
}

/**
 * Copies `count` values, which both sides have or have room for. `ReadableBufferGuestImpl.read` and
 * `WritableBufferGuestImpl.write` in the specification.
 */
export function transfer(source: Buffer, target: Buffer, count: number): void {
  if (target instanceof GuestBuffer) toGuest(source, target, count);
  else toHost(source, target as HostTarget, count);
  source.progress += count;
  target.progress += count;
}

function toGuest(source: Buffer, target: GuestBuffer, count: number): void {
  const { cx, payload, ptr } = target;
  if (payload.size === 0) return;
  if (payload.number !== undefined) {
    const byteLength = count * payload.size;
    const bytes = source instanceof GuestBuffer ? guestBytes(source, byteLength) : hostBytes(source, payload, count);
    const { u8 } = cx.memory.current();
    if (bytes.buffer === u8.buffer) u8.copyWithin(ptr, bytes.byteOffset, bytes.byteOffset + byteLength);
    else u8.set(bytes, ptr);
  } else if (source instanceof GuestBuffer) {
    source.cx.memory.current();
    const values = source.payload.load.component(source.ptr, count);
    cx.memory.current();
    payload.store.component(values, ptr);
  } else {
    cx.memory.current();
    const values = (source as HostSource).take(count);
    occupied(cx.instance, () => storeAll(payload, values, ptr));
  }
}

/** Stores all of the host's values, or none: what is before a wrong one is the host's again. */
export function storeAll({ store }: Payload, values: readonly unknown[], ptr: number): void {
  const scope = new CallScope();
  try {
    store.host(values, ptr, scope);
  } catch (error) {
    scope.abandon();
    throw error;
  }
}

function guestBytes({ cx, ptr }: GuestBuffer, byteLength: number): Uint8Array {
  return cx.memory.current().u8.subarray(ptr, ptr + byteLength);
}

function hostBytes(source: Buffer, { size, number }: Payload, count: number): Uint8Array {
  const { values, progress } = source as HostSource;
  const array = numbersOf(number!, values);
  return new Uint8Array(array.buffer, array.byteOffset + progress * size, count * size);
}

function toHost(source: Buffer, target: HostTarget, count: number): void {
  assert(target.progress === 0);
  if (source instanceof GuestBuffer) {
    const { payload, ptr } = source;
    if (payload.number !== undefined) {
      const room = target.room(count);
      const byteLength = count * payload.size;
      new Uint8Array(room.buffer, room.byteOffset, byteLength).set(guestBytes(source, byteLength));
    } else if (payload.size === 0) {
      target.values = new Array(count).fill(undefined);
    } else {
      source.cx.memory.current();
      target.values = payload.load.host(ptr, count);
    }
    return;
  }
  const { values, progress } = source as HostSource;
  // Nobody has looked at them: a guest has only passed the stream on.
  if ((source as HostSource).fault(count) !== undefined) invalid();
  if (ArrayBuffer.isView(values)) {
    (target.room(count) as Uint8Array).set((values as Uint8Array).subarray(progress, progress + count));
  } else target.values = (source as HostSource).type.forward((source as HostSource).take(count));
}
