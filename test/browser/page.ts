/**
 * What a page or a worker does: it asks the server for its task, does it, and posts a report.
 *
 * Nothing is evaluated from outside, so that a page's security policy holds for all that happens in it.
 */
import * as gantry from "../../src/index.ts";
import type { Feature } from "../../src/validate/features.ts";
import type { FileResult, ScriptFile } from "../../src/wast/files.ts";
import { createHost } from "../../src/wast/gantry-host.ts";
import { runScript } from "../../src/wast/run.ts";
import { assembleScript, readScript } from "../../src/wast/script.ts";
import { type Check, exercise } from "./exercise.ts";

export interface Task {
  readonly inWorker: boolean;
  /** The tier to ask for; the default without one. */
  readonly tier?: "jit" | "evaluate";
  readonly suites: readonly (readonly ScriptFile[])[];
  readonly features: readonly Feature[];
  /** For each directive of a script, in milliseconds. */
  readonly timeLimit: number;
}

export interface Report {
  readonly checks: readonly Check[];
  readonly suites: readonly (readonly FileResult[])[];
  /** What the security policy was asked to allow, and did not: directive and subject. */
  readonly violations: readonly string[];
  /** How often `new Function` was tried. */
  readonly functions: number;
  /** What went wrong outside of all that. */
  readonly fault?: string;
}

const violations: string[] = [];
globalThis.addEventListener("securitypolicyviolation", (event) => {
  violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});

let functions = 0;
globalThis.Function = new Proxy(Function, {
  construct(target, args) {
    functions++;
    return Reflect.construct(target, args) as object;
  },
});

const run = new URL(location.href).searchParams.get("run");
const url = (path: string): string => `${path}?run=${run}`;

void start().catch((error: unknown) => {
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return post({ checks: [], suites: [], violations, functions, fault });
});

async function start(): Promise<void> {
  const task = (await (await fetch(url("/task"))).json()) as Task;
  if (task.inWorker && typeof document !== "undefined") {
    new Worker(url("/page.js"), { type: "module" }).onerror = ({ message }) => {
      void post({ checks: [], suites: [], violations, functions, fault: `the worker failed: ${message}` });
    };
    return;
  }
  const { tier } = task;
  const checks = await exercise({ gantry, load: (fixture) => fetch(`/fixtures/${fixture}.wasm`), tier });
  const suites: FileResult[][] = [];
  for (const suite of task.suites) {
    const results: FileResult[] = [];
    for (const script of suite) results.push(await runFile(script, task));
    suites.push(results);
  }
  // Violations are told in a task of their own.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await post({ checks, suites, violations, functions });
}

async function runFile({ name, text }: ScriptFile, { tier, features, timeLimit }: Task): Promise<FileResult> {
  const begin = performance.now();
  const script = await assembleScript(readScript(text), assemble);
  const outcomes = await runScript(script, createHost({ features, tier }), { timeLimit });
  return { file: name, outcomes, milliseconds: performance.now() - begin };
}

/** The server has the assembler. */
async function assemble(body: string): Promise<Uint8Array> {
  const response = await fetch("/assemble", { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

async function post(report: Report): Promise<void> {
  await fetch(url("/report"), { method: "POST", body: JSON.stringify(report) });
}
