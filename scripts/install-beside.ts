/**
 * Installs what the package.json of a folder names, if it is not there: test tools that are too large to come with
 * `npm install`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const tried: Set<string> = new Set();

/** Where this fails, npm says why, and what was to be installed is not there. */
export function installBeside(folder: string): void {
  if (tried.has(folder) || existsSync(join(folder, "node_modules"))) return;
  tried.add(folder);
  spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}
