/** Components across binaries: given for imports, exported, and exported ones given or planned in turn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decodeComponent } from "../../../src/binary/component.ts";
import {
  type ComponentClosure,
  capturedModuleImports,
  componentImports,
  type PlannedComponent,
  planComponent,
} from "../../../src/plan/inline.ts";
import { printPlan } from "../../../src/plan/print.ts";
import { allFeatures } from "../../../src/validate/features.ts";
import { validateComponent } from "../../../src/validate/validate.ts";

async function component(source: string, text: string): Promise<ComponentClosure<string>> {
  const bytes = await parse(text);
  const component = validateComponent(decodeComponent(bytes), bytes, { features: allFeatures });
  return { component, environment: undefined, source };
}

/** Plans `root` with `given` for its imports that are components, in order. */
function plan(
  root: ComponentClosure<string>,
  given: readonly ComponentClosure<string>[] = [],
): PlannedComponent<string> {
  const leaves = componentImports(root.component);
  return planComponent(root, new Map(leaves.map(({ key }, i) => [key, given[i]!])));
}

function lines({ plan }: PlannedComponent<string>): string[] {
  return printPlan(plan, { ranges: false }).trimEnd().split("\n");
}

const counter = `(component
  (type $r' (resource (rep i32)))
  (export $r "counter" (type $r'))
  (core func $new (canon resource.new $r))
  (core module $M (import "" "new" (func (param i32) (result i32))) (func (export "make") (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "make") (result (own $r)) (canon lift (core func $m "make"))))`;

const twoCounters = `(component
  (import "maker" (component $Maker
    (export "counter" (type $r (sub resource)))
    (export "make" (func (result (own $r))))))
  (instance $a (instantiate $Maker))
  (instance $b (instantiate $Maker))
  (export "a" (instance $a))
  (export "b" (instance $b)))`;

test("each instantiation of a given component has resources of its own", async () => {
  const planned = plan(await component("two", twoCounters), [await component("counter", counter)]);
  assert.deepEqual(planned.sources, ["two", "counter"]);
  assert.deepEqual(lines(planned), [
    "instance1 in instance0",
    "instance2 in instance0",
    'lift0 = lift core0."make": func() -> own<resource0> "a#make" (instance1)',
    'lift1 = lift core1."make": func() -> own<resource1> "b#make" (instance2)',
    "trampoline0 = resource.new resource0 (instance1)",
    "trampoline1 = resource.new resource1 (instance2)",
    'resource0 = resource "counter" i32 in instance1',
    'core0 = instantiate module0 in instance1 ("" "new": trampoline0)',
    'resource1 = resource "counter" i32 in instance2',
    'core1 = instantiate module0 in instance2 ("" "new": trampoline1)',
    'export "a" = instance',
    '  export "counter" = resource0',
    '  export "make" = lift0: func() -> own<resource0>',
    'export "b" = instance',
    '  export "counter" = resource1',
    '  export "make" = lift1: func() -> own<resource1>',
  ]);
});

const illTyped: readonly [string, string][] = [
  ["a missing export", "(component)"],
  [
    "a value type for a resource",
    `(component (type $t u32) (export "counter" (type $t)) (core module $M (func (export "f") (result i32) unreachable))
    (core instance $m (instantiate $M)) (func (export "make") (result u32) (canon lift (core func $m "f"))))`,
  ],
  [
    "a function of another type",
    counter.replace('(func (export "make") (result (own $r))', '(func (export "make") (result u32)'),
  ],
  [
    "an instance for a function",
    `${counter.slice(0, counter.lastIndexOf("(func (export"))} (instance $i) (export "make" (instance $i)))`,
  ],
];

for (const [what, text] of illTyped) {
  test(`a given component with ${what} is refused`, async () => {
    const root = await component("two", twoCounters);
    const wrong = await component("wrong", text);
    assert.throws(() => plan(root, [wrong]), { name: "ComponentError", phase: "link", code: "wrong-import" });
  });
}

/** Exports a component that refers outwards: to a module, to an imported one, to another component, and to a type. */
const exporter = `(component
  (import "deps" (instance $deps (export "libc" (core module (export "malloc" (func (result i32)))))))
  (alias export $deps "libc" (core module $Libc))
  (core module $Own (import "libc" "malloc" (func (result i32))) (func (export "get") (result i32) unreachable))
  (component $Leaf
    (core instance $libc (instantiate $Libc))
    (core instance $own (instantiate $Own (with "libc" (instance $libc))))
    (func (export "get") (result u32) (canon lift (core func $own "get"))))
  (type $pair (tuple u32 u32))
  (component $Out (export "c")
    (import "take" (func (param "x" $pair)))
    (instance $leaf (instantiate $Leaf))
    (export "get" (func $leaf "get"))))`;

test("an exported component is planned with what it refers to in the component around it", async () => {
  const root = await component("exporter", exporter);
  const leaves = capturedModuleImports(root.component);
  assert.deepEqual(
    leaves.map(({ path }) => path),
    [["deps", "libc"]],
  );
  const origin = planComponent(root, new Map(), new Map([[leaves[0]!.key, "libc of this instance"]]));
  assert.deepEqual(lines(origin), ['export "c" = component0']);
  const planned = planComponent(origin.components[0]!);
  assert.deepEqual(planned.sources, ["exporter", "libc of this instance"]);
  assert.deepEqual(
    planned.plan.modules.map(({ source, start }) => [source, start > 0]),
    [
      [1, false],
      [0, true],
    ],
  );
  assert.deepEqual(lines(planned), [
    'import0 "take": func(x: tuple<u32, u32>)',
    "instance1 in instance0",
    'lift0 = lift core1."get": func() -> u32 "get" (instance1)',
    "core0 = instantiate module0 in instance1",
    'core1 = instantiate module1 in instance1 ("libc" "malloc": core0."malloc")',
    'export "get" = lift0: func() -> u32',
  ]);
});

test("an exported component is given to another, under what that one has beside it", async () => {
  const root = await component("exporter", exporter);
  const libc = capturedModuleImports(root.component)[0]!.key;
  const instances = ["first", "second"].map(
    (name) => planComponent(root, new Map(), new Map([[libc, name]])).components[0]!,
  );
  const user = await component(
    "user",
    `(component
      (import "take" (func $take (param "x" (tuple u32 u32))))
      (import "a" (component $A (import "take" (func (param "x" (tuple u32 u32)))) (export "get" (func (result u32)))))
      (import "b" (component $B (import "take" (func (param "x" (tuple u32 u32)))) (export "get" (func (result u32)))))
      (instance $a (instantiate $A (with "take" (func $take))))
      (instance $b (instantiate $B (with "take" (func $take))))
      (export "a" (func $a "get"))
      (export "b" (func $b "get")))`,
  );
  const planned = plan(user, instances);
  assert.deepEqual(planned.sources, ["user", "first", "exporter", "second"]);
  assert.deepEqual(
    lines(planned).filter((line) => line.includes("instantiate")),
    [
      "core0 = instantiate module0 in instance2",
      'core1 = instantiate module1 in instance2 ("libc" "malloc": core0."malloc")',
      "core2 = instantiate module2 in instance4",
      'core3 = instantiate module1 in instance4 ("libc" "malloc": core2."malloc")',
    ],
  );
});

test("a given component that imports less than it may is given only that", async () => {
  const user = await component(
    "user",
    `(component
      (import "c" (component $C (import "f" (func)) (import "g" (func)) (export "h" (func))))
      (import "f" (func $f))
      (instance $c (instantiate $C (with "f" (func $f)) (with "g" (func $f))))
      (export "h" (func $c "h")))`,
  );
  const given = await component("given", '(component (import "f" (func $f)) (export "h" (func $f)))');
  assert.deepEqual(lines(plan(user, [given])), [
    'import0 "f": func()',
    "instance1 in instance0",
    'export "h" = import0: func()',
  ]);
});

test("a component can be given to itself", async () => {
  const text = (type: string): string =>
    `(component (import "c" (component $C ${type})) (instance $i (instantiate $C)) (export "c" (component $C)))`;
  const outer = await component("outer", text(""));
  const planned = plan(outer, [await component("empty", "(component)")]);
  assert.equal(planned.components.length, 1);
  assert.deepEqual(lines(plan(outer, [planned.components[0]!])), ["instance1 in instance0", 'export "c" = component0']);
});
