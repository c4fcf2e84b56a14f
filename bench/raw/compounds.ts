/** Hand-written glue for guests/compounds.wat. */
import type { Exports, Kit } from "./kit.ts";
import type { Realloc } from "./text.ts";

interface Core {
  memory: WebAssembly.Memory;
  realloc: Realloc;
  item(id: number, name: number, nameLength: number, data: number, dataLength: number): number;
  point(x: number, y: number, id: number): number;
  length(x: number, y: number, id: number): number;
  shape(tag: number, a: bigint, b: number): number;
  maybe(tag: number, v: number): number;
  "maybe-text"(tag: number, ptr: number, length: number): number;
  works(v: number): number;
  fails(v: number): number;
  triple(a: number, b: number, c: bigint): number;
  sum17(ptr: number): number;
}

interface Item {
  readonly id: number;
  readonly name: string;
  readonly data: Uint8Array;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly id: number;
}

type Shape =
  | { readonly tag: "none" }
  | { readonly tag: "num"; readonly val: number }
  | { readonly tag: "text"; readonly val: string }
  | { readonly tag: "count"; readonly val: number }
  | { readonly tag: "pair"; readonly val: readonly [number, number] };

export function compounds({ modules, utf8 }: Kit): Exports {
  const core = new WebAssembly.Instance(modules[0]!).exports as unknown as Core;
  const { memory, realloc, item, point, length, shape, maybe, works, fails, triple, sum17 } = core;
  const maybeText = core["maybe-text"];
  const text = utf8(memory, realloc);
  const float = new Float64Array(1);
  const long = new BigInt64Array(float.buffer);
  let u8: Uint8Array;
  let u32: Uint32Array;
  let u64: BigUint64Array;
  let f64: Float64Array;
  refresh();

  /** An answer and not an accident: without a stack, which would cost more than all the rest. */
  class Failure extends Error {
    readonly payload: unknown;
    constructor(payload: unknown) {
      super();
      this.payload = payload;
    }
  }

  function failure(payload: unknown): Failure {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const made = new Failure(payload);
    Error.stackTraceLimit = stackTraceLimit;
    return made;
  }

  function refresh(): void {
    u8 = new Uint8Array(memory.buffer);
    u32 = new Uint32Array(memory.buffer);
    u64 = new BigUint64Array(memory.buffer);
    f64 = new Float64Array(memory.buffer);
  }

  function callShape(v: Shape): number {
    switch (v.tag) {
      case "none":
        return shape(0, 0n, 0);
      case "num":
        float[0] = v.val;
        return shape(1, long[0]!, 0);
      case "text": {
        const ptr = text.lower(v.val);
        return shape(2, BigInt(ptr), text.length);
      }
      case "count":
        return shape(3, BigInt(v.val), 0);
      case "pair":
        return shape(4, BigInt(v.val[0]), v.val[1] | 0);
    }
  }

  return {
    passItem: (v: Item) => {
      const name = text.lower(v.name);
      const nameLength = text.length;
      const { data } = v;
      const n = data.length;
      const bytes = realloc(0, 0, 1, n);
      if (u8.length === 0) refresh();
      if (n >= 16) u8.set(data, bytes);
      else for (let i = 0; i < n; i++) u8[bytes + i] = data[i]!;
      const at = item(v.id | 0, name, nameLength, bytes, n) >>> 2;
      if (u8.length === 0) refresh();
      const ptr = u32[at + 3]!;
      return {
        id: u32[at]!,
        name: text.lift(u32[at + 1]!, u32[at + 2]!),
        data: u8.slice(ptr, ptr + u32[at + 4]!),
      };
    },
    passPoint: (v: Point) => {
      const at = point(v.x, v.y, v.id | 0) >>> 3;
      if (u8.length === 0) refresh();
      return { x: f64[at]!, y: f64[at + 1]!, id: u32[2 * at + 4]! };
    },
    pointLength: (v: Point) => length(v.x, v.y, v.id | 0),
    passShape: (v: Shape): Shape => {
      const at = callShape(v) >>> 3;
      if (u8.length === 0) refresh();
      switch (u8[8 * at]) {
        case 0:
          return { tag: "none" };
        case 1:
          return { tag: "num", val: f64[at + 1]! };
        case 2:
          return { tag: "text", val: text.lift(u32[2 * at + 2]!, u32[2 * at + 3]!) };
        case 3:
          return { tag: "count", val: u32[2 * at + 2]! };
        case 4:
          return { tag: "pair", val: [u32[2 * at + 2]!, u32[2 * at + 3]!] };
        default:
          throw new TypeError("no such case");
      }
    },
    maybe: (v: number | undefined) => {
      const at = (v === undefined || v === null ? maybe(0, 0) : maybe(1, v | 0)) >>> 2;
      if (u8.length === 0) refresh();
      return u8[4 * at] === 0 ? undefined : u32[at + 1]!;
    },
    maybeText: (v: string | undefined) => {
      const at = (v === undefined || v === null ? maybeText(0, 0, 0) : maybeText(1, text.lower(v), text.length)) >>> 2;
      if (u8.length === 0) refresh();
      return u8[4 * at] === 0 ? undefined : text.lift(u32[at + 1]!, u32[at + 2]!);
    },
    works: (v: number) => {
      const at = works(v | 0) >>> 2;
      if (u8.length === 0) refresh();
      if (u8[4 * at] === 0) return u32[at + 1]!;
      throw failure(text.lift(u32[at + 1]!, u32[at + 2]!));
    },
    fails: (v: number) => {
      const at = fails(v | 0) >>> 2;
      if (u8.length === 0) refresh();
      if (u8[4 * at] === 0) return u32[at + 1]!;
      throw failure(text.lift(u32[at + 1]!, u32[at + 2]!));
    },
    triple: (v: readonly [number, number, bigint]) => {
      const at = triple(v[0] | 0, v[1], v[2]) >>> 3;
      if (u8.length === 0) refresh();
      return [u32[2 * at]!, f64[at + 1]!, u64[at + 2]!];
    },
    sum17: (
      a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number,
      j: number, k: number, l: number, m: number, n: number, o: number, p: number, q: number,
    ) => {
      const ptr = realloc(0, 0, 4, 68);
      if (u8.length === 0) refresh();
      const at = ptr >>> 2;
      u32[at] = a;
      u32[at + 1] = b;
      u32[at + 2] = c;
      u32[at + 3] = d;
      u32[at + 4] = e;
      u32[at + 5] = f;
      u32[at + 6] = g;
      u32[at + 7] = h;
      u32[at + 8] = i;
      u32[at + 9] = j;
      u32[at + 10] = k;
      u32[at + 11] = l;
      u32[at + 12] = m;
      u32[at + 13] = n;
      u32[at + 14] = o;
      u32[at + 15] = p;
      u32[at + 16] = q;
      return sum17(ptr) >>> 0;
    },
  }; // biome-ignore format: seventeen of a thing
}
