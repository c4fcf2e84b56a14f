/** The largest types that docs/limits.md allows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import * as max from "../../../src/binary/limits.ts";
import { Component, Linker } from "../../../src/index.ts";

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

for (const tier of ["jit", "evaluate"] as const) {
  test(`a record of as many fields as can be comes back (${tier})`, async () => {
    const n = max.recordFields;
    const type = `(record ${times(n, (i) => `(field "f${i}" string)`).join(" ")})`;
    const value = Object.fromEntries(times(n, (i) => [`f${i}`, `v${i}`]));
    assert.deepEqual((await echo(type, tier))(value), value);
  });

  test(`a tuple of as many numbers as can be comes back (${tier})`, async () => {
    const n = max.tupleTypes;
    const value = times(n, (i) => i % 256);
    assert.deepEqual((await echo(`(tuple ${"u8 ".repeat(n)})`, tier))(value), value);
  });

  test(`a variant of as many cases as can be comes back from each end (${tier})`, async () => {
    const n = max.variantCases;
    const variant = `(variant ${times(n, (i) => `(case "c${i}" ${i % 2 === 0 ? "string" : "(tuple u8 f64)"})`).join(" ")})`;
    const value = Array.from({ length: 20 });
    value[0] = { tag: `c${n - 2}`, val: "last but one" };
    value[1] = { tag: `c${n - 1}`, val: [1, 2] };
    value.fill({ tag: "c0", val: "first" }, 2);
    assert.deepEqual((await echo(`(tuple ${"$v ".repeat(20)})`, tier, variant))(value), value);
  });
}

for (const tier of ["jit", "evaluate"] as const) {
  test(`each of hundreds of cases is found, and nothing else is taken for one (${tier})`, async () => {
    const n = 300;
    const variant = `(variant ${times(n, (i) => `(case "c${i}"${i % 3 === 0 ? " u8" : ""})`).join(" ")})`;
    const all = times(n, (i) => (i % 3 === 0 ? { tag: `c${i}`, val: i % 256 } : { tag: `c${i}` }));
    // So many values go through memory, as whole tuples of them.
    const numbers = times(15, (i) => i);
    const listed = `(tuple (list $v) ${"u8 ".repeat(numbers.length)})`;
    const through = (echoed: (value: unknown) => unknown) => (list: unknown) =>
      (echoed([list, ...numbers]) as unknown[])[0];
    const cases = through(await echo(listed, tier, variant));
    assert.deepEqual(cases(all), all);
    for (const tag of ["", "a", "c", "c300", "c30x", "z", 5, null, undefined, Symbol("c5"), { valueOf: () => "c5" }]) {
      assert.throws(
        () => cases([{ tag }]),
        /^ComponentError: echo › param "value" › tuple element 0 › list element 0: /,
      );
    }
    const labels = times(n, (i) => `e${i}`);
    const labelled = through(await echo(listed, tier, `(enum ${labels.map((label) => `"${label}"`).join(" ")})`));
    assert.deepEqual(labelled(labels), labels);
    for (const wrong of ["", "e", "e300", "z", 5, null, Symbol("e5"), { valueOf: () => "e5" }]) {
      assert.throws(
        () => labelled([wrong]),
        /^ComponentError: echo › param "value" › tuple element 0 › list element 0: /,
      );
    }
  });
}

/** A function that gives back what it gets, which goes through memory both ways. */
async function echo(type: string, tier: "jit" | "evaluate", variant?: string): Promise<(value: unknown) => unknown> {
  const text = `(component
    (core module $m
      (memory (export "memory") 20)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next)
        (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7)) (i32.const -8))))
      (func (export "echo") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    ${variant === undefined ? "" : `(type $v' ${variant}) (export $v "v" (type $v'))`}
    (type $t' ${type})
    (export $t "t" (type $t'))
    (func (export "echo") (param "value" $t) (result $t)
      (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc")))))`;
  const component = await Component.compile(new Uint8Array(await parse(text)), { tier });
  const instance = await new Linker().instantiate(component);
  return (value) => instance.func("echo").call(value);
}
