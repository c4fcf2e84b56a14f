import assert from "node:assert/strict";
import { test } from "node:test";
import { classOf, type GuestDefined, guestDefined, importedResource, resource } from "../../../src/embed/resource.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { ComponentInstance, ENTERED } from "../../../src/runtime/instance.ts";
import { CallScope, ResourceType } from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import { collectGarbage } from "./guests.ts";

// ---- Resources that the host defines

class File {
  closed = 0;
  [Symbol.dispose](): void {
    this.closed++;
  }
}

test("a host's object is what the guest holds: the same comes back", () => {
  const { host } = importedResource("file", File);
  const file = new File();
  assert.equal(host.toOwn(file), file);
  assert.equal(host.toBorrow(file, new CallScope()), file);
  assert.equal(host.fromOwn(file), file);
  assert.equal(host.fromBorrow(file, new CallScope()), file);
});

test("objects of other classes are refused, those of derived ones are not", () => {
  class Log extends File {}
  const { host } = importedResource("file", File);
  assert.ok(host.toOwn(new Log()));
  for (const value of [{}, { closed: 0 }, File, null, undefined, 3, "file", Object.create(null)]) {
    assert.equal(host.toOwn(value), undefined);
    assert.match(host.fault(value, "own")!, /no instance of File/);
  }
  assert.equal(host.fault(new File(), "own"), undefined);
});

test("one class is one resource, wherever it is imported", () => {
  assert.equal(importedResource("file", File), importedResource("descriptor", File));
  assert.notEqual(importedResource("file", File), importedResource("file", class {}));
  assert.equal(classOf(importedResource("file", File)), File);
});

test("dropping disposes, as the class says", () => {
  const drop = (type: ResourceType, object: object) => type.destructor?.(object as never);
  const file = new File();
  drop(importedResource("file", File), file);
  assert.equal(file.closed, 1);
  class Plain {}
  drop(importedResource("plain", Plain), new Plain());
  class Marked extends File {
    dropped = 0;
  }
  const same = resource(Marked, { drop: (object) => void object.dropped++ });
  assert.equal(same, Marked);
  const marked = new Marked();
  drop(importedResource("marked", Marked), marked);
  assert.deepEqual([marked.dropped, marked.closed], [1, 0]);
  class Older {
    closed = 0;
    [Symbol.for("dispose") as never](): void {
      this.closed++;
    }
  }
  const older = new Older();
  drop(importedResource("older", Older), older);
  assert.equal(older.closed, 1, "shims use the registered symbol where the engine has no Symbol.dispose");
});

test("what a drop means may be said after the first", () => {
  class Late extends File {}
  const type = importedResource("late", Late);
  const drop = (object: Late) => type.destructor?.(object as never);
  const file = new Late();
  drop(file);
  let dropped = 0;
  resource(Late, { drop: () => void dropped++ });
  drop(file);
  assert.deepEqual([file.closed, dropped], [1, 1]);
});

test("without a class any value is a resource", () => {
  const type = importedResource("any", undefined);
  for (const value of [{}, 0, "text", null]) assert.equal(type.host.toOwn(value), value);
  type.destructor?.("text" as never);
  type.destructor?.(null as never);
  assert.equal(classOf(type), undefined);
});

// ---- Resources that guests define

function guest(destructor?: (rep: never) => void) {
  const instance = new ComponentInstance(new Store());
  const type = new ResourceType("my-thing", instance, destructor);
  const host = guestDefined(type) as GuestDefined;
  type.host = host;
  return { instance, type, host };
}

type Thing = Disposable & { readonly constructor: { readonly name: string } };

test("owned objects give their resource away once", () => {
  const { host } = guest();
  const thing = host.fromOwn(0) as Thing;
  assert.ok(thing instanceof host.Class);
  assert.equal(thing.constructor.name, "MyThing");
  assert.equal(host.toOwn(thing), 0);
  assert.equal(host.toOwn(thing), undefined);
  assert.equal(host.toBorrow(thing, new CallScope()), undefined);
  assert.match(host.fault(thing, "borrow")!, /given away/);
  host.restore(thing);
  assert.equal(host.toOwn(thing), 0);
});

test("a lent object can be lent again, but neither moved nor dropped", () => {
  const { host } = guest(() => {});
  const thing = host.fromOwn(7) as Thing;
  const [outer, inner] = [new CallScope(), new CallScope()];
  assert.equal(host.toBorrow(thing, outer), 7);
  assert.equal(host.toBorrow(thing, inner), 7);
  inner.end();
  assert.equal(host.toOwn(thing), undefined);
  assert.match(host.fault(thing, "own")!, /lent/);
  assert.equal(host.fault(thing, "borrow"), undefined);
  assert.throws(
    () => thing[Symbol.dispose](),
    (error: ComponentError) => error.phase === "call" && error.code === "lent",
  );
  outer.end();
  assert.equal(host.toOwn(thing), 7);
});

test("a borrowed object lives as long as the call", () => {
  const { host } = guest(() => assert.fail("a borrow runs no destructor"));
  const scope = new CallScope();
  const thing = host.fromBorrow(7, scope) as Thing;
  assert.equal(host.toBorrow(thing, new CallScope()), 7);
  assert.equal(host.toOwn(thing), undefined);
  assert.match(host.fault(thing, "own")!, /only borrowed/);
  const early = host.fromBorrow(8, scope) as Thing;
  early[Symbol.dispose]();
  assert.match(host.fault(early, "borrow")!, /dropped/);
  scope.end();
  assert.equal(host.toBorrow(thing, new CallScope()), undefined);
  assert.match(host.fault(thing, "borrow")!, /call that has returned/);
  thing[Symbol.dispose]();
});

test("dispose runs the destructor once; what was given away is no longer ours", () => {
  const dropped: number[] = [];
  const { host } = guest((rep: number) => void dropped.push(rep));
  const thing = host.fromOwn(1) as Thing;
  thing[Symbol.dispose]();
  thing[Symbol.dispose]();
  assert.deepEqual(dropped, [1]);
  assert.match(host.fault(thing, "own")!, /dropped/);
  const moved = host.fromOwn(2) as Thing;
  host.toOwn(moved);
  moved[Symbol.dispose]();
  assert.deepEqual(dropped, [1]);
  assert.throws(() => thing[Symbol.dispose].call({} as Thing), TypeError);
});

test("dispose waits while the guest is running, and does nothing once it has trapped", async () => {
  const dropped: number[] = [];
  const { host, instance } = guest((rep: number) => void dropped.push(rep));
  instance.flags = ENTERED;
  (host.fromOwn(1) as Thing)[Symbol.dispose]();
  instance.flags = 0;
  assert.deepEqual(dropped, []);
  await null;
  assert.deepEqual(dropped, [1]);
  instance.store.poison(new ComponentError("trap", "test", "for a test"));
  (host.fromOwn(2) as Thing)[Symbol.dispose]();
  assert.deepEqual(dropped, [1]);
});

test("values of other instances and other resources are refused", () => {
  const [a, b] = [guest(), guest()];
  const thing = a.host.fromOwn(1);
  assert.equal(b.host.toOwn(thing), undefined);
  assert.match(b.host.fault(thing, "own")!, /another instance/);
  const other = new ResourceType("other", a.instance);
  other.host = guestDefined(other);
  assert.match(other.host.fault(thing, "own")!, /another resource/);
  for (const value of [{}, Object.create(a.host.Class.prototype), null, undefined, 1]) {
    assert.equal(a.host.toOwn(value), undefined);
    assert.match(a.host.fault(value, "borrow")!, /no my-thing of this instance/);
  }
});

test("the class has the resource's functions", () => {
  const { host } = guest();
  host.setMembers(() => ({
    construct: (rep) => rep,
    methods: new Map([["plus", function (this: object, n: number) {
      const scope = new CallScope();
      const rep = host.toBorrow(this, scope) as number;
      scope.end();
      return rep + n;
    } as never]]),
    statics: new Map<string, never>([["of", ((n: number) => n * 2) as never], ["name", (() => "a name") as never], ["prototype", (() => 0) as never]]),
  })); // biome-ignore format: short
  const MyThing = host.Class as unknown as { new (rep: number): { plus(n: number): number }; of(n: number): number };
  const thing = new MyThing(40);
  assert.ok(thing instanceof MyThing);
  assert.equal(thing.plus(2), 42);
  assert.equal(MyThing.of(21), 42);
  assert.deepEqual(Object.keys(thing), []);
  assert.equal(importedResource("thing", host.Class).host, host, "such a class serves as another component's import");
  class Derived extends MyThing {
    twice(): number {
      return this.plus(0) * 2;
    }
  }
  assert.equal(new Derived(4).twice(), 8);
});

test("members may come after the first objects", () => {
  const { host } = guest();
  const early = host.fromOwn(1) as { get(): unknown };
  host.setMembers(() => ({ construct: undefined, methods: new Map([["get", () => 5]]), statics: new Map() }));
  assert.equal(early.get(), 5);
});

test("a class without a constructor cannot be constructed", () => {
  const { host } = guest();
  assert.throws(() => new host.Class(), /no constructor/);
  assert.equal(Object.getPrototypeOf(host.Class), Function.prototype, "nothing else is reached by its class");
  assert.ok(host.fromOwn(1));
});

test("what the host lost sight of is dropped", async () => {
  const dropped: number[] = [];
  const { host } = guest((rep: number) => void dropped.push(rep));
  for (let rep = 0; rep < 10; rep++) host.fromOwn(rep);
  host.toOwn(host.fromOwn(11));
  (host.fromOwn(12) as Thing)[Symbol.dispose]();
  for (let i = 0; i < 10 && dropped.length < 10; i++) {
    await collectGarbage();
  }
  assert.ok(dropped.includes(0));
  assert.ok(!dropped.includes(11));
  assert.deepEqual(
    dropped.filter((rep) => rep === 12),
    [12],
  );
});

test("an object that is given back while others are fresh is dropped, when it is lost", async () => {
  const dropped: number[] = [];
  const { host } = guest((rep: number) => void dropped.push(rep));
  (() => {
    const first = host.fromOwn(1);
    const second = host.fromOwn(2);
    assert.equal(host.toOwn(first), 1);
    host.restore(first);
    assert.equal(host.toOwn(second), 2);
    host.restore(second);
  })();
  for (let i = 0; i < 10 && dropped.length < 2; i++) await collectGarbage();
  assert.deepEqual(dropped.sort(), [1, 2]);
});

test("of very many objects that are made at once each is dropped once, disposed of or lost", async () => {
  const COUNT = 2500;
  const times = new Array<number>(COUNT).fill(0);
  const { host } = guest((rep: number) => void times[rep]!++);
  (() => {
    const things = times.map((_, rep) => host.fromOwn(rep) as Thing);
    for (let rep = 0; rep < COUNT; rep += 2) things[rep]![Symbol.dispose]();
  })();
  const done = () => times.every((count) => count === 1);
  for (let i = 0; i < 20 && !done(); i++) await collectGarbage();
  assert.deepEqual(new Set(times), new Set([1]));
});
