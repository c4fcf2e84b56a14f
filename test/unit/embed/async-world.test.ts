import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { bundle } from "../../../scripts/bundle.ts";
import { importOf } from "../ending.ts";
import { guestText } from "./async-guests.ts";

const asynchronous =
  /(?<!plan\/)async-(?!world)|-async|\/(scheduler|task|subtask|thread|fiber|waitable|streams?|futures?|buffers|copy-|host-|suspension|occupied|passage|quantum|next-turn|stream-source|shims|error-context-)/;

/** What only they use of other rooms. */
const usedByThem = /\/plan\/blocking/;

for (const entry of ["src/index.ts", "src/runtime/index.ts"]) {
  test(`${entry} imports nothing asynchronous but by import()`, {
    skip: "bun" in process.versions,
  }, async () => {
    const { first, later } = await bundle(entry);
    assert.deepEqual(
      first.files.filter((file) => asynchronous.test(file)),
      [],
    );
    assert.deepEqual(
      later.files.filter((file) => !asynchronous.test(file) && !usedByThem.test(file)),
      [],
    );
  });
}

test("what is loaded at first is all needed at first", { skip: "bun" in process.versions }, async () => {
  const entry = "src/index.ts";
  const [{ first: split }, { first: alone }] = [await bundle(entry), await bundle(entry, true)];
  // Bundlers cut files: a function in a file of the first part stays there, whoever calls it.
  const more = split.unjoined - alone.unjoined;
  assert.ok(more < 200, `${more} bytes are there for later parts alone`);
});

const plain = guestText({
  imports: { get: { core: "(result i32)", is: "(result u32)" } },
  exports: { got: { is: "(result u32)" } },
  code: `(func (export "got") (result i32) (call $get))`,
});

const async = guestText({
  builtins: { return: { core: "(param i32)", is: "task.return (result u32)" } },
  exports: { answer: { is: "async (result u32)", with: `async (callback (core func $m "event"))` } },
  code: `
    (func (export "answer") (result i32) (call $return (i32.const 42)) (i32.const 0))
    (func (export "event") (param i32 i32 i32) (result i32) (unreachable))`,
});

async function run(program: string): Promise<string> {
  const bytes = async (text: string) => `Buffer.from("${Buffer.from(await parse(text)).toString("base64")}", "base64")`;
  const all = `
    const { Component, Linker, blocking } = ${importOf("../../../src/index", import.meta.url)};
    const plain = ${await bytes(plain)};
    const async = ${await bytes(async)};
    const linker = new Linker().define("get", () => 1);
    const codeOf = (action) => { try { action(); return "none"; } catch (error) { return error.code; } };
    ${program}`;
  const args = "deno" in process.versions ? ["eval", all] : ["--input-type=module", "--eval", all];
  return execFileSync(process.execPath, args, { encoding: "utf8" });
}

test("what asynchronous components need is loaded by the first `await` for one, and not before", async () => {
  const printed = await run(`
    const { exports } = await linker.instantiate(await Component.compile(plain));
    const early = Component.compileSync(async);
    console.log(exports.got(), codeOf(() => linker.instantiateSync(early)));
    await Component.compile(async);
    console.log(await linker.instantiateSync(early).exports.answer());`);
  assert.equal(printed, "1 async-not-loaded\n42\n");
});

test("slots that belong to no task are not asynchronous", async () => {
  const slots = guestText({
    builtins: { slot: { core: "(result i32)", is: "context.get i32 0" } },
    exports: { slot: { is: "(result u32)" } },
    code: `(func (export "slot") (result i32) (call $slot))`,
  });
  const bytes = Buffer.from(await parse(slots)).toString("base64");
  const printed = await run(`
    const component = await Component.compile(Buffer.from("${bytes}", "base64"));
    console.log((await linker.instantiate(component)).exports.slot());
    console.log(codeOf(() => linker.instantiateSync(Component.compileSync(async))));`);
  assert.equal(printed, "0\nasync-not-loaded\n");
});

test("who cannot wait brings along what asynchronous components need", async () => {
  const printed = await run(`
    const { loadAsync } = ${importOf("../../../src/async", import.meta.url)};
    loadAsync();
    console.log(await linker.instantiateSync(Component.compileSync(async)).exports.answer());`);
  assert.equal(printed, "42\n");
});

test("instantiating loads what functions that may wait need, too", async () => {
  const printed = await run(`
    const waiting = new Linker().define("get", blocking(async () => 2));
    const component = Component.compileSync(plain);
    console.log(codeOf(() => waiting.instantiateSync(component)));
    const instance = await waiting.instantiate(component);
    console.log(codeOf(() => waiting.instantiateSync(component)));
    console.log(await (await linker.instantiate(Component.compileSync(async))).exports.answer());`);
  assert.equal(printed, "async-not-loaded\nnone\n42\n");
});
