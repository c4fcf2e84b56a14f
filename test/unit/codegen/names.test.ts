/** Labels of components are chosen by whoever wrote them, and generated code has names of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, Linker } from "../../../src/index.ts";

/** What generated functions and their makers capture, what is like it, and words of JavaScript. */
const labels = [
  ..."cx memory scope instance callee callee-cx caller host failed post-return entering entering1 result is-err".split(
    " ",
  ),
  ..."resource resource1 async async2 list list-u list-u8 list-s32 list-f64 binding library thrown reader".split(" "),
  ..."arguments eval await class new function constructor to-string then length name prototype undefined".split(" "),
];

for (const tier of ["jit", "evaluate"] as const) {
  test(`a parameter, a field and a case can be called like anything that generated code has (${tier})`, async () => {
    const instance = await new Linker()
      .define("host", { pass: (given: unknown) => given })
      .instantiate(await Component.compile(new Uint8Array(await parse(componentWith(labels))), { tier }));
    for (const [i, label] of labels.entries()) {
      const key = label.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      const value = { [key]: "text", other: { [key]: [1, 2], last: { tag: label, val: 3 } } };
      const expected = { [key]: "text", other: { [key]: Uint8Array.of(1, 2), last: { tag: label, val: 3 } } };
      assert.deepEqual(instance.func(`f${i}`).call(value, 7), expected, label);
    }
  });
}

/** For each label a function that gives back its first parameter; its labels are this one wherever there can be one. */
function componentWith(all: readonly string[]): string {
  const types = all.map(
    (label, i) => `
      (type $v${i} (variant (case "${label}" u32) (case "none")))
      (export $ve${i} "v${i}" (type $v${i}))
      (type $s${i} (record (field "${label}" (list u8)) (field "last" $ve${i})))
      (export $se${i} "s${i}" (type $s${i}))
      (type $r${i} (record (field "${label}" string) (field "other" $se${i})))
      (export $re${i} "r${i}" (type $r${i}))
      (func (export "f${i}") (param "${label}" $re${i}) (param "${label}2" u32) (result $re${i})
        (canon lift (core func $i "f") (memory $i "memory") (realloc (func $i "realloc"))))`,
  );
  return `(component
    (core module $m
      (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next)
        (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7)) (i32.const -8))))
      (func (export "f") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (local.get 1))
        (i32.store (i32.const 24) (local.get 2))
        (i32.store (i32.const 28) (local.get 3))
        (i32.store (i32.const 32) (local.get 4))
        (i32.store (i32.const 36) (local.get 5))
        (i32.const 16)))
    (core instance $i (instantiate $m))
    ${types.join("")})`;
}
