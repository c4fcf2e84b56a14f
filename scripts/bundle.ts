/** What a bundler makes of an entry point: what a page loads at first, and what it loads when it is needed. */
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

export interface Part {
  /** The sources that it is made of. */
  readonly files: readonly string[];
  readonly minified: number;
  /** The same without what joins its parts. */
  readonly unjoined: number;
  readonly gzipped: number;
}

export interface Bundle {
  /** The entry point, and all that it imports. */
  readonly first: Part;
  /** What is imported with `import()`, less what is there already. */
  readonly later: Part;
  readonly all: Part;
}

/** `alone`: as if nothing were imported with `import()`, so that there is only what the entry point itself needs. */
export async function bundle(entry: string, alone = false): Promise<Bundle> {
  const withoutLater: Plugin = {
    name: "without later parts",
    setup({ onResolve }) {
      onResolve({ filter: /./ }, ({ kind, path }) =>
        alone && kind === "dynamic-import" ? { path, external: true } : undefined,
      );
    },
  };
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
    plugins: [withoutLater],
  });
  const { outputs } = metafile;
  const names = Object.keys(outputs);
  const first = new Set(names.filter((name) => outputs[name]!.entryPoint === entry));
  for (const name of first) {
    for (const { kind, path } of outputs[name]!.imports) if (kind === "import-statement") first.add(path);
  }
  const part = (chosen: Iterable<string>): Part => {
    const some = [...chosen];
    const code = some.map((name) => outputFiles.find(({ path }) => path.endsWith(basename(name)))!.contents);
    return {
      files: some.flatMap((name) => Object.keys(outputs[name]!.inputs)),
      minified: code.reduce((sum, { length }) => sum + length, 0),
      unjoined: some
        .flatMap((name) => Object.values(outputs[name]!.inputs))
        .reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0),
      // As one file: how a bundler cuts what is loaded together is its own choice.
      gzipped: gzipSync(Buffer.concat(code), { level: 9 }).length,
    };
  };
  return {
    first: part(first),
    later: part(names.filter((name) => !first.has(name))),
    all: part(names),
  };
}
