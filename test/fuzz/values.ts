/**
 * Random values of a type: the reference's neutral ones, with the extremes preferred, and lengths around those at which
 * an implementation may change its ways.
 */
import type { ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import type { Value } from "../reference/types.ts";

type HandleType = Extract<ValType, { readonly kind: "own" | "borrow" }>;

/** How what is not plain data looks where the value is made. */
export interface Place {
  /** What stands for a handle: a representation on the host's side, an index on a guest's. */
  handle(t: HandleType): bigint;
  string(text: readonly number[]): Value;
  /** Whether a map may have a key twice, as guests may say and JavaScript cannot. */
  readonly repeatsKeys: boolean;
}

const lengths = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000];

const integerEdges = [0n, 1n, 2n, 127n, 128n, 255n, 256n, 32767n, 32768n, 65535n, 65536n, 2n ** 31n - 1n, 2n ** 31n];
const floats32 = [
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** 24,
  2 ** 24 + 1,
  3.4028234663852886e38,
  1.401298464324817e-45,
  1.17549435e-38,
];
const floats64 = [...floats32, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, 2 ** 53 + 2, 0.1, 1e-310, Math.PI];
const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** The characters at which an encoding changes: of a kind, and all kinds below it. */
const characters = {
  ascii: [0x00, 0x0a, 0x20, 0x41, 0x7a, 0x7f],
  latin1: [0x80, 0x9f, 0xa0, 0xe9, 0xff],
  bmp: [0x100, 0x7ff, 0x800, 0x20ac, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xfffe, 0xffff],
  astral: [0x10000, 0x1f370, 0xfffff, 0x100000, 0x10ffff],
} as const;

export class ValueMaker {
  readonly #random: Random;
  readonly #place: Place;
  /** How many more parts a value may have. */
  #budget = 0;

  constructor(random: Random, place: Place) {
    this.#random = random;
    this.#place = place;
  }

  /** A value of type `t` with about `budget` parts at the most. */
  value(t: ValType, budget = 1500): Value {
    this.#budget = budget;
    return this.#value(t);
  }

  #value(t: ValType): Value {
    const random = this.#random;
    this.#budget--;
    switch (t.kind) {
      case "bool":
        return random.once(2);
      case "s8":
      case "u8":
      case "s16":
      case "u16":
      case "s32":
      case "u32":
      case "s64":
      case "u64":
        return this.#integer(Number(t.kind.slice(1)), t.kind.startsWith("s"));
      case "f32":
        return this.#float(floats32, () => Math.fround((random.bits() / 2 ** 20) * (random.once(2) ? 1 : -1)));
      case "f64":
        return this.#float(floats64, () => (random.bits() / 2 ** 20) * (random.once(2) ? 1 : -1e100));
      case "char":
        return this.#character(random.pick(["ascii", "latin1", "bmp", "astral"]));
      case "string":
        return this.#place.string(this.#text());
      case "list": {
        const length = t.length ?? this.#length();
        return Array.from({ length }, () => this.#value(t.element));
      }
      case "map":
        return this.#entries(t.key, t.value);
      case "record":
        return new Map(t.fields.map(({ label, type }) => [label, this.#value(type)]));
      case "tuple":
        return new Map(t.types.map((type, i) => [`${i}`, this.#value(type)]));
      case "variant": {
        const { label, type } = random.pick(t.cases);
        return { label, payload: type && this.#value(type) };
      }
      case "enum":
        return { label: random.pick(t.labels), payload: undefined };
      case "flags": {
        const all = random.pick([0, 1, 2, 2, 2, 2]);
        return new Map(t.labels.map((label) => [label, all === 2 ? random.once(2) : all === 1]));
      }
      case "option":
        return random.once(3) ? { label: "none", payload: undefined } : { label: "some", payload: this.#value(t.type) };
      case "result":
        return random.once(2)
          ? { label: "ok", payload: t.ok && this.#value(t.ok) }
          : { label: "error", payload: t.error && this.#value(t.error) };
      case "own":
      case "borrow":
        return this.#place.handle(t);
      case "error-context":
      case "stream":
      case "future":
        throw new Error(`no values of ${t.kind} types`);
    }
  }

  #entries(key: ValType, value: ValType): Value {
    const taken = new Set<string>();
    const entries: Value[] = [];
    for (let n = Math.min(this.#length(), 20); n > 0; n--) {
      const k = this.#value(key);
      const seen = typeof k === "object" && "text" in k ? k.text.join() : String(k);
      if (taken.has(seen) && !this.#place.repeatsKeys) continue;
      taken.add(seen);
      entries.push(
        new Map([
          ["0", k],
          ["1", this.#value(value)],
        ]),
      );
    }
    return entries;
  }

  #integer(bits: number, signed: boolean): bigint {
    const random = this.#random;
    const edge = random.pick([...integerEdges, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]);
    const any = random.once(3) ? random.bits64() : random.once(2) ? edge : -edge;
    return signed ? BigInt.asIntN(bits, any) : BigInt.asUintN(bits, any);
  }

  #float(edges: readonly number[], any: () => number): number {
    const random = this.#random;
    if (random.once(8)) return random.pick(specials);
    return random.once(2) ? random.pick(edges) : any();
  }

  /** A length that what is left of the budget allows for. */
  #length(): number {
    const random = this.#random;
    const length = random.once(2) ? random.between(0, 5) : random.pick(lengths);
    return length <= this.#budget ? length : Math.max(0, Math.min(this.#budget, random.between(0, 3)));
  }

  #text(): number[] {
    const random = this.#random;
    const length = this.#length();
    const main = random.pick(["ascii", "ascii", "latin1", "bmp", "astral"] as const);
    const text = Array.from({ length }, () => this.#character(main));
    // One that is different somewhere is where shortcuts end: preferably late, or just behind a boundary.
    if (length > 0 && random.once(2)) {
      const at = random.once(2) ? length - 1 : Math.min(random.pick([0, 15, 16, 31, 32, 63, 64]), length - 1);
      text[at] = this.#character(random.pick(["ascii", "latin1", "bmp", "astral"]));
    }
    this.#budget -= Math.ceil(length / 8);
    return text;
  }

  #character(kind: keyof typeof characters): number {
    return this.#random.pick(characters[kind]);
  }
}
