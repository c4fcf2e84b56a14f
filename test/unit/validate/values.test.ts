import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { defaultFeatures } from "../../../src/validate/features.ts";
import { component, leb, name } from "../binary/bytes.ts";
import { errorOf, section, validateBytes } from "./component.ts";

const types = section(7, [
  [0x72, 2, ...name("a"), 0x7f, ...name("b"), 0x7d], // 0: record { a: bool, b: u8 }
  [0x71, 2, ...name("x"), 0, 0, ...name("y"), 1, 0x73, 0], // 1: variant { x, y(string) }
  [0x70, 0x79], // 2: list<u32>
  [0x6f, 2, 0x7b, 0x7c], // 3: tuple<u16, s16>
  [0x6e, 9, ...Array.from({ length: 9 }, (_, i) => name(`f${i}`)).flat()], // 4: flags of nine
  [0x6d, 3, ...name("a"), ...name("b"), ...name("c")], // 5: enum of three
  [0x6b, 0x74], // 6: option<char>
  [0x6a, 1, 0x78, 0], // 7: result<s64>
  [0x63, 0x7d, 0x7f], // 8: map<u8, bool>
  [0x67, 0x7d, 3], // 9: list<u8, 3>
  [0x66, 0], // 10: stream
]);

/** `value ::= t:<valtype> len:<u32> v:<val(t)>` */
const value = (type: number, ...bytes: number[]) => [type, ...leb(bytes.length), ...bytes];
const exported = (...indices: number[]) =>
  section(
    11,
    indices.map((index, i) => [0x00, ...name(`e${i}`), 0x02, index, 0x00]),
  );

/** An instance that bundles up the first value: a use that asks nothing of its type. */
const bundled = section(5, [[0x01, 0x01, 0x00, ...name("v"), 0x02, 0x00]]);

describe("values", () => {
  const accepted: readonly (readonly number[])[] = [
    value(0x7f, 1),
    value(0x7d, 255),
    value(0x7e, 128),
    value(0x7b, 0xff, 0xff, 0x03),
    value(0x7c, 0x80, 0x80, 0x7e),
    value(0x79, 0xff, 0xff, 0xff, 0xff, 0x0f),
    value(0x7a, 0x80, 0x80, 0x80, 0x80, 0x78),
    value(0x77, ...Array.from({ length: 9 }, () => 0xff), 0x01),
    value(0x78, ...Array.from({ length: 9 }, () => 0x80), 0x7f),
    value(0x76, 0, 0, 0xc0, 0x7f),
    value(0x75, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f),
    value(0x74, 0x61),
    value(0x74, 0xf0, 0x9f, 0x9a, 0x80),
    value(0x73, ...name("héllo")),
    value(0, 1, 7),
    value(1, 0),
    value(1, 1, ...name("s")),
    value(2, 2, 1, 0x80, 0x01),
    value(3, 1, 0x7f),
    value(4, 0xff, 0x01),
    value(5, 2),
    value(6, 0),
    value(6, 1, 0x61),
    value(7, 0, 5),
    value(7, 1),
    value(8, 2, 1, 0, 2, 1),
    value(9, 1, 2, 3),
  ];
  for (const v of accepted) {
    it(`can be ${v.map((b) => b.toString(16)).join(" ")}`, () => {
      validateBytes(component(types, section(12, [v]), bundled));
    });
  }

  const rejected: readonly (readonly [v: readonly number[], reason: string])[] = [
    [value(0x7f, 2), "2 is no boolean"],
    [value(0x7b, 0xff, 0xff, 0x07), "integer too large"],
    [value(0x7b, 0xff, 0xff, 0xff, 0x00), "integer representation too long"],
    [value(0x7c, 0x80, 0x80, 0x02), "integer too large"],
    [value(0x7c, 0xff, 0xff, 0x7d), "integer too large"],
    [value(0x76, 1, 0, 0xc0, 0x7f), "not-a-number"],
    [value(0x75, 0, 0, 0, 0, 0, 0, 0xf8, 0xff), "not-a-number"],
    [value(0x74, 0xed, 0xa0, 0x80), "malformed UTF-8"],
    [value(0x74, 0x61, 0x62), "more bytes than the value has"],
    [value(1, 2), "2 is no case"],
    [value(5, 3), "3 is no case"],
    [value(6, 2, 0), "2 is no discriminant"],
    [value(10, 0), "no values of type `stream`"],
  ];
  for (const [v, reason] of rejected) {
    it(`cannot be ${v.map((b) => b.toString(16)).join(" ")}`, () =>
      void errorOf(component(types, section(12, [v]), bundled), reason, "value"));
  }

  it("end with their bytes", () => {
    const bytes = component(types, section(12, [value(2, 3, 1)]), exported(0));
    assert.throws(
      () => validateBytes(bytes),
      (error) => error instanceof ComponentError && error.phase === "decode",
    );
  });

  it("are literals where they are used", () => {
    const { definitions } = validateBytes(component(section(12, [value(0x7f, 1)]), exported(0)));
    const [step] = definitions;
    assert.ok(step?.step === "export" && step.export.item.sort === "value");
    assert.equal(step.export.item.item.from, "literal");
  });

  it("are used exactly once", () => {
    const one = section(12, [value(0x7f, 1)]);
    errorOf(component(one), "value index 0 was not used", "value");
    errorOf(component(one, exported(0, 0)), "value 0 cannot be used more than once", "value");
    errorOf(component(one, exported(0), exported(1)), "cannot be used more than once", "value");
  });

  it("are imported and passed on", () => {
    const takes = component(section(10, [[0x00, ...name("v"), 0x02, 0x01, 0x73]]), exported(0));
    const inner = (type: number) =>
      component(
        [0x04, ...leb(takes.length), ...takes],
        section(10, [[0x00, ...name("w"), 0x02, 0x01, type]]),
        section(5, [[0x00, 0x00, 1, ...name("v"), 0x02, 0x00]]),
      );
    validateBytes(inner(0x73));
    errorOf(inner(0x74), "expected primitive `string` found primitive `char`", "subtype");
  });

  it("hold no borrows where they are exported, not even in an instance", () => {
    const resource = section(10, [[0x00, ...name("r"), 0x03, 0x01]]);
    const holder = [0x42, 3, 0x02, 0x03, 0x02, 1, 0, 0x01, 0x68, 0, 0x04, 0x00, ...name("v"), 0x02, 0x01, 1];
    const imported = [resource, section(7, [holder]), section(10, [[0x00, ...name("i"), 0x05, 1]])];
    validateBytes(component(...imported));
    const reason = "exported value cannot contain a `borrow` type";
    errorOf(component(...imported, section(11, [[0x00, ...name("j"), 0x05, 0, 0x00]])), reason, "type");
    const inside = [0x04, 0x00, ...name("v"), 0x02, 0x01, 1];
    const nested = [0x01, 0x42, 3, 0x02, 0x03, 0x02, 1, 0, 0x01, 0x68, 0, ...inside];
    const exporter = [0x41, 3, 0x03, 0x00, ...name("r"), 0x03, 0x01, ...nested, 0x04, 0x00, ...name("i"), 0x05, 1];
    errorOf(component(section(7, [exporter])), reason, "type");
  });

  it("need their feature", () => {
    errorOf(component(section(12, [value(0x7f, 1)])), "`values` feature", "feature", defaultFeatures);
    errorOf(
      component(section(10, [[0x00, ...name("v"), 0x02, 0x01, 0x73]])),
      "`values` feature",
      "feature",
      defaultFeatures,
    );
  });
});

describe("start functions", () => {
  const func = section(7, [[0x40, 1, ...name("a"), 0x73, 0x00, 0x7d]]);
  const imported = section(10, [[0x00, ...name("f"), 0x01, 0x00]]);
  const text = section(12, [value(0x73, ...name("x"))]);
  const start = (...body: number[]) => [0x09, body.length, ...body];

  it("take values and make values", () => {
    const { definitions } = validateBytes(component(func, imported, text, start(0, 1, 0, 1), exported(1)));
    assert.deepEqual(
      definitions.map((d) => d.step),
      ["import", "start", "export"],
    );
  });

  const rejected: readonly (readonly [bytes: Uint8Array, reason: string])[] = [
    [component(func, imported, start(0, 0, 1), exported(0)), "requires 1 arguments but was given 0"],
    [component(func, imported, text, start(0, 1, 0, 0)), "has a result count of 0"],
    [component(func, imported, text, start(0, 1, 0, 1)), "value index 1 was not used"],
    [component(func, imported, section(12, [value(0x7f, 1)]), start(0, 1, 0, 1), exported(1)), "value type mismatch"],
    [component(func, imported, text, exported(0), start(0, 1, 0, 1)), "value 0 cannot be used more than once"],
  ];
  for (const [bytes, reason] of rejected) it(`are rejected: ${reason}`, () => void errorOf(bytes, reason, "value"));
});
