import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { primitives } from "../../../src/types/interner.ts";
import { isSameType, type Mapping, mapShape, partsOf } from "../../../src/types/shape.ts";
import type { Interned, ValType } from "../../../src/types/types.ts";
import { TypeMaker } from "./maker.ts";

const { u8, string } = primitives;
const types = new TypeMaker();
const resource = types.resource("i32", "r");

/** Each type, and its parts by their names. */
const cases: [ValType, [string, ValType | undefined][]][] = [
  ...Object.values(primitives).map((type): [ValType, []] => [type, []]),
  [types.list(u8), [["element", u8]]],
  [types.list(u8, 3), [["element", u8]]],
  [types.map(string, u8), [["key", string], ["value", u8]]],
  [types.record([{ label: "a", type: u8 }, { label: "b", type: string }]), [["a", u8], ["b", string]]],
  [types.tuple([u8, string]), [["0", u8], ["1", string]]],
  [types.variant([{ label: "a", type: undefined }, { label: "b", type: u8 }]), [["a", undefined], ["b", u8]]],
  [types.enum(["a", "b"]), []],
  [types.flags(["a", "b"]), []],
  [types.option(u8), [["some", u8]]],
  [types.result(u8, undefined), [["ok", u8], ["err", undefined]]],
  [types.result(undefined, string), [["ok", undefined], ["err", string]]],
  [types.own(resource), []],
  [types.borrow(resource), []],
  [types.stream(u8), [["payload", u8]]],
  [types.stream(undefined), [["payload", undefined]]],
  [types.future(string), [["payload", string]]],
]; // biome-ignore format: one line a type

describe("the structure of types", () => {
  for (const [type, parts] of cases) {
    it(`has the parts of ${JSON.stringify(type)}`, () => {
      const found = partsOf<Interned>(type).map((part) => [part.label, part.type]);
      assert.deepEqual(found, parts);
    });
    it(`is the same of the same parts: ${JSON.stringify(type)}`, () => {
      const asked: ValType[] = [];
      const same: Mapping<Interned, Interned> = {
        part(part) {
          asked.push(part);
          return part;
        },
        resource: (r) => r,
      };
      assert.equal(types.intern(mapShape(type, same)), type);
      assert.deepEqual(
        asked,
        parts.flatMap(([, part]) => part ?? []),
      );
    });
  }

  it("leaves out what is not there, so that plans are plain data", () => {
    const same: Mapping<Interned, Interned> = { part: (part) => part, resource: (r) => r };
    for (const [type] of cases) {
      const mapped = mapShape(type, same);
      const holes = (value: object): boolean =>
        Object.values(value).some((v) => v === undefined || (Array.isArray(v) && v.some(holes)));
      assert.equal(holes(mapped), false, JSON.stringify(type));
    }
    const func = mapShape(types.func(false, [], undefined), same);
    assert.equal("result" in func, false);
  });

  it("tells which field or case a part is of", () => {
    const labels: (string | undefined)[] = [];
    const telling: Mapping<Interned, Interned> = {
      part(part, at) {
        labels.push(at?.label);
        return part;
      },
      resource: (r) => r,
    };
    mapShape(types.record([{ label: "a", type: u8 }]), telling);
    mapShape(types.variant([{ label: "b", type: u8 }]), telling);
    mapShape(types.func(true, [{ label: "c", type: u8 }], string), telling);
    mapShape(types.list(u8), telling);
    assert.deepEqual(labels, ["a", "b", "c", undefined, undefined]);
  });
});

describe("types of two interners", () => {
  const make = (maker: TypeMaker): ValType[] => [
    ...Object.values(primitives),
    maker.list(u8), maker.list(u8, 3), maker.list(u8, 4), maker.list(string),
    maker.map(string, u8), maker.map(u8, string),
    maker.record([{ label: "a", type: u8 }]), maker.record([{ label: "b", type: u8 }]),
    maker.record([{ label: "a", type: u8 }, { label: "b", type: u8 }]), maker.tuple([u8]), maker.tuple([u8, u8]),
    maker.variant([{ label: "a", type: undefined }]), maker.variant([{ label: "a", type: u8 }]),
    maker.enum(["a", "b"]), maker.enum(["b", "a"]), maker.flags(["a", "b"]), maker.flags(["a"]),
    maker.option(u8), maker.result(u8, undefined), maker.result(undefined, u8), maker.result(undefined, undefined),
    maker.own(maker.resource("i32", "r")), maker.own(maker.resource("i32", "s")), maker.borrow(maker.resource("i32", "r")),
    maker.stream(u8), maker.stream(undefined), maker.future(u8), maker.future(undefined),
  ]; // biome-ignore format: by kind

  it("are the same where their structures are", () => {
    const [ones, others] = [make(new TypeMaker()), make(new TypeMaker())];
    for (const [i, one] of ones.entries()) {
      for (const [j, other] of others.entries()) {
        assert.equal(isSameType(one, other), i === j, `${JSON.stringify(one)} ${JSON.stringify(other)}`);
      }
    }
  });

  it("are compared as fast as they are written", () => {
    const deep = (maker: TypeMaker, innermost: ValType): ValType => {
      let type = innermost;
      for (let i = 0; i < 90; i++) type = maker.tuple([maker.list(type), maker.list(type)]);
      return type;
    };
    assert.equal(isSameType(deep(new TypeMaker(), u8), deep(new TypeMaker(), u8)), true);
    assert.equal(isSameType(deep(new TypeMaker(), u8), deep(new TypeMaker(), string)), false);
  });

  it("are of functions, too", () => {
    const func = (async: boolean, label: string, result?: ValType) =>
      new TypeMaker().func(async, [{ label, type: u8 }], result);
    assert.equal(isSameType(func(false, "a", u8), func(false, "a", u8)), true);
    for (const other of [func(true, "a", u8), func(false, "b", u8), func(false, "a", string), func(false, "a")]) {
      assert.equal(isSameType(func(false, "a", u8), other), false);
    }
  });
});
