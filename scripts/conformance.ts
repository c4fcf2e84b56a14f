/**
 * `npm run conformance [-- FOLDER] [options]`: the official test scripts of the Component Model.
 *
 * FOLDER is where they are (else GANTRY_CONFORMANCE, else ../shared/conformance). Results are compared with the list of
 * known failures for this engine and tier, `test/wast/expect-<engine>-<tier>.txt`, which `--bless` rewrites.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findAssembler, scriptFeatures } from "../src/cli/wast.ts";
import { type Feature, isFeature } from "../src/validate/features.ts";
import { parseExpectations } from "../src/wast/expectations.ts";
import { runSuite, scriptsIn } from "../src/wast/suite.ts";
import { summarize, thisEngine, writeResult } from "./conformance-results.ts";
import { noOfficialScripts, officialScripts, projectRoot } from "./official-scripts.ts";

const usage = `usage: npm run conformance -- [FOLDER] [options]
  --tier jit|evaluate   how functions are made
  --no-fuse             compose calls between components of two functions
  --filter TEXT         only scripts whose names contain TEXT; file.wast:12 tells of one line
  --validate-only       only decode and validate
  --features a,b        proposals to allow; all but nested-names unless given
  --time-limit SECONDS  for each directive; 10 unless given
  --threads N           how many scripts run at once
  --json                results as JSON
  --results FOLDER      keep the results there for docs/conformance.md
  --bless               rewrite the list of known failures`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: "string", default: "jit" },
    "no-fuse": { type: "boolean", default: false },
    filter: { type: "string" },
    "validate-only": { type: "boolean", default: false },
    features: { type: "string" },
    "time-limit": { type: "string", default: "10" },
    threads: { type: "string" },
    json: { type: "boolean", default: false },
    results: { type: "string" },
    bless: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (options.help) console.log(usage);
else process.exitCode = await main();

async function main(): Promise<number> {
  const { tier } = options;
  if (tier !== "jit" && tier !== "evaluate") throw new Error(`--tier is jit or evaluate, not ${tier}`);
  const folder = resolve(positionals[0] ?? officialScripts);
  const scripts = existsSync(folder) ? scriptsIn(folder) : [];
  if (scripts.length === 0) {
    console.log(positionals.length === 0 ? noOfficialScripts : `There are no .wast files in ${folder}`);
    return positionals.length === 0 ? 0 : 1;
  }
  const engine = thisEngine();
  const suite = folder === join(projectRoot, "test/wast") ? "own" : "official";
  const list = join(projectRoot, `test/wast/expect-${suite === "own" ? "own-" : ""}${engine.id}-${tier}.txt`);
  const expectations = parseExpectations(existsSync(list) ? readFileSync(list, "utf8") : "");
  const result = await runSuite(scripts, {
    assemble: await findAssembler(),
    hostOptions: { features: featuresOf(options.features), tier, fuse: !options["no-fuse"] },
    validateOnly: options["validate-only"],
    timeLimit: Number(options["time-limit"]) * 1000,
    threads: options.threads === undefined ? undefined : Number(options.threads),
    filter: options.filter,
    expectations,
    json: options.json,
  });
  console.log(result.text);
  if (options.results !== undefined)
    writeResult(resolve(options.results), summarize({ engine, tier, suite }, result.results, expectations));
  if (!options.bless || options.filter !== undefined || options["validate-only"]) return result.ok ? 0 : 1;
  if (result.list === "") rmSync(list, { force: true });
  else writeFileSync(list, result.list);
  console.log(`${result.list === "" ? "removed" : "wrote"} ${relative(projectRoot, list)}`);
  return 0;
}

function featuresOf(list: string | undefined): "all" | readonly Feature[] {
  if (list === undefined || list === "all") return list ?? scriptFeatures;
  return list.split(",").map((name) => {
    if (!isFeature(name)) throw new Error(`there is no feature "${name}"`);
    return name;
  });
}
