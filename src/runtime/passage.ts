/**
 * What values look like to the host that come from the host, in a stream or a future that guests have only passed on: as if
 * a guest had read and written them. So they go through a memory that is nobody's.
 */
import { type Payload, storeAll } from "./buffers.ts";
import { LiftLowerContext } from "./context.ts";
import { ComponentInstance } from "./instance.ts";
import { Memory } from "./memory.ts";
import type { Store } from "./store.ts";

const PAGE = 65536;

export class Passage {
  readonly cx: LiftLowerContext;
  readonly #memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1 });
  #next = 0;

  constructor(store: Store) {
    const realloc = (_old: number, _oldSize: number, alignment: number, size: number) =>
      this.#allocate(alignment, size);
    this.cx = new LiftLowerContext(new ComponentInstance(store), new Memory(this.#memory), realloc, "i32");
  }

  /** `values`, which are right, as they come out. */
  pass(payload: Payload, values: readonly unknown[]): readonly unknown[] {
    const { memory } = this.cx;
    const { size, alignment, load } = payload;
    this.#next = 0;
    const ptr = this.#allocate(alignment, size * values.length);
    memory.current();
    storeAll(payload, values, ptr);
    memory.current();
    return load.host(ptr, values.length);
  }

  #allocate(alignment: number, size: number): number {
    const ptr = Math.ceil(this.#next / alignment) * alignment;
    this.#next = ptr + size;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return ptr;
  }
}
