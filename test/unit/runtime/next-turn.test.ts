import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const url = JSON.stringify(
  new URL(`../../../src/runtime/next-turn.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url).href,
);

/** What a process prints that does this. */
function run(code: string): string {
  const source = `${code} const { nextTurn } = await import(${url}); const say = console.log;`;
  const rest = `
    setTimeout(() => say("timer"), 0).unref();
    const turn = nextTurn(false); turn.promise.then(() => say("unref"));
    const other = nextTurn(true); other.promise.then(() => say("ref"));
    await other.promise;
    (async () => { for (;;) await nextTurn(false).promise; })();`;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", source + rest], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return `${stdout}${status}`;
}

test("a turn comes, and keeps the process alive if it is to", () => {
  for (const code of ["", "delete globalThis.setImmediate;"]) {
    const lines = run(code).split("\n");
    assert.ok(lines.includes("unref") && lines.includes("ref"), `${code} ${lines}`);
    assert.equal(lines.at(-1), "0", code);
  }
});
