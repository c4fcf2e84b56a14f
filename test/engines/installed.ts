/**
 * The engines that `package.json` beside this file names, as their packages bring them: each has the program for this
 * machine in a package of its own, which npm chooses.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));

/** The program of an engine; `undefined`, and a sentence on the standard error, if it cannot be had. */
export function program(engine: "bun" | "deno"): string | undefined {
  const patterns = { bun: "node_modules/@oven/bun-*/bin/bun*", deno: "node_modules/@deno/*/deno*" };
  const find = (): string | undefined => globSync(patterns[engine], { cwd: folder })[0];
  if (find() === undefined) install();
  const found = find();
  if (found !== undefined) return join(folder, found);
  console.error(`${engine} is not tested: \`npm install --prefix test/engines\` did not bring it`);
  return undefined;
}

let tried = false;

function install(): void {
  if (tried) return;
  tried = true;
  const command = existsSync(join(folder, "package-lock.json")) ? "ci" : "install";
  spawnSync("npm", [command, "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}
