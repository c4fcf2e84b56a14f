/**
 * Prints how large the entry points are in a browser: bundled, minified, compressed. What is asynchronous, and what makes
 * adapters between components, come in parts of their own, which only components that need them load. `--gate` fails over
 * budget.
 */
import { bundle, type Part } from "./bundle.ts";

const entries = [
  { name: ".", file: "src/index.ts", budget: 64 },
  { name: "./runtime", file: "src/runtime/index.ts", budget: 20 },
  { name: "./runtime/async", file: "src/runtime/async.ts", budget: undefined },
];

const rows: [string, Part, number | undefined][] = [];
for (const { name, file, budget } of entries) {
  const { first, later } = await bundle(file);
  rows.push([`\`${name}\``, first, budget]);
  if (later.files.length === 0) continue;
  rows.push([`\`${name}\`, loaded when needed`, later, undefined]);
  rows.push([
    `\`${name}\`, all of it`,
    {
      files: [],
      minified: first.minified + later.minified,
      gzipped: first.gzipped + later.gzipped,
    },
    undefined,
  ]);
}

console.log("| entry | minified | gzipped | budget |\n| --- | ---: | ---: | ---: |");
for (const [name, { minified, gzipped }, budget] of rows) {
  console.log(`| ${name} | ${kilobytes(minified)} | ${kilobytes(gzipped)} | ${budget ? `${budget} KB` : "–"} |`);
  if (budget !== undefined && gzipped > budget * 1024 && process.argv.includes("--gate")) {
    console.error(`${name} is over its budget of ${budget} KB`);
    process.exitCode = 1;
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
