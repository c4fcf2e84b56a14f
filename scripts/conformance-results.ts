/**
 * What a run of test scripts leaves for docs/conformance.md: one JSON file for each engine, tier and suite, in a folder
 * that `--results` names.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Expectations } from "../src/wast/expectations.ts";
import type { FileResult } from "../src/wast/files.ts";

export interface Engine {
  /** `node26`: what lists of known failures are named after. */
  readonly id: string;
  /** `Node 26.10.0` */
  readonly name: string;
}

export interface ConformanceResult {
  readonly engine: Engine;
  readonly tier: string;
  readonly suite: "official" | "own";
  readonly files: readonly FileCounts[];
  readonly gaps: readonly Gap[];
}

export interface FileCounts {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
}

/** A directive that failed. */
export interface Gap {
  /** `file.wast:12` */
  readonly place: string;
  readonly reason: string;
}

/** The engine that runs this. */
export function thisEngine(): Engine {
  const { bun, deno, node } = process.versions as { readonly [name: string]: string | undefined };
  if (bun !== undefined) return engine("Bun", bun);
  return deno !== undefined ? engine("Deno", deno) : engine("Node", node!);
}

export function engine(name: string, version: string): Engine {
  return { id: name.toLowerCase() + version.split(".")[0], name: `${name} ${version}` };
}

export function summarize(
  run: Pick<ConformanceResult, "engine" | "tier" | "suite">,
  results: readonly FileResult[],
  expectations: Expectations,
): ConformanceResult {
  const gaps: Gap[] = [];
  const files = results.map(({ file, outcomes }) => {
    const failed = outcomes.filter(({ status }) => status === "failed");
    for (const { line, reason = "" } of failed) {
      const place = `${file}:${line}`;
      gaps.push({ place, reason: expectations.get(place) ?? reason.split("\n")[0]! });
    }
    const passed = outcomes.filter(({ status }) => status === "passed").length;
    return { file, passed, total: passed + failed.length };
  });
  return { ...run, files, gaps };
}

export function writeResult(folder: string, result: ConformanceResult): void {
  mkdirSync(folder, { recursive: true });
  const name = `${result.suite}-${result.engine.id}-${result.tier}.json`;
  writeFileSync(join(folder, name), `${JSON.stringify(result, undefined, 1)}\n`);
}

export function readResults(folder: string): ConformanceResult[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ConformanceResult);
}
