/**
 * The reference against the official scripts, as far as they are about synchronous functions: whoever is to judge others
 * must be judged first.
 *
 * Why something trapped is worded by gantry, so here a trap is a trap.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { officialScripts } from "../../scripts/official-scripts.ts";
import { runScript } from "../../src/wast/run.ts";
import { assembleScript, readScript } from "../../src/wast/script.ts";
import { scriptsIn } from "../../src/wast/suite.ts";
import { createHost } from "./wast-host.ts";

/** What the reference does not speak of fails with these words. */
const leavesOut = (reason = ""): boolean => reason.includes("the reference leaves out");

process.env["WAST_STRICT_COMPONENT_INDICES"] ??= "1";

for (const part of ["values", "linking", "resources"]) {
  const scripts = existsSync(resolve(officialScripts, part)) ? scriptsIn(resolve(officialScripts, part)) : [];
  if (scripts.length === 0) test(part, { skip: `there are no official scripts in ${officialScripts}` });
  for (const { name, text } of scripts) {
    test(`${part}/${name}`, async () => {
      const script = await assembleScript(readScript(text), parse);
      const wordless = script.map((directive) =>
        directive.kind === "assert_trap" ? { ...directive, message: "" } : directive,
      );
      const outcomes = await runScript(wordless, createHost(), { timeLimit: 10_000 });
      const failed = outcomes.filter(({ status }) => status === "failed").filter(({ reason }) => !leavesOut(reason));
      assert.deepEqual(
        failed.map(({ line, reason }) => `${line}: ${reason}`),
        [],
      );
    });
  }
}
