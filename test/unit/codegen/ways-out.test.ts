/** What flags are left out for nobody could ask for them, and what is enough to have them back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decodeComponent } from "../../../src/binary/component.ts";
import { type WaysOut, waysOut } from "../../../src/codegen/ways-out.ts";
import { planComponent } from "../../../src/plan/inline.ts";
import { allFeatures } from "../../../src/validate/features.ts";
import { validateComponent } from "../../../src/validate/validate.ts";

async function waysOutOf(text: string): Promise<WaysOut> {
  const bytes = await parse(text);
  const component = validateComponent(decodeComponent(bytes), bytes, { features: allFeatures });
  return waysOut(planComponent({ component, environment: undefined, source: null }).plan);
}

const memory = `(memory (export "memory") 1)`;
const realloc = `(func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)`;

/** A component whose `realloc` is in a module of `fields`. */
const withModule = (fields: string, args = "") => `(component
  (core module $other (func (export "f")) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 0))
    (memory (export "m") 1) (global (export "r") funcref (ref.null func)) (tag (export "e")))
  (core instance $other (instantiate $other))
  (core module $m ${fields} (func (export "f") (param i32 i32)))
  (core instance $i (instantiate $m ${args}))
  (func (export "f") (param "s" string)
    (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))`;

for (const [what, fields] of [
  ["nothing more", `${memory} ${realloc}`],
  ["a memory of others", `(import "" "m" (memory 1)) ${memory} ${realloc}`],
  ["a number of others", `(import "" "g" (global i32)) ${memory} ${realloc}`],
  ["a table for itself", `${memory} ${realloc} (table 1 funcref)`],
  ["numbers to share", `${memory} ${realloc} (global (export "n") (mut i64) (i64.const 0))`],
] as const) {
  test(`a realloc whose module has ${what} calls nothing outside`, async () => {
    const args = fields.includes("import") ? `(with "" (instance $other))` : "";
    assert.equal((await waysOutOf(withModule(fields, args))).unleavable.size, 0);
  });
}

for (const [what, fields] of [
  ["a function of others", `(import "" "f" (func)) ${memory} ${realloc}`],
  ["a table of others", `(import "" "t" (table 1 funcref)) ${memory} ${realloc}`],
  ["a reference of others", `(import "" "r" (global funcref)) ${memory} ${realloc}`],
  ["a tag of others", `(import "" "e" (tag)) ${memory} ${realloc}`],
  ["a table to share", `${memory} ${realloc} (table (export "mine") 1 funcref)`],
  ["a reference to share", `${memory} ${realloc} (global (export "mine") (mut externref) (ref.null extern))`],
  ["a function that takes references", `${memory} ${realloc} (func (export "take") (param funcref))`],
] as const) {
  test(`a realloc whose module has ${what} may not leave`, async () => {
    const args = fields.includes("import") ? `(with "" (instance $other))` : "";
    assert.deepEqual([...(await waysOutOf(withModule(fields, args))).unleavable], [0]);
  });
}

test("a post-return may not leave either", async () => {
  const text = (fields: string, args: string) => `(component
    (core module $other (func (export "f")))
    (core instance $other (instantiate $other))
    (core module $m ${fields} ${memory} (func (export "f") (result i32) unreachable) (func (export "p") (param i32)))
    (core instance $i (instantiate $m ${args}))
    (func (export "f") (result string)
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (post-return (core func $i "p")))))`;
  assert.equal((await waysOutOf(text("", ""))).unleavable.size, 0);
  const { unleavable } = await waysOutOf(text('(import "" "f" (func))', '(with "" (instance $other))'));
  assert.equal(unleavable.size, 1);
});

test("nothing disturbs a call into what imports nothing", async () => {
  assert.equal((await waysOutOf("(component)")).undisturbed, true);
  assert.equal((await waysOutOf(`(component (import "m" (core module)))`)).undisturbed, true);
  assert.equal((await waysOutOf(`(component (import "f" (func)))`)).undisturbed, false);
  assert.equal((await waysOutOf(`(component (import "r" (type (sub resource))))`)).undisturbed, false);
});

test("nothing disturbs a call while an instance drops its own resources; those of others may", async () => {
  const dropping = (drop: string) => `(component
    (core module $d (func (export "d") (param i32)))
    (core instance $d (instantiate $d))
    (type $r (resource (rep i32) (dtor (core func $d "d"))))
    (core func (canon resource.new $r))
    (core func (canon resource.rep $r))
    (core module $user (import "" "drop" (func (param i32))))
    ${drop})`;
  const use = `(core instance (instantiate $user (with "" (instance (export "drop" (func $drop))))))`;
  const own = dropping(`(core func $drop (canon resource.drop $r)) ${use}`);
  assert.equal((await waysOutOf(own)).undisturbed, true);
  const inner = dropping(`
    (component $C
      (import "r" (type $r (sub resource)))
      (core module $user (import "" "drop" (func (param i32))))
      (core func $drop (canon resource.drop $r)) ${use})
    (instance (instantiate $C (with "r" (type $r))))`);
  assert.equal((await waysOutOf(inner)).undisturbed, false);
});

test("what is asynchronous may be disturbed", async () => {
  const text = `(component
    (core func $return (canon task.return))
    (core module $m (import "" "return" (func))
      (func (export "f") (result i32) unreachable)
      (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
    (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (canon lift (core func $i "f") async (callback (core func $i "cb")))))`;
  assert.equal((await waysOutOf(text)).undisturbed, false);
});
