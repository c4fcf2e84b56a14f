/**
 * Where the official test scripts of the Component Model are. They are not part of the project: it reads them from the
 * folder that GANTRY_CONFORMANCE names, or from `shared/conformance` beside the project.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project, from its sources as from what is compiled of them. */
export const projectRoot: string = nearestPackage(dirname(fileURLToPath(import.meta.url)));

/** The folder, whether or not it is there. */
export const officialScripts: string = resolve(
  process.env["GANTRY_CONFORMANCE"] ?? join(projectRoot, "../shared/conformance"),
);

/** What a program prints that has nothing to run, and so ends well: `runSteps` tells of it. */
export const noOfficialScripts: string = `skipped: there are no official test scripts in ${officialScripts}. To run them:
  git clone https://github.com/WebAssembly/component-model
  GANTRY_CONFORMANCE=component-model/test npm test`;

function nearestPackage(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : nearestPackage(dirname(folder));
}
