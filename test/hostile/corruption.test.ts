/**
 * Components cut short or with a byte changed: each is refused with a `ComponentError`, or loads.
 *
 * Small fixtures are tried at every byte, large ones at a stride that varies with the run's seed. Whatever still loads is
 * linked as well. A changed byte in core code can make a guest loop, which is its right, so nothing is called here; all
 * the work before a call must end, and must not take memory out of proportion to its input.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Component, ComponentError, Linker } from "../../src/index.ts";
import { wasi } from "../../src/wasi/index.ts";
import { picker } from "../random.ts";
import { collectGarbage } from "../unit/embed/guests.ts";

const seed = Number(process.env["GANTRY_SEED"] ?? 1);
/** How many positions of a fixture are tried at the most. */
const TRIES = 4000;

const fixtures = [
  "examples/hello/hello.wasm",
  "test/fixtures/composed/composed.wasm",
  "test/fixtures/plugin/plugin.wasm",
  "test/fixtures/files/files.wasm",
];

function positions(length: number, below: (limit: number) => number): number[] {
  if (length <= TRIES) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: TRIES }, () => below(length));
}

/** Loads and links; returns whether that went well. Anything but a `ComponentError` is rethrown with what led to it. */
function attempt(bytes: Uint8Array<ArrayBuffer>, what: string): boolean {
  try {
    const component = Component.compileSync(bytes);
    try {
      wasi({}).linker(new Linker()).instantiateSync(component);
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
    }
    return true;
  } catch (error) {
    if (error instanceof ComponentError) return false;
    throw new Error(`${what}: ${error}`, { cause: error });
  }
}

for (const file of fixtures) {
  const whole = new Uint8Array(readFileSync(file));

  test(`${file}, cut short`, () => {
    let loaded = 0;
    for (const length of positions(whole.length, picker(seed))) {
      if (attempt(whole.slice(0, length), `${file} cut to ${length} bytes`)) loaded++;
    }
    // A cut between two sections leaves a component with fewer exports; there are few such places.
    assert.ok(loaded < 120, `${loaded} of the cut components loaded`);
  });

  test(`${file}, one byte changed`, () => {
    const below = picker(seed + 1);
    let refused = 0;
    for (const at of positions(whole.length, below)) {
      const changed = whole.slice();
      changed[at] = (changed[at]! + 1 + below(255)) & 0xff;
      if (!attempt(changed, `${file} with byte ${at} set to ${changed[at]}`)) refused++;
    }
    assert.ok(refused > 0);
  });
}

test("nothing is kept of broken components", async () => {
  const bytes = new Uint8Array(readFileSync("test/fixtures/plugin/plugin.wasm"));
  const below = picker(seed + 2);
  const attempts = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      const changed = bytes.slice();
      changed[below(changed.length)] = below(256);
      attempt(changed, "changed");
    }
    await collectGarbage();
    await collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  // Code and tables that are made once are made by the first.
  const before = await attempts(100);
  const after = await attempts(200);
  assert.ok(
    after - before < 20 * bytes.length,
    `${after - before} bytes were kept, of inputs of ${bytes.length} bytes`,
  );
});
