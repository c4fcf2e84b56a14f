import assert from "node:assert/strict";
import { test } from "node:test";
import type { FuncTypeNode, TypeIndex, TypeNode } from "../../../src/plan/plan.ts";
import { explainArguments, explainFault, explainResult } from "../../../src/runtime/explain.ts";
import { ResourceType } from "../../../src/runtime/resources.ts";
import { show } from "../../../src/runtime/show.ts";

/** A type as the tests write it: the node with the types inside of it in place. */
type Inline = string | { readonly [K in string]: unknown };

/** Makes a plan's table of types. */
function table(): { types: TypeNode[]; add: (t: Inline) => TypeIndex } {
  const types: TypeNode[] = [];
  const add = (t: Inline): TypeIndex => {
    const node: Record<string, unknown> = typeof t === "string" ? { kind: t } : { ...t };
    for (const key of ["element", "key", "value", "type", "ok", "error", "payload"]) {
      if (key in node) node[key] = add(node[key] as Inline);
    }
    if (node["kind"] === "tuple") node["types"] = (node["types"] as Inline[]).map(add);
    for (const key of ["fields", "cases"]) {
      if (key in node)
        node[key] = Object.entries(node[key] as Record<string, Inline | null>).map(([label, type]) =>
          type === null ? { label } : { label, type: add(type) },
        );
    }
    return (types.push(node as TypeNode) - 1) as TypeIndex;
  };
  return { types, add };
}

function message(t: Inline, value: unknown, code = "wrong-value"): string {
  const { types, add } = table();
  const error = explainFault({ types }, add(t), value, ["f"]);
  assert.ok(error !== undefined, "nothing is wrong");
  assert.deepEqual([error.phase, error.code], ["call", code], error.message);
  return error.message;
}

const list = (element: Inline, length?: number) => ({
  kind: "list",
  element,
  ...(length === undefined ? {} : { length }),
});
const option = (type: Inline) => ({ kind: "option", type });
const person = { kind: "record", fields: { "full-name": "string", age: "u32", "nick-name": option("string") } };
const shape = {
  kind: "variant",
  cases: { circle: "f64", "two-sided": { kind: "tuple", types: ["f64", "f64"] }, none: null },
};
const color = { kind: "enum", labels: ["red", "green", "blue"] };
const rights = { kind: "flags", labels: ["read", "write", "read-write"] };

test("the first thing that is wrong is told, and where it is", () => {
  const cases: [type: Inline, value: unknown, message: string][] = [
    ["u32", "old", `f: expected u32, got "old"`],
    ["u32", undefined, "f: expected u32, got undefined"],
    ["u8", 300, "f: expected u8, got 300, which is out of range for u8 (0..255)"],
    ["s8", -129, "f: expected s8, got -129, which is out of range for s8 (-128..127)"],
    ["u32", -1, "f: expected u32, got -1, which is out of range for u32 (0..4294967295)"],
    ["s32", Infinity, "f: expected s32, got Infinity, which is out of range for s32 (-2147483648..2147483647)"],
    ["u32", 1.5, "f: expected u32, got 1.5, which is no integer"],
    ["u16", NaN, "f: expected u16, got NaN"],
    ["u32", 5n, "f: expected u32 (a number), got 5n (a bigint)"],
    ["u64", 5, "f: expected u64 (a bigint), got 5 (a number)"],
    ["u64", "5", `f: expected u64 (a bigint), got "5"`],
    ["u64", -1n, "f: expected u64, got -1n, which is out of range for u64 (0..18446744073709551615)"],
    [
      "s64",
      2n ** 63n,
      "f: expected s64, got 9223372036854775808n, which is out of range for s64 (-9223372036854775808..9223372036854775807)",
    ],
    ["f32", "1", `f: expected f32, got "1"`],
    ["f64", 1n, "f: expected f64, got 1n (a bigint)"],
    ["bool", 1, "f: expected bool, got 1"],
    ["bool", null, "f: expected bool, got null"],
    ["char", "ab", `f: expected char (a string of one Unicode scalar value), got "ab"`],
    ["char", "", `f: expected char (a string of one Unicode scalar value), got ""`],
    ["char", "\ud800", `f: expected char (a string of one Unicode scalar value), got "\\ud800"`],
    ["string", 5, "f: expected string, got 5"],
    [list("string"), ["a", "b", "c", 5], "f › list element 3: expected string, got 5"],
    [list("string"), "abc", `f: expected list<string>, got "abc"`],
    [list("string"), new Set(["a"]), "f: expected list<string>, got a Set"],
    [list("string"), { length: 0 }, "f: expected list<string>, got { length: 0 }"],
    [list("u8"), [1, 256], "f › list element 1: expected u8, got 256, which is out of range for u8 (0..255)"],
    [list("u8"), "abc", `f: expected list<u8>, got "abc"`],
    [list("u64"), Uint8Array.of(1), "f › list element 0: expected u64 (a bigint), got 1 (a number)"],
    [list("u8"), Array(2), "f › list element 0: expected u8, got undefined"],
    [list("u8", 4), [1, 2, 3], "f: expected list<u8, 4>, got 3 elements"],
    [
      list(list("u8")),
      [[1], [2, -1]],
      "f › list element 1 › list element 1: expected u8, got -1, which is out of range for u8 (0..255)",
    ],
    [person, null, "f: expected record { full-name, age, nick-name }, got null"],
    [person, "Ann", `f: expected record { full-name, age, nick-name }, got "Ann"`],
    [person, { fullName: "Ann", age: "old" }, `f › field "age": expected u32, got "old"`],
    [person, { fullName: "Ann" }, `f: missing field "age" (u32) in { fullName: "Ann" }`],
    [
      person,
      { "full-name": "Ann", age: 3 },
      `f: missing field "fullName" (string) in { full-name: "Ann", age: 3 }; it has "full-name", but names are camel-cased in JavaScript`,
    ],
    [person, { fullName: undefined, age: 3 }, `f › field "full-name": expected string, got undefined`],
    [person, { fullName: "Ann", age: 3, nickName: 3 }, `f › field "nick-name": expected string, got 3`],
    [
      list(person),
      [{ fullName: "Ann", age: 3 }, { fullName: "Bob" }],
      `f › list element 1: missing field "age" (u32) in { fullName: "Bob" }`,
    ],
    [{ kind: "record", fields: { "to-string": "u32" } }, {}, `f: missing field "toString" (u32) in {}`],
    [{ kind: "record", fields: { a: "u32", A: "string" } }, { a: 1, A: 1 }, `f › field "A": expected string, got 1`],
    [{ kind: "tuple", types: ["u8", "string"] }, [1], "f: expected tuple<u8, string>, got an array of 1: [1]"],
    [{ kind: "tuple", types: ["u8", "string"] }, [1, 2], "f › tuple element 1: expected string, got 2"],
    [{ kind: "tuple", types: ["u8"] }, { 0: 1 }, "f: expected tuple<u8> (an array), got { 0: 1 }"],
    [shape, { tag: "square", val: 1 }, `f: unknown tag "square", expected "circle", "two-sided" or "none"`],
    [shape, { tag: "circle", val: "1" }, `f › case "circle": expected f64, got "1"`],
    [shape, { tag: "two-sided", val: [1] }, `f › case "two-sided": expected tuple<f64, f64>, got an array of 1: [1]`],
    [shape, { tag: "circle" }, `f › case "circle": expected f64, got undefined`],
    [shape, "circle", `f: expected variant { circle, two-sided, none } as { tag, val }, got "circle"`],
    [shape, { kind: "none" }, `f: expected variant { circle, two-sided, none } as { tag, val }, got { kind: "none" }`],
    [color, "pink", `f: unknown case "pink", expected "red", "green" or "blue"`],
    [color, 1, "f: expected enum { red, green, blue }, got 1"],
    [rights, { read: 1 }, `f › flag "read": expected a boolean, got 1`],
    [rights, { readWrite: "yes" }, `f › flag "read-write": expected a boolean, got "yes"`],
    [rights, ["read"].join(), `f: expected flags { read, write, read-write }, got "read"`],
    [option("u32"), "1", `f: expected u32, got "1"`],
    [option(option("u32")), 5, "f: expected option<option<u32>> as { tag, val }, got 5"],
    [option(option("u32")), { tag: "some", val: "5" }, `f › case "some": expected u32, got "5"`],
    [{ kind: "result", ok: "u32", error: "string" }, { tag: "err", val: 5 }, `f › case "err": expected string, got 5`],
    [{ kind: "result" }, { tag: "okay" }, `f: unknown tag "okay", expected "ok" or "err"`],
    [{ kind: "result" }, undefined, "f: expected result as { tag }, got undefined"],
    [{ kind: "map", key: "string", value: "u32" }, { a: 1 }, "f: expected map<string, u32> (a Map), got { a: 1 }"],
    [{ kind: "map", key: "string", value: "u32" }, new Map([["a", "1"]]), `f › value of "a": expected u32, got "1"`],
    [
      { kind: "map", key: "string", value: "u32" },
      ["a"],
      `f: expected pairs of keys and values for map<string, u32>, got "a"`,
    ],
    [list("u8", 4), new ArrayBuffer(4), "f: expected list<u8, 4>, got an ArrayBuffer"],
    [{ kind: "map", key: "string", value: "u32" }, new Map([[1, 1]]), "f › key 1: expected string, got 1"],
  ];
  for (const [type, value, wanted] of cases) assert.equal(message(type, value), wanted);
});

test("a value that is right is not called wrong", () => {
  const cases: [type: Inline, value: unknown][] = [
    ["u8", 255],
    ["s8", -128],
    ["u32", 4294967295],
    ["u64", 2n ** 64n - 1n],
    ["s64", -(2n ** 63n)],
    ["f32", NaN],
    ["char", "🍰"],
    ["char", "\uffff"],
    ["string", "\ud800"],
    [list("u8"), Uint8Array.of(1)],
    [list("u8"), new ArrayBuffer(3)],
    [list("u8"), new DataView(new ArrayBuffer(3))],
    [list("f32"), Float32Array.of(1)],
    [list("u16"), { length: 1, 0: 5 }],
    [list("string"), []],
    [list("u8", 2), [1, 2]],
    [list("u8", 2), Uint8Array.of(1, 2)],
    [{ kind: "map", key: "string", value: "u32" }, [["a", 1]]],
    [person, { fullName: "Ann", age: 3, more: true }],
    [person, { fullName: "Ann", age: 3, nickName: null }],
    [shape, { tag: "none" }],
    [shape, { tag: "none", val: 5 }],
    [color, "green"],
    [rights, {}],
    [rights, { read: true, write: false, readWrite: undefined }],
    [option("u32"), undefined],
    [option("u32"), null],
    [option(option("u32")), { tag: "none" }],
    [option(option("u32")), { tag: "some" }],
    [{ kind: "result", ok: "u32" }, { tag: "err" }],
    [{ kind: "tuple", types: [] }, []],
    [{ kind: "map", key: "string", value: "u32" }, new Map()],
  ];
  for (const [type, value] of cases) {
    const { types, add } = table();
    assert.equal(explainFault({ types }, add(type), value, ["f"]), undefined, JSON.stringify(type));
  }
});

test("a promise where a value is wanted is recognized", () => {
  const promise = Promise.resolve();
  const hint = "got a Promise: a value is wanted, not the promise of one";
  for (const type of ["string", "u64", person, shape, list("u8"), color, rights, option(person), { kind: "result" }]) {
    assert.ok(message(type, promise).endsWith(hint), message(type, promise));
  }
});

test("what is too long is called so, if nothing else is wrong", () => {
  const long = "a".repeat(2 ** 28);
  assert.match(message("string", long), /^f: expected string, got "a+"… \(268435456 characters\), which is too long$/);
  assert.equal(
    message({ kind: "tuple", types: ["string", "u8"] }, [long, -1]),
    "f › tuple element 1: expected u8, got -1, which is out of range for u8 (0..255)",
  );
});

test("resources tell themselves why they do not fit", () => {
  const { types, add } = table();
  const blob = new ResourceType("blob", undefined);
  blob.host = {
    fault: (value: unknown, handle: string) => (value === 1 ? undefined : `it is no blob (${handle})`),
  } as unknown as ResourceType["host"];
  const own = add({ kind: "own", resource: 0 });
  const borrow = add({ kind: "borrow", resource: 0 });
  class Other {}
  const cx = { types, resources: [blob] };
  assert.equal(
    explainFault(cx, own, new Other(), ["f"])?.message,
    "f: expected own<blob>, got an Other: it is no blob (own)",
  );
  assert.equal(explainFault(cx, borrow, 5, ["f"])?.message, "f: expected borrow<blob>, got 5: it is no blob (borrow)");
  assert.equal(explainFault(cx, own, 1, ["f"]), undefined);
});

test("arguments are named", () => {
  const { types, add } = table();
  const func: FuncTypeNode = {
    async: false,
    params: [
      { label: "name", type: add("string") },
      { label: "age", type: add("u32") },
      { label: "nick", type: add(option("string")) },
    ],
  };
  const cases: [args: unknown[], message: string][] = [
    [["Ann", "old"], `greet › param "age": expected u32, got "old"`],
    [[5, "old"], `greet › param "name": expected string, got 5`],
    [["Ann"], `greet › param "age": expected u32, got undefined`],
    [["Ann", 5, 5], `greet › param "nick": expected string, got 5`],
    [["Ann", 5], "greet: the value changed while it was read"],
  ];
  for (const [args, wanted] of cases) {
    const error = explainArguments({ types }, func, args, ["greet"]);
    assert.equal(error.message, wanted);
  }
  assert.deepEqual(explainArguments({ types }, func, ["Ann", "old"], ["greet"]).path, ["greet", 'param "age"']);
});

test("what a host function returns and what it throws are told apart", () => {
  const { types, add } = table();
  const explained = (result: Inline | undefined, value: unknown, code = "wrong-result") => {
    const func = { async: false, params: [], ...(result === undefined ? {} : { result: add(result) }) };
    const error = explainResult({ types }, func, value, ["get"]);
    assert.deepEqual([error.phase, error.code], ["call", code]);
    return error.message;
  };
  assert.equal(explained("u32", "1"), `get › result: expected u32, got "1"`);
  const fallible = { kind: "result", ok: "u32", error: list("string") };
  assert.equal(explained(fallible, { tag: "ok", val: "1" }), `get › result: expected u32, got "1"`);
  assert.equal(
    explained(fallible, { tag: "err", val: ["a", 1] }),
    "get › payload of the error thrown › list element 1: expected string, got 1",
  );
  assert.match(
    explained({ kind: "result", error: "string" }, { tag: "ok", val: 5 }, "changed-value"),
    /^get › result: the value changed/,
  );
  assert.match(explained(undefined, 5, "changed-value"), /^get › result: the value changed/);
});

test("values that bite are survived", () => {
  const thrower = { get fullName() { throw new Error("no"); }, age: 3 }; // biome-ignore format: short
  assert.equal(
    message(person, thrower, "unreadable-value"),
    'f › field "full-name": reading the value threw Error: "no"',
  );
  const hostile = new Proxy({}, new Proxy({}, { get: () => () => { throw new TypeError("trap"); } })); // biome-ignore format: short
  for (const type of [person, "u32"]) {
    assert.equal(message(type, hostile, "unreadable-value"), 'f: reading the value threw TypeError: "trap"');
  }
  assert.equal(show(hostile), "an object that cannot be read");
  const getter = {
    get age() {
      throw new Error("no");
    },
  };
  assert.equal(message("u32", getter), "f: expected u32, got { age: (getter) }");
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  assert.match(message(list("u8"), proxy, "unreadable-value"), /^f: reading the value threw TypeError/);
  const cycle: Record<string, unknown> = { fullName: "Ann" };
  cycle["age"] = cycle;
  assert.equal(message(person, cycle), `f › field "age": expected u32, got { fullName: "Ann", age: {…} }`);
});

test("what a getter threw is the cause", () => {
  const { types, add } = table();
  const cause = new Error("no");
  const value = [
    {
      get fullName() {
        throw cause;
      },
    },
  ];
  assert.equal(explainFault({ types }, add(list(person)), value, ["f"])!.cause, cause);
});

test("a payload that its case does not have is not read", () => {
  const value = { tag: "none", get val() { throw new Error("no"); } }; // biome-ignore format: short
  const { types, add } = table();
  assert.equal(explainFault({ types }, add(shape), value, ["f"]), undefined);
});

test("of a list that is right by its class, or longer than any may be, no element is read", () => {
  const { types, add } = table();
  const pixels = new Uint8Array(2 ** 28 - 1);
  const params = [
    { label: "pixels", type: add(list("u8")) },
    { label: "name", type: add("string") },
  ];
  assert.equal(
    explainArguments({ types }, { async: false, params }, [pixels, 5], ["paint"]).message,
    'paint › param "name": expected string, got 5',
  );
  assert.match(message(list(option("u8")), Array(2 ** 32 - 1)), /^f: expected .*, which is too long$/);
});

test("memory that was taken away is no empty list", () => {
  const taken = (value: object, buffer: ArrayBuffer) => {
    structuredClone(buffer, { transfer: [buffer] });
    return value;
  };
  const [a, b, c] = [new ArrayBuffer(8), new ArrayBuffer(8), new ArrayBuffer(8)];
  const cases: [value: object, shown: string][] = [
    [taken(new Uint8Array(a), a), "a Uint8Array of 0"],
    [taken(b, b), "an ArrayBuffer"],
    [taken(new DataView(c), c), "an object that cannot be read"],
  ];
  for (const [value, shown] of cases) {
    assert.equal(message(list("u8"), value), `f: expected list<u8>, got ${shown}, whose memory has been taken away`);
  }
});

test("what can have no fields is not taken for an object that has none of them", () => {
  const none = { kind: "record", fields: { first: option("u8"), second: option("u8") } };
  for (const type of [rights, none]) {
    const start = type === none ? "record { first, second }" : "flags { read, write, read-write }";
    const cases: [value: unknown, shown: string][] = [
      [["read"], '["read"]'],
      [new Set(["read"]), "a Set"],
      [() => ({}), "a function"],
    ];
    for (const [value, shown] of cases) {
      assert.equal(message(type, value), `f: expected ${start} (an object with these keys), got ${shown}`);
    }
  }
});

test("types of any depth are walked, and described in a line", () => {
  let deep: Inline = "u32";
  let value: unknown = "x";
  for (let i = 0; i < 100; i++) {
    deep = list(deep);
    value = [value];
  }
  assert.equal(message(deep, value), `f${" › list element 0".repeat(100)}: expected u32, got "x"`);
  assert.equal(message(deep, 5), "f: expected list<list<list<list<…>>>>, got 5");
  const labels = Array.from({ length: 40 }, (_, i) => `case-${i}`);
  assert.equal(
    message({ kind: "enum", labels }, 5),
    "f: expected enum { case-0, case-1, case-2, case-3, case-4, case-5, … }, got 5",
  );
  assert.match(message({ kind: "enum", labels }, "x"), /"case-19" or one of 20 more$/);
  const long = { kind: "record", fields: { [`a${"-b".repeat(200)}`]: "u8" } };
  assert.ok(message(long, 5).length < 120);
});

test("values are shown in a line of bounded length", () => {
  class Point {
    x = 1;
  }
  const cases: [value: unknown, shown: string][] = [
    ['a\n"b"', '"a\\n\\"b\\""'],
    [-0, "-0"],
    [5n, "5n"],
    [2n ** 4000n, "a bigint of more than 128 bits"],
    [Symbol("s"), "a symbol"],
    [() => 1, "a function"],
    [class A {}, "a function"],
    [[1, "a", [2], {}, null, undefined, 7], `[1, "a", […], {…}, null, undefined, … (7 elements)]`],
    [[], "[]"],
    [[[]], "[[]]"],
    [{ a: 1, b: { c: 2 } }, "{ a: 1, b: {…} }"],
    [Object.create(null), "{}"],
    [new Point(), "a Point"],
    [new Map(), "a Map"],
    [new Error("oops"), 'Error: "oops"'],
    [Uint8Array.of(1, 2), "a Uint8Array of 2"],
    [new DataView(new ArrayBuffer(4)), "a DataView of 4"],
    [new ArrayBuffer(4), "an ArrayBuffer"],
    [Promise.resolve(), "a Promise"],
  ];
  for (const [value, shown] of cases) assert.equal(show(value), shown);
  const huge = [
    "x".repeat(1e6),
    Array(1e6).fill("y".repeat(100)),
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${"z".repeat(i)}`, i])),
    { ["k".repeat(1e6)]: 1 },
    "🍰".repeat(1000),
  ];
  for (const value of huge) {
    assert.ok(show(value).length <= 80, show(value));
    assert.ok(!/\p{Surrogate}/u.test(show(value)), show(value));
  }
});
