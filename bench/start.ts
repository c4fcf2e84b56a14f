/**
 * How long does it take from a component's bytes to the return of the first call? Each time in a new process.
 *
 *     node bench/start.ts [--write] [--times N]
 *
 * - `core`: `WebAssembly.compile` and `instantiate` of the core modules alone, and a call of the core function, by a
 *   wiring that was written down beforehand: the limit;
 * - `gantry`: compile, instantiate, call;
 * - `jco`: transpile, write, import, instantiate, call;
 * - `jco, transpiled`: the same without the first two.
 *
 * Loading the library is told, but not part of the sum.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { section } from "./docs.ts";
import { engine } from "./engine.ts";
import { cacheFolder, guestBytes, hash } from "./guests.ts";
import { loadGantry } from "./implementations.ts";
import { loadTranspile, options } from "./peers.ts";
import { realComponent, realNames } from "./real.ts";
import { median } from "./statistics.ts";
import { grid, milliseconds } from "./table.ts";

const implementations = ["core", "gantry", "gantry, sync", "jco", "jco, transpiled"] as const;
type Implementation = (typeof implementations)[number];

/** Milliseconds of each stage, in order; `load` is the library's. */
type Stages = Readonly<Record<string, number>>;

type Exports = Readonly<Record<string, (...args: unknown[]) => unknown>>;

const [command, ...rest] = process.argv.slice(2);
if (command === "child") {
  const [implementation, file] = rest as [Implementation, string];
  console.log(JSON.stringify(await child(implementation, file)));
} else await main();

async function main(): Promise<void> {
  const at = process.argv.indexOf("--times");
  const times = at < 0 ? 7 : Number(process.argv[at + 1]);
  const rows: string[][] = [];
  for (const [name, file] of await files()) {
    await wiring(file);
    const runs = implementations.map((): Stages[] => []);
    // In turn, since the machine's speed drifts; jco's transpiling comes before what uses it.
    for (let i = 0; i < times; i++) {
      for (const [n, implementation] of implementations.entries()) runs[n]!.push(run(implementation, file));
    }
    const totals = runs.map((list) => list.map(total));
    for (const [n, implementation] of implementations.entries()) {
      const of = (other: Implementation) => totals[implementations.indexOf(other)]!;
      const { load, ...others } = medians(runs[n]!);
      rows.push([
        name,
        `\`${implementation}\``,
        milliseconds(median(totals[n]!)),
        `${median(totals[n]!.map((time, i) => time / of("core")[i]!)).toFixed(2)}×`,
        `${median(totals[n]!.map((time, i) => of("jco")[i]! / time)).toFixed(1)}×`,
        Object.entries(others)
          .map(([stage, time]) => `${stage} ${milliseconds(time)}`)
          .join(", "),
        load === undefined ? "–" : milliseconds(load),
      ]);
    }
  }
  const table = [
    `${engine(undefined)}. Milliseconds, medians of ${times} processes.`,
    grid(
      ["component", "", "bytes to first call", "of `core`", "faster than `jco`", "stages", "loading the library"],
      rows,
    ),
  ].join("\n\n");
  console.log(table);
  if (process.argv.includes("--write")) section("start", table);
}

function run(implementation: Implementation, file: string): Stages {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), "child", implementation, file],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${implementation} ${file}: ${stderr}`);
  return JSON.parse(stdout) as Stages;
}

function total(stages: Stages): number {
  return Object.entries(stages).reduce((sum, [stage, time]) => (stage === "load" ? sum : sum + time), 0);
}

function medians(runs: readonly Stages[]): Stages {
  return Object.fromEntries(
    Object.keys(runs[0]!).map((stage) => [stage, median(runs.map((stages) => stages[stage]!))]),
  );
}

async function files(): Promise<[string, string][]> {
  const found: [string, string][] = [];
  const add = (name: string, bytes: Uint8Array) => {
    const size = bytes.length < 1e6 ? `${(bytes.length / 1e3).toFixed(1)} KB` : `${(bytes.length / 1e6).toFixed(1)} MB`;
    const file = `${cacheFolder}start/${name}-${hash(bytes)}.wasm`;
    mkdirSync(`${cacheFolder}start`, { recursive: true });
    writeFileSync(file, bytes);
    found.push([`${name}, ${size}`, file]);
  };
  add("strings", await guestBytes("strings-utf8"));
  for (const name of realNames) {
    const bytes = await realComponent(name);
    if (bytes !== undefined) add(name, bytes);
  }
  return found;
}

// ---- In the process that is measured

async function child(implementation: Implementation, file: string): Promise<Stages> {
  const bytes = new Uint8Array(readFileSync(file));
  const stages: Record<string, number> = {};
  let last = performance.now();
  const stage = (name: string) => {
    const now = performance.now();
    stages[name] = now - last;
    last = performance.now();
  };
  const check = (result: unknown) => {
    if (result !== "Hello, you!" && result !== "you") throw new Error(`the call returned ${JSON.stringify(result)}`);
  };
  const call = (exports: Exports) => check((exports["greet"] ?? exports["identity"]!)("you"));

  switch (implementation) {
    case "core": {
      const wired = JSON.parse(readFileSync(`${file}.json`, "utf8")) as Wiring;
      last = performance.now();
      const modules = await Promise.all(
        wired.modules.map(({ start, end }) => WebAssembly.compile(bytes.subarray(start, end))),
      );
      stage("compile");
      const instances = await instantiateWired(wired, modules);
      stage("instantiate");
      check(callWired(wired, instances, "you"));
      stage("call");
      break;
    }
    case "gantry": {
      const { Component, Linker } = await loadGantry();
      stage("load");
      const component = await Component.compile(bytes);
      stage("compile");
      const { exports } = await new Linker().instantiate(component);
      stage("instantiate");
      call(exports as Exports);
      stage("call");
      break;
    }
    case "gantry, sync": {
      const { Component, Linker } = await loadGantry();
      stage("load");
      const component = Component.compileSync(bytes);
      stage("compile");
      const { exports } = new Linker().instantiateSync(component);
      stage("instantiate");
      call(exports as Exports);
      stage("call");
      break;
    }
    case "jco":
    case "jco, transpiled": {
      const folder = `${file}.jco/`;
      if (implementation === "jco") {
        const transpile = await loadTranspile("jco");
        if (typeof transpile === "string") throw new Error(transpile);
        stage("load");
        const { files } = await transpile(bytes, options);
        stage("transpile");
        if (!existsSync(folder)) mkdirSync(folder);
        writeFileSync(`${folder}package.json`, '{ "type": "module" }\n');
        for (const [name, content] of Object.entries(files)) {
          if (!name.startsWith("interfaces/")) writeFileSync(folder + name, content);
        }
        stage("write");
      }
      const { instantiate } = (await import(pathToFileURL(`${folder}guest.js`).href)) as {
        instantiate(getCoreModule: (path: string) => WebAssembly.Module, imports: object): Exports;
      };
      stage("import");
      const exports = instantiate((path) => new WebAssembly.Module(readFileSync(folder + path)), {});
      stage("instantiate");
      call(exports);
      stage("call");
    }
  }
  return stages;
}

// ---- The limit: what there is to do for the engine, written down beforehand

interface Wiring {
  readonly modules: readonly { readonly start: number; readonly end: number }[];
  readonly steps: readonly {
    readonly module: number;
    readonly args: readonly { readonly module: string; readonly name: string; readonly from?: CoreExport }[];
  }[];
  readonly call: CoreExport;
  readonly memory: CoreExport;
  readonly realloc: CoreExport;
}

interface CoreExport {
  readonly instance: number;
  readonly name: string;
}

/** Writes down, beside a component, how its core modules are linked. */
async function wiring(file: string): Promise<void> {
  const { decodeComponent } = await import("../src/binary/component.ts");
  const { validateComponent } = await import("../src/validate/validate.ts");
  const { planComponent } = await import("../src/plan/inline.ts");
  const { defaultFeatures } = await import("../src/validate/features.ts");
  const bytes = readFileSync(file);
  const component = validateComponent(decodeComponent(bytes), bytes, { features: defaultFeatures });
  const { plan } = planComponent({ component, environment: undefined, source: 0 });
  const found = plan.exports.find(({ name }) => name === "greet" || name === "identity");
  if (found?.kind !== "func" || found.func.from !== "lift") throw new Error(`${file} does not greet`);
  const lift = plan.lifts[found.func.lift]!;
  const { memory, realloc } = plan.options[lift.options]!;
  const wired = {
    modules: plan.modules,
    steps: plan.initializers.flatMap((step) =>
      step.op === "instantiate" && step.module.from === "static"
        ? [
            {
              module: step.module.module,
              args: step.args.map(({ module, name, value }) =>
                value.from === "core-instance" ? { module, name, from: value } : { module, name },
              ),
            },
          ]
        : [],
    ),
    call: lift.core as CoreExport,
    memory: memory as CoreExport,
    realloc: realloc as CoreExport,
  } satisfies Wiring;
  writeFileSync(`${file}.json`, JSON.stringify(wired));
}

async function instantiateWired(
  { steps }: Wiring,
  modules: readonly WebAssembly.Module[],
): Promise<WebAssembly.Exports[]> {
  const instances: WebAssembly.Exports[] = [];
  for (const { module, args } of steps) {
    const imports: Record<string, WebAssembly.ModuleImports> = {};
    for (const arg of args) {
      imports[arg.module] ??= {};
      imports[arg.module]![arg.name] = arg.from === undefined ? () => 0 : instances[arg.from.instance]![arg.from.name]!;
    }
    instances.push((await WebAssembly.instantiate(modules[module]!, imports)).exports);
  }
  return instances;
}

function callWired(wired: Wiring, instances: readonly WebAssembly.Exports[], text: string): string {
  const at = <T>({ instance, name }: CoreExport) => instances[instance]![name] as T;
  const memory = at<WebAssembly.Memory>(wired.memory);
  const bytes = new TextEncoder().encode(text);
  const ptr = at<(old: number, oldSize: number, alignment: number, size: number) => number>(wired.realloc)(
    0,
    0,
    1,
    bytes.length,
  );
  new Uint8Array(memory.buffer).set(bytes, ptr);
  const result = at<(ptr: number, length: number) => number>(wired.call)(ptr, bytes.length);
  const [from, length] = new Uint32Array(memory.buffer, result, 2) as unknown as [number, number];
  return new TextDecoder().decode(new Uint8Array(memory.buffer, from, length));
}
