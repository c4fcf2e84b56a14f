import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { type WasiOptions, wasi } from "../../../src/wasi/index.ts";

test("options of another kind are refused by name", () => {
  const cases: [options: unknown, message: string][] = [
    [null, "expected an object, got null"],
    [
      { stdOut: "inherit" },
      "there is no option stdOut; there are args, env, cwd, stdin, stdout, stderr, dirs, network",
    ],
    [{ args: "files --help" }, 'args: expected an array of strings, got "files --help"'],
    [{ args: ["a", 1] }, "args: element 1: expected a string, got 1"],
    [{ env: ["A=b"] }, "env: expected an object of strings, got an array"],
    [{ env: new Map([["A", "b"]]) }, "env: expected an object of strings, got a Map"],
    [{ env: { A: 1 } }, "env: A: expected a string, got 1"],
    [{ cwd: 1 }, "cwd: expected a string, got 1"],
    [{ stdin: 5 }, 'stdin: expected "inherit", a string or a Uint8Array, got 5'],
    [{ stdout: "inherits" }, 'stdout: expected "inherit" or a function that takes bytes, got "inherits"'],
    [{ stderr: true }, 'stderr: expected "inherit" or a function that takes bytes, got true'],
    [{ dirs: ["."] }, 'dirs: element 0: expected an object, got "."'],
    [{ dirs: {} }, "dirs: expected an array of { host, guest }, got an object"],
    [{ dirs: [{ host: "." }] }, "dirs: element 0: guest is missing"],
    [
      { dirs: [{ host: ".", guest: ".", readonly: true }] },
      "dirs: element 0: there is no option readonly; there are host, guest, readOnly",
    ],
    [{ dirs: [{ host: ".", guest: ".", readOnly: 1 }] }, "dirs: element 0: readOnly: expected true or false, got 1"],
    [{ network: "yes" }, 'network: expected true or false, got "yes"'],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => wasi(options as WasiOptions), {
      name: "TypeError",
      message: `the options of wasi: ${message}`,
    });
  }
});

test("what may be left out may be undefined", () => {
  assert.doesNotThrow(() => wasi());
  assert.doesNotThrow(() => wasi({ args: undefined, stdout: undefined, dirs: undefined } as unknown as WasiOptions));
  assert.doesNotThrow(() => wasi({ args: [], env: process.env as Record<string, string>, stdin: new Uint8Array() }));
});

test("bytes may be of another realm", () => {
  assert.doesNotThrow(() => wasi({ stdin: runInNewContext("new Uint8Array(1)") as Uint8Array }));
});
