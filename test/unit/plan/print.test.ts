import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "../../../src/plan/plan.ts";
import { printPlan } from "../../../src/plan/print.ts";

const empty = {
  imports: [], modules: [], instances: [{}], types: [], funcTypes: [], options: [], resources: [], lifts: [],
  trampolines: [], initializers: [], exports: [],
}; // biome-ignore format: a row

/** Indices are branded numbers, which literals are not. */
function text(parts: object): string {
  return printPlan({ ...empty, ...parts } as unknown as Plan);
}

const types: readonly [object[], string][] = [
  [[{ kind: "u8" }, { kind: "list", element: 0, length: 3 }], "list<u8, 3>"],
  [[{ kind: "string" }, { kind: "map", key: 0, value: 0 }], "map<string, string>"],
  [[{ kind: "u8" }, { kind: "record", fields: [{ label: "a-b", type: 0 }] }], "record { a-b: u8 }"],
  [[{ kind: "u8" }, { kind: "variant", cases: [{ label: "a" }, { label: "b", type: 0 }] }], "variant { a, b(u8) }"],
  [[{ kind: "enum", labels: ["a", "b"] }], "enum { a, b }"],
  [[{ kind: "flags", labels: ["a"] }], "flags { a }"],
  [[{ kind: "u8" }, { kind: "tuple", types: [0, 0] }, { kind: "option", type: 1 }], "option<tuple<u8, u8>>"],
  [[{ kind: "result" }], "result"],
  [[{ kind: "u8" }, { kind: "result", ok: 0 }], "result<u8>"],
  [[{ kind: "u8" }, { kind: "result", error: 0 }], "result<_, u8>"],
  [[{ kind: "u8" }, { kind: "result", ok: 0, error: 0 }], "result<u8, u8>"],
  [[{ kind: "borrow", resource: 4 }], "borrow<resource4>"],
  [[{ kind: "stream" }, { kind: "future", payload: 0 }], "future<stream>"],
];

for (const [nodes, expected] of types) {
  test(expected, () => {
    const exports = [{ name: "t", kind: "type", type: nodes.length - 1 }];
    assert.equal(text({ types: nodes, exports }), `export "t" = type ${expected}\n`);
  });
}

test("a long type gets a line of its own, once", () => {
  const labels = Array.from({ length: 12 }, (_, i) => `label${i}`);
  const exports = [0, 1].map((type, i) => ({ name: `t${i}`, kind: "type", type }));
  assert.equal(
    text({
      types: [
        { kind: "enum", labels },
        { kind: "list", element: 0 },
      ],
      exports,
    }),
    [`type0 = enum { ${labels.join(", ")} }`, 'export "t0" = type type0', 'export "t1" = type list<type0>', ""].join(
      "\n",
    ),
  );
});

const options = {
  instance: 1, encoding: "utf16", memory: { from: "core-instance", instance: 0, name: "m" }, pointer: "i64",
  realloc: { from: "trampoline", trampoline: 0 }, postReturn: { from: "core-instance", instance: 0, name: "p" },
  callback: { from: "core-instance", instance: 0, name: "c" }, async: true,
}; // biome-ignore format: a row

test("each sort of line of a plan has its notation", () => {
  const memory = options.memory;
  const parts = {
    imports: [
      { path: ["a:b/c@1.0.0", "f"], kind: "func", type: 0, attributes: { externalId: 'say "f"' } },
      { path: ["r"], kind: "resource", resource: 0 },
      { path: ["m"], kind: "core-module" },
    ],
    modules: [{ source: 0, start: 8, end: 255 }, { source: 1, start: 0, end: 16 }],
    instances: [{}, { parent: 0 }],
    types: [{ kind: "u32" }],
    funcTypes: [{ async: true, params: [{ label: "x", type: 0 }], result: 0 }],
    options: [options],
    resources: [{ kind: "imported", import: 1, name: "r" }, { kind: "defined", instance: 1, rep: "i32", name: "s" }],
    lifts: [{ core: { from: "core-instance", instance: 0, name: 'f"' }, type: 0, options: 0, name: "i#f" }],
    trampolines: [
      { op: "lower", callee: { from: "import", import: 0 }, type: 0, options: 0, name: "f" },
      { op: "lower", callee: { from: "lift", lift: 0 }, type: 0, options: 0, name: "f" },
      { op: "builtin", builtin: "resource.drop", instance: 1, immediates: { resource: 1 } },
      { op: "builtin", builtin: "stream.read", instance: 0, immediates: { type: 0, options: 0, async: true } },
      { op: "builtin", builtin: "task.return", instance: 0, immediates: { result: {} } },
      { op: "builtin", builtin: "task.return", instance: 0, immediates: { result: { type: 0 } } },
      { op: "builtin", builtin: "context.get", instance: 0, immediates: { coreType: "i32", slot: 1 } },
      { op: "builtin", builtin: "waitable-set.wait", instance: 0, immediates: { memory, cancellable: true, pointer: "i64" } },
      { op: "builtin", builtin: "thread.new-indirect", instance: 0, immediates: { closure: "i32", table: memory } },
    ],
    initializers: [
      { op: "instantiate", core: 0, module: { from: "static", module: 1 }, args: [], owner: 1 },
      { op: "resource", resource: 1, destructor: memory },
      {
        op: "instantiate", core: 1, module: { from: "import", import: 2 }, owner: 0,
        args: [{ module: "env", name: "f", value: { from: "trampoline", trampoline: 1 } }],
      },
      {
        op: "instantiate", core: 2, module: { from: "static", module: 0 }, owner: 0,
        args: ["a", "b"].map((name) => ({ module: "env".repeat(20), name, value: memory })),
      },
    ],
    exports: [
      {
        name: "i", kind: "instance", attributes: { implements: "a:b/c", versionSuffix: ".1" },
        exports: [{ name: "f", kind: "func", func: { from: "lift", lift: 0 }, type: 0 }, { name: "r", kind: "resource", resource: 1 }],
      },
      { name: "m", kind: "core-module", module: { from: "import", import: 2 } },
      { name: "c", kind: "component", component: 0 },
      { name: "t", kind: "other-type" },
    ],
  }; // biome-ignore format: one row a thing
  const all =
    '(instance1, async, utf16, i64, memory core0."m", realloc trampoline0, post-return core0."p", callback core0."c")';
  const env = JSON.stringify("env".repeat(20));
  const expected = [
    'import0 "a:b/c@1.0.0" "f" (external-id "say \\"f\\""): async func(x: u32) -> u32',
    'import1 "r": resource0',
    'import2 "m": core module',
    "module0 = 0x8..0xff",
    "module1 = source1 0x0..0x10",
    "instance1 in instance0",
    `lift0 = lift core0."f\\"": async func(x: u32) -> u32 "i#f" ${all}`,
    `trampoline0 = lower import0: async func(x: u32) -> u32 "f" ${all}`,
    `trampoline1 = lower lift0: async func(x: u32) -> u32 "f" ${all}`,
    "trampoline2 = resource.drop resource1 (instance1)",
    `trampoline3 = stream.read u32 async ${all}`,
    "trampoline4 = task.return -> () (instance0)",
    "trampoline5 = task.return -> u32 (instance0)",
    "trampoline6 = context.get i32 1 (instance0)",
    'trampoline7 = waitable-set.wait core0."m" i64 cancellable (instance0)',
    'trampoline8 = thread.new-indirect (func (param i32)) core0."m" (instance0)',
    "core0 = instantiate module1 in instance1",
    'resource1 = resource "s" i32 in instance1 (destructor core0."m")',
    'core1 = instantiate import2 in instance0 ("env" "f": trampoline1)',
    "core2 = instantiate module0 in instance0 (",
    `  ${env} "a": core0."m"`,
    `  ${env} "b": core0."m"`,
    ")",
    'export "i" (implements "a:b/c") (versionsuffix ".1") = instance',
    '  export "f" = lift0: async func(x: u32) -> u32',
    '  export "r" = resource1',
    'export "m" = import2',
    'export "c" = component0',
    'export "t" = type',
  ];
  assert.deepEqual(text(parts).trimEnd().split("\n"), expected);
});

test("where modules are can be left out", () => {
  const plan = { ...empty, modules: [{ source: 0, start: 8, end: 255 }] } as unknown as Plan;
  assert.equal(printPlan(plan, { ranges: false }), "");
});
