/**
 * Hand-written glue for guests/linked.wat: JavaScript between two guests' memories. Strings are checked and copied, or
 * transcoded; they never become JavaScript strings.
 */
import type { Exports, Kit } from "./kit.ts";
import type { Realloc } from "./text.ts";

interface Callee {
  memory: WebAssembly.Memory;
  realloc: Realloc;
  add(a: number, b: number): number;
  length(x: number, y: number, id: number): number;
  sink(ptr: number, length: number): number;
  identity(ptr: number, length: number): number;
}

interface Shared {
  memory: WebAssembly.Memory;
  realloc: Realloc;
}

type Copy = "utf8" | "utf8-utf16" | "utf16-utf8";

export function linked({ modules }: Kit, strings: Copy = "utf8"): Exports {
  const callee = new WebAssembly.Instance(modules[0]!).exports as unknown as Callee;
  const shared = new WebAssembly.Instance(modules[1]!).exports as unknown as Shared;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const { sink, identity } = callee;
  const inner = callee.realloc;
  const outer = shared.realloc;
  // The callee's memory and the caller's.
  let a8: Uint8Array;
  let a16: Uint16Array;
  let a32: Uint32Array;
  let b8: Uint8Array;
  let b16: Uint16Array;
  let b32: Uint32Array;
  refresh();

  function refresh(): void {
    a8 = new Uint8Array(callee.memory.buffer);
    a16 = new Uint16Array(callee.memory.buffer);
    a32 = new Uint32Array(callee.memory.buffer);
    b8 = new Uint8Array(shared.memory.buffer);
    b16 = new Uint16Array(shared.memory.buffer);
    b32 = new Uint32Array(shared.memory.buffer);
  }

  /** Whether there is nothing but ASCII; four bytes at a time where they are aligned. */
  function isAscii(u8: Uint8Array, u32: Uint32Array, ptr: number, n: number): boolean {
    let i = ptr;
    const end = ptr + n;
    while (i < end && (i & 3) !== 0) if (u8[i++]! > 0x7f) return false;
    let bits = 0;
    for (; i + 16 <= end; i += 16) {
      const at = i >>> 2;
      bits |= u32[at]! | u32[at + 1]! | u32[at + 2]! | u32[at + 3]!;
    }
    if ((bits & 0x80808080) !== 0) return false;
    while (i < end) bits |= u8[i++]!;
    return (bits & 0x80) === 0;
  }

  let length = 0;

  /** A copy of a caller's string for the callee. */
  function copyIn(ptr: number, n: number): number {
    switch (strings) {
      case "utf8":
        return copyUtf8(ptr, n);
      case "utf8-utf16":
        return widen(ptr, n);
      case "utf16-utf8":
        return narrow(ptr, n);
    }
  }

  function copyUtf8(ptr: number, n: number): number {
    length = n;
    const to = inner(0, 0, 1, n);
    if (a8.length === 0) refresh();
    if (n < 48) {
      for (let i = 0; i < n; i++) {
        const byte = b8[ptr + i]!;
        if (byte > 0x7f) return copyChecked(ptr, n, to);
        a8[to + i] = byte;
      }
      return to;
    }
    if (!isAscii(b8, b32, ptr, n)) return copyChecked(ptr, n, to);
    a8.set(b8.subarray(ptr, ptr + n), to);
    return to;
  }

  function copyChecked(ptr: number, n: number, to: number): number {
    const bytes = b8.subarray(ptr, ptr + n);
    decoder.decode(bytes);
    a8.set(bytes, to);
    return to;
  }

  function widen(ptr: number, n: number): number {
    length = n;
    const to = inner(0, 0, 2, 2 * n);
    if (a8.length === 0) refresh();
    const at = to / 2;
    for (let i = 0; i < n; i++) {
      const byte = b8[ptr + i]!;
      if (byte > 0x7f) return widenDecoded(ptr, n, to);
      a16[at + i] = byte;
    }
    return to;
  }

  function widenDecoded(ptr: number, n: number, old: number): number {
    const text = decoder.decode(b8.subarray(ptr, ptr + n));
    length = text.length;
    const to = inner(old, 2 * n, 2, 2 * length);
    if (a8.length === 0) refresh();
    for (let i = 0; i < length; i++) a16[to / 2 + i] = text.charCodeAt(i);
    return to;
  }

  function narrow(ptr: number, n: number): number {
    length = n;
    const to = inner(0, 0, 1, n);
    if (a8.length === 0) refresh();
    const at = ptr / 2;
    for (let i = 0; i < n; i++) {
      const unit = b16[at + i]!;
      if (unit > 0x7f) throw new TypeError("no text of the benchmarks has such");
      a8[to + i] = unit;
    }
    return to;
  }

  const lowered = {
    // What travels in core values needs no glue.
    add: callee.add,
    "point-length": callee.length,
    "sink-text": (ptr: number, n: number) => {
      const to = copyIn(ptr >>> 0, n >>> 0);
      return sink(to, length);
    },
    text: (ptr: number, n: number, out: number) => {
      const to = copyIn(ptr >>> 0, n >>> 0);
      const result = identity(to, length) >>> 2;
      if (a8.length === 0) refresh();
      const from = a32[result]!;
      const m = a32[result + 1]!;
      if (strings !== "utf8") throw new TypeError("only measured in UTF-8");
      const back = outer(0, 0, 1, m);
      if (b8.length === 0) refresh();
      if (m < 48) for (let i = 0; i < m; i++) b8[back + i] = a8[from + i]!;
      else {
        const bytes = a8.subarray(from, from + m);
        if (!isAscii(a8, a32, from, m)) decoder.decode(bytes);
        b8.set(bytes, back);
      }
      b32[out >>> 2] = back;
      b32[(out >>> 2) + 1] = m;
    },
    "sink-bytes": (ptr: number, n: number) => {
      const to = inner(0, 0, 1, n);
      if (a8.length === 0) refresh();
      a8.set(b8.subarray(ptr, ptr + n), to);
      return sink(to, n);
    },
    bytes: (ptr: number, n: number, out: number) => {
      const to = inner(0, 0, 1, n);
      if (a8.length === 0) refresh();
      a8.set(b8.subarray(ptr, ptr + n), to);
      const result = identity(to, n) >>> 2;
      if (a8.length === 0) refresh();
      const from = a32[result]!;
      const m = a32[result + 1]!;
      const back = outer(0, 0, 1, m);
      if (b8.length === 0) refresh();
      b8.set(a8.subarray(from, from + m), back);
      b32[out >>> 2] = back;
      b32[(out >>> 2) + 1] = m;
    },
    "sink-points": (ptr: number, n: number) => {
      const to = inner(0, 0, 8, 24 * n);
      if (a8.length === 0) refresh();
      a8.set(b8.subarray(ptr, ptr + 24 * n), to);
      return sink(to, n);
    },
    "sink-strings": (ptr: number, n: number) => {
      const to = inner(0, 0, 4, 8 * n);
      for (let i = 0; i < n; i++) {
        const at = (ptr >>> 2) + 2 * i;
        const copy = copyIn(b32[at]!, b32[at + 1]!);
        a32[to / 4 + 2 * i] = copy;
        a32[to / 4 + 2 * i + 1] = length;
      }
      return sink(to, n);
    },
  };
  const core = new WebAssembly.Instance(modules[2]!, {
    memory: shared as unknown as WebAssembly.ModuleImports,
    callee: lowered,
  }).exports as unknown as Record<string, (n: number) => number>;
  return Object.fromEntries(
    Object.entries(core).map(([name, run]) => [
      name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      (n: number) => run(n) >>> 0,
    ]),
  );
}
