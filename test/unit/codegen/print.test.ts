import assert from "node:assert/strict";
import { test } from "node:test";
import {
  array,
  binary,
  call,
  constant,
  get,
  index,
  local,
  method,
  not,
  nothing,
  plus,
  record,
} from "../../../src/codegen/build.ts";
import { printModule } from "../../../src/codegen/print.ts";
import type { Expr, Stmt, SwitchCase } from "../../../src/codegen/tree.ts";

function print(...body: Stmt[]): string {
  const source = printModule({ functions: [{ name: "f", params: ["a", "b"], body }], makers: [] });
  return source
    .slice(source.indexOf("{\n", source.indexOf("function f")) + 2, source.lastIndexOf("\n}\n"))
    .replace(/^ {2}/gm, "");
}

const expr = (e: Expr) => print({ op: "return", value: e }).replace(/^return |;$/g, "");
const a = local("a");
const b = local("b");

test("expressions have no needless parentheses, and the needful ones", () => {
  const cases: [Expr, string][] = [
    [binary(binary(a, "+", b), "*", 2), "(a + b) * 2"],
    [binary(a, "+", binary(b, "*", 2)), "a + b * 2"],
    [binary(a, "/", binary(b, "/", 2)), "a / (b / 2)"],
    [binary(binary(a, "/", b), "/", 2), "a / b / 2"],
    [binary(plus(a, 8), ">>>", 2), "(a + 8) >>> 2"],
    [binary(binary(a, "&", 1), "!==", 0), "(a & 1) !== 0"],
    [binary(binary(a, "|", binary(b, "<<", 1)), "|", 4), "a | (b << 1) | 4"],
    [array([binary(a, "==", constant(null)), constant(-1), constant(0n), nothing]), "[a == null, -1, 0n, undefined]"],
    [not(binary(a, "<", b)), "!(a < b)"],
    [get(not(a), "length"), "(!a).length"],
    [not(not(constant(-1))), "!!-1"],
    [method(a, "toString"), "a.toString()"],
    [index(get(a, "two words"), plus(b, 0)), 'a["two words"][b]'],
    [get(record([["x", a]]), "x"), "a"],
    [
      record([
        ["a", a],
        ["default", b],
        ["to-x", array([])],
      ]),
      '{ a, default: b, "to-x": [] }',
    ],
    [constant('\u2028\n"'), '"\\u2028\\n\\""'],
  ];
  for (const [e, text] of cases) assert.equal(expr(e), text);
});

test("additions of constants are one", () => {
  assert.equal(expr(plus(plus(plus(a, 4), 8), 0)), "a + 12");
  assert.equal(expr(plus(constant(4), 8)), "12");
});

test("what is expected of locals that follow one another is asked at once", () => {
  const source = printModule({
    functions: [
      {
        name: "f",
        params: ["a", "b"],
        body: [
          { op: "expect", name: "a", kind: "u32" },
          { op: "expect", name: "b", kind: "number" },
          { op: "return", value: undefined },
          { op: "expect", name: "a", kind: "s8" },
        ],
      },
    ],
    makers: [],
  });
  assert.match(source, /if \(a !== a >>> 0 \|\| typeof b !== "number"\) invalid\(\);\n {2}return;\n/);
  assert.match(source, / {2}if \(a !== \(a << 24\) >> 24\) invalid\(\);\n\}/);
  assert.match(source, /const \{ invalid \} = library;/);
});

test("statements are printed without needless braces, and cases without falling through", () => {
  assert.equal(print({ op: "do", value: get(record([["x", a]]), "y") }), "({ x: a }.y);");
  const leave: Stmt = { op: "return", value: a };
  assert.equal(print({ op: "if", test: a, consequent: [leave], alternate: [] }), "if (a) return a;");
  const chain: Stmt = { op: "if", test: b, consequent: [leave], alternate: [] };
  assert.equal(print({ op: "if", test: a, consequent: [], alternate: [chain] }), "if (a) {} else if (b) return a;");
  const cases: SwitchCase[] = [
    { value: 0, body: [leave] },
    { value: "x", body: [] },
    { value: 2, body: [{ op: "set", object: a, key: "flags", value: b }] },
  ];
  assert.equal(
    print({ op: "switch", subject: a, cases, alternate: [leave] }),
    'switch (a) {\n  case 0: return a;\n  case "x": break;\n  case 2: {\n    a.flags = b;\n    break;\n  }\n  default: return a;\n}',
  );
  const loop: Stmt = { op: "loop", name: "i", below: binary(a, "|", b), body: [] };
  assert.equal(print(loop), "for (let i = 0; i < (a | b); i++) {}");
});

test("long lines are broken at their parts", () => {
  const name = "anArgumentWithALongName";
  const text = print({ op: "do", value: call("invalid", ...Array.from({ length: 6 }, () => local(name))) });
  assert.equal(text, `invalid(\n${`  ${name},\n`.repeat(6)});`);
});
