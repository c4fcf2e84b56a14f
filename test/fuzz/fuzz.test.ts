/**
 * Some cases of each fuzzer, always the same; `npm run fuzz` runs others, and more of them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedOf } from "../random.ts";
import { memory64, runCase } from "./fuzz.ts";
import { report } from "./report.ts";

const CASES = 50;

test(`the reference and gantry agree in ${CASES} cases`, {
  skip: memory64 ? false : "64-bit memories are not known here",
}, async () => {
  let steps = 0;
  let traps = 0;
  for (let i = 0; i < CASES; i++) {
    const seed = seedOf(1, i);
    const result = runCase(seed);
    steps += result.steps;
    traps += result.traps;
    if (result.failure === undefined) continue;
    assert.fail(await report({ ...result.failure, name: `fuzz-${seed}`, command: `npm run fuzz -- --case ${seed}` }));
  }
  assert.ok(steps >= 4 * CASES, "hardly anything was done");
  assert.ok(traps > CASES / 2 && traps < steps / 2, `${traps} of ${steps} steps trapped`);
});
