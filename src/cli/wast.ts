/** `gantry wast`: runs test scripts. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allFeatures, type Feature } from "../validate/features.ts";
import { type Expectations, parseExpectations } from "../wast/expectations.ts";
import type { ScriptFile } from "../wast/files.ts";
import type { Assembler } from "../wast/script.ts";
import { runSuite, scriptsIn } from "../wast/suite.ts";
import { CommandError, exitCodes, UsageError } from "./failure.ts";

export interface WastOptions {
  readonly features?: "all" | readonly Feature[];
  readonly tier?: "jit" | "evaluate";
  readonly filter?: string;
  readonly timeLimit: number;
  readonly threads?: number;
  readonly validateOnly?: true;
  readonly expect?: string;
  readonly bless?: true;
  readonly json?: true;
}

export async function wast(paths: readonly string[], options: WastOptions): Promise<number> {
  if (options.bless && options.expect === undefined)
    throw new UsageError("--bless rewrites the list that --expect names");
  const { ok, text, list, results } = await runSuite(paths.flatMap(scriptsAt), {
    assemble: await findAssembler(),
    hostOptions: { features: options.features ?? scriptFeatures, tier: options.tier },
    validateOnly: options.validateOnly ?? false,
    timeLimit: options.timeLimit * 1000,
    threads: options.threads,
    filter: options.filter,
    expectations: readExpectations(options),
    json: options.json ?? false,
  });
  if (results.length === 0) {
    const { filter } = options;
    throw new UsageError(filter === undefined ? "there is no script" : `no script matches "${filter}"`);
  }
  process.stdout.write(`${text}\n`);
  if (options.bless) writeFileSync(options.expect!, list);
  return ok || options.bless ? exitCodes.ok : exitCodes.failure;
}

/** What scripts may use unless they are told otherwise: all but nested names, which the official scripts want refused. */
export const scriptFeatures: readonly Feature[] = [...allFeatures].filter((name) => name !== "nested-names");

function scriptsAt(path: string): ScriptFile[] {
  if (!existsSync(path)) throw new CommandError(`${path}: no such file`);
  if (!statSync(path).isDirectory()) return [{ name: path, text: readFileSync(path, "utf8") }];
  return scriptsIn(path).map(({ name, text }) => ({ name: join(path, name), text }));
}

function readExpectations({ expect, bless }: WastOptions): Expectations {
  if (expect === undefined || (bless && !existsSync(expect))) return new Map();
  if (!existsSync(expect)) throw new UsageError(`--expect ${expect}: no such file`);
  return parseExpectations(readFileSync(expect, "utf8"));
}

/** The assembler is no dependency of the package: few who run components have scripts. */
export async function findAssembler(): Promise<Assembler> {
  const specifier = "@bytecodealliance/jco-transpile/wasm-tools";
  // The assembler reads this once, when it is first used; the official scripts are written for it.
  process.env["WAST_STRICT_COMPONENT_INDICES"] ??= "1";
  try {
    const { parse } = (await import(specifier)) as { parse: Assembler };
    return parse;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new CommandError("scripts need an assembler: npm install --save-dev @bytecodealliance/jco-transpile");
  }
}
