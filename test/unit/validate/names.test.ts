import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultFeatures } from "../../../src/validate/features.ts";
import { component, name } from "../binary/bytes.ts";
import { accepts, errorOf, rejects, section, validate, validateBytes } from "./component.ts";

const func = (externName: string) => `(import "${externName}" (func))`;

describe("names of imports and exports", () => {
  const accepted = ["a", "a-b", "A-B1", "is-XML", "a:b/c", "a-b:c/d-e", "a:b/c@1.2.3", "a:b/c@0.0.1-rc.1+build"];
  for (const n of accepted) it(`can be ${n}`, () => accepts(func(n)));

  const rejected: readonly (readonly [externName: string, reason: string])[] = [
    ["", "is not in kebab case"],
    ["1a", "is not in kebab case"],
    ["a--b", "is not in kebab case"],
    ["aB", "is not in kebab case"],
    ["a:b", "expected `/` after package name"],
    ["A:b/c", "kebab case"],
    ["a:b/c@1", "unexpected end of input"],
    ["a:b/c@1.02.3", "leading zero"],
    ["url=<https://example.com>", "not part of the Component Model"],
    ["unlocked-dep=<a:b>", "not part of the Component Model"],
  ];
  for (const [n, reason] of rejected) {
    it(`cannot be "${n}"`, () => {
      const bytes = component(section(7, [[0x40, 0x00, 0x01, 0x00]]), section(10, [[0x00, ...name(n), 0x01, 0x00]]));
      errorOf(bytes, reason, "name", defaultFeatures);
      assert.match(errorOf(bytes, "is not a valid extern name", "name", defaultFeatures).reason, /^import name/);
    });
  }

  it("say which feature they need", () => {
    const bytes = (n: string) =>
      component(section(7, [[0x40, 0x00, 0x01, 0x00]]), section(10, [[0x00, ...name(n), 0x01, 0x00]]));
    errorOf(bytes("a:b:c/d"), "needs the `nested-names` feature", "name", defaultFeatures);
    errorOf(bytes("a:b/c@1"), "needs the `canonical-names` feature", "name", defaultFeatures);
    errorOf(bytes("a:b:c/d@0.2"), "needs the `nested-names` and `canonical-names` features", "name", defaultFeatures);
  });

  it("may be nested, and have canonical versions, with their features", async () => {
    for (const n of ["a:b:c/d", "a:b/c/d@1.0.0", "a:b/c@1", "a:b/c@0.2", "a:b:c/d/e@0.0.3"]) await accepts(func(n));
  });

  it("are unique among imports and among exports", () =>
    accepts(`(import "a" (func $f)) (export "a" (func $f)) (import "b" (func))`));

  const resource = `(import "r" (type $r (sub resource)))`;
  const self = `(param "self" (borrow $r))`;
  const conflicts: readonly (readonly [text: string, name: string, previous: string])[] = [
    [func("a") + func("a"), "a", "a"],
    [func("a-b") + func("A-b"), "A-b", "a-b"],
    [func("a:b/c@1.0.0") + func("a:b/c@1.0.0"), "a:b/c@1.0.0", "a:b/c@1.0.0"],
    [`${resource} (import "[method]r.r" (func ${self}))`, "[method]r.r", "r"],
    [`${resource} (import "[static]r.R" (func))`, "[static]r.R", "r"],
    [`${resource} (import "[method]r.m" (func ${self})) (import "[static]r.M" (func))`, "[static]r.M", "[method]r.m"],
  ];
  for (const [text, n, previous] of conflicts) {
    it(`are not unique in ${text}`, () =>
      rejects(text, `\`${n}\` conflicts with previous name \`${previous}\``, "name"));
  }

  it("differ by version", () => accepts(func("a:b/c@1.0.0") + func("a:b/c@1.0.1")));
});

describe("annotated names", () => {
  const resource = `(import "r" (type $r (sub resource)))`;
  const accepted = [
    `(import "[constructor]r" (func (result (own $r))))`,
    `(import "[constructor]r" (func (param "x" u8) (result (result (own $r) (error string)))))`,
    `(import "[method]r.m" (func (param "self" (borrow $r)) (param "x" u8) (result u8)))`,
    `(import "[method]r.m" (func async (param "self" (borrow $r))))`,
    `(import "[static]r.m" (func (result (own $r))))`,
    `(import "q" (type $q (eq $r))) (import "[method]q.m" (func (param "self" (borrow $q))))`,
    `(type (instance (export "s" (type $s (sub resource))) (export "[method]s.m" (func (param "self" (borrow $s))))))`,
  ];
  for (const text of accepted) it(`accepts ${text}`, () => accepts(resource + text));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [`(import "[constructor]r" (func))`, "should return one value"],
    [`(import "[constructor]r" (func (result (borrow $r))))`, "function result cannot contain a `borrow`"],
    [`(import "[constructor]r" (func (result (option (own $r)))))`, "should return `(own $T)` or `(result (own $T))`"],
    [`(import "[method]r.m" (func (param "this" (borrow $r))))`, "first argument called `self`"],
    [`(import "[method]r.m" (func (param "self" (own $r))))`, "first argument of `(borrow $T)`"],
    [`(import "[method]r.m" (instance))`, "is not a func"],
    [`(import "[static]q.m" (func))`, "static resource name is not known in this context"],
    [`(import "q" (type $q (eq $r))) (import "[method]r.m" (func (param "self" (borrow $q))))`, "resource name `q`"],
    [`(import "f" (func $f (param "self" (borrow $r)))) (export "[method]r.m" (func $f))`, "does not have a name"],
    [`(import "[getter]r.m" (func))`, "is not in kebab case"],
  ];
  for (const [text, reason] of rejected) it(`rejects ${text}`, () => rejects(resource + text, reason));
});

describe("attributes", () => {
  it("are handed on", async () => {
    const { type } = await validate(`(import "a" (implements "x:y/z@1.0.0") (external-id "☃") (instance))`);
    assert.deepEqual(type.imports.get("a")?.attributes, { implements: "x:y/z@1.0.0", externalId: "☃" });
  });

  it("are no part of types", () =>
    accepts(`
      (import "a" (instance $a (export "i" (implements "x:y/z") (instance))))
      (component $C (import "b" (instance (export "i" (external-id "q") (instance)))))
      (instance (instantiate $C (with "b" (instance $a))))`));

  const attribute = (id: number, value: string) => [id, ...name(value)];
  const named = (n: string, ...attributes: number[][]) =>
    component(
      section(7, [[0x42, 0x00]]),
      section(10, [[0x02, ...name(n), attributes.length, ...attributes.flat(), 0x05, 0x00]]),
    );
  const rejected: readonly (readonly [bytes: Uint8Array, reason: string])[] = [
    [named("a", attribute(0, "b:c/d"), attribute(0, "b:c/e")), "duplicate 'implements' option in name"],
    [named("a", attribute(2, "x"), attribute(2, "x")), "duplicate 'external-id' option in name"],
    [named("a", attribute(0, "b")), "must be an interface"],
    [named("a:b/c", attribute(0, "b:c/d")), "is not valid with `implements`"],
    [named("a", attribute(1, ".1.2")), "needs a name with a canonical version"],
    [named("a:b/c@1.0.0", attribute(1, ".1.2")), "needs a name with a canonical version"],
    [named("a:b/c@1", attribute(1, ".2")), "is not a valid version"],
  ];
  for (const [bytes, reason] of rejected) it(`are rejected: ${reason}`, () => void errorOf(bytes, reason, "name"));

  it("complete a canonical version", () => {
    validateBytes(named("a:b/c@1", attribute(1, ".2.3")));
    validateBytes(named("a:b/c@0.2", attribute(1, ".6-rc.1")));
    errorOf(named("a:b/c@1", attribute(1, ".2.3")), "`canonical-names` feature", undefined, defaultFeatures);
  });
});
