import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { builtin, builtins } from "../../../src/abi/builtins.ts";
import { decodeComponent } from "../../../src/binary/component.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { component, leb, name, preamble } from "./bytes.ts";
import { assemble } from "./samples.ts";

const modulePreamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const section = (id: number, ...content: number[]) => [id, ...leb(content.length), ...content];
/** Where the contents of the only section begin, if it is short. */
const CONTENT = 10;

function failure(bytes: Uint8Array): ComponentError {
  try {
    decodeComponent(bytes);
  } catch (error) {
    assert.ok(error instanceof ComponentError, String(error));
    return error;
  }
  assert.fail("nothing was wrong");
}

/** The tree without the offsets, which have tests of their own. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([k, v]) => (k === "offset" || v === undefined ? [] : [[k, shape(v)]])),
  );
}

describe("preamble", () => {
  it("begins the empty component", () => {
    assert.deepEqual(decodeComponent(component()), { start: 0, end: 8, definitions: [], customs: [] });
  });
  const bad: [string, number[], string, number][] = [
    ["nothing", [], "unexpected end-of-file: there are no bytes", 0],
    ["half of it", preamble.slice(0, 6), "unexpected end-of-file", 6],
    ["another magic number", [0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0], "bad magic number", 0],
    [
      "text",
      [...new TextEncoder().encode("\ufeff ;; text")],
      "bad magic number: this is WebAssembly text; assemble it",
      0,
    ],
    ["a page", [...new TextEncoder().encode("<!DOCTYPE html>")], "bad magic number: this is a page of HTML or XML", 0],
    ["a compressed file", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "bad magic number: this is compressed with gzip", 0],
    [
      "another version",
      [...preamble.slice(0, 4), 0x0c, 0x00, 0x01, 0x00],
      "unknown binary version: 0xc; 0xd is known",
      4,
    ],
    [
      "another layer",
      [...preamble.slice(0, 4), 0x0d, 0x00, 0x02, 0x00],
      "expected a version header for a component",
      4,
    ],
    ["a core module", modulePreamble, "this is a core module", 4],
  ];
  for (const [what, bytes, reason, offset] of bad) {
    it(`rejects ${what}`, () => {
      const error = failure(Uint8Array.from(bytes));
      assert.deepEqual(
        { phase: error.phase, code: error.code, offset: error.offset },
        { phase: "decode", code: "malformed", offset },
      );
      assert.ok(error.reason.includes(reason), error.reason);
    });
  }
});

describe("definitions", () => {
  /** [what, section, contents of its only item, the tree] */
  const cases: [string, number, number[], object][] = [
    ["core instantiate", 2, [0x00, 3, 1, ...name("a"), 0x12, 4], { kind: "core-instance", op: "instantiate", target: 3, args: [{ name: "a", instance: 4 }] }],
    ["core inline exports", 2, [0x01, 1, ...name("a"), 0x04, 5], { kind: "core-instance", op: "inline", exports: [{ name: "a", item: { sort: "tag", index: 5 } }] }],
    ["core recursion group", 3, [0x4e, 2, 0x60, 0, 0, 0x5f, 0], { kind: "core-type", type: { kind: "rec", range: { start: 11, end: 18 }, count: 2 } }],
    ["core type that is open", 3, [0x00, 0x50, 0, 0x60, 0, 0], { kind: "core-type", type: { kind: "rec", range: { start: 12, end: 17 }, count: 1 } }],
    ["core type that is open, in a module type", 3, [0x50, 2, 0x01, 0x50, 0, 0x60, 0, 0, 0x01, 0x00, 0x50, 0, 0x60, 0, 0], {
      kind: "core-type",
      type: {
        kind: "module",
        declarations: [
          { kind: "type", type: { kind: "rec", range: { start: 14, end: 19 }, count: 1 } },
          { kind: "type", type: { kind: "rec", range: { start: 21, end: 26 }, count: 1 } },
        ],
      },
    }],
    ["core module type", 3, [0x50, 4, 0x00, ...name("a"), ...name("b"), 0x02, 0x00, 1, 0x01, 0x60, 0, 0, 0x02, 0x10, 0x01, 1, 2, 0x03, ...name("c"), 0x00, 7], {
      kind: "core-type",
      type: {
        kind: "module",
        declarations: [
          { kind: "import", module: "a", name: "b", type: { start: 18, end: 21 } },
          { kind: "type", type: { kind: "rec", range: { start: 22, end: 25 }, count: 1 } },
          { kind: "alias", sort: "type", count: 1, index: 2 },
          { kind: "export", name: "c", type: { start: 33, end: 35 } },
        ],
      },
    }],
    ["instantiate", 5, [0x00, 1, 1, ...name("a"), 0x00, 0x11, 2], { kind: "instance", op: "instantiate", target: 1, args: [{ name: "a", item: { sort: "core module", index: 2 } }] }],
    ["inline exports", 5, [0x01, 1, 0x00, ...name("a"), 0x02, 3], { kind: "instance", op: "inline", exports: [{ name: { name: "a", attributes: [] }, item: { sort: "value", index: 3 } }] }],
    ["alias of an export", 6, [0x01, 0x00, 2, ...name("a")], { kind: "alias", sort: "func", target: { from: "export", instance: 2, name: "a" } }],
    ["alias of a core export", 6, [0x00, 0x02, 0x01, 2, ...name("a")], { kind: "alias", sort: "core memory", target: { from: "core-export", instance: 2, name: "a" } }],
    ["outer alias", 6, [0x04, 0x02, 1, 9], { kind: "alias", sort: "component", target: { from: "outer", count: 1, index: 9 } }],
    ["record", 7, [0x72, 1, ...name("a"), 0x05], { kind: "type", type: { kind: "record", fields: [{ label: "a", type: 5 }] } }],
    ["variant", 7, [0x71, 2, ...name("a"), 0x00, 0x00, ...name("b"), 0x01, 0x73, 0x00], { kind: "type", type: { kind: "variant", cases: [{ label: "a" }, { label: "b", type: "string" }] } }],
    ["list", 7, [0x70, 0xff, 0x00], { kind: "type", type: { kind: "list", element: 127 } }],
    ["list of fixed length", 7, [0x67, 0x7d, 0x80, 0x01], { kind: "type", type: { kind: "list", element: "u8", length: 128 } }],
    ["tuple", 7, [0x6f, 2, 0x7f, 0x00], { kind: "type", type: { kind: "tuple", types: ["bool", 0] } }],
    ["flags", 7, [0x6e, 1, ...name("a")], { kind: "type", type: { kind: "flags", labels: [{ label: "a" }] } }],
    ["enum", 7, [0x6d, 0], { kind: "type", type: { kind: "enum", labels: [] } }],
    ["option", 7, [0x6b, 0x64], { kind: "type", type: { kind: "option", type: "error-context" } }],
    ["result", 7, [0x6a, 0x01, 0x7f, 0x00], { kind: "type", type: { kind: "result", ok: "bool" } }],
    ["own", 7, [0x69, 3], { kind: "type", type: { kind: "own", resource: 3 } }],
    ["borrow", 7, [0x68, 3], { kind: "type", type: { kind: "borrow", resource: 3 } }],
    ["stream", 7, [0x66, 0x01, 0x74], { kind: "type", type: { kind: "stream", payload: "char" } }],
    ["future", 7, [0x65, 0x00], { kind: "type", type: { kind: "future" } }],
    ["map", 7, [0x63, 0x73, 0x02], { kind: "type", type: { kind: "map", key: "string", value: 2 } }],
    ["function", 7, [0x40, 1, ...name("x"), 0x76, 0x00, 0x75], { kind: "type", type: { kind: "func", async: false, params: [{ label: "x", type: "f32" }], result: "f64" } }],
    ["async function", 7, [0x43, 0, 0x01, 0x00], { kind: "type", type: { kind: "func", async: true, params: [] } }],
    ["resource", 7, [0x3f, 0x7e, 0x01, 6], { kind: "type", type: { kind: "resource", rep: "i64", destructor: 6 } }],
    ["resource of references", 7, [0x3f, 0x6f, 0x00], { kind: "type", type: { kind: "resource", rep: "ref" } }],
    ["component type", 7, [0x41, 3, 0x03, 0x00, ...name("a"), 0x03, 0x01, 0x00, 0x60, 0, 0, 0x01, 0x42, 1, 0x02, 0x03, 0x02, 2, 0], {
      kind: "type",
      type: {
        kind: "component",
        declarations: [
          { kind: "import-decl", name: { name: "a", attributes: [] }, type: { kind: "type", bound: "sub-resource" } },
          { kind: "core-type", type: { kind: "rec", range: { start: 20, end: 23 }, count: 1 } },
          { kind: "type", type: { kind: "instance", declarations: [{ kind: "alias", sort: "type", target: { from: "outer", count: 2, index: 0 } }] } },
        ],
      },
    }],
    ["instance type", 7, [0x42, 1, 0x04, 0x01, ...name("a"), 0x02, 0x01, 0x73], {
      kind: "type",
      type: { kind: "instance", declarations: [{ kind: "export-decl", name: { name: "a", attributes: [] }, type: { kind: "value", bound: "type", type: "string" } }] },
    }],
    ["lift", 8, [0x00, 0x00, 1, 2, 0x06, 0x07, 4, 3], { kind: "canon", op: "lift", func: 1, options: [{ option: "async" }, { option: "callback", index: 4 }], type: 3 }],
    ["lower", 8, [0x01, 0x00, 1, 5, 0x00, 0x01, 0x02, 0x03, 5, 0x04, 6], {
      kind: "canon",
      op: "lower",
      func: 1,
      options: [
        { option: "utf8" }, { option: "utf16" }, { option: "latin1+utf16" }, { option: "memory", index: 5 },
        { option: "realloc", index: 6 },
      ],
    }],
    ["post-return", 8, [0x00, 0x00, 1, 1, 0x05, 4, 3], { kind: "canon", op: "lift", func: 1, options: [{ option: "post-return", index: 4 }], type: 3 }],
    ["import", 10, [0x00, ...name("a"), 0x00, 0x11, 4], { kind: "import", name: { name: "a", attributes: [] }, type: { kind: "core-module", type: 4 } }],
    ["import with attributes", 10, [0x02, ...name("a"), 3, 0x00, ...name("n:p/i"), 0x01, ...name(".2"), 0x02, ...name(""), 0x05, 1], {
      kind: "import",
      name: {
        name: "a",
        attributes: [{ attribute: "implements", value: "n:p/i" }, { attribute: "versionsuffix", value: ".2" }, { attribute: "external-id", value: "" }],
      },
      type: { kind: "instance", type: 1 },
    }],
    ["import of a value", 10, [0x00, ...name("a"), 0x02, 0x00, 4], { kind: "import", name: { name: "a", attributes: [] }, type: { kind: "value", bound: "eq", value: 4 } }],
    ["export", 11, [0x00, ...name("a"), 0x04, 4, 0x00], { kind: "export", name: { name: "a", attributes: [] }, item: { sort: "component", index: 4 } }],
    ["export with a type", 11, [0x00, ...name("a"), 0x03, 4, 0x01, 0x03, 0x00, 2], {
      kind: "export",
      name: { name: "a", attributes: [] },
      item: { sort: "type", index: 4 },
      type: { kind: "type", bound: "eq", type: 2 },
    }],
    ["value", 12, [0x73, 3, 2, 0x61, 0x62], { kind: "value", type: "string", range: { start: 13, end: 16 } }],
  ]; // biome-ignore format: a table
  for (const [what, id, item, tree] of cases) {
    it(`reads: ${what}`, () => {
      const { definitions } = decodeComponent(component(section(id, 1, ...item)));
      assert.deepEqual(definitions.map(shape), [tree]);
      assert.equal(definitions[0]!.offset, CONTENT + 1);
    });
  }

  it("reads a start definition, which is alone in its section", () => {
    const { definitions } = decodeComponent(component(section(9, 3, 2, 5, 6, 1)));
    assert.deepEqual(definitions, [{ kind: "start", offset: CONTENT, func: 3, args: [5, 6], results: 1 }]);
  });

  it("leaves core modules and custom sections where they are", () => {
    const bytes = component(section(1, ...modulePreamble, ...section(0, ...name("x"))), section(0, ...name("c"), 1, 2));
    assert.deepEqual(decodeComponent(bytes), {
      start: 0,
      end: bytes.length,
      definitions: [{ kind: "core-module", offset: 8, range: { start: 10, end: 22 } }],
      customs: [{ name: "c", start: 26, end: 28 }],
    });
  });

  it("keeps nested components in order, with offsets from the start of the outermost", () => {
    const inner = [...preamble, ...section(7, 1, 0x73)];
    const bytes = component(section(4, ...inner), section(4, ...preamble), section(7, 1, 0x7f));
    const { definitions } = decodeComponent(bytes);
    assert.deepEqual(shape(definitions), [
      {
        kind: "component",
        component: {
          start: 10,
          end: 22,
          definitions: [{ kind: "type", type: { kind: "primitive", type: "string" } }],
          customs: [],
        },
      },
      { kind: "component", component: { start: 24, end: 32, definitions: [], customs: [] } },
      { kind: "type", type: { kind: "primitive", type: "bool" } },
    ]);
    const first = definitions[0]!;
    assert.ok(first.kind === "component");
    assert.equal(first.component.definitions[0]!.offset, 21);
  });
});

describe("built-ins", () => {
  const immediates = {
    resource: [[7], { resource: 7 }],
    stream: [[7], { stream: 7 }],
    future: [[7], { future: 7 }],
    "core-func-type": [[5], { "core-func-type": 5 }],
    table: [[6], { table: 6 }],
    memory: [[4], { memory: 4 }],
    "core-type": [[0x7e], { "core-type": "i64" }],
    slot: [[1], { slot: 1 }],
    async: [[1], { async: true }],
    cancellable: [[0], { cancellable: false }],
    shared: [[1], { shared: true }],
    result: [[0x00, 0x79], { result: { type: "u32" } }],
    options: [[1, 0x03, 2], { options: [{ option: "memory", index: 2 }] }],
  } as const;
  for (const key of Object.keys(builtins) as (keyof typeof builtins)[]) {
    it(`reads ${key}`, () => {
      const row = builtin(key);
      const parts = row.immediates.map((immediate) => immediates[immediate]);
      const bytes = component(section(8, 1, row.opcode, ...parts.flatMap(([encoded]) => [...encoded])));
      assert.deepEqual(decodeComponent(bytes).definitions.map(shape), [
        { kind: "canon", op: "builtin", builtin: key, immediates: Object.assign({}, ...parts.map(([, tree]) => tree)) },
      ]);
    });
  }
  it("have an opcode each", () => {
    const opcodes = Object.values(builtins).map(({ opcode }) => opcode);
    assert.equal(new Set(opcodes).size, opcodes.length);
  });
  it("include all that the assembler has", async () => {
    const { definitions } = decodeComponent(await assemble("async"));
    const found = new Set(definitions.flatMap((d) => (d.kind === "canon" && d.op === "builtin" ? [d.builtin] : [])));
    const missing = Object.keys(builtins).filter((key) => !found.has(key as keyof typeof builtins));
    assert.deepEqual(missing, [
      "resource.new", "resource.drop", "resource.rep", "thread.spawn-ref", "thread.spawn-indirect", "thread.available-parallelism",
    ]); // biome-ignore format: a list
  });
});

describe("malformed definitions", () => {
  /** [section, contents, the reason, where in the contents] */
  const cases: [number, number[], string, number][] = [
    [2, [1, 0x02], "invalid leading byte (0x2) for core instance", 1],
    [2, [1, 0x00, 0, 1, 0, 0x10, 0], "invalid leading byte (0x10) for instantiation arg kind", 5],
    [2, [1, 0x01, 1, 0, 0x05, 0], "invalid leading byte (0x5) for external kind", 4],
    [3, [1, 0x00, 0x60, 0, 0], "invalid leading byte (0x60) for non-final sub type", 2],
    [3, [1, 0x61], "invalid leading byte (0x61) for type definition", 1],
    [3, [1, 0x50, 1, 0x04], "invalid leading byte (0x4) for type definition", 3],
    [3, [1, 0x50, 1, 0x02, 0x12, 0x01, 1, 0], "invalid leading byte (0x12) for outer alias kind", 4],
    [3, [1, 0x50, 1, 0x02, 0x10, 0x02, 1, 0], "invalid leading byte (0x2) for outer alias target", 5],
    [3, [1, 0x50, 1, 0x03, 0, 0x05, 0], "invalid leading byte (0x5) for external kind", 5],
    [5, [1, 0x02], "invalid leading byte (0x2) for instance", 1],
    [5, [1, 0x00, 0, 1, 0, 0x06, 0], "invalid leading byte (0x6) for component external kind", 5],
    [6, [1, 0x01, 0x03, 0, 0], "invalid leading byte (0x3) for alias", 2],
    [6, [1, 0x01, 0x02, 0, 0], "invalid leading byte (0x1) for component outer alias kind", 1],
    [6, [1, 0x00, 0x00, 0x02, 0, 0], "invalid leading byte (0x0) for component outer alias kind", 2],
    [6, [1, 0x07, 0x00, 0, 0], "invalid leading byte (0x7) for component external kind", 1],
    [7, [1, 0x62], "invalid leading byte (0x62) for component defined type", 1],
    [7, [1, 0x70, 0x40], "invalid leading byte (0x40) for component value type", 2],
    [7, [1, 0x6a, 0x02, 0x00], "invalid leading byte (0x2) for optional component value type", 2],
    [7, [1, 0x71, 1, 1, 0x61, 0x00, 0x01], "invalid leading byte (0x1) for zero byte required", 6],
    [7, [1, 0x40, 0, 0x02], "invalid leading byte (0x2) for component function results", 3],
    [7, [1, 0x40, 0, 0x01, 0x02], "invalid leading byte (0x2) for number of results", 4],
    [7, [1, 0x3f, 0x7f, 0x02], "invalid leading byte (0x2) for resource destructor", 3],
    [
      7,
      [1, 0x42, 1, 0x03, 0, 1, 0x61, 0x01, 0],
      "invalid leading byte (0x3) for component or instance type declaration",
      3,
    ],
    [8, [1, 0x07], "invalid leading byte (0x7) for canonical function", 1],
    [8, [1, 0x00, 0x01], "invalid leading byte (0x1) for canonical function lift", 2],
    [8, [1, 0x01, 0x02], "invalid leading byte (0x2) for canonical function lower", 2],
    [8, [1, 0x01, 0x00, 0, 1, 0x08, 0], "invalid leading byte (0x8) for canonical option", 5],
    [8, [1, 0x06, 0x02], "invalid boolean value 0x2", 2],
    [10, [1, 0x03, 1, 0x61, 0x01, 0], "invalid leading byte (0x3) for component name", 1],
    [10, [1, 0x02, 1, 0x61, 1, 0x03, 0, 0x01, 0], "invalid leading byte (0x3) for name option", 5],
    [10, [1, 0x00, 1, 0x61, 0x00, 0x12, 0], "invalid leading byte (0x12) for component external kind", 5],
    [10, [1, 0x00, 1, 0x61, 0x03, 0x02], "invalid leading byte (0x2) for type bound", 5],
    [10, [1, 0x00, 1, 0x61, 0x02, 0x02], "invalid leading byte (0x2) for value bound", 5],
    [11, [1, 0x00, 1, 0x61, 0x01, 0, 0x02], "invalid leading byte (0x2) for optional component export type", 6],
    [12, [1, 0x7d, 5, 0], "unexpected end-of-file", 4],
    [1, [...modulePreamble, 1, 1, 0, 1, 1, 0], "section out of order", 11],
    [1, [...preamble], "expected a version header for a module", 4],
    [4, modulePreamble, "expected a version header for a component", 4],
    [0, [2, 0xff, 0xfe], "malformed UTF-8 encoding", 1],
    [0, [5, 0x61], "unexpected end-of-file", 2],
    [7, [2, 0x73], "unexpected end-of-file", 2],
    [7, [0, 0x73], "unexpected data at the end of the section of types", 1],
    [9, [0, 0, 0, 0], "unexpected data at the end of the start section", 3],
    [13, [], "malformed section id: 13", -2],
    [0x80, [], "malformed section id: 128", -2],
  ];
  for (const [id, content, reason, offset] of cases) {
    it(`section ${id} [${content.map((b) => b.toString(16))}]: ${reason}`, () => {
      const error = failure(component([id, content.length, ...content]));
      assert.deepEqual({ phase: error.phase, code: error.code }, { phase: "decode", code: "malformed" });
      assert.ok(error.reason.includes(reason), error.reason);
      assert.equal(error.offset, CONTENT + offset);
    });
  }
  it("a section beyond the end", () => assert.match(failure(component([7, 5, 0])).reason, /unexpected end-of-file/));
  it("a section without a size", () => assert.match(failure(component([7])).reason, /unexpected end-of-file/));
});
