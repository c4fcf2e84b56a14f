import { describe, it } from "node:test";
import { accepts, rejects } from "./component.ts";

describe("core types", () => {
  const accepted = [
    `(core type (func (param i32))) (core type (sub (struct (field i32))))`,
    `(core type $a (struct (field i32)))`,
    `(core type (module (type $f (func)) (import "a" "b" (func (type $f))) (export "c" (memory i64 1 2))))`,
    `(core type $f (func)) (component (alias outer 1 0 (core type $g)) (core type (module (alias outer 1 0 (type)))))`,
  ];
  for (const text of accepted) it(`can be ${text}`, () => accepts(text));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [`(core type (module (export "f" (func (type 3)))))`, "unknown type 3: type index out of bounds"],
    [`(core type (module (export "a" (func)) (export "a" (func))))`, "export name `a` already defined"],
    [`(core type (module (import "a" "b" (func)) (import "a" "b" (memory 1))))`, "duplicate import name `a:b`"],
    [`(core type (module (import "a" "b" (memory 2 1))))`, "size minimum must not be greater than maximum"],
    [`(core type $m (module)) (core type (module (alias outer 1 0 (type))))`, "core type index 0 is a module type"],
    [`(core type (module (alias outer 7 0 (type))))`, "invalid outer alias count"],
    [`(core type (struct (field (ref 9))))`, "unknown type 9"],
  ];
  for (const [text, reason] of rejected) it(`cannot be ${text}`, () => rejects(text, reason));

  it("in module types break the rule of indices if there is no type of an index", () =>
    rejects(`(core type (module (export "f" (func (type 3)))))`, "unknown type 3", "index"));
});

describe("core modules", () => {
  it("can have recursion groups without types", () =>
    accepts('(core module (rec) (type $f (func)) (func (export "f") (type $f)))'));

  it("import each name once", () =>
    rejects(
      `(core module (import "a" "b" (func)) (import "a" "b" (global i32)))`,
      "duplicate import name `a:b`",
      "core",
    ));
});

describe("core instances", () => {
  const gives = (what: string) => `(core module $G ${what}) (core instance $g (instantiate $G))`;
  const takes = (what: string) =>
    `(core module $T (import "g" "x" ${what})) (core instance (instantiate $T (with "g" (instance $g))))`;
  const matches: readonly (readonly [given: string, wanted: string, reason?: string])[] = [
    [`(func (export "x") (param i32))`, `(func (param i32))`],
    [`(func (export "x"))`, `(func (param i32))`, "expected: (func (param i32)), found: (func)"],
    [`(func (export "y"))`, `(func)`, "does not export an item named `x`"],
    [`(memory (export "x") 2 3)`, `(memory 1 4)`],
    [`(memory (export "x") 2)`, `(memory 1 4)`, "mismatch in memory limits"],
    [`(memory (export "x") i64 2)`, `(memory 1)`, "mismatch in index type used for memories"],
    [`(memory (export "x") 1 1 shared)`, `(memory 1)`, "mismatch in the shared flag for memories"],
    [`(memory (export "x") 1 (pagesize 1))`, `(memory 1)`, "mismatch in page size for memories"],
    [`(global (export "x") i32 (i32.const 0))`, `(global i64)`, "expected global type i64, found i32"],
    [`(global (export "x") (mut i32) (i32.const 0))`, `(global i32)`, "global types differ in mutability"],
    [`(table (export "x") 1 funcref)`, `(table 1 externref)`, "expected table element type externref, found funcref"],
    [`(tag (export "x") (param i32))`, `(tag (param i32))`],
    [`(tag (export "x") (param i32))`, `(tag)`, "expected: (func), found: (func (param i32))"],
    [`(tag (export "x"))`, `(func)`, "expected func, found tag"],
    [
      `(type $s (sub (func))) (type $t (sub $s (func))) (func (export "x") (type $t))`,
      `(func (type $s)) (type $s (sub (func)))`,
    ],
    [
      `(type $s (sub (func))) (type $t (sub $s (func))) (func (export "x") (type $s))`,
      `(func (type $t)) (type $s (sub (func))) (type $t (sub $s (func)))`,
      "expected: (func)",
    ],
  ];
  for (const [given, wanted, reason] of matches) {
    // Types stand before the import that uses them.
    const [want = "", ...typesOf] = wanted.split(/ (?=\(type \$. \(sub)/);
    const text = `${gives(given)} (core module $T ${typesOf.join(" ")} (import "g" "x" ${want}))
      (core instance (instantiate $T (with "g" (instance $g))))`;
    it(`${reason === undefined ? "give" : "do not give"} ${given} for ${wanted}`, () =>
      reason === undefined ? accepts(text) : rejects(text, reason));
  }

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [gives("") + takes("(func)").replace(`(with "g" (instance $g))`, ""), "missing module instantiation argument"],
    [
      `${gives("")}(core instance (instantiate $G (with "a" (instance $g)) (with "a" (instance $g))))`,
      "duplicate module instantiation argument named `a`",
    ],
    [`(core instance (export "a" (memory 0)))`, "unknown memory 0: memory index out of bounds"],
    [`(core instance (instantiate 0))`, "unknown module 0: module index out of bounds"],
    [
      `${gives(`(func (export "f"))`)}(alias core export $g "f" (core memory $m))`,
      "export `f` for core instance 0 is not a memory",
    ],
    [`${gives("")}(alias core export $g "f" (core func $f))`, "core instance 0 has no export named `f`"],
  ];
  for (const [text, reason] of rejected) it(`are rejected: ${reason}`, () => rejects(text, reason));

  it("can be bundled from others", () =>
    accepts(`
      ${gives(`(func (export "f")) (memory (export "m") 1)`)}
      (alias core export $g "f" (core func $f)) (alias core export $g "m" (core memory $m))
      (core instance $b (export "x" (func $f)) (export "y" (memory $m)))
      (core module $T (import "b" "x" (func)) (import "b" "y" (memory 1)))
      (core instance (instantiate $T (with "b" (instance $b))))`));
});
