import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { Reader } from "../../../src/wasm/reader.ts";

const reader = (...bytes: number[]) => new Reader(Uint8Array.from(bytes));

function fails(act: () => unknown, reason: string, offset: number): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof ComponentError);
    assert.deepEqual({ phase: error.phase, code: error.code }, { phase: "decode", code: "malformed" });
    assert.ok(error.reason.includes(reason), error.reason);
    assert.equal(error.offset, offset);
    return true;
  });
}

describe("Reader.u32", () => {
  const good: [number[], number][] = [
    [[0x00], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xe5, 0x8e, 0x26], 624_485],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff],
    [[0x80, 0x80, 0x80, 0x80, 0x08], 0x8000_0000],
    [[0x81, 0x80, 0x80, 0x80, 0x00], 1],
    [[0x80, 0x00], 0],
  ];
  for (const [bytes, value] of good) {
    it(`reads ${value} from ${bytes.length} bytes`, () => {
      const r = reader(...bytes, 0x55);
      assert.equal(r.u32(), value);
      assert.equal(r.pos, bytes.length);
    });
  }
  const bad: [number[], string, number][] = [
    [[], "unexpected end-of-file", 0],
    [[0x80], "unexpected end-of-file", 1],
    [[0x80, 0x80, 0x80, 0x80, 0x10], "integer too large", 4],
    [[0x81, 0x80, 0x80, 0x80, 0x70], "integer too large", 4],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer representation too long", 4],
  ];
  for (const [bytes, reason, offset] of bad) {
    it(`rejects [${bytes}]: ${reason}`, () => fails(() => reader(...bytes).u32(), reason, offset));
  }
});

describe("Reader.u64", () => {
  const ff = (n: number) => new Array(n).fill(0xff);
  const good: [number[], bigint][] = [
    [[0x00], 0n],
    [[0xe5, 0x8e, 0x26], 624_485n],
    [[...ff(9), 0x01], (1n << 64n) - 1n],
    [[...new Array(9).fill(0x80), 0x00], 0n],
  ];
  for (const [bytes, value] of good) it(`reads ${value}`, () => assert.equal(reader(...bytes).u64(), value));
  it("rejects 65 bits", () => fails(() => reader(...ff(9), 0x02).u64(), "integer too large", 9));
  it("rejects eleven bytes", () => fails(() => reader(...ff(10), 0x00).u64(), "integer representation too long", 9));
});

describe("Reader.s33", () => {
  const good: [number[], number][] = [
    [[0x00], 0],
    [[0x3f], 63],
    [[0x40], -64],
    [[0x7f], -1],
    [[0xff, 0x00], 127],
    [[0x80, 0x7f], -128],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff],
    [[0x80, 0x80, 0x80, 0x80, 0x70], -0x1_0000_0000],
    [[0xff, 0xff, 0xff, 0xff, 0x7f], -1],
  ];
  for (const [bytes, value] of good) it(`reads ${value}`, () => assert.equal(reader(...bytes).s33(), value));
  for (const last of [0x10, 0x20, 0x40, 0x5f, 0x6f]) {
    it(`rejects a fifth byte 0x${last.toString(16)}`, () => {
      fails(() => reader(0x80, 0x80, 0x80, 0x80, last).s33(), "integer too large", 4);
    });
  }
  it("rejects six bytes", () => {
    fails(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0).s33(), "integer representation too long", 4);
  });
});

describe("Reader.name", () => {
  const encode = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    assert.ok(bytes.length < 0x80);
    return [bytes.length, ...bytes];
  };
  for (const text of ["", "a", "do-it", "☃ and 𝄞", "\ufeffbom", "x".repeat(100), "\0"]) {
    it(`reads ${JSON.stringify(text)}`, () => assert.equal(reader(...encode(text)).name(), text));
  }
  const bad: [string, number[]][] = [
    ["a lone continuation", [0x80]],
    ["an overlong form", [0xc0, 0x80]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a truncated sequence", [0x61, 0xe2, 0x98]],
    ["a code point too large", [0xf4, 0x90, 0x80, 0x80]],
    ["two bytes of nothing", [0xff, 0xfe]],
  ];
  for (const [what, bytes] of bad) {
    it(`rejects ${what}`, () => fails(() => reader(bytes.length, ...bytes).name(), "malformed UTF-8 encoding", 1));
  }
  it("needs all of its bytes", () => fails(() => reader(5, 0x61, 0x62).name(), "unexpected end-of-file", 3));
  it("ends where a sub-reader ends", () => {
    const r = reader(3, 2, 0x61, 0x62, 0x63);
    fails(() => r.sub(2).name(), "unexpected end-of-file", 2);
  });
  it("has a limit on its length", () => {
    const long = new Uint8Array(200_003);
    long.set([0xc0, 0x9a, 0x0c]);
    assert.throws(() => new Reader(long).name(), { phase: "unsupported", code: "limit", offset: 0 });
  });
});

describe("Reader.vec", () => {
  it("reads items", () =>
    assert.deepEqual(
      reader(3, 7, 8, 9).vec(10, "things", (r) => r.u8()),
      [7, 8, 9],
    ));
  it("takes no count beyond the bytes that are left", () => {
    fails(
      () => reader(0xff, 0xff, 0xff, 0xff, 0x0f, 0).vec(2 ** 32, "things", (r) => r.u8()),
      "unexpected end-of-file",
      6,
    );
  });
  it("takes no count beyond its limit", () => {
    assert.throws(() => reader(3, 7, 8, 9).vec(2, "things", (r) => r.u8()), {
      phase: "unsupported",
      code: "limit",
      reason: "there are 3 things, which exceeds the limit of 2",
      offset: 0,
    });
  });
});

describe("Reader", () => {
  it("reads flags", () => {
    assert.equal(reader(0).flag(), false);
    assert.equal(reader(1).flag(), true);
    fails(() => reader(2).flag(), "invalid boolean value", 0);
  });
  it("gives sub-readers the offsets of the whole", () => {
    const r = reader(9, 9, 1, 2, 3);
    r.range(2);
    const sub = r.sub(2);
    assert.equal(r.pos, 4);
    sub.u8();
    sub.u8();
    assert.ok(sub.done);
    fails(() => sub.u8(), "unexpected end-of-file", 4);
    fails(() => r.sub(2), "unexpected end-of-file", 5);
  });
  it("says which byte is wrong and where", () => {
    const r = reader(0x0a);
    fails(() => r.failByte(r.u8(), "alias"), "invalid leading byte (0xa) for alias", 0);
  });
  it("wants everything read in the end", () => {
    const r = reader(1, 2);
    r.u8();
    fails(() => r.finish("a thing"), "unexpected data at the end of a thing", 1);
  });
});
