/**
 * "Canonical Definitions" for synchronous functions, and the built-ins of resources, as definitions.py of the
 * specification (commit 6d281648) words them.
 */
import type { FuncType } from "../../src/types/types.ts";
import { type CanonicalOptions, LiftLowerContext } from "./context.ts";
import { CoreValueIter, liftFlatValues, lowerFlatValues } from "./flat.ts";
import {
  type ComponentInstance,
  type FuncInst,
  ResourceHandle,
  type ResourceType,
  type Store,
  Subtask,
  Task,
  Thread,
} from "./instance.ts";
import { MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, paramTypes, resultType } from "./layout.ts";
import { assert, leftOut, ReferenceTrap, trapIf } from "./trap.ts";
import type { CoreFunc, CoreValue, Value } from "./types.ts";

// ---- The embedding API

/** `Store.lift` in the specification. */
export function storeLift(f: CoreFunc, ft: FuncType, opts: CanonicalOptions, inst: ComponentInstance): FuncInst {
  return (onStart, onResolve, caller) => {
    assert(caller === undefined || caller === inst.store.currentInstance());
    trapIf(!inst.mayEnterFrom(caller), "cannot-enter");
    inst.enterFrom(caller);
    canonLift(f, ft, opts, inst, onStart, onResolve);
    inst.leaveTo(caller);
  };
}

/** `Store.lower` in the specification. */
export function storeLower(f: FuncInst, ft: FuncType, opts: CanonicalOptions, inst: ComponentInstance): CoreFunc {
  return (args) => {
    assert(inst === inst.store.currentInstance());
    assert([...inst.selfAndAncestors()].every((i) => !i.mayEnter));
    const results = canonLower(inst.store, f, ft, opts, args);
    assert([...inst.selfAndAncestors()].every((i) => !i.mayEnter));
    return results;
  };
}

// ---- Lift and lower

/** `canon_lift` in the specification. */
export function canonLift(
  callee: CoreFunc,
  ft: FuncType,
  opts: CanonicalOptions,
  inst: ComponentInstance,
  onStart: () => readonly Value[],
  onResolve: (result: readonly Value[]) => void,
): void {
  if (ft.async) leftOut("asynchronous functions");
  const task = new Task(inst);
  const cx = new LiftLowerContext(opts, inst, task);
  const args = onStart();
  const thread = new Thread(inst);
  inst.store.running.push(thread);
  const flatArgs = lowerFlatValues(cx, MAX_FLAT_PARAMS, args, paramTypes(ft));
  const flatResults = callee(flatArgs);
  const result = liftFlatValues(cx, MAX_FLAT_RESULTS, new CoreValueIter(flatResults), resultType(ft));
  task.mayReturn();
  inst.store.running.pop();
  onResolve(result);
  inst.store.running.push(thread);
  if (opts.postReturn !== undefined) {
    assert(inst.mayLeave);
    inst.mayLeave = false;
    assert(opts.postReturn(flatResults).length === 0);
    inst.mayLeave = true;
  }
  inst.store.running.pop();
}

/** `canon_lower` in the specification. */
function canonLower(
  store: Store,
  callee: FuncInst,
  ft: FuncType,
  opts: CanonicalOptions,
  flat: readonly CoreValue[],
): readonly CoreValue[] {
  const inst = store.currentInstance();
  trapIf(!inst.mayLeave, "cannot-leave");
  const flatArgs = new CoreValueIter(flat);
  const subtask = new Subtask();
  const cx = new LiftLowerContext(opts, inst, subtask);
  let flatResults: readonly CoreValue[] | undefined;
  callee(
    () => liftFlatValues(cx, MAX_FLAT_PARAMS, flatArgs, paramTypes(ft)),
    (result) => {
      flatResults = lowerFlatValues(cx, MAX_FLAT_RESULTS, result, resultType(ft), flatArgs);
    },
    inst,
  );
  assert(flatResults !== undefined);
  subtask.deliverResolve();
  return flatResults;
}

// ---- Built-ins of resources

export function canonResourceNew(store: Store, rt: ResourceType, rep: bigint): readonly CoreValue[] {
  const inst = store.currentInstance();
  trapIf(!inst.mayLeave, "cannot-leave");
  return [BigInt(inst.handles.add(new ResourceHandle(rt, rep, true)))];
}

export function canonResourceDrop(store: Store, rt: ResourceType, i: bigint): readonly CoreValue[] {
  const inst = store.currentInstance();
  trapIf(!inst.mayLeave, "cannot-leave");
  const h = inst.handles.remove(Number(i));
  trapIf(h.rt !== rt, "wrong-resource-type");
  trapIf(h.numLends !== 0, "lent");
  if (h.own) {
    assert(h.borrowScope === undefined);
    dropOwned(rt, h.rep, inst);
  } else {
    assert(h.borrowScope !== undefined);
    h.borrowScope.numBorrows -= 1;
  }
  return [];
}

/** The call of a destructor, by `caller` or by the host. */
export function dropOwned(rt: ResourceType, rep: bigint, caller: ComponentInstance | undefined): void {
  if (rt.impl === undefined) {
    rt.drop?.(rep);
    return;
  }
  const opts: CanonicalOptions = {
    stringEncoding: "utf8",
    memory: undefined,
    realloc: undefined,
    postReturn: undefined,
  };
  const type = { kind: rt.rep === "i32" ? "u32" : "u64" } as const;
  const ft: FuncType = { kind: "func", async: false, params: [{ label: "rep", type }], result: undefined };
  const dtor: CoreFunc = rt.dtor ?? (() => []);
  const callee = storeLift(dtor, ft, opts, rt.impl);
  if (caller === undefined) {
    callee(
      () => [rep],
      () => {},
      undefined,
    );
  } else {
    storeLower(callee, ft, opts, caller)([rep]);
  }
}

export function canonResourceRep(store: Store, rt: ResourceType, i: bigint): readonly CoreValue[] {
  const h = store.currentInstance().handles.get(Number(i));
  trapIf(h.rt !== rt, "wrong-resource-type");
  return [h.rep];
}

// ---- Other built-ins that synchronous functions have a use for

export function canonContextGet(store: Store, t: "i32" | "i64", i: number): readonly CoreValue[] {
  const result = store.currentThread().storage[i];
  assert(result !== undefined && result < 2n ** (t === "i32" ? 32n : 64n));
  return [result];
}

export function canonContextSet(store: Store, i: number, v: bigint): readonly CoreValue[] {
  const { storage } = store.currentThread();
  assert(i < storage.length);
  storage[i] = v;
  return [];
}

export function canonBackpressure(store: Store, change: 1 | -1): readonly CoreValue[] {
  const inst = store.currentInstance();
  inst.backpressure += change;
  trapIf(inst.backpressure === 2 ** 16, "backpressure-overflow");
  trapIf(inst.backpressure < 0, "backpressure-underflow");
  return [];
}

/** What all other built-ins begin with. What they go on with is left out. */
export function canonLeftOut(store: Store, builtin: string): never {
  if (!store.currentInstance().mayLeave) throw new ReferenceTrap("cannot-leave");
  return leftOut(builtin);
}
