import assert from "node:assert/strict";
import { test } from "node:test";
import { type Node, readForms, ScriptError } from "../../../src/wast/sexpr.ts";

/** A form as text again, with strings as arrays of bytes. */
function outline(node: Node): string {
  switch (node.kind) {
    case "atom":
      return node.text;
    case "string":
      return `[${node.bytes.join(" ")}]`;
    case "list":
      return `(${node.items.map(outline).join(" ")})`;
  }
}

test("forms are read without comments and annotations, and strings as bytes", () => {
  const cases: [source: string, outlines: string[]][] = [
    ["", []],
    ["(a)(b (c d))", ["(a)", "(b (c d))"]],
    ["(a ;; b)\n c)", ["(a c)"]],
    ["(a (; b (; c ;) ) ;) d)", ["(a d)"]],
    ["(; only a comment ;) ;; and another", []],
    ['(@custom (x) ")") (a (@name "n") b)', ["(a b)"]],
    ['(a "b" "")', ["(a [98] [])"]],
    ['("\\00\\ff\\t\\n\\r\\"\\\'\\\\")', ["([0 255 9 10 13 34 39 92])"]],
    ['("\\u{e9}\\u{1_F600}é")', ["([195 169 240 159 152 128 195 169])"]],
    ['($"a b" $c)', ["($a b $c)"]],
    ["(a)\r\n\t(b)", ["(a)", "(b)"]],
  ];
  for (const [source, outlines] of cases) assert.deepEqual(readForms(source).map(outline), outlines, source);
});

test("forms know their lines and where their text is", () => {
  const source = '(a)\n\n (b "x\\n"\n (c))';
  const [a, b] = readForms(source);
  assert.deepEqual([a!.line, b!.line, b!.items[2]!.line], [1, 3, 4]);
  assert.equal(source.slice(b!.start, b!.end), '(b "x\\n"\n (c))');
});

test("forms nested in one another to any depth are read", () => {
  const depth = 200_000;
  assert.equal(readForms("(".repeat(depth) + ")".repeat(depth)).length, 1);
});

test("what does not match is refused with its line", () => {
  const cases: [source: string, message: RegExp][] = [
    ["\n(a", /line 2: `\(` is never closed/],
    ["(a))", /line 1: unmatched `\)`/],
    ["a", /expected `\(`/],
    ["(; (; ;)", /`\(;` is never closed/],
    ['("a\n")', /a string is never closed/],
    ['("a', /a string is never closed/],
    ['("\\zz")', /invalid string escape/],
    ['("\\u{d800}")', /no Unicode scalar value/],
    ['("\\u{110000}")', /no Unicode scalar value/],
  ];
  for (const [source, message] of cases) {
    assert.throws(
      () => readForms(source),
      (error) => error instanceof ScriptError && message.test(error.message),
      source,
    );
  }
});
