/** Which calls become adapters, what an adapter leaves out, and where adapters stand in a plan. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fused, type FuseOptions, fuse } from "../../../src/fuse/fuse.ts";
import type {
  CanonicalOptions, CoreExport, InstanceIndex, Leaf, Plan, ResourceIndex, Trampoline, TrampolineIndex, TypeIndex,
} from "../../../src/plan/plan.ts"; // biome-ignore format: one list
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";
import { CoreTypeInterner } from "../../../src/wasm/interner.ts";
import { readModule } from "../../../src/wasm/module.ts";
import type { ModuleTraits } from "../../../src/wasm/types.ts";
import { Types } from "../codegen/program.ts";
import {
  CALLEE_OPTIONS,
  CALLER_OPTIONS,
  fuseOptions,
  type LinkSpec,
  linkPlan,
  multiMemory,
  plainTraits,
} from "./link.ts";

const side = { encoding: "utf8", pointer: "i32" } as const;

function specOf(make: (types: Types) => Pick<LinkSpec, "params" | "result">): LinkSpec {
  const types = new Types();
  return { ...make(types), types: types.nodes, caller: side, callee: side };
}

const add = specOf((types) => ({ params: [types.of("u32"), types.of("u32")], result: types.of("u32") }));
const text = specOf((types) => ({ params: [types.of("string")] }));

/** The plan without the `realloc`s, without which an instance may always be left. */
function withoutRealloc(plan: Plan): Plan {
  return { ...plan, options: plan.options.map(({ realloc: _, ...rest }) => rest) };
}

function changed(plan: Plan, index: number, change: Partial<CanonicalOptions>): Plan {
  return { ...plan, options: plan.options.map((options, i) => (i === index ? { ...options, ...change } : options)) };
}

function withTraits(plan: Plan, traits: ModuleTraits | undefined): Plan {
  return { ...plan, modules: plan.modules.map(({ traits: _, ...rest }) => ({ ...rest, ...(traits && { traits }) })) };
}

function withTrampoline(plan: Plan, trampoline: Trampoline): Plan {
  return { ...plan, trampolines: [...plan.trampolines, trampoline] };
}

function fused(plan: Plan, options: Partial<FuseOptions> = {}): Fused | undefined {
  return fuse(plan, { ...fuseOptions, ...options });
}

/** The engine must take the adapters, if it takes any. */
function assertValid({ bytes }: Fused): void {
  assert.ok(WebAssembly.validate(bytes as BufferSource) || !multiMemory);
}

/** What the adapters of a plan ask of the run side. */
function leavesOf(plan: Plan, options: Partial<FuseOptions> = {}): string[] {
  const names: string[] = [];
  for (const step of fused(plan, options)!.plan.initializers) {
    if (step.op === "instantiate")
      names.push(...(step.leaves ?? []).map(({ value }: { readonly value: Leaf }) => value.leaf));
  }
  return [...new Set(names)].sort();
}

// ---- Which calls

test("where there is nothing to do, the importer gets the core function itself", () => {
  const { plan, bytes } = fused(withoutRealloc(linkPlan(add)))!;
  assert.equal(bytes.length, 0);
  assert.equal(plan.modules.length, 3);
  assert.deepEqual(plan.trampolines, []);
  const main = plan.initializers.at(-1)!;
  assert.ok(main.op === "instantiate");
  assert.deepEqual(main.args, [{ module: "", name: "f", value: plan.lifts[0]!.core }]);
});

test("where there is something to do, an adapter comes right before who imports it", () => {
  const narrow = specOf((types) => ({ params: [types.of("u8")] }));
  const several: readonly (readonly [string, Plan])[] = [
    ["a conversion", withoutRealloc(linkPlan(narrow))],
    ["a question", linkPlan(add)],
    ["a post-return", withoutRealloc(linkPlan({ ...add, postReturn: true }))],
  ];
  for (const [name, plan] of several) {
    const result = fused(plan)!;
    const cores = result.plan.initializers.map((step) => (step.op === "instantiate" ? step.core : -1));
    assert.deepEqual(cores, [0, 1, 3, 2], name);
    assert.equal(result.plan.modules.length, 4, name);
    assertValid(result);
    const main = result.plan.initializers.at(-1)!;
    assert.ok(main.op === "instantiate");
    assert.deepEqual(main.args[0]!.value, { from: "core-instance", instance: 3, name: "0" }, name);
  }
});

const builtin = (name: string, instance: number, immediates: object = {}) =>
  ({ op: "builtin", builtin: name, instance, immediates }) as unknown as Trampoline;

const stream = specOf((types) => ({ params: [types.add({ kind: "stream", payload: types.of("u8") })] }));
const returning = specOf((types) => ({ params: [], result: types.of("string") }));
const caller = { ...linkPlan(add).options[CALLER_OPTIONS]! };

const nested: Plan = {
  ...linkPlan(add),
  instances: [{}, { parent: 0 as InstanceIndex }, { parent: 1 as InstanceIndex }],
};

const excluded: readonly (readonly [string, Plan, Partial<FuseOptions>?])[] = [
  ["an async lift", changed(linkPlan(add), CALLEE_OPTIONS, { async: true })],
  ["an async lower", changed(linkPlan(add), CALLER_OPTIONS, { async: true })],
  ["an async function", { ...linkPlan(add), funcTypes: linkPlan(add).funcTypes.map((type) => ({ ...type, async: true })) }],
  ["a stream", linkPlan(stream)],
  ["a callee inside of the caller", changed(changed(nested, CALLEE_OPTIONS, { instance: 2 as InstanceIndex }), CALLER_OPTIONS, { instance: 1 as InstanceIndex })],
  ["a callee around the caller", nested],
  ["a callee that is the caller", changed(linkPlan(add), CALLER_OPTIONS, { instance: 1 as InstanceIndex })],
  ["a callee that may wait", withTrampoline(linkPlan(add), builtin("waitable-set.wait", 1))],
  ["a module of the embedder's", withTraits(linkPlan(add), undefined)],
  ["types of which there may be several", withTraits(linkPlan(add), { ...plainTraits, plainTypes: false })],
  ["exceptions that cannot be caught", withTraits(linkPlan(add), { ...plainTraits, throws: true }), { exceptions: false }],
]; // biome-ignore format: a table

for (const [name, plan, options] of excluded) {
  test(`left to be composed: ${name}`, () => {
    assert.equal(fused(plan, options), undefined);
  });
}

test("without several memories, there are adapters for what needs none", () => {
  const only = { multiMemory: false };
  assert.notEqual(fused(withoutRealloc(linkPlan(add)), only), undefined);
  const narrow = specOf((types) => ({ params: [types.of("u8"), types.option(types.of("char"))] }));
  const { bytes } = fused(withoutRealloc(linkPlan(narrow)), only)!;
  assert.ok(WebAssembly.validate(bytes as BufferSource));
  const many = specOf((types) => ({ params: Array.from({ length: 17 }, () => types.of("u8")) }));
  const pair = specOf((types) => ({ params: [], result: types.tuple(types.of("u8"), types.of("u8")) }));
  for (const spec of [text, returning, many, pair, { ...add, postReturn: true }]) {
    assert.equal(fused(withoutRealloc(linkPlan(spec)), only), undefined);
  }
  assert.equal(fused(linkPlan(add), only), undefined);
});

test("slots are emptied for calls, and kept from what finds room", () => {
  const slots = (instance: number, plan: Plan) =>
    withTrampoline(plan, builtin("context.get", instance, { slot: 0, coreType: "i32" }));
  const storage = (plan: Plan) => leavesOf(plan).filter((leaf) => leaf.endsWith("-storage"));
  assert.deepEqual(storage(linkPlan(returning)), []);
  assert.deepEqual(storage(slots(1, linkPlan(add))), ["clear-storage"]);
  assert.deepEqual(storage(slots(1, linkPlan(text))).sort(), ["clear-storage", "restore-storage", "save-storage"]);
  assert.deepEqual(storage(slots(2, linkPlan(text))), []);
  assert.deepEqual(storage(slots(2, linkPlan(returning))).sort(), ["restore-storage", "save-storage"]);
});

// ---- What is left out

test("nobody is asked whether a caller may be left that always may be", () => {
  const plain = changed(linkPlan(text), CALLER_OPTIONS, {});
  const { realloc: _, ...leaving } = plain.options[CALLER_OPTIONS]!;
  const always = { ...plain, options: [plain.options[CALLEE_OPTIONS]!, leaving] };
  assert.ok(leavesOf(plain).includes("may-leave"));
  assert.ok(!leavesOf(always).includes("may-leave"));
  // The callee's `realloc` is told only if the callee has something to call.
  const asking = withTrampoline(always, builtin("resource.new", 1, { resource: 0 }));
  assert.ok(leavesOf(asking).includes("may-leave"));
  const unasking = withTrampoline(always, builtin("resource.rep", 1, { resource: 0 }));
  assert.ok(!leavesOf(unasking).includes("may-leave"));
});

test("calls say what they enter only if something drops resources of an instance around it", () => {
  const drop = (instance: number, resource: number) => builtin("resource.drop", instance, { resource });
  const rep = "i32" as const;
  const destructor: CoreExport = caller.realloc as CoreExport;
  const base = linkPlan(text);
  const around = base.resources.length as ResourceIndex;
  const plan = (trampoline: Trampoline, withDestructor = true): Plan => ({
    ...withTrampoline(base, trampoline),
    resources: [...base.resources, { kind: "defined", instance: 0 as InstanceIndex, rep }],
    initializers: [
      ...[0, 1, around].map((resource) => ({
        op: "resource" as const,
        resource: resource as ResourceIndex,
        ...(withDestructor && { destructor }),
      })),
      ...base.initializers,
    ],
  });
  assert.ok(leavesOf(plan(drop(1, around))).includes("enter"));
  assert.ok(leavesOf(plan(drop(1, around))).includes("leave"));
  assert.ok(!leavesOf(plan(drop(1, around), false)).includes("enter"));
  // Its own, a neighbour's, and one that is inside of it.
  for (const [instance, resource] of [
    [1, 0],
    [2, 0],
    [0, 1],
  ] as const) {
    assert.ok(!leavesOf(plan(drop(instance, resource))).includes("enter"), `${instance} drops ${resource}`);
  }
});

test("exceptions are caught where there are any", () => {
  const throwing = withTraits(linkPlan(add), { ...plainTraits, throws: true });
  assert.ok(leavesOf(throwing).includes("uncaught-exception"));
  assert.ok(!leavesOf(linkPlan(add)).includes("uncaught-exception"));
});

test("one module serves all groups of adapters that look the same", () => {
  const once = linkPlan(text);
  const shift = once.initializers.length;
  const moved = <I extends number>(index: I, by: number): I => (index + by) as I;
  const def = <D extends CoreExport>(at: D): D => ({ ...at, instance: moved(at.instance, shift) });
  // The same again: two more component instances, and the same core modules.
  const plan: Plan = {
    ...once,
    instances: [...once.instances, ...once.instances.slice(1)],
    options: [
      ...once.options,
      ...once.options.map((options) => ({
        ...options,
        instance: moved(options.instance, 2),
        memory: def(options.memory!),
        realloc: def(options.realloc as CoreExport),
      })),
    ],
    lifts: [
      ...once.lifts,
      ...once.lifts.map((lift) => ({ ...lift, core: def(lift.core as CoreExport), options: moved(lift.options, 2) })),
    ],
    trampolines: [
      ...once.trampolines,
      ...once.trampolines.map((trampoline) => {
        assert.ok(trampoline.op === "lower" && trampoline.callee.from === "lift");
        const callee = { from: "lift", lift: moved(trampoline.callee.lift, 1) } as const;
        return { ...trampoline, callee, options: moved(trampoline.options, 2) };
      }),
    ],
    initializers: [
      ...once.initializers,
      ...once.initializers.map((step) => {
        assert.ok(step.op === "instantiate");
        const args = step.args.map((arg) => ({
          ...arg,
          value: { from: "trampoline", trampoline: 1 as TrampolineIndex } as const,
        }));
        return { ...step, core: moved(step.core, shift), owner: moved(step.owner, 2), args };
      }),
    ],
  };
  const result = fused(plan)!.plan;
  assert.equal(result.modules.length, 4);
  const adapters = result.initializers.filter((step) => step.op === "instantiate" && step.leaves !== undefined);
  assert.equal(adapters.length, 2);
  const imported = adapters.map((step) => {
    assert.ok(step.op === "instantiate");
    return step.args.map(({ value }) => (value.from === "core-instance" ? value.instance : -1));
  });
  assert.deepEqual(
    imported[1],
    imported[0]!.map((instance) => instance + shift),
  );
});

test("a plan stays data", () => {
  const { plan } = fused(linkPlan(text))!;
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test("what is not fused keeps its place under another number", () => {
  const base = linkPlan(text);
  const rest = builtin("resource.rep", 2, { resource: 0 });
  const other = { from: "trampoline", trampoline: 1 as TrampolineIndex } as const;
  const plan: Plan = {
    ...withTrampoline(base, rest),
    initializers: base.initializers.map((step) =>
      step.op === "instantiate" && step.core === 2
        ? { ...step, args: [...step.args, { module: "", name: "rep", value: other }] }
        : step,
    ),
  };
  const result = fused(plan)!.plan;
  assert.deepEqual(result.trampolines, [rest]);
  const main = result.initializers.at(-1)!;
  assert.ok(main.op === "instantiate");
  assert.deepEqual(main.args.at(-1)!.value, { from: "trampoline", trampoline: 0 });
});

// ---- How much code

test("code grows with the number of types, not of the ways through them", () => {
  const size = (depth: number, wrap: (types: Types, inner: TypeIndex) => TypeIndex) => {
    const spec = specOf((types) => {
      let type = types.of("string");
      for (let i = 0; i < depth; i++) type = wrap(types, type);
      return { params: [types.list(type)] };
    });
    return fused(linkPlan(spec))!.bytes.length;
  };
  // A type of each level is mentioned twice in the next: there are 2^40 ways through forty of them.
  const twice: Parameters<typeof size>[1][] = [
    (types, inner) => types.variant({ a: inner, b: types.tuple(inner, types.of("u8")) }),
    (types, inner) => types.tuple(types.list(inner), types.list(types.tuple(inner, types.of("u8")))),
  ];
  for (const wrap of twice) {
    const [twenty, forty] = [size(20, wrap), size(40, wrap)];
    assert.ok(forty < 2.1 * twenty, `${twenty} bytes for 20 levels, ${forty} for 40`);
  }
  const pair: Parameters<typeof size>[1] = (types, inner) => types.tuple(inner, inner);
  assert.ok(size(20, pair) < 1.2 * size(10, pair));
});

test("code is linear in the size of one type", () => {
  const leaves = ["u8", "string", "char", "f64", "bool", "s16", "u64"] as const;
  /** A record of `n` records of four fields, no two of them alike for long. */
  const size = (n: number, pointer: "i32" | "i64") => {
    const spec = specOf((types) => {
      const fields = Array.from({ length: n }, (_, i) => {
        const leaf = (k: number) => types.of(leaves[(i >> (2 * k)) % leaves.length]!);
        return types.tuple(leaf(0), types.list(leaf(1)), types.variant({ a: leaf(2), b: undefined }), leaf(3));
      });
      return { params: [types.list(types.tuple(...fields))], result: types.tuple(...fields) };
    });
    return fused(linkPlan({ ...spec, caller: { ...spec.caller, pointer } }))!.bytes.length;
  };
  for (const pointer of ["i32", "i64"] as const) {
    const [one, two] = [size(500, pointer), size(1_000, pointer)];
    assert.ok(two < 2.2 * one, `${one} bytes for 500 records, ${two} for 1000`);
  }
});

test("flat values that are cases of cases do not multiply", () => {
  const spec = specOf((types) => {
    let type = types.of("u8");
    for (let i = 0; i < 15; i++) type = types.variant({ a: type, b: types.tuple(type), c: type });
    return { params: [type] };
  });
  assert.ok(fused(linkPlan(spec))!.bytes.length < 30_000);
});

test("many cases with many types make a valid module", () => {
  const spec = specOf((types) => {
    const cases: Record<string, TypeIndex | undefined> = {};
    for (let i = 0; i < 3000; i++) {
      const kind = (["u8", "u32", "string", "char", "f64"] as const)[i % 5]!;
      cases[`c${i}`] = i % 7 === 0 ? undefined : types.tuple(types.of(kind), types.list(types.of("u8"), 1 + (i % 200)));
    }
    return { params: [types.list(types.variant(cases))] };
  });
  assertValid(fused(linkPlan(spec))!);
});

// ---- What is known of modules

function traits(bytes: Uint8Array): ModuleTraits {
  return readModule(bytes, { start: 0, end: bytes.length }, new CoreTypeInterner()).traits!;
}

function traitsOf(build: (encoder: ModuleEncoder) => void): ModuleTraits {
  const encoder = new ModuleEncoder();
  build(encoder);
  return traits(encoder.finish());
}

test("a module with tags may throw, be they its own or imported", () => {
  assert.equal(traitsOf((encoder) => encoder.func(encoder.type([], []))).throws, false);
  const throws = (...sections: number[]) => {
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, ...sections);
    return traits(bytes).throws;
  };
  assert.equal(throws(13, 3, 1, 0, 0), true);
  assert.equal(throws(2, 7, 1, 0, 1, 0x74, 4, 0, 0), true);
  assert.equal(throws(2, 6, 1, 0, 1, 0x74, 0, 0), false);
  assert.equal(traitsOf((encoder) => encoder.importFunc("", "t", encoder.type([], []))).throws, false);
});

test("function types in groups, or with subtypes, are not plain", () => {
  const module = (...types: number[]) => {
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, types.length, ...types);
    return traits(bytes).plainTypes;
  };
  assert.equal(module(1, 0x60, 0, 0), true);
  assert.equal(module(1, 0x4e, 1, 0x60, 0, 0), true);
  assert.equal(module(1, 0x4e, 2, 0x60, 0, 0, 0x60, 0, 0), false);
  assert.equal(module(1, 0x50, 0, 0x60, 0, 0), false);
  assert.equal(module(2, 0x60, 0, 0, 0x5f, 0), true);
  assert.equal(module(1, 0x4e, 2, 0x60, 0, 0, 0x5f, 0), false);
});
