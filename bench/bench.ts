/**
 * `npm run bench`: what a call costs through gantry, through glue written by hand, and through jco.
 *
 *     npm run bench -- --only "string|list" --quick
 *
 * --only PATTERN       workloads whose names or groups match
 * --with NAMES         implementations besides raw and gantry, of adapter, evaluate, before, jco, jco-1.8; "none"
 * --rounds N           how often each is measured (21)
 * --quick              7 short rounds
 * --shared             all workloads in one process, instead of a process for each
 * --json FILE          writes the figures; - for the standard output, instead of tables
 * --write              puts the tables into docs/performance.md
 * --engine-note TEXT   is added to the name of the engine
 * --gate               fails if a workload of gate.json has become slower
 * --bless              writes gate.json
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { section } from "./docs.ts";
import { engine } from "./engine.ts";
import { blessed, faults, gated } from "./gate.ts";
import { type ImplementationName, implementationNames } from "./implementations.ts";
import { makeRow, markdown, type Report, type Row } from "./report.ts";
import { type Measured, measure, type Settings } from "./rounds.ts";
import { type Workload, workloads } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    with: { type: "string", default: "adapter,jco,jco-1.8" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    shared: { type: "boolean", default: false },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    "engine-note": { type: "string" },
    gate: { type: "boolean", default: false },
    bless: { type: "boolean", default: false },
    worker: { type: "string" },
  },
});

const settings: Settings = {
  implementations: chosen(options.gate ? "none" : options.with),
  rounds: Number(options.rounds ?? (options.quick ? 7 : 21)),
  sampleMilliseconds: options.quick ? 2 : 4,
  warmMilliseconds: options.quick ? 120 : 240,
};

const gatePath = new URL("gate.json", import.meta.url);

if (options.worker !== undefined) {
  const names = JSON.parse(options.worker) as string[];
  const found = await measure(
    names.map((name) => workloads.find((workload) => workload.name === name)!),
    settings,
  );
  console.log(JSON.stringify(found));
} else if (options.gate) await checkGate();
else await main();

async function main(): Promise<void> {
  const pattern = new RegExp(options.only ?? "", "i");
  const wanted = workloads.filter(({ name, group }) => pattern.test(`${group}: ${name}`));
  const report = {
    engine: engine(options["engine-note"]),
    method: `Median times of one call in ${settings.rounds} rounds, and their ratios to those of \`raw\` in the same round.`,
    rows: run(wanted),
  } satisfies Report;
  if (options.json === "-") console.log(JSON.stringify(report, undefined, 2));
  else {
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
    console.log(markdown(report));
  }
  if (options.write) section("calls", markdown(report));
  if (options.bless) writeFileSync(gatePath, `${JSON.stringify(blessed(report.rows), undefined, 2)}\n`);
}

function run(wanted: readonly Workload[]): Row[] {
  if (options.shared) return worker(wanted).map(makeRow);
  return wanted.flatMap((workload, i) => {
    progress(`${i + 1}/${wanted.length} ${workload.name}`);
    return worker([workload]).map(makeRow);
  });
}

/** Measures in a new process: there, nothing has seen any other workload. */
function worker(wanted: readonly Workload[]): Measured[] {
  const names = JSON.stringify(wanted.map(({ name }) => name));
  const passed = ["--worker", names, "--with", settings.implementations.join(), "--rounds", String(settings.rounds)];
  if (options.quick) passed.push("--quick");
  const start = "Deno" in globalThis ? ["run", "--allow-all"] : process.execArgv;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...start, fileURLToPath(import.meta.url), ...passed],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`measuring ${names} failed: ${stderr}`);
  return JSON.parse(stdout) as Measured[];
}

/** Whatever fails is measured again: what is slower for once is noise. */
async function checkGate(): Promise<void> {
  const gate = gated(readFileSync(gatePath, "utf8"));
  let suspects = workloads.filter(({ name }) => gate.has(name));
  for (let attempt = 1; attempt <= 3 && suspects.length > 0; attempt++) {
    const found = faults(gate, run(suspects));
    suspects = suspects.filter(({ name }) => found.has(name));
    for (const fault of found.values()) console.error(`${attempt === 3 ? "" : "once more: "}${fault}`);
  }
  if (suspects.length > 0) process.exitCode = 1;
  else console.log(`gate: ${gate.size} workloads are as fast as they have been`);
}

function chosen(list: string): readonly ImplementationName[] {
  const wanted = list === "none" ? [] : list.split(",");
  const unknown = wanted.find((name) => !(implementationNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`there is no "${unknown}"; there are ${implementationNames.join(", ")}`);
  return implementationNames.filter((name) => name === "raw" || name === "gantry" || wanted.includes(name));
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
