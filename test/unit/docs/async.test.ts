/** Runs the examples of docs/async.md, with a component that has the functions of its `wit` fences. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { blocking, Component, cancellable, type Extern, Linker } from "../../../src/index.ts";
import { printType } from "../../../src/types/print.ts";
import { guestText, skip, waiting } from "../embed/async-guests.ts";
import { pipes } from "../embed/async-pipes.ts";
import { fencesOf, run } from "./page.ts";

const fences = fencesOf("async.md");

const text = guestText({
  types: pipes.types,
  builtins: {
    ...waiting,
    ...pipes.builtins,
    wait: { core: "(param i32 i32) (result i32)", is: "waitable-set.wait cancellable (memory $memory)" },
    "task.cancel": { core: "", is: "task.cancel" },
    "subtask.cancel": { core: "(param i32) (result i32)", is: "subtask.cancel" },
    "return-bool": { core: "(param i32)", is: "task.return (result bool)" },
  },
  imports: {
    double: { core: "(param i32) (result i32)", is: `async (param "n" u32) (result u32)` },
    fetch: { core: "(param i32) (result i32)", is: `(param "n" u32) (result u32)` },
    slow: {
      core: "(param i32 i32) (result i32)",
      is: `async (param "n" u32) (result u32)`,
      with: "async (memory $memory)",
    },
  },
  exports: {
    twice: { is: `async (param "n" u32) (result u32)`, with: "async" },
    answer: { is: "(result u32)" },
    count: { is: `async (param "to" u32) (result $N)`, with: "async" },
    counted: { is: "(result u32)" },
    sum: { is: `async (param "bytes" $S) (result u32)`, with: "async" },
    letters: { is: `async (param "words" $W) (result u32)`, with: "async" },
    pass: { is: `async (param "bytes" $S) (result $S)`, with: "async" },
    get: { is: `async (param "value" $F) (result u32)`, with: "async" },
    give: { is: `async (param "value" u32) (result $F)`, with: "async" },
    patient: { is: "async (result u32)", with: "async" },
    stubborn: { is: "async (result u32)", with: "async" },
    impatient: { is: `async (param "n" u32) (result bool)`, with: "async" },
    fetched: { is: `(param "n" u32) (result u32)` },
    hang: { is: "async (result u32)", with: "async" },
  },
  code: `${pipes.code}
    (global $counted (mut i32) (i32.const 0))
    (func (export "twice") (param i32) (call $return-u32 (call $double (local.get 0))))
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "count") (param $to i32) (local $ends i64) (local $w i32)
      (local.set $ends (call $new-numbers))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $return-numbers (i32.wrap_i64 (local.get $ends)))
      (global.set $counted (i32.const 0))
      (loop $more
        (i32.store (i32.const 16) (global.get $counted))
        (if (i32.eq (call $write-numbers (local.get $w) (i32.const 16) (i32.const 1)) (i32.const 16)) (then
          (global.set $counted (i32.add (global.get $counted) (i32.const 1)))
          (br_if $more (i32.lt_u (global.get $counted) (local.get $to))))))
      (call $drop-numbers (local.get $w)))
    (func (export "counted") (result i32) (global.get $counted))
    (func (export "pass") (param i32) (call $return-bytes (local.get 0)))
    (func $give-up (result i32) (local $set i32) (local $event i32)
      (local.set $set (call $waitable-set.new))
      (local.set $event (call $wait (local.get $set) (i32.const 0)))
      (call $waitable-set.drop (local.get $set))
      (i32.eq (local.get $event) (i32.const 6)))
    (func (export "patient") (if (call $give-up) (then (call $task.cancel)) (else unreachable)))
    (func (export "stubborn") (drop (call $give-up)) (call $return-u32 (i32.const 42)))
    (func (export "impatient") (param $n i32) (local $slow i32) (local $state i32)
      (local.set $slow (i32.shr_u (call $slow (local.get $n) (i32.const 16)) (i32.const 4)))
      (local.set $state (call $subtask.cancel (local.get $slow)))
      (call $subtask.drop (local.get $slow))
      (call $return-bool (i32.eq (local.get $state) (i32.const 4))))
    (func (export "fetched") (param i32) (result i32) (call $fetch (local.get 0)))
    (func (export "hang") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0))))`,
});

test("the examples of asynchronous components give what they say, with generated code and without", {
  skip,
}, async () => {
  const host: Record<string, object> = {};
  for (const fence of fences) if (fence.info === "js host") await run(fence, { host, blocking, cancellable });
  const bytes = new Uint8Array(await parse(text));
  for (const tier of ["jit", "evaluate"] as const) {
    const component = await Component.compile(bytes, { features: "all", tier });
    for (const fence of fences.filter(({ info }) => info === "js")) {
      let linker: Linker = new Linker();
      for (const [name, items] of Object.entries(host)) linker = linker.define(name, items);
      const instance = await linker.instantiate(component);
      await run(fence, { ...instance.exports, instance });
    }
  }
});

test("the functions have the types that the page says", async () => {
  const component = await Component.compile(new Uint8Array(await parse(text)), { features: "all" });
  const lines = (word: string, externs: readonly Extern[]) =>
    externs.map((item) => `${word} ${item.name}: ${item.kind === "func" ? printType(item.type) : item.kind};`);
  const told = fences.filter(({ info }) => info === "wit").flatMap((fence) => fence.text.trimEnd().split("\n"));
  const there = [...lines("import", component.imports), ...lines("export", component.exports)];
  assert.deepEqual(told.sort(), there.sort());
});
