/** Strings between components, in all pairs of encodings: text, calls of `realloc`, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StringEncoding } from "../../../src/validate/typed.ts";
import { picker } from "../../random.ts";
import { Types } from "../codegen/program.ts";
import { type Link, MODE, memory64, modes, multiMemory, type Outcome, PARAMS, type SideSpec, Twins } from "./link.ts";
import { texts } from "./raw.ts";

const skip = !multiMemory && "needs several memories";
const encodings = ["utf8", "utf16", "latin1+utf16"] as const;
const sides: readonly SideSpec[] = encodings.flatMap((encoding) =>
  memory64
    ? [
        { encoding, pointer: "i32" as const },
        { encoding, pointer: "i64" as const },
      ]
    : [{ encoding, pointer: "i32" as const }],
);
const DATA = 2 * 65536;

const made = new Map<string, { readonly composed: Link; readonly fused: Link }>();

/** `func(s: string)`, composed and fused. */
function linksOf(caller: SideSpec, callee: SideSpec): { readonly composed: Link; readonly fused: Link } {
  const key = JSON.stringify([caller, callee]);
  let links = made.get(key);
  if (links === undefined) {
    const types = new Types();
    const twins = new Twins({ types: types.nodes, params: [types.of("string")], caller, callee });
    links = { composed: twins.composed(), fused: twins.asAdapter() };
    made.set(key, links);
  }
  return links;
}

/** Passes bytes that lie at `ptr` as so many code units. */
function pass(
  link: Link,
  { pointer }: SideSpec,
  bytes: Uint8Array,
  units: number,
  tagged = false,
  ptr = DATA,
  mode = 0,
): Outcome {
  link.reset();
  link.caller.set(bytes, ptr);
  new DataView(link.callee.buffer).setUint32(MODE, mode, true);
  if (pointer === "i64") return link.call([BigInt(ptr), BigInt.asIntN(64, BigInt(units) | (tagged ? 1n << 63n : 0n))]);
  return link.call([ptr, units | (tagged ? 1 << 31 : 0)]);
}

function passBoth(
  caller: SideSpec,
  callee: SideSpec,
  ...rest: [Uint8Array, number, boolean?, number?, number?]
): Outcome {
  const links = linksOf(caller, callee);
  const composed = pass(links.composed, caller, ...rest);
  const fused = pass(links.fused, caller, ...rest);
  const what = JSON.stringify([caller, callee, [...rest[0].subarray(0, 64)], rest.slice(1)]);
  assert.equal(fused.trap, composed.trap, what);
  assert.deepEqual(fused.reallocs, composed.reallocs, what);
  assert.ok(fused.callee.equals(composed.callee), what);
  return fused;
}

/** The string that the callee has got. */
function received({ callee }: Outcome, { encoding, pointer }: SideSpec): string {
  const ptr = Number(pointer === "i32" ? callee.readUInt32LE(PARAMS) : callee.readBigUInt64LE(PARAMS));
  const length = pointer === "i32" ? BigInt(callee.readUInt32LE(PARAMS + 8)) : callee.readBigUInt64LE(PARAMS + 8);
  const tag = pointer === "i32" ? 1n << 31n : 1n << 63n;
  const tagged = encoding === "latin1+utf16" && (length & tag) !== 0n;
  const units = Number(tagged ? length ^ tag : length);
  if (encoding === "utf8") return callee.toString("utf8", ptr, ptr + units);
  if (encoding === "utf16" || tagged) return callee.toString("utf16le", ptr, ptr + 2 * units);
  return callee.toString("latin1", ptr, ptr + units);
}

/** A text as a caller may have it: what is Latin-1 may be in UTF-16 all the same. */
function* encodingsOf(text: string, encoding: StringEncoding): Generator<[Uint8Array, number, boolean]> {
  const utf16 = Buffer.from(text, "utf16le");
  if (encoding === "utf8") {
    const utf8 = Buffer.from(text);
    yield [utf8, utf8.length, false];
  } else if (encoding === "utf16") yield [utf16, text.length, false];
  else {
    if (!/[^\0-\xff]/.test(text)) yield [Buffer.from(text, "latin1"), text.length, false];
    yield [utf16, text.length, true];
  }
}

/** Texts of many lengths whose first character that is not `filler` is anywhere: around the ends of vectors. */
function* edges(): Generator<string> {
  const characters = ["a", "é", "ÿ", "Ā", "߿", "ࠀ", "日", "🙂"];
  for (const length of [1, 3, 4, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 63, 64, 65, 66, 80]) {
    for (const character of characters) {
      for (const filler of ["a", "ö"]) {
        for (const at of new Set([0, length >> 1, length - 1])) {
          yield filler.repeat(at) + character + filler.repeat(length - 1 - at);
        }
      }
    }
  }
}

test("text arrives, whatever it is encoded in", { skip }, () => {
  const all = [...texts, ...edges()];
  const pick = picker(7);
  for (const caller of sides) {
    for (const callee of sides) {
      for (const text of all) {
        // Every pair of encodings sees every text, wider pointers some.
        if ((caller.pointer === "i64" || callee.pointer === "i64") && pick(8) > 0) continue;
        for (const [bytes, units, tagged] of encodingsOf(text, caller.encoding)) {
          const outcome = passBoth(caller, callee, bytes, units, tagged);
          assert.equal(outcome.trap, undefined);
          assert.equal(received(outcome, callee), text);
        }
      }
    }
  }
});

/** What `realloc` is asked for, by what a string is like. */
const reallocs: readonly [string, StringEncoding, StringEncoding, string, boolean, readonly string[]][] = [
  ["a copy", "utf8", "utf8", "größer", false, ["0 -> 8 align 1"]],
  ["a copy of pairs", "utf16", "utf16", "größer", false, ["0 -> 12 align 2"]],
  ["ASCII", "utf16", "utf8", "abc", false, ["0 -> 3 align 1"]],
  [
    "the worst case, then less",
    "utf16",
    "utf8",
    "größer",
    false,
    ["0 -> 6 align 1", "6 -> 18 align 1", "18 -> 8 align 1"],
  ],
  ["exactly the worst case", "utf16", "utf8", "日本", false, ["0 -> 2 align 1", "2 -> 6 align 1"]],
  ["twice as much", "latin1+utf16", "utf8", "größer", false, ["0 -> 6 align 1", "6 -> 12 align 1", "12 -> 8 align 1"]],
  ["ASCII needs all", "utf8", "utf16", "abc", false, ["0 -> 6 align 2"]],
  ["fewer units than bytes", "utf8", "utf16", "größer", false, ["0 -> 16 align 2", "16 -> 12 align 2"]],
  ["each byte becomes two", "latin1+utf16", "utf16", "größer", false, ["0 -> 12 align 2"]],
  ["Latin-1 in less", "utf8", "latin1+utf16", "größer", false, ["0 -> 8 align 2", "8 -> 6 align 2"]],
  [
    "no Latin-1 after all",
    "utf8",
    "latin1+utf16",
    "gr日",
    false,
    ["0 -> 5 align 2", "5 -> 10 align 2", "10 -> 6 align 2"],
  ],
  ["Latin-1 of pairs", "utf16", "latin1+utf16", "größer", false, ["0 -> 6 align 2"]],
  ["pairs after all", "utf16", "latin1+utf16", "gr日", false, ["0 -> 3 align 2", "3 -> 6 align 2"]],
  ["bytes", "latin1+utf16", "latin1+utf16", "größer", false, ["0 -> 6 align 2"]],
  ["pairs", "latin1+utf16", "latin1+utf16", "gr日", true, ["0 -> 6 align 2"]],
  ["pairs for no reason", "latin1+utf16", "latin1+utf16", "größer", true, ["0 -> 12 align 2", "12 -> 6 align 1"]],
  ["nothing", "utf8", "utf8", "", false, ["0 -> 0 align 1"]],
];

for (const [name, from, to, text, tagged, wanted] of reallocs) {
  test(`${from} to ${to}: ${name}`, { skip }, () => {
    const found = [...encodingsOf(text, from)].find((encoded) => encoded[2] === tagged)!;
    const outcome = passBoth({ encoding: from, pointer: "i32" }, { encoding: to, pointer: "i32" }, ...found);
    assert.deepEqual(outcome.reallocs, [wanted, []]);
  });
}

test("what is no UTF-8 is refused", { skip }, () => {
  const utf8: SideSpec = { encoding: "utf8", pointer: "i32" };
  const wrong = [
    [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x41], [0xc2, 0xc2], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
    [0xe1, 0x80], [0xe1, 0x80, 0x41], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf1, 0x80, 0x80], [0xf1, 0x80, 0x80, 0x41], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xc3, 0xa9, 0xa9],
  ]; // biome-ignore format: a list
  for (const bytes of wrong) {
    for (const before of [
      "",
      "a",
      "aaaaaaa",
      "é",
      "日本語日本語日本語",
      "a".repeat(15),
      "é".repeat(30),
      `${"a".repeat(61)}é`,
    ]) {
      for (const after of ["", "a", "é", "a".repeat(20), "é".repeat(17), "日".repeat(25)]) {
        const all = Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
        const { trap } = passBoth(utf8, utf8, all, all.length);
        assert.match(trap ?? "", /invalid-utf8|incomplete-utf8/);
      }
    }
  }
});

test("what is UTF-8 is told from what is not", { skip }, () => {
  const utf8: SideSpec = { encoding: "utf8", pointer: "i32" };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const { fused } = linksOf(utf8, utf8);
  const pick = picker(3);
  const lead = [
    0x61, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
  ];
  let valid = 0;
  for (let round = 0; round < 6000; round++) {
    const text = Array.from(
      { length: 1 + pick(12) },
      () => ["a", "é", "日", "🙂", "\u0800", "\ud7ff", "\u{10ffff}"][pick(7)],
    );
    const bytes = Buffer.from("x".repeat(pick(40)) + text.join("").repeat(1 + pick(4)) + "y".repeat(pick(20)));
    if (pick(3) > 0) bytes[pick(bytes.length)] = lead[pick(lead.length)]!;
    let wanted = true;
    try {
      decoder.decode(bytes);
    } catch {
      wanted = false;
    }
    const { trap } = pass(fused, utf8, bytes, bytes.length);
    assert.equal(trap === undefined, wanted, bytes.toString("hex"));
    if (wanted) valid++;
  }
  assert.ok(valid > 1000);
});

test("unpaired surrogates are refused", { skip }, () => {
  const utf16: SideSpec = { encoding: "utf16", pointer: "i32" };
  for (const wrong of ["\ud800", "\udc00", "\ud800a", "\udc00\ud800", "\ud800\ud800\udc00", "🙂\udc00"]) {
    for (const before of ["", "a", "aaaaaaa", "aaaaaaaa", "日".repeat(40), "🙂".repeat(9)]) {
      for (const after of ["", "a", "b".repeat(9), "🙂🙂🙂🙂🙂", "日".repeat(33)]) {
        const text = before + wrong + after;
        const { trap } = passBoth(utf16, utf16, Buffer.from(text, "utf16le"), text.length);
        assert.match(trap ?? "", /invalid-utf16/);
      }
    }
  }
});

test("places and lengths that are none are refused", { skip }, () => {
  const none = new Uint8Array();
  for (const caller of sides) {
    const wide = caller.encoding === "utf16" ? 2 : 1;
    const callee: SideSpec = { encoding: "utf8", pointer: "i32" };
    const refused = (units: number, ptr: number, tagged = false) =>
      passBoth(caller, callee, none, units, tagged, ptr).trap;
    assert.match(refused(1, 4 * 65536) ?? "", /string-out-of-bounds/);
    assert.match(refused(3, 4 * 65536 - 2) ?? "", /string-out-of-bounds/);
    assert.match(refused(Math.ceil(2 ** 28 / wide), 0) ?? "", /string-too-long/);
    assert.match(refused(2 ** 28 / wide - 1, 0) ?? "", /string-out-of-bounds/);
    if (caller.encoding !== "utf8") assert.match(refused(1, DATA + 1) ?? "", /unaligned-pointer/);
    if (caller.encoding === "latin1+utf16") {
      assert.match(refused(2 ** 27, 0, true) ?? "", /string-too-long/);
      assert.match(refused(1, DATA + 1, true) ?? "", /unaligned-pointer/);
    }
    // The very end of the memory is still inside.
    assert.equal(refused(0, 4 * 65536), undefined);
  }
});

test("what a wrong `realloc` returns is refused", { skip }, () => {
  for (const from of encodings) {
    for (const to of encodings) {
      const [caller, callee]: SideSpec[] = [
        { encoding: from, pointer: "i32" },
        { encoding: to, pointer: "i32" },
      ];
      for (const text of ["abc", "größer", "日本"]) {
        for (const encoded of encodingsOf(text, from)) {
          for (const mode of Object.values(modes)) passBoth(caller!, callee!, ...encoded, DATA, mode);
        }
      }
    }
  }
});
