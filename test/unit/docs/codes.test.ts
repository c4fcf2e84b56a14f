/** docs/api.md lists the codes of errors: all that there are. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { trapMessages } from "../../../src/errors/messages.ts";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/api.md", root), "utf8");

test("every code is told with its phase", () => {
  const rows = new Map([...page.matchAll(/^ *\| `(\w+)` \| (.*) \|$/gm)].map(([, phase, codes]) => [phase, codes!]));
  let found = 0;
  for (const file of readdirSync(new URL("src", root), { encoding: "utf8", recursive: true })) {
    if (!/\.[jt]s$/.test(file)) continue;
    const source = readFileSync(new URL(`src/${file}`, root), "utf8");
    for (const [, phase, code] of source.matchAll(/new ComponentError\(\s*"(\w+)",\s*"([\w-]+)"/g)) {
      found++;
      assert.ok(rows.get(phase)?.includes(`\`${code}\``) || code! in trapMessages, `${phase} ${code} of ${file}`);
    }
  }
  assert.ok(found > 20, "errors are made in another way");
});
