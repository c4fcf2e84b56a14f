/**
 * What is measured: calls of functions that guests export, with values that suit them.
 *
 * A `call` is JavaScript for one call, number `i` of many; it can name the exports in `uses`, and `v`, eight values. Where
 * a guest makes the calls, `repeat` names the export that makes n of them.
 */
import { ascii, type GuestName } from "./guests.ts";

export const groups = [
  "host to guest: scalars",
  "host to guest: strings",
  "host to guest: lists",
  "host to guest: compounds",
  "resources",
  "guest to host",
  "guest to guest",
] as const;
export type Group = (typeof groups)[number];

interface Common {
  readonly name: string;
  readonly group: Group;
  readonly guest: GuestName;
}

export interface CallWorkload extends Common {
  readonly uses: string;
  readonly call: string;
  /** What becomes of the result: numbers are summed up, other values kept. */
  readonly result: "number" | "value" | "boolean" | "none" | "thrown";
  readonly values?: () => readonly unknown[];
}

export interface RepeatWorkload extends Common {
  readonly repeat: string;
}

export type Workload = CallWorkload | RepeatWorkload;

// ---- Values, eight of each kind

const eight = <T>(make: (i: number) => T): T[] => Array.from({ length: 8 }, (_, i) => make(i));

/** A string as a parser makes it: in one piece. */
const flat = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

const asciiTexts = (length: number) => () => eight((i) => flat(ascii(length + i).slice(i)));
/** Letters of two and three bytes in UTF-8, and pairs of surrogates, one in ten each. */
const mixedTexts = (length: number) => () =>
  eight((i) => {
    const text = "Größe: 25 m² – 東京 🚀 and so on; ".repeat(Math.ceil(length / 30) + 1);
    let start = i;
    if ((text.charCodeAt(start) & 0xfc00) === 0xdc00) start++;
    let end = start + length;
    if ((text.charCodeAt(end) & 0xfc00) === 0xdc00) end++;
    return flat(text.slice(start, end));
  });
const bytes = (length: number) => () => eight((i) => Uint8Array.from({ length }, (_, n) => (n + i) & 255));
const words = (length: number) => eight((i) => Uint32Array.from({ length }, (_, n) => n * 77_777 + i));
const doubles = (length: number) => eight((i) => Float64Array.from({ length }, (_, n) => n * 1.5 + i));
const point = (n: number) => ({ x: n + 0.25, y: n * 2.5, id: n });
const pointLists = () => eight((i) => Array.from({ length: 1000 }, (_, n) => point(n + i)));
const rights = (i: number) => ({
  read: true,
  write: (i & 1) !== 0,
  execute: false,
  list: (i & 2) !== 0,
  create: true,
  delete: (i & 4) !== 0,
  rename: false,
  setTimes: true,
});
const colors = ["red", "orange", "yellow", "green", "light-blue", "blue", "violet", "black"];
const shapes = eight((i) =>
  i % 4 === 0
    ? { tag: "num", val: i + 0.5 }
    : i % 4 === 1
      ? { tag: "text", val: flat(ascii(10 + i)) }
      : i % 4 === 2
        ? { tag: "pair", val: [i, 4_000_000_000] }
        : i === 3
          ? { tag: "none" }
          : { tag: "count", val: 3_000_000_000 + i },
);

const args = (count: number) => ["i", ...Array.from({ length: count - 1 }, (_, n) => String(n * 3))].join(", ");

// ---- Tables

function calls(group: Group, guest: GuestName, rows: readonly Omit<CallWorkload, "group" | "guest">[]): Workload[] {
  return rows.map((row) => ({ ...row, group, guest }));
}

/** Calls of one function with one value. */
function pass(name: string, uses: string, result: CallWorkload["result"], values: () => readonly unknown[]) {
  return { name, uses, call: `${uses}(v[i & 7])`, result, values };
}

function repeats(
  guest: GuestName,
  group: Group,
  rows: readonly (readonly [name: string, repeat: string])[],
): Workload[] {
  return rows.map(([name, repeat]) => ({ name, group, guest, repeat }));
}

export const workloads: readonly Workload[] = [
  ...calls("host to guest: scalars", "scalars", [
    { name: "nop", uses: "nop", call: "nop()", result: "none" },
    { name: "add(u32, u32)", uses: "add", call: "add(i, 7)", result: "number" },
    pass("u64 → u64", "unsignedLong", "value", () => eight((i) => BigInt(i) * 10n ** 15n)),
    pass("s64 → s64", "signedLong", "value", () => eight((i) => BigInt(i - 4) * 10n ** 15n)),
    { name: "f64 → f64", uses: "double", call: "double(i + 0.5)", result: "number" },
    { name: "bool", uses: "yes", call: "yes((i & 1) === 0)", result: "boolean" },
    pass("char", "letter", "value", () => [..."abcdefgh"]),
    pass("enum", "paint", "value", () => colors),
    pass("flags, 8", "allowed", "value", () => eight(rights)),
    { name: "16 parameters, u32", uses: "sum16", call: `sum16(${args(16)})`, result: "number" },
  ]),
  ...calls("host to guest: strings", "strings-utf8", [
    pass("string, 5 ASCII", "identity", "value", asciiTexts(5)),
    pass("string, 20 ASCII", "identity", "value", asciiTexts(20)),
    pass("string, 50 ASCII", "identity", "value", asciiTexts(50)),
    pass("string, 1000 ASCII", "identity", "value", asciiTexts(1000)),
    pass("string, 100,000 ASCII", "identity", "value", asciiTexts(100_000)),
    pass("string, 20 mixed", "identity", "value", mixedTexts(20)),
    pass("string, 50 mixed", "identity", "value", mixedTexts(50)),
    pass("string, 1000 mixed", "identity", "value", mixedTexts(1000)),
    pass("string, 50 ASCII, post-return", "freed", "value", asciiTexts(50)),
    pass("string, 20 ASCII, in only", "sink", "number", asciiTexts(20)),
    { name: "string, 20 ASCII, out only", uses: "get", call: "get()", result: "value" },
  ]),
  ...calls("host to guest: strings", "strings-utf16", [
    pass("UTF-16 string, 5 ASCII", "identity", "value", asciiTexts(5)),
    pass("UTF-16 string, 50 ASCII", "identity", "value", asciiTexts(50)),
    pass("UTF-16 string, 1000 ASCII", "identity", "value", asciiTexts(1000)),
    pass("UTF-16 string, 50 mixed", "identity", "value", mixedTexts(50)),
  ]),
  ...calls("host to guest: strings", "strings-latin1", [
    pass("Latin-1 or UTF-16 string, 50 ASCII", "identity", "value", asciiTexts(50)),
    pass("Latin-1 or UTF-16 string, 1000 ASCII", "identity", "value", asciiTexts(1000)),
    pass("Latin-1 or UTF-16 string, 50 mixed", "identity", "value", mixedTexts(50)),
  ]),
  ...calls("host to guest: lists", "lists", [
    pass("list<u8>, 16 B", "bytes", "value", bytes(16)),
    pass("list<u8>, 16 B, in only", "sinkBytes", "number", bytes(16)),
    pass("list<u8>, 1 KB", "bytes", "value", bytes(1024)),
    pass("list<u8>, 1 KB, in only", "sinkBytes", "number", bytes(1024)),
    pass("list<u8>, 64 KB", "bytes", "value", bytes(65_536)),
    pass("list<u8>, 64 KB, in only", "sinkBytes", "number", bytes(65_536)),
    pass("list<u8>, 1 MB", "bytes", "value", bytes(1_048_576)),
    pass("list<u8>, 1 MB, in only", "sinkBytes", "number", bytes(1_048_576)),
    pass("list<u32>, 1000, typed array", "words", "value", () => words(1000)),
    pass("list<u32>, 1000, array", "words", "value", () => words(1000).map((list) => [...list])),
    pass("list<f64>, 1000, typed array", "doubles", "value", () => doubles(1000)),
    pass("list<f64>, 1000, array", "doubles", "value", () => doubles(1000).map((list) => [...list])),
    pass("list<string>, 100 of 20", "strings", "value", () =>
      eight((i) => Array.from({ length: 100 }, (_, n) => flat(ascii(40 + n).slice(i + n, i + n + 20)))),
    ),
    pass("list<record {f64, f64, u32}>, 1000", "points", "value", pointLists),
    pass("list<record {f64, f64, u32}>, 1000, in only", "sinkPoints", "number", pointLists),
    pass("list<list<u32>>, 32 of 32", "rows", "value", () =>
      eight((i) => Array.from({ length: 32 }, (_, n) => Uint32Array.from({ length: 32 }, (_, m) => m * n + i))),
    ),
  ]),
  ...calls("host to guest: compounds", "compounds", [
    pass("record {u32, string 20, list<u8> 16}", "passItem", "value", () =>
      eight((i) => ({ id: i, name: flat(ascii(20 + i).slice(i)), data: bytes(16)()[i] })),
    ),
    pass("record {f64, f64, u32}", "passPoint", "value", () => eight(point)),
    pass("record {f64, f64, u32} → f64", "pointLength", "number", () => eight(point)),
    pass("variant, five cases", "passShape", "value", () => shapes),
    pass("option<u32>", "maybe", "value", () => eight((i) => (i % 3 === 2 ? undefined : i))),
    pass("option<string 20>", "maybeText", "value", () =>
      eight((i) => (i % 4 === 3 ? undefined : flat(ascii(20 + i).slice(i)))),
    ),
    { name: "result<u32, string>, ok", uses: "works", call: "works(i)", result: "number" },
    { name: "result<u32, string>, err", uses: "fails", call: "fails(i)", result: "thrown" },
    pass("tuple<u32, f64, u64>", "triple", "value", () => eight((i) => [i, i + 0.5, BigInt(i)])),
    { name: "17 parameters, u32", uses: "sum17", call: `sum17(${args(17)})`, result: "number" },
  ]),
  ...calls("resources", "resources", [
    {
      name: "method of a guest's resource",
      uses: "Counter",
      call: "(o[i & 7] ??= new Counter(i)).value()",
      result: "number",
    },
    {
      name: "guest's resource, new and dropped",
      uses: "Counter",
      call: "new Counter(i)[Symbol.dispose]()",
      result: "none",
    },
  ]),
  ...repeats("host-resources", "resources", [
    ["method of a host's resource", "value"],
    ["host's resource, new and dropped", "newAndDrop"],
  ]),
  ...repeats("imports", "guest to host", [
    ["import (u32)", "log"],
    ["import (u32, u32) → u32", "add"],
    ["import (u64)", "logLong"],
    ["import () → u64", "long"],
    ["import (string 20)", "takeShort"],
    ["import (string 1000)", "takeLong"],
    ["import () → string 20", "shortText"],
    ["import () → string 1000", "longText"],
    ["import (record {u32, string 20, list<u8> 16})", "takeItem"],
    ["import (record {f64, f64, u32})", "takePoint"],
    ["import () → record {f64, f64, u32}", "makePoint"],
    ["import (list<u8> 1 KB)", "takeBytes"],
    ["import () → list<u8> 1 KB", "makeBytes"],
    ["import (option<u32>)", "takeMaybe"],
    ["import (u32) → result<u32, string>, ok", "parse"],
  ]),
  ...repeats("linked", "guest to guest", [
    ["linked add(u32, u32)", "add"],
    ["linked record {f64, f64, u32} → f64", "pointLength"],
    ["linked string 20, in only", "sinkText20"],
    ["linked string 50, in only", "sinkText50"],
    ["linked string 1000, in only", "sinkText1000"],
    ["linked string 50", "text50"],
    ["linked list<u8> 1 KB, in only", "sinkBytes1k"],
    ["linked list<u8> 64 KB, in only", "sinkBytes64k"],
    ["linked list<u8> 1 MB, in only", "sinkBytes1m"],
    ["linked list<u8> 1 KB", "bytes1k"],
    ["linked list<record {f64, f64, u32}> 1000, in only", "sinkPoints"],
    ["linked list<string> 100 of 20, in only", "sinkStrings"],
  ]),
  ...repeats("linked-utf8-utf16", "guest to guest", [
    ["linked string 50, UTF-8 to UTF-16", "sinkText50"],
    ["linked string 1000, UTF-8 to UTF-16", "sinkText1000"],
  ]),
  ...repeats("linked-utf16-utf8", "guest to guest", [
    ["linked string 50, UTF-16 to UTF-8", "sinkText50"],
    ["linked string 1000, UTF-16 to UTF-8", "sinkText1000"],
  ]),
];
