/** Reading the component that a command works on. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

/** What a file is called in messages. */
export function nameOf(file: string): string {
  if (file === "-") return "the standard input";
  return /^[^\s"]+$/.test(file) ? file : JSON.stringify(file);
}

/** The bytes of `file`, or of the standard input if it is `-`. */
export async function readComponent(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (file === "-" ? buffer(process.stdin) : readFile(file)));
}
