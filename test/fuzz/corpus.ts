/**
 * Valid components to start from: those of the official scripts, where they are at hand, and the project's fixtures.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { officialScripts } from "../../scripts/official-scripts.ts";
import { assembleScript, readScript } from "../../src/wast/script.ts";
import { scriptsIn } from "../../src/wast/suite.ts";

export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const fixtures = [
  "examples/hello/hello.wasm",
  "test/fixtures/composed/composed.wasm",
  "test/fixtures/exit/exit.wasm",
  "test/fixtures/plugin/plugin.wasm",
  "test/fixtures/files/files.wasm",
];

export function fixtureSamples(): Sample[] {
  return fixtures.map((name) => ({ name, bytes: new Uint8Array(readFileSync(name)) }));
}

/** Every component in the official scripts, and in the project's own, that is there to be compiled or instantiated. */
export async function scriptSamples(): Promise<Sample[]> {
  process.env["WAST_STRICT_COMPONENT_INDICES"] ??= "1";
  const samples: Sample[] = [];
  for (const folder of [officialScripts, resolve("test/wast")]) {
    if (!existsSync(folder)) continue;
    for (const { name, text } of scriptsIn(folder)) {
      for (const directive of await assembleScript(readScript(text), parse)) {
        if (directive.kind !== "component" && directive.kind !== "definition" && directive.kind !== "assert_trap")
          continue;
        if (!("source" in directive) || directive.source.bytes === undefined) continue;
        samples.push({ name: `${name}:${directive.line}`, bytes: directive.source.bytes });
      }
    }
  }
  return samples;
}
