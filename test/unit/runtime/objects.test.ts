import assert from "node:assert/strict";
import { test } from "node:test";
import { ResultError } from "../../../src/errors/result-error.ts";
import {
  checkChar,
  checkDiscriminant,
  extendI32,
  InvalidValue,
  TooManyEntries,
  wrapI64,
} from "../../../src/runtime/numbers.ts";
import {
  asObject,
  errorPayload,
  fixedList,
  listLength,
  makeList,
  makeMap,
  mapEntries,
  ownField,
  toFlag,
} from "../../../src/runtime/objects.ts";

const isRejected = (run: () => unknown) => assert.throws(run, InvalidValue);
const traps = (run: () => unknown) => assert.throws(run, WebAssembly.RuntimeError);

test("objects and lists are told from what only looks like them", () => {
  for (const value of [{}, [], () => {}, new Map()]) assert.equal(asObject(value), value);
  for (const value of [undefined, null, 1, "a", 1n, Symbol("s")]) isRejected(() => asObject(value));
  assert.equal(listLength([1, 2, 3], 3), 3);
  for (const value of [{ length: 3 }, "abc", new Set([1]), undefined, null]) isRejected(() => listLength(value, 3));
});

test("a list that is too long for an array of any engine is a trap, and not the end of the process", () => {
  assert.equal(makeList(2 ** 25).length, 2 ** 25);
  for (const length of [2 ** 25 + 1, 2 ** 28 - 1, 2 ** 32]) traps(() => makeList(length));
});

test("a map of more entries than engines have room for is a trap, and no fault of an argument", () => {
  assert.equal(makeMap(2 ** 24).size, 0);
  traps(() => makeMap(2 ** 24 + 1));
});

test("a fixed-length list has its length, and may be a typed array", () => {
  for (const value of [[1, 2], Uint8Array.of(1, 2)]) assert.equal(fixedList(value, 2), value);
  for (const value of [[1], Uint8Array.of(1), new DataView(new ArrayBuffer(2)), "ab"])
    isRejected(() => fixedList(value, 2));
});

test("a map is anything that gives pairs, but neither an object nor text", () => {
  const entries = [
    ["a", 1],
    ["b", 2],
  ];
  function* generated() {
    yield* entries;
  }
  for (const value of [new Map(entries as [string, number][]), entries, generated()]) {
    assert.deepEqual(mapEntries(value, 2), entries);
  }
  for (const value of [{}, "ab", null, 5]) isRejected(() => mapEntries(value, 2));
});

test("pairs that never end are asked for no longer than a list can be", () => {
  let asked = 0;
  let closed = 0;
  function* endless() {
    try {
      for (;;) yield ["a", ++asked];
    } finally {
      closed++;
    }
  }
  assert.throws(() => mapEntries(endless(), 1000), TooManyEntries);
  assert.deepEqual([asked, closed], [1001, 1]);
});

test("what every object inherits is no field of it", () => {
  assert.equal(ownField({}, "constructor"), undefined);
  assert.equal(ownField({ constructor: 1 }, "constructor"), 1);
});

test("a flag is true or false, or left out", () => {
  assert.deepEqual([true, false, undefined].map(toFlag), [1, 0, 0]);
  for (const value of [null, 0, 1, "true"]) isRejected(() => toFlag(value));
});

test("what has a payload, or is no Error, is an error side; other errors are accidents", () => {
  assert.equal(errorPayload("text"), "text");
  assert.equal(errorPayload(undefined), undefined);
  assert.equal(errorPayload(new ResultError(5)), 5);
  assert.equal(errorPayload({ payload: 6 }), 6);
  class Inherits extends Error {
    get payload() {
      return "inherited";
    }
  }
  for (const error of [new Error("e"), new RangeError("r"), new Inherits("i")]) {
    assert.throws(() => errorPayload(error), error);
  }
  const trap = Object.assign(new WebAssembly.RuntimeError("t"), { payload: "of a trap" });
  assert.throws(() => errorPayload(trap), trap);
});

test("characters and discriminants are checked on their way out of a guest", () => {
  assert.deepEqual([0xd7ff, 0xe000, 0x10ffff, 0].map(checkChar), [0xd7ff, 0xe000, 0x10ffff, 0]);
  for (const i of [0xd800, 0xdfff, 0x110000, -1]) traps(() => checkChar(i));
  assert.deepEqual([checkDiscriminant(0, 1), checkDiscriminant(2, 3)], [0, 2]);
  for (const i of [3, -1]) traps(() => checkDiscriminant(i, 3));
  assert.deepEqual([-1n, 0xffffffff00000005n, 0x80000000n].map(wrapI64), [-1, 5, -(2 ** 31)]);
  assert.deepEqual([-1, 5].map(extendI32), [0xffffffffn, 5n]);
});
