import assert from "node:assert/strict";
import { test } from "node:test";
import { LiftLowerContext } from "../../../src/runtime/context.ts";
import { ComponentInstance, ENTERED, TRAPPED } from "../../../src/runtime/instance.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { InvalidValue } from "../../../src/runtime/numbers.ts";
import {
  CallScope,
  type HostSide,
  hostDropper,
  lendToHost,
  liftBorrow,
  liftBorrowValue,
  liftOwn,
  liftOwnValue,
  lowerBorrow,
  lowerBorrowValue,
  lowerOwn,
  lowerOwnValue,
  ResourceType,
  resourceDropper,
  resourceMaker,
  resourceRep,
} from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import { trap } from "../../../src/runtime/trap.ts";
import { assertTrap } from "./guest.ts";
import { sizeOf } from "./table-size.ts";

/** Two sibling instances below a parent; the first defines `thing`. */
function world(destructor?: (rep: never) => void) {
  const store = new Store();
  const parent = new ComponentInstance(store);
  const definer = new ComponentInstance(store, parent);
  const user = new ComponentInstance(store, parent);
  const thing = new ResourceType("thing", definer, destructor);
  const context = (instance: ComponentInstance) => new LiftLowerContext(instance, undefined, undefined, "i32");
  return { store, parent, definer, user, thing, cx: context(user), definerCx: context(definer) };
}

const resourceNew = (instance: ComponentInstance, type: ResourceType, rep: unknown) =>
  resourceMaker(instance, type)(rep);

const wrongType = (found: string) =>
  `handle index 1 used with the wrong type, expected guest-defined resource but found a ${found}`;

test("new, rep and drop", () => {
  const dropped: number[] = [];
  const { definer, thing } = world((rep: number) => void dropped.push(rep));
  assert.deepEqual(
    [100, 200, -1].map((rep) => resourceNew(definer, thing, rep)),
    [1, 2, 3],
  );
  assert.deepEqual(
    [1, 2, 3].map((i) => resourceRep(definer, thing, i)),
    [100, 200, -1],
  );
  const drop = resourceDropper(definer, thing);
  drop(2);
  assert.deepEqual(dropped, [200]);
  assert.equal(
    assertTrap(() => drop(2), "unknown-handle").message,
    "unknown handle index 2, where a resource is wanted",
  );
  assert.equal(resourceNew(definer, thing, 300), 2);
});

test("indices may have any 32 bits", () => {
  const { definer, thing } = world();
  for (const use of [
    () => resourceRep(definer, thing, -1),
    () => resourceDropper(definer, thing)(-1),
  ]) assert.equal(assertTrap(use, "unknown-handle").message, "unknown handle index 4294967295, where a resource is wanted"); // biome-ignore format: short
});

test("handles of one resource are none of another", () => {
  const { definer, thing, definerCx, user } = world();
  resourceNew(definer, thing, 100);
  const other = new ResourceType("other", user);
  const hosts = new ResourceType("theirs", undefined);
  for (const use of [
    () => resourceRep(definer, other, 1),
    () => resourceDropper(definer, other)(1),
    () => liftOwn(definerCx, 1, other),
    () => liftBorrow(definerCx, 1, other, new CallScope()),
  ]) assert.equal(assertTrap(use, "wrong-resource-type").message, wrongType("different guest-defined resource")); // biome-ignore format: short
  lowerOwn(definerCx, {}, hosts);
  assert.match(
    assertTrap(() => liftOwn(definerCx, 2, other), "wrong-resource-type").message,
    /found a host-defined resource/,
  );
  definer.handles.add({});
  assertTrap(() => resourceRep(definer, thing, 3), "wrong-handle-kind");
});

test("new and drop need an instance that may be left, rep does not", () => {
  const { definer, thing } = world();
  resourceNew(definer, thing, 100);
  mayNotLeave[0] = 1;
  assertTrap(() => resourceNew(definer, thing, 100), "cannot-leave");
  assertTrap(() => resourceDropper(definer, thing)(1), "cannot-leave");
  assert.equal(resourceRep(definer, thing, 1), 100);
  mayNotLeave[0] = 0;
});

test("an own handle moves from table to table", () => {
  const { thing, cx, definerCx, definer, user } = world();
  resourceNew(definer, thing, 100);
  const rep = liftOwn(definerCx, 1, thing);
  assert.equal(sizeOf(definer.handles), 0);
  assert.equal(lowerOwn(cx, rep, thing), 1);
  assert.equal(resourceRep(user, thing, 1), 100);
});

test("handles that are made after others have gone are apart from each other", () => {
  const { thing, cx, definerCx, definer, user } = world();
  const drop = resourceDropper(user, thing);
  for (const rep of [100, 200]) resourceNew(definer, thing, rep);
  assert.deepEqual([liftOwn(definerCx, 1, thing), liftOwn(definerCx, 2, thing)], [100, 200]);
  assert.deepEqual([lowerOwn(cx, 300, thing), lowerOwn(cx, 400, thing), resourceNew(definer, thing, 500)], [1, 2, 2]);
  assert.deepEqual([resourceRep(user, thing, 1), resourceRep(user, thing, 2)], [300, 400]);
  drop(1);
  assert.equal(resourceNew(definer, thing, 600), 1);
  assert.deepEqual([resourceRep(definer, thing, 1), resourceRep(definer, thing, 2)], [600, 500]);
  assert.equal(resourceRep(user, thing, 2), 400);
});

test("what is lent can be neither moved nor dropped until the call ends", () => {
  const { thing, cx, user } = world();
  lowerOwn(cx, 100, thing);
  const scope = new CallScope();
  assert.equal(liftBorrow(cx, 1, thing, scope), 100);
  assert.equal(liftBorrow(cx, 1, thing, scope), 100);
  const drop = resourceDropper(user, thing);
  for (const use of [() => liftOwn(cx, 1, thing), () => drop(1)]) {
    assert.equal(assertTrap(use, "lent").message, "cannot remove owned resource while borrowed");
  }
  scope.end();
  drop(1);
});

test("a borrow is the representation for the resource's own instance, a handle for others", () => {
  const { thing, cx, definerCx, definer, user } = world();
  const scope = new CallScope();
  assert.equal(lowerBorrow(definerCx, 77, thing, scope), 77);
  assert.equal(sizeOf(definer.handles), 0);
  assert.equal(lowerBorrow(cx, 77, thing, scope), 1);
  assert.equal(resourceRep(user, thing, 1), 77);
  assertTrap(() => liftOwn(cx, 1, thing), "not-own");
  assert.equal(
    assertTrap(() => scope.end(), "borrows-remain").message,
    "borrow handles still remain at the end of the call",
  );
  resourceDropper(user, thing)(1);
  scope.end();
});

test("a borrow can be lent on, and ends before what it was lent from", () => {
  const { thing, cx, user } = world();
  const outer = new CallScope();
  lowerBorrow(cx, 77, thing, outer);
  const inner = new CallScope();
  assert.equal(liftBorrow(cx, 1, thing, inner), 77);
  assertTrap(() => resourceDropper(user, thing)(1), "lent");
  inner.end();
  resourceDropper(user, thing)(1);
  outer.end();
});

test("a destructor is a call of the defining instance, from the dropping one", () => {
  const seen: number[][] = [];
  const { parent, definer, user, thing, cx, definerCx } = world(() => {
    seen.push([parent, definer, user].map(({ flags }) => flags));
  });
  parent.flags = user.flags = ENTERED;
  lowerOwn(cx, 1, thing);
  resourceDropper(user, thing)(1);
  assert.deepEqual(seen, [[1, 1, 1]]);
  assert.equal(definer.flags, 0);
  user.flags = 0;
  definer.flags = ENTERED;
  lowerOwn(definerCx, 1, thing);
  resourceDropper(definer, thing)(1);
  assert.equal(seen.length, 2, "an instance drops its own resource while it is entered");
  lowerOwn(cx, 1, thing);
  assertTrap(() => resourceDropper(user, thing)(1), "cannot-enter");
});

test("dropping a host's resource disposes of it; a disposal that throws traps", () => {
  const disposed: unknown[] = [];
  const type = new ResourceType("theirs", undefined, (object: object) => {
    disposed.push(object);
    if (disposed.length > 1) throw new Error("no");
  });
  const { cx, user } = world();
  const object = {};
  for (const _ of [1, 2]) lowerOwn(cx, object, type);
  const drop = resourceDropper(user, type);
  drop(2);
  assert.deepEqual(disposed, [object]);
  assert.equal(assertTrap(() => drop(1), "host-error" as never).message, "drop of theirs: a host function threw: no");
});

// ---- With the host

/** A host side that wraps representations, and lets what is wrapped be taken once. */
function wrapping(): HostSide & { ended: unknown[]; lent: number } {
  const reps = new Map<unknown, unknown>();
  const self = {
    ended: [] as unknown[],
    lent: 0,
    fromOwn(rep: unknown) {
      const value = { rep };
      reps.set(value, rep);
      return value;
    },
    fromBorrow(rep: unknown, scope: CallScope) {
      const value = { rep };
      scope.addLender({ release: () => void self.ended.push(value) });
      return value;
    },
    toOwn(value: unknown) {
      const rep = reps.get(value);
      reps.delete(value);
      return rep;
    },
    toBorrow(value: unknown, scope: CallScope) {
      self.lent++;
      scope.addLender({ release: () => void self.lent-- });
      return reps.get(value);
    },
    lend: () => undefined,
    endLoan: () => {},
    restore: (value: unknown, rep: unknown) => void reps.set(value, rep),
    fault: () => undefined,
  };
  return self;
}

test("what alone is lent to the host stays where it is until the call ends, and no longer", () => {
  const { thing, cx, user } = world();
  const host = wrapping();
  thing.host = host;
  lowerOwn(cx, 100, thing);
  const lent = lendToHost(cx, 1, thing);
  assert.deepEqual(lent.rep, { rep: 100 });
  const again = lendToHost(cx, 1, thing);
  lent.release();
  assert.deepEqual(host.ended, [lent.rep]);
  assertTrap(() => resourceDropper(user, thing)(1), "lent");
  again.release();
  assert.deepEqual(host.ended, [lent.rep, again.rep]);
  const own = new ResourceType("own", undefined);
  const object = {};
  lowerOwn(cx, object, own);
  const mine = lendToHost(cx, 2, own);
  assert.equal(mine.rep, object);
  assertTrap(() => resourceDropper(user, own)(2), "lent");
  mine.release();
  for (const type of [thing, own]) resourceDropper(user, type)(type === own ? 2 : 1);
  assert.equal(sizeOf(user.handles), 0);
  for (const i of [1, 2]) assertTrap(() => lendToHost(cx, i, thing), "unknown-handle");
});

test("handles become values of the host's, and values handles", () => {
  const { thing, cx, definerCx, definer, user } = world();
  const host = wrapping();
  thing.host = host;
  resourceNew(definer, thing, 100);
  const value = liftOwnValue(definerCx, 1, thing);
  assert.deepEqual(value, { rep: 100 });
  assert.equal(lowerOwnValue(cx, value, thing), 1);
  assert.throws(() => lowerOwnValue(cx, value, thing), InvalidValue);
  const scope = new CallScope();
  const borrowed = liftBorrowValue(cx, 1, thing, scope);
  assert.deepEqual(borrowed, { rep: 100 });
  assertTrap(() => resourceDropper(user, thing)(1), "lent");
  assert.deepEqual(host.ended, []);
  scope.end();
  assert.deepEqual(host.ended, [borrowed]);
  resourceDropper(user, thing)(1);
});

test("a call that is abandoned leaves everything as it was", () => {
  const { thing, cx, definerCx, user } = world();
  const host = wrapping();
  thing.host = host;
  const [first, second, third] = [1, 2, 3].map((rep) => host.fromOwn(rep));
  const scope = new CallScope();
  assert.equal(lowerOwnValue(cx, first, thing, scope), 1);
  assert.equal(lowerBorrowValue(cx, second, thing, scope), 2);
  assert.equal(lowerBorrowValue(definerCx, third, thing, scope), 3);
  assert.equal(host.lent, 2);
  assert.throws(() => lowerOwnValue(cx, first, thing, scope), InvalidValue);
  scope.abandon();
  assert.equal(sizeOf(user.handles), 0);
  assert.equal(host.lent, 0);
  assert.equal(lowerOwnValue(cx, first, thing), 1);
});

test("the host drops a resource as a call by the host", () => {
  const seen: number[][] = [];
  const { parent, definer, user, thing } = world((rep: number) => {
    seen.push([rep, ...[parent, definer, user].map(({ flags }) => flags)]);
  });
  hostDropper(thing)(5);
  assert.deepEqual(seen, [[5, 1, 1, 0]]);
  assert.deepEqual(
    [parent, definer].map(({ flags }) => flags),
    [0, 0],
  );
});

test("a drop by the host waits while the instance is entered", async () => {
  const dropped: number[] = [];
  const { parent, thing } = world((rep: number) => void dropped.push(rep));
  parent.flags = ENTERED;
  hostDropper(thing)(1);
  hostDropper(thing)(2);
  parent.flags = 0;
  assert.deepEqual(dropped, []);
  hostDropper(thing)(3);
  assert.deepEqual(dropped, [1, 2, 3]);
  parent.flags = ENTERED;
  hostDropper(thing)(4);
  parent.flags = 0;
  await null;
  assert.deepEqual(dropped, [1, 2, 3, 4]);
});

test("a drop by the host that traps poisons the store, in which later drops do nothing", async () => {
  let calls = 0;
  const { parent, store, thing } = world(() => {
    calls++;
    trap("lent");
  });
  assert.throws(() => hostDropper(thing)(1), /while borrowed/);
  assert.equal(store.trapped?.code, "lent");
  hostDropper(thing)(1);
  assert.equal(calls, 1);
  const other = world(() => {
    trap("lent");
  });
  other.parent.flags = ENTERED;
  hostDropper(other.thing)(1);
  other.parent.flags = 0;
  await null;
  assert.equal(other.store.trapped?.code, "lent");
  assert.equal(parent.flags, TRAPPED);
});
