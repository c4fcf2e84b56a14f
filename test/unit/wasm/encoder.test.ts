import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { AssertionError } from "../../../src/errors/component-error.ts";
import { Body, exnref, externref, funcref } from "../../../src/wasm/body.ts";
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";
import { type ImmediateKind, type InstructionName, instruction, numeric } from "../../../src/wasm/instructions.ts";
import { CoreTypeInterner } from "../../../src/wasm/interner.ts";
import { readModule } from "../../../src/wasm/module.ts";
import { Reader } from "../../../src/wasm/reader.ts";
import { Writer } from "../../../src/wasm/writer.ts";

type Exports = Record<string, (...args: unknown[]) => unknown>;

function instantiate(module: ModuleEncoder, imports: WebAssembly.Imports = {}): Exports {
  const bytes = module.finish() as Uint8Array<ArrayBuffer>;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Exports;
}

/** Whether the engine has what a test needs. */
const has = (write: (module: ModuleEncoder) => void): boolean => {
  const module = new ModuleEncoder();
  write(module);
  return WebAssembly.validate(module.finish() as Uint8Array<ArrayBuffer>);
};
const multiMemory = has((m) => {
  m.memory({ min: 0 });
  m.memory({ min: 0 });
});
const memory64 = has((m) => m.memory({ min: 0, index: "i64" }));
const exceptions = has((m) => m.func(m.type([], [])).body.local(exnref));

describe("Writer", () => {
  const written = (write: (w: Writer) => void): Reader => {
    const w = new Writer();
    write(w);
    return new Reader(w.finish());
  };
  for (const value of [0, 1, 63, 64, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1]) {
    it(`u32 ${value}`, () => assert.equal(written((w) => w.u32(value)).u32(), value));
  }
  for (const value of [0n, 127n, 128n, 1n << 32n, (1n << 64n) - 1n]) {
    it(`u64 ${value}`, () => assert.equal(written((w) => w.u64(value)).u64(), value));
  }
  for (const value of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 2 ** 31 - 1, -(2 ** 31)]) {
    it(`s32 ${value}`, () => {
      const r = written((w) => w.s32(value));
      assert.equal(r.s33(), value);
      assert.ok(r.done);
      assert.deepEqual(written((w) => w.s64(BigInt(value))).bytes, r.bytes);
    });
  }
  it("writes unsigned 32-bit constants as the signed ones of their bits", () => {
    assert.equal(written((w) => w.s32(0xffff_ffff)).s33(), -1);
  });
  it("s64 at its ends", () => {
    assert.deepEqual(
      [...written((w) => w.s64(-(1n << 63n))).bytes],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f],
    );
    assert.deepEqual(
      [...written((w) => w.s64((1n << 63n) - 1n)).bytes],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
    );
  });
  it("grows, and measures what is sized", () => {
    const text = "ä".repeat(1_000);
    const r = written((w) => w.sized((inner) => inner.name(text)));
    assert.equal(r.u32(), 2_002);
    assert.equal(r.name(), text);
    assert.ok(r.done);
  });
});

describe("instructions", () => {
  const names = [
    "unreachable", "nop", "block", "loop", "if", "br", "br_if", "br_table", "return", "call", "call_indirect",
    "return_call", "call_ref", "throw", "throw_ref", "try_table", "drop", "select",
    "local.get", "local.set", "local.tee", "global.get", "global.set",
    "ref.null", "ref.is_null", "ref.func", "ref.as_non_null", "ref.cast", "ref.cast null",
    "table.get", "table.set", "table.grow", "table.size", "table.fill",
    "i32.load", "i64.load", "f32.load", "f64.load", "i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u",
    "i64.load8_s", "i64.load8_u", "i64.load16_s", "i64.load16_u", "i64.load32_s", "i64.load32_u",
    "i32.store", "i64.store", "f32.store", "f64.store", "i32.store8", "i32.store16", "i64.store8", "i64.store16", "i64.store32",
    "memory.size", "memory.grow", "memory.init", "memory.copy", "memory.fill",
    "i32.const", "i64.const", "f32.const", "f64.const",
    "v128.load", "v128.load8x8_u", "v128.load64_zero", "v128.store", "v128.store64_lane", "v128.const",
    "i8x16.splat", "i16x8.splat", "i8x16.eq", "i8x16.lt_u", "i8x16.gt_u", "i16x8.eq", "i16x8.lt_u", "i16x8.gt_u",
    "v128.not", "v128.and", "v128.andnot", "v128.or", "v128.xor", "v128.any_true", "i8x16.all_true", "i8x16.bitmask",
    "i8x16.narrow_i16x8_u", "i16x8.all_true", "i16x8.bitmask", "i16x8.extend_low_i8x16_u", "i16x8.extend_high_i8x16_u",
  ] as const satisfies readonly InstructionName[]; // biome-ignore format: a list

  /** The same module around one instruction, as text and by the encoder. */
  const texts: Record<ImmediateKind, string> = {
    block: "(result i32)",
    label: "1",
    labels: "0 1",
    catches: "(catch 0 0) (catch_ref 0 1) (catch_all 0) (catch_all_ref 1)",
    type: "(type 1)",
    func: "1",
    table: "1",
    memory: "1",
    global: "1",
    tag: "0",
    data: "0",
    element: "0",
    local: "2",
    heap: "func",
    memarg: "1 offset=300",
    lane: "1",
    v128: "i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    s32: "-70",
    s64: "-9223372036854775808",
    f32: "1.5",
    f64: "-0.1",
  };

  const textOf = (name: InstructionName): string => {
    const { immediates, opens } = instruction(name);
    const inner = immediates.map((kind) => {
      if (kind === "heap" && name.startsWith("ref.cast"))
        return name.endsWith("null") ? "(ref null func)" : "(ref func)";
      if (kind === "type" && name === "call_ref") return "1";
      return texts[kind];
    });
    if (name === "call_indirect" || name === "memory.init") inner.reverse();
    return `${name.replace(" null", "")} ${inner.join(" ")}${opens ? " end" : ""}`;
  };

  function encode(name: InstructionName): Uint8Array {
    const m = new ModuleEncoder();
    const empty = m.type([], []);
    const type = m.type(["i32", externref], ["i64"]);
    m.importFunc("", "f", empty);
    m.importMemory("", "m", { min: 1 });
    m.importGlobal("", "g", "i32", false);
    m.importTable("", "t", funcref, { min: 1, max: 2 });
    const table = m.table(externref, { min: 0 });
    const memory = m.memory({ min: 1, max: 70_000, index: "i64" });
    const tag = m.tag(type);
    const global = m.global("i64", true, (body) => body.emit("i64.const", 7n));
    const { func, body } = m.func(type);
    const data = m.data(Uint8Array.of(1, 2, 3));
    const local = body.local("v128");
    body.local("v128");
    body.local("f64");
    const block = { depth: 1 };
    const outer = { depth: 0 };
    const values = {
      block: "i32",
      label: outer,
      labels: [block, outer],
      catches: [
        { catch: "tag", tag, label: block },
        { catch: "tag-ref", tag, label: outer },
        { catch: "all", label: block },
        { catch: "all-ref", label: outer },
      ],
      type,
      func,
      table,
      memory,
      global,
      tag,
      data,
      element: 0,
      local,
      heap: "func",
      memarg: { memory, offset: 300 },
      lane: 1,
      v128: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      s32: -70,
      s64: -(1n << 63n),
      f32: 1.5,
      f64: -0.1,
    } satisfies Record<ImmediateKind, unknown>;
    const { immediates, opens } = instruction(name);
    const emit = body.emit.bind(body) as (name: InstructionName, ...values: unknown[]) => void;
    body.block(undefined, () => {
      emit(name, ...immediates.map((kind) => values[kind]));
      if (opens) body.emit("end");
    });
    return m.finish();
  }

  it("all of the number instructions", async () => {
    const m = new ModuleEncoder();
    const { body } = m.func(m.type([], []));
    for (const name of numeric) body.emit(name);
    const expected = await parse(`(module (func ${numeric.join(" ")}))`);
    assert.equal(Buffer.from(m.finish()).toString("hex"), Buffer.from(expected).toString("hex"));
  });

  for (const name of names) {
    it(name, async () => {
      const expected = await parse(`(module
        (type (func)) (type (func (param i32 externref) (result i64)))
        (import "" "f" (func (type 0))) (import "" "m" (memory 1)) (import "" "g" (global i32))
        (import "" "t" (table 1 2 funcref))
        (table 0 externref) (memory i64 1 70000) (tag (type 1)) (global (mut i64) (i64.const 7))
        (func (type 1) (local v128 v128 f64) block ${textOf(name)} end)
        (data "\\01\\02\\03"))`);
      const found = encode(name);
      // The count of data segments is optional, and the encoder always writes it.
      const count = [12, 1, 1];
      const at = Buffer.from(found).indexOf(Buffer.from([...count, 10]));
      const without = [...found.slice(0, at), ...found.slice(at + count.length)];
      assert.equal(
        Buffer.from(name === "memory.init" ? found : without).toString("hex"),
        Buffer.from(expected).toString("hex"),
      );
    });
  }
});

describe("ModuleEncoder", () => {
  it("gives imports their places though they come late", () => {
    const m = new ModuleEncoder();
    const type = m.type(["i32"], ["i32"]);
    const { func, body } = m.func(type, "double");
    m.export("double", func);
    const imported = m.importFunc("host", "f", type);
    body.emit("local.get", body.param(0)).emit("call", imported).emit("i32.const", 2).emit("i32.mul");
    const { double } = instantiate(m, { host: { f: (x: number) => x + 1 } });
    assert.equal(double!(20), 42);
  });

  it("makes each function type once", () => {
    const m = new ModuleEncoder();
    assert.equal(m.type(["i32"], []), m.type(["i32"], []));
    assert.notEqual(m.type(["i32"], []), m.type([], ["i32"]));
    assert.notEqual(m.type([funcref], []), m.type([{ ref: "func", nullable: false }], []));
  });

  it("writes structured control", () => {
    const m = new ModuleEncoder();
    const { func, body } = m.func(m.type(["i32"], ["i32"]));
    m.export("sum", func);
    const n = body.param(0);
    const sum = body.local("i32");
    body.block(undefined, (done) => {
      body.loop(undefined, (again) => {
        body.emit("local.get", n).emit("i32.eqz").emit("br_if", done);
        body.emit("local.get", sum).emit("local.get", n).emit("i32.add").emit("local.set", sum);
        body.emit("local.get", n).emit("i32.const", 1).emit("i32.sub").emit("local.set", n);
        body.emit("br", again);
      });
    });
    body.emit("local.get", sum).emit("i32.const", 10).emit("i32.gt_u");
    body.if(
      "i32",
      () => body.emit("local.get", sum),
      () => body.emit("i32.const", -1),
    );
    const { sum: f } = instantiate(m);
    assert.deepEqual([f!(10), f!(2)], [55, -1]);
  });

  it("writes tables, elements, globals, data and start functions", () => {
    const m = new ModuleEncoder();
    const nothing = m.type([], []);
    const number = m.type([], ["i32"]);
    const memory = m.memory({ min: 1 });
    const global = m.global("i32", true, (body) => body.emit("i32.const", 5));
    const table = m.table(funcref, { min: 4 });
    const { func: seven, body: seven7 } = m.func(number);
    seven7.emit("i32.const", 7);
    m.elements(table, 2, [seven]);
    const data = m.data(Uint8Array.of(0, 0, 0x2a));
    const { func: start, body } = m.func(nothing);
    body.emit("i32.const", 100).emit("i32.const", 2).emit("i32.const", 1).emit("memory.init", data, memory);
    body.emit("i32.const", 6).emit("global.set", global);
    m.start(start);
    const { func: all, body: sum } = m.func(number);
    sum.emit("i32.const", 2).emit("call_indirect", number, table);
    sum.emit("i32.const", 100).emit("i32.load8_u", { memory }).emit("i32.add");
    sum.emit("global.get", global).emit("i32.add");
    m.export("all", all);
    const reference = m.func(m.type([], [funcref]));
    reference.body.emit("ref.func", start);
    m.declare(start);
    m.export("start", reference.func);
    const exports = instantiate(m);
    assert.equal(exports["all"]!(), 7 + 42 + 6);
    assert.equal(typeof exports["start"]!(), "function");
  });

  it("copies from memory to memory", { skip: !multiMemory }, () => {
    const m = new ModuleEncoder();
    const from = m.importMemory("", "from", { min: 1 });
    const to = m.memory({ min: 1 });
    const { func, body } = m.func(m.type(["i32", "i32", "i32"], []));
    for (const i of [0, 1, 2]) body.emit("local.get", body.param(i));
    body.emit("memory.copy", to, from);
    m.export("copy", func);
    m.export("to", to);
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).set([1, 2, 3], 10);
    const exports = instantiate(m, { "": { from: memory } });
    exports["copy"]!(20, 10, 3);
    const result = exports["to"] as unknown as WebAssembly.Memory;
    assert.deepEqual([...new Uint8Array(result.buffer, 19, 5)], [0, 1, 2, 3, 0]);
  });

  it("addresses 64-bit memories", { skip: !memory64 }, () => {
    const m = new ModuleEncoder();
    const memory = m.memory({ min: 1, index: "i64" });
    const { func, body } = m.func(m.type(["i64", "i64"], ["i64"]));
    body.emit("local.get", body.param(0)).emit("local.get", body.param(1)).emit("i64.store", { memory, offset: 8 });
    body.emit("local.get", body.param(0)).emit("i64.load", { memory, offset: 8n, align: 0 });
    m.export("f", func);
    assert.equal(instantiate(m)["f"]!(16n, -5n), -5n);
  });

  it("catches exceptions", { skip: !exceptions }, () => {
    const m = new ModuleEncoder();
    const tag = m.tag(m.type(["i32"], []));
    const callee = m.importFunc("", "f", m.type([], []));
    const { func, body } = m.func(m.type(["i32"], ["i32"]));
    body.block(undefined, (any) => {
      body.block("i32", (caught) => {
        body.tryTable(
          undefined,
          [
            { catch: "tag", tag, label: caught },
            { catch: "all", label: any },
          ],
          () => {
            body.emit("local.get", body.param(0));
            body.if(undefined, () => body.emit("local.get", body.param(0)).emit("throw", tag));
            body.emit("call", callee);
          },
        );
        body.emit("i32.const", 0).emit("return");
      });
      body.emit("i32.const", 1_000).emit("i32.add").emit("return");
    });
    body.emit("i32.const", -1);
    m.export("f", func);
    const run = (f: () => void) => instantiate(m, { "": { f } })["f"]!;
    assert.equal(run(() => {})(0), 0);
    assert.equal(run(() => {})(5), 1_005);
    assert.equal(run(() => { throw new Error(); })(0), -1); // biome-ignore format: short
  });

  it("catches exceptions in their earlier form", () => {
    const m = new ModuleEncoder();
    const callee = m.importFunc("", "f", m.type([], []));
    const { func, body } = m.func(m.type([], ["i32"]));
    body.tryCatchAll(
      "i32",
      () => body.emit("call", callee).emit("i32.const", 0),
      () => body.emit("i32.const", -1),
    );
    m.export("f", func);
    const run = (f: () => void) => instantiate(m, { "": { f } })["f"]!;
    assert.equal(run(() => {})(), 0);
    assert.equal(run(() => { throw new Error(); })(), -1); // biome-ignore format: short
  });

  // JavaScriptCore's stack traces have no names for functions of modules.
  it("names functions for stack traces", { skip: "bun" in process.versions }, () => {
    const m = new ModuleEncoder();
    m.importFunc("", "f", m.type([], []));
    const { func, body } = m.func(m.type([], []), "a named one");
    body.emit("unreachable");
    m.export("f", func);
    assert.throws(
      () => instantiate(m, { "": { f() {} } })["f"]!(),
      (error: Error) => /a named one/.test(error.stack ?? ""),
    );
  });

  it("is read back by the module reader", () => {
    const m = new ModuleEncoder();
    m.importTag("a", "e", m.type(["i32"], []));
    m.importTable("a", "t", funcref, { min: 1, max: 2, index: "i64" });
    m.export(
      "g",
      m.global({ ref: "func", nullable: true }, false, (b) => b.emit("ref.null", "func")),
    );
    m.export("s", m.memory({ min: 1, max: 3, shared: true }));
    const bytes = m.finish();
    const { imports, exports } = readModule(bytes, { start: 0, end: bytes.length }, new CoreTypeInterner());
    const element = { kind: "ref", nullable: true, heap: { kind: "abstract", type: "func", shared: false } };
    assert.deepEqual(imports[1]!.type, {
      kind: "table",
      element,
      limits: { min: 1n, max: 2n, shared: false, index: "i64" },
    });
    assert.deepEqual(exports, [
      { name: "g", type: { kind: "global", type: element, mutable: false, shared: false } },
      {
        name: "s",
        type: { kind: "memory", limits: { min: 1n, max: 3n, shared: true, index: "i32" }, pageSizeLog2: 16 },
      },
    ]);
  });

  it("wants blocks ended and items to be of the module", () => {
    const m = new ModuleEncoder();
    const { body } = m.func(m.type([], []));
    body.emit("block", undefined);
    assert.throws(() => m.finish(), AssertionError);
    const n = new ModuleEncoder();
    n.func(n.type([], [])).body.emit("call", m.importFunc("", "", m.type([], [])));
    assert.throws(() => n.finish(), AssertionError);
    assert.throws(() => new Body(1).param(1), AssertionError);
    assert.throws(() => new Body(0).emit("br", { depth: 1 }), AssertionError);
  });
});
