import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { primitives } from "../../../src/types/interner.ts";
import type { FuncType, ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "./maker.ts";

const { u8, string } = primitives;

describe("TypeMaker", () => {
  const types = new TypeMaker();
  const [r, s] = [types.resource("i32", "r"), types.resource("i32", "r")];
  /** Each makes a type of its own. */
  const makers: readonly (() => ValType | FuncType)[] = [
    () => types.list(u8),
    () => types.list(u8, 1),
    () => types.list(u8, 11),
    () => types.list(string),
    () => types.list(types.list(u8)),
    () => types.map(u8, string),
    () => types.map(string, u8),
    () => types.record([{ label: "a", type: u8 }]),
    () => types.record([{ label: "b", type: u8 }]),
    () =>
      types.record([
        { label: "a", type: u8 },
        { label: "b", type: u8 },
      ]),
    () => types.tuple([u8]),
    () => types.tuple([u8, u8]),
    () => types.variant([{ label: "a", type: undefined }]),
    () => types.variant([{ label: "a", type: u8 }]),
    () => types.enum(["a"]),
    () => types.enum(["a", "b"]),
    () => types.enum(["a,b"]),
    () => types.enum(["1.a", "b"]),
    () => types.flags(["a"]),
    () => types.option(u8),
    () => types.result(u8, undefined),
    () => types.result(undefined, u8),
    () => types.result(undefined, undefined),
    () => types.own(r),
    () => types.own(s),
    () => types.borrow(r),
    () => types.stream(u8),
    () => types.stream(undefined),
    () => types.future(u8),
    () => types.func(false, [], undefined),
    () => types.func(true, [], undefined),
    () => types.func(false, [], u8),
    () => types.func(false, [{ label: "a", type: u8 }], undefined),
    () => types.func(false, [{ label: "b", type: u8 }], undefined),
  ];

  it("makes each type once", () => {
    for (const make of makers) assert.equal(make(), make());
  });

  it("makes different types for what differs", () => {
    assert.equal(new Set(makers.map((make) => make())).size, makers.length);
  });

  it("shares primitive types with every other", () => {
    assert.equal(new TypeMaker().option(u8).kind, "option");
    for (const [kind, type] of Object.entries(primitives)) assert.equal(type.kind, kind);
  });

  it("makes resources that equal only themselves", () => {
    assert.notEqual(r, s);
    assert.notEqual(r.id, s.id);
  });
});
