/** `wasi:cli`: what a command line program is started with. */
import { exit } from "./exit.ts";
import type { WasiOptions } from "./options.ts";
import { isTerminal, outputSink, stdinSource } from "./stdio.ts";
import { InputStream, OutputStream } from "./streams.ts";

export type CliOptions = Pick<WasiOptions, "args" | "env" | "cwd" | "stdin" | "stdout" | "stderr">;

class TerminalInput {}
class TerminalOutput {}

/** The interfaces of `wasi:cli`, without the package's name. */
export function cli({ args = [], env = {}, cwd, stdin, stdout, stderr }: CliOptions): Record<string, object> {
  const source = stdinSource(stdin);
  const out = outputSink(stdout, 1);
  const err = outputSink(stderr, 2);
  return {
    environment: {
      getArguments: () => [...args],
      getEnvironment: () => Object.entries(env),
      initialCwd: () => cwd,
    },
    exit,
    stdin: { getStdin: () => new InputStream(source) },
    stdout: { getStdout: () => new OutputStream(out) },
    stderr: { getStderr: () => new OutputStream(err) },
    "terminal-input": { TerminalInput },
    "terminal-output": { TerminalOutput },
    "terminal-stdin": { getTerminalStdin: () => (isTerminal(stdin, 0) ? new TerminalInput() : undefined) },
    "terminal-stdout": { getTerminalStdout: () => (isTerminal(stdout, 1) ? new TerminalOutput() : undefined) },
    "terminal-stderr": { getTerminalStderr: () => (isTerminal(stderr, 2) ? new TerminalOutput() : undefined) },
  };
}
