/** Rewrites the expected output in all golden files (or in those whose paths contain a given word). Read the diff. */
import { writeFileSync } from "node:fs";
import { blessed, goldenFiles, readGolden } from "../test/golden/golden.ts";

const [word = ""] = process.argv.slice(2);
for (const file of goldenFiles()) {
  if (!file.includes(word)) continue;
  const text = readGolden(file);
  const now = await blessed(text).catch((cause: unknown) => {
    throw new Error(`test/golden/${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  if (now === text) continue;
  writeFileSync(new URL(`../test/golden/${file}`, import.meta.url), now);
  console.log(`test/golden/${file}`);
}
