/**
 * Fails if a file exports a function, class or constant that no other file names: it is the file's own, or nobody's. Types
 * are left out, since they belong to what mentions them; entry points are what others import.
 */
import { globSync, readFileSync } from "node:fs";
import { sep } from "node:path";

const entries = /^src\/((wasi|wast)\/)?(index|async)\.ts$|^src\/runtime\/(index|async)\.ts$|^test\/types\//;

const texts = new Map(
  globSync("{src,test,scripts,bench}/**/*.ts", { exclude: (path) => /(^|[\\/])node_modules$/.test(path) }).map(
    (path) => [
      path.replaceAll(sep, "/"),
      readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ""),
    ],
  ),
);
/** Who names a word. */
const users = new Map<string, Set<string>>();
for (const [file, text] of texts) {
  for (const [word] of text.matchAll(/[\w$]+/g)) users.set(word, (users.get(word) ?? new Set()).add(file));
}

let exports = 0;
const faults: string[] = [];
for (const [file, text] of texts) {
  if (entries.test(file)) continue;
  for (const [, name] of text.matchAll(/^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm)) {
    exports++;
    if (users.get(name!)!.size < 2) faults.push(`${file}: nobody else names ${name}, which it exports`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`exports: ${exports} checked, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
