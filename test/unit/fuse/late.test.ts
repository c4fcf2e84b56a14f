/** Adapters that are made when they are first called, because nothing can call them but through a table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decodeComponent } from "../../../src/binary/component.ts";
import { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { type Fused, fuse } from "../../../src/fuse/fuse.ts";
import { planComponent } from "../../../src/plan/inline.ts";
import type { CoreExport, Initializer, Leaf, Plan, TrampolineIndex } from "../../../src/plan/plan.ts";
import type { CoreFunction } from "../../../src/runtime/functions.ts";
import { type LeafState, makeLeaf } from "../../../src/runtime/leaves.ts";
import { defaultFeatures } from "../../../src/validate/features.ts";
import { validateComponent } from "../../../src/validate/validate.ts";
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";
import { fuseOptions } from "./link.ts";

type Exports = Record<string, (...args: unknown[]) => unknown>;

/** What is called, and how often. */
const callee = `(component $A
  (core module $m
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 64))
    (global $calls (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next) (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "calls") (result i32) (global.get $calls))
    (func (export "echo") (param i32 i32 i64 f32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eqz (local.get 1)) (then unreachable))
      (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1))
      (i64.store (i32.const 16) (local.get 2)) (f32.store (i32.const 24) (local.get 3)) (i32.const 8)))
  (core instance $i (instantiate $m))
  (func (export "calls") (result u32) (canon lift (core func $i "calls")))
  (func (export "echo") (param "s" string) (param "n" u64) (param "f" f32) (result (tuple string u64 f32))
    (canon lift (core func $i "echo") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))`;

const TABLES = ["t1", "t2", "t3", "t4"];

/** Calls it through a table, as toolchains have it; `filler` are further fields of the module that fills the table. */
const caller = (filler = "") => `(component $B
  (import "echo" (func $echo (param "s" string) (param "n" u64) (param "f" f32) (result (tuple string u64 f32))))
  (core module $shim
    (type $t (func (param i32 i32 i64 f32 i32)))
    (table (export "$imports") 1 funcref)
    (func (export "echo") (type $t)
      (call_indirect (type $t)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 0))))
  (core instance $shim (instantiate $shim))
  (core module $main
    (import "" "echo" (func $echo (param i32 i32 i64 f32 i32)))
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 64))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next) (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "run") (param i32 i32 i64 f32) (result i32)
      (call $echo (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 8)) (i32.const 8)))
  (core instance $main (instantiate $main (with "" (instance $shim))))
  (core func $echo' (canon lower (func $echo) (memory (core memory $main "memory")) (realloc (core func $main "realloc"))))
  (core module $filler
    (import "" "0" (func $f (param i32 i32 i64 f32 i32)))
    (import "" "$imports" (table 1 funcref))
    (elem (i32.const 0) func $f)
    ${filler})
  (core instance (instantiate $filler
    (with "" (instance (export "0" (func $echo')) (export "$imports" (table $shim "$imports"))
      ${TABLES.map((name) => `(export "${name}" (table $shim "$imports"))`).join(" ")}))))
  (func (export "run") (param "s" string) (param "n" u64) (param "f" f32) (result (tuple string u64 f32))
    (canon lift (core func $main "run") (memory (core memory $main "memory")) (realloc (core func $main "realloc")))))`;

const program = (filler?: string) => `(component
  ${callee}
  ${caller(filler)}
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "echo" (func $a "echo"))))
  (instance $c (instantiate $B (with "echo" (func $a "echo"))))
  (export "calls" (func $a "calls"))
  (export "run" (func $b "run"))
  (export "other" (func $c "run")))`;

async function planOf(text: string): Promise<Plan> {
  const bytes = await parse(text);
  const component = validateComponent(decodeComponent(bytes), bytes, { features: defaultFeatures });
  return planComponent({ component, environment: undefined, source: 0 }).plan;
}

async function fused(text: string): Promise<Fused> {
  return fuse(await planOf(text), { ...fuseOptions, multiMemory: true, late: true })!;
}

function leavesOf({ plan }: Fused): Leaf["leaf"][] {
  const steps = plan.initializers.flatMap((step: Initializer) => (step.op === "instantiate" ? step : []));
  return [...new Set(steps.flatMap(({ leaves = [] }) => leaves.map(({ value }) => value.leaf)))];
}

test("what is only in a table can wait", async () => {
  assert.deepEqual(leavesOf(await fused(program())), ["late"]);
  assert.deepEqual(leavesOf(await fused(program("(func $s) (start $s)"))), ["late"]);
});

test("what a module can call by itself, or hand on, cannot", async () => {
  for (const more of [
    `(export "f" (func $f))`,
    `(export "t" (table 0))`,
    // Nor what could be in too many tables to look through.
    TABLES.map((name) => `(import "" "${name}" (table 1 funcref))`).join(" "),
    "(func) (func (call $f (i32.const 0) (i32.const 0) (i64.const 0) (f32.const 0) (i32.const 0)))",
  ]) {
    const result = await fused(program(more));
    const leaves = leavesOf(result);
    assert.ok(!leaves.includes("late") && leaves.includes("trap"), more);
    // Nor is anything kept that would make them.
    assert.equal(result.late, undefined);
  }
});

for (const fused of [true, false]) {
  for (const filler of [
    undefined,
    // A start function calls at once.
    "(func $s (call $f (i32.const 0) (i32.const 1) (i64.const 0) (f32.const 0) (i32.const 16))) (start $s)",
  ]) {
    const name = `${fused ? "made when called" : "composed"}${filler ? ", called by a start function" : ""}`;
    test(`calls through tables: ${name}`, async () => {
      const component = await Component.compile(await parse(program(filler)), { fuse: fused });
      const instances = [0, 1].map(() => new Linker().instantiateSync(component).exports as Exports);
      for (const { run, other, calls } of instances) {
        const before = calls!() as number;
        assert.equal(before, filler === undefined ? 0 : 2);
        for (const text of ["é", "a", "a longer text, of more than sixteen bytes"]) {
          assert.deepEqual(run!(text, 2n ** 64n - 1n, -0), [text, 2n ** 64n - 1n, -0]);
          assert.deepEqual(other!(text, 5n, 0.5), [text, 5n, 0.5]);
        }
        assert.equal(calls!(), before + 6);
      }
    });
  }

  test(`a trap in the first call: ${fused ? "made when called" : "composed"}`, async () => {
    const component = await Component.compile(await parse(program()), { fuse: fused });
    const { run, other } = (await new Linker().instantiate(component)).exports as Exports;
    for (const call of [run!, other!]) {
      assert.throws(
        () => call("", 0n, 0),
        (error) => error instanceof ComponentError && error.phase === "trap",
      );
    }
  });
}

test("an adapter takes its stub's place at the first call, and is made once", () => {
  const encoder = new ModuleEncoder();
  const type = encoder.type(["i32"], ["i32"]);
  for (const name of ["stub", "other"]) encoder.export(name, encoder.importFunc("", name, type));
  let made = 0;
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 3 });
  const at = (instance: number, name: string) => ({ from: "core-instance", instance, name }) as CoreExport;
  const double = new ModuleEncoder();
  const { func, body } = double.func(double.type(["i32"], ["i32"]));
  body.emit("local.get", body.param(0)).emit("i32.const", 2).emit("i32.mul");
  double.export("f", func);
  const adapter = new WebAssembly.Instance(new WebAssembly.Module(double.finish() as BufferSource)).exports["f"];
  const state: Pick<LeafState, "coreExport" | "lateAdapter"> = {
    coreExport: ({ name }) => (name === "table" ? table : stubs[name]!),
    lateAdapter() {
      made++;
      return adapter as CoreFunction;
    },
  };
  const leaf: Leaf = { leaf: "late", adapter: 0 as TrampolineIndex, stub: at(0, "stub"), tables: [at(1, "table")] };
  const stub = makeLeaf(leaf, state as LeafState);
  const module = new WebAssembly.Module(encoder.finish() as BufferSource);
  const stubs = new WebAssembly.Instance(module, { "": { stub, other: () => 0 } } as WebAssembly.Imports).exports;
  table.set(0, stubs["other"]);
  table.set(1, stubs["stub"]);
  const early = table.get(1) as (x: number) => number;
  assert.equal(early(21), 42);
  assert.equal(table.get(0), stubs["other"]);
  assert.equal(table.get(1), adapter);
  assert.equal(table.get(2), null);
  // Whoever has taken it out of the table before.
  assert.equal(early(4), 8);
  assert.equal(made, 1);
});

test("adapters of one shape share a module", async () => {
  const plan = await planOf(program());
  const { late } = fuse(plan, { ...fuseOptions, multiMemory: true, late: true })!;
  const lowers = plan.trampolines.flatMap(({ op }, i) => (op === "lower" ? [i as TrampolineIndex] : []));
  assert.equal(lowers.length, 2);
  const [one, two] = lowers.map((index) => late!(index));
  assert.equal(one!.module, two!.module);
  assert.notDeepEqual(one!.args, two!.args);
});
