/**
 * The engines that `package.json` beside this file names, as their packages bring them: each has the program for this
 * machine in a package of its own, which npm chooses.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installBeside } from "../../scripts/install-beside.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const patterns = { bun: "node_modules/@oven/bun-*/bin/bun*", deno: "node_modules/@deno/*/deno*" };

/** The program of an engine; `undefined`, and a sentence on the standard error, if it cannot be had. */
export function program(engine: "bun" | "deno"): string | undefined {
  installBeside(folder);
  const [found] = globSync(patterns[engine], { cwd: folder });
  if (found !== undefined) return join(folder, found);
  console.error(`${engine} is not tested: \`npm install --prefix test/engines\` did not bring it`);
  return undefined;
}
