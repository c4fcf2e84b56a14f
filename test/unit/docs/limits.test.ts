/** docs/limits.md tells all limits, and as they are. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as binary from "../../../src/binary/limits.ts";
import * as plan from "../../../src/plan/limits.ts";
import * as runtime from "../../../src/runtime/limits.ts";
import * as validate from "../../../src/validate/limits.ts";
import * as wasm from "../../../src/wasm/limits.ts";

const page = readFileSync(new URL("../../../docs/limits.md", import.meta.url), "utf8");
const told = new Map(
  [...page.matchAll(/^\| .* \| ([\d,]+) \| `([\w.]+)` \|$/gm)].map(({ 1: number, 2: name }) => [
    name!,
    Number(number!.replaceAll(",", "")),
  ]),
);

function of(name: string, values: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]);
}

test("limits are documented as they are", () => {
  const { nameLength } = wasm;
  const { maxTypeNesting, maxItems, maxIndexSpace } = validate;
  const limits = [
    ...Object.entries({ nameLength, ...binary, ...runtime, maxTypeNesting }),
    ...of("maxItems", maxItems),
    ...Object.entries({ maxIndexSpace }),
    ...of("limits", plan.limits),
  ];
  assert.deepEqual(told, new Map(limits));
});

test("the work that types may make is documented as it is", () => {
  assert.equal(validate.maxTypeWork(0), 1_000_000);
  assert.equal(validate.maxTypeWork(1) - validate.maxTypeWork(0), 16);
});
