/**
 * Runs the examples of docs/values.md. Its `wit` fences together are the world of a component that is made here, all of
 * whose functions pass what they get to an import of the same name; those marked `plugin` quote the plugin of
 * test/fixtures.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Component, Linker, ResultError, views } from "../../../src/index.ts";
import { echoComponent } from "../embed/echo.ts";
import { fencesOf, run } from "./page.ts";

const fences = fencesOf("values.md");
const texts = (info: string): string[] => fences.filter((fence) => fence.info === info).map(({ text }) => text);

const camelCase = (label: string): string => label.replace(/-(.)/g, (_, c: string) => c.toUpperCase());

// ---- The examples

/** What the page gives to components. */
const host: Record<string, unknown> = {};
for (const fence of fences) if (fence.info === "js host") await run(fence, { host, ResultError, views });

test("the examples of values give what they say, with generated code and without", async () => {
  const bytes = await echoComponent(texts("wit").join(""));
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

test("the examples of resources give what they say", async () => {
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
