/** Handles that go through generated calls: between host and guest, and from component to component. */
import assert from "node:assert/strict";
import { compileFunctions } from "../../../src/codegen/compile.ts";
import type { InstanceIndex, ResourceIndex } from "../../../src/plan/plan.ts";
import { ComponentInstance, ENTERED } from "../../../src/runtime/instance.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { type CallScope, type HostSide, ResourceHandle, ResourceType } from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import { sizeOf } from "../runtime/table-size.ts";
import { eachTier, trapOf } from "./calls.ts";
import { type AnyFunction, funcType, Guest, liftBinding, lifted, lowered, options, plan, Types } from "./program.ts";

const post = options({ postReturn: { from: "core-instance", instance: 0 as never, name: "p" } });

/** A host's view of a guest's resource: values are `{ rep }`. */
function hostSide(log: unknown[]): HostSide {
  return {
    fromOwn: (rep) => ({ rep }),
    fromBorrow: (rep, scope: CallScope) => {
      scope.addLender({ release: () => log.push(["end", rep]) });
      return { rep };
    },
    toOwn: (value) => (value as { rep?: number })?.rep,
    toBorrow: (value) => (value as { rep?: number })?.rep,
    lend: () => undefined,
    endLoan: () => {},
    restore: () => {},
    fault: () => undefined,
  };
}

function handleTypes() {
  const types = new Types();
  const own = types.add({ kind: "own", resource: 0 as ResourceIndex });
  const borrow = types.add({ kind: "borrow", resource: 0 as ResourceIndex });
  return { types, own, borrow };
}

const resources = [{ kind: "defined", instance: 1 as InstanceIndex, rep: "i32" }] as const;
const instances = [{ parent: undefined }, { parent: undefined }];

eachTier("handles between host and guest", (tier) => {
  const { types, own, borrow } = handleTypes();
  const list = types.list(borrow);
  const table = compileFunctions(
    plan({
      types: types.nodes,
      resources,
      instances,
      funcs: [funcType({ o: own, b: list }, own), funcType({ o: own, b: list })],
      lifts: [{ func: 0 }],
      lowers: [{ func: 1 }],
    }),
    tier,
  );
  const guest = new Guest();
  const log: unknown[] = [];
  const type = new ResourceType("r", new ComponentInstance(guest.instance.store));
  type.host = hostSide(log);
  const binding = { resources: [type] };
  const f = lifted(
    table,
    0,
    liftBinding(
      guest,
      ((o: number, ptr: number, n: number) => {
        const borrowed = Array.from(guest.memory.u32.subarray(ptr / 4, ptr / 4 + n));
        for (const index of borrowed) {
          const handle = guest.instance.handles.getAs(ResourceHandle, index);
          guest.instance.handles.remove(index);
          handle.borrowScope!.numBorrows--;
          log.push(handle.rep);
        }
        return o;
      }) as AnyFunction,
      binding,
    ),
  );
  assert.deepEqual(f({ rep: 5 }, [{ rep: 6 }, { rep: 7 }]), { rep: 5 });
  assert.deepEqual([log, sizeOf(guest.instance.handles)], [[6, 7], 0]);

  const keep = lifted(table, 0, liftBinding(guest, ((o: number) => o) as AnyFunction, binding));
  assert.equal(
    trapOf(() => keep({ rep: 5 }, [{ rep: 6 }])),
    "borrows-remain",
  );

  log.length = 0;
  const { handles } = guest.instance;
  const handle = new ResourceHandle(type, 8);
  const [mine, given] = [handles.add(handle), handles.add(new ResourceHandle(type, 9))];
  guest.memory.u32[4] = mine;
  lowered(table, 0, guest, { ...binding, host: (o: unknown, b: unknown) => log.push([o, b, handle.numLends]) })(
    given,
    16,
    1,
  );
  assert.deepEqual(log, [
    [{ rep: 9 }, [{ rep: 8 }], 1],
    ["end", 8],
  ]);
  assert.equal(handle.numLends, 0);
  assert.equal(
    trapOf(() => lowered(table, 0, guest, { ...binding, host: () => {} })(given, 16, 0)),
    "unknown-handle",
  );
});

eachTier("handles between components", (tier) => {
  const { types, own, borrow } = handleTypes();
  const func = funcType({ b: borrow, o: own }, own);
  const table = compileFunctions(
    plan({
      types: types.nodes,
      resources,
      instances,
      funcs: [func],
      options: [options(), options({ instance: 1 as InstanceIndex })],
      lifts: [{ func: 0, options: 1 }],
      lowers: [{ func: 0, lift: 0 }],
    }),
    tier,
  );
  const store = new Store();
  const caller = new Guest("i32", new ComponentInstance(store));
  const callee = new Guest("i32", new ComponentInstance(store));
  const type = new ResourceType("r", callee.instance);
  const seen: unknown[] = [];
  const handle = new ResourceHandle(type, 41);
  const mine = caller.instance.handles.add(handle);
  const given = caller.instance.handles.add(new ResourceHandle(type, 42));
  const core = (b: number, o: number) => {
    seen.push([b, (callee.instance.handles.get(o) as ResourceHandle).rep, handle.numLends, callee.instance.flags]);
    return o;
  };
  const lift = liftBinding(callee, core as AnyFunction, { resources: [type] });
  const f = lowered(table, 0, caller, { lift, resources: [type] });
  const back = f(mine, given) as number;
  assert.deepEqual(seen, [[41, 42, 1, ENTERED]]);
  assert.deepEqual(
    [(caller.instance.handles.get(back) as ResourceHandle).rep, handle.numLends, sizeOf(callee.instance.handles)],
    [42, 0, 0],
  );
  assert.equal(
    trapOf(() => f(mine, mine)),
    "lent",
  );
  callee.instance.flags = ENTERED;
  assert.equal(
    trapOf(() => f(mine, back)),
    "cannot-enter",
  );
});

eachTier("lifting comes before lowering, and post-return last", (tier) => {
  const types = new Types();
  const string = types.of("string");
  const table = compileFunctions(
    plan({
      types: types.nodes,
      instances,
      funcs: [funcType({ s: string }, string)],
      options: [options(), { ...post, instance: 1 as InstanceIndex, encoding: "utf16" }],
      lifts: [{ func: 0, options: 1 }],
      lowers: [{ func: 0, lift: 0 }],
    }),
    tier,
  );
  const caller = new Guest();
  const callee = new Guest();
  caller.memory.u8.set([104, 195, 169], 100);
  const log: unknown[] = [];
  const core = (ptr: number, units: number) => {
    log.push(["call", callee.reallocs.slice(), units]);
    callee.memory.u32.set([ptr, units], 2);
    return 8;
  };
  const postReturn = (ptr: number) => log.push(["post-return", ptr, caller.reallocs.slice(), mayNotLeave[0]]);
  const lift = liftBinding(callee, core as AnyFunction, { postReturn: postReturn as never });
  const f = lowered(table, 0, caller, { lift });
  f(100, 3, 40);
  const [ptr, length] = caller.memory.u32.subarray(10, 12) as unknown as [number, number];
  assert.equal(Buffer.from(caller.memory.u8.subarray(ptr, ptr + length)).toString(), "hé");
  assert.equal(callee.instance.flags, 0);
  // "hé" is two UTF-16 code units, though it might have been three; then three bytes, though it might have been two.
  const [first] = callee.reallocs as [number[]];
  assert.deepEqual(first, [0, 0, 2, 6]);
  assert.deepEqual(callee.reallocs[1]!.slice(1), [6, 2, 4]);
  assert.deepEqual(
    caller.reallocs.map((call) => call.slice(1)),
    [
      [0, 1, 2],
      [2, 1, 6],
      [6, 1, 3],
    ],
  );
  assert.deepEqual(log, [
    ["call", callee.reallocs, 2],
    ["post-return", 8, caller.reallocs, 1],
  ]);
});
