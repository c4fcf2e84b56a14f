/**
 * A guest for tests of what reads and writes memory: a real `WebAssembly.Memory` and a `realloc` that records its calls
 * and can be made to misbehave.
 */
import assert from "node:assert/strict";
import { MAX_LIST_BYTE_LENGTH } from "../../../src/abi/constants.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import type { TrapCode } from "../../../src/errors/messages.ts";
import { LiftLowerContext, type Realloc, type Realloc64 } from "../../../src/runtime/context.ts";
import { ComponentInstance } from "../../../src/runtime/instance.ts";
import { allocate } from "../../../src/runtime/lists.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { Memory } from "../../../src/runtime/memory.ts";
import { numbersLength, type numbersU8, putNumbers } from "../../../src/runtime/number-lists.ts";
import { InvalidValue } from "../../../src/runtime/numbers.ts";
import { Store } from "../../../src/runtime/store.ts";
import { reasonOf } from "../../../src/runtime/trap.ts";
import type { Random } from "../../random.ts";

export type ReallocCall = readonly [old: number, oldSize: number, alignment: number, size: number];

export interface GuestOptions {
  readonly pointer?: "i32" | "i64";
  readonly pages?: number;
  /** Where the first allocation is. */
  readonly base?: number;
  /** Replaces the answer of the `n`th call (from 0); `undefined` lets the allocator answer. */
  readonly answer?: (n: number, call: ReallocCall) => number | undefined;
  /** The calls (from 0) in which the memory grows by a page. */
  readonly grow?: (n: number) => boolean;
  /** Whether a growing reallocation forgets to copy. */
  readonly forgetful?: boolean;
}

export interface Guest {
  readonly cx: LiftLowerContext;
  readonly memory: WebAssembly.Memory;
  readonly calls: ReallocCall[];
  /** All of the memory, as it was at the begin of each call. */
  readonly snapshots: Uint8Array[];
  /** The memory as it is now. */
  bytes(): Uint8Array;
  /** Bytes at `ptr`. */
  at(ptr: number, length: number): number[];
  realloc(old: number, oldSize: number, alignment: number, size: number): number;
}

/** A bump allocator, 8-aligned, which shrinks in place. */
export function makeGuest(options: GuestOptions = {}): Guest {
  const { pointer = "i32", pages = 1, base = 1024, answer, grow, forgetful = false } = options;
  const memory = new WebAssembly.Memory({ initial: pages });
  const calls: ReallocCall[] = [];
  const snapshots: Uint8Array[] = [];
  let next = base;

  const bytes = () => new Uint8Array(memory.buffer);
  const instance = new ComponentInstance(new Store());

  function realloc(old: number, oldSize: number, alignment: number, size: number): number {
    const n = calls.push([old, oldSize, alignment, size]) - 1;
    snapshots.push(bytes().slice());
    if (grow?.(n)) memory.grow(1);
    const given = answer?.(n, calls[n]!);
    if (given !== undefined) return given;
    if (old !== 0 && size <= oldSize) return old;
    next = (next + 7) & ~7;
    const ptr = next;
    next += size;
    if (old !== 0 && !forgetful) bytes().copyWithin(ptr, old, old + oldSize);
    return ptr;
  }

  const guarded: Realloc = (...args) => {
    assert.equal(mayNotLeave[0], 1, "a guest's realloc must not be able to call out");
    return realloc(...args) | 0;
  };
  const guarded64: Realloc64 = (...args) => {
    const [old, oldSize, alignment, size] = args.map(Number) as [number, number, number, number];
    return BigInt.asIntN(64, BigInt(realloc(old, oldSize, alignment, size)));
  };
  const cx = new LiftLowerContext(instance, new Memory(memory), pointer === "i32" ? guarded : guarded64, pointer);
  const at = (ptr: number, length: number) => [...bytes().subarray(ptr, ptr + length)];
  return { cx, memory, calls, snapshots, bytes, at, realloc };
}

/** Stores a list of numbers as generated code does: gives the pointer, and leaves the length in `cx.length`. */
export function storeNumbers(cx: LiftLowerContext, numbers: typeof numbersU8, value: unknown): number {
  const { size } = numbers;
  const length = numbersLength(numbers, value, Math.floor(MAX_LIST_BYTE_LENGTH / size));
  const ptr = allocate(cx, length * size, size, "list");
  putNumbers(numbers, cx.memory, ptr / size, value, length);
  cx.length = length;
  return ptr;
}

/** Asserts that `run` traps, for the reason `code`. */
export function assertTrap(run: () => unknown, code: TrapCode): ComponentError {
  let reason: unknown;
  assert.throws(run, (error) => {
    assert.ok(error instanceof WebAssembly.RuntimeError, `not a trap: ${String(error)}`);
    reason = reasonOf(error);
    return true;
  });
  assert.ok(reason instanceof ComponentError);
  assert.equal(reason.code, code);
  return reason;
}

/** Asserts that `run` gives up on a value from JavaScript. */
export function assertInvalid(run: () => unknown, what?: string): void {
  assert.throws(run, (error) => error instanceof InvalidValue, what);
}

/** The same where engines may say so: of a bigint or a symbol where arithmetic wants a number. */
export function assertRefused(run: () => unknown, what?: string): void {
  assert.throws(run, (error) => error instanceof InvalidValue || error instanceof TypeError, what);
}

/** Text of up to `maxLength` code points, most of one kind, of any Unicode scalar values. */
export function randomText(random: Random, maxLength: number): string {
  const kinds = [0x80, 0x100, 0x800, 0xd800, 0x110000];
  const main = random.pick(kinds);
  let text = "";
  for (let n = random.below(maxLength + 1); n > 0; n--) {
    const codePoint = random.below(random.once(10) ? random.pick(kinds) : main);
    if (codePoint < 0xd800 || codePoint > 0xdfff) text += String.fromCodePoint(codePoint);
  }
  return text;
}
