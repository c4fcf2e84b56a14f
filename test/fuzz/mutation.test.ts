/**
 * Some changes to each of the valid components that there are, always the same; `npm run fuzz -- --mutate` makes others.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { officialScripts } from "../../scripts/official-scripts.ts";
import { Random, seedOf } from "../random.ts";
import { fixtureSamples, type Sample, scriptSamples } from "./corpus.ts";
import { attempt, runMutation } from "./mutation.ts";
import { report } from "./report.ts";

async function change(samples: readonly Sample[], times: number): Promise<void> {
  let accepted = 0;
  for (let i = 0; i < times * samples.length; i++) {
    const seed = seedOf(2, i);
    const random = new Random(seed);
    const sample = samples[i % samples.length]!;
    const { verdict, failure } = runMutation(random, sample, samples);
    if (verdict === "accepted") accepted++;
    if (failure === undefined) continue;
    assert.fail(
      await report({ ...failure, name: `mutation-${seed}`, command: `node --test test/fuzz/mutation.test.ts` }),
    );
  }
  assert.ok(accepted > 0, "no change was ever valid");
}

test("a changed fixture is refused, or can be run", () => change(fixtureSamples(), 40));

const missing = existsSync(officialScripts) ? false : `there are no official scripts in ${officialScripts}`;
test("a changed component of the official scripts is refused, or can be run", { skip: missing }, async () => {
  const samples = await scriptSamples();
  assert.ok(samples.length > 100);
  await change(samples, 20);
});

test("what is as it was is accepted", async () => {
  for (const sample of [...fixtureSamples(), ...(await scriptSamples())]) {
    assert.equal(attempt(new Uint8Array(sample.bytes), sample, "jit"), "accepted", sample.name);
  }
});
