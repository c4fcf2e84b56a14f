/** docs/api.md lists the proposals, and which are on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { features } from "../../../src/validate/features.ts";

const page = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");

test("features are documented as they are", () => {
  const told = [...page.matchAll(/^\| `([\w-]+)` \| (on|off) \| .+ \|$/gm)].map(([, name, state]) => [name, state]);
  const actual = Object.entries(features).map(([name, row]) => [name, row.default ? "on" : "off"]);
  assert.deepEqual(told, actual);
});
