/** Errors of gantry, for tests to look at. */
import assert from "node:assert/strict";
import { ComponentError } from "../../../src/errors/component-error.ts";

/** The `ComponentError` that `action` throws. */
export function caught(action: () => unknown): ComponentError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ComponentError, `not a ComponentError: ${String(error)}`);
    return error;
  }
  return assert.fail("nothing was thrown");
}
