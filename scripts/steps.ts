/**
 * Runs the steps of `npm run check` and `npm test` one after another, says little while all is well and everything when
 * a step fails, and adds up what the test runners counted.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

// Hundreds of processes load the same files: Node keeps what it makes of their TypeScript, where it can.
const kept = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/compiled") };

/** Runs `steps` to the end, whatever fails, prints the totals as the last line, and sets the exit code. */
export function runSteps(steps: readonly Step[]): void {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const broken: string[] = [];
  for (const { name, command, env } of steps) {
    const begin = performance.now();
    const [program, ...args] = command;
    const { status, stdout, stderr } = spawnSync(program, args, {
      encoding: "utf8",
      env: { ...kept, ...process.env, ...env },
      maxBuffer: 2 ** 28,
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const output = `${stdout ?? ""}${stderr ?? ""}`;
    const counted = count(output);
    totals.passed += counted.passed;
    totals.failed += counted.failed;
    totals.skipped += counted.skipped;
    const figures = counted.passed + counted.failed > 0 ? `  ${describe(counted)}` : "";
    // A program that has nothing to run says so in a line of its own.
    const skipped = /^skipped: .*/m.exec(output)?.[0];
    const word = status !== 0 ? "FAIL" : skipped === undefined ? "ok  " : "skip";
    console.log(`${word} ${name.padEnd(34)} ${seconds.padStart(6)} s${figures}`);
    if (skipped !== undefined) {
      totals.skipped++;
      console.log(`     ${skipped}`);
    }
    if (status !== 0) {
      broken.push(name);
      console.log(output.trimEnd());
    }
  }
  if (broken.length > 0) console.log(`\nfailed: ${broken.join(", ")}`);
  console.log(describe({ ...totals, failed: Math.max(totals.failed, broken.length) }));
  process.exitCode = broken.length > 0 ? 1 : 0;
}

function describe({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The closing lines of `node --test`, of `deno test`, of `bun test`, and of gantry's own runners. */
const closings: Readonly<Record<keyof Totals, readonly RegExp[]>> = {
  passed: [/^(?:ℹ|#) pass (\d+)$/gm, /\| (\d+) passed(?: \((\d+) steps?\))?/g, /^ (\d+) pass$/gm, /^(\d+) passed,/gm],
  failed: [
    /^(?:ℹ|#) fail (\d+)$/gm,
    /\| (\d+) failed(?: \((\d+) steps?\))?/g,
    /^ (\d+) fail$/gm,
    /^\d+ passed, (\d+) failed/gm,
  ],
  skipped: [
    /^(?:ℹ|#) skipped (\d+)$/gm,
    /\| (\d+) ignored(?: \((\d+) steps?\))?/g,
    /^ (\d+) skip$/gm,
    /^\d+ passed, \d+ failed, (\d+) skipped$/gm,
  ],
};

function count(output: string): Totals {
  const sum = (patterns: readonly RegExp[]) =>
    patterns
      .flatMap((pattern) => [...output.matchAll(pattern)])
      .reduce((total, [, n, steps = 0]) => total + Number(n) + Number(steps), 0);
  return { passed: sum(closings.passed), failed: sum(closings.failed), skipped: sum(closings.skipped) };
}
