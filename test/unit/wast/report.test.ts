import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileResult } from "../../../src/wast/files.ts";
import { formatFailures, formatTable, toJson } from "../../../src/wast/report.ts";

const results: FileResult[] = [
  {
    file: "a.wast",
    milliseconds: 12.3,
    outcomes: [
      { line: 1, kind: "component", status: "passed", milliseconds: 1 },
      { line: 2, kind: "assert_trap", status: "failed", reason: "one\ntwo", milliseconds: 1 },
      { line: 3, kind: "assert_trap", status: "failed", reason: "three", milliseconds: 1 },
    ],
  },
];
const known = new Map([["a.wast:3", "known"]]);

test("the table counts by file and by directive, what is known apart", () => {
  assert.equal(
    formatTable(results, known),
    [
      "             passed  failed  known  skipped  ms",
      "a.wast            1       1      1        .  12",
      "",
      "assert_trap       .       1      1        .",
      "component         1       .      .        .",
      "",
      "all               1       1      1        .",
    ].join("\n"),
  );
});

test("failures are listed with all their reasons, but for known ones", () => {
  assert.equal(formatFailures(results, known), "a.wast:2 assert_trap\n    one\n    two");
});

test("the JSON has each outcome, and the sums of all", () => {
  const { files, passed, failed, skipped } = JSON.parse(toJson(results));
  assert.deepEqual({ passed, failed, skipped }, { passed: 1, failed: 2, skipped: 0 });
  assert.deepEqual(files[0].outcomes[1], {
    line: 2,
    kind: "assert_trap",
    status: "failed",
    reason: "one\ntwo",
    milliseconds: 1,
  });
});
