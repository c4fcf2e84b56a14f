/** Whole components that call each other, each test with adapters and without: what one can tell the other must agree on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { memory64 } from "./link.ts";

type Exports = Record<string, (...args: unknown[]) => unknown>;

async function instantiate(text: string, fuse: boolean, imports: Record<string, object> = {}): Promise<Exports> {
  const component = await Component.compile(await parse(text), { fuse, features: "all" });
  let linker = new Linker();
  for (const [name, items] of Object.entries(imports)) linker = linker.define(name, items);
  return (await linker.instantiate(component)).exports as Exports;
}

function eachWay(name: string, body: (fuse: boolean) => Promise<void>): void {
  for (const fuse of [true, false]) test(`${name}, ${fuse ? "fused" : "composed"}`, () => body(fuse));
}

function trapOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ComponentError && error.phase === "trap", String(error));
    return error.code;
  }
  return "none";
}

eachWay("a result comes back through three components", async (fuse) => {
  const { run } = await instantiate(
    `(component
      (component $A
        (core module $m (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3))))
        (core instance $i (instantiate $m))
        (func (export "f") (param "x" u8) (result u32) (canon lift (core func $i "f"))))
      (component $B
        (import "f" (func $f (param "x" u8) (result u32)))
        (core func $f' (canon lower (func $f)))
        ;; Lifts what it has lowered: there is no core code in between.
        (func (export "f") (param "x" u8) (result u32) (canon lift (core func $f'))))
      (component $C
        (import "f" (func $f (param "x" u8) (result u32)))
        (core func $f' (canon lower (func $f)))
        (core module $m
          (import "" "f" (func $f (param i32) (result i32)))
          (func (export "run") (param i32) (result i32) (call $f (local.get 0))))
        (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
        (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))
      (instance $a (instantiate $A))
      (instance $b (instantiate $B (with "f" (func $a "f"))))
      (instance $c (instantiate $C (with "f" (func $b "f"))))
      (export "run" (func $c "run")))`,
    fuse,
  );
  assert.equal(run!(2), 6);
  assert.equal(run!(256 + 5), 15);
});

/** As many pairs of instances of the same two components; each callee counts what it gets, and gives it back. */
function pairs(count: number): string {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return `(component
    (component $A
      (core module $m
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 64))
        (global $total (mut i32) (i32.const 0))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.get $next) (global.set $next (i32.add (global.get $next) (local.get 3))))
        (func (export "total") (result i32) (global.get $total))
        (func (export "f") (param i32 i32) (result i32)
          (global.set $total (i32.add (global.get $total) (local.get 1)))
          (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1)) (i32.const 8)))
      (core instance $i (instantiate $m))
      (func (export "total") (result u32) (canon lift (core func $i "total")))
      (func (export "f") (param "s" string) (result string)
        (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
    (component $B
      (import "f" (func $f (param "s" string) (result string)))
      (core module $shop
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.get $next) (global.set $next (i32.add (global.get $next) (local.get 3)))))
      (core instance $s (instantiate $shop))
      (core func $f' (canon lower (func $f) (memory (core memory $s "memory")) (realloc (core func $s "realloc"))))
      (core module $m
        (import "" "f" (func $f (param i32 i32 i32)))
        (func (export "f") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16)))
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
      (func (export "f") (param "s" string) (result string)
        (canon lift (core func $i "f") (memory (core memory $s "memory")) (realloc (core func $s "realloc")))))
    ${numbers.map((i) => `(instance $a${i} (instantiate $A)) (instance $b${i} (instantiate $B (with "f" (func $a${i} "f"))))`).join("\n")}
    ${numbers.map((i) => `(export "f${i}" (func $b${i} "f")) (export "total${i}" (func $a${i} "total"))`).join("\n")})`;
}

eachWay("instances of one component are told apart", async (fuse) => {
  const exports = await instantiate(pairs(3), fuse);
  for (const [i, text] of ["a", "größer", "日本語 and more"].entries()) {
    for (let n = 0; n <= i; n++) assert.equal(exports[`f${i}`]!(text), text);
  }
  assert.deepEqual(
    [0, 1, 2].map((i) => exports[`total${i}`]!()),
    [1, 16, 3 * 18],
  );
});

eachWay("what only the host calls is lifted, though it was lowered", async (fuse) => {
  const { f } = await instantiate(
    `(component
      (component $A
        (core module $m (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
        (core instance $i (instantiate $m))
        (func (export "f") (param "x" u8) (result u8) (canon lift (core func $i "f"))))
      (component $B
        (import "f" (func $f (param "x" u8) (result u8)))
        (core func $f' (canon lower (func $f)))
        (func (export "f") (param "x" u8) (result u8) (canon lift (core func $f'))))
      (instance $a (instantiate $A))
      (instance $b (instantiate $B (with "f" (func $a "f"))))
      (export "f" (func $b "f")))`,
    fuse,
  );
  assert.equal(f!(255), 0);
});

/** A callee whose `f` throws a core exception, and a caller that catches all that it can. */
const throwing = `(component
  (component $A
    (core module $m
      (tag $t)
      (func (export "f") (param i32) (result i32) (if (local.get 0) (then (throw $t))) (i32.const 1)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f"))))
  (component $B
    (import "f" (func $f (param "x" u32) (result u32)))
    (core func $f' (canon lower (func $f)))
    (core module $m
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "run") (param i32) (result i32)
        (block $caught
          (try_table (catch_all $caught) (return (call $f (local.get 0)))))
        (i32.const 99)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
    (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "run" (func $b "run")))`;

const tryTable = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 31, 64, 0, 11, 11,
); // biome-ignore format: a module

const skip = !WebAssembly.validate(tryTable) && "needs exceptions";

for (const fuse of [true, false]) {
  test(`an exception does not leave its component, ${fuse ? "fused" : "composed"}`, { skip }, async () => {
    const { run } = await instantiate(throwing, fuse);
    assert.equal(run!(0), 1);
    assert.equal(
      trapOf(() => run!(1)),
      "uncaught-exception",
    );
    assert.equal(
      trapOf(() => run!(0)),
      "cannot-enter",
    );
  });

  test(`a trap is not caught by the caller, ${fuse ? "fused" : "composed"}`, { skip }, async () => {
    const text = throwing.replace("(tag $t)", "").replace("(throw $t)", "unreachable");
    const { run } = await instantiate(text, fuse);
    assert.equal(run!(0), 1);
    assert.equal(
      trapOf(() => run!(1)),
      "core",
    );
  });
}

/**
 * What the Canonical ABI calls, of which one throws: 1 the core function, 2 the callee's `realloc`, 3 its `post-return`, 4 a
 * destructor, 5 the caller's `realloc`. The caller catches all that it can.
 */
const throwingAnywhere = `(component
  (component $A
    (core module $m
      (tag $t)
      (global $which (mut i32) (i32.const 0))
      (memory (export "memory") 1)
      (func $throw (param i32) (if (i32.eq (global.get $which) (local.get 0)) (then (throw $t))))
      (func (export "let-throw") (param i32) (global.set $which (local.get 0)))
      (func (export "f") (param i32 i32) (result i32)
        (call $throw (i32.const 1))
        (i32.store (i32.const 0) (local.get 0))
        (i32.store (i32.const 4) (local.get 1))
        (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $throw (i32.const 2)) (i32.const 64))
      (func (export "post-return") (param i32) (call $throw (i32.const 3)))
      (func (export "destructor") (param i32) (call $throw (i32.const 4))))
    (core instance $m (instantiate $m))
    (type $r' (resource (rep i32) (dtor (core func $m "destructor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $n
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 1))))
    (core instance $n (instantiate $n (with "" (instance (export "new" (func $new))))))
    (func (export "let-throw") (param "which" u32) (canon lift (core func $m "let-throw")))
    (func (export "make") (result (own $r)) (canon lift (core func $n "make")))
    (func (export "f") (param "s" string) (result string)
      (canon lift (core func $m "f") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        (post-return (core func $m "post-return")))))
  (component $B
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "f" (func $f (param "s" string) (result string)))
    (core module $memory
      (tag $t)
      (global $throws (mut i32) (i32.const 0))
      (memory (export "memory") 1)
      (func (export "let-throw") (param i32) (global.set $throws (i32.eq (local.get 0) (i32.const 5))))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (global.get $throws) (then (throw $t)))
        (i32.const 64)))
    (core instance $memory (instantiate $memory))
    (core func $f (canon lower (func $f) (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core func $make (canon lower (func $make)))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "f" (func $f (param i32 i32 i32)))
      (import "" "make" (func $make (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "call") (result i32)
        (block $caught
          (try_table (catch_all $caught) (call $f (i32.const 0) (i32.const 3) (i32.const 16)))
          (return (i32.const 0)))
        (i32.const 1))
      (func (export "drop") (result i32)
        (block $caught
          (try_table (catch_all $caught) (call $drop (call $make)))
          (return (i32.const 0)))
        (i32.const 1)))
    (core instance $m (instantiate $m (with "" (instance
      (export "f" (func $f)) (export "make" (func $make)) (export "drop" (func $drop))))))
    (func (export "let-throw") (param "which" u32) (canon lift (core func $memory "let-throw")))
    (func (export "call") (result u32) (canon lift (core func $m "call")))
    (func (export "drop") (result u32) (canon lift (core func $m "drop"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "r" (type $a "r")) (with "make" (func $a "make")) (with "f" (func $a "f"))))
  (export "let-callee-throw" (func $a "let-throw"))
  (export "let-caller-throw" (func $b "let-throw"))
  (export "f" (func $a "f"))
  (export "call" (func $b "call"))
  (export "drop" (func $b "drop")))`;

for (const fuse of [true, false]) {
  test(`no exception leaves what the Canonical ABI calls, ${fuse ? "fused" : "composed"}`, { skip }, async () => {
    const start = () => instantiate(throwingAnywhere, fuse);
    const quiet = await start();
    assert.deepEqual([quiet["call"]!(), quiet["drop"]!(), quiet["f"]!("abc")], [0, 0, "abc"]);
    for (const [which, how] of [
      [1, "call"],
      [2, "call"],
      [3, "call"],
      [4, "drop"],
      [5, "call"],
    ] as const) {
      const exports = await start();
      exports[which === 5 ? "letCallerThrow" : "letCalleeThrow"]!(which);
      assert.equal(
        trapOf(() => exports[how]!()),
        "uncaught-exception",
        `${which}`,
      );
    }
    for (const which of [1, 2, 3]) {
      const exports = await start();
      exports["letCalleeThrow"]!(which);
      assert.equal(
        trapOf(() => exports["f"]!("abc")),
        "uncaught-exception",
        `${which}, called by the host`,
      );
    }
  });
}

/** A `realloc` of the callee's, and one of the caller's, and a `post-return`, that call out if they are told to. */
const leaving = `(component
  (import "out" (func $out))
  (component $A
    (import "out" (func $out))
    (core func $out' (canon lower (func $out)))
    (core module $m
      (import "" "out" (func $out))
      (memory (export "memory") 1)
      (global $mode (mut i32) (i32.const 0))
      (func (export "mode") (param i32) (global.set $mode (local.get 0)))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (i32.eq (global.get $mode) (i32.const 1)) (then (call $out))) (i32.const 64))
      (func (export "f") (param i32 i32) (result i32)
        (call $out) (i32.store (i32.const 8) (i32.const 64)) (i32.store (i32.const 12) (i32.const 1)) (i32.const 8))
      (func (export "post") (param i32)
        (if (i32.eq (global.get $mode) (i32.const 2)) (then (call $out)))))
    (core instance $i (instantiate $m (with "" (instance (export "out" (func $out'))))))
    (func (export "mode") (param "m" u32) (canon lift (core func $i "mode")))
    (func (export "f") (param "s" string) (result string)
      (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
        (post-return (core func $i "post")))))
  (component $B
    (import "out" (func $out))
    (import "f" (func $f (param "s" string) (result string)))
    (core func $out' (canon lower (func $out)))
    (core module $shop
      (import "" "out" (func $out))
      (memory (export "memory") 1)
      (global $mode (mut i32) (i32.const 0))
      (func (export "mode") (param i32) (global.set $mode (local.get 0)))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (i32.eq (global.get $mode) (i32.const 3)) (then (call $out))) (i32.const 64)))
    (core instance $s (instantiate $shop (with "" (instance (export "out" (func $out'))))))
    (core func $f' (canon lower (func $f) (memory (core memory $s "memory")) (realloc (core func $s "realloc"))))
    (core module $m
      (import "" "f" (func $f (param i32 i32 i32)))
      (import "" "out" (func $out))
      (func (export "run") (call $f (i32.const 0) (i32.const 3) (i32.const 16)) (call $out)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f')) (export "out" (func $out'))))))
    (func (export "mode") (param "m" u32) (canon lift (core func $s "mode")))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $a (instantiate $A (with "out" (func $out))))
  (instance $b (instantiate $B (with "out" (func $out)) (with "f" (func $a "f"))))
  (export "mode-a" (func $a "mode")) (export "mode-b" (func $b "mode")) (export "run" (func $b "run")))`;

eachWay("nothing leaves its instance from `realloc` or `post-return`", async (fuse) => {
  for (const mode of [0, 1, 2, 3]) {
    let calls = 0;
    const { run, modeA, modeB } = await instantiate(leaving, fuse, { out: () => calls++ });
    run!();
    assert.equal(calls, 2);
    modeA!(mode);
    modeB!(mode);
    assert.equal(
      trapOf(() => run!()),
      mode === 0 ? "none" : "cannot-leave",
    );
  }
  // No trap of one component keeps others from calling out.
  let calls = 0;
  const { run } = await instantiate(leaving, fuse, { out: () => calls++ });
  run!();
  assert.equal(calls, 2);
});

/**
 * A way for a call to come back: $c calls $b, which calls $a, which drops a resource of the component around them, whose
 * destructor drops a resource of $b's.
 */
const upwards = `(component
  (core module $dtor
    (table (export "table") 1 funcref)
    (type $t (func))
    (func (export "dtor") (param i32) (call_indirect (type $t) (i32.const 0))))
  (core instance $d (instantiate $dtor))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r))
  (component $A
    (import "r" (type $r (sub resource)))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "drop" (func $drop (param i32)))
      (func (export "take") (param i32) (call $drop (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
    (func (export "take") (param "x" (own $r)) (canon lift (core func $i "take"))))
  (instance $a (instantiate $A (with "r" (type $r))))
  (component $B
    (import "r" (type $r (sub resource)))
    (import "take" (func $take (param "x" (own $r))))
    (core func $take' (canon lower (func $take)))
    (core module $m
      (import "" "take" (func $take (param i32)))
      (global $kept (mut i32) (i32.const 0))
      (func (export "keep") (param i32) (global.set $kept (local.get 0)))
      (func (export "run") (call $take (global.get $kept)))
      (func (export "dtor") (param i32)))
    (core instance $i (instantiate $m (with "" (instance (export "take" (func $take'))))))
    (type $s' (resource (rep i32) (dtor (core func $i "dtor"))))
    (export $s "s" (type $s'))
    (core func $new (canon resource.new $s'))
    (core module $k
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $k (instantiate $k (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $s)) (canon lift (core func $k "make")))
    (func (export "keep") (param "x" (own $r)) (canon lift (core func $i "keep")))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $b (instantiate $B (with "r" (type $r)) (with "take" (func $a "take"))))
  (component $C
    (import "run" (func $run))
    (core func $run' (canon lower (func $run)))
    (core module $m (import "" "run" (func $run)) (func (export "go") (call $run)))
    (core instance $i (instantiate $m (with "" (instance (export "run" (func $run'))))))
    (func (export "go") (canon lift (core func $i "go"))))
  (instance $c (instantiate $C (with "run" (func $b "run"))))
  (alias export $b "s" (type $s))
  (core func $drop-s (canon resource.drop $s))
  (core module $hold
    (import "" "table" (table 1 funcref))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $held (mut i32) (i32.const 0))
    (elem (i32.const 0) $again)
    (func $again (if (global.get $held) (then (call $drop (global.get $held)))))
    (func (export "make") (result i32) (call $new (i32.const 7)))
    (func (export "hold") (param i32) (global.set $held (local.get 0))))
  (core instance $h (instantiate $hold (with "" (instance
    (export "table" (table $d "table")) (export "new" (func $new)) (export "drop" (func $drop-s))))))
  (export $R "r" (type $r))
  (export $S "s" (type $s))
  (func (export "make-r") (result (own $R)) (canon lift (core func $h "make")))
  (func (export "hold") (param "x" (own $S)) (canon lift (core func $h "hold")))
  (export "make-s" (func $b "make") (func (result (own $S))))
  (export "keep" (func $b "keep") (func (param "x" (own $R))))
  (export "go" (func $c "go")))`;

eachWay("an instance is not entered twice, though it takes a destructor around it to come back", async (fuse) => {
  for (const held of [false, true]) {
    const { makeR, makeS, hold, keep, go } = await instantiate(upwards, fuse);
    keep!(makeR!());
    if (held) hold!(makeS!());
    assert.equal(
      trapOf(() => go!()),
      held ? "cannot-enter" : "none",
    );
  }
});

eachWay("slots are empty when a call begins, and are kept from what finds room", async (fuse) => {
  // Traps unless the slot has what it is to have.
  const slots = `(import "" "get" (func $get (result i32))) (import "" "set" (func $set (param i32)))`;
  const expect = `(func $expect (param i32) (if (i32.ne (call $get) (local.get 0)) (then unreachable)))`;
  const room = `(memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $expect (i32.const 0)) (call $set (i32.const 7)) (i32.const 64))`;
  const context = `(core func $get (canon context.get i32 0)) (core func $set (canon context.set i32 0))`;
  const given = `(export "get" (func $get)) (export "set" (func $set))`;
  const { run } = await instantiate(
    `(component
      (component $A
        ${context}
        (core module $m ${slots} ${expect} ${room}
          (func (export "f") (param i32 i32) (result i32)
            (call $expect (i32.const 0)) (call $set (i32.const 5))
            (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1)) (i32.const 8))
          (func (export "done") (param i32) (call $expect (i32.const 5)))
          (func (export "g") (param i32) (result i32)
            (call $expect (i32.const 0)) (call $set (i32.const 6)) (local.get 0)))
        (core instance $i (instantiate $m (with "" (instance ${given}))))
        (func (export "f") (param "s" string) (result string) (canon lift (core func $i "f")
          (memory (core memory $i "memory")) (realloc (core func $i "realloc")) (post-return (core func $i "done"))))
        (func (export "g") (param "n" u32) (result u32) (canon lift (core func $i "g"))))
      (component $B
        (import "f" (func $f (param "s" string) (result string)))
        (import "g" (func $g (param "n" u32) (result u32)))
        ${context}
        (core module $shop ${slots} ${expect} ${room})
        (core instance $shop (instantiate $shop (with "" (instance ${given}))))
        (core func $f' (canon lower (func $f) (memory (core memory $shop "memory")) (realloc (core func $shop "realloc"))))
        (core func $g' (canon lower (func $g)))
        (core module $m ${slots}
          (import "" "f" (func $f (param i32 i32 i32))) (import "" "g" (func $g (param i32) (result i32)))
          (import "" "memory" (memory 1)) ${expect}
          (func (export "run") (result i32)
            (call $set (i32.const 9))
            (call $f (i32.const 0) (i32.const 3) (i32.const 32)) (call $expect (i32.const 9))
            (i32.add (i32.load (i32.const 36)) (call $g (i32.const 4)))
            (call $expect (i32.const 9))))
        (core instance $i (instantiate $m (with "" (instance ${given}
          (export "f" (func $f')) (export "g" (func $g')) (export "memory" (memory $shop "memory"))))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))
      (instance $a (instantiate $A))
      (instance $b (instantiate $B (with "f" (func $a "f")) (with "g" (func $a "g"))))
      (export "run" (func $b "run")))`,
    fuse,
  );
  assert.deepEqual([run!(), run!()], [7, 7]);
});

/** `(module (memory i64 0))` */

for (const [room, expected] of [
  // All ones seem to be even where they are rounded to a double.
  ["(i64.const -1)", "realloc-unaligned"],
  ["(i64.const -2)", "realloc-out-of-bounds"],
  ["(i64.const 1)", "realloc-unaligned"],
] as const) {
  for (const fuse of [true, false]) {
    const name = `room for a list at ${room} of 64 bits, ${fuse ? "fused" : "composed"}`;
    test(name, { skip: !memory64 }, async () => {
      const { run } = await instantiate(
        `(component
          (component $A
            (core module $m
              (memory (export "memory") i64 1)
              (func (export "realloc") (param i64 i64 i64 i64) (result i64) ${room})
              (func (export "f") (param i64 i64)))
            (core instance $i (instantiate $m))
            (func (export "f") (param "x" (list u16))
              (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
          (component $B
            (import "f" (func $f (param "x" (list u16))))
            (core module $libc (memory (export "memory") 1))
            (core instance $libc (instantiate $libc))
            (core func $f' (canon lower (func $f) (memory (core memory $libc "memory"))))
            (core module $m
              (import "" "f" (func $f (param i32 i32)))
              (func (export "run") (call $f (i32.const 0) (i32.const 3))))
            (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
            (func (export "run") (canon lift (core func $i "run"))))
          (instance $a (instantiate $A))
          (instance $b (instantiate $B (with "f" (func $a "f"))))
          (export "run" (func $b "run")))`,
        fuse,
      );
      assert.equal(
        trapOf(() => run!()),
        expected,
      );
    });
  }

  test(`room for a list of the host's at ${room} of 64 bits`, { skip: !memory64 }, async () => {
    const { f } = await instantiate(
      `(component
        (core module $m
          (memory (export "memory") i64 1)
          (func (export "realloc") (param i64 i64 i64 i64) (result i64) ${room})
          (func (export "f") (param i64 i64)))
        (core instance $i (instantiate $m))
        (func (export "f") (param "x" (list u16))
          (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))`,
      true,
    );
    assert.equal(
      trapOf(() => f!([1, 2, 3])),
      expected,
    );
  });
}
