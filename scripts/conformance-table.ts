/**
 * `npm run conformance-table`: runs all scripts on all engines that are here, and writes what comes of it into
 * docs/conformance.md, below the line that says so. `-- --write-only` takes the results of the last time.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ConformanceResult, type Gap, readResults } from "./conformance-results.ts";
import { machineNode } from "./machine-node.ts";
import { runSteps, type Step } from "./steps.ts";

const folder = ".tmp/conformance";
const page = "docs/conformance.md";
const mark = "<!-- What follows is written by scripts/conformance-table.ts. -->\n";

const { values: options } = parseArgs({ options: { "write-only": { type: "boolean", default: false } } });
if (!options["write-only"]) {
  rmSync(folder, { recursive: true, force: true });
  runSteps(steps());
}
const [head] = readFileSync(page, "utf8").split(mark);
writeFileSync(page, `${head}${mark}\n${table(readResults(folder).sort(byEngine))}`);

function steps(): Step[] {
  const keep = ["--results", folder];
  const scripts = (name: string, node: string, script: string): Step[] =>
    ["jit", "evaluate"].flatMap((tier): Step[] => [
      { name: `${name}: own scripts, ${tier}`, command: [node, script, "test/wast", "--tier", tier, ...keep] },
      { name: `${name}: official suite, ${tier}`, command: [node, script, "--tier", tier, ...keep] },
    ]);
  const all = scripts(`Node ${process.versions.node}`, process.execPath, "scripts/conformance.ts");
  const other = machineNode();
  if (other !== undefined) {
    all.push({ name: "compile the tests", command: [process.execPath, "scripts/compile-tests.ts"] });
    all.push(...scripts(`Node ${other.version}`, other.path, "build/scripts/conformance.js"));
  }
  all.push(
    { name: "Deno and Bun", command: [process.execPath, "test/engines/run.ts", "--scripts-only", ...keep] },
    { name: "Chromium", command: [process.execPath, "test/browser/run.ts", ...keep] },
  );
  return all;
}

/** Newer versions of an engine first. */
function byEngine(a: ConformanceResult, b: ConformanceResult): number {
  const order = ["node", "deno", "bun", "chromium"];
  const rank = ({ engine }: ConformanceResult) => order.findIndex((name) => engine.id.startsWith(name));
  const version = ({ engine }: ConformanceResult) => Number(/\d+/.exec(engine.name)?.[0]);
  return rank(a) - rank(b) || version(b) - version(a) || (a.tier < b.tier ? 1 : -1);
}

// ---- Writing

function table(results: readonly ConformanceResult[]): string {
  const rows = groupBy(results, ({ engine, tier }) => `${engine.name} | ${tier}`);
  const columns = [
    ...new Set(results.flatMap(({ suite, files }) => files.map(({ file }) => columnOf(suite, file)))),
  ].sort((a, b) => Number(a === "own") - Number(b === "own") || (a < b ? -1 : 1));
  const lines = [
    `| engine | tier | ${columns.join(" | ")} | all |`,
    `| --- | --- |${" ---: |".repeat(columns.length + 1)}`,
  ];
  for (const [name, runs] of rows) {
    const files = runs.flatMap(({ suite, files }) =>
      files.map((file) => ({ ...file, column: columnOf(suite, file.file) })),
    );
    const cell = (some: readonly { passed: number; total: number }[]): string => {
      const passed = some.reduce((sum, file) => sum + file.passed, 0);
      const total = some.reduce((sum, file) => sum + file.total, 0);
      return passed === total ? `${total}` : `${passed} of ${total}`;
    };
    const cells = columns.map((column) => cell(files.filter((file) => file.column === column)));
    lines.push(`| ${name} | ${cells.join(" | ")} | ${cell(files)} |`);
  }
  return `${lines.join("\n")}\n\n${gaps(rows)}`;
}

function columnOf(suite: string, file: string): string {
  return suite === "own" ? "own" : file.split("/")[0]!;
}

/** What fails, by engine and reason; tiers that fail alike are told once. */
function gaps(rows: ReadonlyMap<string, readonly ConformanceResult[]>): string {
  const told = new Map<string, string[]>();
  for (const [name, runs] of rows) {
    const all = runs.flatMap((run) => run.gaps);
    if (all.length === 0) continue;
    const text = [...groupBy(all, ({ reason }) => reason)]
      .map(([reason, some]) => `- ${reason}: ${places(some)}\n`)
      .join("");
    told.set(text, [...(told.get(text) ?? []), name]);
  }
  if (told.size === 0) return "No directive fails.\n";
  const sections = [...told].map(([text, names]) => `### ${titleOf(names)}\n\n${text}`);
  return `## What fails, and why\n\n${sections.join("\n")}`;
}

/** `Bun 1.4.5 (jit, evaluate)` */
function titleOf(names: readonly string[]): string {
  const tiers = groupBy(
    names.map((name) => name.split(" | ")),
    ([engine]) => engine!,
  );
  return [...tiers].map(([engine, some]) => `${engine} (${some.map(([, tier]) => tier).join(", ")})`).join(", ");
}

/** `a.wast:12, 13, 20; b.wast:1` */
function places(some: readonly Gap[]): string {
  const byFile = groupBy(some, ({ place }) => place.slice(0, place.lastIndexOf(":")));
  return [...byFile]
    .map(([file, at]) => `\`${file}\` ${at.map(({ place }) => place.slice(place.lastIndexOf(":") + 1)).join(", ")}`)
    .join("; ");
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
