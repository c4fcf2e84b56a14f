/** Fails if a room of `src/` imports from a room that the table in ARCHITECTURE.md does not allow it. */
import { globSync, readFileSync } from "node:fs";
import { posix, sep } from "node:path";

interface Allowed {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

const names = (text: string): Set<string> => new Set(text.match(/\w+/g));

function rooms(architecture: string): Map<string, Allowed> {
  const found = new Map<string, Allowed>();
  for (const [, room, allowed] of architecture.matchAll(/^\| `(\w+)` \|([^|]*)\|/gm)) {
    const [values, types = ""] = allowed!.split("(types only:");
    found.set(room!, { values: names(values!), types: names(types) });
  }
  return found;
}

/** What a file imports from other files of the project: `type` if only types, `from` as it is written. */
function* importsOf(source: string): Generator<{ readonly type: boolean; readonly from: string }> {
  // Comments may quote imports.
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  for (const [, type, from] of code.matchAll(/^(?:im|ex)port\s+(type\s)?[^"';]*?from\s+"(\.[^"]*)"/gm)) {
    yield { type: type !== undefined, from: from! };
  }
  for (const [, from] of code.matchAll(/^import\s+"(\.[^"]*)"/gm)) yield { type: false, from: from! };
  for (const [, type, from] of code.matchAll(/(typeof\s+)?\bimport\(\s*"(\.[^"]*)"/g)) {
    yield { type: type !== undefined, from: from! };
  }
}

/** The room of a file below `src/`; files that are in none are the public surface, which nothing imports. */
const roomOf = (path: string): string | undefined => /^src\/(\w+)\//.exec(path)?.[1];

const table = rooms(readFileSync("ARCHITECTURE.md", "utf8"));
/** `src/index.ts` shows what `embed` has, and what that mentions. */
const surface: ReadonlySet<string> = new Set(["embed", ...(table.get("embed")?.values ?? [])]);
const faults: string[] = [];
if (table.size === 0) faults.push("ARCHITECTURE.md has no table of rooms");
let imports = 0;
for (const file of globSync("src/**/*.ts")
  .map((path) => path.replaceAll(sep, "/"))
  .sort()) {
  const room = roomOf(file);
  const allowed = room === undefined ? undefined : table.get(room);
  if (room !== undefined && allowed === undefined) {
    faults.push(`${file}: room \`${room}\` is not in the table of ARCHITECTURE.md`);
    continue;
  }
  for (const { type, from } of importsOf(readFileSync(file, "utf8"))) {
    const path = posix.join(posix.dirname(file), from);
    const to = roomOf(path);
    if (to === room && room !== undefined) continue;
    imports++;
    if (!path.startsWith("src/")) faults.push(`${file}: imports ${from}, which is not in src/`);
    else if (to === undefined) faults.push(`${file}: imports the public surface, ${from}`);
    else if (allowed === undefined ? !surface.has(to) : !allowed.values.has(to) && !(type && allowed.types.has(to))) {
      faults.push(
        `${file}: \`${room ?? "the public surface"}\` may not import ${type ? "types" : "values"} from \`${to}\``,
      );
    }
  }
}
for (const fault of faults) console.error(fault);
console.log(`floors: ${imports} imports between rooms checked, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
