/**
 * `node scripts/schedules.ts [FOLDER] [--seeds N] [--from SEED] [--filter TEXT] [--tier T]`: runs the scripts of FOLDER
 * (the official ones of async/ unless given) under N schedules each, chosen by chance from a seed. They must hold
 * under all of them. Prints each failure with the seed that repeats it.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findAssembler, scriptFeatures } from "../src/cli/wast.ts";
import { createHost } from "../src/wast/gantry-host.ts";
import { runScript } from "../src/wast/run.ts";
import { assembleScript, readScript } from "../src/wast/script.ts";
import { scriptsIn } from "../src/wast/suite.ts";
import { noOfficialScripts, officialScripts } from "./official-scripts.ts";

/**
 * Scripts that expect one order of several that the specification allows. (`Store.tick` there takes any thread that is
 * ready; RATIONALE.md tells what the script makes of it.)
 */
const ordered: ReadonlyMap<string, string> = new Map([
  [
    "async-calls-sync.wast",
    "it numbers tasks as they begin, and takes them to begin in the order of the calls; those that backpressure has held up may begin in any",
  ],
]);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    filter: { type: "string", default: "" },
    tier: { type: "string", default: "jit" },
  },
});
const folder = resolve(positionals[0] ?? join(officialScripts, "async"));
process.exitCode = existsSync(folder) ? await main() : missing();

function missing(): number {
  console.log(positionals[0] === undefined ? noOfficialScripts : `There are no scripts in ${folder}`);
  return positionals[0] === undefined ? 0 : 1;
}

async function main(): Promise<number> {
  const assemble = await findAssembler();
  const first = Number(options.from);
  let [passed, failed] = [0, 0];
  for (const { name, text } of scriptsIn(folder).filter((script) => script.name.includes(options.filter))) {
    const reason = ordered.get(name);
    if (reason !== undefined) {
      console.log(`${name} is left out: ${reason}`);
      continue;
    }
    const script = await assembleScript(readScript(text), assemble);
    for (let seed = first; seed < first + Number(options.seeds); seed++) {
      const host = createHost({ features: scriptFeatures, tier: options.tier as "jit" | "evaluate", seed });
      for (const { line, status, reason: why } of await runScript(script, host, { timeLimit: 10_000 })) {
        if (status === "passed") passed++;
        else if (status === "failed") {
          failed++;
          console.log(`${name}:${line} --from ${seed}: ${why}`);
        }
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
