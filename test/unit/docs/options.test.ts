/** docs/api.md names every option that there is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Func } from "../../../src/embed/func.ts";
import { Component, Linker, resource, Store } from "../../../src/index.ts";
import { wasi } from "../../../src/wasi/index.ts";

const page = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");
const empty = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00);
const nothing = () => undefined as never;

const takers: Readonly<Record<string, (options: object) => unknown>> = {
  "Component.compile": (options) => Component.compileSync(empty, options),
  "Linker.instantiate": (options) => new Linker().instantiateSync(Component.compileSync(empty), options),
  Store: (options) => new Store(options),
  "Func.with": (options) => new Func("f", nothing, nothing, nothing, nothing).with(options),
  resource: (options) => resource(class {}, options),
  wasi: (options) => wasi(options),
};

for (const [name, take] of Object.entries(takers)) {
  test(`the options of ${name} are documented`, () => {
    assert.throws(
      () => take({ "?": 0 }),
      ({ message }: TypeError) => {
        const names = /there are (.*)$/.exec(message)![1]!.split(", ");
        assert.deepEqual(
          names.filter((option) => !new RegExp(`\`[^\`\n]*\\b${option}\\b[^\`\n]*\``).test(page)),
          [],
        );
        return true;
      },
    );
  });
}
