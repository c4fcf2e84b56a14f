/** What a bundler makes of an entry point: what a page loads at first, and what it loads when it is needed. */
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Part {
  /** The sources that it is made of. */
  readonly files: readonly string[];
  readonly minified: number;
  readonly gzipped: number;
}

export interface Bundle {
  /** The entry point, and all that it imports. */
  readonly first: Part;
  /** What is imported with `import()`, less what is there already. */
  readonly later: Part;
}

export async function bundle(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
    outdir: "out",
  });
  const names = Object.keys(metafile.outputs);
  const first = new Set(names.filter((name) => metafile.outputs[name]!.entryPoint === entry));
  for (const name of first) {
    for (const { kind, path } of metafile.outputs[name]!.imports) if (kind === "import-statement") first.add(path);
  }
  const part = (chosen: (name: string) => boolean): Part => {
    const some = names.filter(chosen).map((name) => {
      return { name, code: outputFiles.find(({ path }) => path.endsWith(basename(name)))!.contents };
    });
    return {
      files: some.flatMap(({ name }) => Object.keys(metafile.outputs[name]!.inputs)),
      minified: some.reduce((sum, { code }) => sum + code.length, 0),
      // As one file each: how a bundler cuts what is loaded together is its own choice.
      gzipped: gzipSync(Buffer.concat(some.map(({ code }) => code)), { level: 9 }).length,
    };
  };
  return { first: part((name) => first.has(name)), later: part((name) => !first.has(name)) };
}
