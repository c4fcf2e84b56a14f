/** Things from another realm, as embedders in test runners, `vm` contexts and pages with frames have them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, ComponentError, Linker, ResultError } from "../../../src/index.ts";

const realm = createContext({});
const there = (code: string): unknown => runInContext(code, realm);

const bytes = new Uint8Array(
  await parse(`(component
    (import "host" (func $host (result (result u32 (error string)))))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $libc))
    (core func $host (canon lower (func $host) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $m
      (import "libc" "memory" (memory 1))
      (import "" "host" (func $host (param i32)))
      (func (export "ask") (result i32) (call $host (i32.const 16)) (i32.const 16))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (local.get 1))
        (i32.const 16)))
    (core instance $i (instantiate $m
      (with "libc" (instance $libc))
      (with "" (instance (export "host" (func $host))))))
    (func (export "ask") (result (result u32 (error string)))
      (canon lift (core func $i "ask") (memory (core memory $libc "memory"))))
    (func (export "echo") (param "value" (list u8)) (result (list u8))
      (canon lift (core func $i "echo")
        (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))`),
);

const linker = new Linker();

test("components are compiled from buffers and views of another realm", async () => {
  const view = there(`new Uint8Array([${bytes}])`) as Uint8Array;
  const padded = there(`new DataView(new Uint8Array([1, ${bytes}]).buffer, 1)`) as DataView;
  for (const source of [view, view.buffer, padded]) {
    assert.ok((await Component.compile(source)) instanceof Component);
    assert.ok(Component.compileSync(source) instanceof Component);
  }
});

test("the engine's promises may be of another realm", async () => {
  const padding = `(global (mut i64) (i64.const 0))`.repeat(5000);
  const text = `(component
    (core module $m ${padding} (func (export "f") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))`;
  const component = await Component.compile(new Uint8Array(await parse(text)));
  const { instantiate } = WebAssembly;
  const elsewhere = there("(promise) => Promise.resolve(promise)") as (promise: unknown) => never;
  let asked = 0;
  WebAssembly.instantiate = (...args: unknown[]) => {
    asked++;
    return elsewhere(Reflect.apply(instantiate, WebAssembly, args));
  };
  try {
    const { exports } = await linker.instantiate(component);
    assert.equal((exports["f"] as () => number)(), 7);
    assert.equal(asked, 1);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
});

for (const tier of ["jit", "evaluate"] as const) {
  test(`bytes come in buffers and views of another realm (${tier})`, async () => {
    const component = await Component.compile(bytes, { tier });
    const { exports } = await linker.define("host", () => 0).instantiate(component);
    const echo = exports["echo"] as (value: unknown) => Uint8Array;
    for (const code of [
      "new Uint8Array([1, 2])",
      "[1, 2]",
      "new Uint8Array([1, 2]).buffer",
      "new Uint8ClampedArray([1, 2])",
      "new DataView(new Uint8Array([0, 1, 2]).buffer, 1)",
    ]) {
      assert.deepEqual(echo(there(code)), Uint8Array.of(1, 2), code);
    }
    assert.throws(() => echo(there("new Map()")), ComponentError);
  });

  test(`an error of another realm is an accident, and no error side of a result (${tier})`, async () => {
    const component = await Component.compile(bytes, { tier });
    const ask = async (code: string) => {
      const { exports } = await linker.define("host", there(code) as () => number).instantiate(component);
      return (exports["ask"] as () => unknown)();
    };
    await assert.rejects(ask("() => { throw new RangeError('an accident'); }"), (error) => {
      assert.ok(error instanceof ComponentError);
      assert.match(error.message, /a host function threw: an accident$/);
      assert.equal((error.cause as Error).name, "RangeError");
      return true;
    });
    await assert.rejects(ask("() => { throw 'an answer'; }"), (error) => {
      assert.ok(error instanceof ResultError);
      assert.equal(error.payload, "an answer");
      return true;
    });
    await assert.rejects(ask("() => { throw Object.assign(new Error(), { payload: 'one more' }); }"), ResultError);
  });
}
