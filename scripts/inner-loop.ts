/** The steps that `npm run check` consists of, and `npm test` begins with. */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Step } from "./steps.ts";

/** What is found out without running gantry. */
export const checks: readonly Step[] = [
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "types of worlds", command: ["tsc", "-p", "test/types"] },
  { name: "style", command: ["biome", "ci", "--reporter=summary", "."] },
  { name: "floors", command: ["node", "scripts/check-floors.ts"] },
  { name: "exports", command: ["node", "scripts/check-exports.ts"] },
  { name: "references", command: ["node", "scripts/check-references.ts"] },
  { name: "index of the specification", command: ["node", "scripts/spec-index.ts", "--check"] },
];

// Each file is a process. The runner counts itself among them, and by default leaves a core idle besides.
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;

export const unitTests: Step = {
  name: "unit and golden tests",
  command: ["node", "--test", concurrency, ...globSync(["test/unit/**/*.test.ts", "test/golden/*.test.ts"]).sort()],
};

export const ownScripts: Step = { name: "own scripts, jit", command: ["node", "scripts/conformance.ts", "test/wast"] };
