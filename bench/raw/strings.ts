/** Hand-written glue for guests/strings.wat, one for each encoding. */
import type { Exports, Kit } from "./kit.ts";
import type { MakeText, Realloc } from "./text.ts";

interface Core {
  memory: WebAssembly.Memory;
  realloc: Realloc;
  identity(ptr: number, length: number): number;
  freed(ptr: number, length: number): number;
  free(result: number): void;
  sink(ptr: number, length: number): number;
  get(): number;
}

export function strings({ modules, utf8 }: Kit, makeText: MakeText = utf8): Exports {
  const core = new WebAssembly.Instance(modules[0]!).exports as unknown as Core;
  const { memory, identity, freed, free, sink, get } = core;
  const text = makeText(memory, core.realloc);
  let u32 = new Uint32Array(memory.buffer);
  return {
    identity: (v: string) => {
      const result = identity(text.lower(v), text.length) >>> 2;
      if (u32.length === 0) u32 = new Uint32Array(memory.buffer);
      return text.lift(u32[result]!, u32[result + 1]!);
    },
    freed: (v: string) => {
      const core = freed(text.lower(v), text.length);
      const result = core >>> 2;
      if (u32.length === 0) u32 = new Uint32Array(memory.buffer);
      const lifted = text.lift(u32[result]!, u32[result + 1]!);
      free(core);
      return lifted;
    },
    sink: (v: string) => sink(text.lower(v), text.length) >>> 0,
    get: () => {
      const result = get() >>> 2;
      if (u32.length === 0) u32 = new Uint32Array(memory.buffer);
      return text.lift(u32[result]!, u32[result + 1]!);
    },
  };
}
