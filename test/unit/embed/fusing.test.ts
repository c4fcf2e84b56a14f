/** What makes adapters is loaded for components that have calls to fuse. Nothing but speed may depend on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, prepareOf } from "../../../src/embed/component.ts";
import { lacksFusing } from "../../../src/embed/fusing.ts";
import { Linker } from "../../../src/embed/linker.ts";

const callee = `(component
  (core module $M (func (export "f") (result i32) (i32.const 7)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))`;
const composed = Uint8Array.from(
  await parse(`(component
    ${callee.replace("(component", "(component $Callee")}
    (component $Caller
      (import "f" (func $f (result u32)))
      (core func $g (canon lower (func $f)))
      (core module $M (import "" "g" (func $g (result i32))) (func (export "f") (result i32) (call $g)))
      (core instance $m (instantiate $M (with "" (instance (export "g" (func $g))))))
      (func (export "f") (result u32) (canon lift (core func $m "f"))))
    (instance $callee (instantiate $Callee))
    (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
    (export "f" (func $caller "f")))`),
);
const nothing = { components: new Map(), modules: new Map() };

/** Whether no module is given a function of JavaScript. */
function isFused(component: Component): boolean {
  const { plan } = prepareOf(component, nothing).planned;
  return plan.initializers.every((step) => {
    return step.op !== "instantiate" || step.args.every(({ value }) => value.from !== "trampoline");
  });
}

const answer = async (component: Component) => (await new Linker().instantiate(component)).func("f").call();

// In this order: what is loaded stays so.
test("calls are composed before it is loaded, and fused after", async () => {
  await Component.compile(Uint8Array.from(await parse(callee)));
  const early = Component.compileSync(composed);
  const { planned } = prepareOf(early, nothing);
  assert.ok(lacksFusing(planned), "loaded for a component that has no such calls");
  assert.equal(new Linker().instantiateSync(early).func("f").call(), 7);
  assert.ok(!isFused(early));
  assert.equal(await answer(early), 7);
  assert.ok(!lacksFusing(planned), "not loaded by `instantiate`");
  assert.ok(isFused(early));
  assert.equal(new Linker().instantiateSync(early).func("f").call(), 7);
});

test("what is compiled with `await` is fused, unless it is not to be", async () => {
  const [fused, plain] = [await Component.compile(composed), await Component.compile(composed, { fuse: false })];
  assert.deepEqual([isFused(fused), isFused(plain)], [true, false]);
  assert.deepEqual([await answer(fused), await answer(plain)], [7, 7]);
});
