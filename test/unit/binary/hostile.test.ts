/** Bytes that are no component, or one that is too much: decoding ends with an error that has its place, and soon. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeComponent } from "../../../src/binary/component.ts";
import type { ComponentSyntax } from "../../../src/binary/definitions.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { CoreTypeInterner } from "../../../src/wasm/interner.ts";
import { readModule } from "../../../src/wasm/module.ts";
import { picker } from "../../random.ts";
import { leb, preamble } from "./bytes.ts";
import { assemble, samples } from "./samples.ts";

/** Decodes a component and all the modules in it: the error that comes of it, which must be a `ComponentError`. */
function outcome(bytes: Uint8Array): ComponentError | undefined {
  const interner = new CoreTypeInterner();
  const walk = (component: ComponentSyntax): void => {
    for (const definition of component.definitions) {
      if (definition.kind === "core-module") readModule(bytes, definition.range, interner);
      if (definition.kind === "component") walk(definition.component);
    }
  };
  try {
    walk(decodeComponent(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof ComponentError) {
      assert.ok(
        error.offset !== undefined && error.offset >= 0 && error.offset <= bytes.length,
        `offset ${error.offset}`,
      );
      return error;
    }
    throw error;
  }
}

describe("damaged components", () => {
  for (const name of Object.keys(samples)) {
    it(`${name}: decodes as it is`, async () => assert.equal(outcome(await assemble(name)), undefined));

    it(`${name}: cut off anywhere`, async () => {
      const bytes = await assemble(name);
      let rejected = 0;
      for (let length = 0; length < bytes.length; length++) {
        const error = outcome(bytes.slice(0, length));
        if (error === undefined) continue;
        assert.equal(error.phase, "decode");
        rejected++;
      }
      assert.ok(rejected > bytes.length * 0.9);
    });

    it(`${name}: any one byte changed`, async () => {
      const bytes = await assemble(name);
      let rejected = 0;
      for (let i = 0; i < bytes.length; i++) {
        const original = bytes[i]!;
        for (const byte of [
          0x00,
          0x01,
          0x7f,
          0x80,
          0xff,
          original ^ 0x01,
          original ^ 0x80,
          original + 1,
          original - 1,
        ]) {
          bytes[i] = byte;
          if (outcome(bytes) !== undefined) rejected++;
        }
        bytes[i] = original;
      }
      assert.ok(rejected > 0);
    });
  }

  it("random bytes behind a preamble", () => {
    const below = picker(1);
    for (let round = 0; round < 3_000; round++) {
      const content = Array.from({ length: 1 + below(40) }, () => below(0x80));
      const bytes = [...preamble, below(13), content.length, ...content];
      outcome(Uint8Array.from(bytes));
    }
  });
});

describe("nesting", () => {
  /** `levels` times what `head` makes of the size of what is inside it. */
  function nest(levels: number, innermost: readonly number[], head: (size: number) => number[]): Uint8Array {
    const parts: (readonly number[])[] = [innermost];
    for (let size = innermost.length; levels > 0; levels--) {
      const part = head(size);
      parts.push(part);
      size += part.length;
    }
    return Uint8Array.from(parts.reverse().flat());
  }

  const components = (levels: number) => nest(levels - 1, preamble, (size) => [...preamble, 4, ...leb(size)]);
  const section = (id: number, content: Uint8Array) =>
    Uint8Array.from([...preamble, id, ...leb(content.length + 1), 1, ...content]);
  const componentTypes = (levels: number) =>
    section(
      7,
      nest(levels, [0x73], () => [0x41, 1, 0x01]),
    );
  const instanceTypes = (levels: number) =>
    section(
      7,
      nest(levels, [0x73], () => [0x42, 1, 0x01]),
    );
  /** [what, the binary of so many levels, how many are taken] */
  const cases: [string, (levels: number) => Uint8Array, number][] = [
    ["components", components, 1_000],
    ["component types", componentTypes, 100],
    ["instance types", instanceTypes, 100],
  ];
  for (const [what, binary, limit] of cases) {
    it(`${what}: up to the limit`, () => assert.ok(decodeComponent(binary(limit))));
    for (const levels of [limit + 1, 100_000]) {
      it(`${what}: ${levels} levels are answered with the limit`, () => {
        assert.throws(() => decodeComponent(binary(levels)), { phase: "unsupported", code: "limit" });
      });
    }
  }

  it("counts beyond all limits cost nothing", () => {
    for (const id of [2, 3, 5, 6, 7, 8, 10, 11, 12]) {
      const bytes = Uint8Array.from([...preamble, id, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
      assert.throws(() => decodeComponent(bytes), { phase: "decode", code: "malformed" });
    }
  });
});
