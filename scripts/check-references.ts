/**
 * Fails if documents or comments name what is not there: a file, a heading, a command of `npm run`, a function. What is
 * looked at is what stands in backticks and links: there, words with capitals or underscores inside are names of code.
 */
import { globSync, readFileSync } from "node:fs";
import { posix, sep } from "node:path";
import { otherNames, specification } from "./spec-functions.ts";

/** Names of the web, and of examples. */
const others = ["HttpError", "USVString", "pipeTo", "requestSendAll", "someLabel"];

const files = globSync(["*.{md,json}", "{src,test,scripts,bench,docs,examples}/**/*.*"], {
  exclude: (path) => /(^|[\\/])node_modules$/.test(path),
}).map((path) => path.replaceAll(sep, "/"));
const sources = files.filter((file) => /\.(ts|wat|wast|c|json)$/.test(file));
const documents = files.filter((file) => file.endsWith(".md"));
const read = (file: string): string => readFileSync(file, "utf8");

const comment = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const words = new Set(`${[others, otherNames, specification.flatMap((section) => section.functions)]}`.match(/\w+/g));
for (const file of sources) {
  const code = file.endsWith(".ts") ? read(file).replace(comment, "") : read(file);
  for (const [word] of code.matchAll(/\w+/g)) words.add(word);
}
const commands = new Set(Object.keys(JSON.parse(read("package.json")).scripts));

/** As GitHub and the registry make them of headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

const faults: string[] = [];
for (const file of [...sources.filter((source) => source.endsWith(".ts")), ...documents]) {
  const text = documents.includes(file) ? read(file) : (read(file).match(comment) ?? []).join("\n");
  const fault = (kind: string, name: string) => faults.push(`${file}: there is no ${kind} ${name}`);
  for (const [, path] of text.matchAll(/`([\w./-]+\.(?:ts|wat))`/g)) {
    if (!files.some((other) => `/${other}`.endsWith(`/${path}`))) fault("file", path!);
  }
  for (const [, name] of text.matchAll(/npm run (?:-s )?([\w:-]+)/g)) if (!commands.has(name!)) fault("command", name!);
  for (const [, quoted] of text.matchAll(/`([^`\n]+)`/g)) {
    for (const [word] of quoted!.matchAll(/[A-Za-z]\w*(?:[a-z][A-Z]|_)\w+/g))
      if (!words.has(word)) fault("name", `${word} (the specification's are in scripts/spec-functions.ts)`);
  }
  if (!documents.includes(file)) continue;
  for (const [, path, anchor] of text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
    const target = path === "" ? file : posix.join(posix.dirname(file), path!);
    if (!files.some((other) => other === target || other.startsWith(`${target}/`)) && target !== "LICENSE")
      fault("file", target);
    else if (anchor !== undefined && !anchors(read(target)).includes(anchor)) fault("heading", `${target}#${anchor}`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`references: ${documents.length} documents and ${sources.length} sources checked, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
