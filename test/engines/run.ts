/**
 * `npm run test:engines [-- bun] [-- deno] [options]`: gantry on other engines than Node.
 *
 * Both run the TypeScript sources. What they are given is what Node is given: unit tests, scripts in both tiers, programs,
 * hostile input, and the package as it is built. What an engine lacks stands in `test/wast/expect-<engine>-<tier>.txt`.
 *
 *   --bless            rewrite these lists
 *   --results FOLDER   keep the results of the scripts for docs/conformance.md
 *   --scripts-only     nothing but scripts
 */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { runSteps, type Step } from "../../scripts/steps.ts";
import { program } from "./installed.ts";

const engines = ["deno", "bun"] as const;
type Engine = (typeof engines)[number];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bless: { type: "boolean", default: false },
    results: { type: "string" },
    "scripts-only": { type: "boolean", default: false },
  },
});

const wanted = positionals.length === 0 ? engines : engines.filter((engine) => positionals.includes(engine));
const steps: Step[] = wanted.flatMap((engine) => {
  const path = program(engine);
  return path === undefined ? [] : stepsOn(engine, path);
});
if (!options["scripts-only"]) steps.unshift({ name: "build", command: ["npm", "run", "-s", "build"] });
runSteps(steps);

function stepsOn(engine: Engine, path: string): Step[] {
  const run: [string, ...string[]] = engine === "deno" ? [path, "run", "--allow-all"] : [path, "run"];
  const test: [string, ...string[]] =
    engine === "deno"
      ? [path, "test", "--allow-all", "--no-check", "--parallel", "--quiet"]
      : [path, "test", "--parallel", "--timeout=300000"];
  const testStep = (name: string, ...patterns: string[]): Step => ({
    name: `${engine}: ${name}`,
    command: [...test, ...globSync(patterns).map((file) => `./${file}`)],
    env: { NO_COLOR: "1" },
  });
  const flags = [
    ...(options.bless ? ["--bless"] : []),
    ...(options.results === undefined ? [] : ["--results", options.results]),
  ];
  const scripts = ["jit", "evaluate"].flatMap((tier): Step[] => [
    {
      name: `${engine}: own scripts, ${tier}`,
      command: [...run, "scripts/conformance.ts", "test/wast", "--tier", tier, ...flags],
    },
    {
      name: `${engine}: official suite, ${tier}`,
      command: [...run, "scripts/conformance.ts", "--tier", tier, ...flags],
    },
  ]);
  if (options["scripts-only"]) return scripts;
  return [
    ...scripts,
    testStep("package", "test/engines/*.test.ts"),
    testStep("programs", "test/e2e/*.test.ts"),
    testStep("unit tests", "test/unit/**/*.test.ts"),
    testStep("hostile input", "test/hostile/*.test.ts"),
  ];
}
