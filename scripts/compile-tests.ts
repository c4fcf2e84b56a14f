/**
 * Compiles sources and tests into `build/`, for engines that cannot run TypeScript, with the files that tests read beside
 * them: the same layout, so that relative paths hold.
 */
import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

rmSync("build", { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.test.json"], { stdio: "inherit" });
for (const path of ["docs", "examples", "test/fixtures", "test/wast"]) {
  symlinkSync(join(process.cwd(), path), join("build", path));
}
