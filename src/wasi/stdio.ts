/**
 * Standard input, output and error of a guest: the process's own, bytes or functions of the embedder's, or nothing.
 *
 * The process's are written to with system calls that return when the bytes are gone, past Node's streams: whatever the
 * guest has written is out when the guest ends, also when the process ends right after it.
 */
import { fstatSync, readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { ready } from "./poll.ts";
import { shim } from "./shim.ts";
import { shimSource } from "./shim-streams.ts";
import { patiently, type Sink, type Source } from "./streams.ts";

/** What a guest reads from: the process's own standard input, or bytes; a string is encoded as UTF-8. */
export type StdinOption = "inherit" | Uint8Array | string;

/** Where a guest's output goes: to the process's own, or to a function that gets a copy of every piece. */
export type OutputOption = "inherit" | ((chunk: Uint8Array) => void);

/** Standard input as the option says; always at its end if nothing was given. */
export function stdinSource(option: StdinOption | undefined): Source {
  if (option === "inherit") return inherited;
  return bytesSource(typeof option === "string" ? new TextEncoder().encode(option) : (option ?? new Uint8Array()));
}

/** Standard output (1) or error (2) as the option says; what is written to nothing is gone. */
export function outputSink(option: OutputOption | undefined, fd: 1 | 2): Sink {
  if (option === undefined) return { write: () => {} };
  if (option === "inherit") return { write: (bytes) => writeAll(fd, bytes) };
  return { write: (bytes) => option(bytes.slice()) };
}

/** Whether the guest really talks to a terminal there. */
export function isTerminal(option: StdinOption | OutputOption | undefined, fd: 0 | 1 | 2): boolean {
  return option === "inherit" && isatty(fd);
}

function bytesSource(bytes: Uint8Array): Source {
  let position = 0;
  return {
    read(max) {
      if (position === bytes.length) return undefined;
      const chunk = bytes.slice(position, position + max);
      position += chunk.length;
      return chunk;
    },
  };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += patiently(() => writeSync(fd, bytes, done));
}

/** The process's standard input as the shim's worker thread reads it, from when that had to be asked. */
let watched: Required<Pick<Source, "read" | "blockingRead" | "condition">> | undefined;

function watch(): NonNullable<typeof watched> {
  watched ??= shimSource(shim().cli.stdin.getStdin());
  return watched;
}

/**
 * The process's standard input. It is read directly as long as guests are content to wait for it; only when one wants
 * to know in advance whether there is something does the worker have to watch it, and to read for all guests from then on.
 */
const inherited: Source = {
  read(max) {
    return watched === undefined && isAlwaysReady() ? readDirectly(max) : watch().read(max);
  },
  blockingRead(max) {
    return watched === undefined ? readDirectly(max) : watched.blockingRead(max);
  },
  condition() {
    return watched === undefined && isAlwaysReady() ? ready : watch().condition();
  },
};

function readDirectly(max: number): Uint8Array | undefined {
  if (max === 0) return new Uint8Array();
  const buffer = new Uint8Array(max);
  try {
    const count = patiently(() => readSync(0, buffer));
    return count === 0 ? undefined : buffer.subarray(0, count);
  } catch (error) {
    if (isEndOfFile(error)) return undefined;
    throw error;
  }
}

/** Windows tells the end of a pipe by an error. */
function isEndOfFile(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "EOF";
}

/** Files and devices such as /dev/null never make a reader wait, unlike pipes and terminals. */
function isAlwaysReady(): boolean {
  const stats = fstatSync(0);
  return stats.isFile() || (stats.isCharacterDevice() && !isatty(0));
}
