/**
 * `npm run build`: the package, in `dist/`. Types are those of the sources, file by file. What runs is bundled, since
 * loading a hundred and fifty modules takes several times as long as compiling a component: an entry point each for what
 * `package.json` names and what threads are started with, and what they share in `chunks/`. Nothing is minified.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const { exports, bin } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, { default: string } | string>;
  bin: Record<string, string>;
};
const shipped = [...Object.values(exports), ...Object.values(bin)]
  .map((target) => (typeof target === "string" ? target : target.default))
  .filter((target) => target.endsWith(".js"))
  .map((target) => target.replace(/^(\.\/)?dist\/(.*)\.js$/, "src/$2.ts"));

rmSync("dist", { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
  entryPoints: [...shipped, ...["worker", "gantry-host", "validate-host"].map((name) => `src/wast/${name}.ts`)],
  outdir: "dist",
  outbase: "src",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "es2022",
  // Engines keep what has other characters in two bytes a character, and take longer to read it.
  charset: "ascii",
});

// The bundler calls classes that mention themselves `_Component`; users see that name when they print what they hold.
for (const file of globSync("dist/**/*.js")) {
  const text = readFileSync(file, "utf8");
  const names = Array.from(text.matchAll(/^var (\w+) = class _\1\b/gm), ([, name]) => name!);
  if (names.length === 0) continue;
  writeFileSync(file, text.replaceAll(new RegExp(`\\b_(${names.join("|")})\\b`, "g"), "$1"));
}
