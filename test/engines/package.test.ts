/** The package as it is built, used by a program and from the command line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exercise, type Fixture } from "../browser/exercise.ts";

const root = new URL("../../", import.meta.url);
const fixtures: Readonly<Record<Fixture, string>> = {
  plugin: "test/fixtures/plugin/plugin.wasm",
  composed: "test/fixtures/composed/composed.wasm",
  greeter: "examples/greeter/greeter.wasm",
};
// Types come from the sources: what is built may not be there yet when this is checked.
const gantry = (await import(new URL("dist/index.js", root).href)) as typeof import("../../src/index.ts");
const { wasi } = (await import(new URL("dist/wasi/index.js", root).href)) as typeof import("../../src/wasi/index.ts");

for (const tier of ["jit", "evaluate"] as const) {
  const checks = await exercise({ gantry, tier, load: (fixture) => readFile(new URL(fixtures[fixture], root)) });
  describe(`embedded, ${tier}`, () => {
    for (const { name, failure } of checks) test(name, () => assert.equal(failure, undefined));
  });

  test(`a WASI command, ${tier}`, async () => {
    const component = await gantry.Component.compile(await readFile(new URL("examples/hello/hello.wasm", root)), {
      tier,
    });
    const output: Uint8Array[] = [];
    const host = wasi({ args: ["hello", "Ann"], stdout: (chunk) => void output.push(chunk) });
    assert.equal(host.run(await host.linker().instantiate(component)), 0);
    assert.match(Buffer.concat(output).toString(), /^Hello, Ann!\n/);
  });
}

test("the built command runs a program", () => {
  const command = fileURLToPath(new URL("dist/cli/main.js", root));
  const guest = fileURLToPath(new URL("examples/hello/hello.wasm", root));
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, "run", guest, "Ann", "Bob"], {
    encoding: "utf8",
  });
  assert.deepEqual([stderr, status], ["", 0]);
  assert.match(stdout, /^Hello, Ann and Bob!\n/);
});
