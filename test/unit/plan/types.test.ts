import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "../../../src/plan/limits.ts";
import type { Plan, ResourceIndex, TypeIndex } from "../../../src/plan/plan.ts";
import { type TypeScope, TypeTable } from "../../../src/plan/type-table.ts";
import { resourceOf, typesOf } from "../../../src/plan/types.ts";
import { primitives } from "../../../src/types/interner.ts";
import { printType } from "../../../src/types/print.ts";
import type { ResourceType, ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "../types/maker.ts";

const interner = new TypeMaker();
const resource = interner.resource("i32", "r");
const { u8, string: text } = primitives;

function scope(known: ReadonlyMap<ResourceType, number> = new Map([[resource, 0]])): TypeScope {
  return {
    types: new Map(),
    funcTypes: new Map(),
    resource: (type) => known.get(type) as ResourceIndex,
  };
}

function planOf(table: TypeTable): Plan {
  const none = {
    imports: [],
    modules: [],
    instances: [],
    options: [],
    lifts: [],
    trampolines: [],
    initializers: [],
    exports: [],
  };
  const resources: Plan["resources"] = [{ kind: "imported", import: 0 as never, name: "r" }];
  return { ...none, resources, types: table.types.items, funcTypes: table.funcTypes.items };
}

const types: readonly ValType[] = [
  ...Object.values(primitives),
  interner.list(u8),
  interner.list(interner.list(text), 4),
  interner.map(text, u8),
  interner.record([{ label: "a", type: u8 }, { label: "b", type: text }]),
  interner.tuple([u8, u8]),
  interner.variant([{ label: "none", type: undefined }, { label: "some", type: text }]),
  interner.enum(["x", "y"]),
  interner.flags(["x", "y"]),
  interner.option(interner.option(u8)),
  interner.result(undefined, undefined),
  interner.result(u8, undefined),
  interner.result(undefined, text),
  interner.own(resource),
  interner.borrow(resource),
  interner.stream(undefined),
  interner.stream(interner.own(resource)),
  interner.future(u8),
]; // biome-ignore format: one line a type

for (const type of types) {
  test(`${printType(type)}: numbered and back`, () => {
    const table = new TypeTable(new Budget());
    const index = table.valType(type, scope());
    const plan = planOf(table);
    const decoded = typesOf(JSON.parse(JSON.stringify(plan))).values[index]!;
    assert.equal(printType(decoded), printType(type));
    const again = new TypeTable(new Budget());
    again.valType(decoded, { ...scope(), resource: (found) => resourceOf({ resource: found }) });
    assert.deepEqual(again.types.items, table.types.items);
  });
}

test("function types, numbered and back", () => {
  const table = new TypeTable(new Budget());
  const type = interner.func(true, [{ label: "x", type: interner.list(u8) }], text);
  const index = table.funcType(type, scope());
  const decoded = typesOf(planOf(table)).func(table.funcTypes.items[index]!);
  assert.equal(decoded.async, true);
  assert.equal(printType(decoded), printType(type));
});

test("a structure is in the table once, whoever made it, and its parts before it", () => {
  const table = new TypeTable(new Budget());
  const other = new TypeMaker();
  const first = table.valType(interner.tuple([interner.list(u8), interner.list(u8)]), scope());
  const again = table.valType(other.tuple([other.list(u8), other.list({ kind: "u8" })]), scope());
  assert.equal(first, again);
  assert.deepEqual(table.types.items, [{ kind: "u8" }, { kind: "list", element: 0 }, { kind: "tuple", types: [1, 1] }]);
});

test("a type that mentions a resource is another one where the resource is", () => {
  const table = new TypeTable(new Budget());
  const type = interner.option(interner.own(resource));
  const scopes = [0, 1].map((index) => scope(new Map([[resource, index]])));
  const indices = scopes.map((each) => table.valType(type, each));
  assert.notEqual(indices[0], indices[1]);
  assert.deepEqual(
    scopes.map((each) => table.valType(type, each)),
    indices,
  );
  const parts = indices.map((index) => table.types.items[index]);
  assert.deepEqual(parts, [
    { kind: "option", type: 0 as TypeIndex },
    { kind: "option", type: 2 as TypeIndex },
  ]);
});

test("types are the same objects for all plans with one table, with the plan's resources", () => {
  const table = new TypeTable(new Budget());
  const own = table.funcType(interner.func(false, [], interner.own(resource)), scope());
  const borrow = table.funcType(
    interner.func(false, [{ label: "self", type: interner.borrow(resource) }], undefined),
    scope(),
  );
  const plan = planOf(table);
  const types = typesOf(plan);
  assert.equal(typesOf({ ...plan, trampolines: [] }), types);
  const { resources } = types;
  const func = types.func(table.funcTypes.items[own]!);
  assert.equal(types.func(table.funcTypes.items[own]!), func);
  const result = func.result!;
  const self = types.func(table.funcTypes.items[borrow]!).params[0]!.type;
  assert.equal(result.kind === "own" && result.resource, resources[0]);
  assert.equal(self.kind === "borrow" && self.resource, resources[0]);
  assert.notEqual(resources[0], resource);
});
