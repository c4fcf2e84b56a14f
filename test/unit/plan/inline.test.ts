import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import {
  capturedModuleImports,
  componentImports,
  type PlannedComponent,
  planComponent,
} from "../../../src/plan/inline.ts";
import { printPlan } from "../../../src/plan/print.ts";
import type { Component, Func, TypedComponent } from "../../../src/validate/typed.ts";
import {
  component,
  coreExport,
  coreInline,
  coreInstance,
  coreStep,
  exportFunc,
  exportOf,
  exportStep,
  getter,
  importOf,
  importStep,
  inline,
  instanceType,
  instantiateStep,
  instantiation,
  interner,
  lift,
  lower,
  module,
  moduleType,
  resourceStep,
} from "./typed.ts";

function plan(root: TypedComponent): PlannedComponent<string> {
  return planComponent({ component: root, environment: undefined, source: "root" });
}

function printed(root: TypedComponent): string[] {
  return lines(plan(root));
}

function lines({ plan }: PlannedComponent<string>): string[] {
  return printPlan(plan).trimEnd().split("\n");
}

test("a lift is exported, and its core instance made once", () => {
  const core = coreInstance(module(0x10, [], ["f"]));
  assert.deepEqual(printed(component([coreStep(core), exportFunc("g", lift(coreExport(core, "f")))])), [
    "module0 = 0x10..0x20",
    'lift0 = lift core0."f": func() -> u32 "g" (instance0)',
    "core0 = instantiate module0 in instance0",
    'export "g" = lift0: func() -> u32',
  ]);
});

test("equal lifts, lowers and options are one; what nothing uses is not there", () => {
  const core = coreInstance(module(0, [], ["f"]));
  const twice = [lift(coreExport(core, "f")), lift(coreExport(core, "f"))] as const;
  const user = coreInstance(module(16, ["a.x", "a.y"]), {
    a: coreInline({
      x: lower(twice[0]),
      y: lower(twice[1]),
      z: lower(lift(coreExport(core, "f"), getter, { async: true })),
    }),
  });
  const { plan: made } = plan(component([coreStep(core), coreStep(user), exportFunc("g", twice[1])]));
  assert.equal(made.lifts.length, 1);
  assert.equal(made.trampolines.length, 1);
  assert.equal(made.options.length, 1);
  assert.equal(made.funcTypes.length, 1);
});

test("a module gets what it imports, in its order, and nothing else", () => {
  const core = coreInstance(module(0, [], ["f", "g"]));
  const user = coreInstance(module(16, ["b.g", "a.f"]), { a: core, b: core, c: core });
  const { initializers } = plan(component([coreStep(core), coreStep(user)])).plan;
  const step = initializers[1]!;
  assert.deepEqual(step.op === "instantiate" && step.args.map(({ module, name }) => `${module}.${name}`), [
    "b.g",
    "a.f",
  ]);
});

test("imports are flattened to leaves", () => {
  const r = interner.resource("i32", "thing");
  const func = interner.func(false, [{ label: "x", type: interner.own(r) }], undefined);
  const host = importOf("host", {
    kind: "instance",
    type: instanceType({
      thing: { kind: "type", type: r },
      "same-thing": { kind: "type", type: r },
      take: { kind: "func", type: func },
      inner: { kind: "instance", type: instanceType({ get: { kind: "func", type: getter } }) },
    }),
  });
  const root = component([
    importStep(host),
    importStep(importOf("m", { kind: "core-module", type: moduleType([]) })),
    importStep(importOf("number", { kind: "type", type: { kind: "u8" } })),
  ]);
  assert.deepEqual(printed(root), [
    'import0 "host" "thing": resource0',
    'import1 "host" "take": func(x: own<resource0>)',
    'import2 "host" "inner" "get": func() -> u32',
    'import3 "m": core module',
  ]);
});

test("each instantiation has resources of its own, which types outside tell apart", () => {
  const r = interner.resource("i32", "r");
  const make = interner.func(false, [], interner.own(r));
  const core = coreInstance(module(0, [], ["make"]));
  const inner = component([
    coreStep(core),
    resourceStep(r, coreExport(core, "drop")),
    exportStep(exportOf("r", { sort: "type", item: { type: r } }, { kind: "type", type: r })),
    exportFunc("make", lift(coreExport(core, "make"), make)),
  ]);
  const made = [1, 2].map((i) => {
    const fresh = interner.resource("i32", `r${i}`);
    const func = interner.func(false, [], interner.own(fresh));
    const type = instanceType({ r: { kind: "type", type: fresh }, make: { kind: "func", type: func } });
    return { instance: instantiation(inner, {}, type), func };
  });
  const root = component(
    made.flatMap(({ instance, func }, i) => [
      instantiateStep(instance),
      exportFunc(`make${i}`, { from: "export", of: instance, name: "make", type: func }),
    ]),
  );
  assert.deepEqual(printed(root), [
    "module0 = 0x0..0x10",
    "instance1 in instance0",
    "instance2 in instance0",
    'lift0 = lift core0."make": func() -> own<resource0> "make0" (instance1)',
    'lift1 = lift core1."make": func() -> own<resource1> "make1" (instance2)',
    "core0 = instantiate module0 in instance1",
    'resource0 = resource "r" i32 in instance1 (destructor core0."drop")',
    "core1 = instantiate module0 in instance2",
    'resource1 = resource "r" i32 in instance2 (destructor core1."drop")',
    'export "make0" = lift0: func() -> own<resource0>',
    'export "make1" = lift1: func() -> own<resource1>',
  ]);
});

test("an export hides what its type does not have", () => {
  const core = coreInstance(module(0, [], ["f"]));
  const func = lift(coreExport(core, "f"));
  const instance = inline({ f: { sort: "func", item: func }, g: { sort: "func", item: func } });
  const type = instanceType({ g: { kind: "func", type: getter } });
  const root = component([
    coreStep(core),
    exportStep(exportOf("i", { sort: "instance", item: instance }, { kind: "instance", type })),
  ]);
  assert.deepEqual(printed(root).slice(-2), ['export "i" = instance', '  export "g" = lift0: func() -> u32']);
  assert.equal(plan(root).plan.lifts[0]!.name, "i#g");
});

test("a chain of aliases as long as the component is followed", () => {
  const core = coreInstance(module(0, [], ["f"]));
  let func: Func = lift(coreExport(core, "f"));
  let coreAlias = coreExport(core, "f");
  for (let i = 0; i < 50_000; i++) {
    func = { from: "export", of: inline({ f: { sort: "func", item: func } }), name: "f", type: getter };
    coreAlias = coreExport(coreInline({ f: coreAlias }), "f");
  }
  const root = component([coreStep(core), exportFunc("f", func), exportFunc("g", lift(coreAlias))]);
  assert.equal(plan(root).plan.lifts.length, 1);
});

// ---- Components that are imported and exported

/** Instantiates a module and exports what it gets as `get`. */
function providing(start: number): TypedComponent {
  const core = coreInstance(module(start, [], ["get"]));
  return component([coreStep(core), exportFunc("get", lift(coreExport(core, "get")))]);
}

const imported = importOf("deps", {
  kind: "instance",
  type: instanceType({ c: { kind: "component", type: providing(0).type } }),
});
const dep: Component = {
  from: "export",
  of: { from: "imported", import: imported, type: instanceType({}) },
  name: "c",
  type: providing(0).type,
};

test("a component that is given for an import is inlined, and its modules are of its own binary", () => {
  const instance = {
    ...instantiation(providing(0), {}, instanceType({ get: { kind: "func", type: getter } })),
    component: dep,
  };
  const root = component([
    importStep(imported),
    instantiateStep(instance),
    exportFunc("get", { from: "export", of: instance, name: "get", type: getter }),
  ]);
  const leaves = componentImports(root);
  assert.deepEqual(
    leaves.map(({ path }) => path),
    [["deps", "c"]],
  );
  const given = new Map([[leaves[0]!.key, { component: providing(0x40), environment: undefined, source: "other" }]]);
  const planned = planComponent({ component: root, environment: undefined, source: "root" }, given);
  assert.deepEqual(planned.sources, ["root", "other"]);
  assert.deepEqual(planned.plan.modules, [{ source: 1, start: 0x40, end: 0x50 }]);
  assert.deepEqual(lines(planned), [
    "module0 = source1 0x40..0x50",
    "instance1 in instance0",
    'lift0 = lift core0."get": func() -> u32 "get" (instance1)',
    "core0 = instantiate module0 in instance1",
    'export "get" = lift0: func() -> u32',
  ]);
  assert.throws(() => plan(root), { phase: "link", code: "missing-import", path: ["deps", "c"] });
});

test("a component of the wrong type for an import is an error of linking", () => {
  const instance = { ...instantiation(providing(0), {}, instanceType({})), component: dep };
  const root = component([
    importStep(imported),
    instantiateStep(instance),
    exportFunc("get", { from: "export", of: instance, name: "get", type: getter }),
  ]);
  const wrong = [
    component([]),
    component([importStep(importOf("unforeseen", { kind: "func", type: getter }))]),
    component([
      exportStep(
        exportOf("get", { sort: "type", item: { type: { kind: "u8" } } }, { kind: "type", type: { kind: "u8" } }),
      ),
    ]),
  ];
  for (const given of wrong) {
    const key = componentImports(root)[0]!.key;
    const components = new Map([[key, { component: given, environment: undefined, source: "other" }]]);
    assert.throws(
      () => planComponent({ component: root, environment: undefined, source: "root" }, components),
      (error) => error instanceof ComponentError && error.phase === "link",
    );
  }
});

/** Exports a component that instantiates two modules of the component around it: its own, and one that it imports. */
function exporting(): TypedComponent {
  const own = module(0x80, [], ["get"]);
  const libc = importOf("libc", { kind: "core-module", type: moduleType([], ["get"]) });
  const first = coreInstance(own);
  const second = coreInstance({ from: "imported", import: libc, type: moduleType([], ["get"]) });
  const inner = component([coreStep(first), coreStep(second), exportFunc("get", lift(coreExport(second, "get")))]);
  const item = { sort: "component", item: { from: "static", component: inner, type: inner.type } } as const;
  return component([importStep(libc), exportStep(exportOf("c", item, { kind: "component", type: inner.type }))]);
}

test("an exported component takes the modules that it refers to along", () => {
  const root = exporting();
  const closure = { component: root, environment: undefined, source: "origin" };
  const leaves = capturedModuleImports(root);
  assert.deepEqual(
    leaves.map(({ path }) => path),
    [["libc"]],
  );
  const origin = planComponent(closure, new Map(), new Map([[leaves[0]!.key, "libc"]]));
  assert.deepEqual(origin.plan.imports, []);
  assert.deepEqual(lines(origin), ['export "c" = component0']);

  const planned = planComponent(origin.components[0]!);
  assert.deepEqual(planned.sources, ["origin", "libc"]);
  assert.deepEqual(lines(planned), [
    "module0 = 0x80..0x90",
    "module1 = source1 0x0..0x0",
    'lift0 = lift core1."get": func() -> u32 "get" (instance0)',
    "core0 = instantiate module0 in instance0",
    "core1 = instantiate module1 in instance0",
    'export "get" = lift0: func() -> u32',
  ]);
});

test("without its modules, which whoever plans it has to give, no exported component that needs them is planned", () => {
  const origin = plan(exporting());
  assert.equal(origin.plan.imports.length, 1);
  assert.throws(() => planComponent(origin.components[0]!), { name: "AssertionError" });
});

test("modules that cannot be captured need not be given", () => {
  assert.deepEqual(
    capturedModuleImports(component([importStep(importOf("m", { kind: "core-module", type: moduleType([]) }))])),
    [],
  );
});

// ---- Too much

/** Instantiates two of the component below it, `depth` levels deep. */
function bomb(depth: number, width = 2): TypedComponent {
  let inner = component([]);
  for (let i = 0; i < depth; i++) {
    const below = inner;
    inner = component(Array.from({ length: width }, () => instantiateStep(instantiation(below))));
  }
  return inner;
}

const tooLarge: [string, () => TypedComponent][] = [
  ["a billion instances", () => bomb(30)],
  ["instances of instances of …", () => bomb(500, 1)],
  [
    "an instance with a billion leaves",
    () => {
      const core = coreInstance(module(0, [], ["f"]));
      let instance = inline({ f: { sort: "func", item: lift(coreExport(core, "f")) } });
      let type = instanceType({ f: { kind: "func", type: getter } });
      for (let i = 0; i < 30; i++) {
        instance = inline({ a: { sort: "instance", item: instance }, b: { sort: "instance", item: instance } });
        type = instanceType({ a: { kind: "instance", type }, b: { kind: "instance", type } });
      }
      return component([
        coreStep(core),
        exportStep(exportOf("i", { sort: "instance", item: instance }, { kind: "instance", type })),
      ]);
    },
  ],
  [
    "an import with a billion leaves",
    () => {
      let type = instanceType({ f: { kind: "func", type: getter } });
      for (let i = 0; i < 30; i++)
        type = instanceType({ a: { kind: "instance", type }, b: { kind: "instance", type } });
      return component([importStep(importOf("i", { kind: "instance", type }))]);
    },
  ],
  [
    "lifts of lowers of lifts of …",
    () => {
      const core = coreInstance(module(0, [], ["f"]));
      let func = lift(coreExport(core, "f"));
      for (let i = 0; i < 10_000; i++) func = lift(lower(func));
      return component([coreStep(core), exportFunc("f", func)]);
    },
  ],
  [
    "many definitions, executed often",
    () => {
      const core = Array.from({ length: 1000 }, (_, i) => coreStep(coreInstance(module(i))));
      const inner = component(core);
      return component(Array.from({ length: 2000 }, () => instantiateStep(instantiation(inner))));
    },
  ],
];

for (const [what, make] of tooLarge) {
  test(`too large: ${what}`, () => {
    assert.throws(() => plan(make()), { phase: "unsupported", code: "too-large" });
  });
}

test("looking for component imports is bounded as well", () => {
  let type = instanceType({ f: { kind: "func", type: getter } });
  for (let i = 0; i < 30; i++) type = instanceType({ a: { kind: "instance", type }, b: { kind: "instance", type } });
  const root = component([importStep(importOf("i", { kind: "instance", type }))]);
  assert.throws(() => componentImports(root), { phase: "unsupported", code: "too-large" });
});

test("a plan that is large but not too large is made", () => {
  assert.equal(plan(bomb(11)).plan.instances.length, 2 ** 12 - 1);
});

test("types that share parts exponentially stay as they were written", () => {
  let type = interner.own(interner.resource());
  const resource = type.kind === "own" ? type.resource : undefined;
  for (let i = 0; i < 60; i++) type = interner.tuple([type, type]);
  const core = coreInstance(module(0, [], ["f"]));
  const func = lift(coreExport(core, "f"), interner.func(false, [{ label: "x", type }], type));
  const planned = plan(component([resourceStep(resource!), coreStep(core), exportFunc("f", func)]));
  assert.equal(planned.plan.types.length, 61);
  assert.ok(printPlan(planned.plan).length < 10_000);
});

// ---- Values

test("values are not supported, and said to be", () => {
  const value = importOf("v", { kind: "value", type: { kind: "u8" } });
  assert.throws(() => plan(component([importStep(value)])), { phase: "unsupported", code: "values" });
  const start = { func: lift(coreExport(coreInstance(module(0)), "f")), args: [], results: [], offset: 7 };
  assert.throws(() => plan(component([{ step: "start", start }])), { phase: "unsupported", code: "values", offset: 7 });
});

test("a plan is plain data", () => {
  const core = coreInstance(module(0, [], ["f"]));
  const r = interner.resource("i32", "r");
  const type = interner.func(
    true,
    [{ label: "a", type: interner.list(interner.borrow(r), 4) }],
    interner.result(undefined, { kind: "string" }),
  );
  const root = component([
    importStep(importOf("h", { kind: "func", type: getter })),
    coreStep(core),
    resourceStep(r),
    exportFunc("f", lift(coreExport(core, "f"), type, { memory: coreExport(core, "m"), async: true })),
  ]);
  const { plan: made } = plan(root);
  assert.deepEqual(structuredClone(made), made);
  assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
});
