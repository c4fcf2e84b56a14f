/** Fails if a room of `src/` imports from a room that the table in ARCHITECTURE.md does not allow it. */
import { globSync, readFileSync } from "node:fs";

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

const table = rooms(readFileSync("ARCHITECTURE.md", "utf8"));
const faults: string[] = [];
if (table.size === 0) faults.push("ARCHITECTURE.md has no table of rooms");
let imports = 0;
for (const file of globSync("src/*/**/*.ts").sort()) {
  const room = file.split("/")[1]!;
  const allowed = table.get(room);
  if (allowed === undefined) {
    faults.push(`${file}: room \`${room}\` is not in the table of ARCHITECTURE.md`);
    continue;
  }
  const source = readFileSync(file, "utf8");
  for (const [, type, from] of source.matchAll(/\b(?:im|ex)port\s+(type\s)?[^"';]*?from "((?:\.\.\/)+[\w-]+)\//g)) {
    imports++;
    const to = from!.split("/").at(-1)!;
    const ok = to === room || allowed.values.has(to) || (type !== undefined && allowed.types.has(to));
    if (!ok) faults.push(`${file}: \`${room}\` may not import ${type ? "types" : "values"} from \`${to}\``);
  }
}
for (const fault of faults) console.error(fault);
console.log(`floors: ${imports} imports between files checked, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
