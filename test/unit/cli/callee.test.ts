import assert from "node:assert/strict";
import { test } from "node:test";
import { findCallee } from "../../../src/cli/callee.ts";
import { UsageError } from "../../../src/cli/failure.ts";
import type { Extern } from "../../../src/embed/reflect.ts";
import { TypeMaker } from "../types/maker.ts";

const type = new TypeMaker().func(false, [], undefined);
const func = (name: string): Extern => ({ name, kind: "func", type });
const exports: Extern[] = [
  func("top"),
  func("both"),
  { name: "a:b/c@1.0.0", kind: "instance", exports: [func("inner"), func("both"), func("twice")] },
  { name: "d", kind: "instance", exports: [func("twice"), func("[static]thing.make")] },
];

test("functions are found by themselves or by their interface", () => {
  const cases: [name: string, path: string[]][] = [
    ["top", ["top"]],
    ["both", ["both"]],
    ["inner", ["a:b/c@1.0.0", "inner"]],
    ["a:b/c@1.0.0#both", ["a:b/c@1.0.0", "both"]],
    ["d#twice", ["d", "twice"]],
    ["[static]thing.make", ["d", "[static]thing.make"]],
  ];
  for (const [name, path] of cases) assert.deepEqual(findCallee(exports, name).path, path, name);
});

test("what is not found, or twice, is told with what there is", () => {
  assert.throws(
    () => findCallee(exports, "twice"),
    (error) =>
      error instanceof UsageError &&
      error.message === 'several interfaces export a function "twice": a:b/c@1.0.0#twice, d#twice',
  );
  assert.throws(
    () => findCallee(exports, "none"),
    /no function "none" is exported; there are: top, both, a:b\/c@1\.0\.0#inner/,
  );
  assert.throws(() => findCallee(exports, "tpo"), /; did you mean "top"\?$/);
  assert.throws(() => findCallee(exports, "a:b/c@1.0.0#iner"), /; did you mean "a:b\/c@1\.0\.0#inner"\?$/);
  assert.throws(() => findCallee([], "none"), /no function "none" is exported$/);
});
