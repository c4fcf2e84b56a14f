import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { primitives } from "../../../src/types/interner.ts";
import { printExternType, printType } from "../../../src/types/print.ts";
import type { AnyType, ExternDecl, ExternType } from "../../../src/types/types.ts";
import { TypeMaker } from "./maker.ts";

const { bool, char, string, u8 } = primitives;
const types = new TypeMaker();
const resource = types.resource("i32", "file");
const unnamed = types.resource();

const decls = (entries: Readonly<Record<string, ExternType>>): Map<string, ExternDecl> =>
  new Map(Object.entries(entries).map(([name, type]) => [name, { name, type }]));

describe("printType", () => {
  const point = types.record([
    { label: "x", type: u8 },
    { label: "y", type: u8 },
  ]);
  const func = types.func(true, [{ label: "name", type: string }], types.result(undefined, char));
  const texts: readonly (readonly [type: AnyType, text: string])[] = [
    [bool, "bool"],
    [primitives["error-context"], "error-context"],
    [types.list(u8), "list<u8>"],
    [types.list(u8, 4), "list<u8, 4>"],
    [types.map(string, types.option(u8)), "map<string, option<u8>>"],
    [point, "record { x: u8, y: u8 }"],
    [types.tuple([u8, point]), "tuple<u8, record { x: u8, y: u8 }>"],
    [
      types.variant([
        { label: "a", type: undefined },
        { label: "b", type: u8 },
      ]),
      "variant { a, b(u8) }",
    ],
    [types.enum(["a", "b"]), "enum { a, b }"],
    [types.flags(["a"]), "flags { a }"],
    [types.result(undefined, undefined), "result"],
    [types.result(u8, undefined), "result<u8>"],
    [types.result(undefined, u8), "result<_, u8>"],
    [types.result(u8, string), "result<u8, string>"],
    [types.own(resource), "own<file>"],
    [types.borrow(unnamed), "borrow<resource>"],
    [types.stream(undefined), "stream"],
    [types.future(u8), "future<u8>"],
    [resource, "file"],
    [types.func(false, [], undefined), "func()"],
    [func, "async func(name: string) -> result<_, char>"],
    [{ kind: "instance", exports: new Map(), resources: [] }, "instance {}"],
    [
      {
        kind: "instance",
        exports: decls({ f: { kind: "func", type: func }, t: { kind: "type", type: point } }),
        resources: [],
      },
      "instance { f: async func(name: string) -> result<_, char>; t: type = record { x: u8, y: u8 }; }",
    ],
    [
      {
        kind: "component",
        imports: decls({ r: { kind: "type", type: resource }, v: { kind: "value", type: u8 } }),
        exports: decls({ m: { kind: "core-module", type: { kind: "core-module", imports: [], exports: [] } } }),
        importedResources: [resource],
        exportedResources: [],
      },
      "component { import r: resource; import v: value u8; export m: core module {}; }",
    ],
  ];
  for (const [type, text] of texts) it(text, () => assert.equal(printType(type), text));

  it("uses the names that are known", () => {
    const names = (type: AnyType) => (type === point ? "point" : type === unnamed ? "thing" : undefined);
    assert.equal(printType(types.list(point), { names }), "list<point>");
    assert.equal(printType(point, { names }), "record { x: u8, y: u8 }");
    assert.equal(printType(types.own(unnamed), { names }), "own<thing>");
  });

  it("is bounded in length", () => {
    let type = types.tuple([u8, u8]);
    for (let i = 0; i < 20; i++) type = types.tuple([type, type]);
    const text = printType(type);
    assert.ok(text.length < 2_000 && text.includes("…"), text);
    const long = types.enum(Array.from({ length: 10_000 }, (_, i) => `label-${i}`));
    assert.ok(printType(long, { maxLength: 100 }).length < 200);
  });

  it("is bounded in depth", () => {
    let type = types.option(u8);
    for (let i = 0; i < 90; i++) type = types.option(type);
    assert.equal(printType(type, { maxDepth: 2 }), "option<option<…>>");
  });
});

describe("other texts", () => {
  it("are of externs", () => {
    assert.equal(printExternType({ kind: "func", type: types.func(false, [], u8) }), "func() -> u8");
  });

  it("are of core modules, by names and kinds", () => {
    const global = { kind: "global", type: "i32", mutable: false, shared: false } as const;
    assert.equal(
      printExternType({
        kind: "core-module",
        type: {
          kind: "core-module",
          imports: [{ module: "a", name: "b", type: global }],
          exports: [{ name: 'c"', type: global }],
        },
      }),
      'core module { import "a" "b": global; export "c\\"": global; }',
    );
  });
});
