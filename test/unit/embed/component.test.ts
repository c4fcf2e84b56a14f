/** What components are made of, and what they are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";

const bytes = Uint8Array.from(await parse("(component)"));

/** `compile` for wrong arguments. */
const compile = (source: unknown, options?: unknown) => Component.compile(source as never, options as never);

test("bytes come in many ways", async () => {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const sources = [bytes, bytes.buffer, new DataView(bytes.buffer), shared, new Uint8Array(shared)];
  for (const source of [
    ...sources,
    Promise.resolve(bytes),
    new Response(bytes),
    Promise.resolve(new Response(bytes)),
  ]) {
    assert.ok((await compile(source)) instanceof Component);
  }
  for (const source of sources) assert.ok(Component.compileSync(source) instanceof Component);
});

test("bytes are read at once: what becomes of them afterwards is of no consequence", async () => {
  const given = bytes.slice();
  const component = compile(given);
  given.fill(0);
  assert.ok((await component) instanceof Component);
});

test("what is no bytes is refused, with what came and what to do", async () => {
  const cases: [source: unknown, message: RegExp][] = [
    ["plugin.wasm", /not from a string: read the file first, as with `await readFile\(…\)`, or pass `fetch\(…\)`$/],
    [new URL("file:///plugin.wasm"), /not from a URL: read the file first/],
    [new Blob([bytes]), /not from a Blob: pass what its `arrayBuffer\(\)` gives$/],
    [Promise.resolve("plugin.wasm"), /not from a string: read/],
    [[0, 97], /not from an array$/],
    [undefined, /not from undefined$/],
    [null, /not from null$/],
    [new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)), /not from a WebAssembly\.Module$/],
  ];
  for (const [source, message] of cases) await assert.rejects(compile(source), { name: "TypeError", message });
  assert.throws(() => Component.compileSync(Promise.resolve(bytes) as never), {
    name: "TypeError",
    message: "a component is an ArrayBuffer or a view of one, not a Promise: await it first",
  });
  await assert.rejects(compile(new Response("", { status: 404, statusText: "Not Found" })), {
    phase: "decode",
    code: "download",
    message: "the download failed: 404 Not Found",
  });
  const missing = Object.defineProperty(new Response("", { status: 404 }), "url", {
    value: "https://example.com/a.wasm",
  });
  await assert.rejects(compile(missing), { message: "the download of https://example.com/a.wasm failed: 404" });
});

test("options of another kind are refused by name", async () => {
  const cases: [options: unknown, message: RegExp][] = [
    [null, /the options of Component\.compile are an object, not null/],
    [{ feature: ["map"] }, /there is no option "feature" of Component\.compile; did you mean "features"\?/],
    [{ threads: true }, /there is no option "threads" of Component\.compile; there are features, tier, fuse/],
    [{ features: "async" }, /the option "features" is "all" or an array of names, not "async"/],
    [{ features: ["asink"] }, /there is no feature "asink"; there are async, map/],
    [{ features: [1] }, /there is no feature that is a number; there are/],
    [{ tier: "fast" }, /the option "tier" is "jit" or "evaluate", not "fast"/],
    [{ fuse: 1 }, /the option "fuse" is true or false, not 1/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(compile(bytes, options), { name: "TypeError", message });
    assert.throws(() => Component.compileSync(bytes, options as never), { name: "TypeError", message });
    assert.throws(() => Component.validate(bytes, options as never), { name: "TypeError", message });
  }
  assert.ok(await compile(bytes, { features: undefined, tier: undefined, fuse: undefined }));
});

test("core modules begin to be compiled before the last byte of a component has come", async (t) => {
  const component = Uint8Array.from(
    await parse(`(component (component (core module (func (export "f") (result i32) (i32.const 1)))) (core module
      (func (export "f") (result i32) (i32.const 42))) (core instance $i (instantiate 0))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))`),
  );
  const begun: Promise<WebAssembly.Module>[] = [];
  let resolve: () => void;
  const twoBegun = new Promise<void>((done) => {
    resolve = done;
  });
  const note = (module: Promise<WebAssembly.Module>) => {
    if (begun.push(module) === 2) resolve();
    return module;
  };
  const { compile: whole, compileStreaming: streaming } = WebAssembly;
  t.mock.method(WebAssembly, "compile", (bytes: BufferSource) => note(whole(bytes)));
  t.mock.method(WebAssembly, "compileStreaming", (source: Response) => note(streaming(source)));
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const byte of component.subarray(0, -1)) controller.enqueue(Uint8Array.of(byte));
      await twoBegun;
      controller.enqueue(component.subarray(-1));
      controller.close();
    },
  });
  const { exports } = await new Linker().instantiate(await Component.compile(new Response(body)));
  assert.equal((exports as { f(): number }).f(), 42);
  assert.equal(begun.length, 2, "no module is compiled twice");
});

test("of a component that is none, not many core modules are compiled", async (t) => {
  const { compile: whole } = WebAssembly;
  const compiled = t.mock.method(WebAssembly, "compile", (bytes: BufferSource) => whole(bytes));
  const module = [1, 8, 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const many = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...Array.from({ length: 1_000 }, () => module).flat()];
  await assert.rejects(Component.compile(Uint8Array.from([...many, 99, 0])), { phase: "decode" });
  assert.ok(compiled.mock.callCount() <= 100);
  await Component.compile(Uint8Array.from(many));
  assert.equal(compiled.mock.callCount(), 1_100);
});

test("a download that ends too early, or is no component, is told as the same bytes are", async () => {
  const module = await parse('(module (func (export "f")))');
  const component = Uint8Array.from(
    await parse(`(component (core module (func (export "f"))) (core instance (instantiate 0)))`),
  );
  const wrong = component.slice();
  // The last byte of the module's code section.
  wrong[component.length - 12] = 0xff;
  for (const bytes of [component.subarray(0, 30), module, wrong, new Uint8Array(100_000), component.subarray(0, 4)]) {
    const told = await Component.compile(bytes as Uint8Array<ArrayBuffer>).then(String, String);
    assert.equal(await Component.compile(new Response(bytes as Uint8Array<ArrayBuffer>)).then(String, String), told);
  }
});

test("a component is needed to be instantiated", async () => {
  const cases: [given: unknown, what: string][] = [
    [bytes, "a Uint8Array"],
    [Component.compile(bytes), "a Promise"],
    [undefined, "undefined"],
    [new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)), "a WebAssembly.Module"],
  ];
  for (const [given, what] of cases) {
    const error = {
      name: "TypeError",
      message: `a Component is needed, not ${what}: \`await Component.compile(bytes)\``,
    };
    assert.throws(() => new Linker().instantiateSync(given as never), error);
    await assert.rejects(new Linker().instantiate(given as never), error);
  }
  const Class = Component as unknown as new (given?: unknown) => unknown;
  for (const given of [undefined, null, bytes, {}]) {
    assert.throws(() => new Class(given), {
      name: "TypeError",
      message: "components are made with `await Component.compile(bytes)`",
    });
  }
});
