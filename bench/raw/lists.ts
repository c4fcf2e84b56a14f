/** Hand-written glue for guests/lists.wat. */
import type { Exports, Kit } from "./kit.ts";
import type { Realloc } from "./text.ts";

interface Core {
  memory: WebAssembly.Memory;
  realloc: Realloc;
  identity(ptr: number, length: number): number;
  sink(ptr: number, length: number): number;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly id: number;
}

export function lists({ modules, utf8 }: Kit): Exports {
  const core = new WebAssembly.Instance(modules[0]!).exports as unknown as Core;
  const { memory, realloc, identity, sink } = core;
  const text = utf8(memory, realloc);
  let u8: Uint8Array;
  let u32: Uint32Array;
  let f64: Float64Array;
  refresh();

  function refresh(): void {
    u8 = new Uint8Array(memory.buffer);
    u32 = new Uint32Array(memory.buffer);
    f64 = new Float64Array(memory.buffer);
  }

  function lowerBytes(v: Uint8Array | readonly number[]): number {
    const n = v.length;
    const ptr = realloc(0, 0, 1, n);
    if (u8.length === 0) refresh();
    if (n >= 16) u8.set(v, ptr);
    else for (let i = 0; i < n; i++) u8[ptr + i] = v[i]!;
    return ptr;
  }

  function lowerWords(v: Uint32Array | readonly number[]): number {
    const n = v.length;
    const ptr = realloc(0, 0, 4, 4 * n);
    if (u8.length === 0) refresh();
    const to = ptr / 4;
    if (v instanceof Uint32Array) u32.set(v, to);
    else for (let i = 0; i < n; i++) u32[to + i] = v[i]!;
    return ptr;
  }

  function lowerDoubles(v: Float64Array | readonly number[]): number {
    const n = v.length;
    const ptr = realloc(0, 0, 8, 8 * n);
    if (u8.length === 0) refresh();
    const to = ptr / 8;
    if (v instanceof Float64Array) f64.set(v, to);
    else for (let i = 0; i < n; i++) f64[to + i] = v[i]!;
    return ptr;
  }

  function lowerPoints(v: readonly Point[]): number {
    const n = v.length;
    const ptr = realloc(0, 0, 8, 24 * n);
    if (u8.length === 0) refresh();
    let at = ptr / 8;
    for (let i = 0; i < n; i++) {
      const point = v[i]!;
      f64[at] = point.x;
      f64[at + 1] = point.y;
      u32[2 * at + 4] = point.id;
      at += 3;
    }
    return ptr;
  }

  function called(ptr: number, length: number): number {
    const result = identity(ptr, length) >>> 2;
    if (u8.length === 0) refresh();
    return result;
  }

  return {
    bytes: (v: Uint8Array) => {
      const result = called(lowerBytes(v), v.length);
      const ptr = u32[result]!;
      return u8.slice(ptr, ptr + u32[result + 1]!);
    },
    sinkBytes: (v: Uint8Array) => sink(lowerBytes(v), v.length) >>> 0,
    words: (v: Uint32Array) => {
      const result = called(lowerWords(v), v.length);
      const ptr = u32[result]! / 4;
      return u32.slice(ptr, ptr + u32[result + 1]!);
    },
    doubles: (v: Float64Array) => {
      const result = called(lowerDoubles(v), v.length);
      const ptr = u32[result]! / 8;
      return f64.slice(ptr, ptr + u32[result + 1]!);
    },
    strings: (v: readonly string[]) => {
      const n = v.length;
      const begin = realloc(0, 0, 4, 8 * n);
      for (let i = 0; i < n; i++) {
        const ptr = text.lower(v[i]!);
        if (u8.length === 0) refresh();
        const at = begin / 4 + 2 * i;
        u32[at] = ptr;
        u32[at + 1] = text.length;
      }
      const result = called(begin, n);
      const at = u32[result]! / 4;
      const count = u32[result + 1]!;
      const lifted = new Array<string>(count);
      for (let i = 0; i < count; i++) lifted[i] = text.lift(u32[at + 2 * i]!, u32[at + 2 * i + 1]!);
      return lifted;
    },
    points: (v: readonly Point[]) => {
      const result = called(lowerPoints(v), v.length);
      let at = u32[result]! / 8;
      const count = u32[result + 1]!;
      const lifted = new Array<Point>(count);
      for (let i = 0; i < count; i++) {
        lifted[i] = { x: f64[at]!, y: f64[at + 1]!, id: u32[2 * at + 4]! };
        at += 3;
      }
      return lifted;
    },
    sinkPoints: (v: readonly Point[]) => sink(lowerPoints(v), v.length) >>> 0,
    rows: (v: readonly Uint32Array[]) => {
      const n = v.length;
      const begin = realloc(0, 0, 4, 8 * n);
      for (let i = 0; i < n; i++) {
        const row = v[i]!;
        const ptr = lowerWords(row);
        const at = begin / 4 + 2 * i;
        u32[at] = ptr;
        u32[at + 1] = row.length;
      }
      const result = called(begin, n);
      const at = u32[result]! / 4;
      const count = u32[result + 1]!;
      const lifted = new Array<Uint32Array>(count);
      for (let i = 0; i < count; i++) {
        const ptr = u32[at + 2 * i]! / 4;
        lifted[i] = u32.slice(ptr, ptr + u32[at + 2 * i + 1]!);
      }
      return lifted;
    },
  };
}
