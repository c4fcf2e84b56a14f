/** What may be given for imports, and by which names: as an embedder writes it who has read docs/api.md alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Component, ComponentError, Linker, ResultError, resource } from "../../../src/index.ts";
import { caught } from "../errors/caught.ts";
import { component } from "./guests.ts";

/** A component that imports `face`, an interface with `do-it: func() -> u32`, and gives what that gives. */
function asking(face: string): Promise<Component> {
  return component(`(component
    (import "${face}" (instance $i (export "do-it" (func (result u32)))))
    (core func $f (canon lower (func $i "do-it")))
    (func (export "ask") (result u32) (canon lift (core func $f))))`);
}

async function answer(wanted: string, ...given: string[]): Promise<number | string> {
  let linker: Linker = new Linker();
  for (const [i, name] of given.entries()) linker = linker.define(name, { doIt: () => i });
  try {
    return (await linker.instantiate(await asking(wanted))).func("ask").call();
  } catch (error) {
    assert.ok(error instanceof ComponentError, String(error));
    assert.deepEqual([error.phase, error.code], ["link", "missing-import"]);
    return "missing";
  }
}

test("which versions of an interface serve which", async () => {
  const cases: [wanted: string, given: string[], which: number | string][] = [
    ["wasi:io/streams@0.2.6", ["wasi:io/streams@0.2.0"], 0],
    ["wasi:io/streams@0.2.0", ["wasi:io/streams@0.2.6"], 0],
    ["wasi:io/streams@0.2.3", ["wasi:io/streams@0.2.0", "wasi:io/streams@0.2.6", "wasi:io/streams@0.2.1"], 1],
    ["wasi:io/streams@0.2.1", ["wasi:io/streams@0.2.0", "wasi:io/streams@0.2.6", "wasi:io/streams@0.2.1"], 2],
    ["wasi:io/streams@0.2.0", ["wasi:io/streams@0.3.0"], "missing"],
    ["wasi:io/streams@0.2.10", ["wasi:io/streams@0.2.9", "wasi:io/streams@0.2.11"], 1],
    ["ns:pkg/face@1.2.3", ["ns:pkg/face@1.0.0"], 0],
    ["ns:pkg/face@1.2.3", ["ns:pkg/face@1.10.0", "ns:pkg/face@1.9.0"], 0],
    ["ns:pkg/face@1.2.3", ["ns:pkg/face@2.0.0"], "missing"],
    ["ns:pkg/face@0.0.1", ["ns:pkg/face@0.0.2"], "missing"],
    ["ns:pkg/face@0.0.1", ["ns:pkg/face@0.0.1"], 0],
    ["ns:pkg/face@1.0.0-rc.1", ["ns:pkg/face@1.0.0"], "missing"],
    ["ns:pkg/face@1.0.0", ["ns:pkg/face@1.0.0-rc.1"], "missing"],
    ["ns:pkg/face@1.0.0-rc.1", ["ns:pkg/face@1.0.0-rc.1"], 0],
    ["ns:pkg/face@1.0.0+build", ["ns:pkg/face@1.0.0"], 0],
    ["ns:pkg/face@1.0.0", ["ns:pkg/face"], 0],
    ["ns:pkg/face@1.0.0", ["ns:pkg/face", "ns:pkg/face@1.0.1"], 1],
    ["ns:pkg/face", ["ns:pkg/face@1.0.0"], "missing"],
    ["ns:pkg/face", ["ns:pkg/face"], 0],
    ["ns:pkg/face@1.0.0", ["ns:pkg/faces@1.0.0"], "missing"],
    ["ns:pkg/face@1.0.0", ["ns:pkg/face@1.x"], "missing"],
  ];
  for (const [wanted, given, which] of cases) {
    assert.equal(await answer(wanted, ...given), which, `${wanted} from ${given.join(", ")}`);
  }
});

const things = `(component
  (import "ns:pkg/things@1.0.0" (instance $i
    (export "big-thing" (type $t (sub resource)))
    (export "[constructor]big-thing" (func (param "start" u32) (result (own $t))))
    (export "[method]big-thing.do-it" (func (param "self" (borrow $t)) (param "more" u32) (result u32)))
    (export "[static]big-thing.of-two" (func (param "a" u32) (param "b" u32) (result (own $t))))
    (export "plain-one" (func (param "n" u32) (result u32)))))
  (alias export $i "big-thing" (type $t))
  (core func $new (canon lower (func $i "[constructor]big-thing")))
  (core func $do (canon lower (func $i "[method]big-thing.do-it")))
  (core func $two (canon lower (func $i "[static]big-thing.of-two")))
  (core func $drop (canon resource.drop $t))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "do" (func $do (param i32 i32) (result i32)))
    (import "" "two" (func $two (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "run") (param $start i32) (result i32) (local $a i32) (local $b i32) (local $sum i32)
      (local.set $a (call $new (local.get $start)))
      (local.set $b (call $two (local.get $start) (i32.const 100)))
      (local.set $sum (i32.add (call $do (local.get $a) (i32.const 1)) (call $do (local.get $b) (i32.const 2))))
      (call $drop (local.get $a))
      (call $drop (local.get $b))
      (local.get $sum)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "do" (func $do)) (export "two" (func $two)) (export "drop" (func $drop))))))
  (func (export "run") (param "start" u32) (result u32) (canon lift (core func $m "run")))
  (export "plain-again" (func $i "plain-one")))`;

class BigThing {
  static dropped = 0;
  readonly #n: number;

  constructor(n: number) {
    this.#n = n;
  }

  static ofTwo(a: number, b: number): BigThing {
    return new BigThing(a + b);
  }

  doIt(more: number): number {
    return this.#n + more;
  }

  [Symbol.for("dispose")](): void {
    BigThing.dropped++;
  }
}

test("a resource is given as a class, as a marked class, or function by function; in either spelling", async () => {
  const guest = await component(things);
  let marked = 0;
  class Marked extends BigThing {
    static override ofTwo(a: number, b: number): Marked {
      return new Marked(a + b);
    }
  }
  const plainOne = (n: number) => n;
  const given: [what: string, items: object][] = [
    ["a plain class", { BigThing, plainOne }],
    ["by its WIT name", { "big-thing": BigThing, "plain-one": plainOne }],
    ["a marked class", { BigThing: resource(Marked, { drop: () => marked++ }), plainOne }],
    [
      "functions in WIT spelling",
      {
        "[constructor]big-thing": (n: number) => ({ n }),
        "[method]big-thing.do-it": (self: { n: number }, more: number) => self.n + more,
        "[static]big-thing.of-two": (a: number, b: number) => ({ n: a + b }),
        "plain-one": plainOne,
      },
    ],
    [
      "both mixed, of which those in WIT spelling go before",
      { BigThing, "[method]big-thing.do-it": (self: BigThing, more: number) => self.doIt(more), plainOne },
    ],
  ];
  for (const [what, items] of given) {
    const instance = await new Linker().define("ns:pkg/things@1.0.0", items).instantiate(guest);
    assert.equal(instance.func("run").call(5), 5 + 1 + 105 + 2, what);
    assert.equal(instance.func("plain-again").call(7), 7, what);
  }
  assert.deepEqual([BigThing.dropped, marked], [6, 2]);
});

test("all that is missing is told at once, each with its WIT type", async () => {
  const guest = await component(
    things.replace("(component", '(component (import "other" (func (param "a" (list string)) (result (option u8))))'),
  );
  const items = { BigThing: class {}, plainOne: 5 };
  const error = await new Linker()
    .define("ns:pkg/things@1.0.0", items)
    .instantiate(guest)
    .then(
      () => assert.fail("linked"),
      (thrown: unknown) => thrown as ComponentError,
    );
  assert.ok(error instanceof ComponentError);
  assert.equal(error.phase, "link");
  assert.deepEqual(
    error.faults.map(({ code, path, wanted }) => [code, path.at(-1), wanted]),
    [
      ["missing-import", "other", "func(a: list<string>) -> option<u8>"],
      ["missing-import", "[method]big-thing.do-it", "func(self: borrow<big-thing>, more: u32) -> u32"],
      ["missing-import", "[static]big-thing.of-two", "func(a: u32, b: u32) -> big-thing"],
      ["wrong-import", "plain-one", "func(n: u32) -> u32"],
    ],
  );
  for (const { path, wanted } of error.faults) {
    assert.ok(error.message.includes(wanted) && error.message.includes(path.at(-1)!), wanted);
  }
});

test("core modules, components and nested instances are given as what they are", async () => {
  const guest = await component(`(component
    (import "a-module" (core module $M (export "f" (func (result i32)))))
    (import "a-component" (component $C (export "g" (func (result u32)))))
    (import "nested" (instance $n
      (export "inner-face" (instance (export "h-1" (func (result u32)))))
      (export "a-module" (core module (export "f" (func (result i32)))))))
    (core instance $m (instantiate $M))
    (instance $c (instantiate $C))
    (alias export $n "inner-face" (instance $inner))
    (alias export $n "a-module" (core module $N))
    (core instance $o (instantiate $N))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
    (func (export "f2") (result u32) (canon lift (core func $o "f")))
    (export "g" (func $c "g"))
    (export "h" (func $inner "h-1")))`);
  const given = await component(`(component
    (core module $M (func (export "f") (result i32) (i32.const 1)))
    (core instance $m (instantiate $M))
    (func (export "g") (result u32) (canon lift (core func $m "f")))
    (export "module" (core module $M)))`);
  const { exports } = await new Linker().instantiate(given);
  const module = exports["module"] as WebAssembly.Module;
  assert.ok(module instanceof WebAssembly.Module);
  for (const spelled of [
    { "a-module": module, "a-component": given, nested: { "inner-face": { "h-1": () => 2 }, "a-module": module } },
    { aModule: module, aComponent: given, nested: { innerFace: { h1: () => 2 }, aModule: module } },
  ]) {
    let linker: Linker = new Linker();
    for (const [name, items] of Object.entries(spelled)) linker = linker.define(name, items);
    for (const instance of [await linker.instantiate(guest), linker.instantiateSync(guest)]) {
      assert.deepEqual(
        ["f", "f2", "g", "h"].map((name) => instance.func(name).call()),
        [1, 1, 1, 2],
      );
    }
  }
});

test("a core module that lacks something, or is given too little, is refused by name", async () => {
  const guest = await component(`(component
    (import "a-module" (core module $M
      (import "env" "f" (func)) (export "g" (func)) (export "m" (memory 1)))))`);
  const module = (text: string) => component(`(component (core module $M ${text}) (export "m" (core module $M)))`);
  const cases: [text: string, problem: string | undefined][] = [
    ['(import "env" "f" (func)) (func (export "g")) (memory (export "m") 1)', undefined],
    ['(func (export "g")) (memory (export "m") 1)', undefined],
    ['(func (export "g"))', 'the module does not export "m"'],
    [
      '(memory (export "m") 1) (global (export "g") i32 (i32.const 0))',
      'the module exports "g" as a global, not as a function',
    ],
    [
      '(import "env" "h" (func)) (func (export "g")) (memory (export "m") 1)',
      'the module imports "env" "h", which it is not given',
    ],
    [
      '(import "env" "f" (memory 1)) (func (export "g")) (export "m" (memory 0))',
      'the module imports "env" "f" as a memory, and is given a function',
    ],
  ];
  for (const [text, problem] of cases) {
    const given = new Linker().instantiateSync(await module(text)).exports["m"] as WebAssembly.Module;
    const linked = () => new Linker().define("a-module", given).instantiateSync(guest);
    if (problem === undefined) linked();
    else assert.equal(caught(linked).faults[0]?.problem, problem);
  }
});

test("exports of one instance are another's imports, whatever they are", async () => {
  const provider = await component(`(component
    (core module $M (func (export "f") (result i32) (i32.const 7)) (func (export "id") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M))
    (type $t' (resource (rep i32)))
    (core func $new (canon resource.new $t'))
    (core module $N (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
    (core instance $n (instantiate $N (with "" (instance (export "new" (func $new))))))
    (export $t "thing" (type $t'))
    (func $make (export "[constructor]thing") (param "n" u32) (result (own $t)) (canon lift (core func $n "make")))
    (func $get (export "[method]thing.get") (param "self" (borrow $t)) (result u32) (canon lift (core func $m "id")))
    (func $do (export "do-it") (result u32) (canon lift (core func $m "f"))))`);
  const wrapping = await component(`(component
    (component $P (import "x" (func $x (result u32))) (export "do-it" (func $x)))
    (import "x" (func $x (result u32)))
    (instance $p (instantiate $P (with "x" (func $x))))
    (export "ns:pkg/face@1.0.0" (instance $p)))`);
  const { exports } = await new Linker().instantiate(provider);
  const face = (await new Linker().define("x", exports["doIt"]).instantiate(wrapping)).exports;
  const linker = new Linker().define("ns:pkg/face@1.0.0", face["ns:pkg/face@1.0.0"]);
  assert.equal((await linker.instantiate(await asking("ns:pkg/face@1.0.3"))).func("ask").call(), 7);
  const user = await component(`(component
    (import "things" (instance $i
      (export "thing" (type $t (sub resource)))
      (export "[constructor]thing" (func (param "n" u32) (result (own $t))))
      (export "[method]thing.get" (func (param "self" (borrow $t)) (result u32)))))
    (core func $new (canon lower (func $i "[constructor]thing")))
    (core func $get (canon lower (func $i "[method]thing.get")))
    (core module $M (import "" "new" (func $new (param i32) (result i32))) (import "" "get" (func $get (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) (call $get (call $new (local.get 0)))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "get" (func $get))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run"))))`);
  assert.equal((await new Linker().define("things", exports).instantiate(user)).func("run").call(9), 9);
});

test("a compiled component is instantiated many times, each with a state of its own", async () => {
  const counting = await component(`(component
    (core module $M (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))`);
  const linker = new Linker();
  const [first, second] = [await linker.instantiate(counting), linker.instantiateSync(counting)];
  const third = (await linker.instantiate(counting)).func("next");
  assert.deepEqual(
    [first.func("next").call(), first.exports["next"](), second.func("next").call(), third.call()],
    [1, 2, 1, 1],
  );
  assert.deepEqual(third.type, { kind: "func", async: false, params: [], result: { kind: "u32" } });
});

test("a linker is as it was after define", async () => {
  const base = new Linker().define("ns:pkg/face@1.0.0", { doIt: () => 1 });
  const other = base.define("ns:pkg/face@1.0.0", { doIt: () => 2 });
  const guest = await asking("ns:pkg/face@1.0.0");
  assert.equal((await base.instantiate(guest)).func("ask").call(), 1);
  assert.equal((await other.instantiate(guest)).func("ask").call(), 2);
});

test("a result at the top throws its error side, in either form of call", async () => {
  const guest = await component(`(component
    (core module $M (memory (export "memory") 1)
      (func (export "f") (param i32) (result i32)
        (i32.store8 (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (i32.const 42)) (i32.const 0)))
    (core instance $m (instantiate $M))
    (func $f (param "fail" bool) (result (result u32 (error u32))) (canon lift (core func $m "f") (memory $m "memory")))
    (instance $i (export "try-it" (func $f)))
    (export "ns:pkg/face@1.0.0" (instance $i))
    (export "try-it" (func $f)))`);
  const instance = await new Linker().instantiate(guest);
  for (const call of [
    instance.func("try-it").call,
    instance.func("ns:pkg/face@1.0.0", "try-it").call,
    instance.exports["tryIt"],
    instance.exports["ns:pkg/face@1.0.0"].tryIt,
    instance.exports["face"].tryIt,
  ]) {
    assert.equal(call(false), 42);
    assert.throws(
      () => call(true),
      (error) => error instanceof ResultError && error.payload === 42,
    );
  }
});

test("reflection tells names and full types, as plain data", async () => {
  const guest = await component(things);
  assert.deepEqual(
    JSON.parse(JSON.stringify(guest.imports)).map(({ name, kind }: { name: string; kind: string }) => [name, kind]),
    [["ns:pkg/things@1.0.0", "instance"]],
  );
  const [things1] = guest.imports;
  assert.ok(things1?.kind === "instance");
  assert.deepEqual(
    things1.exports.map(({ name, kind }) => [name, kind]),
    [
      ["big-thing", "resource"],
      ["[constructor]big-thing", "func"],
      ["[method]big-thing.do-it", "func"],
      ["[static]big-thing.of-two", "func"],
      ["plain-one", "func"],
    ],
  );
  const [, , method] = things1.exports;
  assert.ok(method?.kind === "func");
  assert.deepEqual(
    method.type.params.map(({ label, type }) => [label, type.kind]),
    [
      ["self", "borrow"],
      ["more", "u32"],
    ],
  );
  assert.deepEqual(
    guest.exports.map(({ name }) => name),
    ["plain-again", "run"],
  );
});
