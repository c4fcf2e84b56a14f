/**
 * The Node that the machine has, besides the one that npm scripts use: the first on the path outside `node_modules`.
 *
 * Tests run on both, since what an engine lacks is found only there.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface MachineNode {
  readonly path: string;
  /** `v20.20.2` */
  readonly version: string;
}

/** Undefined if there is none, if it is older than the package supports, or if it is the version that runs already. */
export function machineNode(): MachineNode | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    if (folder.includes("node_modules") || !existsSync(path)) continue;
    const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim();
    return Number(version.slice(1).split(".")[0]) >= 20 && version !== process.version ? { path, version } : undefined;
  }
  return undefined;
}
