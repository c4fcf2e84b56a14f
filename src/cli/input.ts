/** Reading the component that a command works on. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { CommandError } from "./failure.ts";

/** The bytes of `file`, or of the standard input if it is `-`. */
export async function readComponent(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await (file === "-" ? buffer(process.stdin) : readFile(file));
  const layer = bytes.length >= 8 && bytes.readUInt32BE(0) === 0x0061736d ? bytes.readUInt16LE(6) : undefined;
  if (layer === 0) throw new CommandError("a core WebAssembly module, not a component");
  if (layer === undefined && /^\s*(?:\(|;;)/.test(bytes.toString("latin1", 0, 200))) {
    throw new CommandError("WebAssembly text; assemble it first, for example with `wasm-tools parse`");
  }
  return new Uint8Array(bytes);
}
