/** Hand-written glue for guests/imports.wat. */
import type { Exports, Kit } from "./kit.ts";
import type { Realloc } from "./text.ts";

interface Shared {
  memory: WebAssembly.Memory;
  realloc: Realloc;
}

export function imports({ modules, host, utf8 }: Kit): Exports {
  const shared = new WebAssembly.Instance(modules[0]!).exports as unknown as Shared;
  const { memory, realloc } = shared;
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

  const { log, add, logLong, long, takeText, shortText, longText, takeItem, takePoint } = host;
  const { makePoint, takeBytes, makeBytes, takeMaybe, parse } = host;
  const lowered = {
    log: (v: number) => {
      log(v >>> 0);
    },
    add: (a: number, b: number) => add(a >>> 0, b >>> 0) | 0,
    "log-long": (v: bigint) => {
      logLong(BigInt.asUintN(64, v));
    },
    long: () => long(),
    "take-text": (ptr: number, length: number) => {
      takeText(text.lift(ptr >>> 0, length >>> 0));
    },
    "short-text": (out: number) => {
      const ptr = text.lower(shortText());
      if (u8.length === 0) refresh();
      u32[out >>> 2] = ptr;
      u32[(out >>> 2) + 1] = text.length;
    },
    "long-text": (out: number) => {
      const ptr = text.lower(longText());
      if (u8.length === 0) refresh();
      u32[out >>> 2] = ptr;
      u32[(out >>> 2) + 1] = text.length;
    },
    "take-item": (id: number, name: number, nameLength: number, data: number, dataLength: number) => {
      if (u8.length === 0) refresh();
      takeItem({
        id: id >>> 0,
        name: text.lift(name >>> 0, nameLength >>> 0),
        data: u8.slice(data >>> 0, (data >>> 0) + (dataLength >>> 0)),
      });
    },
    "take-point": (x: number, y: number, id: number) => {
      takePoint({ x, y, id: id >>> 0 });
    },
    "make-point": (out: number) => {
      const { x, y, id } = makePoint();
      if (u8.length === 0) refresh();
      const at = out >>> 3;
      f64[at] = x;
      f64[at + 1] = y;
      u32[2 * at + 4] = id;
    },
    "take-bytes": (ptr: number, length: number) => {
      if (u8.length === 0) refresh();
      takeBytes(u8.slice(ptr >>> 0, (ptr >>> 0) + (length >>> 0)));
    },
    "make-bytes": (out: number) => {
      const bytes = makeBytes();
      const n = bytes.length;
      const ptr = realloc(0, 0, 1, n);
      if (u8.length === 0) refresh();
      u8.set(bytes, ptr);
      u32[out >>> 2] = ptr;
      u32[(out >>> 2) + 1] = n;
    },
    "take-maybe": (tag: number, v: number) => {
      takeMaybe(tag === 0 ? undefined : v >>> 0);
    },
    parse: (v: number, out: number) => {
      let value: number;
      try {
        value = parse(v >>> 0);
      } catch (error) {
        const { payload } = error as { payload: string };
        const ptr = text.lower(payload);
        if (u8.length === 0) refresh();
        u8[out >>> 0] = 1;
        u32[(out >>> 2) + 1] = ptr;
        u32[(out >>> 2) + 2] = text.length;
        return;
      }
      if (u8.length === 0) refresh();
      u8[out >>> 0] = 0;
      u32[(out >>> 2) + 1] = value;
    },
  };
  const core = new WebAssembly.Instance(modules[1]!, {
    memory: shared as unknown as WebAssembly.ModuleImports,
    host: lowered,
  }).exports as unknown as Record<string, (n: number) => number>;
  // Nothing here matters for speed: each call of these makes many calls of the above.
  return Object.fromEntries(
    Object.entries(core).map(([name, run]) => [
      name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      (n: number) => run(n) >>> 0,
    ]),
  );
}
