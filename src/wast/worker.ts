/**
 * The thread that runs one script: `files.ts` starts one for each, so that it can be ended when a guest never returns.
 */
import module from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { HostModule, HostOptions } from "./host.ts";
import { type Outcome, runScript } from "./run.ts";
import type { AssembledDirective } from "./script.ts";

export interface WorkerTask {
  readonly script: readonly AssembledDirective[];
  /** The URL of a `HostModule`. */
  readonly hostModule: string;
  readonly hostOptions: HostOptions;
  readonly timeLimit: number;
  readonly lost: ReadonlyMap<number, string>;
}

export type WorkerMessage =
  | { readonly kind: "started"; readonly index: number }
  | { readonly kind: "finished"; readonly index: number; readonly outcome: Outcome }
  | { readonly kind: "done" };

const task = workerData as WorkerTask;
const send = (message: WorkerMessage) => parentPort?.postMessage(message);

module.enableCompileCache?.();
const { createHost } = (await import(task.hostModule)) as HostModule;
const host = await createHost(task.hostOptions);
await runScript(task.script, host, {
  timeLimit: task.timeLimit,
  lost: task.lost,
  started: (index) => send({ kind: "started", index }),
  finished: (index, outcome) => send({ kind: "finished", index, outcome }),
});
send({ kind: "done" });
