import assert from "node:assert/strict";
import { test } from "node:test";
import { assembleScript, readScript } from "../../../src/wast/script.ts";

const only = (source: string) => {
  const script = readScript(source);
  assert.equal(script.length, 1);
  return script[0]!;
};

test("directives are read with their parts and their lines", () => {
  assert.deepEqual(only("(component)"), {
    kind: "component",
    id: undefined,
    source: { form: "text", text: "(component)" },
    line: 1,
  });
  assert.deepEqual(only("\n(component $C (core module))"), {
    kind: "component",
    id: "C",
    source: { form: "text", text: "(component $C (core module))" },
    line: 2,
  });
  assert.deepEqual(only("(component definition $D (type u8))"), {
    kind: "definition",
    id: "D",
    source: { form: "text", text: "(component            $D (type u8))" },
    line: 1,
  });
  assert.deepEqual(only("(component instance $i $D)"), { kind: "instance", id: "i", definition: "D", line: 1 });
  assert.deepEqual(only("(component instance)"), { kind: "instance", id: undefined, definition: undefined, line: 1 });
  assert.deepEqual(only('(component definition binary "\\00a" "sm")'), {
    kind: "definition",
    id: undefined,
    source: { form: "binary", bytes: Uint8Array.of(0, 97, 115, 109) },
    line: 1,
  });
  assert.deepEqual(only('(component $q quote "(type" "u8)")'), {
    kind: "component",
    id: "q",
    source: { form: "quote", text: "(component (type u8) )" },
    line: 1,
  });
  assert.deepEqual(only('(register "a" $i)'), { kind: "register", name: "a", instance: "i", line: 1 });
  assert.deepEqual(only('(invoke "f")'), {
    kind: "invoke",
    invocation: { instance: undefined, name: "f", args: [] },
    line: 1,
  });
  assert.deepEqual(only('(assert_return (invoke $i "f" (u8.const 1)) (bool.const true))'), {
    kind: "assert_return",
    invocation: { instance: "i", name: "f", args: [{ kind: "u8", value: 1n }] },
    results: [{ kind: "bool", value: true }],
    line: 1,
  });
  assert.deepEqual(only('(assert_trap (component) "m")'), {
    kind: "assert_trap",
    of: "component",
    source: { form: "text", text: "(component)" },
    message: "m",
    line: 1,
  });
  assert.equal(only('(assert_trap (invoke "f") "m")').kind, "assert_trap");
  assert.equal(only('(assert_unlinkable (component) "m")').kind, "assert_unlinkable");
});

test("a directive that is not understood does not hide the others", () => {
  const script = readScript('(frobnicate)\n(assert_return (invoke "f") (x.const 1))\n(component)\n(module)');
  assert.deepEqual(
    script.map((d) => (d.kind === "unreadable" ? d.reason : d.kind)),
    [
      "line 1: unknown directive `frobnicate`",
      "line 2: unknown kind of value `x.const`",
      "component",
      "line 4: unknown directive `module`",
    ],
  );
});

test("the assembler gets texts, and may refuse them", async () => {
  const texts: string[] = [];
  const script = await assembleScript(
    readScript('(component) (assert_malformed (component quote "x") "m") (component binary "y")'),
    async (text) => {
      texts.push(text);
      if (text.includes("x")) throw new Error("no x");
      return Uint8Array.of(1);
    },
  );
  assert.deepEqual(texts, ["(component)", "(component x )"]);
  assert.deepEqual(
    script.map((d) => "source" in d && d.source),
    [
      { form: "text", bytes: Uint8Array.of(1) },
      { form: "quote", refused: "no x" },
      { form: "binary", bytes: Uint8Array.of(0x79) },
    ],
  );
});
