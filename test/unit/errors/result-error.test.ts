import assert from "node:assert/strict";
import { test } from "node:test";
import { captureResultStacks, ResultError, resultError } from "../../../src/errors/result-error.ts";

test("the payload is the error's own, and its message tells of it", () => {
  const messages = [
    ["no such file", "no such file"],
    [{ tag: "not-found" }, "not-found"],
    [5, "the function returned an error"],
    [undefined, "the function returned an error"],
  ] as const;
  for (const [payload, message] of messages) {
    const error = resultError(payload);
    assert.ok(error instanceof ResultError && error instanceof Error);
    assert.deepEqual([error.payload, error.message, Object.hasOwn(error, "payload")], [payload, message, true]);
  }
});

test("stacks are made only where they are asked for", () => {
  const before = Error.stackTraceLimit;
  const frames = (error: Error) => (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).length;
  assert.equal(frames(resultError("x")), 0);
  assert.equal(Error.stackTraceLimit, before);
  captureResultStacks(true);
  assert.ok(frames(resultError("x")) > 0);
  captureResultStacks(false);
  assert.equal(frames(resultError("x")), 0);
  assert.ok(frames(new ResultError("made by the embedder")) > 0);
});

test("frozen intrinsics do not get in the way", () => {
  const { stackTraceLimit } = Error;
  Object.defineProperty(Error, "stackTraceLimit", { writable: false });
  try {
    assert.equal(resultError("x").payload, "x");
  } finally {
    Object.defineProperty(Error, "stackTraceLimit", { writable: true, value: stackTraceLimit });
  }
});

test("a record with a field `tag` is not mistaken for a variant", () => {
  const flags = { toString: false, eval: true };
  const error = new ResultError({ tag: flags });
  assert.equal(error.message, "the function returned an error");
  assert.deepEqual(error.payload, { tag: flags });
});
