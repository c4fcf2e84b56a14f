/**
 * One side of a call: an instance, and the canonical options with which values go in and out of it.
 * `LiftLowerContext` in the specification ("Lifting and Lowering Context" in CanonicalABI.md).
 *
 * There is one for each `CanonicalOptions` of a plan and each instantiation; generated functions close over it.
 */
import type { ComponentInstance } from "./instance.ts";
import type { Memory } from "./memory.ts";

/** `realloc(old, oldByteLength, alignment, newByteLength)`; pointers are bigint where the memory is 64-bit. */
export type Realloc = (old: number, oldSize: number, alignment: number, size: number) => number;
export type Realloc64 = (old: bigint, oldSize: bigint, alignment: bigint, size: bigint) => bigint;

export class LiftLowerContext {
  readonly instance: ComponentInstance;
  /** Undefined only where no function with these options needs one. */
  readonly memory: Memory;
  readonly realloc: Realloc | Realloc64 | undefined;
  readonly pointer: "i32" | "i64";
  /**
   * The second result of `storeString` and `storeLiftedString`: the length as the ABI passes it, in code units, tagged for
   * latin1+utf16. Left here so that the pointer can be returned without an allocation.
   */
  length = 0;

  constructor(
    instance: ComponentInstance,
    memory: Memory | undefined,
    realloc: Realloc | Realloc64 | undefined,
    pointer: "i32" | "i64",
  ) {
    this.instance = instance;
    this.memory = memory as Memory;
    this.realloc = realloc;
    this.pointer = pointer;
  }
}
