/**
 * What is asynchronous beside the same through jco, all in one process and in turn: calls that return at once, streams of
 * chunks of 64 KB, futures of one number. And beside what the machine takes to copy a chunk.
 *
 *     node bench/async.ts [--write] [--rounds N] [--only PATTERN]
 *
 * jco is asked for with JavaScript Promise Integration (`asyncMode: "jspi"`), the only way in which it has these things.
 */
import { parseArgs } from "node:util";
import { section } from "./docs.ts";
import { engine } from "./engine.ts";
import { asyncGuestBytes } from "./guests.ts";
import { loadGantry } from "./implementations.ts";
import { instantiate, type Peer } from "./peers.ts";
import { median } from "./statistics.ts";
import { grid } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    only: { type: "string", default: "" },
  },
});

const CHUNK = 65536;
/** How long a sample takes, about, of what is fast enough. */
const SAMPLE_MILLISECONDS = 60;

/** What is the same in all implementations. */
interface Exports {
  nop(): Promise<void>;
  callNop(n: number): Promise<number>;
  callHost(n: number): Promise<number>;
  sink(bytes: ReadableStream<Uint8Array>): Promise<bigint>;
  source(chunks: number): Promise<AsyncIterable<Uint8Array | number>>;
  pipe(chunks: number): Promise<bigint>;
  futures(n: number): Promise<number>;
  give(value: number): Promise<number>;
  take(value: Promise<number>): Promise<number>;
}

interface Readable extends AsyncIterable<Uint8Array> {
  read(into: Uint8Array): Promise<IteratorResult<Uint8Array, undefined>>;
}

interface Workload {
  readonly name: string;
  readonly bytes?: number;
  /** Why others than gantry cannot do it. */
  readonly lacking?: string;
  /** Does it so many times; the answer tells whether all was done. */
  readonly run: (exports: Exports, n: number) => Promise<boolean>;
}

const chunk = new Uint8Array(CHUNK);

function chunks(n: number): ReadableStream<Uint8Array> {
  let left = n;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

/** `status` of so many calls that had all returned at once. */
const returned = (status: number, n: number) => status === 2 * n;

const workloads: readonly Workload[] = [
  {
    name: "call that returns at once, host to guest",
    async run({ nop }, n) {
      for (let i = 0; i < n; i++) await nop();
      return true;
    },
  },
  { name: "the same, guest to guest", run: async ({ callNop }, n) => returned(await callNop(n), n) },
  { name: "the same, guest to host", run: async ({ callHost }, n) => returned(await callHost(n), n) },
  {
    name: "64 KB of a stream, host to guest",
    bytes: CHUNK,
    run: async ({ sink }, n) => (await sink(chunks(n))) === BigInt(n * CHUNK),
  },
  {
    name: "64 KB of a stream, guest to host",
    bytes: CHUNK,
    async run({ source }, n) {
      let bytes = 0;
      for await (const part of await source(n)) bytes += typeof part === "number" ? 1 : part.length;
      return bytes === n * CHUNK;
    },
  },
  {
    name: "64 KB of a stream, guest to host, into its buffer",
    bytes: CHUNK,
    lacking: "it reads into no buffer of the host's",
    async run({ source }, n) {
      let bytes = 0;
      const stream = (await source(n)) as Readable;
      const buffer = new Uint8Array(CHUNK);
      for (let read = await stream.read(buffer); !read.done; read = await stream.read(buffer))
        bytes += read.value.length;
      return bytes === n * CHUNK;
    },
  },
  {
    name: "64 KB of a stream, guest to guest",
    bytes: CHUNK,
    run: async ({ pipe }, n) => (await pipe(n)) === BigInt(n * CHUNK),
  },
  {
    name: "future of a number, inside a guest",
    run: async ({ futures }, n) => (await futures(n)) === ((n * (n + 1)) / 2) >>> 0,
  },
  {
    name: "future of a number, host to guest, and its call",
    async run({ take }, n) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += await take(Promise.resolve(i));
      return sum === (n * (n - 1)) / 2;
    },
  },
  {
    name: "future of a number, guest to host, and its call",
    async run({ give }, n) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += await give(i);
      return sum === (n * (n - 1)) / 2;
    },
  },
];

const implementations = ["gantry", "jco", "jco-1.8"] as const;
type Implementation = (typeof implementations)[number];

async function exportsOf(implementation: Implementation, bytes: Uint8Array<ArrayBuffer>): Promise<Exports | string> {
  const hostNop = () => {};
  if (implementation !== "gantry") return await peerExports(implementation, bytes, hostNop);
  const { Component, Linker } = await loadGantry();
  const component = await Component.compile(bytes);
  return (await new Linker().define("host-nop", hostNop).instantiate(component)).exports as unknown as Exports;
}

async function peerExports(peer: Peer, bytes: Uint8Array, hostNop: () => void): Promise<Exports | string> {
  const made = await instantiate(peer, "async", bytes, { "host-nop": { default: hostNop } }, "async");
  return typeof made === "string" ? made : (made as unknown as Exports);
}

/** Nanoseconds for one of n. */
type Sample = (n: number) => Promise<number>;

interface Lane {
  readonly sample: Sample;
  readonly times: number[];
  n: number;
}

async function measured({ run }: Workload, exports: Exports, n: number): Promise<number> {
  const start = performance.now();
  if (!(await run(exports, n))) throw new Error("its results are wrong");
  return ((performance.now() - start) * 1e6) / n;
}

/** `memory.copy` in one memory is what an engine does fastest; the chunks come from 1 MB, as from a program that reads. */
function copyChunks(): Sample {
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 32 }).buffer);
  return async (n) => {
    const start = performance.now();
    for (let i = 0; i < n; i++) memory.copyWithin(2 ** 20 + (i & 15) * CHUNK, (i & 15) * CHUNK, ((i & 15) + 1) * CHUNK);
    return ((performance.now() - start) * 1e6) / n;
  };
}

/** Warms up, and finds how many make a sample. */
async function lane(sample: Sample): Promise<Lane> {
  let n = 1;
  let each = await sample(n);
  for (let spent = each * n; spent < 5e8 && each * n < SAMPLE_MILLISECONDS * 1e6; spent += each * n) {
    n *= 2;
    each = await sample(n);
  }
  return { sample, times: [], n };
}

async function compare(lanes: readonly Lane[]): Promise<void> {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { sample, times, n } of round % 2 === 0 ? lanes : [...lanes].reverse()) times.push(await sample(n));
  }
}

function time(nanoseconds: number): string {
  const micros = nanoseconds / 1000;
  return micros >= 1000 ? micros.toFixed(0) : micros.toPrecision(3);
}

const speed = (bytes: number | undefined, nanoseconds: number) =>
  bytes === undefined ? "–" : `${(bytes / nanoseconds).toPrecision(3)} GB/s`;

// ----

const bytes = await asyncGuestBytes();
const rows: string[][] = [];
/** Why some implementations have not been measured, and in what. */
const missing = new Map<string, string[]>();
for (const workload of workloads.filter(({ name }) => new RegExp(options.only).test(name))) {
  const lanes = new Map<Implementation | "copy", Lane>();
  if (workload.bytes !== undefined) lanes.set("copy", await lane(copyChunks()));
  for (const implementation of implementations) {
    try {
      const exports = await exportsOf(implementation, bytes);
      if (typeof exports === "string") throw new Error(exports);
      if (implementation !== "gantry" && workload.lacking !== undefined) throw new Error(workload.lacking);
      lanes.set(implementation, await lane((n) => measured(workload, exports, n)));
    } catch (error) {
      const why = `\`${implementation}\`: ${reasonOf(error as Error)}`;
      missing.set(why, [...(missing.get(why) ?? []), workload.name]);
    }
  }
  await compare([...lanes.values()]);
  const gantry = lanes.get("gantry")!.times;
  const jco = lanes.get("jco")?.times;
  const copy = lanes.get("copy")?.times;
  const row = [
    workload.name,
    time(median(gantry)),
    speed(workload.bytes, median(gantry)),
    copy === undefined ? "–" : speed(CHUNK, median(copy)),
    jco === undefined ? "–" : time(median(jco)),
    jco === undefined ? "–" : speed(workload.bytes, median(jco)),
    jco === undefined ? "–" : `${median(jco.map((other, i) => other / gantry[i]!)).toFixed(1)}×`,
  ];
  rows.push(row);
  console.error(row.join("  "));
}

function reasonOf({ message }: Error): string {
  const lines = message.split("\n").map((line) => line.trim());
  return lines.find((line) => line.startsWith("invalid ")) ?? lines[0]!;
}

const reasons = [...missing].map(([why, names]) => {
  const all = names.length === rows.length;
  return `- ${why} (${all ? "everything" : names.join("; ")})`;
});
const table = [
  `${engine(undefined)}. Microseconds for one, medians of ${options.rounds} rounds.`,
  grid(["", "gantry (µs)", "speed", "speed of copying", "jco (µs)", "speed", "gantry is faster"], rows),
  ...(missing.size === 0 ? [] : [`Not measured:\n\n${reasons.join("\n")}`]),
].join("\n\n");
console.log(table);
if (options.write) section("async", table);
process.exit();
