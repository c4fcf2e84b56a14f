/**
 * What does a list of numbers cost by its length, on the way in and out of a guest's memory: the engine's copying beside a
 * loop? src/runtime/number-lists.ts copies typed arrays of any length with the former; were that wrong, it would show here.
 *
 *     node bench/lists.ts
 */
import { LiftLowerContext } from "../src/runtime/context.ts";
import { ComponentInstance } from "../src/runtime/instance.ts";
import { allocate } from "../src/runtime/lists.ts";
import { Memory } from "../src/runtime/memory.ts";
import { numbersF64, numbersLength, numbersU8, numbersU32, putNumbers } from "../src/runtime/number-lists.ts";
import { Store } from "../src/runtime/store.ts";
import { nanoseconds, table } from "./measure.ts";

const sizes = [0, 1, 4, 8, 12, 16, 20, 24, 32, 64, 256, 1024, 4096];
const memory = new WebAssembly.Memory({ initial: 16 });
const cx = new LiftLowerContext(new ComponentInstance(new Store()), new Memory(memory), () => 1024, "i32");
const { u8, f64 } = cx.memory;

const loading = (load: (cx: LiftLowerContext, ptr: number, n: number) => ArrayLike<unknown>) => (n: number) =>
  nanoseconds((turns) => {
    let sum = 0;
    for (let i = 0; i < turns; i++) sum += load(cx, 1024, n).length;
    return sum;
  });

const storing =
  (store: (cx: LiftLowerContext, value: unknown) => number, make: (n: number) => unknown) => (n: number) => {
    const value = make(n);
    return nanoseconds((turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum += store(cx, value);
      return sum;
    });
  };

table("load", sizes, {
  "u8.slice": loading((_, ptr, n) => u8.slice(ptr, ptr + n)),
  "u8.subarray": loading((_, ptr, n) => u8.subarray(ptr, ptr + n)),
  "f64.slice": loading((_, ptr, n) => f64.slice(ptr / 8, ptr / 8 + n)),
  "u8 loop": loading((_, ptr, n) => {
    const copy = new Uint8Array(n);
    for (let i = 0; i < n; i++) copy[i] = u8[ptr + i]!;
    return copy;
  }),
});

/** As generated code does it. */
function storeNumbers(to: LiftLowerContext, numbers: typeof numbersU8, value: unknown): number {
  const { size } = numbers;
  const length = numbersLength(numbers, value, 2 ** 25);
  const ptr = allocate(to, length * size, size, "list");
  putNumbers(numbers, to.memory, ptr / size, value, length);
  return ptr;
}

table("store a typed array", sizes, {
  storeU8: storing(
    (to, value) => storeNumbers(to, numbersU8, value),
    (n) => new Uint8Array(n),
  ),
  storeU32: storing(
    (to, value) => storeNumbers(to, numbersU32, value),
    (n) => new Uint32Array(n),
  ),
  storeF64: storing(
    (to, value) => storeNumbers(to, numbersF64, value),
    (n) => new Float64Array(n),
  ),
  "u8.set": storing(
    (_, value) => {
      u8.set(value as Uint8Array, 1024);
      return 1;
    },
    (n) => new Uint8Array(n),
  ),
});

table("store an array", sizes, {
  storeU8: storing(
    (to, value) => storeNumbers(to, numbersU8, value),
    (n) => Array.from({ length: n }, (_, i) => i & 255),
  ),
  storeU32: storing(
    (to, value) => storeNumbers(to, numbersU32, value),
    (n) => Array.from({ length: n }, (_, i) => i),
  ),
  storeF64: storing(
    (to, value) => storeNumbers(to, numbersF64, value),
    (n) => Array.from({ length: n }, (_, i) => i + 0.5),
  ),
});
