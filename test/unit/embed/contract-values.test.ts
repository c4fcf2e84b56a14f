/** What is no value of the type wanted: of every type, whatever JavaScript has. Nothing is coerced, and no guest is harmed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Component, ComponentError, type Instance, Linker } from "../../../src/index.ts";
import { caught } from "../errors/caught.ts";
import { echoComponent } from "./echo.ts";

/** What an object without any of the flags stands for. */
const flags = { read: false, write: false };

/** Of each type: how WIT spells it, a value, and which of `odd` it takes, with what comes of it. */
const types: Record<string, readonly [wit: string, good: unknown, takes: Readonly<Record<string, unknown>>]> = {
  bool: ["bool", true, {}],
  u8: ["u8", 1, { "-0": 0 }],
  s8: ["s8", 1, { "-0": 0, "-1": -1 }],
  u16: ["u16", 1, { "-0": 0 }],
  s16: ["s16", 1, { "-0": 0, "-1": -1 }],
  u32: ["u32", 1, { "-0": 0 }],
  s32: ["s32", 1, { "-0": 0, "-1": -1 }],
  u64: ["u64", 1n, { "1n": 1n }],
  s64: ["s64", 1n, { "1n": 1n, "-1n": -1n }],
  f32: ["f32", 1, { "-0": -0, "-1": -1, "1.5": 1.5, NaN, "2**53": 2 ** 53, "1e300": Infinity }],
  f64: ["f64", 1, { "-0": -0, "-1": -1, "1.5": 1.5, NaN, "2**53": 2 ** 53, "1e300": 1e300 }],
  char: ["char", "a", { '"1"': "1", cake: "🍰" }],
  text: ["string", "a", { '"1"': "1", cake: "🍰", lone: "\ufffd", '""': "" }],
  bytes: ["list<u8>", [1], { array: bytes(1, 2), like: bytes(1, 2), u8s: bytes(1, 2), view: bytes(0, 0), buffer: bytes(0, 0) }],
  longs: ["list<u64>", [1n], {}],
  reals: ["list<f64>", [1], { array: reals(1, 2), like: reals(1, 2), u8s: reals(1, 2) }],
  words: ["list<string>", ["a"], {}],
  people: ["list<person>", [], {}],
  two: ["list<u8, 2>", [1, 2], { array: bytes(1, 2), u8s: bytes(1, 2) }],
  record: ["person", { age: 1, name: "a" }, {}],
  variant: ["shape", { tag: "dot" }, { variant: { tag: "line", val: 1 } }],
  wide: ["many", { tag: "letter-a" }, { variant: { tag: "line", val: 1 } }],
  enum: ["color", "red", {}],
  letter: ["letter", "j", {}],
  shades: ["list<shade>", ["dark"], {}],
  flags: ["rights", { read: true }, { object: flags, number: flags, error: flags, variant: flags, valueOf: flags, like: flags, view: flags, buffer: flags, boxed: flags, detached: flags, getters: flags, "-length": flags }],
  tuple: ["tuple<u8, string>", [1, "a"], {}],
  option: ["option<u8>", 1, { null: undefined, undefined: undefined, "-0": 0 }],
  nested: ["option<option<u8>>", { tag: "none" }, {}],
  outcome: ["option<result<u8, string>>", { tag: "ok", val: 1 }, { null: undefined, undefined: undefined }],
  map: ["map<string, u32>", new Map([["a", 1]]), { map: new Map([["b", 2]]) }],
}; // biome-ignore format: a table

function bytes(...items: number[]): Uint8Array {
  return Uint8Array.from(items);
}

function reals(...items: number[]): Float64Array {
  return Float64Array.from(items);
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function fail(): never {
  throw new Error("read");
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

const throwing = new Proxy({}, new Proxy({}, { get: fail }));
const odd: Readonly<Record<string, unknown>> = {
  null: null, undefined: undefined, '"1"': "1", '""': "", "1.5": 1.5, NaN, "-0": -0, "-1": -1, "2**53": 2 ** 53, "1e300": 1e300,
  "1n": 1n, "-1n": -1n, "2n**64n": 2n ** 64n, huge: 1n << 100_000n, lone: "\ud800", cake: "🍰", symbol: Symbol("s"),
  number: new Number(1), boxed: Object(1n), string: new String("a"), valueOf: { valueOf: () => 1, toString: () => "1" },
  object: {}, array: [1, 2], "long tuple": [1, "a", 2], holes: Array(2), like: { length: 2, 0: 1, 1: 2 }, "-length": { length: -1 },
  "like long": { length: 2 ** 32 - 1, [Symbol.iterator]: fail }, u8s: bytes(1, 2), view: new DataView(new ArrayBuffer(2)),
  buffer: new ArrayBuffer(2), detached: detached(), map: new Map([["b", 2]]), set: new Set([1]), function: () => 1,
  class: class {}, promise: Promise.resolve(1), error: new Error("e"), variant: { tag: "line", val: 1 }, throwing,
  revoked: revoked({}), "revoked array": revoked([]), "revoked function": revoked(fail), iterable: { [Symbol.iterator]: fail },
  getters: { get age() { return fail(); }, get tag() { return fail(); }, get length() { return fail(); } },
}; // biome-ignore format: a table

/** More than are compared one after the other. */
const letters = [..."abcdefghijklmnopqrst"];

const wit = [
  "record person { age: u8, name: string }",
  "variant shape { line(u8), dot, named(string) }",
  `variant many { ${letters.map((letter) => `letter-${letter}`).join(", ")}, line(u8) }`,
  "enum color { red, green }",
  `enum letter { ${letters.join(", ")} }`,
  "enum shade { light, medium, dark, black, none }",
  "flags rights { read, write }",
  ...Object.entries(types).map(([name, [type]]) => `get-${name}: func(v: ${type}) -> ${type};`),
  // More than go flat.
  `get-many: func(${Array.from({ length: 17 }, (_, i) => `n${i}: u32`).join(", ")}, t: string, l: s64, m: u8) -> u32;`,
].join("\n");
const echo = await echoComponent(wit);

/** The answer of the host that components get; what it is given, if there is none. */
let answer: { readonly value: unknown } | undefined;
let calls = 0;
let lastArguments: readonly unknown[] = [];

async function passing(tier: "jit" | "evaluate"): Promise<() => Instance> {
  const component = await Component.compile(echo, { features: "all", tier });
  let linker: Linker = new Linker();
  const pass = (...args: unknown[]) => {
    const [v] = args;
    lastArguments = args;
    calls++;
    return answer === undefined ? v : answer.value;
  };
  for (const { name } of component.imports) linker = linker.define(name, pass);
  return () => linker.instantiateSync(component);
}

function refused(action: () => unknown, about: string): ComponentError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    assert.ok(error instanceof ComponentError, `${about}: ${String(error)}`);
    return error;
  }
  return assert.fail(`${about}: taken for ${inspect(result)}`);
}

const codes = new Set(["wrong-value", "unreadable-value"]);

for (const tier of ["jit", "evaluate"] as const) {
  const instances = await passing(tier);

  test(`what is no value of the type is refused, and leaves the guest as it was (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    for (const [type, [, good, takes]] of Object.entries(types)) {
      const { call } = instance.func(`get-${type}`);
      for (const [what, value] of Object.entries(odd)) {
        const about = `${what} as ${type}`;
        calls = 0;
        if (Object.hasOwn(takes, what)) assert.deepStrictEqual(call(value), takes[what], about);
        else {
          const error = refused(() => call(value), about);
          assert.equal(error.phase, "call", about);
          assert.ok(codes.has(error.code), `${about}: ${error.code}`);
          assert.deepEqual(error.path.slice(0, 2), [`get-${type}`, 'param "v"'], about);
          assert.ok(error.message.length < 300, about);
          assert.equal(calls, 0, about);
        }
      }
      call(good);
    }
  });

  test(`a result of a host function that is no value of the type is a trap (${tier})`, () => {
    for (const [type, [, good, takes]] of Object.entries(types)) {
      for (const [what, value] of Object.entries(odd)) {
        const about = `${what} as ${type}`;
        const { call } = instances().func(`get-${type}`);
        answer = { value };
        if (Object.hasOwn(takes, what)) assert.deepStrictEqual(call(good), takes[what], about);
        else {
          const error = refused(() => call(good), about);
          assert.deepEqual(error.path.slice(0, 2), [`import "get-${type}"`, "result"], about);
          assert.ok(["wrong-result", "unreadable-value"].includes(error.code), `${about}: ${error.code}`);
          answer = undefined;
          assert.equal(refused(() => call(good), about).code, "cannot-enter", about);
        }
      }
    }
  });

  test(`a wrong element of a list of numbers is told with its place, also where engines refuse to count with it (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    const throwing = { valueOf: () => assert.fail("asked for its value") };
    for (const [type, good, bad] of [
      ["bytes", 1, [1n, Symbol("s"), "1", throwing, { valueOf: () => 1 }, -1, 256, 0.5]],
      ["longs", 1n, [1, Symbol("s"), "1", throwing, { valueOf: () => 1n }, -1n, 2n ** 64n]],
    ] as const) {
      const { call } = instance.func(`get-${type}`);
      for (const wrong of bad) {
        const about = `${String(inspect(wrong))} in ${type}`;
        const error = refused(() => call([good, good, wrong]), about);
        assert.equal(error.code, "wrong-value", about);
        assert.deepEqual(error.path, [`get-${type}`, 'param "v"', "list element 2"], about);
      }
      assert.equal((call([good]) as ArrayLike<unknown>).length, 1);
    }
  });

  test(`of many parameters a wrong one is told by its name, and all right ones arrive (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    const { call } = instance.func("get-many");
    const right = [...Array.from({ length: 17 }, (_, i) => 2 ** 32 - 1 - i), "text", -1n, 255];
    for (const [i, wrong] of [...right.keys()].flatMap((i) => ["1", null, 2n ** 64n].map((v) => [i, v] as const))) {
      if (i === 17 && wrong === "1") continue;
      const name = i === 17 ? "t" : i === 18 ? "l" : i === 19 ? "m" : `n${i}`;
      const error = refused(() => call(...right.with(i, wrong as never)), `${i}: ${String(wrong)}`);
      assert.equal(error.code, "wrong-value");
      assert.deepEqual(error.path, ["get-many", `param "${name}"`]);
    }
    calls = 0;
    assert.equal(call(...right), 2 ** 32 - 1);
    assert.deepEqual([calls, lastArguments], [1, right]);
  });

  test(`values that change while they are read do no harm (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    const record = instance.func("get-record").call;
    const lengths: [what: string, length: (n: number) => number][] = [
      ["grows", (n) => (n === 0 ? 2 : 2000)],
      ["shrinks", (n) => (n === 0 ? 2000 : 2)],
      ["is negative", () => -1],
      ["is no integer", () => 1.5],
      ["is no number", () => Number.NaN],
      ["is huge", () => 2 ** 32 - 1],
    ];
    for (const [type, element] of [
      ["bytes", 1],
      ["longs", 1n],
      ["words", "a"],
      ["people", { age: 1, name: "a" }],
      ["two", 1],
    ] as const) {
      for (const [what, length] of lengths) {
        let n = 0;
        const get = (_: unknown, key: string | symbol) => (key === "length" ? length(n++) : element);
        const list = new Proxy([], { get });
        let got: ArrayLike<unknown>;
        try {
          got = instance.func(`get-${type}`).call(list);
        } catch (error) {
          assert.ok(error instanceof ComponentError && error.phase === "call", `${type} ${what}: ${String(error)}`);
          continue;
        }
        assert.ok(got.length === 2 || got.length === 2000, `${type} ${what}: ${got.length}`);
        assert.deepEqual(Array.from(got), Array(got.length).fill(element), `${type} ${what}`);
      }
    }
    assert.deepEqual(record({ age: 1, name: "a" }), { age: 1, name: "a" });
  });

  test(`typed arrays that lie about their length write no further than they said (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    const lying = (real: number, told: () => unknown) => {
      class Lying extends Uint8Array {
        override get length(): never {
          return told() as never;
        }
      }
      return new Lying(real).fill(7);
    };
    const proxied = (real: number, told: () => unknown) =>
      new Proxy(new Uint8Array(real).fill(7), {
        get: (target, key) => (key === "length" ? told() : Reflect.get(target, key, target)),
      });
    const own = (real: number, told: () => unknown) =>
      Object.defineProperty(new Uint8Array(real).fill(7), "length", { get: told });
    let n = 0;
    for (const type of ["bytes", "two"]) {
      for (const make of [lying, proxied, own]) {
        for (const [real, told] of [
          [2, () => 2],
          [1000, () => 2],
          [2, () => 1000],
          [2, () => -1],
          [1000, () => (n++ === 0 ? 2 : 1000)],
        ] as const) {
          n = 0;
          // Nothing else is in the memory of a new instance: what lies behind the list is still 0.
          const { read } = instances().func(`get-${type}`);
          const look = (view: Uint8Array) => [
            Array.from(view),
            ...new Uint8Array(view.buffer, view.byteOffset + view.length, 2000),
          ];
          let got: readonly unknown[];
          try {
            got = read(look, make(real, told));
          } catch (error) {
            assert.ok(error instanceof ComponentError && error.phase === "call", String(error));
            continue;
          }
          const [list, ...behind] = got as [number[], ...number[]];
          assert.deepEqual(list, Array(list.length).fill(7), `${type} of ${real}`);
          assert.ok(
            behind.every((byte) => byte === 0),
            `${type} of ${real}: written beyond its end`,
          );
        }
      }
    }
    const buffer = { [Symbol.toStringTag]: "ArrayBuffer", length: 2, 0: "300", 1: 1.5 };
    assert.match(
      refused(() => instance.func("get-bytes").call(buffer), "no buffer").message,
      /list element 0: expected u8/,
    );
  });

  test(`getters that call the guest are refused, or told of, and the guest is not closed (${tier})`, () => {
    const instance = instances();
    answer = undefined;
    const record = instance.func("get-record").call;
    const good = { age: 1, name: "a" };
    const calling = { get age() { return record(good).age; }, name: "b" }; // biome-ignore format: short
    // Where it is explained, the guest has been left again: then the getter does what it should have done at first.
    assert.deepEqual([caught(() => record(calling)).phase, record(good)], ["call", good]);
    let inner: ComponentError | undefined;
    const catching = { get age() { inner = caught(() => record(good)); return 5; }, name: "b" }; // biome-ignore format: short
    assert.deepEqual(record(catching), { age: 5, name: "b" });
    assert.match(inner!.message, /cannot enter component instance: a call into it is still running$/);
    let reads = 0;
    const once = { get age() { return reads++ === 0 ? 300 : 5; }, name: "b" }; // biome-ignore format: short
    assert.equal(caught(() => record(once)).code, "changed-value");
    assert.deepEqual(record(good), good);
  });
}

test("what is given for a map and does not end is refused, and leaves the guest as it was", async () => {
  const echo = await echoComponent("get: func(v: map<u32, list<u64, 100000>>) -> map<u32, list<u64, 100000>>;");
  const component = await Component.compile(echo, { features: "all" });
  const value = new BigUint64Array(100_000);
  function* endless() {
    for (let key = 0; ; key++) yield [key, value];
  }
  let result: unknown = new Map();
  const linker = new Linker().define(component.imports[0]!.name, () => result);
  const { call } = linker.instantiateSync(component).func("get");
  const error = refused(() => call(endless()), "an argument");
  assert.equal(
    error.message,
    "get: what was given for a map has more than 335 entries, the most that one of its type can have",
  );
  assert.deepEqual(call([[1, value]]), result);
  result = endless();
  assert.match(refused(() => call(new Map()), "a result").message, /^import "get": .* more than 335 entries/);
});
