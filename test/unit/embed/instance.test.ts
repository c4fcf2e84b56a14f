import assert from "node:assert/strict";
import { test } from "node:test";
import { Component } from "../../../src/embed/component.ts";
import { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import type { Exports } from "../../../src/embed/world.ts";
import { Store } from "../../../src/runtime/store.ts";
import { type Counter, type Counters, caught, collectGarbage, counters, instantiate } from "./guests.ts";

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

test("a store is one of gantry's", async () => {
  await assert.rejects(instantiate(counters, {}, { store: { trapped: undefined } }), {
    name: "TypeError",
    message: 'the option "store" is a Store, not an object',
  });
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

const files = `(component
  (import "ns:pkg/files@1.0.0" (instance $f
    (export "file" (type $F (sub resource)))
    (export "[constructor]file" (func (param "n" u32) (result (own $F))))
    (export "[method]file.size" (func (param "self" (borrow $F)) (result u32)))
    (export "[static]file.same" (func (param "f" (own $F)) (result (own $F))))
    (export "close" (func (param "f" (own $F))))
    (export "fail" (func (param "f" (borrow $F))))))
  (alias export $f "file" (type $F))
  (core func $drop (canon resource.drop $F))
  (core func $new (canon lower (func $f "[constructor]file")))
  (core func $size (canon lower (func $f "[method]file.size")))
  (core func $same (canon lower (func $f "[static]file.same")))
  (core func $close (canon lower (func $f "close")))
  (core func $fail (canon lower (func $f "fail")))
  (core module $M
    (import "" "drop" (func $drop (param i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "size" (func $size (param i32) (result i32)))
    (import "" "same" (func $same (param i32) (result i32)))
    (import "" "close" (func $close (param i32)))
    (import "" "fail" (func $fail (param i32)))
    (func (export "make") (param i32) (result i32) (call $same (call $new (local.get 0))))
    (func (export "use") (param i32) (result i32) (local $size i32)
      (local.set $size (call $size (local.get 0)))
      (call $drop (local.get 0))
      (local.get $size))
    (func (export "keep") (param i32) (result i32) (call $size (local.get 0)))
    (func (export "drop") (param i32) (call $drop (local.get 0)))
    (func (export "close") (param i32) (call $close (local.get 0)))
    (func (export "fail") (param i32) (call $fail (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "drop" (func $drop)) (export "new" (func $new)) (export "size" (func $size)) (export "same" (func $same))
    (export "close" (func $close)) (export "fail" (func $fail))))))
  (export $F' "file" (type $F))
  (func (export "make") (param "n" u32) (result (own $F')) (canon lift (core func $m "make")))
  (func (export "use") (param "f" (borrow $F')) (result u32) (canon lift (core func $m "use")))
  (func (export "keep") (param "f" (borrow $F')) (result u32) (canon lift (core func $m "keep")))
  (func (export "drop") (param "f" (own $F')) (canon lift (core func $m "drop")))
  (func (export "close") (param "f" (own $F')) (canon lift (core func $m "close")))
  (func (export "fail") (param "f" (own $F')) (canon lift (core func $m "fail"))))`;

class File {
  readonly n: number;
  closed = 0;
  constructor(n: number) {
    this.n = n;
  }
  size(): number {
    return this.n;
  }
  static same(file: File): File {
    return file;
  }
  [Symbol.dispose](): void {
    this.closed++;
    if (this.n === 13) throw new Error("stuck");
  }
}

interface Files {
  make(n: number): File;
  use(f: File): number;
  keep(f: File): number;
  drop(f: File): void;
  close(f: File): void;
  fail(f: File): void;
  readonly File: typeof File;
}

async function withFiles() {
  const closed: File[] = [];
  const fail = () => {
    throw new TypeError("no");
  };
  const { exports } = await instantiate(files, { "ns:pkg/files": { File, close: (f: File) => closed.push(f), fail } });
  return { exports: exports as unknown as Files, closed };
}

test("objects of the host's go through a guest as they are", async () => {
  const { exports, closed } = await withFiles();
  const made = exports.make(7);
  assert.ok(made instanceof File);
  assert.equal(made.n, 7);
  assert.equal(exports.use(made), 7);
  exports.close(made);
  assert.equal(closed[0], made);
  assert.equal(made.closed, 0);
  exports.drop(made);
  assert.equal(made.closed, 1);
  assert.equal(exports.File, File);
});

test("values that are no such objects are refused", async () => {
  const { exports } = await withFiles();
  for (const value of [{}, null, 7]) {
    const error = caught(() => exports.use(value as never));
    assert.match(error.message, /^use › param "f": expected borrow<file>, got .*: it is no instance of File$/);
  }
});

test("a guest that keeps a borrow traps", async () => {
  const { exports } = await withFiles();
  assert.equal(
    caught(() => exports.keep(new File(1))).message,
    "keep: borrow handles still remain at the end of the call",
  );
});

test("a host function or a disposal that throws is a trap with the exception as its cause", async () => {
  const first = caught((await withFiles()).exports.fail.bind(undefined, new File(1)));
  assert.equal(first.message, 'import "ns:pkg/files@1.0.0" › fail: a host function threw: no');
  assert.ok(first.cause instanceof TypeError);
  const second = caught((await withFiles()).exports.drop.bind(undefined, new File(13)));
  assert.equal(second.message, "drop of file: a host function threw: stuck");
});

test("wrong results of host functions are explained, and trap", async () => {
  const wrong = { File, close() {}, fail() {}, "[method]file.size": () => "big" };
  const { use } = (await instantiate(files, { "ns:pkg/files@1.0.0": wrong })).exports as unknown as Files;
  const error = caught(() => use(new File(1)));
  assert.equal(error.phase, "call");
  assert.equal(error.message, 'import "ns:pkg/files@1.0.0" › [method]file.size › result: expected u32, got "big"');
  assert.equal(caught(() => use(new File(1))).code, "cannot-enter");
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
