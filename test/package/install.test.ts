/**
 * The package as a user gets it: packed, installed into an empty folder, each subpath imported, the command run, and the
 * floors of what was shipped kept.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";

let folder: string;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "gantry-package-"));
  const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  run("npm", "install", "--silent", "--no-audit", "--no-fund", `./${packed.trim().split("\n").at(-1)}`);
  cpSync("examples/hello/hello.wasm", join(folder, "hello.wasm"));
});

after(() => rmSync(folder, { recursive: true, force: true }));

const { exports, main, types } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  main: string;
  types: string;
};
const entryPoints = Object.keys(exports)
  .filter((name) => !name.endsWith(".json"))
  .map((name) => `gantry${name.slice(1)}`);

for (const name of entryPoints) {
  test(`import "${name}"`, () => {
    const printed = run(
      "node",
      "--input-type=module",
      "-e",
      `console.log(Object.keys(await import("${name}")).length)`,
    );
    assert.ok(Number(printed) > 0, `${name} exports nothing`);
  });
}

test("bundlers that do not look at `exports` find what is there", () => {
  assert.deepEqual(exports["."], { types, default: main });
});

test("CommonJS can require it", () => {
  const program = `${JSON.stringify(entryPoints)}.map((name) => require(name)); console.log(require("gantry").Linker.name);`;
  assert.equal(run("node", "--input-type=commonjs", "-e", program), "Linker\n");
});

test("where there is no WebAssembly everything is loaded, and says so when it is used", () => {
  const program = `delete globalThis.WebAssembly;
    for (const name of ${JSON.stringify(entryPoints)}) await import(name);
    const { Component } = await import("gantry");
    const bytes = (await import("node:fs")).readFileSync("hello.wasm");
    for (const use of ["compile", "compileSync", "validate"]) {
      const error = await (async () => Component[use](bytes))().catch((error) => error);
      console.log(error.phase, error.code);
    }`;
  const told = "unsupported no-webassembly\n";
  assert.equal(run("node", "--input-type=module", "-e", program), told.repeat(3));
});

test("few files are loaded for a program", async () => {
  const { inputs } = (
    await build({
      entryPoints: [join(folder, "node_modules/gantry/dist/index.js")],
      bundle: true,
      write: false,
      metafile: true,
      platform: "neutral",
    })
  ).metafile;
  const loaded = new Set(Object.keys(inputs).filter((path) => path.endsWith("dist/index.js")));
  for (const path of loaded) {
    for (const { kind, path: other } of inputs[path]!.imports) if (kind === "import-statement") loaded.add(other);
  }
  assert.ok(loaded.size > 1 && loaded.size <= 5, `there are ${loaded.size}: ${[...loaded].join(" ")}`);
});

test("classes have the names that they are exported by", () => {
  const program = `const all = Object.entries(await import("gantry"));
    console.log(all.filter(([name, item]) => item.name !== name).map(([name]) => name).join());`;
  assert.equal(run("node", "--input-type=module", "-e", program), "\n");
});

test("TypeScript needs no more libraries for the types than the documentation says", () => {
  const [, lib] = /`"lib": \[(.*?)\]`/.exec(readFileSync("docs/api.md", "utf8"))!;
  const imports = entryPoints.map((name, i) => `import * as m${i} from "${name}";\nvoid m${i};\n`);
  writeFileSync(join(folder, "types.mts"), imports.join(""));
  const options = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "nodenext", "--target", "es2022"];
  const libs = lib!.replaceAll(/[" ]/g, "");
  assert.equal(run(resolve("node_modules/.bin/tsc"), ...options, "--lib", libs, "--types", "", "types.mts"), "");
});

test("TypeScript names all that a linker lacks", () => {
  const program = `import { Component, Linker } from "gantry";
    type World = { imports: { "a:b/log": { log(text: string): void }; now: () => bigint; rest: object }; exports: object };
    const component = await Component.compile<World>(new Uint8Array());
    await new Linker().define("rest", {}).define("now", () => 5).instantiate(component);`;
  writeFileSync(join(folder, "lacks.mts"), program);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  const { stdout } = spawnSync(resolve("node_modules/.bin/tsc"), [...options, "lacks.mts"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.match(stdout, /"not provided": "a:b\/log" \| "now"/);
});

test("npx gantry runs a program", () => {
  assert.match(run("npx", "--no-install", "gantry", "run", "hello.wasm", "Ada"), /^Hello, Ada!/);
});

test("the README's examples of embedding run", () => {
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
  const [first, second] = blocks;
  writeFileSync(join(folder, "example.ts"), `${first}${second}`);
  cpSync("examples/greeter/greeter.wasm", join(folder, "greeter.wasm"));
  assert.equal(
    run("node", "--no-warnings", "example.ts"),
    "greeting world\nHello, world\ngreeting again\ngreeting you\n",
  );
});

test("the README's example of WASI runs", () => {
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
  const program = `import { readFile } from "node:fs/promises";
    import { Component } from "gantry";
    const component = await Component.compile(await readFile("hello.wasm"));
    ${blocks[2]}`;
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "program.mjs"), program);
  assert.match(run("node", "program.mjs"), /^Hello, 2026!/);
});

test("what is asynchronous and cannot be loaded is told with what helps", async () => {
  const program = `import { readFileSync } from "node:fs";
    import { blocking, Component, Linker } from "gantry";
    const linker = new Linker().define("example:host/log@1.0.0", { log: blocking(() => {}) });
    const error = await linker.instantiate(await Component.compile(readFileSync("greeter.wasm"))).catch((error) => error);
    console.log(error.phase, error.code, error.cause instanceof Error, error.message.includes("loadAsync()"));`;
  writeFileSync(join(folder, "waits.mjs"), program);
  const { metafile } = await build({
    entryPoints: [join(folder, "waits.mjs")],
    bundle: true,
    splitting: true,
    metafile: true,
    format: "esm",
    platform: "node",
    absWorkingDir: folder,
    outdir: join(folder, "bundled"),
  });
  const later = Object.keys(metafile.outputs).filter((path) => path.includes("async-parts"));
  assert.equal(later.length, 1);
  rmSync(join(folder, later[0]!));
  cpSync("examples/greeter/greeter.wasm", join(folder, "greeter.wasm"));
  assert.equal(run("node", "bundled/waits.js"), "unsupported async-not-loaded true true\n");
});

test("nothing is shipped but what is meant to be", () => {
  const listing = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8" }),
  ) as unknown;
  const packed = (Array.isArray(listing) ? listing[0] : Object.values(listing as object)[0]) as {
    files: { path: string }[];
  };
  const strangers = packed.files
    .map(({ path }) => path)
    .filter((path) => !/^(dist|docs)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path));
  assert.deepEqual(strangers, []);
});

/** The rooms of `src/` that a bundle of `entry` takes in. */
async function roomsOf(entry: string): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: "neutral",
  });
  return new Set(Object.keys(metafile.inputs).map((path) => path.split("/")[1]!));
}

for (const entry of ["src/runtime/index.ts", "src/runtime/async.ts"]) {
  test(`${entry} pulls in no room of the compile wing`, async () => {
    assert.deepEqual([...(await roomsOf(entry))].sort(), ["abi", "errors", "runtime"]);
  });
}

test("gantry imports nothing from outside", async () => {
  const { metafile } = await build({
    entryPoints: ["src/index.ts"],
    bundle: true,
    write: false,
    metafile: true,
    platform: "neutral",
  });
  const outside = Object.keys(metafile.inputs).filter((path) => !path.startsWith("src/"));
  assert.deepEqual(outside, []);
});
