/**
 * `npm test`: everything. What `npm run check` does, then both tiers over the official suite, the same on the machine's
 * own Node, programs from the command line, and the package as a user installs it.
 */
import { globSync } from "node:fs";
import { checks, ownScripts, unitTests } from "./inner-loop.ts";
import { machineNode } from "./machine-node.ts";
import { runSteps, type Step } from "./steps.ts";

const tests = (...patterns: string[]): string[] => globSync(patterns).sort();
const steps: Step[] = [
  ...checks,
  { name: "build", command: ["npm", "run", "-s", "build"] },
  unitTests,
  ownScripts,
  { name: "own scripts, evaluate", command: ["node", "scripts/conformance.ts", "test/wast", "--tier", "evaluate"] },
  { name: "official suite, jit", command: ["node", "scripts/conformance.ts"] },
  { name: "official suite, evaluate", command: ["node", "scripts/conformance.ts", "--tier", "evaluate"] },
  { name: "official suite, composed", command: ["node", "scripts/conformance.ts", "--no-fuse"] },
  { name: "own scripts, by chance", command: ["node", "scripts/schedules.ts", "test/wast/async", "--seeds", "20"] },
  { name: "official scripts, by chance", command: ["node", "scripts/schedules.ts"] },
  { name: "programs", command: ["node", "--test", ...tests("test/e2e/*.test.ts")] },
  { name: "the reference, and fuzzing", command: ["node", "--test", ...tests("test/{reference,fuzz}/*.test.ts")] },
  { name: "hostile input", command: ["node", "--test", ...tests("test/hostile/*.test.ts")] },
  { name: "fixtures are what their sources make", command: ["node", "scripts/build-fixtures.ts", "--check"] },
  { name: "package", command: ["node", "--test", ...tests("test/package/*.test.ts")] },
  { name: "size", command: ["node", "scripts/size.ts", "--gate"] },
];

const other = machineNode();
if (other === undefined) {
  console.log("the machine has no other Node to test on");
} else {
  const compiled = tests("test/unit/**/*.test.ts").map((file) => `build/${file.replace(/\.ts$/, ".js")}`);
  steps.push(
    { name: `compile the tests for ${other.version}`, command: ["node", "scripts/compile-tests.ts"] },
    { name: `unit tests, ${other.version}`, command: [other.path, "--test", ...compiled] },
    { name: `official suite, ${other.version}, jit`, command: [other.path, "build/scripts/conformance.js"] },
    {
      name: `official suite, ${other.version}, evaluate`,
      command: [other.path, "build/scripts/conformance.js", "--tier", "evaluate"],
    },
  );
}

runSteps(steps);
