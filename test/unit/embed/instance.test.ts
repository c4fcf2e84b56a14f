/** What an instance has among its exports, under which names, and what becomes of them when it traps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Component } from "../../../src/embed/component.ts";
import { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import type { Exports } from "../../../src/embed/world.ts";
import { caught } from "../errors/caught.ts";
import { counters, instantiate } from "./guests.ts";

const many = `(component
  (import "host-log" (func $log (param "n" u32)))
  (core module $M
    (func (export "one") (result i32) (i32.const 1))
    (func (export "two") (result i32) (i32.const 2)))
  (core instance $m (instantiate $M))
  (func $one (result u32) (canon lift (core func $m "one")))
  (func $two (result u32) (canon lift (core func $m "two")))
  (instance $i (export "get-it" (func $one)))
  (instance $j (export "get-it" (func $two)))
  (export "do-it" (func $one))
  (export "plain-interface" (instance $i))
  (export "ns:pkg/my-face@1.2.3" (instance $i))
  (export "ns:pkg/shared@1.0.0" (instance $i))
  (export "ns:pkg/shared@2.0.0" (instance $j))
  (export "ns:other/do-it" (instance $j))
  (export "a-module" (core module $M))
  (export "log-again" (func $log))
  (type $t (list u8))
  (export "bytes" (type $t)))`;

async function example(): Promise<{ instance: Instance; exports: Exports; logged: number[] }> {
  const logged: number[] = [];
  const instance = await instantiate(many, { "host-log": (n: number) => logged.push(n) });
  return { instance, exports: instance.exports, logged };
}

test("exports have JavaScript names, and interfaces their own", async () => {
  const { instance, exports } = await example();
  assert.ok(instance instanceof Instance);
  assert.deepEqual(Object.keys(exports), [
    "doIt",
    "plainInterface",
    "ns:pkg/my-face@1.2.3",
    "ns:pkg/shared@1.0.0",
    "ns:pkg/shared@2.0.0",
    "ns:other/do-it",
    "aModule",
    "logAgain",
  ]);
  assert.equal(exports["doIt"](), 1);
  assert.equal(exports["plainInterface"].getIt(), 1);
  assert.equal(exports["ns:pkg/my-face@1.2.3"].getIt(), 1);
  assert.equal(exports["ns:pkg/shared@2.0.0"].getIt(), 2);
});

test("interfaces have shorter names where those are unambiguous", async () => {
  const { exports } = await example();
  assert.equal(exports["myFace"], exports["ns:pkg/my-face@1.2.3"]);
  assert.equal(exports["ns:pkg/my-face"], exports["ns:pkg/my-face@1.2.3"]);
  assert.equal(exports["plain-interface"], exports["plainInterface"]);
  assert.equal(exports["shared"], undefined);
  assert.equal(exports["ns:pkg/shared"], undefined);
  assert.equal(typeof exports["doIt"], "function", "a function's name comes before an interface's short one");
});

test("nothing is there that was not exported", async () => {
  const { exports } = await example();
  for (const name of ["toString", "constructor", "hasOwnProperty", "__proto__", "bytes", "do-it"]) {
    assert.equal(exports[name], undefined, name);
    assert.ok(!(name in exports), name);
  }
});

test("what is exported is made once, and is the same each time", async () => {
  const { exports } = await example();
  assert.equal(exports["doIt"], exports["doIt"]);
  assert.equal(exports["plainInterface"], exports["plainInterface"]);
  assert.throws(() => {
    (exports as { doIt: unknown }).doIt = 1;
  }, TypeError);
});

test("of names that look alike in JavaScript one stays as it is", async () => {
  const { exports } = await instantiate(`(component
    (core module $M (func (export "1") (result i32) (i32.const 1)) (func (export "2") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M))
    (func (export "do-1") (result u32) (canon lift (core func $m "1")))
    (func (export "do1") (result u32) (canon lift (core func $m "2")))
    (func (export "do-2a") (result u32) (canon lift (core func $m "1")))
    (func (export "do2-a") (result u32) (canon lift (core func $m "2"))))`);
  assert.deepEqual(Object.keys(exports), ["do-1", "do1", "do2a", "do2A"]);
  assert.deepEqual([exports["do-1"](), exports["do1"]()], [1, 2]);
});

test("core modules and components are exported as what they are", async () => {
  const { exports } = await example();
  assert.ok(exports["aModule"] instanceof WebAssembly.Module);
  const { exports: nested } = await instantiate(`(component (component $C
    (core module $M (func (export "f") (result i32) (i32.const 7))) (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
    (export "inner" (component $C)))`);
  const inner = (nested as { inner: Component }).inner;
  assert.ok(inner instanceof Component);
  const { f } = (await new Linker().instantiate(inner)).exports as { f(): number };
  assert.equal(f(), 7);
});

test("an import that is exported again is callable", async () => {
  const { instance, exports, logged } = await example();
  exports["logAgain"](3);
  instance.func("log-again").call(4);
  assert.deepEqual(logged, [3, 4]);
});

test("a store is one of gantry's", async () => {
  await assert.rejects(instantiate(counters, {}, { store: { trapped: undefined } }), {
    name: "TypeError",
    message: 'the option "store" is a Store, not { trapped: undefined }',
  });
});

const leaving = `(component
  (import "ns:pkg/host@1.0.0" (instance $host (export "log" (func (param "path" u32) (result u32)))))
  (core func $log (canon lower (func $host "log")))
  (core module $M
    (import "" "log" (func $log (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $log (local.get 0)))
    (func (export "post") (param i32) (drop (call $log (local.get 0)))))
  (core instance $m (instantiate $M (with "" (instance (export "log" (func $log))))))
  (func (export "run") (param "n" u32) (result u32)
    (canon lift (core func $m "run") (post-return (core func $m "post"))))
  (func (export "plain") (param "n" u32) (result u32) (canon lift (core func $m "run"))))`;

test("a guest that calls out of its post-return: the trap tells what it called, and why it may not", async () => {
  const instance = await instantiate(leaving, { "ns:pkg/host@1.0.0": { log: (n: number) => n } });
  assert.equal(
    caught(() => instance.func("run").call(1)).message,
    'import "ns:pkg/host@1.0.0" › log: cannot leave component instance: its realloc or post-return is running',
  );
});

test("a parameter that is called `path` is not taken for the way to the function", async () => {
  const instance = await instantiate(leaving, { "ns:pkg/host@1.0.0": { log: () => "no" } });
  assert.match(caught(() => instance.func("plain").call(1)).message, /^import "ns:pkg\/host@1\.0\.0" › log › result: /);
});

test("hundreds of exports are as few are, though the object is of another kind", async () => {
  const names = Array.from({ length: 300 }, (_, i) => `do-${i}`);
  const { exports } = await instantiate(`(component
    (core module $m (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
    (core instance $i (instantiate $m))
    ${names.map((name) => `(func (export "${name}") (param "n" u32) (result u32) (canon lift (core func $i "f")))`).join("\n")})`);
  assert.equal(Object.keys(exports).length, 300);
  assert.equal((exports["do299"] as (n: number) => number)(1), 2);
  assert.equal(exports["do299"], exports["do299"]);
  assert.equal("toString" in exports, false);
  assert.equal(exports["do300"], undefined);
  assert.throws(() => {
    (exports as Record<string, unknown>)["do299"] = 1;
  }, TypeError);
  const text = `(component
    (import "numbered" (instance $n (export "do-7" (func (param "n" u32) (result u32)))))
    (export "seven" (func $n "do-7")))`;
  const used = await instantiate(text, { numbered: exports });
  assert.equal((used.exports["seven"] as (n: number) => number)(7), 8);
});
