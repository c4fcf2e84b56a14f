import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../../../src/codegen/generator.ts";
import { entryModule, shimModule } from "../../../src/codegen/shims.ts";
import type {
  FuncTypeIndex,
  Immediates,
  OptionsIndex,
  Trampoline,
  TrampolineIndex,
  TypeIndex,
} from "../../../src/plan/plan.ts";
import { canSuspend, Fiber, Stacks } from "../../../src/runtime/fiber.ts";
import { ComponentInstance } from "../../../src/runtime/instance.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { Store } from "../../../src/runtime/store.ts";
import { Thread } from "../../../src/runtime/thread.ts";
import { makeTask } from "../runtime/threads.ts";
import { options, plan, Types } from "./program.ts";

function builtin(name: string, immediates: Immediates): Trampoline {
  return { op: "builtin", builtin: name as "stream.read", instance: 0 as never, immediates };
}

/** One function of each kind that may block: results of every core type, and none. */
function allShims(): Uint8Array {
  const types = new Types();
  const [f32, u64] = [types.of("f32"), types.of("u64")];
  const stream = types.add({ kind: "stream", payload: f32 });
  const func = (result?: TypeIndex) => ({
    async: true,
    params: [{ label: "x", type: u64 }],
    ...(result !== undefined && { result }),
  });
  const all = plan({
    types: types.nodes,
    funcs: [func(), func(f32), func(u64), func(types.of("f64"))],
    options: [options(), options({ pointer: "i64" })],
  });
  const lower = (type: number): Trampoline => ({
    op: "lower",
    callee: { from: "import", import: 0 as never },
    type: type as FuncTypeIndex,
    options: 0 as OptionsIndex,
    name: "f",
  });
  const trampolines = [
    ...[0, 1, 2, 3].map(lower),
    builtin("waitable-set.wait", { pointer: "i32" }),
    builtin("waitable-set.wait", { pointer: "i64" }),
    builtin("stream.read", { type: stream, options: 1 as OptionsIndex }),
    builtin("thread.yield", {}),
    builtin("resource.drop", {}),
  ];
  const generator = new Generator({ ...all, types: types.nodes, trampolines }, new Set());
  return shimModule(
    generator,
    trampolines.map((_, i) => i as TrampolineIndex),
  );
}

test("the modules are valid", () => {
  assert.equal(WebAssembly.validate(allShims() as Uint8Array<ArrayBuffer>), true);
  for (const signature of ["->", "i32 i64 f32 f64 -> f64", "i32 ->"]) {
    assert.equal(WebAssembly.validate(entryModule(signature) as Uint8Array<ArrayBuffer>), true, signature);
  }
});

test("what does not block costs no more than a call; what does is asked again until it does not", {
  skip: !canSuspend,
}, async () => {
  const store = new Store();
  const scheduler = schedulerOf(store);
  const stacks = new Stacks(scheduler, entryModule);
  const task = makeTask(new ComponentInstance(store));
  const thread = new Thread(task, undefined);
  const log: unknown[] = [];
  const gates: (() => void)[] = [];
  const later = () => new Promise<void>((resolve) => gates.push(resolve));
  const again = (n: number): unknown =>
    n === 0 ? 42n : (stacks.suspendUntil(thread, later(), () => again(n - 1)) ?? 0n);
  const bytes = allShims();
  const leaves = Array.from({ length: 9 }, (_, i) => (i === 2 ? (x: bigint) => again(Number(x)) : () => undefined));
  const shims = stacks.shims(bytes, leaves as never);
  const entry = stacks.entry(shims[2]!, "i64 -> i64");
  const start = (n: bigint) => {
    scheduler.current = thread;
    return Fiber.start(thread, entry, [n], (_, result) => {
      log.push(result);
      return undefined;
    });
  };
  assert.equal(start(0n), undefined);
  assert.deepEqual(log, [42n]);
  const quantum = start(2n);
  assert.ok(quantum instanceof Promise);
  for (let i = 0; i < 2; i++) {
    assert.equal(log.length, 1);
    gates.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await quantum;
  assert.deepEqual(log, [42n, 42n]);
});
