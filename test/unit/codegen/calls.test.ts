/** Generated calls, by the host and from component to component: their order, their traps, what they leave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileFunctions } from "../../../src/codegen/compile.ts";
import { asyncCodegen } from "../../../src/codegen/compile-async.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { ResultError } from "../../../src/errors/result-error.ts";
import type { InstanceIndex, LiftIndex, TypeIndex } from "../../../src/plan/plan.ts";
import { ComponentInstance, ENTERED, TRAPPED } from "../../../src/runtime/instance.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { InvalidValue } from "../../../src/runtime/numbers.ts";
import { Store } from "../../../src/runtime/store.ts";
import { eachTier, trapOf } from "./calls.ts";
import { type AnyFunction, funcType, Guest, liftBinding, lifted, lowered, options, plan, Types } from "./program.ts";

const post = options({ postReturn: { from: "core-instance", instance: 0 as never, name: "p" } });

eachTier("a call enters, returns, and cleans up in order", (tier) => {
  const types = new Types();
  const string = types.of("string");
  const table = compileFunctions(
    plan({ types: types.nodes, funcs: [funcType({ s: string }, string)], options: [post], lifts: [{ func: 0 }] }),
    tier,
  );
  const guest = new Guest();
  const { instance } = guest;
  const log: unknown[] = [];
  const callee = (ptr: number, length: number) => {
    log.push(["call", instance.flags, length]);
    guest.memory.u32.set([ptr, length], 2);
    return 8;
  };
  const postReturn = (...args: unknown[]) => log.push(["post-return", instance.flags, mayNotLeave[0], args]);
  const f = lifted(table, 0, liftBinding(guest, callee as AnyFunction, { postReturn: postReturn as never }));
  assert.equal(f("héllo"), "héllo");
  assert.deepEqual(log, [
    ["call", ENTERED, 6],
    ["post-return", ENTERED, 1, [8]],
  ]);
  assert.equal(instance.flags, 0);
  assert.equal(f.length, 1);
  assert.equal(f.name, "f");
});

eachTier("an instance that is entered, or whose ancestor is, is not entered again", (tier) => {
  const table = compileFunctions(
    plan({
      types: [],
      funcs: [funcType({})],
      instances: [{ parent: undefined }, { parent: 0 as InstanceIndex }],
      options: [options({ instance: 1 as InstanceIndex })],
      lifts: [{ func: 0 }],
    }),
    tier,
  );
  const root = new ComponentInstance(new Store());
  const guest = new Guest("i32", new ComponentInstance(root.store, root));
  let calls = 0;
  const entering = guest.instance.enteringSet(undefined);
  const f = lifted(
    table,
    0,
    liftBinding(guest, () => calls++, { entering }),
  );
  f();
  assert.deepEqual([calls, root.flags, guest.instance.flags], [1, 0, 0]);
  for (const [instance, flags] of [
    [root, ENTERED],
    [guest.instance, ENTERED],
    [guest.instance, TRAPPED],
  ] as const) {
    instance.flags = flags;
    assert.throws(() => f(), { name: "ComponentError", code: "cannot-enter" });
    assert.equal(instance.flags, flags);
    instance.flags = 0;
  }
  assert.equal(calls, 1);
});

eachTier("what has trapped meanwhile stays so", (tier) => {
  const table = compileFunctions(plan({ types: [], funcs: [funcType({})], lifts: [{ func: 0 }] }), tier);
  const guest = new Guest();
  const f = lifted(
    table,
    0,
    liftBinding(guest, () => {
      guest.instance.store.poison(new ComponentError("trap", "lent", "caught by a host function"));
    }),
  );
  f();
  assert.equal(guest.instance.flags, TRAPPED);
});

eachTier("failures go to the binding, with the arguments", (tier) => {
  const types = new Types();
  const table = compileFunctions(
    plan({
      types: types.nodes,
      funcs: [funcType({ a: types.of("u8"), b: types.of("u8") }, types.of("u8"))],
      lifts: [{ func: 0 }],
    }),
    tier,
  );
  const told: unknown[] = [];
  const failed = (error: unknown, scope: unknown, ...args: unknown[]): never => {
    told.push([error instanceof InvalidValue, scope, args]);
    throw new Error("told");
  };
  const f = lifted(
    table,
    0,
    liftBinding(new Guest(), () => 1, { failed }),
  );
  assert.throws(() => f(1, 256), { message: "told" });
  assert.deepEqual(told, [[true, undefined, [1, 256]]]);
});

eachTier("a lifted `result` is returned or thrown", (tier) => {
  const types = new Types();
  const string = types.of("string");
  const u8 = types.of("u8");
  const funcs = [funcType({ n: u8 }, types.result(u8, string)), funcType({ n: u8 }, types.result())];
  const table = compileFunctions(
    plan({ types: types.nodes, funcs, options: [post], lifts: [{ func: 0 }, { func: 1 }] }),
    tier,
  );
  const guest = new Guest();
  let cleaned = 0;
  const more = { postReturn: (() => cleaned++) as never };
  const callee = (n: number) => {
    guest.memory.u8.set([104, 105], 100);
    guest.memory.u8[32] = n;
    if (n === 0) guest.memory.u8[36] = 9;
    else guest.memory.u32.set([100, 2], 9);
    return 32;
  };
  const f = lifted(table, 0, liftBinding(guest, callee as AnyFunction, more));
  assert.equal(f(0), 9);
  assert.throws(
    () => f(1),
    (error: unknown) => {
      assert.ok(error instanceof ResultError && Object.hasOwn(error, "payload"));
      assert.deepEqual([error.payload, error.message, error.name], ["hi", "hi", "ResultError"]);
      return true;
    },
  );
  assert.equal(
    trapOf(() => f(2)),
    "invalid-discriminant",
  );
  const g = lifted(table, 1, liftBinding(new Guest(), ((n: number) => n) as AnyFunction, more));
  assert.equal(g(0), undefined);
  assert.throws(() => g(1), ResultError);
  assert.equal(
    trapOf(() => g(3)),
    "invalid-discriminant",
  );
  assert.equal(cleaned, 4);
});

eachTier("a reader sees views, before post-return", (tier) => {
  const types = new Types();
  const record = types.record({ bytes: types.list(types.of("u8")), text: types.of("string") });
  const table = compileFunctions(
    plan({ types: types.nodes, funcs: [funcType({}, record)], options: [post], lifts: [{ func: 0 }] }),
    tier,
  );
  const guest = new Guest();
  guest.memory.u8.set([1, 2, 3, 104, 105], 100);
  guest.memory.u32.set([100, 3, 103, 2], 4);
  const log: string[] = [];
  const binding = liftBinding(guest, () => 16, { postReturn: (() => log.push("post-return")) as never });
  const read = table.lifts.get(0 as LiftIndex)!.read(binding) as AnyFunction;
  const answer = read(({ bytes, text }: { bytes: Uint8Array; text: object }) => {
    log.push("reader");
    assert.equal(bytes.buffer, guest.memory.u8.buffer);
    assert.equal(guest.instance.flags, ENTERED);
    return [[...bytes], String(text)];
  });
  assert.deepEqual(answer, [[1, 2, 3], "hi"]);
  assert.throws(
    () =>
      read(() => {
        throw new TypeError("mine");
      }),
    { name: "TypeError", message: "mine" },
  );
  assert.deepEqual([log, guest.instance.flags], [["reader", "post-return", "post-return"], 0]);
});

eachTier("a host function gets views if it wants them", (tier) => {
  const types = new Types();
  const nested = types.tuple(types.list(types.of("u8")));
  const table = compileFunctions(
    plan({ types: types.nodes, funcs: [funcType({ l: types.list(nested) })], lowers: [{ func: 0 }] }),
    tier,
  );
  const guest = new Guest();
  guest.memory.u32.set([100, 3], 2);
  for (const views of [true, false]) {
    let seen: Uint8Array | undefined;
    lowered(table, 0, guest, {
      views,
      host: ([[bytes]]: [[Uint8Array]]) => {
        seen = bytes;
      },
    })(8, 1);
    assert.equal(seen!.buffer === guest.memory.u8.buffer, views);
  }
});

eachTier("a guest may not leave its realloc", (tier) => {
  const table = compileFunctions(plan({ types: [], funcs: [funcType({})], lowers: [{ func: 0 }] }), tier);
  const guest = new Guest();
  let calls = 0;
  const g = lowered(table, 0, guest, { host: () => calls++ });
  mayNotLeave[0] = 1;
  assert.equal(trapOf(g), "cannot-leave");
  mayNotLeave[0] = 0;
  g();
  assert.equal(calls, 1);
});

eachTier("what a host function throws is its `err`", (tier) => {
  const types = new Types();
  const string = types.of("string");
  const result = types.result(types.of("u8"), string);
  const u32 = types.of("u32");
  const plain = types.result();
  const table = compileFunctions(
    plan({
      types: types.nodes,
      funcs: [funcType({ n: u32 }, result), funcType({ n: u32 }, plain)],
      lowers: [{ func: 0 }, { func: 1 }],
    }),
    tier,
  );
  const guest = new Guest();
  const call = (host: AnyFunction) => {
    lowered(table, 0, guest, { host })(0, 4096);
    const { u8, u32 } = guest.memory;
    return u8[4096] === 0
      ? ["ok", u8[4100]]
      : ["err", Buffer.from(u8.subarray(u32[1025], u32[1025]! + u32[1026]!)).toString()];
  };
  const throws = (value: unknown) => () => {
    throw value;
  };
  assert.deepEqual(
    call(() => 7),
    ["ok", 7],
  );
  assert.deepEqual(call(throws("thrown")), ["err", "thrown"]);
  assert.deepEqual(call(throws(new ResultError("payload"))), ["err", "payload"]);
  assert.deepEqual(call(throws(Object.assign(new Error("no"), { payload: "own" }))), ["err", "own"]);
  assert.deepEqual(call(throws({ payload: "of no error" })), ["err", "of no error"]);
  assert.throws(() => call(throws(new RangeError("accident"))), { message: "accident" });
  assert.throws(() => call(() => 300), InvalidValue);
  assert.throws(() => call(throws({ not: "a string" })), InvalidValue);

  const g = (host: AnyFunction) => lowered(table, 1, guest, { host })(0);
  assert.deepEqual([g(() => {}), g(throws(undefined))], [0, 1]);

  const told: unknown[] = [];
  const failed = (_error: unknown, _scope: unknown, value: unknown, isErr?: boolean) => {
    told.push([value, isErr]);
  };
  lowered(table, 0, guest, { host: () => 300, failed })(0, 4096);
  lowered(table, 0, guest, { host: throws([1]), failed })(0, 4096);
  assert.deepEqual(told, [
    [300, false],
    [[1], true],
  ]);
});

eachTier("pointers are checked", (tier) => {
  const types = new Types();
  const pair = types.tuple(types.of("u32"), types.of("u32"));
  const many = types.tuple(...Array.from({ length: 17 }, () => types.of("u32")));
  const list = types.list(pair);
  const funcs = [funcType({}, pair), funcType({ p: many }), funcType({ l: list })];
  const table = compileFunctions(
    plan({
      types: types.nodes,
      funcs,
      lifts: [{ func: 0 }, { func: 1 }],
      lowers: [{ func: 0 }, { func: 1 }, { func: 2 }],
    }),
    tier,
  );
  const guest = new Guest();
  const call = (ptr: number) => {
    guest.instance.flags = 0;
    return trapOf(() =>
      lifted(
        table,
        0,
        liftBinding(guest, () => ptr),
      )(),
    );
  };
  assert.deepEqual([1, 65532, -8, 65528].map(call), [
    "unaligned-pointer",
    "pointer-out-of-bounds",
    "pointer-out-of-bounds",
    "no trap",
  ]);
  const out = (ptr: number) => trapOf(() => lowered(table, 0, guest, { host: () => [1, 2] })(ptr));
  assert.deepEqual([2, 65532, 65528].map(out), ["unaligned-pointer", "pointer-out-of-bounds", "no trap"]);
  const spilled = (ptr: number) => trapOf(() => lowered(table, 1, guest, { host: () => {} })(ptr));
  assert.deepEqual([3, 65536 - 64, 65536 - 68].map(spilled), ["unaligned-pointer", "pointer-out-of-bounds", "no trap"]);
  const listed = (ptr: number, n: number) => trapOf(() => lowered(table, 2, guest, { host: () => {} })(ptr, n));
  assert.deepEqual(
    [listed(2, 0), listed(0, 8193), listed(65536, 0), listed(65540, 0), listed(8, -1), listed(0, 8192)],
    ["unaligned-pointer", "list-out-of-bounds", "no trap", "list-out-of-bounds", "list-too-long", "no trap"],
  );
  // What `realloc` says is no better than any other pointer.
  const where = (ptr: number) => {
    guest.instance.flags = 0;
    const cx = Object.assign(Object.create(guest.cx), { realloc: () => ptr });
    const values = Array.from({ length: 17 }, () => 0);
    return trapOf(() =>
      lifted(
        table,
        1,
        liftBinding(guest, () => {}, { cx }),
      )(values),
    );
  };
  assert.deepEqual([2, -4, 8].map(where), ["realloc-unaligned", "realloc-out-of-bounds", "no trap"]);
});

eachTier("a memory that grows under way is followed", (tier) => {
  const types = new Types();
  const strings = types.list(types.of("string"));
  const table = compileFunctions(
    plan({ types: types.nodes, funcs: [funcType({ a: strings }, strings)], lifts: [{ func: 0 }] }),
    tier,
  );
  const guest = new Guest();
  const callee = (ptr: number, length: number) => {
    guest.memory.memory.grow(1);
    const at = guest.allocate(4, 8);
    new Uint32Array(guest.memory.memory.buffer).set([ptr, length], at / 4);
    guest.memory.memory.grow(1);
    return at;
  };
  const value = Array.from({ length: 40 }, (_, i) => "s".repeat(i * 1000));
  assert.deepEqual(lifted(table, 0, liftBinding(guest, callee as AnyFunction))(value), value);
});

test("functions whose calls are tasks are in a table of their own", () => {
  const types = new Types();
  const u8 = types.of("u8");
  const stream = types.list(types.add({ kind: "stream", payload: u8 as TypeIndex }));
  const funcs = [funcType({ s: stream }), funcType({ n: u8 }), { ...funcType({}), async: true }];
  const other = 1 as InstanceIndex;
  const table = compileFunctions(
    plan({
      types: types.nodes,
      funcs,
      instances: [{}, {}],
      options: [options(), options({ instance: other }), options({ instance: other, async: true })],
      lifts: [{ func: 0 }, { func: 1 }, { func: 1, options: 1 }, { func: 2, options: 2 }],
      lowers: [
        { func: 0 },
        { func: 1 },
        { func: 2 },
        { func: 2, options: 2 },
        { func: 1, lift: 2 },
        { func: 1, options: 1, lift: 1 },
      ],
    }),
    "jit",
    new Set(),
    asyncCodegen,
  );
  assert.deepEqual([...table.lifts.keys()], []);
  // Lower 2 may block instance 0, so may whoever calls a lift of that (5), so may whoever calls a lift of those (4).
  assert.deepEqual(table.async?.blocking, { tasks: [true, true], suspends: [true, true], shims: [2, 4, 5] });
  assert.deepEqual([...(table.async?.lifts.keys() ?? [])], [0, 1, 2, 3]);
  assert.deepEqual([...table.lowers.keys()], [0, 1]);
  assert.deepEqual([...(table.async?.lowers.keys() ?? [])], [2, 3, 4, 5]);
});
