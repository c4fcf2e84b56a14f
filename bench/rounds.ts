/**
 * Measures implementations of workloads side by side: all of them in one process, in rounds, each round in another order.
 *
 * A machine's speed drifts by a factor of two within minutes, so that times from different runs say little; what is
 * compared are the times of one round.
 */
import { isDeepStrictEqual } from "node:util";
import { type ImplementationName, instance } from "./implementations.ts";
import { type Loop, makeLoop } from "./loops.ts";
import { median } from "./statistics.ts";
import type { Workload } from "./workloads.ts";

export interface Settings {
  readonly implementations: readonly ImplementationName[];
  readonly rounds: number;
  /** How long one sample takes, about, and warming up. */
  readonly sampleMilliseconds: number;
  readonly warmMilliseconds: number;
}

/** Nanoseconds a call, one for each round; or why there are none. */
export type Samples = readonly number[] | { readonly unavailable: string };

export interface Measured {
  readonly name: string;
  readonly group: string;
  readonly samples: Readonly<Partial<Record<ImplementationName, Samples>>>;
}

interface Lane {
  readonly implementation: ImplementationName;
  readonly loop: Loop;
  readonly samples: number[];
  turns: number;
}

interface Course {
  readonly workload: Workload;
  readonly lanes: readonly Lane[];
  readonly unavailable: Readonly<Partial<Record<ImplementationName, Samples>>>;
}

/** Measures the workloads together: all are warm before the first is measured. */
export async function measure(workloads: readonly Workload[], settings: Settings): Promise<Measured[]> {
  const courses: Course[] = [];
  for (const workload of workloads) courses.push(await prepare(workload, settings));
  age();
  for (const { lanes } of courses) for (const lane of lanes) warm(lane, settings);
  for (let round = 0; round < settings.rounds; round++) {
    for (const { lanes } of shuffled(courses)) {
      for (const lane of shuffled(lanes)) lane.samples.push(sampled(lane.loop, lane.turns));
    }
  }
  return courses.map(({ workload: { name, group }, lanes, unavailable }) => ({
    name,
    group,
    samples: {
      ...unavailable,
      ...Object.fromEntries(lanes.map(({ implementation, samples }) => [implementation, samples])),
    },
  }));
}

/** Fills the space for young objects several times over, so that all values have been moved to where they will stay. */
function age(): void {
  for (let i = 0; i < 4_000_000; i++) sink.result = [i, i, i, i];
}

async function prepare(workload: Workload, { implementations }: Settings): Promise<Course> {
  const lanes: Lane[] = [];
  const unavailable: Partial<Record<ImplementationName, Samples>> = {};
  const values = "values" in workload ? workload.values?.() : undefined;
  let expected: unknown;
  for (const implementation of implementations) {
    try {
      const exports = await instance(implementation, workload.guest);
      if (typeof exports === "string") throw new Error(exports);
      const loop = makeLoop(workload, exports, values);
      const result = comparable(loop(8));
      expected ??= result;
      if (!isDeepStrictEqual(result, expected)) throw new Error("its results are wrong");
      lanes.push({ implementation, loop, samples: [], turns: 8 });
    } catch (error) {
      unavailable[implementation] = { unavailable: (error as Error).message };
    }
  }
  return { workload, lanes, unavailable };
}

/** What must be the same for all. Errors differ, but for their payloads. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, comparable);
  return value instanceof Error ? ((value as { payload?: unknown }).payload ?? value.message) : value;
}

/**
 * Runs a loop until engines have done with it what they do, and finds how many turns make a sample. First in short runs:
 * engines make other, and often worse, code of a loop that they find running for long.
 */
function warm(lane: Lane, { warmMilliseconds, sampleMilliseconds }: Settings): void {
  const start = performance.now();
  const spent = () => performance.now() - start;
  for (let turns = 1; spent() < warmMilliseconds / 2; turns = Math.min(2 * turns, SHORT_RUN)) sample(lane.loop, turns);
  const times: number[] = [];
  do {
    const time = sample(lane.loop, lane.turns);
    if (time < (sampleMilliseconds * 1e6) / 4) lane.turns *= 2;
    else times.push(time / lane.turns);
  } while (spent() < warmMilliseconds || times.length < 3);
  const each = median(times.slice(times.length >> 1));
  lane.turns = Math.max(1, Math.round((sampleMilliseconds * 1e6) / each));
}

const SHORT_RUN = 100;

/** What the last loop gave, which no engine can know to be of no use. */
const sink: { result: unknown } = { result: undefined };

/** Nanoseconds for so many turns. */
function sample(loop: Loop, turns: number): number {
  const start = performance.now();
  sink.result = loop(turns);
  return (performance.now() - start) * 1e6;
}

/**
 * Nanoseconds a turn: the median of some runs of a part of the turns each. Where there are other processes, they have the
 * processor for milliseconds at a time: that spoils one run, and not the sample.
 */
function sampled(loop: Loop, turns: number): number {
  const part = Math.ceil(turns / PARTS);
  return median(Array.from({ length: PARTS }, () => sample(loop, part) / part));
}

const PARTS = 9;

function shuffled<T>(list: readonly T[]): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]!);
}
