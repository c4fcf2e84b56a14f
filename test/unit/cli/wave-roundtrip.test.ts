/** Random values of random types: what is printed is read as the same value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf } from "../../../src/abi/js-names.ts";
import { printValue } from "../../../src/cli/wave-printer.ts";
import { readValue } from "../../../src/cli/wave-reader.ts";
import { listOf } from "../../../src/embed/number-arrays.ts";
import { primitives } from "../../../src/types/interner.ts";
import type { PrimitiveKind, ValType } from "../../../src/types/types.ts";
import { picker } from "../../random.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const scalars: readonly PrimitiveKind[] = [
  "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string",
]; // biome-ignore format: one list
const words = ["a", "ok", "none", "some", "err", "true", "nan", "inf", "long-name", "with-XML", "x1", "x-1"];

function randomType(random: (limit: number) => number, depth: number): ValType {
  const inner = () => randomType(random, depth - 1);
  const labels = () => words.slice(random(4), 5 + random(8));
  switch (depth === 0 ? 0 : random(10)) {
    case 1:
      return types.list(inner(), random(2) === 0 ? undefined : 1 + random(3));
    case 2:
      return types.record(labels().map((label) => ({ label, type: inner() })));
    case 3:
      return types.tuple(Array.from({ length: 1 + random(4) }, inner));
    case 4:
      return types.variant(labels().map((label) => ({ label, type: random(2) === 0 ? undefined : inner() })));
    case 5:
      return types.enum(labels());
    case 6:
      return types.flags(labels());
    case 7:
      return types.option(inner());
    case 8:
      return types.result(random(3) === 0 ? undefined : inner(), random(3) === 0 ? undefined : inner());
    case 9:
      return types.map(primitives[scalars[random(9)]!], inner());
    default:
      return primitives[scalars[random(scalars.length)]!];
  }
}

const floats = [
  0,
  -0,
  1.5,
  -1e21,
  1e-7,
  0.1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  123456.789,
  5e-324,
];
const characters = ["a", '"', "'", "\\", "\n", "\r", "\t", "\0", "\x7f", "é", "☃", "😀", "{", "/", " "];

function randomValue(type: ValType, random: (limit: number) => number): unknown {
  const value = (t: ValType): unknown => randomValue(t, random);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const payload = (t: ValType | undefined) => (t === undefined ? {} : { val: value(t) });
  switch (type.kind) {
    case "bool":
      return random(2) === 1;
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64": {
      const bits = Number(type.kind.slice(1));
      const raw = pick([0n, 1n, -1n, 127n, 1n << BigInt(bits - 1), (1n << BigInt(bits)) - 1n]);
      const wrapped = type.kind.startsWith("u") ? BigInt.asUintN(bits, raw) : BigInt.asIntN(bits, raw);
      return bits === 64 ? wrapped : Number(wrapped);
    }
    case "f32":
      return Math.fround(pick(floats));
    case "f64":
      return pick(floats);
    case "char":
      return pick(characters);
    case "string":
      return Array.from({ length: random(6) }, () => pick(characters)).join("");
    case "list":
      return listOf(
        Array.from({ length: type.length ?? random(4) }, () => value(type.element)),
        type.element,
      );
    case "map":
      return new Map(Array.from({ length: random(3) }, () => [value(type.key), value(type.value)]));
    case "record":
      return Object.fromEntries(
        keysOf(type.fields.map((f) => f.label)).map((key, i) => [key, value(type.fields[i]!.type)]),
      );
    case "tuple":
      return type.types.map(value);
    case "variant": {
      const chosen = pick(type.cases);
      return { tag: chosen.label, ...payload(chosen.type) };
    }
    case "enum":
      return pick(type.labels);
    case "flags":
      return Object.fromEntries(keysOf(type.labels).map((key) => [key, random(2) === 1]));
    case "option":
      if (type.type.kind !== "option") return random(3) === 0 ? undefined : value(type.type);
      return random(3) === 0 ? { tag: "none" } : { tag: "some", val: value(type.type) };
    case "result":
      return random(2) === 0 ? { tag: "ok", ...payload(type.ok) } : { tag: "err", ...payload(type.error) };
    default:
      throw new Error(type.kind);
  }
}

test("a thousand random values are what they were when they are read as they are printed", () => {
  const random = picker(7);
  for (let i = 0; i < 1000; i++) {
    const type = randomType(random, 1 + (i % 3));
    const value = randomValue(type, random);
    const text = printValue(value, type);
    assert.deepEqual(readValue(text, type), value, `${i}: ${text}`);
    assert.equal(printValue(readValue(`// a comment\n ${text} `, type), type), text);
  }
});
