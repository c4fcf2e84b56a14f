import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { isGuestFailure, reasonOf, trap, trapOnThrow, trapWith } from "../../../src/runtime/trap.ts";
import { module } from "./plans.ts";

const reason = new ComponentError("trap", "test", "for a test");

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

/** A guest that calls its import and answers 1 if it could catch what came out of it. */
async function catcher(thrower: () => void): Promise<() => number> {
  const text = `(module
    (import "" "f" (func $f))
    (func (export "run") (result i32)
      (block $caught
        (try_table (catch_all $caught) (call $f))
        (return (i32.const 0)))
      (i32.const 1)))`;
  return new WebAssembly.Instance(await module(text), { "": { f: thrower } }).exports["run"] as () => number;
}

const hasExnref = WebAssembly.validate(
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 31, 64, 0, 11, 11),
);

test("a guest catches exceptions of JavaScript, and no trap", { skip: !hasExnref }, async () => {
  const exceptions: (() => void)[] = [
    () => { throw new Error("caught"); },
    () => { throw new WebAssembly.RuntimeError("caught"); },
  ]; // biome-ignore format: a table
  for (const thrower of exceptions) assert.equal((await catcher(thrower))(), 1);
  const traps = [
    () => trapWith(reason),
    () => trap("cannot-leave"),
    () => trapOnThrow(new Error("host")),
    () => trapOnThrow(new WebAssembly.RuntimeError("fake")),
    () => trapOnThrow("text"),
  ];
  for (const thrower of traps) {
    const run = await catcher(thrower);
    assert.ok(caught(run) instanceof WebAssembly.RuntimeError);
  }
});

test("the reason travels with the trap", () => {
  assert.equal(reasonOf(caught(() => trapWith(reason))), reason);
  const trapped = reasonOf(caught(() => trap("unknown-handle", { index: 7 })));
  assert.deepEqual(
    [trapped.phase, trapped.code, trapped.message],
    ["trap", "unknown-handle", "unknown handle index 7"],
  );
});

test("the engine's own words of a core trap are kept as its cause", async () => {
  const divide = new WebAssembly.Instance(
    await module('(module (func (export "run") (drop (i32.div_u (i32.const 1) (i32.const 0)))))'),
  ).exports["run"] as () => void;
  const engines = caught(divide);
  assert.ok(engines instanceof WebAssembly.RuntimeError);
  assert.equal(reasonOf(engines).cause, engines);
  assert.equal((reasonOf(caught(() => trapOnThrow(engines))).cause as Error).message, engines.message);
});

test("whatever a host function throws becomes a trap that tells of it", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const silent = Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no");
    },
  });
  const cases: [thrown: unknown, told: string][] = [
    [Object.create(null), "{}"],
    [{ toString: () => assert.fail("called") }, "{ toString: a function }"],
    [Symbol("s"), "a symbol"],
    [proxy, "an object that cannot be read"],
    [silent, "an object that cannot be read"],
    ["text", "text"],
  ];
  for (const [thrown, told] of cases) {
    const reason = reasonOf(caught(() => trapOnThrow(thrown, ["import"])));
    assert.deepEqual([reason.code, reason.message], ["host-error", `import: a host function threw: ${told}`]);
    assert.ok(reason.cause === thrown);
  }
});

test("a trap passes trapOnThrow as it is, anything else of the host's becomes the cause of one", () => {
  const error = caught(() => trapWith(reason));
  assert.equal(
    caught(() => trapOnThrow(error)),
    error,
  );
  for (const thrown of [new TypeError("oops"), new ComponentError("call", "wrong-value", "oops"), "oops", undefined]) {
    const told = reasonOf(caught(() => trapOnThrow(thrown, ['import "x"'])));
    assert.deepEqual([told.phase, told.code, told.path, told.cause], ["trap", "host-error", ['import "x"'], thrown]);
    assert.equal(told.message, `import "x": a host function threw: ${thrown === undefined ? "undefined" : "oops"}`);
  }
});

test("core traps are worded alike", async () => {
  const text = `(module
    (memory 1) (table 2 funcref) (elem (i32.const 0) $f)
    (type $t (func)) (type $u (func (param i32)))
    (func $f)
    (func (export "unreachable") unreachable)
    (func (export "load") (drop (i32.load (i32.const 0x7fffffff))))
    (func (export "divide") (drop (i32.div_s (i32.const 1) (i32.const 0))))
    (func (export "remainder") (drop (i32.rem_s (i32.const 1) (i32.const 0))))
    (func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
    (func (export "truncate") (drop (i32.trunc_f64_s (f64.const nan))))
    (func (export "table") (call_indirect (type $t) (i32.const 9)))
    (func (export "type") (call_indirect (type $u) (i32.const 1) (i32.const 0))))`;
  const exports = new WebAssembly.Instance(await module(text)).exports as Record<string, () => void>;
  const distinguishesNull = !/null/.test(String(caught(() => exports["type"]?.())));
  const messages = Object.entries(exports).map(([name, f]) => [name, reasonOf(caught(f)).message]);
  assert.deepEqual(Object.fromEntries(messages), {
    unreachable: "wasm trap: wasm `unreachable` instruction executed",
    load: "wasm trap: out of bounds memory access",
    divide: "wasm trap: integer divide by zero",
    remainder: "wasm trap: integer divide by zero",
    overflow: "wasm trap: integer overflow",
    truncate: "wasm trap: invalid conversion to integer",
    table: "wasm trap: undefined element: out of bounds table access",
    type: distinguishesNull
      ? "wasm trap: indirect call type mismatch"
      : "wasm trap: uninitialized element, or indirect call type mismatch",
  });
});

test("core traps are known by the words of all engines", () => {
  const cases: [message: string, told: string][] = [
    ["table index is out of bounds", "undefined element: out of bounds table access"],
    ["Out of bounds call_indirect (evaluating 'f()')", "undefined element: out of bounds table access"],
    ["null function", "uninitialized element"],
    ["null function or function signature mismatch", "uninitialized element, or indirect call type mismatch"],
    ["indirect call to null", "uninitialized element"],
    ["function signature mismatch", "indirect call type mismatch"],
    ["call_indirect to a signature that does not match (evaluating 'f()')", "indirect call type mismatch"],
    ["dereferencing a null pointer", "null reference"],
    ["call_ref to a null reference (evaluating 'f()')", "null reference"],
    ["Out of bounds memory access (evaluating 'f()')", "out of bounds memory access"],
    ["Out of bounds memory access (evaluating 'unreachable(\n\"table\")')", "out of bounds memory access"],
    ["Out of bounds Trunc operation (evaluating 'f()')", "invalid conversion to integer"],
    ["something new (evaluating 'f(\"unreachable\")')", "something new"],
  ];
  for (const [message, told] of cases)
    assert.equal(reasonOf(new WebAssembly.RuntimeError(message)).message, `wasm trap: ${told}`);
});

test("an exhausted stack is the guest's failure, a RangeError of the host's is not", () => {
  const recurse = (): number => recurse() + 1;
  const overflow = caught(recurse);
  assert.equal(isGuestFailure(overflow), true);
  assert.equal(reasonOf(overflow).code, "stack-overflow");
  assert.equal(isGuestFailure(new RangeError("Invalid array length")), false);
  assert.equal(reasonOf(new RangeError("Invalid array length")).code, "host-error");
});
