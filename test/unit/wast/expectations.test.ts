import assert from "node:assert/strict";
import { test } from "node:test";
import { formatExpectations, judge, parseExpectations } from "../../../src/wast/expectations.ts";
import type { FileResult } from "../../../src/wast/files.ts";

const result = (file: string, ...statuses: ("passed" | "failed" | "skipped")[]): FileResult => ({
  file,
  milliseconds: 0,
  outcomes: statuses.map((status, i) => ({
    line: i + 1,
    kind: "invoke",
    status,
    reason: status === "failed" ? "why\nmore" : undefined,
    milliseconds: 0,
  })),
});

const results = [result("a.wast", "passed", "failed", "skipped"), result("b/c.wast", "failed")];

test("a line of a list is a place and a reason, and each place is there once", () => {
  const list = parseExpectations("# a comment\n\na.wast:2 needs async\nb/c.wast:10   two  words \n");
  assert.deepEqual(
    [...list],
    [
      ["a.wast:2", "needs async"],
      ["b/c.wast:10", "two  words"],
    ],
  );
  assert.throws(() => parseExpectations("a.wast:2"), /line 1: expected/);
  assert.throws(() => parseExpectations("a.wast 2 x"), /line 1: expected/);
  assert.throws(() => parseExpectations("a.wast:2 x\na.wast:2 y"), /line 2: a.wast:2 is listed twice/);
});

test("what fails unlisted is told, and what is listed and passes or is not there", () => {
  const of = (list: string) => judge(results, parseExpectations(list));
  assert.deepEqual(of("a.wast:2 x\nb/c.wast:1 x"), { regressions: [], fixed: [], stale: [], known: 2 });
  assert.deepEqual(of("a.wast:2 x"), {
    regressions: [{ place: "b/c.wast:1", reason: "why\nmore" }],
    fixed: [],
    stale: [],
    known: 1,
  });
  assert.deepEqual(of("a.wast:1 x\na.wast:2 x\nb/c.wast:1 x").fixed, ["a.wast:1"]);
  assert.deepEqual(of("a.wast:99 x\na.wast:2 x\nb/c.wast:1 x").stale, ["a.wast:99"]);
  assert.deepEqual(of("d.wast:1 x\na.wast:2 x\nb/c.wast:1 x").stale, [], "files that were not run do not count");
});

test("a list that is made anew keeps the reasons that it had, and fits", () => {
  const list = formatExpectations(results, parseExpectations("a.wast:2 needs async\na.wast:1 x"));
  assert.equal(list, "a.wast:2 needs async\nb/c.wast:1 why\n");
  assert.deepEqual(judge(results, parseExpectations(list)), { regressions: [], fixed: [], stale: [], known: 2 });
});
