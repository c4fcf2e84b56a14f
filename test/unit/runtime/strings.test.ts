import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { UTF16_TAG } from "../../../src/abi/constants.ts";
import type { TrapCode } from "../../../src/errors/messages.ts";
import { storeString } from "../../../src/runtime/error-context-strings.ts";
import {
  loadLatin1OrUtf16,
  loadUtf8,
  loadUtf16,
  pointer64,
  type StringEncoding,
  taggedFrom64,
  taggedTo64,
  viewString,
} from "../../../src/runtime/strings.ts";
import { Random } from "../../random.ts";
import { loadStringFromRange, ReferenceTrap } from "../../reference/strings.ts";
import { assertInvalid, assertTrap, type Guest, makeGuest, randomText } from "./guest.ts";

const loaders = { utf8: loadUtf8, utf16: loadUtf16, "latin1+utf16": loadLatin1OrUtf16 } as const;
const encodings = ["utf8", "utf16", "latin1+utf16"] as const;

/** Of all lengths at which one way of copying gives way to another, and their neighbours. */
const lengths = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 50, 100, 4095, 4096, 4097, 20000,
];
const samples = [
  ...lengths.map((n) => "a".repeat(n)),
  ...lengths.map((n) => "é".repeat(n)),
  ...lengths.map((n) => "☃".repeat(n)),
  ...lengths.map((n) => "🍰".repeat(n)),
  ...lengths.map((n) => `${"a".repeat(n)}é`),
  ...lengths.map((n) => `${"a".repeat(n)}ÿĀ`),
  ...lengths.map((n) => `${"é".repeat(n)}🍰`),
  ...lengths.map((n) => `☃${"a".repeat(n)}`),
  "\ufeff",
  "\ufeffbyte order mark",
  `\ufeff${"long enough for the engine's decoder ".repeat(4)}`,
  "\ufffd",
  `a replacement character \ufffd in ${"long ".repeat(20)} text`,
  `\ufeff${"both of them ".repeat(20)}\ufffd`,
  "\0",
  "a\0b",
  "\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}",
  "\x80\x81\x8d\x8f\x90\x9d\x9f\xa0\xff".repeat(20),
  "e\u0301",
];

const utf16le = (text: string): number[] => [...Buffer.from(text, "utf16le")];
const utf8 = (text: string): number[] => [...Buffer.from(text, "utf8")];
const latin1 = (text: string): number[] => [...Buffer.from(text, "latin1")];
const hasLatin1 = (text: string): boolean => [...text].every((c) => c.codePointAt(0)! < 256);

/** How `text` lies in memory, and its length as the ABI passes it. */
function encoded(encoding: StringEncoding, text: string): { bytes: number[]; units: number; alignment: number } {
  if (encoding === "utf8") return { bytes: utf8(text), units: utf8(text).length, alignment: 1 };
  if (encoding === "utf16") return { bytes: utf16le(text), units: text.length, alignment: 2 };
  return hasLatin1(text)
    ? { bytes: latin1(text), units: text.length, alignment: 2 }
    : { bytes: utf16le(text), units: text.length + UTF16_TAG, alignment: 2 };
}

function put(guest: Guest, ptr: number, bytes: readonly number[]): void {
  guest.bytes().set(bytes, ptr);
}

// ---- Load

test("text of every length and kind is loaded as it is", () => {
  for (const encoding of encodings) {
    const guest = makeGuest({ pages: 4 });
    for (const text of samples) {
      const { bytes, units } = encoded(encoding, text);
      for (const ptr of [1024, guest.bytes().length - bytes.length - (bytes.length % 2)]) {
        guest.bytes().fill(0xff);
        put(guest, ptr, bytes);
        assert.equal(loaders[encoding](guest.cx, ptr, units), text, encoding);
      }
    }
    assert.deepEqual(guest.calls, [], "loading allocates nothing");
  }
});

test("tagged UTF-16 may hold what Latin-1 could", () => {
  const { cx, bytes } = makeGuest();
  bytes().set(utf16le("héllo"), 16);
  assert.equal(loadLatin1OrUtf16(cx, 16, 5 + UTF16_TAG), "héllo");
});

test("bad pointers and lengths trap", () => {
  const end = 65536;
  const table: [StringEncoding, number, number, TrapCode][] = [
    ["utf8", 0xdeadbeef, 0, "string-out-of-bounds"],
    ["utf8", end + 1, 0, "string-out-of-bounds"],
    ["utf8", end - 1, 2, "string-out-of-bounds"],
    ["utf8", 0x80000000, 1, "string-out-of-bounds"],
    ["utf8", 0xffffffff, 0xffffffff, "string-too-long"],
    ["utf8", 0, 2 ** 28 - 1, "string-out-of-bounds"],
    ["utf8", 0, 2 ** 28, "string-too-long"],
    ["utf8", 0, UTF16_TAG + 1, "string-too-long"],
    ["utf16", 1, 0, "unaligned-pointer"],
    ["utf16", 1, 1, "unaligned-pointer"],
    ["utf16", 0xdeadbeef, 0, "unaligned-pointer"],
    ["utf16", 0xdeadbeee, 0, "string-out-of-bounds"],
    ["utf16", end - 2, 2, "string-out-of-bounds"],
    ["utf16", 0, 2 ** 27 - 1, "string-out-of-bounds"],
    ["utf16", 1, 2 ** 27, "string-too-long"],
    ["utf16", 0, UTF16_TAG + 1, "string-too-long"],
    ["latin1+utf16", 1, 0, "unaligned-pointer"],
    ["latin1+utf16", 1, UTF16_TAG, "unaligned-pointer"],
    ["latin1+utf16", end, 1, "string-out-of-bounds"],
    ["latin1+utf16", end - 2, UTF16_TAG + 2, "string-out-of-bounds"],
    ["latin1+utf16", 1, 2 ** 28, "string-too-long"],
    ["latin1+utf16", 1, UTF16_TAG + 2 ** 27, "string-too-long"],
    ["latin1+utf16", 0, 0xffffffff, "string-too-long"],
  ];
  const { cx } = makeGuest();
  for (const [encoding, ptr, units, code] of table) {
    assertTrap(() => loaders[encoding](cx, ptr, units), code);
    assertTrap(() => viewString(cx, encoding, ptr, units), code);
  }
});

test("the end of memory is in bounds", () => {
  const { cx } = makeGuest();
  for (const encoding of encodings) assert.equal(loaders[encoding](cx, 65536, 0), "");
  assert.equal(loadLatin1OrUtf16(cx, 65536, UTF16_TAG), "");
});

test("invalid UTF-8 traps, and the trap says where", () => {
  const table: [bytes: number[], message: RegExp][] = [
    [[0xff], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0x80], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0x61, 0xc0, 0x80], /^invalid utf-8 sequence of 1 bytes from index 1$/],
    [[0xc1, 0xbf], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xc3], /^incomplete utf-8 byte sequence from index 0$/],
    [[0x61, 0xc3], /^incomplete utf-8 byte sequence from index 1$/],
    [[0xc3, 0x28], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xe0, 0x80, 0x80], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xe2, 0x98], /^incomplete utf-8 byte sequence from index 0$/],
    [[0xe2, 0x98, 0x28], /^invalid utf-8 sequence of 2 bytes from index 0$/],
    [[0xed, 0xa0, 0x80], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xed, 0xbf, 0xbf], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xf0, 0x8f, 0xbf, 0xbf], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xf0, 0x9f, 0x8d], /^incomplete utf-8 byte sequence from index 0$/],
    [[0xf0, 0x9f, 0x8d, 0x28], /^invalid utf-8 sequence of 3 bytes from index 0$/],
    [[0xf4, 0x90, 0x80, 0x80], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xf5, 0x80, 0x80, 0x80], /^invalid utf-8 sequence of 1 bytes from index 0$/],
    [[0xfe], /^invalid utf-8 sequence of 1 bytes from index 0$/],
  ];
  for (const [bad, message] of table) {
    for (const before of [0, 40, 5000]) {
      const { cx, bytes } = makeGuest();
      bytes().set([..."x".repeat(before)].map((c) => c.charCodeAt(0)).concat(bad), 8);
      const code = message.source.startsWith("^incomplete") ? "incomplete-utf8" : "invalid-utf8";
      for (const run of [
        () => loadUtf8(cx, 8, before + bad.length),
        () => viewString(cx, "utf8", 8, before + bad.length),
      ]) {
        const reason = assertTrap(run, code);
        if (before === 0) assert.match(reason.message, message);
        else
          assert.match(
            reason.message,
            new RegExp(`index ${before + Number(/\d+\$/.exec(message.source)![0].slice(0, -1))}$`),
          );
      }
    }
  }
});

test("unpaired surrogates in UTF-16 trap", () => {
  const bad = ["\ud800", "\udc00", "a\udbff", "\ud83c\ud83c\udf70", "\udf70\ud83c", "🍰\udf70", "\ud800a"];
  for (const text of bad) {
    for (const before of [0, 1, 3, 30, 3000]) {
      const guest = makeGuest();
      const whole = "x".repeat(before) + text;
      put(
        guest,
        8,
        [...whole.split("")].flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]),
      );
      assertTrap(() => loadUtf16(guest.cx, 8, whole.length), "invalid-utf16");
      assertTrap(() => loadLatin1OrUtf16(guest.cx, 8, whole.length + UTF16_TAG), "invalid-utf16");
      assertTrap(() => viewString(guest.cx, "utf16", 8, whole.length), "invalid-utf16");
    }
  }
});

test("loading agrees with the reference on random bytes", () => {
  const random = new Random(1);
  for (let round = 0; round < 4000; round++) {
    const encoding = random.pick(encodings);
    const guest = makeGuest();
    const text = randomText(random, round % 10 === 0 ? 200 : 12);
    const { bytes, units } = encoded(encoding, text);
    const ptr = random.below(20) === 0 ? random.below(64) : 64;
    if (bytes.length > 0 && random.below(2) === 0) bytes[random.below(bytes.length)] = random.below(256);
    put(guest, ptr, bytes);
    const length = random.below(10) === 0 ? units + random.below(3) - (units > 0 ? 1 : 0) : units;
    const wanted = attempt(() => {
      const reference = loadStringFromRange(
        { bytes: guest.bytes, addressType: "i32", encoding, realloc: () => assert.fail() },
        BigInt(ptr),
        BigInt(length),
      );
      return String.fromCodePoint(...reference.text);
    });
    const found = attempt(() => loaders[encoding](guest.cx, ptr, length));
    const seen = attempt(() => viewString(guest.cx, encoding, ptr, length).toString());
    assert.equal(found, wanted, `${encoding} ${JSON.stringify(text)} at ${ptr}`);
    assert.equal(seen, wanted);
  }
});

function attempt(run: () => string): string | symbol {
  try {
    return run();
  } catch (error) {
    assert.ok(error instanceof ReferenceTrap || error instanceof WebAssembly.RuntimeError, String(error));
    return trapped;
  }
}
const trapped = Symbol("trapped");

test("a memory that has grown since it was last looked at is seen whole", () => {
  const guest = makeGuest();
  guest.memory.grow(1);
  put(guest, 70000, utf8("beyond"));
  assert.equal(loadUtf8(guest.cx, 70000, 6), "beyond");
  assertTrap(() => loadUtf8(guest.cx, 2 * 65536, 1), "string-out-of-bounds");
});

test("a shared memory is read, too", () => {
  const guest = makeGuest();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
  Object.assign(guest.cx.memory, { memory });
  guest.cx.memory.refresh();
  for (const encoding of encodings) {
    for (const text of ["short", "more than short ".repeat(40), "ünd länger ".repeat(40), "☃".repeat(300)]) {
      const { bytes, units } = encoded(encoding, text);
      new Uint8Array(memory.buffer).set(bytes, 1024);
      assert.equal(loaders[encoding](guest.cx, 1024, units), text);
    }
  }
  assertTrap(() => {
    new Uint8Array(memory.buffer).fill(0xff);
    loadUtf8(guest.cx, 0, 1000);
  }, "invalid-utf8");
  memory.grow(1);
  new Uint8Array(memory.buffer).set(utf8("grown"), 65536);
  assert.equal(loadUtf8(guest.cx, 65536, 5), "grown");
});

// ---- Store

test("a JavaScript string is one exact allocation and a copy", () => {
  for (const encoding of encodings) {
    for (const text of samples) {
      const { bytes, units, alignment } = encoded(encoding, text);
      const guest = makeGuest({ pages: 4 });
      const before = guest.bytes().slice();
      const ptr = storeString(guest.cx, encoding, text);
      assert.deepEqual(guest.calls, [[0, 0, alignment, bytes.length]], `${encoding} ${text.slice(0, 20)}`);
      assert.deepEqual(guest.snapshots, [before], "nothing is written before there is room");
      assert.equal(ptr, 1024);
      assert.equal(guest.cx.length, units);
      before.set(bytes, ptr);
      assert.ok(Buffer.compare(guest.bytes(), before) === 0, `${encoding} writes the text and nothing else`);
    }
  }
});

test("lone surrogates become U+FFFD", () => {
  const table = [
    ["\ud800", "\ufffd"],
    ["\udfff", "\ufffd"],
    ["a\ud83cb", "a\ufffdb"],
    ["\udf70\ud83c", "\ufffd\ufffd"],
    ["\ud83c\ud83c\udf70\udf70", "\ufffd🍰\ufffd"],
    [`${"long ".repeat(30)}\ud800`, `${"long ".repeat(30)}\ufffd`],
    [`\udc00${"☃".repeat(5000)}\ud800`, `\ufffd${"☃".repeat(5000)}\ufffd`],
  ] as const;
  for (const encoding of encodings) {
    for (const [given, stored] of table) {
      const guest = makeGuest({ pages: 2 });
      const ptr = storeString(guest.cx, encoding, given);
      assert.equal(loaders[encoding](guest.cx, ptr, guest.cx.length), stored);
    }
  }
});

test("only strings are strings", () => {
  for (const encoding of encodings) {
    const { cx, calls } = makeGuest();
    for (const v of [undefined, null, 1, 1n, true, {}, [], ["a"], new String("a"), Symbol("a"), () => "a"]) {
      assertInvalid(() => storeString(cx, encoding, v));
    }
    assert.deepEqual(calls, []);
  }
});

test("strings that no component could have are refused before there is room for them", () => {
  const { cx, calls } = makeGuest();
  assertInvalid(() => storeString(cx, "utf8", "a".repeat(2 ** 28)));
  assertInvalid(() => storeString(cx, "utf16", "a".repeat(2 ** 27)));
  assertInvalid(() => storeString(cx, "latin1+utf16", `☃${"a".repeat(2 ** 27)}`));
  assertInvalid(() => storeString(cx, "latin1+utf16", "a".repeat(2 ** 28)));
  assert.deepEqual(calls, []);
});

test("what realloc returns is checked, even for nothing", () => {
  const table: [StringEncoding, string, number, TrapCode][] = [
    ["utf8", "", 65537, "realloc-out-of-bounds"],
    ["utf8", "", 0xffffffff, "realloc-out-of-bounds"],
    ["utf8", "abc", 65534, "realloc-out-of-bounds"],
    ["utf16", "", 1, "realloc-unaligned"],
    ["utf16", "", 0xffffffff, "realloc-unaligned"],
    ["utf16", "", 65538, "realloc-out-of-bounds"],
    ["utf16", "ab", 65534, "realloc-out-of-bounds"],
    ["latin1+utf16", "", 1, "realloc-unaligned"],
    ["latin1+utf16", "abc", 65534, "realloc-out-of-bounds"],
    ["latin1+utf16", "☃☃", 65534, "realloc-out-of-bounds"],
    ["latin1+utf16", "☃", 3, "realloc-unaligned"],
  ];
  for (const [encoding, text, ptr, code] of table) {
    const { cx } = makeGuest({ answer: () => ptr });
    assertTrap(() => storeString(cx, encoding, text), code);
  }
  const { cx } = makeGuest({ answer: () => 65536 });
  for (const encoding of encodings) assert.equal(storeString(cx, encoding, ""), 65536);
});

test("realloc may grow the memory", () => {
  for (const encoding of encodings) {
    for (const text of ["short", "much longer than that ".repeat(50), "ü☃".repeat(100)]) {
      const guest = makeGuest({ grow: () => true, answer: () => 65536 });
      const ptr = storeString(guest.cx, encoding, text);
      assert.equal(ptr, 65536);
      assert.deepEqual(guest.at(ptr, encoded(encoding, text).bytes.length), encoded(encoding, text).bytes);
    }
  }
});

test("a string for which there was no room leaves nothing behind", () => {
  const full = makeGuest({ answer: () => 65535 });
  const guest = makeGuest();
  assertTrap(() => storeString(full.cx, "utf8", "x".repeat(100_000)), "realloc-out-of-bounds");
  for (const text of ["short", "not so short ".repeat(20), "very long ".repeat(3000)]) {
    assert.equal(loadUtf8(guest.cx, storeString(guest.cx, "utf8", text), guest.cx.length), text);
  }
});

// ---- Views

test("a view shows the guest's bytes and becomes a string on request", () => {
  const table = [
    ["utf8", "hé☃🍰", "utf8"],
    ["utf16", "hé☃🍰", "utf16"],
    ["latin1+utf16", "hé", "latin1"],
    ["latin1+utf16", "hé☃", "utf16"],
  ] as const;
  for (const [encoding, text, found] of table) {
    const guest = makeGuest();
    const { bytes, units } = encoded(encoding, text);
    put(guest, 32, bytes);
    const view = viewString(guest.cx, encoding, 32, units);
    assert.equal(view.encoding, found);
    assert.equal(view.bytes.buffer, guest.memory.buffer);
    assert.deepEqual([...view.bytes], bytes);
    assert.equal(String(view), text);
    guest.memory.grow(1);
    assert.throws(() => String(view), { name: "ComponentError", code: "stale-view" });
  }
});

// ---- 64-bit memories

test("pointers of 64 bits become numbers, or trap", () => {
  assert.equal(pointer64(0n), 0);
  assert.equal(pointer64(2n ** 32n + 1n), 2 ** 32 + 1);
  assert.equal(pointer64(2n ** 53n - 1n), 2 ** 53 - 1);
  for (const x of [2n ** 53n, 2n ** 63n, -1n, -(2n ** 63n)]) assertTrap(() => pointer64(x), "pointer-out-of-bounds");
});

test("the tag of a 64-bit length is moved, and nothing is rounded", () => {
  const tag = 2n ** 63n;
  const table = [
    [0n, 0],
    [1n, 1],
    [2n ** 28n - 1n, 2 ** 28 - 1],
    [tag, UTF16_TAG],
    [tag + 1n, UTF16_TAG + 1],
    [tag + 2n ** 28n - 1n, UTF16_TAG + 2 ** 28 - 1],
  ] as const;
  for (const [wide, narrow] of table) {
    assert.equal(taggedFrom64(wide), narrow);
    assert.equal(taggedFrom64(BigInt.asIntN(64, wide)), narrow);
    assert.equal(taggedTo64(narrow), wide);
  }
  for (const x of [2n ** 28n, 2n ** 31n, 2n ** 31n + 1n, 2n ** 62n, tag + 2n ** 28n, tag + 2n ** 31n, -1n]) {
    assertTrap(() => taggedFrom64(x), "string-too-long");
  }
});

test("a 64-bit realloc is called with bigints and asked as a 32-bit one is", () => {
  for (const encoding of encodings) {
    const guest = makeGuest({ pointer: "i64" });
    const ptr = storeString(guest.cx, encoding, "wörld☃");
    const { bytes, units, alignment } = encoded(encoding, "wörld☃");
    assert.deepEqual(guest.calls, [[0, 0, alignment, bytes.length]]);
    assert.equal(guest.cx.length, units);
    assert.equal(loaders[encoding](guest.cx, pointer64(BigInt(ptr)), taggedFrom64(taggedTo64(units))), "wörld☃");
  }
  const { cx } = makeGuest({ pointer: "i64", answer: () => 2 ** 53 });
  assertTrap(() => storeString(cx, "utf8", ""), "realloc-out-of-bounds");
});

// ---- Engines

/** Whether this process is one whose `Buffer` was taken away. */
const bare = globalThis.Buffer === undefined;

test("all of this holds where there are only the codecs of the web", { skip: bare }, () => {
  const self = fileURLToPath(import.meta.url);
  const first = self.replace("strings.test", "without-buffer");
  const flags = "bun" in process.versions ? ["test", "--timeout=300000", "--preload", first] : ["--import", first];
  // A test runner of its own, not a part of this one.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  for (const file of [self, self.replace("strings.test", "transcode.test")]) {
    const { status, stdout } = spawnSync(process.execPath, [...flags, file], { encoding: "utf8", env });
    assert.equal(status, 0, stdout);
  }
});
