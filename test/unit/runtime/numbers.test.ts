import assert from "node:assert/strict";
import { test } from "node:test";
import { toF32, toF64, toS8, toS16, toS32, toU8, toU16, toU32 } from "../../../src/runtime/async-numbers.ts";
import {
  bitsToF32,
  bitsToF64,
  charFromI32,
  f32ToBits,
  f64ToBits,
  invalid,
  toChar,
  toS64,
  toU64,
} from "../../../src/runtime/numbers.ts";
import { assertInvalid, assertTrap } from "./guest.ts";

/** Whatever is never a number of the Component Model, beside those values that the tables name. */
const strangers = [undefined, null, "", "1", {}, [], [1], Symbol(), () => 1, new Number(1), new Date(0)];

test("integers up to 32 bits are checked", () => {
  const table = [
    ["u8", toU8, 0, 255],
    ["s8", toS8, -128, 127],
    ["u16", toU16, 0, 65535],
    ["s16", toS16, -32768, 32767],
    ["u32", toU32, 0, 4294967295],
    ["s32", toS32, -2147483648, 2147483647],
  ] as const;
  for (const [name, convert, min, max] of table) {
    const modulus = 2 ** Number(name.slice(1));
    for (const v of [min, max, 0, 1, Math.floor(max / 2), max - 1]) {
      assert.equal(((convert(v) % modulus) + modulus) % modulus, (v + modulus) % modulus, `${name} ${v}`);
      assert.ok(Object.is(convert(v), convert(v) | 0), `${name} ${v} suits core WebAssembly`);
    }
    assert.ok(Object.is(convert(-0), 0));
    const wrong = [
      min - 1,
      max + 1,
      0.5,
      max - 0.5,
      NaN,
      Infinity,
      -Infinity,
      2 ** 32,
      -(2 ** 32),
      2 ** 53,
      0n,
      1n,
      true,
    ];
    for (const v of [...wrong, ...strangers]) assertInvalid(() => convert(v), `${name} ${String(v)}`);
  }
});

test("integers of 64 bits are bigints", () => {
  const table = [
    ["u64", toU64, 0n, 2n ** 64n - 1n],
    ["s64", toS64, -(2n ** 63n), 2n ** 63n - 1n],
  ] as const;
  for (const [name, convert, min, max] of table) {
    for (const v of [min, max, 0n, 1n]) assert.equal(convert(v), v);
    for (const v of [min - 1n, max + 1n, 2n ** 64n, -(2n ** 64n), 0, 1, true, ...strangers]) {
      assertInvalid(() => convert(v), `${name} ${String(v)}`);
    }
  }
});

test("floats are any numbers", () => {
  for (const convert of [toF32, toF64]) {
    for (const v of [0, -0, 1.5, Infinity, -Infinity, NaN, Number.MAX_VALUE, 5e-324]) {
      assert.ok(Object.is(convert(v), v));
    }
    for (const v of [0n, 1n, true, ...strangers]) assertInvalid(() => convert(v));
  }
});

test("a char is one Unicode scalar value", () => {
  for (const c of ["a", "\0", "é", "\ud7ff", "\ue000", "\uffff", "🍰", "\u{10000}", "\u{10ffff}", "\ufeff"]) {
    assert.equal(toChar(c), c.codePointAt(0));
    assert.equal(charFromI32(toChar(c)), c);
  }
  for (const c of [
    "",
    "ab",
    "\ud800",
    "\udfff",
    "\udc00\ud800",
    "\ud800a",
    "a\udc00",
    "🍰🍰",
    "e\u0301",
    97,
    ...strangers.filter((s) => s !== "1"),
  ]) {
    assertInvalid(() => toChar(c), JSON.stringify(c));
  }
});

test("an i32 that is no Unicode scalar value traps", () => {
  for (const i of [0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000, 0x7fffffff, -1, -0x80000000, 0xffffffff]) {
    const { message } = assertTrap(() => charFromI32(i), "invalid-char");
    assert.match(message, /^invalid `char` bit pattern/);
  }
});

test("floats are reinterpreted bit by bit, but for NaN", () => {
  const f32 = [
    [0, 0],
    [-0, 0x80000000 | 0],
    [1, 0x3f800000],
    [-1.5, 0xbfc00000 | 0],
    [Infinity, 0x7f800000],
    [-Infinity, 0xff800000 | 0],
    [1e-45, 1],
  ] as const;
  for (const [v, bits] of f32) {
    assert.equal(f32ToBits(v), bits);
    assert.ok(Object.is(bitsToF32(bits), Math.fround(v)));
  }
  assert.equal(f32ToBits(NaN), 0x7fc00000);
  for (const bits of [0x7fc00000, 0x7f800001, 0xffffffff | 0, 0x7fffffff]) {
    assert.equal(f32ToBits(bitsToF32(bits)), 0x7fc00000);
  }
  const f64 = [
    [0, 0n],
    [-0, -(2n ** 63n)],
    [1, 0x3ff0000000000000n],
    [Infinity, 0x7ff0000000000000n],
    [5e-324, 1n],
  ] as const;
  for (const [v, bits] of f64) {
    assert.equal(f64ToBits(v), bits);
    assert.ok(Object.is(bitsToF64(bits), v));
  }
  assert.equal(f64ToBits(NaN), 0x7ff8000000000000n);
  for (const bits of [0x7ff8000000000000n, 0x7ff0000000000001n, -1n]) {
    assert.equal(f64ToBits(bitsToF64(bits)), 0x7ff8000000000000n);
  }
});

test("NaN is lowered as the canonical one", () => {
  const odd = new Float64Array(new BigUint64Array([0xfff8dead00000001n]).buffer)[0];
  const seen = new BigUint64Array(new Float64Array([toF64(odd)]).buffer)[0];
  assert.equal(seen, 0x7ff8000000000000n);
});

test("an invalid value is thrown, not returned", () => {
  assertInvalid(invalid);
});
