/** Resources of the host's in components that are composed, and handles that the host carries between instances. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Linker } from "../../../src/embed/linker.ts";
import { component, instantiate } from "./guests.ts";

// biome-ignore lint/suspicious/noExplicitAny: stands for what a guest's types would make of it
type Exports = any;

const iface = `(import "i" (instance $i (export "thing" (type $t (sub resource)))
   (export "[constructor]thing" (func (param "n" u32) (result (own $t))))
   (export "[method]thing.get" (func (param "self" (borrow $t)) (result u32)))
   (export "swap" (func (param "t" (own $t)) (result (own $t))))))
   (alias export $i "thing" (type $t))
   (core func $new (canon lower (func $i "[constructor]thing"))) (core func $get (canon lower (func $i "[method]thing.get")))
   (core func $swap (canon lower (func $i "swap"))) (core func $drop (canon resource.drop $t))
   (core instance $h (export "new" (func $new)) (export "get" (func $get)) (export "swap" (func $swap)) (export "drop" (func $drop)))`;
const imp = `(import "h" "new" (func $new (param i32) (result i32))) (import "h" "get" (func $get (param i32) (result i32))) (import "h" "swap" (func $swap (param i32) (result i32))) (import "h" "drop" (func $drop (param i32)))`;
const text = `(component
  (import "i" (instance $i (export "thing" (type $t (sub resource)))
   (export "[constructor]thing" (func (param "n" u32) (result (own $t))))
   (export "[method]thing.get" (func (param "self" (borrow $t)) (result u32)))
   (export "swap" (func (param "t" (own $t)) (result (own $t))))))
  (component $B ${iface}
    (core module $M ${imp}
      (func (export "look") (param i32) (result i32) (local $x i32) (local.set $x (call $get (local.get 0))) (call $drop (local.get 0)) (local.get $x))
      (func (export "take") (param i32) (result i32) (local $x i32) (local.set $x (call $get (local.get 0))) (call $drop (local.get 0)) (local.get $x))
      (func (export "pass") (param i32) (result i32) (call $swap (local.get 0))))
    (core instance $m (instantiate $M (with "h" (instance $h))))
    (export $t' "t" (type $t))
    (func (export "look") (param "t" (borrow $t')) (result u32) (canon lift (core func $m "look")))
    (func (export "take") (param "t" (own $t')) (result u32) (canon lift (core func $m "take")))
    (func (export "pass") (param "t" (own $t')) (result (own $t')) (canon lift (core func $m "pass"))))
  (component $C ${iface}
    (import "b" (instance $b (export "t" (type $t2 (eq $t))) (export "look" (func (param "t" (borrow $t2)) (result u32))) (export "take" (func (param "t" (own $t2)) (result u32))) (export "pass" (func (param "t" (own $t2)) (result (own $t2))))))
    (core func $look (canon lower (func $b "look"))) (core func $take (canon lower (func $b "take"))) (core func $pass (canon lower (func $b "pass")))
    (core module $M ${imp}
      (import "b" "look" (func $look (param i32) (result i32))) (import "b" "take" (func $take (param i32) (result i32))) (import "b" "pass" (func $pass (param i32) (result i32)))
      (func (export "run") (result i32) (local $h i32) (local $x i32)
        (local.set $h (call $new (i32.const 5)))
        (local.set $x (call $look (local.get $h)))
        (local.set $h (call $pass (local.get $h)))
        (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 100)) (call $get (local.get $h))))
        (i32.add (i32.mul (local.get $x) (i32.const 100)) (call $take (local.get $h)))))
    (core instance $m (instantiate $M (with "h" (instance $h)) (with "b" (instance (export "look" (func $look)) (export "take" (func $take)) (export "pass" (func $pass))))))
    (export $t' "t" (type $t))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (instance $b (instantiate $B (with "i" (instance $i))))
  (instance $c (instantiate $C (with "i" (instance $i)) (with "b" (instance $b))))
  (export "run" (func $c "run"))
  (export "b" (instance $b))
  (export "i2" (instance $i)))`;
const ways = [
  ["jit", true],
  ["jit", false],
  ["evaluate", true],
  ["evaluate", false],
] as const;

for (const [tier, fuse] of ways)
  test(`objects of the host's go through composed components: ${tier}, ${fuse ? "fused" : "composed"}`, async () => {
    const log: string[] = [];
    class Thing {
      readonly n: number;
      constructor(n: number) {
        this.n = n;
        log.push(`new ${n}`);
      }
      get() {
        return this.n;
      }
      [Symbol.dispose]() {
        log.push(`drop ${this.n}`);
      }
    }
    const c = await component(text, { tier, fuse });
    const i = await new Linker()
      .define("i", {
        Thing,
        swap: (t: Thing) => {
          log.push(`swap ${t.n}`);
          t[Symbol.dispose]();
          return new Thing(t.n + 2);
        },
      })
      .instantiate(c);
    const e = i.exports as Exports;
    assert.equal(e.run(), 50707);
    assert.deepEqual(log.splice(0), ["new 5", "swap 5", "drop 5", "new 7", "drop 7"]);
    const mine = new Thing(9);
    log.length = 0;
    assert.equal(e.b.look(mine), 9);
    const t = e.b.pass(mine);
    assert.equal(t.n, 11);
    assert.equal(e.b.take(t), 11);
    assert.deepEqual(log.splice(0), ["swap 9", "drop 9", "new 11", "drop 11"]);
    assert.throws(() => e.b.look({ n: 1 }), /param "t"/);
    assert.equal(e.i2.Thing, Thing);
    assert.equal(i.func("i2", "[method]thing.get").call(new Thing(4)), 4);
    assert.throws(() => i.func("i2", "[method]thing.get").call({ get: () => 3 }), /param "self"/);
    assert.equal((i.func("i2", "[constructor]thing").call(3) as Thing).n, 3);
    assert.throws(() => i.func("i2", "[constructor]thing").call("3"), /param "n"/);
  });
test("the host carries handles from the instance that defines them to one that has their type", async () => {
  const A = `(component (type $r (resource (rep i32))) (core func $new (canon resource.new $r)) (core module $m (import "" "new" (func $new (param i32) (result i32))) (func (export "make") (result i32) (call $new (i32.const 9))) (func (export "get") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (export $r' "r" (type $r)) (func $make (result (own $r')) (canon lift (core func $i "make"))) (export "make" (func $make)) (func $get (param "self" (borrow $r')) (result u32) (canon lift (core func $i "get"))) (export "[method]r.get" (func $get)))`;
  const B = `(component (import "a" (instance $a (export "r" (type $r (sub resource))) (export "make" (func (result (own $r)))) (export "[method]r.get" (func (param "self" (borrow $r)) (result u32)))))
    (alias export $a "r" (type $r)) (core func $get (canon lower (func $a "[method]r.get"))) (core func $drop (canon resource.drop $r))
    (core module $m (import "" "get" (func $get (param i32) (result i32))) (import "" "drop" (func $drop (param i32))) (func (export "eat") (param i32) (result i32) (local $x i32) (local.set $x (call $get (local.get 0))) (call $drop (local.get 0)) (local.get $x)))
    (core instance $i (instantiate $m (with "" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
    (export $r' "r" (type $r)) (func (export "eat") (param "r" (own $r')) (result u32) (canon lift (core func $i "eat"))) (export "a2" (instance $a)))`;
  const ea = (await instantiate(A)).exports as Exports;
  const eb = (await instantiate(B, { a: ea })).exports as Exports;
  const r = ea.make();
  assert.equal(eb.eat(r), 9);
  assert.throws(() => eb.eat(r), /param "r"/);
  const r2 = eb.a2.make();
  assert.equal(r2.get(), 9);
  assert.equal(eb.eat(r2), 9);
  const r3 = ((await instantiate(A)).exports as Exports).make();
  assert.throws(() => eb.eat(r3), /param "r"/);
});
