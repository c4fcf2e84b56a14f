import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accepts, invalid, rejects } from "./component.ts";

/** A component that takes an import of type `wanted`, instantiated with one of type `given`. */
const pass = (given: string, wanted: string, before = "", inside = "") => `
  ${before}
  (import "given" (${given}))
  (component $C ${inside} (import "wanted" (${wanted})))
  (instance (instantiate $C (with "wanted" (${given.split(" ")[0]} 0))))`;

describe("subtyping", () => {
  const accepted: readonly (readonly [given: string, wanted: string])[] = [
    [`func (param "a" u8) (result string)`, `func (param "a" u8) (result string)`],
    [`instance (export "a" (func)) (export "b" (func))`, `instance (export "b" (func))`],
    [`instance (export "b" (func)) (export "a" (func))`, `instance (export "a" (func)) (export "b" (func))`],
    [
      `instance (export "i" (instance (export "a" (func)) (export "b" (func))))`,
      `instance (export "i" (instance (export "a" (func))))`,
    ],
    [`instance (export "r" (type (sub resource)))`, `instance (export "r" (type (sub resource)))`],
    [
      `instance (export "r" (type $r (sub resource))) (export "s" (type (eq $r)))`,
      `instance (export "r" (type (sub resource))) (export "s" (type (sub resource)))`,
    ],
    [
      `component (import "a" (func)) (export "x" (func)) (export "y" (func))`,
      `component (import "a" (func)) (import "b" (func)) (export "x" (func))`,
    ],
    [
      `component (import "i" (instance (export "a" (func))))`,
      `component (import "i" (instance (export "a" (func)) (export "b" (func))))`,
    ],
    [
      `component (import "r" (type $r (sub resource))) (import "f" (func (result (own $r))))
        (export "s" (type $s (sub resource))) (export "g" (func (result (own $s))))`,
      `component (import "r" (type $r (sub resource))) (import "f" (func (result (own $r))))
        (export "s" (type $s (sub resource))) (export "g" (func (result (own $s))))`,
    ],
    [
      `component (import "r" (type $r (sub resource))) (export "s" (type (eq $r)))`,
      `component (import "r" (type $r (sub resource))) (export "s" (type (sub resource)))`,
    ],
  ];
  for (const [given, wanted] of accepted) it(`gives ${given} for ${wanted}`, () => accepts(pass(given, wanted)));

  const rejected: readonly (readonly [given: string, wanted: string, reason: string])[] = [
    [`func`, `func async`, "expected an async function, found a sync one"],
    [`func (param "a" u8)`, `func (param "a" u16)`, "expected primitive `u16` found primitive `u8`"],
    [
      `func (result (list (tuple u8 (option string))))`,
      `func (result (list (tuple u8 (option char))))`,
      "type mismatch with result type: type mismatch in list element: type mismatch in tuple field 1: type mismatch in option: expected primitive `char` found primitive `string`",
    ],
    [
      `func (param "a" (result u8 (error string)))`,
      `func (param "a" (list u8))`,
      "expected list, found result: expected `list<u8>`, found `result<u8, string>`",
    ],
    [`func (result (list u8 2))`, `func (result (list u8))`, "expected `list<u8>`, found `list<u8, 2>`"],
    [`func (result (map u8 u8))`, `func (result (map u8 s8))`, "type mismatch in map value"],
    [`func (result (map u8 u8))`, `func (result (map u16 u8))`, "type mismatch in map key"],
    [`func (result (stream u8))`, `func (result (stream))`, "expected `stream`, found `stream<u8>`"],
    [`func (result (stream u8))`, `func (result (future u8))`, "expected future, found stream"],
    [`func (result (future u8))`, `func (result (future u16))`, "type mismatch in the payload of future"],
    [`func (result u8)`, `func`, "expected a result, found none"],
    [`func`, `func (result u8)`, "expected a result of type `u8`, found none"],
    [`instance`, `instance (export "a" (func))`, "missing expected export `a`"],
    [
      `instance (export "i" (instance (export "a" (func))))`,
      `instance (export "i" (instance (export "a" (func (result u8)))))`,
      "type mismatch for import `wanted`: type mismatch in instance export `i`: type mismatch in instance export `a`",
    ],
    [
      `instance (export "r" (type (sub resource))) (export "s" (type (sub resource)))`,
      `instance (export "r" (type $r (sub resource))) (export "s" (type (eq $r)))`,
      "resource types are not the same: expected `r`, found `s`",
    ],
    [
      `component (import "a" (func)) (import "b" (func))`,
      `component (import "a" (func))`,
      "missing expected import `b`",
    ],
    [
      `component (import "i" (instance (export "a" (func))))`,
      `component (import "i" (instance))`,
      "type mismatch in component import `i`: missing expected export `a`",
    ],
    [
      `component (import "r" (type $r (sub resource))) (export "s" (type (sub resource)))`,
      `component (import "r" (type $r (sub resource))) (export "s" (type (eq $r)))`,
      "resource types are not the same",
    ],
    [`component`, `instance`, "expected instance, found component"],
  ];
  for (const [given, wanted, reason] of rejected) {
    it(`does not give ${given} for ${wanted}`, () => rejects(pass(given, wanted), reason, "subtype"));
  }

  it("has eq bounds that hold both ways", async () => {
    const bound = (given: string, wanted: string) => `
      (type $T ${given})
      (component $C (type $T ${wanted}) (import "t" (type (eq $T))))
      (instance (instantiate $C (with "t" (type $T))))`;
    await accepts(bound(`(instance (export "a" (func)))`, `(instance (export "a" (func)))`));
    await accepts(bound(`(func (param "a" u8))`, `(func (param "a" u8))`));
    await rejects(bound(`(instance (export "a" (func)))`, `(instance)`), "missing expected export `a`");
    await rejects(bound(`(func (param "a" u8))`, `(func)`), "expected 0 parameters, found 1");
    await rejects(bound(`(func)`, `u8`), "expected defined type, found func");
  });

  it("says where in the component", async () => {
    const error = await invalid(
      `(component $A ${pass("instance", `instance (export "a" (func))`)}) (component)`,
      "type mismatch for import `wanted`: missing expected export `a`",
    );
    assert.deepEqual(error.path, ["component 0"]);
  });
});

describe("core module types", () => {
  const pairs: readonly (readonly [given: string, wanted: string, reason?: string])[] = [
    [`(import "a" "f" (func))`, `(import "a" "f" (func)) (import "a" "g" (func))`],
    [`(export "f" (func)) (export "g" (func))`, `(export "f" (func))`],
    [`(import "a" "m" (memory 1))`, `(import "a" "m" (memory 2))`],
    [
      `(import "a" "m" (memory 2))`,
      `(import "a" "m" (memory 1))`,
      "type mismatch in import `a::m`: mismatch in memory limits",
    ],
    [`(export "g" (global i32))`, `(export "g" (global (mut i32)))`, "type mismatch in export `g`"],
    [`(export "f" (func))`, `(export "f" (func (result i32)))`, "expected: (func (result i32)), found: (func)"],
    [`(export "t" (table i64 1 funcref))`, `(export "t" (table 1 funcref))`, "mismatch in index type used for tables"],
    [`(export "e" (tag (param i32)))`, `(export "e" (tag))`, "type mismatch in export `e`"],
  ];
  for (const [given, wanted, reason] of pairs) {
    const text = `
      (import "given" (core module $m ${given}))
      (component $C (import "wanted" (core module ${wanted})))
      (instance (instantiate $C (with "wanted" (core module $m))))`;
    it(`${reason === undefined ? "gives" : "does not give"} ${given} for ${wanted}`, () =>
      reason === undefined ? accepts(text) : rejects(text, reason, "subtype"));
  }
});
