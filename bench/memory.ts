/**
 * What calls leave on the heap, and what an instance takes.
 *
 *     node bench/memory.ts [--write]
 *
 * Fails if a hundred thousand calls with strings leave more than a little, or if a scalar call allocates.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { coreModules } from "./core-modules.ts";
import { section } from "./docs.ts";
import { engine } from "./engine.ts";
import { type GuestName, guestBytes } from "./guests.ts";
import { makeHost } from "./host.ts";
import { loadGantry } from "./implementations.ts";
import type { Exports } from "./raw/kit.ts";
import { grid } from "./table.ts";

const CALLS = 100_000;
const INSTANCES = 1000;
/** What an engine may keep of such a run: code, feedback, its own tables. */
const LEFT_AT_MOST = 64 * 1024;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const { Component, Linker } = await loadGantry();
const linker = new Linker().define("bench:bench/host", makeHost());

/** Bytes in use, after everything that can go has gone. */
function used(): number {
  for (let i = 0; i < 4; i++) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const faults: string[] = [];
const calls: string[][] = [];

async function instanceOf(guest: GuestName): Promise<Exports> {
  const { exports } = linker.instantiateSync(Component.compileSync(await guestBytes(guest)));
  return ((exports as Exports)["bench:bench/counters"] ?? exports) as Exports;
}

/** Runs `turn` many times, and measures what is left. */
function leaves(name: string, turn: (i: number) => unknown): void {
  const run = () => {
    for (let i = 0; i < CALLS; i++) turn(i);
  };
  // Engines compile meanwhile; what that takes does not count.
  run();
  run();
  const before = used();
  run();
  const left = used() - before;
  if (left > LEFT_AT_MOST) faults.push(`${CALLS} calls of ${name} left ${left} bytes`);
  calls.push([name, String(left), "–"]);
}

/** The same for what is allocated at all: as long as nothing is collected, the heap shows it. */
function allocates(name: string, turn: (i: number) => unknown): void {
  const run = () => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < CALLS; i++) turn(i);
    return process.memoryUsage().heapUsed - before;
  };
  run();
  run();
  gc();
  const each = Math.min(...Array.from({ length: 7 }, run).filter((bytes) => bytes >= 0)) / CALLS;
  if (each > 1) faults.push(`a call of ${name} allocates ${each} bytes`);
  calls.push([name, "–", each.toFixed(2)]);
}

type Call = (...args: unknown[]) => unknown;

const { add } = (await instanceOf("scalars")) as { add: Call };
allocates("add(u32, u32)", (i) => add(i & 0xffff, 7));
const { pointLength, maybe } = (await instanceOf("compounds")) as Record<string, Call> as {
  pointLength: Call;
  maybe: Call;
};
const point = { x: 1.5, y: 2.5, id: 3 };
allocates("record {f64, f64, u32} → f64", () => pointLength(point));
allocates("option<u32>", (i) => maybe(i & 0xffff));
const { identity } = (await instanceOf("strings-utf8")) as { identity: Call };
leaves("string of 5", (i) => identity(`a${i % 10}cde`));
leaves("string of 1000", (i) => identity("x".repeat(999) + (i % 10)));
leaves("string of 50, not ASCII", (i) => identity("é☃".repeat(25) + (i % 10)));
const { Counter } = (await instanceOf("resources")) as { Counter: new (i: number) => Disposable };
leaves("guest's resource, new and dropped", (i) => new Counter(i)[Symbol.dispose]());

// ---- Instances

const instances: string[][] = [];
// Guests without memories: of those, a memory of megabytes would be all that there is to see.
for (const guest of ["scalars", "resources", "host-resources"] as const) {
  const bytes = await guestBytes(guest);
  const component = Component.compileSync(bytes);
  const kept: unknown[] = [];
  const perInstance = (make: () => unknown) => {
    make();
    const before = used();
    const start = performance.now();
    for (let i = 0; i < INSTANCES; i++) kept.push(make());
    const time = performance.now() - start;
    const bytes = used() - before;
    kept.length = 0;
    return [Math.round(bytes / INSTANCES), ((time * 1e3) / INSTANCES).toPrecision(3)].map(String);
  };
  const modules = coreModules(bytes).map((module) => new WebAssembly.Module(module));
  const core = guest === "scalars" ? perInstance(() => new WebAssembly.Instance(modules[0]!).exports) : ["–", "–"];
  instances.push([guest, ...perInstance(() => linker.instantiateSync(component)), ...core]);
}

const table = [
  `${engine(undefined)}.`,
  grid(["calls", `bytes left by ${CALLS.toLocaleString("en")}`, "bytes allocated by each"], calls),
  grid(["instance of", "bytes", "µs to instantiate again", "bytes of its core instance alone", "µs"], instances),
].join("\n\n");
console.log(table);
if (process.argv.includes("--write")) section("memory", table);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
