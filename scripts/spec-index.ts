/**
 * `npm run spec-index [-- --check]`: writes `docs/spec-index.md`, which tells for each function of the Canonical
 * ABI's reference where in the sources it is.
 *
 * The places come from doc comments: a function that implements one of the reference says so with its name, as in
 * "`lift_flat` in the specification". Several names may stand before the words, with commas and `and` between. A class
 * that says so, or the head of its file for it, stands for those of the methods that it has under their names in camel
 * case. Otherwise a comment at the head of a file counts for the file.
 *
 * `--check` writes nothing and fails if the index is stale, if a function has neither a place nor a line in
 * `notYetPlaced`, or if one of these has a place by now.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { notYetPlaced, ofPythonAlone, specification } from "./spec-functions.ts";

const INDEX = "docs/spec-index.md";

const functions = specification.flatMap((section) => section.functions);
const known = new Set(functions);
const places = new Map<string, Set<string>>();
const faults: string[] = [];

function lastWord(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function camelCase(name: string): string {
  return name.replace(/_+$/, "").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function place(name: string, file: string, declaration: string | undefined): void {
  const found = places.get(name) ?? new Set();
  places.set(name, found.add(declaration === undefined ? file : `${file} ${declaration}`));
}

// ---- Comments

/** Names in backticks, perhaps called with something, in front of the words by which they are recognized. */
const mention = /((?:`[\w.]+(?:\([^`]*\))?`(?:, and |, | and | or )?)+),? in the specification/g;
const declared =
  /^\s*(?:\/\/[^\n]*\n\s*)*(?:export |default |abstract |async |static |readonly |private |protected |override |get |set )*(?:function\*? |class |const |let )?(#?[A-Za-z_$][\w$]*|"[^"\n]+")/;

for (const file of globSync("src/**/*.ts").sort()) {
  const source = readFileSync(file, "utf8");
  const classes = classesOf(source);
  for (const comment of source.matchAll(/\/\*\*.*?\*\//gs)) {
    const end = comment.index + comment[0].length;
    const text = comment[0].replace(/\s*\n\s*\*\s?/g, " ");
    const following = source.slice(end);
    const isHeader = comment.index === 0;
    const declaration = isHeader ? undefined : declared.exec(following)?.[1]?.replaceAll('"', "");
    const around = classes.find((c) => c.start < comment.index && comment.index < c.end);
    const next = classes.find((c) => c.start > end && source.slice(end, c.start).trim() === "");
    for (const [, list] of text.matchAll(mention)) {
      for (const [, name] of list!.matchAll(/`([\w.]+)/g)) {
        const own = isHeader
          ? (classes.find((c) => c.name === name) ?? (classes.length === 1 ? classes[0] : undefined))
          : next;
        if (own !== undefined) placeMembers(name!, own, file);
        const full = resolve(name!, around?.name, file);
        const where = around === undefined || declaration === undefined ? declaration : `${around.name}.${declaration}`;
        if (full !== undefined) place(full, file, where);
      }
    }
  }
}

interface Class {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly members: ReadonlySet<string>;
}

/** The classes of a file. They begin and end without indentation: so says the formatter. */
function classesOf(source: string): Class[] {
  return [...source.matchAll(/^(?:export )?(?:abstract )?class (\w+)[^\n]*\{\n(.*?)^\}/gms)].map((found) => ({
    name: found[1]!,
    start: found.index,
    end: found.index + found[0].length,
    members: new Set([...found[2]!.matchAll(/^ {2}(?:\w+ )*#?(\w+)[<(]/gm)].map(([, member]) => member!)),
  }));
}

/** A class of the specification, with the methods that ours has of it. */
function placeMembers(name: string, own: Class, file: string): void {
  for (const full of functions) {
    if (!full.startsWith(`${name}.`)) continue;
    const member = camelCase(lastWord(full));
    if (own.members.has(member)) place(full, file, `${own.name}.${member}`);
  }
}

/** The function that a comment means, if it means one. Fields, types and constants of the specification have no place here. */
function resolve(name: string, around: string | undefined, file: string): string | undefined {
  if (known.has(name) && (name.includes(".") || around === undefined)) return name;
  if (around !== undefined && known.has(`${around}.${name}`)) return `${around}.${name}`;
  if (known.has(name)) return name;
  // Methods are mostly called without their class.
  const candidates = functions.filter((full) => lastWord(full) === name);
  if (candidates.length > 1) faults.push(`${file}: \`${name}\` may be any of ${candidates.join(", ")}: name its class`);
  return candidates.length === 1 ? candidates[0] : undefined;
}

// ---- The index

function line(name: string): string {
  const texts = [...(places.get(name) ?? [])];
  // What the head of a file says is of no interest where a declaration in it says it too.
  const telling = texts.filter((text) => !texts.some((other) => other.startsWith(`${text} `)));
  const found = telling.map((text) => {
    const [file, declaration] = text.split(" ");
    const link = `[${file!.replace("src/", "")}](../${file})`;
    return declaration === undefined ? link : `${link} \`${declaration}\``;
  });
  return `| \`${name}\` | ${found.length === 0 ? "not yet" : found.join(", ")} |`;
}

function table(names: readonly string[]): string {
  return ["| specification | here |", "| --- | --- |", ...names.map(line)].join("\n");
}

const chapters = specification.flatMap(({ title, functions: all }) => {
  const names = all.filter((name) => !ofPythonAlone.has(name));
  return names.length === 0 ? [] : [`## ${title}\n\n${table(names)}`];
});
const python = [...ofPythonAlone].map(([name, why]) => `- \`${name}\`: ${why}`).join("\n");
const needed = functions.filter((name) => !ofPythonAlone.has(name));
const index = `# Where the specification is

The Canonical ABI is defined by a reference in Python, \`definitions.py\`. This is where each of its functions is in the
sources: the links lead there in the repository, not in the package, which has no sources. \`npm run spec-index\` writes this
page, from doc comments that say \`… in the specification\`.

${chapters.join("\n\n")}

## Of the reference alone

${python}
`;

for (const name of [...ofPythonAlone.keys(), ...notYetPlaced]) {
  if (!known.has(name)) faults.push(`scripts/spec-functions.ts: the specification has no \`${name}\``);
}
for (const name of needed) {
  if (!places.has(name) && !notYetPlaced.has(name)) faults.push(`\`${name}\` has no place: no doc comment names it`);
  if (places.has(name) && notYetPlaced.has(name)) faults.push(`\`${name}\` has a place: take it from \`notYetPlaced\``);
}
const check = process.argv.includes("--check");
if (!check) writeFileSync(INDEX, index);
else if (readFileSync(INDEX, "utf8") !== index) faults.push(`${INDEX} is stale: npm run spec-index writes it`);

for (const fault of faults) console.error(fault);
const placed = needed.filter((name) => places.has(name)).length;
console.log(
  `specification: ${placed} of ${needed.length} functions placed, ${notYetPlaced.size} not yet, ${faults.length} faults`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
