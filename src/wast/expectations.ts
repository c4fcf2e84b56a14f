/**
 * Lists of directives that are known to fail, and why.
 *
 * They ratchet: a directive that fails unlisted fails the run, and so does a listed one that passes or no longer
 * exists. A line of a list is `file.wast:12 reason`; lines that start with `#` are comments.
 */
import type { FileResult } from "./files.ts";

/** Reasons by `file.wast:12`. */
export type Expectations = ReadonlyMap<string, string>;

export function parseExpectations(text: string): Expectations {
  const expected = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, place, reason] = /^(\S+\.wast:\d+)\s+(.*\S)\s*$/.exec(line) ?? [];
    if (place === undefined || reason === undefined)
      throw new Error(`line ${index + 1}: expected \`file.wast:12 reason\`, found ${JSON.stringify(line)}`);
    if (expected.has(place)) throw new Error(`line ${index + 1}: ${place} is listed twice`);
    expected.set(place, reason);
  }
  return expected;
}

export interface Judgement {
  /** Failed and not listed. */
  readonly regressions: readonly { readonly place: string; readonly reason: string }[];
  /** Listed, and passed. */
  readonly fixed: readonly string[];
  /** Listed, and not there. */
  readonly stale: readonly string[];
  /** Failed as listed. */
  readonly known: number;
}

/** Compares results with a list. Of the list, only the files that were run count. */
export function judge(results: readonly FileResult[], expected: Expectations): Judgement {
  const regressions: { place: string; reason: string }[] = [];
  const fixed: string[] = [];
  const unseen = new Set(expected.keys());
  let known = 0;
  for (const { file, outcomes } of results) {
    for (const outcome of outcomes) {
      const place = `${file}:${outcome.line}`;
      unseen.delete(place);
      if (outcome.status === "failed" && expected.has(place)) known++;
      else if (outcome.status === "failed") regressions.push({ place, reason: outcome.reason ?? "" });
      else if (outcome.status === "passed" && expected.has(place)) fixed.push(place);
    }
  }
  const run = new Set(results.map(({ file }) => file));
  const stale = [...unseen].filter((place) => run.has(place.slice(0, place.lastIndexOf(":"))));
  return { regressions, fixed, stale, known };
}

/** The list that would make these results pass. Reasons that `old` gives are kept. */
export function formatExpectations(results: readonly FileResult[], old: Expectations): string {
  const lines: string[] = [];
  for (const { file, outcomes } of results) {
    for (const outcome of outcomes) {
      if (outcome.status !== "failed") continue;
      const place = `${file}:${outcome.line}`;
      lines.push(`${place} ${old.get(place) ?? (outcome.reason ?? "fails").split("\n")[0]!.slice(0, 160)}\n`);
    }
  }
  return lines.join("");
}
