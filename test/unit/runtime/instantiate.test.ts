import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { type Instantiation, instantiate } from "../../../src/runtime/instantiate.ts";
import { allocate } from "../../../src/runtime/lists.ts";
import { Store } from "../../../src/runtime/store.ts";
import { caught } from "../errors/caught.ts";
import {
  builtin,
  coreExport,
  exported,
  hostFunc,
  instantiateCore,
  lift,
  lowerImport,
  lowerLift,
  makePlan,
  module,
  noHostSide,
  run,
  scalarFunctions,
  trampoline,
} from "./plans.ts";

const importing = (name: string, value: object) => ({ module: "", name, value }) as never;
const imported = { path: ["log"], kind: "func", type: 0 } as never;

/** Calls the import "f" from the export "run". */
const caller = `(module (import "" "f" (func $f)) (func (export "run") (call $f)))`;
const callerPlan = makePlan({
  imports: [imported],
  trampolines: [lowerImport(0)],
  initializers: [instantiateCore(0, [importing("f", trampoline(0))])],
  lifts: [lift(coreExport(0, "run"))],
});

test("core modules are instantiated in order, with what earlier ones export", async () => {
  const text = (n: number) => `(module
    (import "" "log" (func $log (param i32))) (import "" "x" (global $x i32))
    (global (export "x") i32 (i32.const ${n}))
    (func $start (call $log (global.get $x))) (start $start))`;
  const first = `(module (global (export "x") i32 (i32.const 1)))`;
  const log = importing("log", trampoline(0));
  const plan = makePlan({
    imports: [imported],
    trampolines: [lowerImport(0)],
    initializers: [
      instantiateCore(0),
      instantiateCore(1, [log, importing("x", coreExport(0, "x"))]),
      instantiateCore(2, [log, importing("x", coreExport(1, "x"))]),
    ],
    modules: [
      { source: 0, start: 0, end: 10 },
      { source: 0, start: 0, end: 1e6 },
      { source: 0, start: 0, end: 10 },
    ],
  });
  const order: number[] = [];
  const imports = [hostFunc((n: number) => void order.push(n))];
  await run(plan, [first, text(2), text(3)], { imports });
  assert.deepEqual(order, [1, 2]);
  const modules = await Promise.all([first, text(2), text(3)].map(module));
  await instantiate({
    plan,
    functions: scalarFunctions(plan),
    modules,
    imports,
    store: new Store(),
    hostSide: noHostSide,
  });
  assert.deepEqual(order, [1, 2, 1, 2]);
});

test("names of core imports may be any", async () => {
  const text = `(module (import "__proto__" "constructor" (func $f)) (start $f))`;
  const args = [{ module: "__proto__", name: "constructor", value: trampoline(0) }] as never;
  const plan = makePlan({
    imports: [imported],
    trampolines: [lowerImport(0)],
    initializers: [instantiateCore(0, args)],
  });
  let calls = 0;
  await run(plan, [text], { imports: [hostFunc(() => void calls++)] });
  assert.equal(calls, 1);
});

test("the owner and its ancestors are entered while a start function runs, and not after", async () => {
  const plan = makePlan({
    instances: [{ parent: undefined }, { parent: 0 }, { parent: 0 }],
    imports: [imported],
    trampolines: [lowerImport(0)],
    options: [{ instance: 1, encoding: "utf8", pointer: "i32", async: false }],
    initializers: [instantiateCore(0, [importing("f", trampoline(0))], 1)],
  });
  const store = new Store();
  const adopted: { flags: number }[] = [];
  const adopt = store.adopt.bind(store);
  store.adopt = (instance) => {
    adopted.push(instance);
    adopt(instance);
  };
  let flags: number[] = [];
  const look = hostFunc(() => {
    flags = adopted.map((instance) => instance.flags);
  });
  await run(plan, [`(module (import "" "f" (func $f)) (start $f))`], { imports: [look], store });
  assert.deepEqual(flags, [1, 1, 0]);
  assert.deepEqual(
    adopted.map((instance) => instance.flags),
    [0, 0, 0],
  );
});

/** What it takes to instantiate a plan of one module without imports. */
function given(plan: Plan, module: WebAssembly.Module): Instantiation {
  return {
    plan,
    functions: scalarFunctions(plan),
    modules: [module],
    imports: [],
    store: new Store(),
    hostSide: noHostSide,
  };
}

test("a trap of a start function poisons the store", async () => {
  const store = new Store();
  const plan = makePlan({ initializers: [instantiateCore(0)] });
  const text = "(module (func $f unreachable) (start $f))";
  for (const start of [
    () => run(plan, [text], { store }),
    async () => instantiate(given(plan, await module(text))),
    async () => {
      const large = { ...plan, modules: [{ source: 0, start: 0, end: 1e6 }] } as unknown as Plan;
      return instantiate(given(large, await module(text)));
    },
  ]) {
    await assert.rejects(start, (error: ComponentError) => {
      assert.deepEqual([error.phase, error.code], ["trap", "core"]);
      assert.match(error.message, /unreachable/);
      assert.ok(error.cause instanceof WebAssembly.RuntimeError);
      return true;
    });
  }
  await assert.rejects(
    run(makePlan({ initializers: [instantiateCore(0)] }), ["(module)"], { store }),
    (error: ComponentError) => {
      assert.deepEqual([error.phase, error.code, error.cause], ["trap", "cannot-enter", store.trapped]);
      return true;
    },
  );
});

test("a module that the engine does not link is an error of phase link", async () => {
  const text = `(module (import "" "x" (global i64)))`;
  const plan = makePlan({
    initializers: [instantiateCore(0), instantiateCore(1, [importing("x", coreExport(0, "x"))])],
  });
  const store = new Store();
  await assert.rejects(
    run(plan, [`(module (global (export "x") i32 (i32.const 0)))`, text], { store }),
    (error: ComponentError) => {
      assert.deepEqual([error.phase, error.code], ["link", "core-link"]);
      assert.ok(error.cause instanceof WebAssembly.LinkError);
      assert.match(error.message, /^core module 1: the engine refuses to instantiate a core module: /);
      return true;
    },
  );
  assert.equal(store.trapped, undefined);
});

test("of a start function that traps, it is told which module's it is", async () => {
  const plan = makePlan({ initializers: [instantiateCore(0), instantiateCore(1)] });
  const texts = ["(module)", "(module (func $s unreachable) (start $s))"];
  await assert.rejects(run(plan, texts), (error: ComponentError) => {
    assert.deepEqual([error.phase, error.code, error.path], ["trap", "core", ["core module 1", "start"]]);
    assert.ok(error.cause instanceof WebAssembly.RuntimeError);
    return true;
  });
});

test("a guest's trap poisons its store, and later calls say what happened", async () => {
  const store = new Store();
  const text = `(module (func (export "run") unreachable) (func (export "fine")))`;
  const plan = makePlan({
    initializers: [instantiateCore(0)],
    lifts: [lift(coreExport(0, "run")), lift(coreExport(0, "fine"), 0, "ns:pkg/iface@1.0.0#fine")],
  });
  const [state, other, apart] = await Promise.all([
    run(plan, [text], { store }),
    run(plan, [text], { store }),
    run(plan, [text]),
  ]);
  exported(state, 1)();
  const trapped = caught(exported(state, 0));
  assert.deepEqual([trapped.phase, trapped.code, trapped.path], ["trap", "core", ["f"]]);
  assert.ok(trapped.cause instanceof WebAssembly.RuntimeError);
  for (const instance of [state, other]) {
    const error = caught(exported(instance, 1));
    assert.deepEqual([error.phase, error.code, error.cause], ["trap", "cannot-enter", trapped]);
    assert.deepEqual(error.path, ["ns:pkg/iface@1.0.0", "fine"]);
    assert.match(error.message, /cannot enter component instance: it trapped before \(f: wasm trap: .*unreachable/);
  }
  exported(apart, 1)();
});

test("what a host function throws becomes the cause of a trap", async () => {
  const thrown = new TypeError("oops");
  const state = await run(callerPlan, [caller], {
    imports: [
      hostFunc(() => {
        throw thrown;
      }),
    ],
  });
  const error = caught(exported(state));
  assert.deepEqual([error.phase, error.code, error.cause], ["trap", "host-error", thrown]);
  assert.equal(error.message, 'import "log": a host function threw: oops');
  assert.equal(caught(exported(state)).code, "cannot-enter");
});

test("re-entrance is refused, and poisons nothing", async () => {
  let inner: ComponentError | undefined;
  const state = await run(callerPlan, [caller], {
    imports: [
      hostFunc(() => {
        inner = caught(exported(state));
      }),
    ],
  });
  exported(state)();
  assert.deepEqual([inner?.phase, inner?.code, inner?.cause], ["trap", "cannot-enter", undefined]);
  inner = undefined;
  exported(state)();
  assert.ok(inner);
});

test("re-entrance through another instance is refused where it arrives", async () => {
  const inside = await run(callerPlan, [caller], { imports: [hostFunc(() => exported(outside)())] });
  const outside = await run(callerPlan, [caller], { imports: [hostFunc(() => exported(inside)())] });
  const error = caught(exported(outside));
  const messages: string[] = [];
  for (let at: unknown = error; at instanceof ComponentError; at = at.cause) messages.push(at.code);
  assert.deepEqual(messages, ["host-error", "host-error", "cannot-enter"]);
});

test("an endless recursion is a trap", async () => {
  const text = `(module (func $f (export "run") (result i32) (i32.add (call $f) (i32.const 1))))`;
  const plan = makePlan({ initializers: [instantiateCore(0)], lifts: [lift(coreExport(0, "run"))] });
  const state = await run(plan, [text]);
  const error = caught(exported(state));
  assert.deepEqual([error.phase, error.code], ["trap", "stack-overflow"]);
  assert.equal(caught(exported(state)).code, "cannot-enter");
});

test("parents, children and an instance itself cannot call one another; siblings can", async () => {
  const option = (instance: number) => ({ instance, encoding: "utf8", pointer: "i32", async: false }) as never;
  const plan = (callee: number, from: number) =>
    makePlan({
      instances: [{ parent: undefined }, { parent: 0 }, { parent: 0 }, { parent: 2 }],
      options: [option(callee), option(from)],
      initializers: [instantiateCore(0, [], callee), instantiateCore(1, [importing("f", trampoline(0))], from)],
      trampolines: [lowerLift(0, 1)],
      lifts: [lift(coreExport(0, "f")), lift(coreExport(1, "run"), 1)],
    });
  const texts = [`(module (func (export "f")))`, caller];
  for (const [callee, from] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [0, 3],
    [3, 0],
    [3, 2],
  ] as const) {
    const state = await run(plan(callee, from), texts);
    assert.equal(
      caught(exported(state, 1)).reason,
      "cannot enter component instance: it is the caller, or around the caller, or inside of it",
      `${callee} from ${from}`,
    );
  }
  for (const [callee, from] of [
    [1, 2],
    [1, 3],
    [3, 1],
  ] as const)
    exported(await run(plan(callee, from), texts), 1)();
});

test("post-return cannot leave the instance", async () => {
  const text = `(module (import "" "f" (func $f)) (func (export "run")) (func (export "post") (call $f)))`;
  const plan = makePlan({
    imports: [imported],
    options: [{ instance: 0, encoding: "utf8", pointer: "i32", async: false, postReturn: coreExport(0, "post") }],
    trampolines: [lowerImport(0)],
    initializers: [instantiateCore(0, [importing("f", trampoline(0))])],
    lifts: [lift(coreExport(0, "run"))],
  });
  const state = await run(plan, [text], { imports: [hostFunc(() => {})] });
  assert.equal(
    caught(exported(state)).message,
    "f: cannot leave component instance: its realloc or post-return is running",
  );
});

test("an import that is exported again is the function that is given, if that checks its values", async () => {
  const own = (n: number) => n + 1;
  const imports = [{ ...hostFunc(own), checks: true }];
  const state = await run(makePlan({ imports: [imported] }), [], { imports });
  const def = { from: "import", import: 0 as never } as const;
  assert.equal(state.func(def), own);
  const read = state.readingFunc(def) as (...args: unknown[]) => unknown;
  assert.equal(
    read((n: number) => n * 2, 3),
    8,
  );
});

const twoMemories = WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 1, 0, 1));

test("contexts are one for each options, memories one for each core memory", { skip: !twoMemories }, async () => {
  const text = `(module (memory (export "m") 1) (export "n" (memory 0)) (memory (export "other") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))`;
  const option = (name: string) => ({
    instance: 0, encoding: "utf8", pointer: "i32", async: false, memory: coreExport(0, name), realloc: coreExport(0, "realloc"),
  }); // biome-ignore format: one row
  const plan = makePlan({
    options: [option("m"), option("n"), option("other")] as never,
    initializers: [instantiateCore(0)],
  });
  const state = await run(plan, [text]);
  const [m, n, other] = [0, 1, 2].map((index) => state.context(index as never));
  assert.equal(state.context(0 as never), m);
  assert.equal(m!.memory, n!.memory);
  assert.notEqual(m!.memory, other!.memory);
  assert.equal(allocate(m!, 1, 1, "pointer"), 64);
});

test("context slots are empty for each call, and survive until post-return", async () => {
  const text = `(module
    (import "" "get" (func $get (result i32))) (import "" "set" (func $set (param i32)))
    (global $seen (mut i32) (i32.const -1))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $set (i32.const 5)) (i32.const 8))
    (func (export "run") (result i32) (call $get) (call $set (i32.const 42)))
    (func (export "post") (param i32) (global.set $seen (call $get)))
    (func (export "seen") (result i32) (global.get $seen)))`;
  const option = { instance: 0, encoding: "utf8", pointer: "i32", async: false } as never;
  const withAll = Object.assign({}, option, {
    memory: coreExport(0, "memory"),
    realloc: coreExport(0, "realloc"),
    postReturn: coreExport(0, "post"),
  });
  const plan = makePlan({
    options: [withAll, option],
    trampolines: [
      builtin("context.get", { slot: 0, coreType: "i32" }),
      builtin("context.set", { slot: 0, coreType: "i32" }),
    ],
    initializers: [instantiateCore(0, [importing("get", trampoline(0)), importing("set", trampoline(1))])],
    lifts: [lift(coreExport(0, "run")), lift(coreExport(0, "seen"), 1)],
  });
  const state = await run(plan, [text]);
  for (const _ of [1, 2]) {
    assert.equal(exported(state)(), 0);
    assert.equal(exported(state, 1)(), 42);
  }
  const { storage } = state.instances[0]!;
  storage[0] = 7;
  allocate(state.context(0 as never), 1, 1, "pointer");
  assert.equal(storage[0], 7);
});

test("64-bit context slots are bigints from the start", async () => {
  const plan = makePlan({
    trampolines: [
      builtin("context.get", { slot: 1, coreType: "i64" }),
      builtin("context.set", { slot: 1, coreType: "i64" }),
    ],
  });
  const state = await run(plan, []);
  const get = state.trampoline(0 as never) as () => unknown;
  const set = state.trampoline(1 as never) as (value: bigint) => void;
  assert.equal(get(), 0n);
  set(2n ** 40n);
  assert.equal(get(), 2n ** 40n);
});

test("backpressure counts, within limits", async () => {
  const plan = makePlan({ trampolines: [builtin("backpressure.inc"), builtin("backpressure.dec")] });
  const state = await run(plan, []);
  const [inc, dec] = [0, 1].map((index) => state.trampoline(index as never) as () => void);
  inc!();
  dec!();
  assert.throws(dec!, WebAssembly.RuntimeError);
  const again = await run(plan, []);
  const up = again.trampoline(0 as never) as () => void;
  for (let i = 0; i < 2 ** 16 - 1; i++) up();
  assert.throws(up, WebAssembly.RuntimeError);
});
