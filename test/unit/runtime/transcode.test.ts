import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { UTF16_TAG } from "../../../src/abi/constants.ts";
import type { TrapCode } from "../../../src/errors/messages.ts";
import { type StringEncoding, taggedTo64 } from "../../../src/runtime/strings.ts";
import { LiftedString, liftString, storeLiftedString } from "../../../src/runtime/transcode.ts";
import { Random } from "../../random.ts";
import { type ReferenceString, ReferenceTrap, storeStringIntoRange } from "../../reference/strings.ts";
import { assertTrap, type Guest, type GuestOptions, makeGuest, type ReallocCall, randomText } from "./guest.ts";

const T = UTF16_TAG;
const encodings = ["utf8", "utf16", "latin1+utf16"] as const;

/** `text` as it is lifted from a memory with `encoding`. `tagged`: in UTF-16, where Latin-1 would do, too. */
function lifted(encoding: StringEncoding, text: string, tagged = /[^\0-\xff]/.test(text)): LiftedString {
  switch (encoding) {
    case "utf8":
      return new LiftedString(text, "utf8", Buffer.byteLength(text));
    case "utf16":
      return new LiftedString(text, "utf16", text.length);
    case "latin1+utf16":
      return new LiftedString(text, tagged ? "tagged-utf16" : "latin1", text.length);
  }
}

/** The bytes at `ptr` as text in `encoding`, of the length that a store left. */
function stored(guest: Guest, encoding: StringEncoding, ptr: number): string {
  const { length } = guest.cx;
  if (encoding === "utf8") return Buffer.from(guest.at(ptr, length)).toString("utf8");
  if (encoding === "latin1+utf16" && length < T) return Buffer.from(guest.at(ptr, length)).toString("latin1");
  return Buffer.from(guest.at(ptr, 2 * (encoding === "utf16" ? length : length - T))).toString("utf16le");
}

test("a lifted string knows what it was encoded in", () => {
  const guest = makeGuest();
  guest.bytes().set(Buffer.from("h\xe9", "utf8"), 16);
  guest.bytes().set(Buffer.from("h\xe9", "latin1"), 32);
  guest.bytes().set(Buffer.from("h\xe9", "utf16le"), 48);
  const table = [
    ["utf8", 16, 3, "utf8", 3],
    ["utf16", 48, 2, "utf16", 2],
    ["latin1+utf16", 32, 2, "latin1", 2],
    ["latin1+utf16", 48, 2 + T, "tagged-utf16", 2],
  ] as const;
  for (const [encoding, ptr, units, found, codeUnits] of table) {
    assert.deepEqual(liftString(guest.cx, encoding, ptr, units), new LiftedString("hé", found, codeUnits));
  }
  assertTrap(() => liftString(guest.cx, "utf8", 65536, 1), "string-out-of-bounds");
});

/** From, to, text, the calls of realloc (the first allocation is at 1024, and grows to 1032 or beyond), the length. */
const sequences: [from: LiftedString, to: StringEncoding, calls: ReallocCall[], length: number][] = [
  // store_string_copy
  [lifted("utf8", "h\xe9"), "utf8", [[0, 0, 1, 3]], 3],
  [lifted("utf16", "h☃"), "utf16", [[0, 0, 2, 4]], 2],
  [lifted("latin1+utf16", "h\xe9"), "utf16", [[0, 0, 2, 4]], 2],
  [lifted("latin1+utf16", "h☃"), "utf16", [[0, 0, 2, 4]], 2],
  [lifted("latin1+utf16", "h\xe9"), "latin1+utf16", [[0, 0, 2, 2]], 2],
  // store_utf16_to_utf8: in the hope of ASCII, then three bytes a unit, then what it took
  [lifted("utf16", "hi"), "utf8", [[0, 0, 1, 2]], 2],
  [lifted("utf16", "h☃"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 6], [1032, 6, 1, 4]], 4],
  [lifted("utf16", "☃☃"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 6]], 6],
  [lifted("utf16", "🍰"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 6], [1032, 6, 1, 4]], 4],
  [lifted("latin1+utf16", "h☃"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 6], [1032, 6, 1, 4]], 4],
  // store_latin1_to_utf8: two bytes a unit
  [lifted("latin1+utf16", "hi"), "utf8", [[0, 0, 1, 2]], 2],
  [lifted("latin1+utf16", "h\xe9"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 4], [1032, 4, 1, 3]], 3],
  [lifted("latin1+utf16", "\xe9\xe9"), "utf8", [[0, 0, 1, 2], [1024, 2, 1, 4]], 4],
  // store_utf8_to_utf16: two bytes a byte
  [lifted("utf8", "hi"), "utf16", [[0, 0, 2, 4]], 2],
  [lifted("utf8", "h☃"), "utf16", [[0, 0, 2, 8], [1024, 8, 2, 4]], 2],
  // store_string_to_latin1_or_utf16
  [lifted("utf8", "hi"), "latin1+utf16", [[0, 0, 2, 2]], 2],
  [lifted("utf8", "h\xe9"), "latin1+utf16", [[0, 0, 2, 3], [1024, 3, 2, 2]], 2],
  [lifted("utf8", "h\xe9☃"), "latin1+utf16", [[0, 0, 2, 6], [1024, 6, 2, 12], [1032, 12, 2, 6]], 3 + T],
  [lifted("utf16", "h\xe9"), "latin1+utf16", [[0, 0, 2, 2]], 2],
  [lifted("utf16", "h\xe9☃"), "latin1+utf16", [[0, 0, 2, 3], [1024, 3, 2, 6]], 3 + T],
  [lifted("utf16", "☃"), "latin1+utf16", [[0, 0, 2, 1], [1024, 1, 2, 2]], 1 + T],
  // store_probably_utf16_to_latin1_or_utf16
  [lifted("latin1+utf16", "h☃"), "latin1+utf16", [[0, 0, 2, 4]], 2 + T],
  [lifted("latin1+utf16", "h\xe9", true), "latin1+utf16", [[0, 0, 2, 4], [1024, 4, 1, 2]], 2],
  // Nothing at all
  [lifted("utf8", ""), "utf8", [[0, 0, 1, 0]], 0],
  [lifted("utf8", ""), "utf16", [[0, 0, 2, 0]], 0],
  [lifted("utf8", ""), "latin1+utf16", [[0, 0, 2, 0]], 0],
  [lifted("utf16", ""), "utf8", [[0, 0, 1, 0]], 0],
  [lifted("utf16", ""), "latin1+utf16", [[0, 0, 2, 0]], 0],
  [lifted("latin1+utf16", "", true), "latin1+utf16", [[0, 0, 2, 0], [1024, 0, 1, 0]], 0],
]; // biome-ignore format: one row a case

test("each pair of encodings has its sequence of allocations", () => {
  for (const [from, to, calls, length] of sequences) {
    for (const pointer of ["i32", "i64"] as const) {
      const guest = makeGuest({ pointer });
      const ptr = storeLiftedString(guest.cx, to, from);
      const what = `${from.encoding} ${JSON.stringify(from.value)} to ${to}`;
      assert.deepEqual(guest.calls, calls, what);
      assert.equal(guest.cx.length, length, what);
      assert.equal(stored(guest, to, ptr), from.value, what);
    }
  }
});

test("each answer of realloc is checked before it is used", () => {
  const far = 65530;
  const table: [from: LiftedString, to: StringEncoding, answers: (number | undefined)[], code: TrapCode][] = [
    [lifted("utf16", "aaaaaaa"), "utf8", [far], "realloc-out-of-bounds"],
    [lifted("utf16", "aaa☃"), "utf8", [1024, far], "realloc-out-of-bounds"],
    [lifted("utf16", "aaa☃☃☃"), "utf8", [1024, undefined, far], "realloc-out-of-bounds"],
    [lifted("utf8", "aaa"), "utf16", [1025], "realloc-unaligned"],
    [lifted("utf8", "aaaa"), "utf16", [far], "realloc-out-of-bounds"],
    [lifted("utf8", "ééé"), "utf16", [undefined, 1025], "realloc-unaligned"],
    [lifted("utf8", "éééé"), "utf16", [undefined, far], "realloc-out-of-bounds"],
    [lifted("utf8", "aaa"), "latin1+utf16", [1025], "realloc-unaligned"],
    [lifted("utf8", "aaaaaaa"), "latin1+utf16", [far], "realloc-out-of-bounds"],
    [lifted("utf8", "aaa☃"), "latin1+utf16", [undefined, 1025], "realloc-unaligned"],
    [lifted("utf8", "aaa☃"), "latin1+utf16", [undefined, far], "realloc-out-of-bounds"],
    [lifted("utf8", "aaa☃"), "latin1+utf16", [undefined, undefined, 1025], "realloc-unaligned"],
    [lifted("utf8", "aaa☃"), "latin1+utf16", [undefined, undefined, far], "realloc-out-of-bounds"],
    [lifted("utf8", "aé"), "latin1+utf16", [undefined, 1025], "realloc-unaligned"],
    [lifted("utf8", "aaaaaaé"), "latin1+utf16", [undefined, far], "realloc-out-of-bounds"],
    [lifted("latin1+utf16", "aé", true), "latin1+utf16", [1025], "realloc-unaligned"],
    [lifted("latin1+utf16", "aaaé", true), "latin1+utf16", [far], "realloc-out-of-bounds"],
    [lifted("latin1+utf16", "aaaaaaaé", true), "latin1+utf16", [undefined, far], "realloc-out-of-bounds"],
  ];
  for (const [from, to, answers, code] of table) {
    const guest = makeGuest({ answer: (n) => answers[n] });
    const reason = assertTrap(() => storeLiftedString(guest.cx, to, from), code);
    assert.equal(guest.calls.length, answers.length, `${from.value} to ${to}`);
    assert.match(reason.message, code === "realloc-unaligned" ? /^unaligned pointer/ : /^string content out-of-bounds/);
  }
});

test("shrinking Latin-1 out of UTF-16 may end at an odd pointer", () => {
  const guest = makeGuest({ answer: (n) => (n === 1 ? 2049 : undefined) });
  assert.equal(storeLiftedString(guest.cx, "latin1+utf16", lifted("latin1+utf16", "aé", true)), 2049);
});

/** A run of either side: what it ended with, each call of realloc with the memory at that time, and the memory at last. */
interface Outcome {
  readonly result: readonly [ptr: bigint, taggedUnits: bigint] | "trap";
  readonly calls: readonly ReallocCall[];
  readonly snapshots: readonly string[];
  readonly memory: string;
}

const digest = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 8192)).toString("latin1");

function outcome(guest: Guest, run: () => readonly [bigint, bigint]): Outcome {
  let result: Outcome["result"];
  try {
    result = run();
  } catch (error) {
    assert.ok(error instanceof ReferenceTrap || error instanceof WebAssembly.RuntimeError, String(error));
    result = "trap";
  }
  const { calls, snapshots } = guest;
  return { result, calls, snapshots: snapshots.map(digest), memory: digest(guest.bytes()) };
}

test("guests see what the reference lets them see: calls, memory meanwhile, results and traps", () => {
  const random = new Random(2);
  let traps = 0;
  for (let round = 0; round < 4000; round++) {
    const pointer = random.pick(["i32", "i64"] as const);
    const tag = pointer === "i32" ? 2n ** 31n : 2n ** 63n;
    const text = randomText(random, round % 20 === 0 ? 150 : 12);
    const source = lifted(random.pick(encodings), text, /[^\0-\xff]/.test(text) || random.below(3) === 0);
    const to = random.pick(encodings);
    const strange = random.below(4) === 0 ? random.below(3) : -1;
    const answer = random.pick([1025, 1200, 4096, 65535, 65536, 65537, 0x80000000, 0, 65536 - text.length]);
    const grow = random.below(4) === 0;
    const options: GuestOptions = {
      pointer,
      forgetful: random.below(4) === 0,
      answer: (n) => (n === strange ? answer : undefined),
      grow: (n) => grow && n === strange,
    };

    const guest = makeGuest(options);
    guest.bytes().fill(0xaa);
    const found = outcome(guest, () => {
      const ptr = storeLiftedString(guest.cx, to, source);
      const { length } = guest.cx;
      return [BigInt(ptr), pointer === "i64" ? taggedTo64(length) : BigInt(length)];
    });

    const other = makeGuest(options);
    other.bytes().fill(0xaa);
    const wanted = outcome(other, () => {
      const { ptr, taggedCodeUnits } = storeStringIntoRange(
        {
          bytes: other.bytes,
          addressType: pointer,
          encoding: to,
          realloc: (...args) => BigInt(other.realloc(...(args.map(Number) as [number, number, number, number]))),
        },
        asReference(source, tag),
      );
      return [ptr, taggedCodeUnits];
    });
    assert.deepEqual(found, wanted, `round ${round}: ${source.encoding} ${JSON.stringify(text)} to ${to}`);
    if (found.result === "trap") traps++;
  }
  assert.ok(traps > 100, `only ${traps} traps: the test has lost its point`);
});

function asReference({ value, encoding, codeUnits }: LiftedString, tag: bigint): ReferenceString {
  const text = [...value].map((c) => c.codePointAt(0)!);
  switch (encoding) {
    case "utf8":
    case "utf16":
      return { text, encoding, taggedCodeUnits: BigInt(codeUnits) };
    case "latin1":
      return { text, encoding: "latin1+utf16", taggedCodeUnits: BigInt(codeUnits) };
    case "tagged-utf16":
      return { text, encoding: "latin1+utf16", taggedCodeUnits: BigInt(codeUnits) | tag };
  }
}
