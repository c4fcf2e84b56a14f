/**
 * What jco makes of components, kept in .cache; and instances of it. jco is installed by `npm install` in this folder;
 * without it, what is in the cache can still be measured.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cacheFolder, hash } from "./guests.ts";

export type Peer = "jco" | "jco-1.8";

const packages = { jco: "@bytecodealliance/jco", "jco-1.8": "jco-1.8" } as const;

export type Transpile = (
  component: Uint8Array,
  options: Readonly<Record<string, unknown>>,
) => Promise<{ readonly files: Readonly<Record<string, Uint8Array>> }>;

/** The options with which its output is fastest. */
export const options = {
  name: "guest",
  instantiation: "sync",
  multiMemory: true,
  validLiftingOptimization: true,
  base64Cutoff: 0,
  wasiShim: false,
} as const;

/** The same for components with asynchronous functions: instantiating takes a promise then. */
const asyncOptions = { ...options, instantiation: "async", asyncMode: "jspi" } as const;

/** jco's function, or a sentence that says why there is none. */
export async function loadTranspile(peer: Peer): Promise<Transpile | string> {
  try {
    return ((await import(packages[peer])) as { transpile: Transpile }).transpile;
  } catch (error) {
    return `${packages[peer]} cannot be loaded: ${(error as Error).message}`;
  }
}

type Exports = Record<string, unknown>;
type Instantiate = (
  getCoreModule: (path: string) => WebAssembly.Module,
  imports: Readonly<Record<string, object>>,
) => Exports | Promise<Exports>;

/** An instance of a component as jco has it, or a sentence that says why there is none. */
export async function instantiate(
  peer: Peer,
  name: string,
  component: Uint8Array,
  imports: Readonly<Record<string, object>>,
  kind: "sync" | "async" = "sync",
): Promise<Exports | string> {
  const folder = `${cacheFolder}${peer}/${name}-${hash(component)}/`;
  if (!existsSync(folder)) {
    const why = await transpileTo(folder, peer, component, kind);
    if (why !== undefined) return why;
  }
  if (existsSync(`${folder}failed`)) return readFileSync(`${folder}failed`, "utf8");
  const { instantiate } = (await import(pathToFileURL(`${folder}guest.js`).href)) as { instantiate: Instantiate };
  return instantiate((path) => new WebAssembly.Module(readFileSync(folder + path)), imports);
}

/**
 * Fills `folder` with what jco makes of a component; where it fails, with a file that says so. In a process of its own:
 * when it has panicked once, it can do no more. Returns why there is no folder, if there is none.
 */
async function transpileTo(
  folder: string,
  peer: Peer,
  component: Uint8Array,
  kind: "sync" | "async",
): Promise<string | undefined> {
  const missing = await loadTranspile(peer);
  if (typeof missing === "string") return missing;
  mkdirSync(folder, { recursive: true });
  const input = `${folder}guest.wasm`;
  writeFileSync(input, component);
  const { stderr, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), peer, input, folder, kind], {
    encoding: "utf8",
  });
  if (status !== 0) writeFileSync(`${folder}failed`, `jco cannot transpile it: ${stderr.trim()}`);
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [peer, input, folder, kind] = process.argv.slice(2) as [Peer, string, string, "sync" | "async"];
  const transpile = (await loadTranspile(peer)) as Transpile;
  const { files } = await transpile(readFileSync(input), kind === "async" ? asyncOptions : options);
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n');
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(folder + file), { recursive: true });
    writeFileSync(folder + file, content);
  }
}
