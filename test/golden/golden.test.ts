/** Each golden file says what gantry says. After a wanted change: `npm run bless`, and read the difference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blessed, goldenFiles, readGolden } from "./golden.ts";

for (const file of goldenFiles()) {
  test(file, async () => {
    const text = readGolden(file);
    assert.equal(text, await blessed(text), "run `npm run bless` if this change is wanted");
  });
}
