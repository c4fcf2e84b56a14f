/**
 * `npm run size [-- --gate] [--write]`: how large the entry points are in a browser: bundled, minified, compressed. What is
 * asynchronous comes in a part of its own, which only components that need it load.
 *
 * --gate    fails where something has become larger than it is meant to be
 * --write   puts the table into docs/performance.md
 */
import { section } from "../bench/docs.ts";
import { bundle, type Part } from "./bundle.ts";

interface Row {
  readonly name: string;
  readonly part: Part;
  /** What it is to come down to, in KB of 1,024 bytes, compressed. */
  readonly goal?: number;
  /** What it must not be larger than, in the same unit: it is lowered as the goal comes nearer. */
  readonly most: number;
}

const core = await bundle("src/index.ts");
const runtime = await bundle("src/runtime/index.ts");
const runtimeAsync = await bundle("src/runtime/async.ts");

const rows: readonly Row[] = [
  { name: "`.`", part: core.first, goal: 64, most: 93.9 },
  { name: "`.`, all of it", part: core.all, most: 114.7 },
  { name: "`./runtime`", part: runtime.first, goal: 20, most: 18 },
  { name: "`./runtime/async`", part: runtimeAsync.first, most: 27 },
];

const table = [
  "| entry | minified | gzipped | goal |",
  "| --- | ---: | ---: | ---: |",
  ...rows.map(({ name, part, goal }) => {
    const wanted = goal === undefined ? "–" : `${goal} KB`;
    return `| ${name} | ${kilobytes(part.minified)} | ${kilobytes(part.gzipped)} | ${wanted} |`;
  }),
].join("\n");
console.log(table);

if (process.argv.includes("--write")) section("size", table);
if (process.argv.includes("--gate")) {
  for (const { name, part, most } of rows) {
    if (part.gzipped <= most * 1024) continue;
    console.error(`${name} is larger than ${most} KB`);
    process.exitCode = 1;
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
