/**
 * `npm run build`: the package, in `dist/`. Types are those of the sources, file by file. What runs is bundled, since
 * loading a hundred and fifty modules takes several times as long as compiling a component: an entry point each for what
 * `package.json` names and what threads are started with, and what they share in `chunks/`. Nothing is minified.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { compileEarly } from "./early.ts";

const { exports, bin } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, { default: string } | string>;
  bin: Record<string, string>;
};
const shipped = [...Object.values(exports), ...Object.values(bin)]
  .map((target) => (typeof target === "string" ? target : target.default))
  .filter((target) => target.endsWith(".js"))
  .map((target) => target.replace(/^(\.\/)?dist\/(.*)\.js$/, "src/$2.ts"));

/**
 * The bundler makes a chunk for every set of entry points that share code: more than a dozen for `.`, most of them so small that
 * it takes longer to open than to read them. So whatever is loaded where `.` is, now or later, is made to need all of `.`; and
 * what is loaded besides `./runtime`, all of that.
 */
const together: Plugin = {
  name: "together",
  setup({ onLoad }) {
    const add = (filter: RegExp, entry: string) =>
      onLoad({ filter }, ({ path }) => {
        // The command has Node keep what it compiles before there is anything to compile.
        if (path.endsWith("main.ts")) return undefined;
        return { contents: `${readFileSync(path, "utf8")}\nimport ${JSON.stringify(resolve(entry))};\n`, loader: "ts" };
      });
    add(/src\/(async|embed\/async-parts|(wasi|wast|cli)\/.*)\.ts$/, "src/index.ts");
    add(/src\/runtime\/async\.ts$/, "src/runtime/index.ts");
  },
};

rmSync("dist", { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
  entryPoints: [...shipped, ...["worker", "gantry-host", "validate-host"].map((name) => `src/wast/${name}.ts`)].map(
    (path) => resolve(path),
  ),
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
  plugins: [together],
  // It is only for where the code goes.
  logOverride: { "ignored-bare-import": "silent" },
});

// The bundler calls classes that mention themselves `_Component`; users see that name when they print what they hold.
for (const file of globSync("dist/**/*.js")) {
  const text = readFileSync(file, "utf8");
  const names = Array.from(text.matchAll(/^var (\w+) = class _\1\b/gm), ([, name]) => name!);
  if (names.length === 0) continue;
  writeFileSync(file, text.replaceAll(new RegExp(`\\b_(${names.join("|")})\\b`, "g"), "$1"));
}

await compileEarly(resolve("dist"));
