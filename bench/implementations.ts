/**
 * What is measured side by side: an instance of a guest, by name, in each of the ways that there are to have one.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as gantry from "../src/index.ts";
import { coreModules } from "./core-modules.ts";
import { fresh } from "./fresh.ts";
import { cacheFolder, type GuestName, guestBytes, hash } from "./guests.ts";
import { makeHost } from "./host.ts";
import { instantiate, type Peer } from "./peers.ts";
import { compounds } from "./raw/compounds.ts";
import { imports } from "./raw/imports.ts";
import type { Exports, Glue, Kit } from "./raw/kit.ts";
import { linked } from "./raw/linked.ts";
import { lists } from "./raw/lists.ts";
import { hostResources, resources } from "./raw/resources.ts";
import { scalars } from "./raw/scalars.ts";
import { strings } from "./raw/strings.ts";
import { latin1, utf8, utf16 } from "./raw/text.ts";

export const implementationNames = ["raw", "adapter", "gantry", "evaluate", "before", "jco", "jco-1.8"] as const;
export type ImplementationName = (typeof implementationNames)[number];

export const about: Readonly<Record<ImplementationName, string>> = {
  raw: "glue written by hand for the same core modules, in standard JavaScript: the limit",
  adapter: "the same for calls between components, written by hand in core WebAssembly with two memories",
  gantry: "gantry, generated code",
  evaluate: "gantry, closures instead of generated code",
  before: "another build of gantry, whose `dist` the variable `BENCH_BEFORE` names",
  jco: "what jco 1.35 transpiles to",
  "jco-1.8": "what jco 1.8.1 transpiles to",
};

/** The exports of a new instance; a sentence that says why there are none. */
export async function instance(implementation: ImplementationName, guest: GuestName): Promise<Exports | string> {
  const bytes = await guestBytes(guest);
  switch (implementation) {
    case "raw":
      return glue[guest](kit(bytes));
    case "adapter":
      return guest === "linked" ? await adapted(kit(bytes)) : "only for calls between components";
    case "gantry":
      return await gantryInstance(bytes, "jit");
    case "evaluate":
      return await gantryInstance(bytes, "evaluate");
    case "before": {
      const folder = process.env["BENCH_BEFORE"];
      if (folder === undefined) return "BENCH_BEFORE is not set";
      const { href } = pathToFileURL(join(folder, "index.js"));
      const build = (await import(href)) as typeof gantry;
      // Components are numbered in the code that is made for them; with equal numbers, two builds make the same code, and
      // engines let the same code learn together.
      for (let i = 0; i < 10; i++) new build.Linker().instantiateSync(build.Component.compileSync(emptyComponent));
      return await gantryInstance(bytes, "jit", build);
    }
    case "jco":
    case "jco-1.8":
      return await peerInstance(implementation, guest, bytes);
  }
}

const emptyComponent = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);

// ---- By hand

const glue: Readonly<Record<GuestName, Glue>> = {
  scalars: (kit) => fresh(scalars)(kit),
  "strings-utf8": (kit) => fresh(strings)(kit, kit.utf8),
  "strings-utf16": (kit) => fresh(strings)(kit, kit.utf16),
  "strings-latin1": (kit) => fresh(strings)(kit, kit.latin1),
  lists: (kit) => fresh(lists)(kit),
  compounds: (kit) => fresh(compounds)(kit),
  resources: (kit) => fresh(resources)(kit),
  imports: (kit) => fresh(imports)(kit),
  "host-resources": (kit) => fresh(hostResources)(kit),
  linked: (kit) => fresh(linked)(kit, "utf8"),
  "linked-utf8-utf16": (kit) => fresh(linked)(kit, "utf8-utf16"),
  "linked-utf16-utf8": (kit) => fresh(linked)(kit, "utf16-utf8"),
};

function kit(bytes: Uint8Array<ArrayBuffer>): Kit {
  return {
    modules: coreModules(bytes).map((module) => new WebAssembly.Module(module)),
    host: fresh(makeHost)(),
    utf8: fresh(utf8),
    utf16: fresh(utf16),
    latin1: fresh(latin1),
  };
}

async function adapted({ modules }: Kit): Promise<Exports | string> {
  let adapter: WebAssembly.Module;
  try {
    adapter = new WebAssembly.Module(await adapterBytes());
  } catch {
    return "this engine has no multi-memory";
  }
  const callee = new WebAssembly.Instance(modules[0]!).exports as WebAssembly.ModuleImports;
  const caller = new WebAssembly.Instance(modules[1]!).exports as WebAssembly.ModuleImports;
  const between = new WebAssembly.Instance(adapter, { caller, callee }).exports as WebAssembly.ModuleImports;
  const core = new WebAssembly.Instance(modules[2]!, { memory: caller, callee: between }).exports;
  return Object.fromEntries(
    Object.entries(core as Record<string, (n: number) => number>).map(([name, run]) => [
      name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      (n: number) => run(n) >>> 0,
    ]),
  );
}

async function adapterBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const text = readFileSync(new URL("raw/adapter.wat", import.meta.url), "utf8");
  const cached = `${cacheFolder}guests/adapter-${hash(text)}.wasm`;
  if (!existsSync(cached)) {
    const { parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");
    writeFileSync(cached, await parse(text));
  }
  return new Uint8Array(readFileSync(cached));
}

// ---- gantry

/** A file of the package as built, which is what is measured. `BENCH_GANTRY` names another build's folder, to compare with. */
export function dist(file: string): string {
  const folder = process.env["BENCH_GANTRY"];
  return folder === undefined
    ? new URL(`../dist/${file}`, import.meta.url).href
    : pathToFileURL(join(folder, file)).href;
}

export async function loadGantry(): Promise<typeof gantry> {
  return (await import(dist("index.js"))) as typeof gantry;
}

async function gantryInstance(bytes: Uint8Array, tier: "jit" | "evaluate", build?: typeof gantry): Promise<Exports> {
  const { Component, Linker } = build ?? (await loadGantry());
  const component = Component.compileSync(bytes, { tier });
  const linker = new Linker().define("bench:bench/host", fresh(makeHost)());
  return withInterface(linker.instantiateSync(component).exports as Exports);
}

// ---- jco

async function peerInstance(peer: Peer, guest: GuestName, bytes: Uint8Array): Promise<Exports | string> {
  const made = await instantiate(peer, guest, bytes, { "bench:bench/host": fresh(makeHost)() });
  return typeof made === "string" ? made : withInterface(made);
}

/** What is exported, or what the interface has that is: resources can be exported by themselves only in theory. */
function withInterface(exports: Exports): Exports {
  return (exports["bench:bench/counters"] ?? exports) as Exports;
}
