/**
 * Keeps what a fuzzer found: the component as binary and as text, what went wrong, and the command that does it again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print } from "@bytecodealliance/jco-transpile/wasm-tools";

export interface Finding {
  /** For file names. */
  readonly name: string;
  readonly description: string;
  readonly bytes: Uint8Array;
  /** Does it again. */
  readonly command: string;
}

/** Saves a finding and returns what to say of it. */
export async function report({ name, description, bytes, command }: Finding): Promise<string> {
  const folder = ".tmp";
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(`${file}.wasm`, bytes);
  writeFileSync(`${file}.txt`, `${command}\n\n${description}\n`);
  writeFileSync(`${file}.wat`, await textOf(bytes));
  return `${description}\n\nsaved as ${file}.wasm, .wat and .txt; again with\n  ${command}`;
}

async function textOf(bytes: Uint8Array): Promise<string> {
  try {
    return await print(bytes);
  } catch (error) {
    return `;; it has no text: ${error instanceof Error ? error.message : error}\n`;
  }
}
