/**
 * "Canonical ABI Options" and "Lifting and Lowering Context", as definitions.py of the specification (commit 6d281648)
 * words them.
 */
import type { FuncType } from "../../src/types/types.ts";
import { canonLift } from "./canon.ts";
import type { ComponentInstance, Subtask, Task } from "./instance.ts";
import { ptrSize } from "./layout.ts";
import type { ReferenceContext } from "./strings.ts";
import { assert } from "./trap.ts";
import type { CoreFunc, PtrType } from "./types.ts";

/** `MemInst` in the specification: its bytes are asked for anew each time, since a memory may grow. */
export interface MemInst {
  readonly bytes: () => Uint8Array;
  readonly ptrType: PtrType;
  /** Told of all that is written. */
  readonly wrote?: ((ptr: bigint, length: number) => void) | undefined;
}

export interface CanonicalOptions {
  readonly stringEncoding: ReferenceContext["encoding"];
  readonly memory: MemInst | undefined;
  readonly realloc: CoreFunc | undefined;
  readonly postReturn: CoreFunc | undefined;
}

/** The type of `realloc` for pointers of this type. */
function reallocType(ptrType: PtrType): FuncType {
  const type = { kind: ptrType === "i32" ? "u32" : "u64" } as const;
  const params = ["old", "old-size", "alignment", "new-size"].map((label) => ({ label, type }));
  return { kind: "func", async: false, params, result: type };
}

/** `LiftLowerContext` in the specification; also what the functions for strings want. */
export class LiftLowerContext implements ReferenceContext {
  readonly opts: CanonicalOptions;
  readonly inst: ComponentInstance;
  readonly borrowScope: Task | Subtask | undefined;

  constructor(opts: CanonicalOptions, inst: ComponentInstance, borrowScope?: Task | Subtask) {
    this.opts = opts;
    this.inst = inst;
    this.borrowScope = borrowScope;
  }

  reallocate(old: bigint, oldByteLength: bigint, alignment: bigint, newByteLength: bigint): bigint {
    const { inst, opts } = this;
    assert(inst.mayLeave && opts.realloc !== undefined);
    inst.mayLeave = false;
    const plain = { ...opts, realloc: undefined, postReturn: undefined };
    let ptr: unknown;
    canonLift(
      opts.realloc,
      reallocType(this.ptrType),
      plain,
      inst,
      () => [old, oldByteLength, alignment, newByteLength],
      (result) => {
        ptr = result[0];
      },
    );
    assert(typeof ptr === "bigint");
    inst.mayLeave = true;
    return ptr;
  }

  allocate(alignment: bigint, byteLength: bigint): bigint {
    return this.reallocate(0n, 0n, alignment, byteLength);
  }

  get memory(): MemInst {
    assert(this.opts.memory !== undefined);
    return this.opts.memory;
  }

  /** Of functions without a memory no pointer is ever asked for. */
  get ptrType(): PtrType {
    return this.opts.memory?.ptrType ?? "i32";
  }

  get ptrSize(): bigint {
    return ptrSize(this.ptrType);
  }

  get memoryLength(): bigint {
    return BigInt(this.memory.bytes().length);
  }

  // ---- What the functions for strings call the same things

  get bytes(): () => Uint8Array {
    return this.memory.bytes;
  }

  get wrote(): MemInst["wrote"] {
    return this.memory.wrote;
  }

  get addressType(): PtrType {
    return this.ptrType;
  }

  get encoding(): ReferenceContext["encoding"] {
    return this.opts.stringEncoding;
  }

  get realloc(): ReferenceContext["realloc"] {
    return (old, oldSize, alignment, size) => this.reallocate(old, oldSize, alignment, size);
  }
}
