import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { chooseTier } from "../../../src/codegen/tier.ts";
import { importOf } from "../ending.ts";

test("nothing is probed where the option says what to do, and what is forbidden is not chosen", () => {
  const { Function: original } = globalThis;
  let probes = 0;
  // No class, since Bun makes `Function()` of `new Function()`.
  globalThis.Function = function forbidden() {
    probes++;
    throw new EvalError("refused by policy");
  } as unknown as FunctionConstructor;
  try {
    assert.deepEqual([chooseTier("evaluate"), chooseTier("jit"), probes], ["evaluate", "jit", 0]);
    assert.deepEqual([chooseTier(), chooseTier(), probes], ["evaluate", "evaluate", 1]);
  } finally {
    globalThis.Function = original;
  }
});

// JavaScriptCore has no option that forbids it.
test("closures need no code from strings", { skip: "bun" in process.versions }, () => {
  const program = `
    const { compileFunctions } = ${importOf("../../../src/codegen/compile", import.meta.url)};
    const { chooseTier } = ${importOf("../../../src/codegen/tier", import.meta.url)};
    const p = ${importOf("./program", import.meta.url)};
    const types = new p.Types();
    const string = types.of("string");
    const plan = p.plan({ types: types.nodes, funcs: [p.funcType({ s: string }, string)], lifts: [{ func: 0 }], lowers: [{ func: 0 }] });
    const table = compileFunctions(plan, chooseTier());
    const guest = new p.Guest();
    const host = (s) => s + "!";
    const f = p.lifted(table, 0, p.liftBinding(guest, p.liftable(plan, 0, guest, p.lowered(table, 0, guest, { host }))));
    console.log(chooseTier(), f("hello"));`;
  const flag = "--disallow-code-generation-from-strings";
  const args =
    "deno" in process.versions
      ? ["eval", `--v8-flags=${flag}`, program]
      : [flag, "--input-type=module", "--eval", program];
  assert.equal(execFileSync(process.execPath, args, { encoding: "utf8" }), "evaluate hello!\n");
});
