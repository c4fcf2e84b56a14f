/**
 * The results of scripts as a table for people and as JSON for programs.
 */
import type { Expectations } from "./expectations.ts";
import type { FileResult } from "./files.ts";
import type { Outcome } from "./run.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function count(outcomes: readonly Outcome[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of outcomes) counts[status]++;
  return counts;
}

/** `12 passed, 0 failed, 3 skipped` */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A row a file, then a row a kind of directive, then all. `known` are failures that `expectations` lists. */
export function formatTable(results: readonly FileResult[], expectations: Expectations = new Map()): string {
  const kinds = new Map<string, Tally>();
  const all = new Tally("all");
  const files = results.map(({ file, outcomes, milliseconds }) => {
    const tally = new Tally(file);
    for (const outcome of outcomes) {
      const { kind } = outcome;
      if (!kinds.has(kind)) kinds.set(kind, new Tally(kind));
      for (const t of [tally, kinds.get(kind)!, all]) t.add(outcome, expectations.has(`${file}:${outcome.line}`));
    }
    return tally.row(`${Math.round(milliseconds)}`);
  });
  const byKind = [...kinds.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((tally) => tally.row());
  return formatRows([["", "passed", "failed", "known", "skipped", "ms"], ...files, [], ...byKind, [], all.row()]);
}

class Tally {
  readonly name: string;
  readonly #counts = { passed: 0, failed: 0, known: 0, skipped: 0 };

  constructor(name: string) {
    this.name = name;
  }

  add({ status }: Outcome, listed: boolean): void {
    this.#counts[status === "failed" && listed ? "known" : status]++;
  }

  row(...more: readonly string[]): string[] {
    return [this.name, ...Object.values(this.#counts).map((n) => (n === 0 ? "." : String(n))), ...more];
  }
}

/** The first column to the left, the others to the right. */
function formatRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const cells of rows) for (const [i, cell] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Every failure that is not listed, one to a line and its reason on the next. */
export function formatFailures(results: readonly FileResult[], expectations: Expectations = new Map()): string {
  const failures: string[] = [];
  for (const { file, outcomes } of results) {
    for (const { status, line, kind, reason = "" } of outcomes) {
      if (status === "failed" && !expectations.has(`${file}:${line}`))
        failures.push(`${file}:${line} ${kind}\n    ${reason.replaceAll("\n", "\n    ")}`);
    }
  }
  return failures.join("\n");
}

export function toJson(results: readonly FileResult[]): string {
  const files = results.map((result) => ({ ...result, ...count(result.outcomes) }));
  return JSON.stringify({ files, ...count(results.flatMap(({ outcomes }) => outcomes)) }, undefined, 2);
}
