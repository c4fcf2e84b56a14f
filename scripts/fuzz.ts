/**
 * `npm run fuzz -- --minutes N --seed S`: differential fuzzing against the reference, for as long as wanted.
 *
 *   --minutes N    how long; 1 unless given
 *   --seed S       where to begin; from the clock unless given
 *   --case C       only this case, as a failure names it
 *   --mutate       change bytes of valid components instead
 *   --keep-going   do not stop at the first failure
 *
 * What goes wrong is saved under .tmp/, and said with the command that does it again.
 */
import { parseArgs } from "node:util";
import { fixtureSamples, scriptSamples } from "../test/fuzz/corpus.ts";
import { runCase } from "../test/fuzz/fuzz.ts";
import { runMutation } from "../test/fuzz/mutation.ts";
import { type Finding, report } from "../test/fuzz/report.ts";
import { Random, seedOf } from "../test/random.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    case: { type: "string" },
    mutate: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
  },
});

/** Runs one case; what it is a case of, `describe` says at the end. */
interface Fuzzer {
  run(seed: number): Finding | undefined;
  describe(): string;
}

function differential(): Fuzzer {
  let steps = 0;
  let traps = 0;
  return {
    run(seed) {
      const result = runCase(seed);
      steps += result.steps;
      traps += result.traps;
      const { failure } = result;
      if (failure === undefined) return undefined;
      return { ...failure, name: `fuzz-${seed}`, command: `npm run fuzz -- --case ${seed}` };
    },
    describe: () => `${steps} steps, of which ${traps} trapped`,
  };
}

async function mutation(): Promise<Fuzzer> {
  const samples = [...(await scriptSamples()), ...fixtureSamples()];
  let accepted = 0;
  return {
    run(seed) {
      const random = new Random(seed);
      const sample = random.pick(samples);
      const { verdict, failure } = runMutation(random, sample, samples);
      if (verdict === "accepted") accepted++;
      if (failure === undefined) return undefined;
      const description = `${sample.name}, changed: ${failure.description}`;
      return { ...failure, description, name: `mutation-${seed}`, command: `npm run fuzz -- --mutate --case ${seed}` };
    },
    describe: () => `of ${samples.length} components; ${accepted} were still valid`,
  };
}

async function main(): Promise<number> {
  const fuzzer = options.mutate ? await mutation() : differential();
  const failed = async (finding: Finding) => console.log(`${await report(finding)}\n`);
  if (options.case !== undefined) {
    const finding = fuzzer.run(Number(options.case));
    if (finding !== undefined) await failed(finding);
    else console.log("nothing goes wrong");
    return finding === undefined ? 0 : 1;
  }
  const seed = options.seed === undefined ? Date.now() >>> 0 : Number(options.seed);
  const end = performance.now() + Number(options.minutes) * 60_000;
  let cases = 0;
  let failures = 0;
  for (; performance.now() < end && (failures === 0 || options["keep-going"]); cases++) {
    const finding = fuzzer.run(seedOf(seed, cases));
    if (finding === undefined) continue;
    failures++;
    await failed(finding);
  }
  console.log(`seed ${seed}: ${cases} cases, ${failures} failures; ${fuzzer.describe()}`);
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
