/**
 * What does a call from one component to another cost beside the least that it could: a direct import of the function, a
 * wasm adapter that copies and checks nothing, the same copy in JavaScript? Everything loops in the caller's core module, and
 * all are measured in turn, so that the ratios hold though times drift.
 *
 *     node bench/linked.ts
 */
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component } from "../src/embed/component.ts";
import { Linker } from "../src/embed/linker.ts";

const MEMORY = `(memory (export "memory") 64)
  (global $next (mut i32) (i32.const 1048576))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $ptr i32)
    (local.set $ptr (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
    (global.set $next (i32.add (local.get $ptr) (local.get 3)))
    (if (i32.gt_u (global.get $next) (i32.const 2097152))
      (then (local.set $ptr (i32.const 1048576)) (global.set $next (i32.add (i32.const 1048576) (local.get 3)))))
    (local.get $ptr))`;

const CALLEE = `(module ${MEMORY}
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "sink") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "same") (param i32 i32) (result i32)
    (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1)) (i32.const 8)))`;

/** Calls what it imports again and again. What it passes is at 65536. */
const CALLER = `(module
  (import "" "memory" (memory 64))
  (import "" "add" (func $add (param i32 i32) (result i32)))
  (import "" "sink" (func $sink (param i32 i32) (result i32)))
  (func (export "add") (param $n i32) (result i32) (local $sum i32)
    (loop $l
      (local.set $sum (call $add (local.get $sum) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "sink") (param $n i32) (param $length i32) (result i32) (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (call $sink (i32.const 65536) (local.get $length))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))`;

const SHOP = `(module ${MEMORY})`;

interface Kind {
  /** Of the parameter of `sink`. */
  readonly type: string;
  readonly from?: string;
  readonly to?: string;
  /** Whether both components import something else, so that `may_leave` matters. */
  readonly leaves?: boolean;
}

function component({ type, from = "utf8", to = "utf8", leaves = false }: Kind): string {
  const way = leaves ? `(import "out" (func $out)) (core func (canon lower (func $out)))` : "";
  const given = leaves ? `(with "out" (func $out))` : "";
  return `(component
    ${leaves ? `(import "out" (func $out))` : ""}
    (component $A
      ${way}
      (core module $m ${CALLEE.slice("(module".length)}
      (core instance $i (instantiate $m))
      (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
      (func (export "sink") (param "v" ${type}) (result u32)
        (canon lift (core func $i "sink") (memory (core memory $i "memory")) (realloc (core func $i "realloc")) string-encoding=${to})))
    (component $B
      ${way}
      (import "add" (func $add (param "a" u32) (param "b" u32) (result u32)))
      (import "sink" (func $sink (param "v" ${type}) (result u32)))
      (core module $s ${SHOP.slice("(module".length)}
      (core instance $shop (instantiate $s))
      (core module $m ${CALLER.slice("(module".length)}
      (core func $add' (canon lower (func $add)))
      (core func $sink' (canon lower (func $sink) (memory (core memory $shop "memory")) ${leaves ? `(realloc (core func $shop "realloc"))` : ""} string-encoding=${from}))
      (core module $fill (import "" "memory" (memory 64))
        (func (export "fill") (param i32 i32 i32)
          (loop $l (i32.store8 (i32.add (i32.const 65536) (local.get 0)) (local.get 1))
            (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (local.get 2))))))
      (core instance $f (instantiate $fill (with "" (instance (export "memory" (memory $shop "memory"))))))
      (core instance $i (instantiate $m (with "" (instance
        (export "memory" (memory $shop "memory")) (export "add" (func $add')) (export "sink" (func $sink'))))))
      (func (export "run-add") (param "n" u32) (result u32) (canon lift (core func $i "add")))
      (func (export "run-sink") (param "n" u32) (param "length" u32) (result u32) (canon lift (core func $i "sink")))
      (func (export "fill") (param "from" u32) (param "byte" u32) (param "to" u32) (canon lift (core func $f "fill"))))
    (instance $a (instantiate $A ${given}))
    (instance $b (instantiate $B ${given} (with "add" (func $a "add")) (with "sink" (func $a "sink"))))
    (export "run-add" (func $b "run-add")) (export "run-sink" (func $b "run-sink")) (export "fill" (func $b "fill")))`;
}

interface Linked {
  readonly runAdd: (n: number) => number;
  readonly runSink: (n: number, length: number) => number;
  readonly fill: (from: number, byte: number, to: number) => void;
}

async function link(kind: Kind, fuse: boolean): Promise<Linked> {
  const compiled = await Component.compile(await parse(component(kind)), { fuse, features: "all" });
  const linked = await new Linker().define("out", () => {}).instantiate(compiled);
  const { fill } = linked.exports as unknown as Linked;
  // Letters, of whatever encoding.
  fill(0, 0x61, 1 << 17);
  if (kind.from === "utf16") for (let i = 1; i < 1 << 12; i += 2) fill(i, 0, i + 1);
  return linked.exports as unknown as Linked;
}

type Core = Record<string, WebAssembly.ExportValue>;

async function core(text: string, imports: WebAssembly.Imports = {}): Promise<Core> {
  const { instance } = await WebAssembly.instantiate((await parse(text)) as BufferSource, imports);
  return instance.exports;
}

/** The same modules linked by hand: with a direct import, with an adapter that only copies, with one in JavaScript. */
async function byHand(): Promise<
  Readonly<Record<"bare" | "javascript", Record<"add" | "sink", (...args: number[]) => number>>>
> {
  const callee = await core(CALLEE);
  const shop = await core(SHOP);
  const bare = await core(
    `(module (import "from" "memory" (memory $from 64)) (import "to" "memory" (memory $to 64))
      (import "to" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
      (import "to" "sink" (func $sink (param i32 i32) (result i32)))
      (func (export "sink") (param i32 i32) (result i32) (local $ptr i32)
        (local.set $ptr (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get 1)))
        (memory.copy $to $from (local.get $ptr) (local.get 0) (local.get 1))
        (call $sink (local.get $ptr) (local.get 1))))`,
    { from: shop, to: callee },
  );
  const source = new Uint8Array((shop["memory"] as WebAssembly.Memory).buffer);
  const target = new Uint8Array((callee["memory"] as WebAssembly.Memory).buffer);
  const { realloc, sink } = callee as unknown as Record<string, (...args: number[]) => number>;
  const copy = (ptr: number, length: number) => {
    const at = realloc!(0, 0, 1, length) >>> 0;
    target.set(source.subarray(ptr, ptr + length), at);
    return sink!(at, length);
  };
  const loops = async (f: unknown) =>
    (await core(CALLER, { "": { memory: shop["memory"]!, add: callee["add"]!, sink: f as never } })) as never;
  return { bare: await loops(bare["sink"]), javascript: await loops(copy) };
}

// ---- Measuring

type Run = (turns: number) => unknown;

function compare(title: string, runs: Readonly<Record<string, Run>>): void {
  const names = Object.keys(runs);
  const turns: Record<string, number> = {};
  for (const name of names) {
    turns[name] = 64;
    const end = performance.now() + 150;
    while (performance.now() < end) {
      const start = performance.now();
      runs[name]!(turns[name]!);
      if (performance.now() - start < 0.25) turns[name]! *= 2;
    }
  }
  const samples: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < 200; round++) {
    for (const name of names) {
      const start = performance.now();
      runs[name]!(turns[name]!);
      samples[name]!.push(((performance.now() - start) * 1e6) / turns[name]!);
    }
  }
  const quartile = (name: string) => samples[name]!.sort((a, b) => a - b)[samples[name]!.length >> 2]!;
  const base = quartile(names[0]!);
  const texts = names.map((name) => {
    const ns = quartile(name);
    return `${name} ${ns < 1000 ? ns.toPrecision(3) : ns.toFixed(0)} ns (${(ns / base).toFixed(2)}x)`;
  });
  console.log(`${title.padEnd(30)} ${texts.join("   ")}`);
}

const hand = await byHand();
const bytes = { type: "(list u8)" };
const [fusedBytes, leavingBytes, composedBytes] = [
  await link(bytes, true),
  await link({ ...bytes, leaves: true }, true),
  await link(bytes, false),
];
console.log(`node ${process.versions.node}; first quartiles, and their ratios to the first of each row`);
compare("add(u32, u32)", {
  "direct import": (n) => hand.bare.add(n),
  fused: (n) => fusedBytes.runAdd(n),
  "fused, may leave": (n) => leavingBytes.runAdd(n),
  composed: (n) => composedBytes.runAdd(n),
});
for (const length of [16, 1024, 65536]) {
  compare(`list<u8> of ${length}`, {
    "bare copy": (n) => hand.bare.sink(n, length),
    fused: (n) => fusedBytes.runSink(n, length),
    "fused, may leave": (n) => leavingBytes.runSink(n, length),
    "JavaScript copy": (n) => hand.javascript.sink(n, length),
    composed: (n) => composedBytes.runSink(n, length),
  });
}
for (const [from, to] of [
  ["utf8", "utf8"],
  ["utf16", "utf16"],
  ["utf8", "utf16"],
  ["utf16", "utf8"],
  ["utf8", "latin1+utf16"],
  ["utf16", "latin1+utf16"],
  ["latin1+utf16", "utf8"],
  ["latin1+utf16", "utf16"],
  ["latin1+utf16", "latin1+utf16"],
] as const) {
  const kind = { type: "string", from, to, leaves: true };
  const fused = await link(kind, true);
  const composed = await link(kind, false);
  const width = from === "utf16" ? 2 : 1;
  for (const length of [20, 50, 1000]) {
    compare(`${from} to ${to}, ${length}`, {
      "JavaScript copy": (n) => hand.javascript.sink(n, width * length),
      fused: (n) => fused.runSink(n, length),
      composed: (n) => composed.runSink(n, length),
    });
  }
}
