import assert from "node:assert/strict";
import { test } from "node:test";
import { Func, functionType, methodOf, views } from "../../../src/embed/func.ts";
import { printType } from "../../../src/types/print.ts";
import { caught } from "../errors/caught.ts";
import { counters, instantiate, memoryText } from "./guests.ts";

const lists = `(component
  (import "look" (func $look (param "bytes" (list u8))))
  ${memoryText()}
  (core func $look (canon lower (func $look) (memory $memory)))
  (core module $M
    (import "" "memory" (memory 1)) (import "" "look" (func $look (param i32 i32)))
    (global $posted (mut i32) (i32.const 0))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
    (func (export "post") (param i32) (global.set $posted (i32.add (global.get $posted) (i32.const 1))))
    (func (export "posted") (result i32) (global.get $posted))
    (func (export "show") (param i32 i32) (call $look (local.get 0) (local.get 1))))
  (core instance $m (instantiate $M (with "" (instance (export "memory" (memory $memory)) (export "look" (func $look))))))
  (type $pair' (record (field "first" u32) (field "second-one" (option string))))
  (export $pair "pair" (type $pair'))
  (func $echo (param "bytes" (list u8)) (result (list u8))
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc) (post-return (core func $m "post"))))
  (func $text (param "text" string) (result string)
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc) (post-return (core func $m "post"))))
  (func $pairs (param "p" (list $pair)) (result (list $pair))
    (canon lift (core func $m "echo") (memory $memory) (realloc $realloc) (post-return (core func $m "post"))))
  (instance $i (export "echo-bytes" (func $echo)) (export "echo-text" (func $text)))
  (export "ns:pkg/echo@1.0.0" (instance $i))
  (export "echo-bytes" (func $echo))
  (export "echo-pairs" (func $pairs))
  (func (export "posted") (result u32) (canon lift (core func $m "posted")))
  (func (export "show") (param "bytes" (list u8)) (canon lift (core func $m "show") (memory $memory) (realloc $realloc))))`;

const example = (look: object = () => {}) => instantiate(lists, { look });

test("functions are found by their WIT names", async () => {
  const instance = await example();
  const func = instance.func("echo-bytes");
  assert.ok(func instanceof Func);
  assert.equal(func.name, "echo-bytes");
  assert.deepEqual(func.call([1, 2, 3]), Uint8Array.of(1, 2, 3));
  assert.equal(instance.func("ns:pkg/echo@1.0.0", "echo-text").call("hé"), "hé");
  const counter = await instantiate(counters);
  const made = counter.func("[constructor]counter").call(40);
  assert.equal(counter.func("[method]counter.get").call(made), 40);
  assert.equal(counter.func("[static]counter.sum-of").call(made, made), 80);
});

test("interfaces have the same shorter names as among the exports", async () => {
  const instance = await example();
  for (const name of ["echo", "ns:pkg/echo"]) assert.equal(instance.func(name, "echo-text").call("hé"), "hé");
  const ambiguous = await instantiate(`(component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (instance $i (export "f" (func $f)))
    (export "ns:a/same@1.0.0" (instance $i))
    (export "ns:b/same@1.0.0" (instance $i)))`);
  assert.equal(ambiguous.func("ns:a/same", "f").call(), undefined);
  assert.match(caught(() => ambiguous.func("same", "f")).message, /no exported instance "same"; did you mean/);
});

test("names that are not there: the error tells which are", async () => {
  const instance = await example();
  const cases: [string[], RegExp][] = [
    [["echo"], /no exported function "echo"; did you mean "echo-bytes" or "echo-pairs"\?/],
    [["echoBytes"], /did you mean "echo-bytes"\?/],
    [["echo-text"], /no exported function "echo-text"; there is one in "ns:pkg\/echo@1.0.0"$/],
    [["zzz"], /there is "echo-bytes", "echo-pairs", "posted" and "show"/],
    [["ns:pkg/echo@1.0.0"], /the export "ns:pkg\/echo@1.0.0" is no function/],
    [["ns:pkg/echo@2.0.0", "echo-text"], /no exported instance .*; did you mean "ns:pkg\/echo@1.0.0"\?/],
    [
      ["ns:pkg/echo@1.0.0", "text"],
      /^ns:pkg\/echo@1.0.0: there is no exported function "text"; did you mean "echo-text"\?/,
    ],
    [["echo-bytes", "more"], /the export "echo-bytes" is no instance/],
    [["pair"], /the export "pair" is no function/],
  ];
  for (const [path, message] of cases) {
    const error = caught(() => instance.func(...(path as [string])));
    assert.deepEqual([error.phase, error.code], ["call", "unknown-export"]);
    assert.match(error.message, message);
  }
});

test("types are told in full", async () => {
  const instance = await example();
  assert.deepEqual(instance.func("posted").type, { kind: "func", async: false, params: [], result: { kind: "u32" } });
  const { params } = instance.func("echo-pairs").type;
  assert.deepEqual(params, [
    {
      label: "p",
      type: {
        kind: "list",
        element: {
          kind: "record",
          fields: [
            { label: "first", type: { kind: "u32" } },
            { label: "second-one", type: { kind: "option", type: { kind: "string" } } },
          ],
        },
      },
    },
  ]);
  assert.equal(instance.func("echo-bytes").type, instance.func("ns:pkg/echo@1.0.0", "echo-bytes").type);
  const plusMore = (await instantiate(counters)).func("[method]counter.plus-more");
  assert.equal(printType(plusMore.type), "func(self: borrow<counter>, more: u32) -> own<counter>");
});

test("a reader sees lists as they stand in memory, before post-return", async () => {
  const instance = await example();
  const echo = instance.func("echo-bytes");
  const posted = instance.func("posted");
  let seen: Uint8Array | undefined;
  const sum = echo.read(
    (bytes: Uint8Array) => {
      seen = bytes;
      assert.equal(caught(() => posted.call()).code, "cannot-enter");
      return bytes.reduce((a, b) => a + b);
    },
    [1, 2, 3],
  );
  assert.equal(sum, 6);
  assert.equal(posted.call(), 1);
  assert.notEqual(seen!.buffer.byteLength, 3, "a view on all of the memory, not a copy");
  assert.deepEqual(echo.call([4]), Uint8Array.of(4));
  assert.equal(
    instance.func("ns:pkg/echo@1.0.0", "echo-text").read((text) => String(text).length, "four"),
    4,
  );
});

test("what a function can do can be taken out of it", async () => {
  const { call, read, callAsync } = (await example()).func("echo-bytes");
  assert.deepEqual(call([1]), Uint8Array.of(1));
  assert.equal(
    read((bytes) => bytes[0], [2]),
    2,
  );
  assert.deepEqual(await callAsync([3]), Uint8Array.of(3));
  assert.throws(() => read([1] as never), {
    name: "TypeError",
    message: "the first argument of read is a function that takes the result, not an array",
  });
});

test("what a reader throws comes out as it is, and nothing is broken", async () => {
  const instance = await example();
  const thrown = new Error("enough");
  const read = () => instance.func("echo-bytes").read(() => {
    throw thrown;
  }, [1]); // biome-ignore format: short
  assert.throws(read, (error) => error === thrown);
  assert.equal(instance.func("posted").call(), 1);
});

test("an import gets views if it asks for them, else copies", async () => {
  for (const [mark, length] of [
    [views, 65536],
    [(f: never) => f, 3],
  ] as const) {
    const seen: Uint8Array[] = [];
    const look = (bytes: Uint8Array) => {
      assert.deepEqual([...bytes], [1, 2, 3]);
      seen.push(bytes);
    };
    (await example(mark(look as never))).func("show").call([1, 2, 3]);
    assert.equal(seen[0]!.buffer.byteLength, length);
  }
});

test("exported functions are known with their types, others are not", async () => {
  const { exports } = await example();
  assert.match(printType(functionType(exports["echoBytes"])!), /list<u8>/);
  assert.equal(
    functionType(() => 1),
    undefined,
  );
  const own = (_n: number) => {};
  const again = await instantiate(`(component (import "f" (func $f (param "n" u32))) (export "g" (func $f)))`, {
    f: own,
  });
  assert.match(printType(functionType(again.exports["g"])!), /u32/, "what is exported again is a function of its type");
  assert.equal(functionType(own), undefined, "the host's own function is the host's");
});

test("an exported function is linked to an import of its type, and to no other", async () => {
  const { exports } = await instantiate(counters);
  const importing = (result: string) => `(component (import "f" (func $f (result ${result}))) (export "g" (func $f)))`;
  const linked = await instantiate(importing("u32"), { f: exports["last"] });
  assert.equal(linked.exports["g"](), 0);
  await assert.rejects(instantiate(importing("string"), { f: exports["last"] }), /func\(\) -> u32/);
});

test("methods pass on as many arguments as there are", () => {
  for (let arity = 1; arity < 8; arity++) {
    const method = methodOf((...args: unknown[]) => args) as (...args: unknown[]) => unknown;
    const args = Array.from({ length: arity - 1 }, (_, i) => i);
    assert.deepEqual(method.call("self", ...args), ["self", ...args]);
  }
});
