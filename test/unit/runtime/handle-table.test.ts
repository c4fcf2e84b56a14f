import assert from "node:assert/strict";
import { test } from "node:test";
import { HandleTable } from "../../../src/runtime/handle-table.ts";
import { handles } from "../../../src/runtime/limits.ts";
import { assertTrap } from "./guest.ts";
import { sizeOf } from "./table-size.ts";

class Apple {
  static readonly kind: string = "lemon";
  readonly ripe: boolean = true;
}
class Pear {
  static readonly kind: string = "pear";
  readonly ripe: boolean = false;
}

test("indices count from 1, and freed ones come back last-in first-out", () => {
  const table = new HandleTable<object>({ places: 0 });
  assert.deepEqual(
    [1, 2, 3].map(() => table.add(new Apple())),
    [1, 2, 3],
  );
  table.remove(1);
  table.remove(3);
  table.remove(2);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => table.add(new Apple())),
    [2, 3, 1, 4],
  );
});

test("gives back what was added, once removed no more", () => {
  const table = new HandleTable<object>({ places: 0 });
  const apple = new Apple();
  const index = table.add(apple);
  assert.equal(table.get(index), apple);
  assert.equal(table.getAs(Apple, index), apple);
  assert.equal(sizeOf(table), 1);
  table.remove(index);
  assert.equal(sizeOf(table), 0);
  assert.equal(table.find(index), undefined);
  assertTrap(() => table.get(index), "unknown-handle");
  assertTrap(() => table.getAs(Apple, index), "unknown-handle");
});

test("traps for indices that were never given out", () => {
  const table = new HandleTable<object>({ places: 0 });
  table.add(new Apple());
  for (const index of [0, 2, 0xffffffff, -1, 2 ** 28]) {
    const reason = assertTrap(() => table.get(index), "unknown-handle");
    assert.equal(reason.message, `unknown handle index ${index}`);
  }
});

test("traps for a handle of another kind", () => {
  const table = new HandleTable<object>({ places: 0 });
  const index = table.add(new Apple());
  assert.match(
    assertTrap(() => table.getAs(Pear, index), "wrong-handle-kind").message,
    /^handle index 1 is a lemon, not a pear$/,
  );
});

test("of a handle that is not there, the kind that is wanted is told", () => {
  const table = new HandleTable<object>({ places: 0 });
  const { message } = assertTrap(() => table.getAs(Pear, 5), "unknown-handle");
  assert.equal(message, "unknown handle index 5, where a pear is wanted");
});

class Parkable {
  static readonly kind: string = "parkable";
  index = 0;
  type: string | undefined = "any";
}

function park(table: HandleTable<object>, index: number, handle: Parkable): void {
  handle.type = undefined;
  table.park(index, handle);
}

function unpark(table: HandleTable<object>): object | undefined {
  const handle = table.unpark() as Parkable | undefined;
  if (handle !== undefined) handle.type = "another";
  return handle;
}

test("what is parked is gone, and comes back under the index that is next", () => {
  const table = new HandleTable<object>({ places: 0 });
  assert.equal(unpark(table), undefined);
  const [first, second] = [new Parkable(), new Parkable()];
  assert.deepEqual([table.add(first), table.add(second)], [1, 2]);
  park(table, 1, first);
  assert.equal(table.find(1), undefined);
  assertTrap(() => table.getAs(Parkable, 1), "unknown-handle");
  assert.equal(sizeOf(table), 1);
  assert.equal(unpark(table), first);
  assert.equal(first.index, 1);
  assert.equal(table.find(1), first);
  assert.equal(unpark(table), undefined);
  assert.equal(table.add(new Apple()), 3);
});

test("parked or not, freed indices come back last-in first-out", () => {
  const table = new HandleTable<object>({ places: 0 });
  const all = Array.from({ length: 4 }, () => new Parkable());
  for (const each of all) table.add(each);
  park(table, 2, all[1]!);
  table.remove(4);
  park(table, 1, all[0]!);
  park(table, 3, all[2]!);
  assert.equal(sizeOf(table), 0);
  for (const index of [1, 2, 3, 4]) assert.equal(table.find(index), undefined);
  assert.equal(unpark(table), all[2]);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => table.add(new Apple())),
    [1, 4, 2, 5],
  );
  assert.equal(table.find(3), all[2]);
});

test("another that is added takes the place of what is parked", () => {
  const table = new HandleTable<object>({ places: 0 });
  const [parked, apple] = [new Parkable(), new Apple()];
  park(table, table.add(parked), parked);
  assert.equal(table.add(apple), 1);
  assert.equal(table.find(1), apple);
  assert.equal(unpark(table), undefined);
});

test("what was parked can be removed like any other", () => {
  const table = new HandleTable<object>({ places: 0 });
  const [first, second] = [new Parkable(), new Parkable()];
  park(table, table.add(first), first);
  assert.equal(unpark(table), first);
  table.remove(1);
  assert.equal(unpark(table), undefined);
  assert.equal(table.add(second), 1);
  park(table, 1, second);
  assert.equal(unpark(table), second);
  assert.equal(sizeOf(table), 1);
});

test("traps when all tables together have more than engines have memory for", () => {
  const counted = { places: 0 };
  const [first, second] = [new HandleTable<object>(counted), new HandleTable<object>(counted)];
  for (let i = 1; i < handles; i++) first.add(new Apple());
  assert.equal(second.add(new Pear()), 1);
  first.remove(7);
  assert.equal(first.add(new Apple()), 7);
  assertTrap(() => first.add(new Apple()), "handle-table-full");
  second.remove(1);
  assert.equal(second.add(new Pear()), 1);
});
