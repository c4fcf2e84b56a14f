/**
 * The body of an adapter or of a helper, with the phrases that all of them are made of: traps, checked pointers, room that
 * `realloc` finds, a choice among cases.
 */
import { MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH } from "../abi/constants.ts";
import type { Leaf, PlainTrapCode, Purpose } from "../plan/plan.ts";
import { type BlockType, Body, type EncodedType, type Func, type Local } from "../wasm/body.ts";
import type { AdapterModule } from "./module.ts";
import type { Side } from "./side.ts";

/** How much code a function has in it, in nodes of types, before what is more goes into helpers. */
const FUEL = 200;

export type LeafFunc = Exclude<Leaf, { readonly leaf: "may-leave" | "late" }>;

/** How a place can be wrong, and what it was to be for. */
type Fault = Pick<Extract<Leaf, { readonly leaf: "bad-range" | "bad-room" }>, "leaf" | "what">;

export interface Arm {
  readonly number: number;
  readonly run: () => void;
}

/** A number that is known, or in a local of type `i32`. */
export type Size = number | { readonly local: Local };

export class Code extends Body {
  readonly module: AdapterModule;
  /** What keeps the handles that are on their way; only where values may have some in them. */
  scope: Local | undefined;
  #fuel = FUEL;

  constructor(module: AdapterModule, params: number, scope?: Local) {
    super(params);
    this.module = module;
    this.scope = scope;
  }

  /** Whether there is fuel for all of a type of this cost in place. A node for the type itself is burnt if so. */
  inlines(cost: number): boolean {
    if (cost === 1) return true;
    if (cost > this.#fuel) return false;
    this.#fuel--;
    return true;
  }

  // ---- Locals and constants

  get(...locals: readonly Local[]): this {
    for (const local of locals) this.emit("local.get", local);
    return this;
  }

  set(local: Local): this {
    return this.emit("local.set", local);
  }

  /** A new local with what is on the stack. */
  keep(type: EncodedType): Local {
    const local = this.local(type);
    this.set(local);
    return local;
  }

  i32(value: number): this {
    return this.emit("i32.const", value);
  }

  /** A constant of a side's pointer type. */
  pointer(side: Side, value: number): this {
    return side.pointer === "i32" ? this.emit("i32.const", value) : this.emit("i64.const", BigInt(value));
  }

  /** From a side's pointer type, where it is known to fit. */
  toI32(side: Side): this {
    return side.pointer === "i64" ? this.emit("i32.wrap_i64") : this;
  }

  /** To a side's pointer type, unsigned. */
  fromI32(side: Side): this {
    return side.pointer === "i64" ? this.emit("i64.extend_i32_u") : this;
  }

  // ---- Control

  call(func: Func): this {
    return this.emit("call", func);
  }

  /** Calls a function of the run side. */
  leaf(leaf: LeafFunc): this {
    return this.call(this.module.leaf(leaf));
  }

  /**
   * Calls the helper that `name` and `key` tell from others, written at the first demand: its arguments are on the stack.
   * One that is `scoped` handles borrowed handles, and gets the scope, too.
   */
  helper(
    name: string,
    key: readonly (string | number)[],
    params: readonly EncodedType[],
    results: readonly EncodedType[],
    write: (code: Code, params: readonly Local[]) => void,
    scoped = false,
  ): this {
    return this.pushScope(scoped).call(this.module.helper(name, key, params, results, write, scoped));
  }

  /** Whatever `body` throws that is no trap ends in `handler`. */
  guarded(type: BlockType, body: () => void, handler: () => void): this {
    return this.block((end) => {
      this.block((caught) => {
        this.tryTable(caught, body, type);
        this.emit("br", end);
      });
      handler();
    }, type);
  }

  /** Runs the arm for the number in `tag`, if it has one. Numbers come in order. */
  switch(tag: Local, arms: readonly Arm[]): void {
    const [first, last] = [arms[0]!, arms.at(-1)!];
    const distance = last.number - first.number;
    if (distance === arms.length - 1 && arms.every(({ run }) => run === first.run)) {
      this.get(tag).i32(first.number);
      if (distance === 0) this.emit("i32.eq");
      else this.emit("i32.sub").i32(distance).emit("i32.le_u");
      this.if(first.run);
      return;
    }
    const middle = arms.length >> 1;
    this.get(tag).i32(arms[middle]!.number).emit("i32.lt_u");
    this.if(
      () => this.switch(tag, arms.slice(0, middle)),
      () => this.switch(tag, arms.slice(middle)),
    );
  }

  // ---- Traps

  trap(leaf: LeafFunc): this {
    return this.leaf(leaf).emit("unreachable");
  }

  /** Traps if what is on the stack is not 0. */
  trapIf(code: PlainTrapCode): this {
    return this.if(() => this.trap({ leaf: "trap", code }));
  }

  // ---- Pointers

  #size(size: Size): this {
    return typeof size === "number" ? this.i32(size) : this.get(size.local);
  }

  /** Puts on the stack whether `size` bytes at `ptr` end beyond the memory. */
  #beyond(side: Side, ptr: Local, size: Size): this {
    this.get(ptr);
    if (side.pointer === "i32") this.emit("i64.extend_i32_u");
    this.#size(size).emit("i64.extend_i32_u").emit("i64.add").emit("memory.size", side.memory);
    if (side.pointer === "i32") this.emit("i64.extend_i32_u");
    this.emit("i64.const", 16n).emit("i64.shl").emit("i64.gt_u");
    // The sum may wrap.
    if (side.pointer === "i64") this.tooLarge(ptr).emit("i32.or");
    return this;
  }

  /** Puts on the stack whether a 64-bit pointer or length is more than JavaScript can count, as no memory is so large. */
  tooLarge(ptr: Local): this {
    return this.get(ptr).emit("i64.const", 53n).emit("i64.shr_u").emit("i64.eqz").emit("i32.eqz");
  }

  /** Traps unless `size` bytes at `ptr` are the guest's, and aligned: the run side finds out what is wrong, and says where. */
  checkPlace(side: Side, ptr: Local, size: Size, alignment: Size, fault: Fault): this {
    this.#beyond(side, ptr, size);
    if (alignment !== 1) {
      this.get(ptr).toI32(side).#size(alignment).i32(1).emit("i32.sub").emit("i32.and").emit("i32.or");
    }
    return this.if(() =>
      this.get(ptr)
        .#size(size)
        .#size(alignment)
        .trap({ ...fault, options: side.index }),
    );
  }

  /** The same for values that go through memory. */
  checkPointer(side: Side, ptr: Local, size: number, alignment: number): this {
    return this.checkPlace(side, ptr, size, alignment, { leaf: "bad-range", what: "pointer" });
  }

  /**
   * The checks of `load_list_from_range` and `load_string_from_range` in the specification, of so many units of this size.
   * Gives their number as `i32`.
   */
  checkRange(side: Side, ptr: Local, length: Local, size: number, alignment: number, what: "string" | "list"): Local {
    if (side.pointer === "i64") {
      this.tooLarge(ptr).trapIf("pointer-out-of-bounds");
      if (what === "list") this.tooLarge(length).trapIf("pointer-out-of-bounds");
    }
    const most = what === "list" ? MAX_LIST_BYTE_LENGTH : MAX_STRING_BYTE_LENGTH;
    this.get(length)
      .pointer(side, Math.floor(most / size))
      .emit(side.op("gt_u"))
      .trapIf(`${what}-too-long`);
    const count = this.get(length).toI32(side).keep("i32");
    const byteLength = size === 1 ? count : this.get(count).i32(size).emit("i32.mul").keep("i32");
    this.checkPlace(side, ptr, { local: byteLength }, alignment, { leaf: "bad-range", what });
    return count;
  }

  // ---- Calls that may not leave their instance

  /** Runs `body`, in which something of `side` runs that may not leave its instance. */
  withoutLeaving(side: Side, body: () => void): this {
    if (side.asksMayLeave) this.#setMayNotLeave(1);
    body();
    if (side.asksMayLeave) this.#setMayNotLeave(0);
    return this;
  }

  #setMayNotLeave(value: 0 | 1): void {
    this.i32(0).i32(value).emit("i32.store", { memory: this.module.mayLeave });
  }

  /** `trap_if(not may_leave)` */
  checkMayLeave(): this {
    return this.i32(0).emit("i32.load", { memory: this.module.mayLeave }).trapIf("cannot-leave");
  }

  /** Replaces a size of type `i32` on the stack by a pointer to so many bytes: see `AdapterModule.reallocate`. */
  allocate(side: Side, what: Purpose, alignment: number): this {
    return this.i32(alignment).pointer(side, 0).i32(0).call(this.module.reallocate(side, what));
  }

  // ---- Handles

  /** Puts the scope on the stack where it is needed. */
  pushScope(needed: boolean): this {
    return needed ? this.get(this.scope!) : this;
  }
}
