/** docs/api.md names all that the package's entry points export, but for those whose interface may change. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ending } from "../ending.ts";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/api.md", root), "utf8");
const named = new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code!.match(/\w+/g) ?? []));

for (const entry of ["index", "async", "wasi/index", "wast/index"]) {
  test(`what ${entry} exports is documented`, () => {
    const source = readFileSync(new URL(`src/${entry}${ending}`, root), "utf8");
    const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(","));
    const own = [...source.matchAll(/^export (?:function|class|const|interface|type) (\w+)/gm)].map(
      ([, name]) => name!,
    );
    const names = [...lists.map((item) => item.replace(/\btype\b/, "").trim()), ...own].filter((name) => name !== "");
    assert.ok(names.length > 0, "exports look otherwise");
    assert.deepEqual(
      names.filter((name) => !named.has(name)),
      [],
    );
  });
}
