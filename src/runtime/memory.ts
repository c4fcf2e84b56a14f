/**
 * A core memory seen through typed arrays that survive its growth.
 *
 * Growing a memory detaches its buffer and leaves every view with length 0. So the views are made once and asked for
 * their length (0.3 ns) wherever a guest may have run since they were last used; `memory.buffer` itself is never
 * touched on a call path (12 ns, and a new view 58 ns).
 *
 * A memory of no pages looks as if it had always just grown, and a shared one never does, for its buffer is not detached:
 * so whoever finds an address beyond the views makes them anew before trapping (`beyond` in lists.ts).
 */
export class Memory {
  readonly memory: WebAssembly.Memory;
  // Declared only, and set once for as long as the memory does not grow: engines then take the views for constants.
  declare u8: Uint8Array;
  declare s8: Int8Array;
  declare u16: Uint16Array;
  declare s16: Int16Array;
  declare u32: Uint32Array;
  declare s32: Int32Array;
  declare u64: BigUint64Array;
  declare s64: BigInt64Array;
  declare f32: Float32Array;
  declare f64: Float64Array;

  /** What the memory's buffer was before it grew. */
  previous: ArrayBuffer | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#view(memory.buffer);
  }

  /** Makes the views anew if the memory has grown. To be called after anything that may run the guest. */
  current(): this {
    return this.u8.length === 0 ? this.refresh() : this;
  }

  refresh(): this {
    const { buffer } = this.memory;
    if (this.u8.buffer !== buffer) {
      this.previous = this.u8.buffer as ArrayBuffer;
      this.#view(buffer);
    }
    return this;
  }

  #view(buffer: ArrayBuffer): void {
    this.u8 = new Uint8Array(buffer);
    this.s8 = new Int8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.s16 = new Int16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.s32 = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.s64 = new BigInt64Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}
