/** Resources that a component defines, as classes: what their objects can do, until when, and where they fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Linker } from "../../../src/embed/linker.ts";
import { Store } from "../../../src/runtime/store.ts";
import { caught } from "../errors/caught.ts";
import { type Counter, type Counters, collectGarbage, component, counters, instantiate } from "./guests.ts";

test("resources are classes", async () => {
  const exports = (await instantiate(counters)).exports as unknown as Counters;
  const { Counter } = exports;
  assert.equal(exports.Counter, Counter);
  const five = new Counter(5);
  assert.ok(five instanceof Counter);
  assert.equal(five.get(), 5);
  const eight = five.plusMore(3);
  assert.ok(eight instanceof Counter);
  assert.equal(Counter.sumOf(five, eight), 13);
  assert.equal(exports.take(eight), 8);
  assert.equal(exports.dropped(), 1);
  five[Symbol.dispose]();
  five[Symbol.dispose]();
  assert.deepEqual([exports.dropped(), exports.last()], [2, 5]);
});

test("the class of a resource has its name, and takes `new`", async () => {
  const { exports } = await instantiate(counters);
  const { Counter } = exports as unknown as Counters;
  assert.equal(Counter.name, "Counter");
  assert.throws(
    () => (Counter as unknown as (n: number) => void)(1),
    (error) => {
      assert.ok(error instanceof TypeError);
      assert.doesNotMatch(error.message, /Made/);
      return true;
    },
  );
});

test("resources that are spent or foreign are refused", async () => {
  const [{ Counter, take, takeTwo, dropped }, other] = (await Promise.all(
    [0, 1].map(async () => (await instantiate(counters)).exports as unknown as Counters),
  )) as [Counters, Counters];
  const given = new Counter(1);
  take(given);
  const gone = new Counter(2);
  gone[Symbol.dispose]();
  const cases: [() => unknown, RegExp][] = [
    [
      () => given.get(),
      /^\[method\]counter.get › param "self": expected borrow<counter>, got a Counter: it has been given away$/,
    ],
    [() => take(given), /^take › param "c": .*given away$/],
    [() => gone.plusMore(1), /dropped$/],
    [() => Counter.sumOf(new Counter(1), gone), /^\[static\]counter.sum-of › param "b": .*dropped$/],
    [() => take(new other.Counter(3)), /^take › param "c": .*it belongs to another instance$/],
    [
      () => take({} as Counter),
      /^take › param "c": expected own<counter>, got \{\}: it is no counter of this instance$/,
    ],
    [() => Counter.prototype.get.call(undefined as never), /param "self"/],
  ];
  for (const [action, message] of cases) {
    const error = caught(action);
    assert.equal(error.phase, "call");
    assert.match(error.message, message);
  }
  const kept = new Counter(4);
  assert.match(caught(() => takeTwo(kept, 300)).message, /^take-two › param "n": .*300/);
  assert.equal(kept.get(), 4, "a call that is refused takes nothing");
  assert.equal(dropped(), 2);
  takeTwo(kept, 3);
  assert.match(caught(() => kept.get()).message, /given away/);
});

test("a resource is given away once in a call, and lent as often as one likes", async () => {
  const text = counters
    .replace(
      `(func (export "last") (result u32)`,
      `(func (export "mix") (param "a" (own $C)) (param "b" (borrow $C)) (result u32) (canon lift (core func $m "take-two")))
       (func (export "both") (param "l" (list (own $C)))
         (canon lift (core func $list "list") (memory $list "memory") (realloc (core func $list "realloc"))))
       (func (export "last") (result u32)`,
    )
    .replace(
      "(core instance $m (instantiate $M",
      `(core module $List (memory (export "memory") 1) (func (export "list") (param i32 i32))
         (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
       (core instance $list (instantiate $List))
       (core instance $m (instantiate $M`,
    );
  const { exports } = await instantiate(text);
  const mine = new exports["Counter"](1);
  assert.equal(exports["Counter"].sumOf(mine, mine), 2);
  for (const action of [() => exports["mix"](mine, mine), () => exports["both"]([mine, mine])]) {
    assert.match(
      caught(action).message,
      /expected (own|borrow)<counter>, got a Counter: it is passed twice in one call$/,
    );
    assert.equal(mine.get(), 1);
  }
  exports["both"]([mine]);
  assert.match(caught(() => mine.get()).message, /given away/);
});

for (const tier of ["jit", "evaluate"] as const) {
  test(`a method that is refused or traps has lent its object no longer (${tier})`, async () => {
    const failing = counters.replace(
      '(func (export "get") (param i32) (result i32) (local.get 0))',
      '(func (export "get") (param i32) (result i32) unreachable)',
    );
    const [{ Counter, take, dropped }, { Counter: Failing }] = (await Promise.all(
      [counters, failing].map(
        async (text) => new Linker().instantiateSync(await component(text, { tier })).exports as unknown as Counters,
      ),
    )) as [Counters, Counters];
    const [taken, disposed] = [new Counter(1), new Counter(2)];
    for (const counter of [taken, disposed]) {
      assert.match(caught(() => counter.plusMore(-1)).message, /plus-more › param "more": .*-1/);
      assert.equal(counter.plusMore(1).get(), counter.get() + 1);
    }
    assert.equal(take(taken), 1);
    disposed[Symbol.dispose]();
    assert.equal(dropped(), 2);
    const trapping = new Failing(3);
    assert.equal(caught(() => trapping.get()).code, "core");
    assert.doesNotThrow(() => trapping[Symbol.dispose]());
  });
}

test("handles are numbered as if a refused call had not been", async () => {
  const { Counter, takeTwo } = (await instantiate(counters)).exports as unknown as Counters;
  const kept = new Counter(4);
  for (let i = 0; i < 100; i++) caught(() => takeTwo(kept, -1));
  assert.equal(takeTwo(kept, 1), 1);
});

test("after a trap all of a store is closed, and disposing does nothing", async () => {
  const store = new Store();
  const [first, second] = (await Promise.all(
    [0, 1].map(async () => (await instantiate(counters, {}, { store })).exports),
  )) as unknown as [Counters, Counters];
  const counter = new first.Counter(1);
  const trapped = caught(() => first.fail());
  assert.deepEqual([trapped.phase, trapped.code], ["trap", "core"]);
  const later = caught(() => second.last());
  assert.deepEqual([later.phase, later.code, later.cause], ["trap", "cannot-enter", trapped]);
  counter[Symbol.dispose]();
});

test("a constructor that may fail makes an object, or throws what it says", async () => {
  const { exports } = await instantiate(`(component
    (type $T' (resource (rep i32)))
    (core func $new (canon resource.new $T'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "make") (param i32) (result i32)
        (i32.store8 (i32.const 8) (i32.eqz (local.get 0)))
        (i32.store (i32.const 12) (if (result i32) (local.get 0) (then (call $new (local.get 0))) (else (i32.const 42))))
        (i32.const 8))
      (func (export "get") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (export $T "thing" (type $T'))
    (func (export "[constructor]thing") (param "n" u32) (result (result (own $T) (error u32)))
      (canon lift (core func $m "make") (memory (core memory $m "memory"))))
    (func (export "[method]thing.get") (param "self" (borrow $T)) (result u32) (canon lift (core func $m "get"))))`);
  const { Thing } = exports as unknown as { Thing: new (n: number) => { get(): number } };
  class Derived extends Thing {}
  assert.equal(new Thing(7).get(), 7);
  assert.ok(new Derived(8) instanceof Derived);
  assert.throws(() => new Thing(0), { payload: 42 });
});

test("the class of one instance serves as another's import", async () => {
  const user = `(component
    (import "counters" (instance $c
      (export "counter" (type $C (sub resource)))
      (export "[constructor]counter" (func (param "start" u32) (result (own $C))))
      (export "[method]counter.get" (func (param "self" (borrow $C)) (result u32)))
      (export "take" (func (param "c" (own $C)) (result u32)))))
    (alias export $c "counter" (type $C))
    (core func $drop (canon resource.drop $C))
    (core func $new (canon lower (func $c "[constructor]counter")))
    (core func $get (canon lower (func $c "[method]counter.get")))
    (core func $take (canon lower (func $c "take")))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "get" (func $get (param i32) (result i32)))
      (import "" "take" (func $take (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) (local $c i32) (local $got i32)
        (local.set $c (call $new (local.get 0)))
        (local.set $got (call $get (local.get $c)))
        (call $drop (call $new (i32.const 1000)))
        (i32.add (local.get $got) (call $take (local.get $c))))
      (func (export "make") (result i32) (call $new (i32.const 77)))
      (func (export "use") (param i32) (result i32) (local $got i32)
        (local.set $got (call $get (local.get 0)))
        (call $drop (local.get 0))
        (local.get $got)))
    (core instance $m (instantiate $M (with "" (instance
      (export "drop" (func $drop)) (export "new" (func $new)) (export "get" (func $get)) (export "take" (func $take))))))
    (export $C' "counter" (type $C))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run")))
    (func (export "make") (result (own $C')) (canon lift (core func $m "make")))
    (func (export "use") (param "c" (borrow $C')) (result u32) (canon lift (core func $m "use"))))`;
  const definer = (await instantiate(counters)).exports as unknown as Counters;
  const { run, make, use, Counter } = (await instantiate(user, { counters: definer })).exports as never as {
    run(n: number): number;
    make(): Counter;
    use(c: Counter): number;
    Counter: unknown;
  };
  assert.equal(run(21), 42);
  assert.deepEqual([definer.dropped(), definer.last()], [2, 21]);
  assert.equal(Counter, definer.Counter);
  const made = make();
  assert.ok(made instanceof definer.Counter);
  assert.equal(made.get(), 77);
  assert.equal(use(made), 77);
  assert.equal(made.get(), 77);
  assert.equal(definer.take(made), 77);
  assert.match(caught(() => use(made)).message, /given away/);
});

/** Counters whose export `run` calls the import `callback`. */
const calling = counters.replace("(component", `(component (import "callback" (func $callback))`).replace(
  "(core instance $m (instantiate $M",
  `(core func $callback' (canon lower (func $callback)))
     (core module $Run (import "" "f" (func $f)) (func (export "run") (call $f)))
     (core instance $run (instantiate $Run (with "" (instance (export "f" (func $callback'))))))
     (func (export "run") (canon lift (core func $run "run")))
     (core instance $m (instantiate $M`,
);

test("disposing below a guest's call waits for its end; methods are refused meanwhile", async () => {
  let during = () => {};
  const exports = (await instantiate(calling, { callback: () => during() })).exports as unknown as Counters & {
    run(): void;
  };
  const [first, second] = [new exports.Counter(1), new exports.Counter(2)];
  during = () => {
    assert.equal(caught(() => second.get()).code, "cannot-enter");
    assert.equal(caught(() => new exports.Counter(3)).code, "cannot-enter");
    first[Symbol.dispose]();
    assert.match(
      caught(() => second.plusMore(1)).message,
      /cannot enter component instance: a call into it is still running$/,
    );
  };
  exports.run();
  assert.equal(exports.dropped(), 0);
  await null;
  assert.deepEqual([exports.dropped(), exports.last()], [1, 1]);
  assert.equal(second.get(), 2);
  assert.match(caught(() => first.get()).message, /dropped/);
});

test("what the host lost sight of is dropped, but never below a guest's call", async () => {
  const exports = (await instantiate(calling, { callback: () => {} })).exports as unknown as Counters & { run(): void };
  for (let n = 0; n < 20; n++) new exports.Counter(n);
  for (let turn = 0; turn < 20 && exports.dropped() < 19; turn++) {
    await collectGarbage();
  }
  assert.ok(exports.dropped() >= 19, `${exports.dropped()} of 20 were dropped`);
});
