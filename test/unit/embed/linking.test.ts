/** What serves an import, and what is said when nothing does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";
import type { Exports } from "../../../src/embed/world.ts";
import { caught } from "../errors/caught.ts";
import { component } from "./guests.ts";

/** A component that imports an interface with these functions (`() -> u32`), and exports them again. */
async function importing(...names: string[]): Promise<Component> {
  return component(`(component
    (import "ns:pkg/host@1.0.0" (instance $host ${names.map((name) => `(export "${name}" (func (result u32)))`).join(" ")}))
    ${names.map((name) => `(core func $${name} (canon lower (func $host "${name}")))`).join(" ")}
    ${names.map((name) => `(func (export "call-${name}") (result u32) (canon lift (core func $${name})))`).join(" ")})`);
}

const things = `(component
  (import "ns:pkg/host@1.0.0" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "[constructor]thing" (func (result (own $thing))))
    (export "[method]thing.to-string" (func (param "self" (borrow $thing)) (result u32)))
    (export "[static]thing.call" (func (result u32)))))
  (core func $to-string (canon lower (func $host "[method]thing.to-string")))
  (core func $call (canon lower (func $host "[static]thing.call")))
  (core func $new (canon lower (func $host "[constructor]thing")))
  (core module $M (import "" "new" (func $new (result i32))) (import "" "call" (func $call (param i32) (result i32)))
    (func (export "run") (result i32) (call $call (call $new))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "call" (func $to-string))))))
  (func (export "method") (result u32) (canon lift (core func $m "run")))
  (func (export "static") (result u32) (canon lift (core func $call))))`;

const HOST = "ns:pkg/host@1.0.0";

function link(guest: Component, items: object, name = HOST): Exports {
  return new Linker().define(name, items).instantiateSync(guest).exports;
}

test("names that every object has serve where they are the object's own", async () => {
  const guest = await importing("to-string", "constructor");
  const own = link(guest, { toString: () => 1, constructor: () => 2 });
  assert.deepEqual([own["callToString"](), own["callConstructor"]()], [1, 2]);
  class Host {
    toString() {
      return 3 as unknown as string;
    }
  }
  assert.deepEqual(
    caught(() => link(guest, new Host())).faults.map(({ path }) => path.at(-1)),
    ["constructor"],
  );
  assert.deepEqual(
    caught(() => link(guest, {})).faults.map(({ path, code }) => [path.at(-1), code]),
    [
      ["to-string", "missing-import"],
      ["constructor", "missing-import"],
    ],
  );
});

test("what classes inherit from the language is no method of theirs", async () => {
  const guest = await component(things);
  const error = caught(() => link(guest, { Thing: class {} }));
  assert.match(error.message, /class Thing has no method "toString"/);
  assert.match(error.message, /class Thing has no static method "call"/);
  class Getter {
    readonly #text = () => "private";

    get toString() {
      return this.#text;
    }
  }
  assert.match(caught(() => link(guest, { Thing: Getter })).message, /class Thing has no method "toString"/);
  class Base {
    toString() {
      return 4 as unknown as string;
    }
    static call() {
      return 5;
    }
  }
  const exports = link(guest, { Thing: class extends Base {} });
  assert.deepEqual([exports["method"](), exports["static"]()], [4, 5]);
});

test("of methods that look alike each is served by its own key, and so are a class and a type", async () => {
  const guest = await component(`(component
    (import "${HOST}" (instance $host
      (type $r (record (field "x" u8)))
      (export "a-1" (type (eq $r)))
      (export "a1" (type $a1 (sub resource)))
      (export "[static]a1.do-1" (func (result u32)))
      (export "[static]a1.do1" (func (result u32)))))
    (core func $first (canon lower (func $host "[static]a1.do-1")))
    (core func $second (canon lower (func $host "[static]a1.do1")))
    (func (export "first") (result u32) (canon lift (core func $first)))
    (func (export "second") (result u32) (canon lift (core func $second))))`);
  class A1 {
    readonly open = true;
    static "do-1" = () => 1;
    static do1 = () => 2;
  }
  const exports = link(guest, { A1 });
  assert.deepEqual([exports["first"](), exports["second"]()], [1, 2]);
});

test("what was meant can be no member that every class or object has", async () => {
  const guest = await importing("construct");
  assert.doesNotMatch(caught(() => link(guest, new (class {})())).message, /did you mean/);
  const named = await component(things.replaceAll("[static]thing.call", "[static]thing.names"));
  class Thing {
    toString = () => "";
  }
  const error = caught(() => link(named, { Thing }));
  assert.match(error.message, /class Thing has no static method "names"$/m);
});

test("a class is needed for a resource", async () => {
  const guest = await component(things);
  const cases: [items: object, message: RegExp, code: string][] = [
    [{ Thing: () => {} }, /"thing": resource: a class is needed, not an arrow function/, "wrong-import"],
    [{ Thing: {} }, /"thing": resource: a class is needed, not an object/, "wrong-import"],
    [{}, /"thing": resource: nothing is defined for it, under "Thing" or "thing"$/, "missing-import"],
    [{ thnig: class {} }, /under "Thing" or "thing"; did you mean "thnig"\?$/, "missing-import"],
  ];
  for (const [items, message, code] of cases) {
    const error = caught(() => link(guest, items));
    assert.match(error.message, message);
    assert.equal(error.code, code);
    assert.equal(error.faults.length, 1, "of its functions nothing is said");
  }
});

test("of names that look alike each is served by its own key", async () => {
  const guest = await importing("a1", "a-1", "do-2a", "do-2-a");
  const error = caught(() => link(guest, { a1: () => 1, do2a: () => 3, do2A: () => 4 }));
  assert.deepEqual(
    error.faults.map(({ path }) => path.at(-1)),
    ["a-1"],
  );
  const exports = link(guest, { a1: () => 1, "a-1": () => 2, do2a: () => 3, do2A: () => 4 });
  assert.deepEqual([exports["callA1"](), exports["call-a-1"]()], [1, 2]);
  assert.deepEqual([exports["callDo2a"](), exports["callDo2A"]()], [3, 4]);
});

test("an interface that is missing is one fault, which tells what is defined instead", async () => {
  const guest = await importing("one", "two", "three");
  const cases: [name: string, message: RegExp][] = [
    ["ns:pkg/other@1.0.0", /^import "ns:pkg\/host@1\.0\.0": instance: nothing is defined for it$/],
    ["ns:pkg/host@2.0.0", /nothing is defined for it; only "ns:pkg\/host@2\.0\.0", which is not compatible with it$/],
    ["ns:pkg/hots@1.0.0", /nothing is defined for it; did you mean "ns:pkg\/hots@1\.0\.0"\?$/],
  ];
  for (const [name, message] of cases) {
    const error = caught(() => link(guest, {}, name));
    assert.match(error.message, message);
    assert.equal(error.code, "missing-import");
    assert.deepEqual(
      error.faults.map(({ path }) => path),
      [[HOST]],
    );
  }
});

test("an interface with a canonical version serves the versions that it stands for, after those told in full", async () => {
  const guest = await importing("one");
  const one = (linker: Linker) => linker.instantiateSync(guest).exports["callOne"]();
  const canonical = new Linker().define("ns:pkg/host", { one: () => 1 }).define("ns:pkg/host@1", { one: () => 2 });
  assert.equal(one(canonical), 2);
  assert.equal(one(canonical.define("ns:pkg/host@1.0.1-rc.1", { one: () => 3 })), 2, "prereleases are no releases");
  assert.equal(one(canonical.define("ns:pkg/host@1.4.0", { one: () => 4 })), 4);
  assert.throws(() => link(guest, { one: () => 2 }, "ns:pkg/host@2"), { code: "missing-import" });
});

test("types are compared to their ends, however long they are", async () => {
  const record = (last: string) => {
    const fields = Array.from({ length: 60 }, (_, i) => `(field "field-number-${i}" u32)`).join(" ");
    return `(type $r (record ${fields} (field "last" ${last})))`;
  };
  const given = await component(`(component ${record("u32")}
    (core module $M (memory (export "memory") 1) (func (export "f") (param i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $m (instantiate $M))
    (export $e "rec" (type $r))
    (func (export "f") (param "x" $e) (canon lift (core func $m "f")
      (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))`);
  const { f } = new Linker().instantiateSync(given).exports;
  const wanting = (last: string) =>
    component(`(component ${record(last)} (import "rec" (type $e (eq $r))) (import "f" (func (param "x" $e))))`);
  const linker = new Linker().define("f", f);
  linker.instantiateSync(await wanting("u32"));
  const string = await wanting("string");
  assert.throws(() => linker.instantiateSync(string), { code: "wrong-import" });
});

test("a function that is missing: the key looked for, and what is like it", async () => {
  const guest = await importing("parse-number", "log");
  const error = caught(() => link(guest, { parsenumber: () => 1, log: 5 }));
  assert.match(error.message, /^2 imports cannot be linked:/);
  assert.match(
    error.message,
    /"parse-number": func\(\) -> u32: nothing is defined for it, under "parseNumber" or "parse-number"; did you mean "parsenumber"\?/,
  );
  assert.equal(error.code, "wrong-import");
  assert.deepEqual(error.faults[1], {
    code: "wrong-import",
    path: [HOST, "log"],
    wanted: "func() -> u32",
    problem: "a function is needed, not a number",
  });
});

test("what may have been meant is told of the first faults: there may be a million", async () => {
  const names = Array.from({ length: 50 }, (_, i) => `name-${i}x`);
  const items = Object.fromEntries(names.map((name) => [name.replace("-", "_"), 5]));
  const guest = await importing(...names);
  const error = caught(() => link(guest, items));
  assert.deepEqual(
    error.faults.map(({ problem }) => problem.includes("did you mean")),
    names.map((_, i) => i < 20),
  );
});

test("types are told by their names, but for those that are another name for what has none", async () => {
  const guest = await component(`(component
    (import "ns:pkg/host@1.0.0" (instance $host
      (type $r' (record (field "first" u32) (field "second" (list u8))))
      (export "pair" (type $r (eq $r')))
      (type $size' u32)
      (export "size" (type $size (eq $size')))
      (export "thing" (type $t (sub resource)))
      (export "swap" (func (param "p" $r) (param "t" (own $t)) (param "n" $size) (result (option $r))))))
    (export "swap" (func $host "swap")))`);
  const error = caught(() => link(guest, { Thing: class {} }));
  assert.match(error.message, /"swap": func\(p: pair, t: thing, n: u32\) -> option<pair>: nothing/);
});

test("what is no interface is not taken for one", async () => {
  const guest = await importing("one");
  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  for (const [items, what] of [
    [guest, "Component"],
    [module, "WebAssembly.Module"],
  ] as const) {
    const { faults } = caught(() => link(guest, items));
    assert.deepEqual(faults, [
      { code: "wrong-import", path: [HOST], wanted: "instance", problem: `an object is needed, not a ${what}` },
    ]);
  }
  const instance = new Linker().define(HOST, { one: () => 1 }).instantiateSync(guest);
  assert.throws(() => new Linker().define(HOST, instance), {
    name: "TypeError",
    message: `the definition of "${HOST}" is an Instance: pass its \`exports\`, or one of them`,
  });
});
