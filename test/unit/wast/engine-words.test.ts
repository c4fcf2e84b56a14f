import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { saysTheSame } from "../../../src/wast/engine-words.ts";

const cases: readonly { code: string; message: string; expected: string; same: boolean }[] = [
  {
    code: "core-module",
    message: "Compiling function #0 failed: not enough arguments on the stack for i32.add (need 2, got 0) @+23",
    expected: "type mismatch",
    same: true,
  },
  {
    code: "core-module",
    message:
      "WebAssembly.Module doesn't parse at byte 2: can't pop empty stack in binary right, in function at index 0",
    expected: "type mismatch",
    same: true,
  },
  {
    code: "core-module",
    message: "wasm validation error: at offset 24: popping value from empty stack",
    expected: "type mismatch",
    same: true,
  },
  { code: "core-module", message: "Memory64 is not enabled", expected: "type mismatch", same: false },
  { code: "mismatch", message: "can't pop empty stack", expected: "type mismatch", same: false },
  { code: "core-module", message: "can't pop empty stack", expected: "unknown function", same: false },
];

for (const { code, message, expected, same } of cases) {
  test(`${code} "${message}" ${same ? "tells" : "does not tell"} of "${expected}"`, () => {
    assert.equal(saysTheSame(new ComponentError("validate", code, message), expected), same);
  });
}
