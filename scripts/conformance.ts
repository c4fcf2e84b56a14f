/**
 * `npm run conformance [-- FOLDER] [options]`: the official test scripts of the Component Model.
 *
 * FOLDER is where they are (else GANTRY_CONFORMANCE, else ../shared/conformance). Results are compared with the list of
 * known failures for this engine and tier, `test/wast/expect-<engine>-<tier>.txt`, which `--bless` rewrites.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseExpectations } from "../src/wast/expectations.ts";
import { runSuite } from "../src/wast/suite.ts";

const usage = `usage: npm run conformance -- [FOLDER] [options]
  --tier jit|evaluate   how functions are made
  --filter TEXT         only scripts whose names contain TEXT; file.wast:12 tells of one line
  --validate-only       only decode and validate
  --features a,b        proposals to allow; all unless given
  --time-limit SECONDS  for each directive; 10 unless given
  --threads N           how many scripts run at once
  --json                results as JSON
  --bless               rewrite the list of known failures`;

const missing = `There are no official test scripts here. To run them:
  git clone https://github.com/WebAssembly/component-model
  npm run conformance -- component-model/test
or name their folder in GANTRY_CONFORMANCE. The project's own scripts run with: npm run conformance -- test/wast`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: "string" },
    filter: { type: "string" },
    "validate-only": { type: "boolean", default: false },
    features: { type: "string", default: "all" },
    "time-limit": { type: "string", default: "10" },
    threads: { type: "string" },
    json: { type: "boolean", default: false },
    bless: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (options.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const root = projectRoot();
  const folder = resolve(positionals[0] ?? process.env["GANTRY_CONFORMANCE"] ?? join(root, "../shared/conformance"));
  const scripts = existsSync(folder) ? scriptsIn(folder) : [];
  if (scripts.length === 0) {
    console.log(positionals[0] === undefined ? missing : `There are no .wast files in ${folder}`);
    return;
  }
  // The suite is written for it; the assembler reads it once.
  process.env["WAST_STRICT_COMPONENT_INDICES"] ??= "1";
  const { parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");
  const tier = options.tier === "jit" || options.tier === "evaluate" ? options.tier : undefined;
  const list = expectationList(root, folder, tier ?? "jit");
  const {
    ok,
    text,
    list: fitting,
  } = await runSuite(
    scripts.map((name) => ({ name: name.replaceAll(sep, "/"), text: readFileSync(join(folder, name), "utf8") })),
    {
      assemble: parse,
      hostOptions: { features: options.features === "all" ? "all" : options.features.split(","), tier },
      validateOnly: options["validate-only"],
      timeLimit: Number(options["time-limit"]) * 1000,
      threads: options.threads === undefined ? undefined : Number(options.threads),
      filter: options.filter,
      expectations: parseExpectations(existsSync(list) ? readFileSync(list, "utf8") : ""),
      json: options.json,
    },
  );
  console.log(text);
  if (options.bless && options.filter === undefined && !options["validate-only"]) {
    writeFileSync(list, fitting);
    console.log(`wrote ${relative(root, list)}`);
  } else if (!ok) {
    process.exitCode = 1;
  }
}

function scriptsIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".wast")).sort();
}

/** Own scripts have no known failures; the official suite's depend on the engine and the tier. */
function expectationList(root: string, folder: string, tier: string): string {
  const own = join(root, "test/wast");
  return folder === own ? join(own, "expect-none.txt") : join(own, `expect-${engine()}-${tier}.txt`);
}

/** `node26`, `bun1`, `deno2` */
function engine(): string {
  const { bun, deno, node } = process.versions as { readonly [name: string]: string | undefined };
  const [name, version] = bun !== undefined ? ["bun", bun] : deno !== undefined ? ["deno", deno] : ["node", node!];
  return name + version.split(".")[0];
}

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
