/** Hand-written glue for guests/scalars.wat. */
import type { Exports, Kit } from "./kit.ts";

interface Core {
  nop(): void;
  add(a: number, b: number): number;
  long(v: bigint): bigint;
  double(v: number): number;
  same(v: number): number;
  sum16(...v: number[]): number;
}

type Rights = Readonly<
  Record<"read" | "write" | "execute" | "list" | "create" | "delete" | "rename" | "setTimes", boolean>
>;

export function scalars({ modules }: Kit): Exports {
  const core = new WebAssembly.Instance(modules[0]!).exports as unknown as Core;
  const { nop, add, long, double, same, sum16 } = core;
  const colors = ["red", "orange", "yellow", "green", "light-blue", "blue", "violet", "black"];
  return {
    nop: () => {
      nop();
    },
    add: (a: number, b: number) => add(a | 0, b | 0) >>> 0,
    unsignedLong: (v: bigint) => BigInt.asUintN(64, long(v)),
    signedLong: (v: bigint) => long(v),
    double: (v: number) => double(v),
    yes: (v: boolean) => same(v ? 1 : 0) !== 0,
    letter: (v: string) => String.fromCodePoint(same(v.codePointAt(0)!)),
    paint: (v: string) => colors[same(colorIndex(v))],
    allowed: (v: Rights) => {
      const bits = same(
        (v.read ? 1 : 0) |
          (v.write ? 2 : 0) |
          (v.execute ? 4 : 0) |
          (v.list ? 8 : 0) |
          (v.create ? 16 : 0) |
          (v.delete ? 32 : 0) |
          (v.rename ? 64 : 0) |
          (v.setTimes ? 128 : 0),
      );
      return {
        read: (bits & 1) !== 0,
        write: (bits & 2) !== 0,
        execute: (bits & 4) !== 0,
        list: (bits & 8) !== 0,
        create: (bits & 16) !== 0,
        delete: (bits & 32) !== 0,
        rename: (bits & 64) !== 0,
        setTimes: (bits & 128) !== 0,
      };
    },
    sum16: (
      a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number,
      i: number, j: number, k: number, l: number, m: number, n: number, o: number, p: number,
    ) =>
      sum16(
        a | 0, b | 0, c | 0, d | 0, e | 0, f | 0, g | 0, h | 0,
        i | 0, j | 0, k | 0, l | 0, m | 0, n | 0, o | 0, p | 0,
      ) >>> 0,
  }; // biome-ignore format: sixteen of a thing

  function colorIndex(v: string): number {
    switch (v) {
      case "red":
        return 0;
      case "orange":
        return 1;
      case "yellow":
        return 2;
      case "green":
        return 3;
      case "light-blue":
        return 4;
      case "blue":
        return 5;
      case "violet":
        return 6;
      case "black":
        return 7;
      default:
        throw new TypeError("no color");
    }
  }
}
