/**
 * Real components: JavaScript programs with the engine that runs them, made by tools of the jco package that is installed
 * in this folder. They greet: `greet: func(name: string) -> string`, and import nothing. Kept in .cache.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cacheFolder } from "./guests.ts";

const wit = "package bench:greeter;\nworld greeter { export greet: func(name: string) -> string; }\n";
const program = 'export function greet(name) { return "Hello, " + name + "!"; }\n';

export const realNames = ["QuickJS", "StarlingMonkey"] as const;
export type RealName = (typeof realNames)[number];

interface Componentized {
  readonly component: Uint8Array;
}

/** The bytes of a component; undefined if it is neither there nor can be made. */
export async function realComponent(name: RealName): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const cached = `${cacheFolder}real/${name}.wasm`;
  if (!existsSync(cached)) {
    mkdirSync(`${cacheFolder}real`, { recursive: true });
    const made = await make(name).catch((error: Error) => console.error(`no ${name}: ${error.message}`));
    if (made === undefined) return undefined;
    writeFileSync(cached, made.component);
  }
  return new Uint8Array(readFileSync(cached));
}

async function make(name: RealName): Promise<Componentized> {
  switch (name) {
    case "QuickJS": {
      const tool = "componentize-qjs";
      const { componentize } = (await import(tool)) as { componentize(options: object): Promise<Componentized> };
      const witPath = `${cacheFolder}real/greeter.wit`;
      writeFileSync(witPath, wit);
      return componentize({ witPath, jsSource: program, sync: true, stubWasi: true });
    }
    case "StarlingMonkey": {
      const tool = "@bytecodealliance/componentize-js";
      const { componentize } = (await import(tool)) as {
        componentize(source: string, options: object): Promise<Componentized>;
      };
      const disableFeatures = ["stdio", "random", "clocks", "http", "fetch-event"];
      return componentize(program, { witWorld: wit, worldName: "greeter", disableFeatures });
    }
  }
}

/**
 * A component of about so many bytes, nearly all of them code of one core module: for where no real one can be made.
 */
export function syntheticComponent(size: number): Uint8Array<ArrayBuffer> {
  const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
  const section = (id: number, bytes: readonly number[] | Uint8Array) => [
    Uint8Array.from([id, ...leb(bytes.length)]),
    Uint8Array.from(bytes),
  ];
  // i32.const 1, drop: 300 times.
  const body = [0, ...Array.from({ length: 300 }, () => [0x41, 1, 0x1a]).flat(), 0x0b];
  const func = [...leb(body.length), ...body];
  const count = Math.ceil(size / func.length);
  const code = join([Uint8Array.from(leb(count)), ...Array.from({ length: count }, () => Uint8Array.from(func))]);
  const module = join([
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, join([Uint8Array.from(leb(count)), new Uint8Array(count)])),
    ...section(10, code),
  ]);
  return join([Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), ...section(1, module)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
