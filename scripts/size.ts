/** Prints how large the entry points are in a browser: bundled, minified, compressed. `--gate` fails over budget. */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const entries = [
  { name: ".", file: "src/index.ts", budget: 64 },
  { name: "./runtime", file: "src/runtime/index.ts", budget: 20 },
];

console.log("| entry | minified | gzipped | budget |\n| --- | ---: | ---: | ---: |");
for (const { name, file, budget } of entries) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
  });
  const code = outputFiles[0]!.contents;
  const packed = gzipSync(code, { level: 9 }).length;
  console.log(`| \`${name}\` | ${kilobytes(code.length)} | ${kilobytes(packed)} | ${budget} KB |`);
  if (packed > budget * 1024 && process.argv.includes("--gate")) {
    console.error(`${name} is over its budget of ${budget} KB`);
    process.exitCode = 1;
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
