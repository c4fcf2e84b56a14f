import assert from "node:assert/strict";
import { test } from "node:test";
import { runFiles } from "../../../src/wast/files.ts";
import { ending } from "../ending.ts";

const hostModule = new URL(`./fake-host${ending}`, import.meta.url);
const assemble = async (text: string) => new TextEncoder().encode(text.replace(/^\(component (.*) \)$/, "$1"));
const options = { assemble, hostModule, hostOptions: { features: "all", tier: undefined }, timeLimit: 300 } as const;

const run = async (text: string) =>
  (await runFiles([{ name: "a.wast", text }], options))[0]!.outcomes.map((o) => o.reason ?? o.status);

test("results come in the order of the files", async () => {
  const results = await runFiles(
    [
      { name: "a.wast", text: '(component quote "ok")' },
      { name: "b.wast", text: '(component quote "compile validate no")' },
      { name: "c.wast", text: "(component" },
    ],
    options,
  );
  assert.deepEqual(
    results.map(({ file, outcomes }) => [file, ...outcomes.map((o) => o.status)]),
    [
      ["a.wast", "passed"],
      ["b.wast", "failed"],
      ["c.wast", "failed"],
    ],
  );
  assert.match(results[2]!.outcomes[0]!.reason!, /never closed/);
});

test("an endless loop fails alone", async () => {
  const reasons = await run(`
    (component quote "ok")
    (assert_return (invoke "loop"))
    (component quote "ok")
    (assert_return (invoke "id" (u32.const 1)) (u32.const 1))`);
  assert.deepEqual(reasons, ["passed", "timed out after 0.3 s", "passed", "passed"]);
});

test("a fault in the background fails the directive during which it happens", async () => {
  const reasons = await run(`
    (component quote "ok")
    (assert_return (invoke "crash"))
    (component quote "ok")`);
  assert.equal(reasons[0], "passed");
  assert.match(reasons[1]!, /it ended the thread: (TypeError: )?from the background/);
  assert.equal(reasons[2], "passed");
});
