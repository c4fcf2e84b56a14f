import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ComponentType, ExternDecl, InstanceType, ResourceType } from "../../../src/types/types.ts";
import type { Instantiation, TypedComponent, TypedExport } from "../../../src/validate/typed.ts";
import { accepts, rejects, validate } from "./component.ts";

const instantiations = (component: TypedComponent): Instantiation[] =>
  component.definitions.flatMap((d) => (d.step === "instantiate" ? [d.instance] : []));
const exportsOf = (component: TypedComponent): TypedExport[] =>
  component.definitions.flatMap((d) => (d.step === "export" ? [d.export] : []));

/** The resource that a type export is, or that a function gives back. */
function resourceOf(decl: ExternDecl | undefined): ResourceType {
  assert.ok(decl !== undefined);
  const { type } = decl;
  if (type.kind === "type" && type.type.kind === "resource") return type.type;
  if (type.kind === "func" && type.type.result?.kind === "own") return type.type.result.resource;
  assert.fail(`no resource in ${decl.name}`);
}

const resource = (type: InstanceType | ComponentType, name: string) => resourceOf(type.exports.get(name));

describe("resources in the types of a component", () => {
  it("are those that its imports introduce", async () => {
    const { type } = await validate(`
      (import "r" (type $r (sub resource)))
      (import "s" (type (eq $r)))
      (import "i" (instance (export "t" (type $t (sub resource))) (export "f" (func (result (own $t))))))
      (import "g" (func (result (own $r))))`);
    const r = resourceOf(type.imports.get("r"));
    const i = type.imports.get("i")?.type;
    assert.ok(i?.kind === "instance");
    assert.equal(resourceOf(type.imports.get("s")), r);
    assert.equal(resourceOf(type.imports.get("g")), r);
    assert.equal(resource(i.type, "f"), resource(i.type, "t"));
    assert.deepEqual(i.type.resources, []);
    assert.deepEqual(type.importedResources, [r, resource(i.type, "t")]);
    assert.equal(r.name, "r");
  });

  it("are those that its exports introduce", async () => {
    const { type } = await validate(`
      (import "i" (type $i (sub resource)))
      (type $R (resource (rep i32)))
      (export "r" (type $R))
      (export "s" (type $R))
      (export "t" (type $R) (type (sub resource)))
      (export "j" (type $i))`);
    const [r, s, t, j] = ["r", "s", "t", "j"].map((name) => resource(type, name));
    assert.equal(r, s);
    assert.notEqual(r, t);
    assert.deepEqual(type.importedResources, [j]);
    assert.deepEqual(type.exportedResources, [r, t]);
    assert.equal(r?.name, "r");
  });

  it("are of each import its own", async () => {
    const { type } = await validate(`
      (type $I (instance (export "r" (type (sub resource)))))
      (import "a" (instance (type $I))) (import "b" (instance (type $I)))`);
    const [a, b] = ["a", "b"].map((name) => {
      const decl = type.imports.get(name)?.type;
      assert.ok(decl?.kind === "instance");
      return resource(decl.type, "r");
    });
    assert.notEqual(a, b);
  });
});

describe("instantiation", () => {
  it("makes resources anew", async () => {
    const component = await validate(`
      (component $C (type $R (resource (rep i32))) (export "r" (type $R)))
      (instance (instantiate $C)) (instance (instantiate $C))`);
    const [a, b] = instantiations(component);
    assert.ok(a !== undefined && b !== undefined);
    assert.equal(a.component, b.component);
    assert.notEqual(resource(a.type, "r"), resource(b.type, "r"));
    assert.notEqual(resource(a.type, "r"), resource(a.component.type, "r"));
  });

  it("puts what is supplied for what is imported", async () => {
    const component = await validate(`
      (component $C
        (import "r" (type $r (sub resource)))
        (import "f" (func $f (result (own $r))))
        (export "r" (type $r))
        (export "g" (func $f)))
      (import "s" (type $s (sub resource)))
      (import "f" (func $f (result (own $s))))
      (instance (instantiate $C (with "r" (type $s)) (with "f" (func $f)) (with "unused" (func $f))))`);
    const [made] = instantiations(component);
    assert.ok(made !== undefined);
    const s = resourceOf(component.type.imports.get("s"));
    assert.equal(resource(made.type, "r"), s);
    assert.equal(resource(made.type, "g"), s);
    assert.deepEqual([...made.args.keys()], ["r", "f"]);
  });

  it("takes resources out of instances", async () => {
    const component = await validate(`
      (component $C
        (import "i" (instance $i (export "r" (type $r (sub resource)))))
        (alias export $i "r" (type $r))
        (export "r" (type $r)))
      (import "j" (instance $j (export "r" (type (sub resource))) (export "s" (func))))
      (instance (instantiate $C (with "i" (instance $j))))`);
    const [made] = instantiations(component);
    const j = component.type.imports.get("j")?.type;
    assert.ok(made !== undefined && j?.kind === "instance");
    assert.equal(resource(made.type, "r"), resource(j.type, "r"));
  });

  it("is of imported components too", async () => {
    const component = await validate(`
      (import "r" (type $r (sub resource)))
      (import "c" (component $c
        (import "x" (type $x (sub resource)))
        (export "y" (type $y (sub resource)))
        (export "f" (func (param "x" (own $x)) (result (own $y))))))
      (instance (instantiate $c (with "x" (type $r))))
      (instance (instantiate $c (with "x" (type $r))))`);
    const [a, b] = instantiations(component);
    assert.ok(a !== undefined && b !== undefined);
    assert.equal(resource(a.type, "f"), resource(a.type, "y"));
    assert.notEqual(resource(a.type, "y"), resource(b.type, "y"));
    const f = a.type.exports.get("f")?.type;
    assert.ok(f?.kind === "func");
    const [param] = f.type.params;
    assert.ok(param?.type.kind === "own");
    assert.equal(param.type.resource, resourceOf(component.type.imports.get("r")));
  });

  it("may be given a component that does more", () =>
    accepts(`
      (component $C
        (import "d" (component $d
          (import "r" (type $r (sub resource)))
          (export "s" (type $s (sub resource)))
          (export "f" (func (param "r" (own $r)) (result (own $s))))))
        (type $R (resource (rep i32)))
        (instance $i (instantiate $d (with "r" (type $R)))))
      (component $D
        (import "r" (type $r (sub resource)))
        (export "s" (type $r))
        (core module $M (func (export "f") (param i32) (result i32) unreachable))
        (core instance $m (instantiate $M))
        (func (export "f") (param "r" (own $r)) (result (own $r)) (canon lift (core func $m "f")))
        (export "more" (type $r)))
      (instance (instantiate $C (with "d" (component $D))))`));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [`(component $C (import "a" (func))) (instance (instantiate $C))`, "missing import named `a`"],
    [
      `(import "f" (func $f)) (component $C) (instance (instantiate $C (with "a" (func $f)) (with "a" (func $f))))`,
      "instantiation argument `a` conflicts with previous argument `a`",
    ],
    [`(instance (instantiate 0))`, "unknown component 0: component index out of bounds"],
    [
      `(type $R (resource (rep i32))) (import "c" (component (export "r" (type (eq $R)))))`,
      "local resource type found in imports",
    ],
  ];
  for (const [text, reason] of rejected) it(`is rejected: ${reason}`, () => rejects(text, reason));
});

describe("items", () => {
  it("are the same object wherever they are referred to", async () => {
    const component = await validate(`
      (import "f" (func $f))
      (export "a" (func $f)) (export "b" (func $f))
      (component $C)
      (component (alias outer 1 0 (component $D)) (instance $d (instantiate $D)) (export "d" (instance $d)))
      (instance (instantiate $C)) (instance (instantiate 1))`);
    const [a, b] = exportsOf(component);
    assert.ok(a?.item.sort === "func" && b?.item.sort === "func");
    assert.equal(a.item.item, b.item.item);
    const [c, outer] = instantiations(component);
    assert.ok(outer?.component.from === "static");
    assert.equal(instantiations(outer.component.component)[0]?.component, c?.component);
  });

  it("are seen with the types ascribed to them", async () => {
    const component = await validate(`
      (import "i" (instance $i (export "a" (func)) (export "b" (func))))
      (export $j "j" (instance $i) (instance (export "a" (func))))
      (alias export $j "a" (func $a))
      (export "a" (func $a))`);
    const [j, a] = exportsOf(component);
    assert.ok(j?.type.kind === "instance" && a?.item.sort === "func");
    assert.deepEqual([...j.type.type.exports.keys()], ["a"]);
    assert.ok(a.item.item.from === "export" && a.item.item.of.from === "exported");
    assert.equal(a.item.item.of.export, j);
  });

  it("may not be seen with other types", async () => {
    const reason = "ascribed type of export is not compatible with item's type";
    await rejects(`(import "f" (func $f)) (export "g" (func $f) (func (result u8)))`, reason, "subtype");
    await rejects(`(import "i" (instance $i)) (export "j" (instance $i) (instance (export "a" (func))))`, reason);
    await rejects(`(type $t u8) (export "t" (type $t) (type (sub resource)))`, reason);
  });
});

describe("aliases", () => {
  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [`(import "i" (instance $i)) (alias export $i "a" (func $a))`, "instance 0 has no export named `a`"],
    [
      `(import "i" (instance $i (export "a" (func)))) (alias export $i "a" (type $a))`,
      "export `a` for instance 0 is not a type",
    ],
    [`(alias outer 1 0 (type $t))`, "invalid outer alias count of 1"],
    [`(alias outer 0 3 (type $t))`, "unknown type 3: type index out of bounds"],
    [
      `(type $R (resource (rep i32))) (type $T (tuple (own $R))) (component (alias outer 1 1 (type $t)))`,
      "transitively refers to resources",
    ],
    [
      `(type $R (resource (rep i32))) (type $I (instance (export "r" (type (eq $R)))))
       (component (alias outer 1 1 (type $t)))`,
      "transitively refers to resources",
    ],
    [
      `(type (component (import "i" (instance $i (export "f" (func)))) (alias export $i "f" (func $f))))`,
      "may only refer to types or instances",
    ],
  ];
  for (const [text, reason] of rejected) it(`are rejected: ${reason}`, () => rejects(text, reason));

  it("may bring in types that bind their resources themselves", () =>
    accepts(`
      (type $I (instance (export "r" (type $r (sub resource))) (export "f" (func (result (own $r))))))
      (type $C (component (import "r" (type $r (sub resource))) (export "s" (type (eq $r)))))
      (component (alias outer 1 0 (type $i)) (alias outer 1 1 (type $c)) (import "i" (instance (type $i))))`));
});
