/** The host functions that guests/imports.wat and guests/host-resources.wat call. Refers to nothing outside of itself. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly id: number;
}

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly data: Uint8Array;
}

export type Host = ReturnType<typeof makeHost>;

export function makeHost() {
  let total = 0;
  let turn = 0;
  let last: unknown;
  const pangram = "The quick brown fox jumps over the lazy dog. ".repeat(30);
  const flat = (from: number, length: number): string => JSON.parse(JSON.stringify(pangram.slice(from, from + length)));
  const shortTexts = [0, 1, 2, 3].map((i) => flat(i, 20));
  const longTexts = [0, 1, 2, 3].map((i) => flat(i, 1000));
  const points = [0, 1, 2, 3].map((i) => ({ x: i + 0.5, y: i + 1.5, id: i }));
  const bytes = [0, 1, 2, 3].map((i) => new Uint8Array(1024).fill(i));

  class Thing {
    readonly v: number;
    constructor(v: number) {
      this.v = v;
    }
    value(): number {
      return this.v;
    }
    [Symbol.dispose](): void {
      total++;
    }
  }

  return {
    log(v: number): void {
      total += v;
    },
    add: (a: number, b: number): number => (a + b) & 0x3fff_ffff,
    logLong(v: bigint): void {
      last = v;
    },
    long: (): bigint => 1_234_567_890_123n,
    takeText(v: string): void {
      total += v.length;
    },
    shortText: (): string => shortTexts[turn++ & 3]!,
    longText: (): string => longTexts[turn++ & 3]!,
    takeItem(v: Item): void {
      total += v.id + v.name.length + v.data.length;
    },
    takePoint(v: Point): void {
      total += v.x + v.y + v.id;
    },
    makePoint: (): Point => points[turn++ & 3]!,
    takeBytes(v: Uint8Array): void {
      total += v.length;
    },
    makeBytes: (): Uint8Array => bytes[turn++ & 3]!,
    takeMaybe(v: number | undefined): void {
      if (v !== undefined) total += v;
    },
    parse: (v: number): number => v,
    Thing,
    /** What came in, for whoever compares implementations. */
    seen: (): unknown[] => [total, last],
  };
}
