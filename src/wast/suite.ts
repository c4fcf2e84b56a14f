/**
 * Runs a set of scripts and judges the results: what `gantry wast` and `npm run conformance` have in common.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type Expectations, formatExpectations, type Judgement, judge } from "./expectations.ts";
import { type FileResult, runFiles, type ScriptFile } from "./files.ts";
import type { HostOptions } from "./host.ts";
import { moduleBeside } from "./modules.ts";
import { type Counts, count, formatCounts, formatFailures, formatTable, toJson } from "./report.ts";
import type { Assembler } from "./script.ts";

export interface SuiteOptions {
  readonly assemble: Assembler;
  readonly hostOptions: HostOptions;
  /** Only decodes and validates. */
  readonly validateOnly: boolean;
  readonly timeLimit: number;
  readonly threads: number | undefined;
  /** Only scripts whose names contain it; `name.wast:12` runs that script and tells of that line alone. */
  readonly filter: string | undefined;
  readonly expectations: Expectations;
  readonly json: boolean;
}

export interface SuiteResult {
  readonly ok: boolean;
  /** What the list does not expect counts as failed, be it better or worse; what it expects, as skipped. */
  readonly counts: Counts;
  /** What to print. */
  readonly text: string;
  /** The list of expectations that would fit. */
  readonly list: string;
  readonly results: readonly FileResult[];
}

/** The scripts in a folder and the folders below it, named from there. */
export function scriptsIn(folder: string): ScriptFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".wast"));
  return names
    .sort()
    .map((name) => ({ name: name.replaceAll(sep, "/"), text: readFileSync(join(folder, name), "utf8") }));
}

export async function runSuite(files: readonly ScriptFile[], options: SuiteOptions): Promise<SuiteResult> {
  const [, name = "", line] = /^(.*?)(?::(\d+))?$/.exec(options.filter ?? "") ?? [];
  const results = await runFiles(
    files.filter((file) => file.name.includes(name)),
    {
      assemble: options.assemble,
      hostModule: moduleBeside(options.validateOnly ? "validate-host" : "gantry-host"),
      hostOptions: options.hostOptions,
      timeLimit: options.timeLimit,
      threads: options.threads,
    },
  );
  if (line === undefined) return judgeSuite(results, options);
  const shown = results.map((result) => onlyLine(result, Number(line)));
  return judgeSuite(shown, { ...options, expectations: new Map() });
}

/** What there is to say of results, wherever they come from. */
export function judgeSuite(
  results: readonly FileResult[],
  { expectations, json }: Pick<SuiteOptions, "expectations" | "json">,
): SuiteResult {
  const judgement = judge(results, expectations);
  const { regressions, fixed, stale, known } = judgement;
  const { passed, skipped } = count(results.flatMap(({ outcomes }) => outcomes));
  const failed = regressions.length + fixed.length + stale.length;
  const counts = { passed: passed - fixed.length, failed, skipped: skipped + known };
  const text = json ? toJson(results) : report(results, judgement, expectations, counts);
  return { ok: failed === 0, counts, text, list: formatExpectations(results, expectations), results };
}

function onlyLine(result: FileResult, line: number): FileResult {
  return { ...result, outcomes: result.outcomes.filter((outcome) => outcome.line === line) };
}

function report(
  results: readonly FileResult[],
  { regressions, fixed, stale, known }: Judgement,
  expectations: Expectations,
  counts: Counts,
): string {
  const parts = [formatTable(results, expectations)];
  if (regressions.length > 0) parts.push(formatFailures(results, expectations));
  if (fixed.length > 0) parts.push(`listed as failing, but passed:\n${fixed.map((place) => `  ${place}`).join("\n")}`);
  if (stale.length > 0)
    parts.push(`listed as failing, but not there:\n${stale.map((place) => `  ${place}`).join("\n")}`);
  if (known > 0) parts.push(`${known} known failures, listed with their reasons; they count as skipped`);
  parts.push(formatCounts(counts));
  return parts.join("\n\n");
}
