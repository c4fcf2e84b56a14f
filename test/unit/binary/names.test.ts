import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeComponent } from "../../../src/binary/component.ts";
import { readComponentNames } from "../../../src/binary/names.ts";
import { assemble } from "./samples.ts";

const text = (s: string) => [...new TextEncoder().encode(s)];
const prefixed = (bytes: number[]) => [bytes.length, ...bytes];

/** The names of a component with these contents in its name section, or in several. */
function names(...contents: number[][]) {
  const sections = contents.flatMap((content) => [0, ...prefixed([...prefixed(text("component-name")), ...content])]);
  const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...sections]);
  const { component, items } = readComponentNames(bytes, decodeComponent(bytes));
  return { component, items: Object.fromEntries([...items].map(([sort, map]) => [sort, Object.fromEntries(map)])) };
}

const named = [0, ...prefixed(prefixed(text("it")))];
const funcs = [1, ...prefixed([0x01, 2, 0, ...prefixed(text("f")), 3, ...prefixed(text("g"))])];
const modules = [1, ...prefixed([0x00, 0x11, 1, 0, ...prefixed(text("m"))])];
const all = { component: "it", items: { func: { 0: "f", 3: "g" }, "core module": { 0: "m" } } };

describe("readComponentNames", () => {
  it("reads what the assembler writes", async () => {
    const bytes = await assemble("linking");
    const { component, items } = readComponentNames(bytes, decodeComponent(bytes));
    assert.equal(component, "linking");
    assert.equal(items.get("instance")?.get(0), "face");
    assert.equal(items.get("component")?.get(1), "inner");
  });
  it("reads all kinds of subsection", () => assert.deepEqual(names([...named, ...funcs, ...modules]), all));
  it("passes over unknown subsections", () =>
    assert.deepEqual(names([...named, 9, 2, 1, 2, ...funcs, ...modules]), all));
  it("reads several sections", () => assert.deepEqual(names([...named, ...funcs], [...modules]), all));
  it("has none for a component without the section", () =>
    assert.deepEqual(names(), { component: undefined, items: {} }));
  it("never fails", () => {
    assert.deepEqual(names([0xff, 0xfe, 0x01], [0x99]), { component: undefined, items: {} });
    assert.deepEqual(names([...named, 1, 3, 0x07, 1, 0]), { component: "it", items: {} });
    assert.deepEqual(names([0, 3, 2, 0xff, 0xfe, ...funcs]), { component: undefined, items: {} });
    const whole = [...named, ...funcs, ...modules];
    for (let length = 0; length < whole.length; length++) names(whole.slice(0, length));
  });
});
