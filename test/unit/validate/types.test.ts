import { describe, it } from "node:test";
import { component, leb, name } from "../binary/bytes.ts";
import { accepts, errorOf, rejects, section, typeRef, validateBytes } from "./component.ts";

describe("value types", () => {
  const accepted: readonly string[] = [
    `(type (record (field "a" u8) (field "b-c" (list string))))`,
    `(type (variant (case "a") (case "B" u8)))`,
    `(type (map string (list u8)))`,
    `(type (map char u8)) (type (map bool u8)) (type (map s64 u8))`,
    `(type (list u8 1))`,
    `(type (future char))`,
    `(type (stream))`,
    `(type error-context)`,
    `(type $R (resource (rep i32))) (type (func (param "r" (borrow $R)) (result (own $R))))`,
    `(type (func async (param "s" (stream u8)) (result (future string))))`,
  ];
  for (const text of accepted) it(`accepts ${text}`, () => accepts(text));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [`(type (list u8 0))`, "more than zero elements"],
    [`(type (map f32 u8))`, "invalid map key type `f32`"],
    [`(type (map (list u8) u8))`, "invalid map key type `list`"],
    [`(type (map error-context u8))`, "invalid map key type `error-context`"],
    [`(type (stream char))`, "`stream<char>` is not valid"],
    [`(type $c char) (type (stream $c))`, "`stream<char>` is not valid"],
    [`(type $R (resource (rep i32))) (type (stream (borrow $R)))`, "stream payload type cannot contain a `borrow`"],
    [
      `(type $R (resource (rep i32))) (type (future (list (borrow $R))))`,
      "future payload type cannot contain a `borrow`",
    ],
    [
      `(type $R (resource (rep i32))) (type (func (result (option (borrow $R)))))`,
      "function result cannot contain a `borrow` type",
    ],
    [`(type (record (field "a" u8) (field "A" u8)))`, "record field name `A` conflicts with previous field name `a`"],
    [`(type (enum "a" "b" "a"))`, "enum tag name `a` conflicts with previous tag name `a`"],
    [`(type (func (param "a_b" u8)))`, "function parameter name `a_b` is not in kebab case"],
    [`(type $R (resource (rep i32))) (type (list $R))`, "type index 0 is not a defined type"],
    [`(type $F (func)) (type (own $F))`, "type index 0 is not a resource type"],
    [`(type (list 3))`, "unknown type 3: type index out of bounds"],
  ];
  for (const [text, reason] of rejected) it(`rejects ${text}`, () => rejects(text, reason));
});

describe("the size of values", () => {
  const accepted = [
    `(type (list u8 268435455))`,
    `(type (option (list u8 268435454)))`,
    `(type (list (list string 16) 1048575))`,
    `(type (func (param "a" (list u8 268435455)) (param "b" (list u8 268435455))))`,
  ];
  for (const text of accepted) it(`accepts ${text}`, () => accepts(text));

  const rejected = [
    `(type (list u8 268435456))`,
    `(type (option (list u8 268435455)))`,
    `(type (list (list string 16) 1048576))`,
    `(type (list u64 4294967295))`,
    `(type (list (list (list (list u64 65536) 65536) 65536) 65536))`,
    `(type (result (list u8 268435455) (error u32)))`,
  ];
  for (const text of rejected) it(`rejects ${text}`, () => rejects(text, "exceeds maximum byte size", "type"));
});

describe("resource types", () => {
  it("are only defined in components", () =>
    rejects(
      `(type (instance (type (resource (rep i32)))))`,
      "only be defined within a concrete component",
      "resource",
    ));

  it("are represented by i32, or by i64 with its feature", async () => {
    const of = (rep: number) => component(section(7, [[0x3f, rep, 0x00]]));
    validateBytes(of(0x7f));
    validateBytes(of(0x7e));
    errorOf(of(0x7d), "resources can only be represented by `i32`", "resource");
    errorOf(of(0x7e), "`memory64` feature", "feature", new Set());
  });

  const core = (params: string) => `
    (core module $M (func (export "d") ${params}))
    (core instance $m (instantiate $M))
    (type (resource (rep i32) (dtor (core func $m "d"))))`;
  it("have destructors that take the representation", () => accepts(core("(param i32)")));
  it("have destructors whose type stands in a recursion group, or is open", async () => {
    const of = (types: string) => `
      (core module $M ${types} (func (export "d") (type $d)))
      (core instance $m (instantiate $M))
      (type (resource (rep i32) (dtor (core func $m "d"))))`;
    await accepts(of("(rec (type $d (func (param i32))) (type (func)))"));
    await accepts(of("(type $d (sub (func (param i32))))"));
  });
  for (const params of ["", "(param i64)", "(param i32 i32)", "(param i32) (result i32) unreachable"]) {
    it(`do not have destructors of type ${params}`, () =>
      rejects(core(params), "wrong signature for a destructor", "resource"));
  }
});

describe("what limits types", () => {
  const lists = (count: number) =>
    component(
      section(
        7,
        Array.from({ length: count }, (_, i) => (i === 0 ? [0x70, 0x7d] : [0x70, ...typeRef(i - 1)])),
      ),
    );
  it("is how deep they are", () => {
    validateBytes(lists(99));
    errorOf(lists(100), "type nesting is too deep", "limit");
  });

  it("is how deep types of instances and components are", () => {
    const chain = (kind: number, extern: number, count: number) =>
      component(
        section(7, [
          [kind, 0],
          ...Array.from({ length: count - 1 }, (_, i) => [
            ...[kind, 2, 0x02, 0x03, 0x02, 1, ...leb(i)],
            ...[0x04, 0, ...name("a"), extern, 0],
          ]),
        ]),
      );
    for (const [kind, extern] of [
      [0x42, 0x05],
      [0x41, 0x04],
    ] as const) {
      validateBytes(chain(kind, extern, 100));
      errorOf(chain(kind, extern, 101), "type nesting is too deep", "limit");
    }
    const bundles = (count: number) =>
      component(
        section(5, [
          [0x01, 0],
          ...Array.from({ length: count - 1 }, (_, i) => [0x01, 1, 0x00, ...name("a"), 0x05, ...leb(i)]),
        ]),
      );
    validateBytes(bundles(100));
    errorOf(bundles(101), "type nesting is too deep", "limit");
  });

  it("is not how often they are shared", () => {
    const record = (i: number) => [0x72, 2, ...name("a"), ...typeRef(i), ...name("b"), ...typeRef(i)];
    const types: number[][] = [[0x72, 1, ...name("a"), 0x79]];
    while (types.length < 80) {
      types.push(record(types.length - 1));
      types.push([0x70, ...typeRef(types.length - 1)]);
    }
    validateBytes(component(section(7, types)));
  });

  it("is not how many there are", () => {
    const enums = Array.from({ length: 50_000 }, (_, i) => [0x6d, 1, ...name(`e${i}`)]);
    validateBytes(component(section(7, enums)));
  });

  it("is not how long chains of aliases are", () => {
    const aliases = Array.from({ length: 50_000 }, (_, i) => [0x03, 0x02, 0x00, ...leb(i)]);
    validateBytes(component(section(7, [[0x7d]]), section(6, aliases)));
  });

  it("is how much there is to copy for their instances", () => {
    const first = [0x42, 1, 0x04, 0, ...name("r"), 0x03, 0x01];
    const twice = (i: number) => [
      ...[0x42, 3, 0x02, 0x03, 0x02, 1, ...leb(i)],
      ...[0x04, 0, ...name("a"), 0x05, 0, 0x04, 0, ...name("b"), 0x05, 0],
    ];
    const types = [first, ...Array.from({ length: 60 }, (_, i) => twice(i))];
    errorOf(component(section(7, types)), "effective type size exceeds the limit", "limit");
  });

  it("is not how often component types are shared", () => {
    const twice = (i: number) => [
      ...[0x41, 3, 0x02, 0x03, 0x02, 1, ...leb(i)],
      ...[0x04, 0, ...name("a"), 0x04, 0, 0x04, 0, ...name("b"), 0x04, 0],
    ];
    const chain = (base: number): number[][] => [
      [0x41, 1, 0x04, 0, ...name("r"), 0x03, 0x01],
      ...Array.from({ length: 59 }, (_, i) => twice(base + i)),
    ];
    const takes = [0x41, 2, 0x02, 0x03, 0x02, 1, 59, 0x03, 0, ...name("x"), 0x04, 0];
    const types = section(7, [...chain(0), ...chain(60), takes]);
    const imports = section(10, [
      [0, ...name("c"), 0x04, ...leb(119)],
      [0, ...name("d"), 0x04, ...leb(120)],
    ]);
    validateBytes(component(types, imports, section(5, [[0x00, 1, 1, ...name("x"), 0x04, 0]])));
  });
});
