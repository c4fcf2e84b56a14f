/**
 * A thread in which commands are run one after another, given their arguments: `main`, with the streams that it writes to
 * replaced. Each command as a process of its own takes ten times as long.
 */
import { parentPort } from "node:worker_threads";
import { main } from "../../../src/cli/program.ts";

/** What a command has told, and its exit code. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

parentPort?.on("message", async (args: readonly string[]) => {
  const told = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = (text: string | Uint8Array) => {
      told[stream] += text;
      return true;
    };
  }
  const outcome: Outcome = { status: await main(args), ...told };
  parentPort?.postMessage(outcome);
});
