/**
 * Runs the examples of docs/values.md. Its `wit` fences together are the world of a component that is made here, all of
 * whose functions pass what they get to an import of the same name; those marked `plugin` quote the plugin of
 * test/fixtures.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { componentEmbed, componentNew, parse, print } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, Linker, ResultError, views } from "../../../src/index.ts";
import { fencesOf, run } from "./page.ts";

const fences = fencesOf("values.md");
const texts = (info: string): string[] => fences.filter((fence) => fence.info === info).map(({ text }) => text);

const camelCase = (label: string): string => label.replace(/-(.)/g, (_, c: string) => c.toUpperCase());

// ---- The component

/** A component that exports each function of the page and imports one of the same type, to which it passes everything. */
async function echoComponent(): Promise<Uint8Array<ArrayBuffer>> {
  const items = texts("wit")
    .join("")
    .split(/\n(?=\S)/);
  const world = items.map((item) => {
    const name = /^([\w-]+): func/.exec(item)?.[1];
    return name === undefined ? item : `import ${item}\nexport ${item}`;
  });
  const witSource = `package docs:values;\nworld values {\n${world.join("\n")}\n}`;
  const dummy = await print(await componentEmbed({ witSource, dummy: true } as never));
  return Uint8Array.from(await componentNew(await parse(passOn(dummy)), []));
}

/** Gives bodies to the functions of a core module that has all of them but those. */
function passOn(wat: string): string {
  const params = (type: string): number =>
    (/\(param ([^)]*)\)/.exec(new RegExp(`^ *\\(type \\(;${type};\\) \\(func(.*)$`, "m").exec(wat)![1]!)?.[1] ?? "")
      .split(" ")
      .filter(Boolean).length;
  const imports = new Map(
    [...wat.matchAll(/\(import "cm32p2" "([^"]+)" \(func \(;(\d+);\) \(type (\d+)\)\)\)/g)].map(
      ([, name, index, type]) => [name!, { index: index!, params: params(type!) }],
    ),
  );
  const exports = new Map(
    [...wat.matchAll(/\(export "cm32p2\|\|([^"]+)" \(func (\d+)\)\)/g)].map(([, name, index]) => [index!, name!]),
  );
  const realloc = /\(export "cm32p2_realloc" \(func (\d+)\)\)/.exec(wat)![1]!;
  return wat
    .replace(/\(memory \(;0;\) 0\)/, "(memory (;0;) 2) (global $next (mut i32) (i32.const 1024))")
    .replace(
      /^( *\(func \(;(\d+);\) \(type (\d+)\)[^\n]*)\n *unreachable\n/gm,
      (_, head: string, index: string, type: string) => {
        if (index === realloc) return `${head}\n${bump}\n`;
        const { index: callee, params: wanted } = imports.get(exports.get(index)!)!;
        const given = Array.from({ length: params(type) }, (_, i) => `local.get ${i}`).join(" ");
        // Results that are not one core value are written where the last parameter points, and returned as a pointer.
        return wanted > params(type)
          ? `${head}\n${given} i32.const 512 call ${callee} i32.const 512\n`
          : `${head}\n${given} call ${callee}\n`;
      },
    );
}

const bump = `
  global.get $next local.get 2 i32.add i32.const 1 i32.sub i32.const 0 local.get 2 i32.sub i32.and global.set $next
  global.get $next
  global.get $next local.get 3 i32.add global.set $next`;

// ---- The examples

/** What the page gives to components. */
const host: Record<string, unknown> = {};
for (const fence of fences) if (fence.info === "js host") await run(fence, { host, ResultError, views });

test("the examples of values give what they say, with generated code and without", async () => {
  const bytes = await echoComponent();
  for (const tier of ["jit", "evaluate"] as const) {
    await runExamples(await Component.compile(bytes, { features: ["fixed-length-lists"], tier }));
  }
});

async function runExamples(component: Component): Promise<void> {
  for (const fence of fences.filter(({ info }) => info === "js")) {
    let linker = new Linker();
    for (const { name, kind } of component.imports) {
      if (kind === "func") linker = linker.define(name, (host[camelCase(name)] ?? echo) as () => unknown);
    }
    const instance = await linker.instantiate(component);
    await run(fence, { ...instance.exports, instance });
  }
}

const echo = (v: unknown): unknown => v;

test("so do those of resources", async () => {
  const bytes = readFileSync(new URL("../../fixtures/plugin/plugin.wasm", import.meta.url));
  const unused = () => assert.fail("not in the examples");
  const functions = ["log", "parseNumber", "describe", "middle", "archive", "revise", "total"];
  const items = {
    Channel: Object.assign(host["Channel"] as object, { join: unused }),
    ...Object.fromEntries(functions.map((name) => [name, unused])),
  };
  const definitions: Record<string, object> = { "example:plugin/host@1.0.0": items, now: unused };
  let linker = new Linker();
  for (const [name, given] of Object.entries(definitions)) linker = linker.define(name, given);
  const component = await Component.compile(bytes);
  const instance = await linker.instantiate(component);
  const api = (instance.exports as Record<string, Record<string, unknown>>)["example:plugin/api@1.0.0"]!;
  for (const fence of fences.filter(({ info }) => info === "js plugin")) await run(fence, { ...api, host });
});

test("the page quotes the plugin's WIT", () => {
  const wit = readFileSync(new URL("../../fixtures/plugin/plugin.wit", import.meta.url), "utf8");
  const lines = new Set(wit.split("\n").map((text) => text.trim()));
  for (const text of texts("wit plugin").join("").split("\n")) assert.ok(lines.has(text.trim()), text);
});
