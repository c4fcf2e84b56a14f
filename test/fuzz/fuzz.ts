/**
 * One case of the differential fuzzer: a seed becomes a chain of guests and some steps; the reference says what must be
 * seen of each step, and gantry, in all of its modes, is held to it.
 */
import { isDeepStrictEqual } from "node:util";
import type { Component } from "../../src/index.ts";
import { printType } from "../../src/types/print.ts";
import type { FuncType, ValType } from "../../src/types/types.ts";
import { Random } from "../random.ts";
import { OutOfPatience } from "../reference/instance.ts";
import type { Value } from "../reference/types.ts";
import { planOf } from "../reference/wast-host.ts";
import { Director } from "./director.ts";
import { GantrySession, type Mode, modes } from "./gantry-session.ts";
import { places } from "./puppet.ts";
import { ReferenceSession } from "./reference-session.ts";
import { show } from "./show.ts";
import type { Observed, Step } from "./step.ts";
import { controls, makeWorld, type World } from "./world.ts";

export interface Failure {
  readonly seed: number;
  /** What was done and what differs, in some lines. */
  readonly description: string;
  readonly bytes: Uint8Array;
}

export interface CaseResult {
  readonly failure: Failure | undefined;
  readonly steps: number;
  readonly traps: number;
}

export const memory64: boolean = WebAssembly.validate(
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 4, 0),
); // biome-ignore format: a module with a 64-bit memory

const STEPS = 8;

/** Runs the case of a seed. */
export function runCase(seed: number): CaseResult {
  const random = new Random(seed);
  const world = makeWorld(random.fork(), { memory64 });
  const run = new Run(seed, world, random);
  return { failure: run.all(), steps: run.steps, traps: run.traps };
}

interface Difference {
  readonly session: GantrySession;
  readonly difference: string;
}

const callFaults =
  /^trap: (unknown-handle|wrong-.*|lent|not-own|(pointer|string|list|realloc)-.*|unaligned-pointer|invalid-.*|core)$/;

class Run {
  readonly #seed: number;
  readonly #world: World;
  readonly #random: Random;
  readonly #components: (readonly [Mode, Component])[] = [];
  steps = 0;
  traps = 0;

  constructor(seed: number, world: World, random: Random) {
    this.#seed = seed;
    this.#world = world;
    this.#random = random;
  }

  all(): Failure | undefined {
    const world = this.#world;
    for (const mode of modes) {
      if (world.guests.length > 1 || !mode.fuse) this.#components.push([mode, GantrySession.compile(world, mode)]);
    }
    const planned = planOf(world.bytes);
    const hostile = this.#random.once(2);
    while (this.steps < STEPS) {
      const director = new Director(world, planned, this.#random.fork(), hostile);
      const oracle = new ReferenceSession(world, planned);
      const sessions = this.#components.map(
        ([mode, component]) => new GantrySession(world, component, mode, this.#random.fork()),
      );
      try {
        const failure = this.#life(director, oracle, sessions);
        if (failure !== undefined) return failure;
      } catch (error) {
        if (!(error instanceof OutOfPatience)) throw error;
        this.steps++;
      }
    }
    return undefined;
  }

  /** Steps until something traps. */
  #life(director: Director, oracle: ReferenceSession, sessions: readonly GantrySession[]): Failure | undefined {
    while (this.steps < STEPS) {
      const step = director.next();
      this.steps++;
      const expected = oracle.run(step);
      const differences = sessions.flatMap((session) => {
        const difference = this.#compare(session, step, expected, session.run(step), oracle);
        return difference === undefined ? [] : [{ session, difference }];
      });
      if (differences.length > 0) return this.#failure(differences, step);
      if (expected.outcome.kind === "trap") this.traps++;
      if (expected.outcome.kind === "trap" || expected.memories === undefined) return undefined;
      if (step.overlaps || !director.alive) return undefined;
      const type = this.#resultType(step);
      if (type !== undefined) director.received(expected.outcome.value!, type);
    }
    return undefined;
  }

  #type({ action }: Step): FuncType {
    if (action.kind === "drop" || action.name === "run") return controls.run;
    return this.#world.guests[action.guest]!.exports[Number(action.name.slice(1))]!.type;
  }

  #resultType(step: Step): ValType | undefined {
    return this.#type(step).result;
  }

  // ---- Comparison

  /** What differs between what was to be seen and what was. */
  #compare(
    session: GantrySession,
    step: Step,
    expected: Observed<Value>,
    actual: Observed<unknown>,
    oracle: ReferenceSession,
  ): string | undefined {
    if (expected.outcome.kind === "trap" || actual.outcome.kind === "trap") {
      const said = (outcome: Observed<unknown>["outcome"]) =>
        outcome.kind === "trap" ? `trap: ${outcome.fault}` : `value: ${show(outcome.value)}`;
      const [wanted, got] = [said(expected.outcome), said(actual.outcome)];
      if (expected.outcome.kind !== actual.outcome.kind || !this.#sameFault(wanted, got, step)) {
        return `the reference says\n  ${wanted}\ngantry says\n  ${got}`;
      }
      if (!session.closed) return "a guest could be entered after a trap";
    }
    const events = this.#compareEvents(session, expected, actual);
    if (events !== undefined) return readsGaps(session, step, expected, actual, oracle) ? undefined : events;
    if (expected.outcome.kind === "trap" || actual.outcome.kind === "trap") return undefined;
    const result = this.#resultType(step);
    if (result !== undefined) {
      const difference = compareValues(session, expected.outcome.value!, result, actual.outcome.value);
      if (difference !== undefined) return `the result differs: ${difference}`;
    } else if (actual.outcome.value !== undefined) return `a result where there is none: ${show(actual.outcome.value)}`;
    if (oracle.sawOddNaNs) return undefined;
    if (expected.memories === undefined || actual.memories === undefined) {
      return expected.memories === actual.memories ? undefined : "a guest cannot show its memory, or should not";
    }
    for (const [guest, memory] of expected.memories.entries()) {
      const mine = actual.memories[guest]!;
      if (session.mode.fuse && step.overlaps) continue;
      if (session.mode.fuse) forgiveGaps(memory, mine, oracle.written(guest));
      const difference = compareMemories(memory, mine);
      if (difference !== undefined) return `the memory of c${guest} differs ${difference}`;
    }
    return undefined;
  }

  /**
   * Pointers of 64 bits are numbers in gantry. Beyond 2^53 they are out of bounds of any memory; that they are not
   * aligned either, or that a list is what they point to, is not told.
   *
   * Where several things are wrong in one call, gantry may find another one first: what is lifted by statements is lifted
   * before what an expression lifts, and between two components that are not fused a part is lowered before the next is
   * lifted. No guest can tell.
   */
  #sameFault(wanted: string, got: string, { faults }: Step): boolean {
    if (wanted === got) return true;
    if (faults > 1 && callFaults.test(wanted) && callFaults.test(got)) return true;
    const large = this.#world.guests.some(({ ptrType }) => ptrType === "i64");
    const outOfBounds = /^trap: (pointer|string|list|realloc)-(out-of-bounds|too-long)$/;
    return large && outOfBounds.test(got) && (outOfBounds.test(wanted) || /unaligned/.test(wanted));
  }

  #compareEvents(session: GantrySession, expected: Observed<Value>, actual: Observed<unknown>): string | undefined {
    const { imports } = this.#world.guests.at(-1)!;
    for (const [i, event] of expected.events.entries()) {
      const seen = actual.events[i];
      if (seen === undefined) return `the host was told of ${actual.events.length} events, not of ${show(event)}`;
      if (event.kind === "drop" || seen.kind === "drop") {
        if (isDeepStrictEqual(event, seen)) continue;
        return `the host was told of ${show(seen)}, not of ${show(event)}`;
      }
      if (event.func !== seen.func) return `the host's g${seen.func} was called, not g${event.func}`;
      const { params } = imports[event.func]!.type;
      for (const [k, { label, type }] of params.entries()) {
        const difference = compareValues(session, event.args[k]!, type, seen.args[k]);
        if (difference !== undefined) return `parameter "${label}" of g${event.func} differs: ${difference}`;
      }
    }
    if (actual.events.length > expected.events.length) {
      return `the host was told of ${show(actual.events[expected.events.length])} besides`;
    }
    return undefined;
  }

  // ---- What to tell

  #failure(differences: readonly Difference[], step: Step): Failure {
    const { action, replies } = step;
    const names = differences.map(({ session }) => session.mode.name + (session.views ? " with views" : ""));
    const lines = [
      `${names.join("; ")}: step ${this.steps}: ${differences[0]!.difference}`,
      "",
      ...this.#world.guests.flatMap((guest, i) => [
        `c${i}, pointers ${guest.ptrType}, exports`,
        ...guest.exports.map(
          ({ type, lifted, lowered, postReturn }, k) =>
            `  f${k}: ${printType(type)}; lifted from ${lifted}, lowered for ${lowered}${postReturn ? ", with post-return" : ""}`,
        ),
      ]),
      "the host supplies",
      ...this.#world.guests
        .at(-1)!
        .imports.map(({ type, lowered }, k) => `  g${k}: ${printType(type)}; lowered for ${lowered}`),
      "",
      action.kind === "drop"
        ? `the host drops resource ${action.rep}`
        : `the host calls c${action.guest}.${action.name}(${action.args.map((arg) => show(arg)).join(", ")})`,
      ...replies.map((reply) => `the host's function replies ${show(reply)}`),
    ];
    return { seed: this.#seed, description: lines.join("\n"), bytes: this.#world.bytes };
  }
}

function compareValues(session: GantrySession, value: Value, type: ValType, actual: unknown): string | undefined {
  const expected = session.expected(value, type, actual);
  if (isDeepStrictEqual(comparable(actual), comparable(expected))) return undefined;
  return `expected\n  ${show(expected)}\ngot\n  ${show(actual)}\nof type ${printType(type)}`;
}

/** Maps are compared with the order of their entries, and NaNs whatever their bits. */
function comparable(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    return { [value.constructor.name]: Array.from(value) };
  }
  if (value instanceof Map) return { entries: [...value].map(comparable) };
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}

/**
 * Fused adapters copy some values as they lie in memory, and what is between the fields and behind short payloads with
 * them. So where the reference wrote nothing, they may have written something.
 */
function forgiveGaps(expected: Uint8Array, actual: Uint8Array, written: Uint8Array): void {
  for (let at = 0; at < Math.min(expected.length, actual.length); at++) {
    // What is logged there is nobody's gap.
    if (at === places.log) at = places.scriptStart;
    if (expected[at] !== actual[at] && written[at] === 0) actual[at] = expected[at]!;
  }
}

/** Whether a guest that was led astray may have passed on what lies in such places. After a trap nobody can look there. */
function readsGaps(
  { mode }: GantrySession,
  { faults }: Step,
  expected: Observed<Value>,
  actual: Observed<unknown>,
  oracle: ReferenceSession,
): boolean {
  if (!mode.fuse || faults === 0) return false;
  if (expected.memories === undefined || actual.memories === undefined) return true;
  return expected.memories.some((memory, guest) => {
    const mine = actual.memories![guest]!;
    const forgiven = mine.slice();
    forgiveGaps(memory, forgiven, oracle.written(guest));
    return Buffer.compare(mine, forgiven) !== 0;
  });
}

function compareMemories(expected: Uint8Array, actual: Uint8Array): string | undefined {
  if (Buffer.compare(expected, actual) === 0) return undefined;
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  const logs = [logOf(expected), logOf(actual)] as const;
  const entry = logs[0].findIndex((word, i) => word !== logs[1][i]);
  const lengths =
    expected.length === actual.length ? "" : `; the heap ends at ${expected.length}, not ${actual.length}`;
  const place = at === -1 ? "" : ` at 0x${at.toString(16)}: ${hex(expected, at)}, not ${hex(actual, at)}`;
  const around = (log: readonly string[]) => log.slice(Math.max(0, entry - 6), entry + 6).join(" ");
  const told = entry === -1 ? "" : `; the log says\n  ${around(logs[0])}\nnot\n  ${around(logs[1])}`;
  return `${place}${lengths}${told}`;
}

function logOf(memory: Uint8Array): string[] {
  const view = new DataView(memory.buffer, memory.byteOffset);
  const end = Math.min(Number(view.getBigUint64(places.logEnd, true)), places.logLimit);
  const words: string[] = [];
  for (let at: number = places.log; at < end; at += 8) words.push(view.getBigUint64(at, true).toString(16));
  return words;
}

function hex(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 16)).toString("hex");
}
