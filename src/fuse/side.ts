/**
 * One side of a call: the memory and the options with which values leave a component or come into one. Names the
 * instructions that fit its pointers, which are 32 or 64 bits wide.
 *
 * Lengths are always 32 bits wide once they are checked: no list or string of more than 2^28 bytes leaves a component.
 */
import type { PointerType } from "../abi/layout.ts";
import { assert } from "../errors/component-error.ts";
import type { CanonicalOptions, InstanceIndex, OptionsIndex } from "../plan/plan.ts";
import type { Func, Memory } from "../wasm/body.ts";
import type { AdapterModule } from "./module.ts";

type PointerInstruction = "add" | "gt_u" | "lt_s" | "load" | "store";

export class Side {
  readonly index: OptionsIndex;
  readonly pointer: PointerType;
  readonly encoding: CanonicalOptions["encoding"];
  /** What tells helpers apart that only depend on the memory. */
  readonly memoryKey: string;
  readonly #module: AdapterModule;
  readonly #options: CanonicalOptions;

  constructor(module: AdapterModule, index: OptionsIndex) {
    const options = module.program.plan.options[index]!;
    this.index = index;
    this.pointer = options.pointer;
    this.encoding = options.encoding;
    this.memoryKey = options.memory === undefined ? "-" : `${options.memory.instance}.${options.memory.name}`;
    this.#module = module;
    this.#options = options;
  }

  get memory(): Memory {
    const { memory } = this.#options;
    assert(memory !== undefined);
    return this.#module.memory(memory, this.pointer);
  }

  get realloc(): Func {
    const { realloc } = this.#options;
    assert(realloc !== undefined);
    const p = this.pointer;
    return this.#module.func(realloc, [p, p, p, p], [p]);
  }

  get instance(): InstanceIndex {
    return this.#options.instance;
  }

  /** Whether what runs in this instance has slots, which are empty at first. */
  get hasStorage(): boolean {
    return this.#module.program.withStorage.has(this.#options.instance);
  }

  /** Whether anybody would notice that `may_leave` was not cleared while this instance finds room or cleans up. */
  get asksMayLeave(): boolean {
    return this.#module.program.asksMayLeave.has(this.#options.instance);
  }

  /** How many bytes a pointer has. */
  get pointerSize(): 4 | 8 {
    return this.pointer === "i32" ? 4 : 8;
  }

  /** An instruction on pointers. */
  op<I extends PointerInstruction>(name: I): `${PointerType}.${I}` {
    return `${this.pointer}.${name}`;
  }
}
