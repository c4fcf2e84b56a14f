import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BuiltinName, builtin, builtinByOpcode, builtins } from "../../../src/abi/builtins.ts";

describe("builtins", () => {
  for (const name of Object.keys(builtins) as BuiltinName[]) {
    it(name, () => {
      const { opcode, immediates, params, results, blocks, feature } = builtin(name);
      assert.equal(builtinByOpcode.get(opcode), name);
      assert.ok(opcode > 0x01, "0x00 and 0x01 are lift and lower");
      assert.ok(results.length <= 1);
      const noun = name.slice(0, name.indexOf("."));
      if (noun === "resource" || noun === "stream" || noun === "future") assert.equal(immediates[0], noun);
      const types = [...params, ...results];
      if (types.includes("rep")) assert.ok(immediates.includes("resource"));
      if (types.includes("ptr")) assert.ok(immediates.includes("options") || immediates.includes("memory"));
      if (types.includes("core-type")) assert.ok(immediates.includes("core-type"));
      if (types.includes("table")) assert.ok(immediates.includes("table"));
      if (types.includes("closure") || types.includes("funcref")) assert.ok(immediates.includes("core-func-type"));
      if (types.includes("flat-result")) assert.ok(immediates.includes("result"));
      if (blocks === "if-sync") assert.ok(immediates.includes("async") || immediates.includes("options"));
      assert.equal(feature === undefined, noun === "resource");
    });
  }
  it("leave the reserved opcodes free", () => {
    const reserved = [0x00, 0x01, 0x07, 0x08, 0x2e, 0x3f, 0x43];
    assert.deepEqual(
      reserved.map((opcode) => builtinByOpcode.get(opcode)),
      reserved.map(() => undefined),
    );
  });
});
