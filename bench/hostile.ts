/**
 * Does checking hostile components take time in proportion to their size?
 *
 *     node bench/hostile.ts
 *
 * Each shape is made at a size, twice and four times that, directly as bytes. What counts is how the time per byte grows
 * from the smallest to the largest: 1 is linear, 4 would be quadratic. Fails above 2.5, or if a shape is refused that is
 * valid.
 */
import { decodeComponent } from "../src/binary/component.ts";
import { ComponentError } from "../src/errors/component-error.ts";
import { allFeatures } from "../src/validate/features.ts";
import { validateComponent } from "../src/validate/validate.ts";
import { grid } from "./table.ts";

const ROUNDS = 7;
const LIMIT = 2.5;

function u32(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

/** An index where a type is wanted: a signed LEB128, so that it is no primitive type. */
function index(value: number): number[] {
  const bytes = u32(value);
  const last = bytes.pop()!;
  return last & 0x40 ? [...bytes, last | 0x80, 0] : [...bytes, last];
}

const name = (text: string): number[] => [...u32(text.length), ...new TextEncoder().encode(text)];
const repeat = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
/** A section of one vector. Built by pushing: spreading a hundred thousand items would exhaust the stack. */
function section(id: number, items: readonly (readonly number[])[]): number[] {
  const body = u32(items.length);
  for (const item of items) body.push(...item);
  const bytes = [id, ...u32(body.length)];
  for (const byte of body) bytes.push(byte);
  return bytes;
}

function component(...sections: number[][]): Uint8Array {
  return new Uint8Array([[0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], ...sections].flat());
}

const S32 = 0x7a;
const shapes: Record<string, (n: number) => Uint8Array> = {
  "types, each of its own": (n) =>
    component(
      section(
        7,
        repeat(n, (i) => [0x72, 1, ...name(`f${i}`), S32]),
      ),
    ),
  "the same type again": (n) =>
    component(
      section(
        7,
        repeat(n, () => [0x6f, 2, S32, S32]),
      ),
    ),
  "records of two of the record below, eight deep": (n) =>
    component(
      section(
        7,
        repeat(n, (i) =>
          i % 8 === 0
            ? [0x72, 1, ...name("f"), S32]
            : [0x72, 2, ...name("a"), ...index(i - 1), ...name("b"), ...index(i - 1)],
        ),
      ),
    ),
  "outer aliases of a type, each of the last": (n) =>
    component(
      section(7, [[0x40, 0, 1, 0]]),
      section(
        6,
        repeat(n, (i) => [0x03, 0x02, 0, ...u32(i)]),
      ),
    ),
  "components inside one another, then refused": (n) => {
    let bytes: number[] = [];
    for (let i = 0; i < Math.min(n, 900); i++)
      bytes = [4, ...u32(bytes.length + 8), 0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...bytes];
    return component(bytes);
  },
  "imports with names that differ in the last letters": (n) =>
    component(
      section(7, [[0x40, 0, 1, 0]]),
      section(
        10,
        repeat(n, (i) => [0, ...name(`${"a".repeat(40)}-x${i}`), 1, 0]),
      ),
    ),
  "imports of a record of many fields": (n) =>
    component(
      section(7, [[0x72, ...u32(n / 10), ...repeat(n / 10, (i) => [...name(`f${i}`), S32]).flat()]]),
      section(
        10,
        repeat(n, (i) => [0, ...name(`x${i}`), 3, 0, 0]),
      ),
    ),
};

/** The best of several times, in milliseconds: noise only adds. */
function time(bytes: Uint8Array, valid: boolean): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    try {
      validateComponent(decodeComponent(bytes), bytes, { features: allFeatures });
    } catch (error) {
      if (valid || !(error instanceof ComponentError)) throw error;
    }
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

const rows: string[][] = [];
for (const [shape, make] of Object.entries(shapes)) {
  const sizes = [25_000, 50_000, 100_000].map(make);
  const perByte = sizes.map((bytes) => (time(bytes, !shape.endsWith("refused")) * 1e6) / bytes.length);
  const growth = perByte[2]! / perByte[0]!;
  rows.push([shape, `${sizes[2]!.length}`, ...perByte.map((ns) => ns.toFixed(1)), growth.toFixed(2)]);
  if (growth > LIMIT) {
    console.error(`${shape}: the time per byte grows by ${growth.toFixed(2)}`);
    process.exitCode = 1;
  }
}
console.log(grid(["shape", "bytes at 100,000", "ns/byte at 25,000", "at 50,000", "at 100,000", "growth"], rows));
