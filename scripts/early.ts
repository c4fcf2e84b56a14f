/**
 * Has engines compile with the library what components pass through.
 *
 * Engines look a function over when its file is loaded, and compile it when it is first called: for those that are called
 * anyway, the first is in vain, and the first component waits for the second. V8 compiles a function expression in
 * parentheses at once, so that is what they are made here; to other engines it is all the same.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Component, Linker } from "../src/index.ts";

/** `folder` is that of the bundles. What components pass through is what one does that consists of two. */
export async function compileEarly(folder: string): Promise<void> {
  const root = pathToFileURL(folder).href;
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true });
  const gantry = (await import(`${root}/index.js`)) as {
    readonly Component: typeof Component;
    readonly Linker: typeof Linker;
  };
  const component = await gantry.Component.compile(readFileSync("test/fixtures/composed/composed.wasm"));
  const linker = new gantry.Linker().define("example:composed/console", { log() {} });
  const { exports } = await linker.instantiate(component);
  (exports as { shop: { greet(name: string): string } }).shop.greet("world");
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  let parenthesized = 0;
  for (const { url, functions } of result) {
    if (!url.startsWith(`${root}/`)) continue;
    const called = functions.flatMap(({ ranges: [range] }) => (range!.count > 0 ? [range!] : []));
    parenthesized += parenthesize(fileURLToPath(url), called);
  }
  if (parenthesized === 0)
    throw new Error("the bundles are not written as they were: nothing was found to be compiled early");
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * Makes expressions of those of the functions that are declarations of a source file itself. In the bundle, each source
 * file begins with a line that names it; there they are put, for as declarations they would be there before all else.
 * Returns how many they are.
 */
function parenthesize(file: string, functions: readonly Range[]): number {
  const text = readFileSync(file, "utf8");
  const sections = text.split(/^(?=\/\/ src\/.*$)/m);
  let start = 0;
  let count = 0;
  const written = sections.map((section) => {
    const inside = functions.map(({ startOffset, endOffset }) => [startOffset - start, endOffset - start] as const);
    start += section.length;
    const [expressions, rest] = split(section, inside);
    count += expressions.length;
    const first = rest.indexOf("\n") + 1;
    return rest.slice(0, first) + expressions.join("") + rest.slice(first);
  });
  writeFileSync(file, written.join(""));
  return count;
}

/** The functions of a source file that become expressions, and the file without them. */
function split(section: string, functions: readonly (readonly [start: number, end: number])[]): [string[], string] {
  const expressions: string[] = [];
  let rest = section;
  // From the last to the first, so that the offsets of the others stay what they are.
  for (const [start, end] of functions.toSorted((a, b) => b[0] - a[0])) {
    const declaration = /^(async )?function(\*?) (\w+)/.exec(section.slice(start, end));
    if (start <= 0 || end > section.length || declaration === null || section[start - 1] !== "\n") continue;
    const [head, async = "", star, name] = declaration;
    expressions.unshift(`var ${name} = (${async}function${star}${section.slice(start + head.length, end)});\n`);
    rest = rest.slice(0, start) + rest.slice(end + 1);
  }
  return [expressions, rest];
}
