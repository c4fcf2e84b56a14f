/**
 * Strings by hand, in standard JavaScript: for each encoding what is fastest at each length, as far as that can be had
 * without an engine's own extensions. Whoever lowers finds the length in `length`.
 *
 * Like all factories in this folder these refer to nothing outside of themselves: see fresh.ts.
 */
export interface Text {
  length: number;
  /** Returns the pointer. */
  lower(text: string): number;
  lift(ptr: number, length: number): string;
}

export type Realloc = (old: number, oldSize: number, alignment: number, size: number) => number;
export type MakeText = (memory: WebAssembly.Memory, realloc: Realloc) => Text;

export function utf8(memory: WebAssembly.Memory, realloc: Realloc): Text {
  let u8 = new Uint8Array(memory.buffer);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const scratch = new Uint8Array(3 * 4096);
  const text = { length: 0, lower, lift };
  return text;

  function lower(s: string): number {
    const n = s.length;
    if (n >= 48) return lowerLong(s, n);
    const ptr = realloc(0, 0, 1, n);
    if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
    for (let i = 0; i < n; i++) {
      const unit = s.charCodeAt(i);
      if (unit > 0x7f) return lowerRest(s, ptr, i);
      u8[ptr + i] = unit;
    }
    text.length = n;
    return ptr;
  }

  /** Not ASCII from `start` on: as long as it is short, a loop is still faster. */
  function lowerRest(s: string, old: number, start: number): number {
    const n = s.length;
    let to = 0;
    for (let i = start; i < n; i++) {
      let c = s.charCodeAt(i);
      if (c < 0x80) {
        scratch[to++] = c;
        continue;
      }
      if (c < 0x800) scratch[to++] = 0xc0 | (c >> 6);
      else {
        if ((c & 0xf800) === 0xd800) {
          const low = i + 1 < n ? s.charCodeAt(i + 1) : 0;
          if (c < 0xdc00 && (low & 0xfc00) === 0xdc00) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            i++;
          } else c = 0xfffd;
        }
        if (c < 0x10000) scratch[to++] = 0xe0 | (c >> 12);
        else {
          scratch[to++] = 0xf0 | (c >> 18);
          scratch[to++] = 0x80 | ((c >> 12) & 0x3f);
        }
        scratch[to++] = 0x80 | ((c >> 6) & 0x3f);
      }
      scratch[to++] = 0x80 | (c & 0x3f);
    }
    const ptr = realloc(old, n, 1, start + to);
    if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
    for (let i = 0; i < to; i++) u8[ptr + start + i] = scratch[i]!;
    text.length = start + to;
    return ptr;
  }

  function lowerLong(s: string, n: number): number {
    if (n <= 4096) {
      const { written } = encoder.encodeInto(s, scratch);
      const ptr = realloc(0, 0, 1, written);
      if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
      u8.set(scratch.subarray(0, written), ptr);
      text.length = written;
      return ptr;
    }
    let ptr = realloc(0, 0, 1, n);
    if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
    let { read, written } = encoder.encodeInto(s, u8.subarray(ptr, ptr + n));
    if (read < n) {
      const most = written + 3 * (n - read);
      ptr = realloc(ptr, n, 1, most);
      if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
      written += encoder.encodeInto(s.slice(read), u8.subarray(ptr + written, ptr + most)).written;
      ptr = realloc(ptr, most, 1, written);
      if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
    }
    text.length = written;
    return ptr;
  }

  function lift(ptr: number, n: number): string {
    if (u8.length === 0) u8 = new Uint8Array(memory.buffer);
    if (n > 24) return decoder.decode(u8.subarray(ptr, ptr + n));
    let s = "";
    let i = ptr;
    const end = ptr + n;
    for (; i + 8 <= end; i += 8) {
      const a = u8[i]!;
      const b = u8[i + 1]!;
      const c = u8[i + 2]!;
      const d = u8[i + 3]!;
      const e = u8[i + 4]!;
      const f = u8[i + 5]!;
      const g = u8[i + 6]!;
      const h = u8[i + 7]!;
      if ((a | b | c | d | e | f | g | h) > 0x7f) return decoder.decode(u8.subarray(ptr, end));
      s += String.fromCharCode(a, b, c, d, e, f, g, h);
    }
    if (i + 4 <= end) {
      const a = u8[i]!;
      const b = u8[i + 1]!;
      const c = u8[i + 2]!;
      const d = u8[i + 3]!;
      if ((a | b | c | d) > 0x7f) return decoder.decode(u8.subarray(ptr, end));
      s += String.fromCharCode(a, b, c, d);
      i += 4;
    }
    for (; i < end; i++) {
      const a = u8[i]!;
      if (a > 0x7f) return decoder.decode(u8.subarray(ptr, end));
      s += String.fromCharCode(a);
    }
    return s;
  }
}

export function utf16(memory: WebAssembly.Memory, realloc: Realloc): Text {
  let u16 = new Uint16Array(memory.buffer);
  const decoder = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
  const text = { length: 0, lower, lift };
  return text;

  function lower(s: string): number {
    const n = s.length;
    const ptr = realloc(0, 0, 2, 2 * n);
    if (u16.length === 0) u16 = new Uint16Array(memory.buffer);
    const to = ptr / 2;
    for (let i = 0; i < n; i++) {
      const unit = s.charCodeAt(i);
      if ((unit & 0xf800) === 0xd800) {
        lowerRest(s, to, i);
        break;
      }
      u16[to + i] = unit;
    }
    text.length = n;
    return ptr;
  }

  function lowerRest(s: string, to: number, start: number): void {
    const n = s.length;
    for (let i = start; i < n; i++) {
      const unit = s.charCodeAt(i);
      if ((unit & 0xf800) !== 0xd800) u16[to + i] = unit;
      else if (unit < 0xdc00 && i + 1 < n && (s.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        u16[to + i] = unit;
        i++;
        u16[to + i] = s.charCodeAt(i);
      } else u16[to + i] = 0xfffd;
    }
  }

  function lift(ptr: number, n: number): string {
    if (u16.length === 0) u16 = new Uint16Array(memory.buffer);
    const start = ptr / 2;
    if (n > 24) return decoder.decode(u16.subarray(start, start + n));
    let s = "";
    let i = start;
    const end = start + n;
    for (; i + 4 <= end; i += 4) {
      const a = u16[i]!;
      const b = u16[i + 1]!;
      const c = u16[i + 2]!;
      const d = u16[i + 3]!;
      // Not exactly the surrogates, but nothing else that is frequent.
      if ((a | b | c | d) >= 0xd800) return decoder.decode(u16.subarray(start, end));
      s += String.fromCharCode(a, b, c, d);
    }
    for (; i < end; i++) {
      const a = u16[i]!;
      if (a >= 0xd800) return decoder.decode(u16.subarray(start, end));
      s += String.fromCharCode(a);
    }
    return s;
  }
}

export function latin1(memory: WebAssembly.Memory, realloc: Realloc): Text {
  const tag = 0x8000_0000;
  let u8 = new Uint8Array(memory.buffer);
  let u16 = new Uint16Array(memory.buffer);
  const decoder = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
  const text = { length: 0, lower, lift };
  return text;

  function refresh(): void {
    u8 = new Uint8Array(memory.buffer);
    u16 = new Uint16Array(memory.buffer);
  }

  function lower(s: string): number {
    const n = s.length;
    const ptr = realloc(0, 0, 2, n);
    if (u8.length === 0) refresh();
    for (let i = 0; i < n; i++) {
      const unit = s.charCodeAt(i);
      if (unit > 0xff) return lowerWide(s, ptr, n);
      u8[ptr + i] = unit;
    }
    text.length = n;
    return ptr;
  }

  function lowerWide(s: string, old: number, n: number): number {
    const ptr = realloc(old, n, 2, 2 * n);
    if (u8.length === 0) refresh();
    const to = ptr / 2;
    for (let i = 0; i < n; i++) {
      const unit = s.charCodeAt(i);
      if ((unit & 0xf800) !== 0xd800) u16[to + i] = unit;
      else if (unit < 0xdc00 && i + 1 < n && (s.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        u16[to + i] = unit;
        i++;
        u16[to + i] = s.charCodeAt(i);
      } else u16[to + i] = 0xfffd;
    }
    text.length = n + tag;
    return ptr;
  }

  function lift(ptr: number, tagged: number): string {
    if (u8.length === 0) refresh();
    if (tagged >= tag) {
      const start = ptr / 2;
      return decoder.decode(u16.subarray(start, start + tagged - tag));
    }
    let s = "";
    let i = ptr;
    const end = ptr + tagged;
    if (tagged > 200) {
      for (; i < end; i += 4096) {
        const part = u8.subarray(i, Math.min(i + 4096, end));
        s += String.fromCharCode.apply(null, part as unknown as number[]);
      }
      return s;
    }
    for (; i + 8 <= end; i += 8) {
      s += String.fromCharCode(
        u8[i]!,
        u8[i + 1]!,
        u8[i + 2]!,
        u8[i + 3]!,
        u8[i + 4]!,
        u8[i + 5]!,
        u8[i + 6]!,
        u8[i + 7]!,
      );
    }
    if (i + 4 <= end) {
      s += String.fromCharCode(u8[i]!, u8[i + 1]!, u8[i + 2]!, u8[i + 3]!);
      i += 4;
    }
    for (; i < end; i++) s += String.fromCharCode(u8[i]!);
    return s;
  }
}
