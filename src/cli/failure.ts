/**
 * How the command line tells of what went wrong, and with which exit code it ends.
 *
 * A person is told what failed and why in a line or two. Where in gantry that was found interests only those who work on
 * it, so stack traces are shown only on request.
 */
import { ComponentError } from "../errors/component-error.ts";
import { WaveError } from "./wave-reader.ts";

/** The command line's own exit codes. A guest that `run` runs has its own. */
export const exitCodes = {
  ok: 0,
  /** What was asked for failed: a component is invalid, a call failed, a test failed. */
  failure: 1,
  /** The command line was not understood. */
  usage: 2,
  /** The guest trapped: what a shell makes of a program that aborts. */
  trap: 134,
} as const;

/** Something wrong with the command line: told without any ado. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Something wrong that is told as it stands. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof WaveError) return exitCodes.usage;
  return error instanceof ComponentError && error.phase === "trap" ? exitCodes.trap : exitCodes.failure;
}

/** The text for an error; `subject` is what the command worked on. */
export function describeFailure(error: unknown, subject: string | undefined, verbose: boolean): string {
  const about = subject === undefined ? "" : `${subject}: `;
  const text = `gantry: ${about}${reasonOf(error)}`;
  return visible(verbose ? `${text}\n${stacks(error)}` : text);
}

/** What a component calls things may have characters in it that terminals obey, or that turn text around. */
function visible(text: string): string {
  return text.replace(
    /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu,
    (control) => `\\u${control.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof ComponentError) return componentReason(error);
  if (error instanceof WaveError) return `${error.message}\n${pointAt(error)}`;
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  if (error instanceof Error && "code" in error && "syscall" in error)
    return systemReason(String(error.code), error.message);
  const message = error instanceof Error ? error.message : String(error);
  return `a fault of gantry's own: ${message} (--verbose shows where)`;
}

function componentReason(error: ComponentError): string {
  switch (error.phase) {
    case "decode":
      return `not a component: ${error.message}`;
    case "validate":
      return `not a valid component: ${error.message}`;
    case "link":
      return error.message;
    case "call":
      return `cannot be called so: ${error.message}`;
    case "trap":
      return `the guest trapped: ${error.message.replace("wasm trap: ", "")}`;
    case "unsupported":
      return `cannot be run here: ${error.message}`;
  }
}

function systemReason(code: string, message: string): string {
  switch (code) {
    case "ENOENT":
      return "no such file";
    case "EISDIR":
      return "is a directory";
    case "EACCES":
      return "permission denied";
    default:
      return message;
  }
}

/** The line of a text with the mistake, and a mark under it. */
function pointAt({ text, offset }: WaveError): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  return `  ${line}\n  ${" ".repeat(offset - start)}^`;
}

function stacks(error: unknown): string {
  const lines: string[] = [];
  for (let e = error; e instanceof Error && lines.length < 10; e = e.cause) {
    lines.push(`${lines.length === 0 ? "" : "caused by "}${e.stack ?? e.message}`);
  }
  return lines.join("\n");
}
