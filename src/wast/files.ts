/**
 * Runs many scripts, each in a thread of its own, on Node.
 *
 * A guest that never returns cannot be interrupted from inside its thread. So this side watches: a thread that does
 * not finish a directive in time is ended, and the script is run again without that directive, so that the rest of it
 * is still tested. The same goes for a directive that takes the whole thread down.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { HostOptions } from "./host.ts";
import { moduleBeside } from "./modules.ts";
import { type Outcome, timedOut } from "./run.ts";
import { type AssembledDirective, type Assembler, assembleScript, readScript } from "./script.ts";
import { ScriptError } from "./sexpr.ts";
import type { WorkerMessage, WorkerTask } from "./worker.ts";

export interface ScriptFile {
  /** How results name it. */
  readonly name: string;
  readonly text: string;
}

export interface FileResult {
  readonly file: string;
  readonly outcomes: readonly Outcome[];
  readonly milliseconds: number;
}

export interface RunFilesOptions {
  readonly assemble: Assembler;
  /** The URL of a `HostModule`. */
  readonly hostModule: URL;
  readonly hostOptions: HostOptions;
  /** For each directive, in milliseconds. */
  readonly timeLimit: number;
  /** How many scripts run at once: one for each processor unless given. */
  readonly threads?: number | undefined;
  /** Called when a script is through, in the order in which they end. */
  readonly finished?: ((result: FileResult) => void) | undefined;
}

/** The thread's own time limit comes first; this much later it is thought to be stuck. */
const GRACE = 2000;
/** A thread has this long, besides, to load the host. */
const START_LIMIT = 60_000;
/** How many directives of one script may hang or crash before the rest is given up. */
const MAX_LOST = 8;

/** Runs scripts and resolves to their results, in the order given. */
export async function runFiles(files: readonly ScriptFile[], options: RunFilesOptions): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const queue = files.entries();
  const next = async (): Promise<void> => {
    for (const [index, file] of queue) {
      const result = await runFile(file, options);
      results[index] = result;
      options.finished?.(result);
    }
  };
  await Promise.all(Array.from({ length: options.threads ?? availableParallelism() }, next));
  return results;
}

async function runFile(file: ScriptFile, options: RunFilesOptions): Promise<FileResult> {
  const start = performance.now();
  const result = (outcomes: readonly Outcome[]): FileResult => ({
    file: file.name,
    outcomes,
    milliseconds: performance.now() - start,
  });
  let script: AssembledDirective[];
  try {
    script = await assembleScript(readScript(file.text), options.assemble);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return result([{ line: error.line, kind: "unreadable", status: "failed", reason: error.message, milliseconds: 0 }]);
  }
  const lost = new Map<number, string>();
  for (;;) {
    const { outcomes, stuck } = await runThread(script, lost, options);
    if (stuck === undefined) return result(outcomes);
    if (lost.size === MAX_LOST || lost.has(stuck.index) || stuck.index < 0)
      return result(giveUp(script, outcomes, stuck.reason));
    lost.set(stuck.index, stuck.reason);
  }
}

/** Directives that were not reached fail for the reason for which the script was given up. */
function giveUp(script: readonly AssembledDirective[], outcomes: readonly Outcome[], reason: string): Outcome[] {
  const [firstLine] = reason.split("\n");
  return script.map(
    ({ line, kind }, index) =>
      outcomes[index] ?? { line, kind, status: "failed", reason: `given up: ${firstLine}`, milliseconds: 0 },
  );
}

interface Attempt {
  readonly outcomes: readonly Outcome[];
  /** The directive that the thread did not survive; -1 if it did not even start. */
  readonly stuck?: { readonly index: number; readonly reason: string };
}

function runThread(
  script: readonly AssembledDirective[],
  lost: ReadonlyMap<number, string>,
  options: RunFilesOptions,
): Promise<Attempt> {
  const task: WorkerTask = {
    script,
    hostModule: options.hostModule.href,
    hostOptions: options.hostOptions,
    timeLimit: options.timeLimit,
    lost,
  };
  const worker = new Worker(moduleBeside("worker"), { workerData: task });
  const outcomes: Outcome[] = [];
  let current = -1;
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout>;
    const end = (attempt: Attempt): void => {
      clearTimeout(timer);
      // First, since Deno tells of the exit before `terminate` returns.
      resolve(attempt);
      void worker.terminate();
    };
    const stuck = (reason: string): void => end({ outcomes, stuck: { index: current, reason } });
    const watch = (limit: number, reason: string): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stuck(reason), limit);
    };
    watch(START_LIMIT, "the host did not start");
    worker.on("message", (message: WorkerMessage) => {
      switch (message.kind) {
        case "started":
          current = message.index;
          watch(options.timeLimit + GRACE, timedOut(options.timeLimit));
          break;
        case "finished":
          outcomes[message.index] = message.outcome;
          break;
        case "done":
          end({ outcomes });
          break;
      }
    });
    // An error overtakes messages that are under way; the exit comes after them.
    let reason: string | undefined;
    worker.on("error", (error) => {
      reason = `it ended the thread: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      watch(GRACE, reason);
    });
    worker.on("exit", (code) => stuck(reason ?? `the thread exited with code ${code}`));
  });
}
