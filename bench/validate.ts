/**
 * How fast are components decoded and validated? Core code is not: that is the engine's business, and not counted.
 *
 *     node bench/validate.ts [--write]
 *
 * Fails if the largest component is not checked at 200 MB of its bytes a second.
 */
import { decodeComponent } from "../src/binary/component.ts";
import { planComponent } from "../src/plan/inline.ts";
import { defaultFeatures } from "../src/validate/features.ts";
import { validateComponent } from "../src/validate/validate.ts";
import { section } from "./docs.ts";
import { engine } from "./engine.ts";
import { loadTranspile, options } from "./peers.ts";
import { realComponent, realNames, syntheticComponent } from "./real.ts";
import { median } from "./statistics.ts";
import { grid, milliseconds } from "./table.ts";

const WANTED = 200;
const ROUNDS = 21;

const transpile = await loadTranspile("jco");

interface Phases {
  readonly decode: number;
  readonly validate: number;
  readonly plan: number;
}

const rows: string[][] = [];
let slowest: string | undefined;
for (const [name, bytes] of await components()) {
  const cold = check(bytes);
  const warm = Array.from({ length: ROUNDS }, () => check(bytes));
  const phase = (key: keyof Phases) => median(warm.map((phases) => phases[key]));
  const speed = (phases: Phases) => bytes.length / 1e3 / (phases.decode + phases.validate);
  const coldSpeed = speed(cold);
  if (bytes.length > 10e6 && coldSpeed < WANTED) slowest = `${name}: ${coldSpeed.toFixed(0)} MB/s`;
  rows.push([
    `${name}, ${(bytes.length / 1e6).toFixed(1)} MB`,
    milliseconds(cold.decode),
    milliseconds(cold.validate),
    milliseconds(cold.plan),
    `${coldSpeed.toFixed(0)} MB/s`,
    milliseconds(phase("decode")),
    milliseconds(phase("validate")),
    milliseconds(phase("plan")),
    `${median(warm.map(speed)).toFixed(0)} MB/s`,
    await jco(bytes),
  ]);
}

const table = [
  `${engine(undefined)}. Milliseconds; first the first time in this process, then medians of ${ROUNDS} more. The speed is that of decoding and validating.`,
  grid(
    ["component", "decode", "validate", "plan", "speed", "decode again", "validate", "plan", "speed", "jco transpiles"],
    rows,
  ),
].join("\n\n");
console.log(table);
if (process.argv.includes("--write")) section("validate", table);
if (slowest !== undefined) {
  console.error(`slower than ${WANTED} MB/s: ${slowest}`);
  process.exitCode = 1;
}

function check(bytes: Uint8Array): Phases {
  const start = performance.now();
  const syntax = decodeComponent(bytes);
  const decoded = performance.now();
  const component = validateComponent(syntax, bytes, { features: defaultFeatures });
  const validated = performance.now();
  planComponent({ component, environment: undefined, source: 0 }, new Map(), new Map());
  return { decode: decoded - start, validate: validated - decoded, plan: performance.now() - validated };
}

async function components(): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for (const name of realNames) {
    const bytes = await realComponent(name);
    if (bytes !== undefined) found.push([name, bytes]);
  }
  return [...found, ["synthetic", syntheticComponent(12e6)]];
}

async function jco(bytes: Uint8Array): Promise<string> {
  if (typeof transpile === "string") return "–";
  const start = performance.now();
  await transpile(bytes, options);
  return milliseconds(performance.now() - start);
}
