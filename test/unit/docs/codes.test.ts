/** docs/api.md lists the codes of errors, docs/traps.md those of traps with their messages: all that there are. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { asyncTrapMessages } from "../../../src/errors/async-messages.ts";
import { trapMessages } from "../../../src/errors/messages.ts";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/api.md", root), "utf8");

test("every code is told with its phase", () => {
  const rows = new Map([...page.matchAll(/^ *\| `(\w+)` \| (.*) \|$/gm)].map(([, phase, codes]) => [phase, codes!]));
  let found = 0;
  let sources = "";
  for (const file of readdirSync(new URL("src", root), { encoding: "utf8", recursive: true })) {
    if (!/\.[jt]s$/.test(file)) continue;
    const source = readFileSync(new URL(`src/${file}`, root), "utf8");
    sources += source;
    for (const [, phase, code] of source.matchAll(/new ComponentError\(\s*"(\w+)",\s*"([\w-]+)"/g)) {
      found++;
      assert.ok(rows.get(phase)?.includes(`\`${code}\``) || code! in trapMessages, `${phase} ${code} of ${file}`);
    }
    for (const [, rule] of file.startsWith("validate/") ? source.matchAll(/\bfail\(\s*"([\w-]+)"/g) : []) {
      assert.ok(rows.get("validate")?.includes(`\`${rule}\``), `validate ${rule} of ${file}`);
    }
  }
  assert.ok(found > 20, "errors are made in another way");
  for (const [, code] of [...rows.values()].join().matchAll(/`([a-z-]+)`/g)) {
    assert.ok(new RegExp(`"${code}"|\\b${code}:`).test(sources), `nothing has the code ${code}`);
  }
});

test("every trap is explained, with its message", () => {
  const traps = readFileSync(new URL("docs/traps.md", root), "utf8");
  const told = [...traps.matchAll(/^\| `([\w-]+)` \| (`+)(.*?)\2 \| .+ \|$/gm)];
  const explained = new Map(told.map(([, code, , message]) => [code!, message!.trim()]));
  /** Whatever a message is made of. */
  const anything = new Proxy({}, { get: () => "…" }) as never;
  const messages: Record<string, (words: never) => string> = { ...trapMessages, ...asyncTrapMessages };
  for (const [code, message] of Object.entries(messages)) {
    assert.equal(explained.get(code), message(anything), code);
    explained.delete(code);
  }
  assert.deepEqual([...explained.keys()], ["host-error", "uncaught-exception", "stack-overflow", "deadlock"]);
});
