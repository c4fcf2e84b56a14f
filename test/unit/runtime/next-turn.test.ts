import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { ending } from "../ending.ts";

const url = JSON.stringify(new URL(`../../../src/runtime/next-turn${ending}`, import.meta.url).href);

/** What a process prints that does this. */
function run(code: string): string {
  const source = `${code} const { nextTurn } = await import(${url}); const say = console.log;`;
  const rest = `
    setTimeout(() => say("timer"), 0).unref();
    const turn = nextTurn(false); turn.promise.then(() => say("unref"));
    const other = nextTurn(true); other.promise.then(() => say("ref"));
    await other.promise;
    (async () => { for (;;) await nextTurn(false).promise; })();`;
  const args = "deno" in process.versions ? ["eval", source + rest] : ["--input-type=module", "-e", source + rest];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 20_000,
  });
  return `${stdout}${status}`;
}

test("a turn comes, and keeps the process alive if it is to", () => {
  // Without `setImmediate` there are only browsers, which have no process; Node is the one to show that this works, too.
  const others = "deno" in process.versions || "bun" in process.versions;
  for (const code of others ? [""] : ["", "delete globalThis.setImmediate;"]) {
    const lines = run(code).split("\n");
    assert.ok(lines.includes("unref") && lines.includes("ref"), `${code} ${lines}`);
    assert.equal(lines.at(-1), "0", code);
  }
});
