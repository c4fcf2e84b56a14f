/** `npm run check`: the inner loop. Types, style, floors, unit and golden tests, the fast scripts; a minute or two. */
import { globSync } from "node:fs";
import { runSteps } from "./steps.ts";

const tests = globSync(["test/unit/**/*.test.ts", "test/golden/*.test.ts"]);
runSteps([
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "types of worlds", command: ["tsc", "-p", "test/types"] },
  { name: "style", command: ["biome", "ci", "--reporter=summary", "."] },
  { name: "floors", command: ["node", "scripts/check-floors.ts"] },
  { name: "index of the specification", command: ["node", "scripts/spec-index.ts", "--check"] },
  { name: "unit and golden tests", command: ["node", "--test", ...tests] },
  { name: "own scripts", command: ["node", "scripts/conformance.ts", "test/wast"] },
]);
