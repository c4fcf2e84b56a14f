import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { AssertionError } from "../../../src/errors/component-error.ts";
import { Body } from "../../../src/wasm/body.ts";
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";
import {
  type ImmediateKind,
  type Instruction,
  type InstructionName,
  instructions,
} from "../../../src/wasm/instructions.ts";
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
const exceptions = has((m) => {
  const { body } = m.func(m.type([], []));
  body.block((end) => body.tryTable(end, () => {}));
});

describe("Writer", () => {
  const written = (write: (w: Writer) => void): Reader => {
    const w = new Writer();
    write(w);
    return new Reader(w.finish());
  };
  for (const value of [0, 1, 63, 64, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1]) {
    it(`u32 ${value}`, () => assert.equal(written((w) => w.u32(value)).u32(), value));
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
  const names = (Object.keys(instructions) as InstructionName[]).filter((name) => name !== "else" && name !== "end");

  /** The same module around one instruction, as text and by the encoder. */
  const texts: Record<ImmediateKind, string> = {
    block: "(result i32)",
    label: "1",
    catch: "(catch_all 0)",
    type: "(type 1)",
    func: "1",
    memory: "1",
    global: "1",
    local: "2",
    memarg: "1 offset=300 align=1",
    lane: "1",
    v128: "i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    s32: "-70",
    s64: "-9223372036854775808",
  };

  const immediatesOf = (name: InstructionName): readonly ImmediateKind[] => {
    const [, ...immediates]: Instruction = instructions[name];
    return immediates;
  };
  const opens = (name: InstructionName) => immediatesOf(name).includes("block");

  const textOf = (name: InstructionName): string => {
    const inner = immediatesOf(name).map((kind) => {
      if (name === "i8x16.shuffle") return texts.v128.replace("i8x16 ", "");
      if (kind === "type") return name === "ref.cast" ? "(ref 1)" : "1";
      return texts[kind];
    });
    return `${name} ${inner.join(" ")}${opens(name) ? " end" : ""}`;
  };

  function encode(name: InstructionName): Uint8Array {
    const m = new ModuleEncoder();
    const empty = m.type([], []);
    const type = m.type(["i32", "externref"], ["i64"]);
    m.importFunc("", "f", empty);
    m.importMemory("", "m", { min: 1 });
    m.importGlobal("", "g", "i32", false);
    const global = m.importGlobal("", "h", "i64", true);
    const memory = m.memory({ min: 1, max: 70_000, index: "i64" });
    const { func, body } = m.func(type, "f");
    const local = body.local("v128");
    body.local("f64");
    const block = { depth: 1 };
    const outer = { depth: 0 };
    const values = {
      block: "i32",
      label: outer,
      catch: block,
      type,
      func,
      memory,
      global,
      local,
      memarg: { memory, offset: 300 },
      lane: 1,
      v128: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      s32: -70,
      s64: -(1n << 63n),
    } satisfies Record<ImmediateKind, unknown>;
    const emit = body.emit.bind(body) as (name: InstructionName, ...values: unknown[]) => void;
    body.block(() => {
      emit(name, ...immediatesOf(name).map((kind) => values[kind]));
      if (opens(name)) body.emit("end");
    });
    return m.finish();
  }

  for (const name of names) {
    it(name, async () => {
      const expected = await parse(`(module
        (type (func)) (type (func (param i32 externref) (result i64)))
        (import "" "f" (func (type 0))) (import "" "m" (memory 1)) (import "" "g" (global i32))
        (import "" "h" (global (mut i64)))
        (memory i64 1 70000)
        (func $f (type 1) (local v128 f64) block ${textOf(name)} end))`);
      // Whoever assembles text has other names in it.
      const code = (bytes: Uint8Array) =>
        Buffer.from(bytes).subarray(0, Buffer.from(bytes).lastIndexOf("\x04name") - 2);
      assert.equal(code(encode(name)).toString("hex"), code(expected).toString("hex"));
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
    assert.notEqual(m.type(["funcref"], []), m.type(["externref"], []));
  });

  it("writes structured control", () => {
    const m = new ModuleEncoder();
    const { func, body } = m.func(m.type(["i32"], ["i32"]));
    m.export("sum", func);
    const n = body.param(0);
    const sum = body.local("i32");
    body.block((done) => {
      body.loop((again) => {
        body.emit("local.get", n).emit("i32.eqz").emit("br_if", done);
        body.emit("local.get", sum).emit("local.get", n).emit("i32.add").emit("local.set", sum);
        body.emit("local.get", n).emit("i32.const", 1).emit("i32.sub").emit("local.set", n);
        body.emit("br", again);
      });
    });
    body.emit("local.get", sum).emit("i32.const", 10).emit("i32.gt_u");
    body.if(
      () => body.emit("local.get", sum),
      () => body.emit("i32.const", -1),
      "i32",
    );
    const { sum: f } = instantiate(m);
    assert.deepEqual([f!(10), f!(2)], [55, -1]);
  });

  it("writes globals", () => {
    const m = new ModuleEncoder();
    const global = m.importGlobal("", "g", "i32", true);
    const { func, body } = m.func(m.type([], []));
    body.emit("global.get", global).emit("i32.const", 2).emit("i32.mul").emit("global.set", global);
    m.export("double", func);
    const g = new WebAssembly.Global({ value: "i32", mutable: true }, 21);
    instantiate(m, { "": { g } })["double"]!();
    assert.equal(g.value, 42);
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
    body.emit("local.get", body.param(0)).emit("i64.load", { memory, offset: 8 });
    m.export("f", func);
    assert.equal(instantiate(m)["f"]!(16n, -5n), -5n);
  });

  it("catches exceptions", { skip: !exceptions }, () => {
    const m = new ModuleEncoder();
    const callee = m.importFunc("", "f", m.type([], []));
    const { func, body } = m.func(m.type([], ["i32"]));
    body.block((caught) => {
      body.tryTable(caught, () => body.emit("call", callee));
      body.emit("i32.const", 0).emit("return");
    });
    body.emit("i32.const", -1);
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
    m.importGlobal("a", "g", "funcref", false);
    m.export("m", m.memory({ min: 1, max: 3 }));
    const bytes = m.finish();
    const { imports, exports } = readModule(bytes, { start: 0, end: bytes.length }, new CoreTypeInterner());
    const type = { kind: "ref", nullable: true, heap: { kind: "abstract", type: "func", shared: false } };
    assert.deepEqual(imports[0]!.type, { kind: "global", type, mutable: false, shared: false });
    const limits = { min: 1n, max: 3n, shared: false, index: "i32" };
    assert.deepEqual(exports, [{ name: "m", type: { kind: "memory", limits, pageSizeLog2: 16 } }]);
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
