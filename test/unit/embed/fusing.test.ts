/** Calls between components are fused, however a component is compiled. Nothing but speed may depend on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, prepareOf } from "../../../src/embed/component.ts";
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

test("what is compiled without waiting is fused", () => {
  const component = Component.compileSync(composed);
  assert.ok(isFused(component));
  assert.equal(new Linker().instantiateSync(component).func("f").call(), 7);
});

test("what is compiled with `await` is fused, unless it is not to be", async () => {
  const [fused, plain] = [await Component.compile(composed), await Component.compile(composed, { fuse: false })];
  assert.deepEqual([isFused(fused), isFused(plain)], [true, false]);
  assert.deepEqual([await answer(fused), await answer(plain)], [7, 7]);
});
