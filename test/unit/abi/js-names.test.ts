import assert from "node:assert/strict";
import { test } from "node:test";
import { camelCase, keysOf, pascalCase } from "../../../src/abi/js-names.ts";

test("labels as functions and as classes", () => {
  const cases: [label: string, camel: string, pascal: string][] = [
    ["do-it", "doIt", "DoIt"],
    ["a", "a", "A"],
    ["HTTP-server", "httpServer", "HttpServer"],
    ["is-XML", "isXml", "IsXml"],
    ["a1-2-3", "a123", "A123"],
    ["utf8-text", "utf8Text", "Utf8Text"],
  ];
  for (const [label, camel, pascal] of cases) {
    assert.equal(camelCase(label), camel);
    assert.equal(pascalCase(label), pascal);
  }
});

test("labels that look alike have different keys", () => {
  const cases: [labels: string[], keys: string[]][] = [
    [
      ["full-name", "age"],
      ["fullName", "age"],
    ],
    [
      ["a-1", "a1"],
      ["a-1", "a1"],
    ],
    [
      ["x1", "x-1", "plain"],
      ["x1", "x-1", "plain"],
    ],
    [
      ["do-2a", "do2-a"],
      ["do2a", "do2A"],
    ],
    [
      ["a-1-2", "a-12"],
      ["a12", "a-12"],
    ],
  ];
  for (const [labels, keys] of cases) assert.deepEqual(keysOf(labels), keys);
  assert.deepEqual(keysOf(["a-1", "b", "a1"], pascalCase), ["A1", "B", "a1"]);
});
