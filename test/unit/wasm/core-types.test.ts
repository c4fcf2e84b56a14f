/** Types of core modules: read from them, made one where they are equal, and compared for linking. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { CoreTypeInterner, type CoreTypeSpace, unknownType } from "../../../src/wasm/interner.ts";
import { externMismatch } from "../../../src/wasm/matching.ts";
import { readModule } from "../../../src/wasm/module.ts";
import { printDefined, printVal } from "../../../src/wasm/print.ts";
import type { CoreExternType, CoreModuleType, DefinedType } from "../../../src/wasm/types.ts";

async function moduleType(text: string, interner = new CoreTypeInterner()): Promise<CoreModuleType> {
  const bytes = await parse(`(module ${text})`);
  return readModule(bytes, { start: 0, end: bytes.length }, interner);
}

function isInvalid(reason: string) {
  return (error: unknown) => {
    assert.ok(error instanceof ComponentError, String(error));
    assert.equal(error.phase, "validate");
    assert.ok(error.reason.includes(reason), error.reason);
    return true;
  };
}

const show = (type: CoreExternType): string => {
  switch (type.kind) {
    case "func":
    case "tag":
      return `${type.kind} ${printDefined(type.type)}`;
    case "table":
      return `table ${printVal(type.element)} ${type.limits.index} ${type.limits.min} ${type.limits.max}`;
    case "memory":
      return `memory ${type.limits.index} ${type.limits.min} ${type.limits.max}${type.limits.shared ? " shared" : ""} ${type.pageSizeLog2}`;
    case "global":
      return `global ${printVal(type.type)}${type.mutable ? " mut" : ""}${type.shared ? " shared" : ""}`;
  }
};

describe("readModule", () => {
  it("finds imports and exports with their types", async () => {
    const type = await moduleType(`
      (import "a" "f" (func (param i32 i64) (result f32)))
      (import "a" "t" (table 1 2 funcref))
      (import "b" "m" (memory 3))
      (import "b" "g" (global (mut i64)))
      (import "b" "e" (tag (param i32)))
      (func $h (param f64 v128))
      (table $u 0 externref)
      (memory $n i64 1 4)
      (global $k (ref null func) (ref.func $h))
      (tag $x (param i64))
      (export "h" (func $h))
      (export "f" (func 0))
      (export "u" (table $u))
      (export "n" (memory $n))
      (export "k" (global $k))
      (export "x" (tag $x))
      (export "e" (tag 0))`);
    assert.deepEqual(
      type.imports.map(({ module, name, type: t }) => `${module}.${name}: ${show(t)}`),
      [
        "a.f: func (func (param i32 i64) (result f32))",
        "a.t: table funcref i32 1 2",
        "b.m: memory i32 3 undefined 16",
        "b.g: global i64 mut",
        "b.e: tag (func (param i32))",
      ],
    );
    assert.deepEqual(
      type.exports.map(({ name, type: t }) => `${name}: ${show(t)}`),
      [
        "h: func (func (param f64 v128))",
        "f: func (func (param i32 i64) (result f32))",
        "u: table externref i32 0 undefined",
        "n: memory i64 1 4 16",
        "k: global funcref",
        "x: tag (func (param i64))",
        "e: tag (func (param i32))",
      ],
    );
  });

  it("reads shared and custom-page-size memories, and 64-bit tables", async () => {
    const type = await moduleType(`
      (memory (export "s") 1 2 shared) (memory (export "p") 5 (pagesize 1)) (table (export "t") i64 1 7 anyref)`);
    assert.deepEqual(
      type.exports.map(({ type: t }) => show(t)),
      ["memory i32 1 2 shared 16", "memory i32 5 undefined 0", "table anyref i64 1 7"],
    );
  });

  it("passes over every kind of constant expression", async () => {
    const type = await moduleType(`
      (type $s (struct (field i32))) (type $a (array (mut i8)))
      (import "" "g" (global $g i32))
      (func $f)
      (table $t 1 (ref func) (ref.func $f))
      (global i32 (i32.const -2147483648)) (global i64 (i64.const -9223372036854775808))
      (global f32 (f32.const nan)) (global f64 (f64.const 1e300)) (global v128 (v128.const i64x2 1 2))
      (global i32 (i32.add (global.get $g) (i32.mul (i32.const 3) (i32.sub (i32.const 4) (i32.const 5)))))
      (global i64 (i64.add (i64.const 1) (i64.mul (i64.const 3) (i64.sub (i64.const 4) (i64.const 5)))))
      (global funcref (ref.func $f)) (global (ref null $s) (ref.null $s)) (global externref (ref.null extern))
      (global (ref $s) (struct.new $s (i32.const 1))) (global (ref $s) (struct.new_default $s))
      (global (ref $a) (array.new $a (i32.const 1) (i32.const 2))) (global (ref $a) (array.new_default $a (i32.const 1)))
      (global (ref $a) (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))
      (global (ref i31) (ref.i31 (i32.const 1)))
      (global externref (extern.convert_any (ref.i31 (i32.const 1))))
      (global anyref (any.convert_extern (ref.null extern)))
      (global $last (mut f64) (f64.const 0))
      (export "last" (global $last)) (export "t" (table $t))`);
    assert.deepEqual(
      type.exports.map(({ type: t }) => show(t)),
      ["global f64 mut", "table (ref func) i32 1 undefined"],
    );
  });

  it("never looks into code", async () => {
    const bytes = await parse(`(module (func (export "f") (result i32) i32.const 7))`);
    bytes[bytes.lastIndexOf(0x41)] = 0xff;
    const type = readModule(bytes, { start: 0, end: bytes.length }, new CoreTypeInterner());
    assert.equal(type.exports.length, 1);
  });

  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const bad: [string, number[], string, string][] = [
    ["sections out of order", [3, 1, 0, 1, 1, 0], "decode", "section out of order"],
    ["a section twice", [1, 1, 0, 1, 1, 0], "decode", "section out of order"],
    ["an unknown section", [14, 0], "decode", "malformed section id: 14"],
    ["a section that is too short", [1, 2, 0, 0], "decode", "unexpected data at the end"],
    ["a section beyond the end", [1, 5, 0], "decode", "unexpected end-of-file"],
    ["a custom section without a name", [0, 0], "decode", "unexpected end-of-file"],
    [
      "an exported function that is not there",
      [7, 5, 1, 1, 0x61, 0, 0],
      "validate",
      "unknown func 0: func index out of bounds",
    ],
    [
      "a function of no type",
      [3, 2, 1, 0, 7, 5, 1, 1, 0x61, 0, 0],
      "validate",
      "unknown type 0: type index out of bounds",
    ],
    [
      "a function of a type that is none",
      [1, 3, 1, 0x5f, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x61, 0, 0],
      "validate",
      "not a function type",
    ],
    ["an unknown kind of export", [7, 5, 1, 1, 0x61, 9, 0], "decode", "invalid leading byte (0x9) for external kind"],
    [
      "a tag attribute",
      [1, 4, 1, 0x60, 0, 0, 13, 3, 1, 1, 0],
      "decode",
      "invalid leading byte (0x1) for tag attribute",
    ],
    ["limits of an unknown kind", [5, 3, 1, 0x10, 0], "decode", "malformed limits flags 0x10 of a memory"],
    ["a mutability of neither kind", [6, 6, 1, 0x7f, 4, 0x41, 0, 0x0b], "decode", "malformed mutability"],
    ["a constant expression that is none", [6, 5, 1, 0x7f, 0, 0x01, 0x0b], "decode", "constant expression required"],
    ["a value type that is none", [1, 5, 1, 0x60, 1, 0x40, 0], "decode", "invalid value type 0x40"],
    ["a composite type that is none", [1, 2, 1, 0x10], "decode", "invalid leading byte (0x10) for type definition"],
    [
      "two exports of a name",
      [5, 3, 1, 0, 1, 7, 9, 2, 1, 0x61, 2, 0, 1, 0x61, 2, 0],
      "validate",
      "export name `a` already defined",
    ],
  ];
  for (const [what, bytes, phase, reason] of bad) {
    it(`rejects ${what}`, () => {
      const all = Uint8Array.from([...header, ...bytes]);
      assert.throws(
        () => readModule(all, { start: 0, end: all.length }, new CoreTypeInterner()),
        (error) => error instanceof ComponentError && error.phase === phase && error.reason.includes(reason),
      );
    });
  }
});

describe("CoreTypeInterner", () => {
  /** The types of the functions that a module exports, in the order of their exports. */
  async function types(text: string, interner: CoreTypeInterner): Promise<DefinedType[]> {
    const { exports } = await moduleType(text, interner);
    return exports.map(({ type }) => {
      if (type.kind === "func") return type.type;
      assert.ok(type.kind === "global" && typeof type.type !== "string" && type.type.heap.kind === "defined");
      return type.type.heap.type;
    });
  }
  const globals = (...names: string[]) =>
    names.map((n) => `(global (export "${n}") (ref null $${n}) (ref.null $${n}))`).join("");

  it("makes equal function types of different modules one object", async () => {
    const interner = new CoreTypeInterner();
    const [f] = await types(`(type (struct)) (func (export "f") (param i32 (ref null extern)))`, interner);
    const [g] = await types(`(func (export "g") (param i32 externref))`, interner);
    const [h] = await types(`(func (export "h") (param i32 funcref))`, interner);
    assert.equal(f, g);
    assert.notEqual(f, h);
    assert.equal(
      interner.func(
        ["i32", { kind: "ref", nullable: true, heap: { kind: "abstract", type: "extern", shared: false } }],
        [],
      ),
      f,
    );
  });

  it("tells parameters from results", async () => {
    const interner = new CoreTypeInterner();
    assert.notEqual(interner.func(["i32"], []), interner.func([], ["i32"]));
    assert.notEqual(interner.func(["i32", "i32"], []), interner.func(["i32"], ["i32"]));
    assert.equal(interner.func(["i64"], ["f32"]), interner.func(["i64"], ["f32"]));
  });

  it("compares recursion groups as wholes, wherever they stand", async () => {
    const interner = new CoreTypeInterner();
    const list = `(rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $a)))))`;
    const [a1, b1] = await types(`${list} ${globals("a", "b")}`, interner);
    const [a2, b2] = await types(`(type (func)) (type (array i8)) ${list} ${globals("a", "b")}`, interner);
    assert.equal(a1, a2);
    assert.equal(b1, b2);
    assert.notEqual(a1, b1);
    assert.ok(a1!.composite.kind === "struct");
    const storage = a1!.composite.fields[0]!.storage;
    assert.ok(typeof storage !== "string" && storage.heap.kind === "defined");
    assert.equal(storage.heap.type, b1);
    const [a3] = await types(
      `(rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $b))))) ${globals("a")}`,
      interner,
    );
    assert.notEqual(a1, a3);
  });

  it("lets a type refer to itself", async () => {
    const interner = new CoreTypeInterner();
    const [a] = await types(`(type $a (struct (field (ref null $a)))) ${globals("a")}`, interner);
    const [b] = await types(`(type (func)) (type $b (struct (field (ref null $b)))) ${globals("b")}`, interner);
    assert.equal(a, b);
  });

  it("keeps finality, supertypes and storage apart", async () => {
    const interner = new CoreTypeInterner();
    const all = await types(
      `(type $a (sub (struct))) (type $b (struct)) (type $c (sub $a (struct))) (type $d (sub final $a (struct)))
       (type $e (array i8)) (type $f (array i16)) (type $g (array (mut i8))) (type $h (array i32))
       ${globals("a", "b", "c", "d", "e", "f", "g", "h")}`,
      interner,
    );
    assert.equal(new Set(all).size, all.length);
    assert.equal(all[2]!.supertype, all[0]);
    assert.equal(all[3]!.final, true);
  });

  const space: CoreTypeSpace = { size: 0, get: unknownType };
  const intern = (bytes: readonly number[]) => {
    const all = Uint8Array.from(bytes);
    return new CoreTypeInterner().readRecType(all, { start: 0, end: all.length }, space);
  };
  const bad: [string, number[], string][] = [
    ["an unknown type", [0x60, 1, 0x63, 1, 0], "unknown type 1: type index out of bounds"],
    [
      "an unknown type of a group",
      [0x4e, 2, 0x60, 0, 0, 0x60, 1, 0x63, 2, 0],
      "unknown type 2: type index out of bounds",
    ],
    ["a supertype of itself", [0x50, 1, 0, 0x5f, 0], "unknown type 0: a supertype stands before"],
    [
      "a later supertype",
      [0x4e, 2, 0x50, 1, 1, 0x5f, 0, 0x50, 0, 0x5f, 0],
      "unknown type 1: a supertype stands before",
    ],
    ["a final supertype", [0x4e, 2, 0x5f, 0, 0x50, 1, 0, 0x5f, 0], "sub type cannot have a final super type"],
    ["two supertypes", [0x4e, 2, 0x50, 0, 0x5f, 0, 0x50, 2, 0, 0, 0x5f, 0], "multiple supertypes"],
    [
      "a supertype of another kind",
      [0x4e, 2, 0x50, 0, 0x5f, 0, 0x50, 1, 0, 0x60, 0, 0],
      "sub type must match super type",
    ],
    [
      "fewer fields than the supertype",
      [0x4e, 2, 0x50, 0, 0x5f, 1, 0x7f, 0, 0x50, 1, 0, 0x5f, 0],
      "sub type must match",
    ],
    [
      "a mutable field narrowed",
      [0x4e, 2, 0x50, 0, 0x5f, 1, 0x6e, 1, 0x50, 1, 0, 0x5f, 1, 0x6d, 1],
      "sub type must match",
    ],
    ["a continuation of a struct", [0x4e, 2, 0x5f, 0, 0x5d, 0], "a continuation is of a function type"],
  ];
  for (const [what, bytes, reason] of bad) {
    it(`rejects ${what}`, () => assert.throws(() => intern(bytes), isInvalid(reason)));
  }

  it("has a limit on the depth of subtyping", () => {
    const chain = (n: number) => [
      0x4e,
      n + 1,
      0x50,
      0,
      0x5f,
      0,
      ...Array.from({ length: n }, (_, i) => [0x50, 1, i, 0x5f, 0]).flat(),
    ];
    assert.equal(intern(chain(63)).length, 64);
    assert.throws(() => intern(chain(64)), isInvalid("sub type hierarchy too deep"));
  });

  it("is linear in groups that refer to themselves at large", () => {
    // A struct of two references, to the first and to the 20,000th type of the group.
    const n = 20_000;
    const type = [0x5f, 2, 0x63, 0, 0, 0x63, 0x9f, 0x9c, 0x01, 0];
    const group = intern([0x4e, 0xa0, 0x9c, 0x01, ...Array.from({ length: n }, () => type).flat()]);
    assert.equal(group.length, n);
  });

  const externs: [string, number[], string][] = [
    ["a memory that is too large", [2, 0, 0xf0, 0xa2, 0x04], "memory size must be at most 65536 pages"],
    ["limits the wrong way round", [2, 1, 2, 1], "size minimum must not be greater than maximum"],
    ["a shared memory without a maximum", [2, 2, 1], "shared memory must have maximum size"],
    ["an odd page size", [2, 8, 1, 3], "invalid custom page size"],
    ["a function of no type", [0, 0], "unknown type 0: type index out of bounds"],
  ];
  for (const [what, bytes, reason] of externs) {
    it(`rejects ${what}`, () => {
      const all = Uint8Array.from(bytes);
      const read = () => new CoreTypeInterner().readExternType(all, { start: 0, end: all.length }, space.get);
      assert.throws(read, isInvalid(reason));
    });
  }
});

describe("externMismatch", () => {
  const hierarchy = `(type $top (sub (func (result anyref)))) (type $sub (sub $top (func (result eqref))))
    (type $s (sub (struct (field i32)))) (type $t (sub $s (struct (field i32) (field i64))))`;
  /** [what is given, what is wanted, the reason for which they do not fit or undefined] */
  const cases: [string, string, string | undefined][] = [
    ["(func)", "(func)", undefined],
    ["(func (param i32))", "(func)", "expected: (func), found: (func (param i32))"],
    ["(func (type $sub))", "(func (type $top))", undefined],
    ["(func (type $top))", "(func (type $sub))", "expected: (func (result eqref)), found: (func (result anyref))"],
    ["(func (result i31ref))", "(func (type $top))", "expected: (func (result anyref)), found: (func (result i31ref))"],
    ["(func)", "(global i32)", "expected global, found func"],
    ["(memory 1)", "(table 1 funcref)", "expected table, found memory"],
    ["(memory 2)", "(memory 1)", undefined],
    ["(memory 0)", "(memory 1)", "mismatch in memory limits"],
    ["(memory 1)", "(memory 1 2)", "mismatch in memory limits"],
    ["(memory 1 3)", "(memory 1 2)", "mismatch in memory limits"],
    ["(memory 1 2)", "(memory 1 3)", undefined],
    ["(memory 1 2)", "(memory 1)", undefined],
    ["(memory 1)", "(memory 1 2 shared)", "mismatch in the shared flag for memories"],
    ["(memory i64 1)", "(memory 1)", "mismatch in index type used for memories"],
    ["(memory 1)", "(memory 1 (pagesize 1))", "mismatch in page size for memories"],
    ["(table 2 funcref)", "(table 1 funcref)", undefined],
    ["(table 2 externref)", "(table 1 funcref)", "expected table element type funcref, found externref"],
    ["(table 2 (ref null $t))", "(table 2 (ref null $s))", "expected table element type"],
    ["(table 2 3 funcref)", "(table 2 2 funcref)", "mismatch in table limits"],
    ["(table i64 2 funcref)", "(table 2 funcref)", "mismatch in index type used for tables"],
    ["(global i64)", "(global i32)", "expected global type i32, found i64"],
    ["(global (mut i32))", "(global i32)", "global types differ in mutability"],
    ["(global (ref null $t))", "(global (ref null $s))", undefined],
    ["(global (ref $t))", "(global (ref null $s))", undefined],
    ["(global (ref null $s))", "(global (ref null $t))", "expected global type"],
    ["(global (ref null $s))", "(global (ref $s))", "expected global type"],
    ["(global (mut (ref null $t)))", "(global (mut (ref null $s)))", "expected global type"],
    ["(global (ref null $s))", "(global structref)", undefined],
    ["(global (ref null $s))", "(global anyref)", undefined],
    ["(global nullref)", "(global (ref null $s))", undefined],
    ["(global nullref)", "(global i31ref)", undefined],
    ["(global nullref)", "(global funcref)", "expected global type funcref, found nullref"],
    ["(global (ref null $top))", "(global funcref)", undefined],
    ["(global nullfuncref)", "(global (ref null $top))", undefined],
    ["(global i31ref)", "(global eqref)", undefined],
    ["(global eqref)", "(global i31ref)", "expected global type i31ref, found eqref"],
    ["(global externref)", "(global anyref)", "expected global type anyref, found externref"],
    ["(tag (param i32))", "(tag (param i32))", undefined],
    ["(tag (param i32))", "(tag)", "expected: (func), found: (func (param i32))"],
    ["(tag)", "(func)", "expected func, found tag"],
  ];
  for (const [given, wanted, reason] of cases) {
    it(`${given} for ${wanted}${reason === undefined ? "" : ": no"}`, async () => {
      const interner = new CoreTypeInterner();
      const read = async (text: string) =>
        (await moduleType(`${hierarchy} (import "" "" ${text})`, interner)).imports[0]!.type;
      const [g, w] = [await read(given), await read(wanted)];
      const mismatch = externMismatch(g, w);
      if (reason === undefined) assert.equal(mismatch, undefined);
      else assert.ok(mismatch?.includes(reason), String(mismatch));
    });
  }
});
