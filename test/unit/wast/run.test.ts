import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, runScript } from "../../../src/wast/run.ts";
import { assembleScript, readScript } from "../../../src/wast/script.ts";
import { createHost } from "./fake-host.ts";

/** The fake host's components are quoted: `(component quote "ok")`. The fake assembler refuses texts with `!`. */
async function assemble(text: string): Promise<Uint8Array> {
  if (text.includes("!!")) {
    const place = 'text: Some(Text { line: 1, col: 82, snippet: "(memory $i \\"m\\")" })';
    throw new Error(
      `Error { kind: Wast(Error { inner: ErrorInner { ${place}, kind: Custom("write \\"it\\" so") } }) }`,
    );
  }
  if (text.includes("!")) throw new Error('kind: Lex(UnexpectedToken("!"))');
  return new TextEncoder().encode(text.replace(/^\(component (.*) \)$/, "$1"));
}

async function run(
  source: string,
  options: { host?: object; timeLimit?: number; lost?: Map<number, string> } = {},
): Promise<Outcome[]> {
  const script = await assembleScript(readScript(source), assemble);
  return runScript(
    script,
    { ...createHost(), ...options.host },
    { timeLimit: options.timeLimit ?? 5000, lost: options.lost },
  );
}

async function expect(
  source: string,
  expected: (RegExp | "passed" | "skipped")[],
  options: Parameters<typeof run>[1] = {},
): Promise<void> {
  const outcomes = await run(source, options);
  assert.equal(outcomes.length, expected.length);
  for (const [i, wanted] of expected.entries()) {
    const { status, reason = "" } = outcomes[i]!;
    if (wanted instanceof RegExp) {
      assert.equal(status, "failed", `directive ${i} of ${source}: ${reason}`);
      assert.match(reason, wanted);
    } else {
      assert.equal(status, wanted, `directive ${i} of ${source}: ${reason}`);
    }
  }
}

const ok = '(component quote "ok")';

test("an invocation passes if it returns what the script expects, and else says why not", () =>
  expect(
    `${ok}
     (assert_return (invoke "id" (u32.const 3)) (u32.const 3))
     (assert_return (invoke "id" (u32.const 3)) (u32.const 4))
     (assert_return (invoke "id") (u32.const 3))
     (assert_return (invoke "id" (u8.const 3)) (u32.const 3))
     (assert_return (invoke "missing"))
     (assert_return (invoke "div" (u32.const 1)) (result.ok (u32.const 1)))
     (assert_return (invoke "div" (u32.const 0)) (result.err (str.const "zero")))
     (assert_return (invoke "trap"))
     (invoke "id" (u32.const 1))
     (invoke "trap")`,
    [
      "passed",
      "passed",
      /expected 4, got 3/,
      /1 parameters, the script gives 0/,
      /kind u8 where u32 is wanted/,
      /exports no function "missing"/,
      "passed",
      "passed",
      /trap error \(test\): unknown handle index 7/,
      "passed",
      /unknown handle index 7/,
    ],
  ));

test("a trap counts only if it is one, for the reason expected", () =>
  expect(
    `${ok}
     (assert_trap (invoke "trap") "unknown handle index 7")
     (assert_trap (invoke "trap") "wasm trap: unknown handle")
     (assert_trap (invoke "trap") "deadlock")
     (assert_trap (invoke "unreachable") "unknown handle")
     (assert_trap (invoke "unreachable") "unreachable")
     (assert_trap (invoke "null") "uninitialized element")
     (assert_trap (invoke "link") "unknown handle")
     (assert_trap (invoke "bug") "unknown handle")
     (assert_trap (invoke "id" (u32.const 1)) "unknown handle")
     (assert_trap (component quote "instantiate trap boom") "boom")
     (assert_trap (component quote "instantiate link boom") "boom")
     (assert_trap (component quote "compile validate boom") "boom")
     (assert_trap (component quote "ok") "boom")`,
    [
      "passed",
      "passed",
      "passed",
      /expected trap error "deadlock", got trap error/,
      /expected trap error "unknown handle", got trap error/,
      "passed",
      "passed",
      /got link error/,
      /a fault of the runtime: TypeError/,
      /got 1/,
      "passed",
      /got link error/,
      /validate error \(test\): boom/,
      /got an instance/,
    ],
  ));

test("a component has to be refused in the phase and for the reason that the script expects", () =>
  expect(
    `(assert_invalid (component quote "compile validate unknown type 3") "unknown type")
     (assert_invalid (component quote "compile decode unknown type 3") "unknown type")
     (assert_invalid (component quote "compile validate unknown type 3") "duplicate")
     (assert_invalid (component quote "compile unsupported unknown type") "unknown type")
     (assert_invalid (component quote "compile bug unknown type") "unknown type")
     (assert_invalid (component quote "ok") "unknown type")
     (assert_invalid (component quote "!") "unexpected token")
     (assert_malformed (component quote "compile decode too long") "too long")
     (assert_malformed (component quote "compile validate too long") "too long")
     (assert_malformed (component quote "!") "unexpected token")
     (assert_malformed (component quote "!") "invalid escape")
     (assert_unlinkable (component quote "instantiate link no f") "no f")
     (assert_unlinkable (component quote "instantiate trap no f") "no f")
     (assert_unlinkable (component quote "compile validate no f") "no f")`,
    [
      "passed",
      "passed",
      /expected validate error "duplicate", got validate error \(test\): unknown type 3/,
      /got unsupported error/,
      /a fault of the runtime/,
      /got a valid component/,
      /the assembler refuses it/,
      "passed",
      /expected decode error "too long", got validate error/,
      "passed",
      /but the assembler says/,
      "passed",
      /got trap error/,
      /validate error/,
    ],
  ));

test("instances are made of definitions, and found by their names, which have to be there", () =>
  expect(
    `(component instance)
     (component definition quote "ok")
     (component definition $D quote "ok")
     (component instance)
     (component instance $i $D)
     (assert_return (invoke $i "id" (u32.const 1)) (u32.const 1))
     (component instance $j $E)
     (assert_return (invoke $j "id" (u32.const 1)) (u32.const 1))
     (register "i" $i)
     (register "k" $k)`,
    [
      /there is no definition here/,
      "passed",
      "passed",
      "passed",
      "passed",
      "passed",
      /there is no definition \$E/,
      /there is no instance \$j/,
      "passed",
      /there is no instance \$k/,
    ],
  ));

test("after a component that fails, the instance before it is gone", () =>
  expect(
    `(component $a quote "ok")
     (component $a quote "instantiate trap boom")
     (assert_return (invoke "id" (u32.const 1)) (u32.const 1))
     (assert_return (invoke $a "id" (u32.const 1)) (u32.const 1))
     (assert_trap (invoke "trap") "unknown handle")`,
    ["passed", /boom/, /there is no instance, since line 2/, /there is no instance \$a/, /since line 2/],
  ));

test("a definition that fails is gone, too", () =>
  expect(
    `(component definition $D quote "ok")
     (component definition $D quote "compile validate no")
     (component instance $i $D)`,
    ["passed", /validate error/, /there is no definition \$D/],
  ));

test("a call that never ends fails, and its instance is gone", () =>
  expect(
    `(component $a quote "ok")
     (assert_return (invoke "never"))
     (assert_return (invoke "id" (u32.const 1)) (u32.const 1))
     (component quote "ok")
     (assert_return (invoke "id" (u32.const 1)) (u32.const 1))`,
    ["passed", /timed out after 0.02 s/, /since line 2/, "passed", "passed"],
    { timeLimit: 20 },
  ));

test("a directive that is known to be lost is not run", () =>
  expect(`${ok}\n(assert_return (invoke "loop"))\n(invoke "id" (u32.const 1))`, ["passed", /it hung/, /since line 2/], {
    lost: new Map([[1, "it hung"]]),
  }));

test("of a host that only compiles, what takes an instance is skipped", () =>
  expect(
    `(component quote "instantiate trap boom")
     (component quote "compile validate no")
     (component definition $D quote "ok")
     (component instance $i $D)
     (assert_return (invoke "id" (u32.const 1)) (u32.const 1))
     (assert_trap (component quote "compile validate no") "no")
     (assert_trap (component quote "ok") "no")
     (assert_invalid (component quote "compile validate no") "no")`,
    ["passed", /validate error/, "passed", "skipped", "skipped", /validate error/, "skipped", "passed"],
    { host: { compileOnly: true } },
  ));

test("what the assembler says is told in brief", () =>
  expect('(component quote "!!") (assert_malformed (component quote "!!") "other")', [
    /^the assembler refuses it: write "it" so \(line 2 of it, column 83\)$/,
    /^expected "other", but the assembler says write "it" so \(line 2 of it, column 83\)$/,
  ]));
