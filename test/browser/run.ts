/**
 * `npm run test:browser [-- options]`: gantry in Chromium, in pages and workers, with and without a security policy that
 * forbids to make code from strings.
 *
 *   --bless            rewrite the lists of known failures, `test/wast/expect-chromium-<tier>.txt`
 *   --results FOLDER   keep the results of the scripts for docs/conformance.md
 *
 * The browser is the machine's own (or what CHROMIUM names). Without one, nothing is tested, and that is said.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Engine, summarize, writeResult } from "../../scripts/conformance-results.ts";
import { installBeside } from "../../scripts/install-beside.ts";
import { officialScripts } from "../../scripts/official-scripts.ts";
import { findAssembler, scriptFeatures } from "../../src/cli/wast.ts";
import { parseExpectations } from "../../src/wast/expectations.ts";
import type { FileResult } from "../../src/wast/files.ts";
import { type Counts, formatCounts } from "../../src/wast/report.ts";
import { judgeSuite, type SuiteResult, scriptsIn } from "../../src/wast/suite.ts";
import type { Report, Task } from "./page.ts";
import { TestServer } from "./server.ts";

/** A page, and what is expected of it besides that all goes well. */
interface Visit {
  readonly name: string;
  readonly inWorker?: true;
  /** Its security policy forbids to make code from strings. */
  readonly restricted?: true;
  readonly tier?: "jit" | "evaluate";
  /** Whether it runs the scripts, too. */
  readonly scripts?: true;
  /** How often `new Function` is tried, and how often that is reported as a violation. */
  readonly probes: (functions: number, violations: number) => boolean;
}

const visits: readonly Visit[] = [
  { name: "a page, jit", tier: "jit", scripts: true, probes: (made, reported) => made > 1 && reported === 0 },
  { name: "a page, by default", probes: (made, reported) => made > 1 && reported === 0 },
  {
    name: "a restricted page, evaluate",
    restricted: true,
    tier: "evaluate",
    scripts: true,
    probes: (made, reported) => made === 0 && reported === 0,
  },
  // That code cannot be made has to be found out, once.
  { name: "a restricted page, by default", restricted: true, probes: (made, reported) => made === 1 && reported === 1 },
  { name: "a worker, jit", inWorker: true, tier: "jit", scripts: true, probes: (made, reported) => made > 1 && reported === 0 },
  {
    name: "a restricted worker, evaluate",
    inWorker: true,
    restricted: true,
    tier: "evaluate",
    probes: (made, reported) => made === 0 && reported === 0,
  },
]; // biome-ignore format: a table

/** What is used of playwright-core, which is installed only for this. */
interface Playwright {
  readonly chromium: {
    launch(options: { executablePath: string; args: readonly string[] }): Promise<Browser>;
  };
}
interface Browser {
  newPage(): Promise<Page>;
  version(): string;
  close(): Promise<void>;
}
interface Page {
  goto(url: string): Promise<unknown>;
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(event: "crash", listener: () => void): void;
  close(): Promise<void>;
}

const { values: options } = parseArgs({
  options: { bless: { type: "boolean", default: false }, results: { type: "string" } },
});
const root = fileURLToPath(new URL("../../", import.meta.url));
/** A page that has not reported by then is stuck; in milliseconds. */
const PATIENCE = 300_000;
/** It may be started by root in a container, and has nothing to ask of anybody. */
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

/** Scripts by suite; the official ones may not be there. */
const suites = (
  [
    ["official", officialScripts],
    ["own", join(root, "test/wast")],
  ] as const
)
  .filter(([, folder]) => existsSync(folder))
  .map(([name, folder]) => ({ name, scripts: scriptsIn(folder) }));

process.exitCode = await main();

async function main(): Promise<number> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.log("there is no Chromium to test in (CHROMIUM may name one)");
    return 0;
  }
  const here = join(root, "test/browser");
  installBeside(here);
  if (!existsSync(join(here, "node_modules/playwright-core"))) {
    console.log("Chromium is not tested: `npm install --prefix test/browser` did not bring what drives it");
    return 0;
  }
  const specifier: string = "playwright-core";
  const { chromium } = (await import(specifier)) as Playwright;
  const browser = await chromium.launch({ executablePath, args: flags });
  const server = new TestServer(await findAssembler());
  await server.listen();
  const totals = { passed: 0, failed: 0, skipped: 0 };
  try {
    const engine: Engine = { id: "chromium", name: `Chromium ${browser.version()}` };
    console.log(engine.name);
    for (const visit of visits) {
      add(totals, judgeVisit(visit, await report(browser, server, visit), engine));
    }
  } finally {
    await browser.close();
    server.close();
  }
  console.log(formatCounts(totals));
  return totals.failed > 0 ? 1 : 0;
}

function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  const known = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);
  return (named === undefined ? known : [named]).find((path) => existsSync(path));
}

async function report(browser: Browser, server: TestServer, visit: Visit): Promise<Report> {
  const { tier, inWorker = false, restricted = false, scripts = false } = visit;
  const task: Task = {
    inWorker,
    ...(tier !== undefined && { tier }),
    suites: scripts ? suites.map((suite) => suite.scripts) : [],
    features: scriptFeatures,
    timeLimit: 10_000,
  };
  const { url, report } = server.visit(task, restricted);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.stack ?? error.message));
  const ended = new Promise<string>((resolve) => {
    page.on("crash", () => resolve("the page crashed"));
    setTimeout(() => resolve("the page did not report in time"), PATIENCE).unref();
  });
  await page.goto(url);
  const told = await Promise.race([report, ended]);
  await page.close();
  if (typeof told !== "string" && told.fault === undefined && faults.length === 0) return told;
  const fault = [typeof told === "string" ? told : (told.fault ?? ""), ...faults].join("\n").trim();
  return { checks: [], suites: [], violations: [], functions: 0, ...(typeof told !== "string" && told), fault };
}

/** Tells what came of a visit. */
function judgeVisit(visit: Visit, report: Report, engine: Engine): Counts {
  const failures: string[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const note = (failure: string | undefined): void => {
    counts[failure === undefined ? "passed" : "failed"]++;
    if (failure !== undefined) failures.push(failure);
  };
  note(report.fault);
  const { functions, violations } = report;
  note(
    visit.probes(functions, violations.length)
      ? undefined
      : `\`new Function\` was tried ${functions} times; violations: ${violations.join(", ") || "none"}`,
  );
  for (const { name, failure } of report.checks) note(failure && `${name}: ${failure}`);
  for (const [i, results] of report.suites.entries()) {
    const { counts: more, ok, text } = judgeScripts(visit, suites[i]!.name, results, engine);
    add(counts, more);
    if (!ok) failures.push(text);
  }
  console.log(`${counts.failed === 0 ? "ok  " : "FAIL"} ${visit.name.padEnd(34)} ${formatCounts(counts)}`);
  for (const failure of failures) console.log(failure);
  return counts;
}

function judgeScripts(
  { tier = "jit", inWorker }: Visit,
  suite: "official" | "own",
  results: readonly FileResult[],
  engine: Engine,
): SuiteResult {
  const list = join(root, `test/wast/expect-${suite === "own" ? "own-" : ""}${engine.id}-${tier}.txt`);
  const expectations = parseExpectations(existsSync(list) ? readFileSync(list, "utf8") : "");
  const judged = judgeSuite(results, { expectations, json: false });
  if (options.results !== undefined && !inWorker)
    writeResult(resolve(options.results), summarize({ engine, tier, suite }, results, expectations));
  if (options.bless) {
    if (judged.list === "") rmSync(list, { force: true });
    else writeFileSync(list, judged.list);
  }
  return judged;
}

function add(totals: { -readonly [K in keyof Counts]: number }, { passed, failed, skipped }: Counts): void {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
}
