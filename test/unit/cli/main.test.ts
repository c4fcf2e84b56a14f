/** The command: what it prints, and its exit code. What only a shell could do runs it as a process, all else in a thread. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { ending } from "../ending.ts";
import type { Outcome } from "./command-thread.ts";

const main = fileURLToPath(new URL(`../../../src/cli/main${ending}`, import.meta.url));
const thread = new Worker(new URL(`./command-thread${ending}`, import.meta.url));
let folder = "";

const calculator = `(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 100) "no")
    (global $end (mut i32) (i32.const 1024))
    (global $count (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $end) (global.set $end (i32.add (global.get $end) (local.get 3))))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "count") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
    (func (export "half") (param i32) (result i32)
      (i32.store8 (i32.const 16) (i32.and (local.get 0) (i32.const 1)))
      (if (i32.and (local.get 0) (i32.const 1))
        (then (i32.store (i32.const 20) (i32.const 100)) (i32.store (i32.const 24) (i32.const 2)))
        (else (i32.store (i32.const 20) (i32.shr_u (local.get 0) (i32.const 1)))))
      (i32.const 16))
    (func (export "nothing"))
    (func (export "boom") unreachable))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "count") (result u32) (canon lift (core func $i "count")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory $memory) (realloc $realloc)))
  (func (export "nothing") (canon lift (core func $i "nothing")))
  (func (export "boom") (canon lift (core func $i "boom")))
  (func $half (param "n" u32) (result (result u32 (error string))) (canon lift (core func $i "half") (memory $memory)))
  (instance $ops (export "half" (func $half)))
  (export "docs:calc/ops@1.0.0" (instance $ops)))`;

/** A command that fails. */
const failing = `(component
  (core module $m (func (export "run") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.3" (instance $cli)))`;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gantry-"));
  const components = {
    calc: calculator,
    failing,
    trapping: failing.replace("i32.const 1", "unreachable"),
    needy: '(component (import "docs:needs/log@1.0.0" (instance (export "log" (func (param "m" string))))))',
    gated: '(component (import "f" (func (param "l" (list u8 4)))))',
    core: "(module)",
    bad: "(component)",
  };
  for (const [name, text] of Object.entries(components)) writeFileSync(join(folder, `${name}.wasm`), await parse(text));
  writeFileSync(join(folder, "bad.wasm"), Uint8Array.of(0, 97, 115, 109, 13, 0, 1, 0, 99));
  writeFileSync(join(folder, "invalid.wasm"), await parse('(component (type (flags "a" "A")))'));
  writeFileSync(
    join(folder, "escapes.wasm"),
    await parse(
      String.raw`(component (core instance $i) (alias core export $i "\1b[31m\u{9b}0m\u{202e}é" (core func)))`,
    ),
  );
  writeFileSync(join(folder, "importing.wasm"), await parse('(component (import "host" (func)))'));
  writeFileSync(join(folder, "text.wat"), "(component)");
  mkdirSync(join(folder, "empty"));
  writeFileSync(
    join(folder, "good.wast"),
    '(component (core module)) (assert_malformed (component quote "(x)") "expected")',
  );
  writeFileSync(join(folder, "failing.wast"), '(component)\n(assert_return (invoke "f"))');
  process.chdir(folder);
});
after(async () => {
  await thread.terminate();
  process.chdir("/");
  rmSync(folder, { recursive: true });
});

interface Expected {
  readonly code?: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  readonly input?: Uint8Array;
}

/** Runs a command in the folder with the components. */
async function gantry(args: readonly string[], expected: Expected): Promise<void> {
  thread.postMessage(args);
  const [outcome] = (await once(thread, "message")) as [Outcome];
  check(args, outcome, expected);
}

/** The same, as a shell runs it. */
function gantryProcess(args: readonly string[], expected: Expected): void {
  const { input } = expected;
  check(args, spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8", input }), expected);
}

function check(args: readonly string[], found: Outcome, { code = 0, stdout = "", stderr = "" }: Expected): void {
  const told = `gantry ${args.join(" ")}\n${found.stdout}\n${found.stderr}`;
  const agrees = (text: string, expected: string | RegExp) =>
    typeof expected === "string" ? assert.equal(text, expected, told) : assert.match(text, expected, told);
  agrees(found.stderr, stderr);
  agrees(found.stdout, stdout);
  assert.equal(found.status, code, told);
}

test("help tells how to use each command; other use ends with 2", async () => {
  await gantry(["--help"], { stdout: /Usage: gantry [\s\S]*Exit codes: 0/ });
  for (const command of ["run", "call", "print", "validate", "wast"]) {
    await gantry([command, "--help"], {
      stdout: new RegExp(`Usage: gantry ${command} [\\s\\S]*Example:\n {2}gantry ${command} `),
    });
  }
  await gantry(["--version"], { stdout: /^\d+\.\d+\.\d+\n$/ });
  await gantry([], { code: 2, stderr: /Usage: gantry/ });
  gantryProcess(["frobnicate"], { code: 2, stderr: /unknown command 'frobnicate'/ });
  await gantry(["run"], { code: 2, stderr: /missing required argument 'file'/ });
  await gantry(["call", "calc.wasm"], { code: 2, stderr: /missing required argument 'calls'/ });
  await gantry(["run", "--frob", "calc.wasm"], { code: 2, stderr: /unknown option '--frob'/ });
  await gantry(["frob"], { code: 2, stderr: /unknown command 'frob'\n\(gantry --help tells how\)/ });
  await gantry(["run", "--dir", "a::b::c", "calc.wasm"], { code: 2, stderr: /Expected HOST or HOST::GUEST/ });
  await gantry(["print", "--plan", "--js", "calc.wasm"], { code: 2, stderr: /cannot be used with/ });
  await gantry(["call", "--tier", "fast", "calc.wasm", "f()"], {
    code: 2,
    stderr: /Allowed choices are jit, evaluate/,
  });
});

test("a file that cannot be used is told, with what is wrong with it", async () => {
  await gantry(["validate", "missing.wasm"], { code: 1, stderr: "gantry: missing.wasm: no such file\n" });
  await gantry(["validate", "."], { code: 1, stderr: "gantry: .: is a directory\n" });
  await gantry(["validate", "core.wasm"], {
    code: 1,
    stderr: /^gantry: core\.wasm: not a component: .*: this is a core module; a component can be made of it/,
  });
  await gantry(["validate", "text.wat"], {
    code: 1,
    stderr: /^gantry: text\.wat: not a component: .*: this is WebAssembly text; assemble it first/,
  });
  await gantry(["run", ""], { code: 1, stderr: 'gantry: "": no such file\n' });
  await gantry(["validate", "my files"], { code: 1, stderr: 'gantry: "my files": no such file\n' });
  await gantry(["validate", "bad.wasm"], {
    code: 1,
    stderr: /^gantry: bad\.wasm: not a component: .* \(at offset 0x8\)\n$/,
  });
  await gantry(["validate", "invalid.wasm"], {
    code: 1,
    stderr: /^gantry: invalid\.wasm: not a valid component: .*\n$/,
  });
  const stack = "[\\s\\S]*\\n {4}at [\\s\\S]*";
  await gantry(["validate", "--verbose", "invalid.wasm"], {
    code: 1,
    stderr: new RegExp(`\n(?!caused by )ComponentError: ${stack}`),
  });
  await gantry(["run", "--verbose", "trapping.wasm"], {
    code: 134,
    stderr: new RegExp(`\n(?!caused by )ComponentError: ${stack}\ncaused by RuntimeError: ${stack}`),
  });
});

test("names that would do something to a terminal are told by their numbers", async () => {
  await gantry(["validate", "escapes.wasm"], { code: 1, stderr: /named `\\u001b\[31m\\u009b0m\\u202eé`/ });
});

test("validate tells of each file, and ends with 1 if one is not valid", async () => {
  await gantry(["validate", "calc.wasm", "failing.wasm"], {
    stdout: "calc.wasm: a valid component\nfailing.wasm: a valid component\n",
  });
  await gantry(["validate", "missing.wasm", "calc.wasm"], {
    code: 1,
    stdout: "calc.wasm: a valid component\n",
    stderr: /missing\.wasm/,
  });
  gantryProcess(["validate", "-"], {
    stdout: "the standard input: a valid component\n",
    input: Uint8Array.of(0, 97, 115, 109, 13, 0, 1, 0),
  });
  gantryProcess(["validate", "-"], {
    code: 1,
    stderr: /^gantry: the standard input: not a component/,
    input: new Uint8Array(),
  });
});

test("call prints what functions return, and ends with 1 for an error side", async () => {
  await gantry(["call", "calc.wasm", "add(2, 3)"], { stdout: "5\n" });
  await gantry(["call", "--tier", "evaluate", "calc.wasm", "add(2, 3)"], { stdout: "5\n" });
  gantryProcess(["call", "calc.wasm", "count", "count()", "nothing()"], { stdout: "1\n2\n" });
  await gantry(["call", "calc.wasm", 'echo("a\\n\\"☃\\"")'], { stdout: '"a\\n\\"☃\\""\n' });
  await gantry(["call", "calc.wasm", "half(8)"], { stdout: "ok(4)\n" });
  await gantry(["call", "calc.wasm", "docs:calc/ops@1.0.0#half(9)"], { code: 1, stdout: 'err("no")\n' });
});

test("output that cannot be written is a failure", {
  skip: !existsSync("/dev/full") && "there is no full device",
}, () => {
  const full = openSync("/dev/full", "w");
  try {
    for (const args of [["validate", "calc.wasm"], ["call", "calc.wasm", "add(1, 2)"], ["--help"]]) {
      const result = spawnSync(process.execPath, [main, ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", full, "pipe"],
      });
      assert.match(result.stderr, /^gantry: the standard output: .*ENOSPC.*\n$/);
      assert.equal(result.status, 1);
    }
    const { status } = spawnSync(process.execPath, [main, "nonsense"], { stdio: ["ignore", "ignore", full] });
    assert.equal(status, 2);
  } finally {
    closeSync(full);
  }
});

test("a call that cannot be made is told, and so is one that traps", async () => {
  await gantry(["call", "calc.wasm", "sub(2, 3)"], {
    code: 2,
    stderr: /^gantry: no function "sub" is exported; there are: .*add/,
  });
  await gantry(["call", "calc.wasm", "count()", 'add(2, "3")'], { code: 2, stderr: /argument "b": expected u32/ });
  await gantry(["call", "calc.wasm", "add"], { code: 2, stderr: /argument "a" is missing: u32/ });
  await gantry(["call", "calc.wasm", 'add(2, "3")'], {
    code: 2,
    stderr: 'gantry: calc.wasm: argument "b": expected u32, found `"3"`\n  add(2, "3")\n         ^\n',
  });
  await gantry(["call", "calc.wasm", "add(2)"], { code: 2, stderr: /argument "b" is missing: u32/ });
  await gantry(["call", "calc.wasm", "boom()"], {
    code: 134,
    stderr: /^gantry: calc\.wasm: the guest trapped: .*unreachable.*\n$/,
  });
  await gantry(["call", "needy.wasm", "f()"], {
    code: 1,
    stderr: /^gantry: needy\.wasm: import "docs:needs\/log@1\.0\.0/,
  });
});

test("run ends with the command's exit code, and tells why there is none", async () => {
  gantryProcess(["run", "failing.wasm"], { code: 1 });
  gantryProcess(["run", "trapping.wasm"], {
    code: 134,
    stderr: /^gantry: trapping\.wasm: the guest trapped: .*unreachable.*\n$/,
  });
  await gantry(["run", "calc.wasm"], {
    code: 1,
    stderr: /^gantry: calc\.wasm: the component is no command.*wasi:cli\/run/,
  });
  await gantry(["run", "importing.wasm"], { code: 1, stderr: /the component is no command/ });
  await gantry(["run", "--dir", "missing::/", "failing.wasm"], {
    code: 1,
    stderr: /the directory "missing" cannot be used: it does not exist/,
  });
});

test("a variable that is not there is not given, though every object has something of its name", async () => {
  await gantry(["run", "--env", "toString", "--env", "__proto__", "failing.wasm"], { code: 1 });
});

test("print shows the world as WIT, the plan, or generated code", async () => {
  await gantry(["print", "calc.wasm"], {
    stdout: `package root:component;

world root {
  export docs:calc/ops@1.0.0;
  export add: func(a: u32, b: u32) -> u32;
  export count: func() -> u32;
  export echo: func(text: string) -> string;
  export nothing: func();
  export boom: func();
}

package docs:calc@1.0.0 {
  interface ops {
    half: func(n: u32) -> result<u32, string>;
  }
}
`,
  });
  await gantry(["print", "--plan", "calc.wasm"], { stdout: /instantiate[\s\S]*export/ });
  await gantry(["print", "--js", "calc.wasm"], { stdout: /function [\s\S]*return / });
});

test("features are asked for by name", async () => {
  await gantry(["validate", "gated.wasm"], { code: 1, stderr: /fixed-length-lists/ });
  await gantry(["validate", "--features", "fixed-length-lists", "gated.wasm"], { stdout: /a valid component/ });
  await gantry(["print", "--features", "all", "gated.wasm"], { stdout: /import f: func\(l: list<u8, 4>\);/ });
  await gantry(["validate", "--help"], { stdout: /--features[\s\S]*threads[\s\S]*fixed-length-lists/ });
  await gantry(["validate", "--features", "time-travel", "gated.wasm"], {
    code: 2,
    stderr: /There is no "time-travel"; there are async, /,
  });
});

test("wast runs scripts, and ends with 1 if one fails that is not expected to", async () => {
  await gantry(["wast", "good.wast"], { stdout: /\n2 passed, 0 failed, 0 skipped\n$/ });
  await gantry(["wast", "--time-limit", "Infinity", "good.wast"], { stdout: /\n2 passed, 0 failed, 0 skipped\n$/ });
  await gantry(["wast", "--filter", "good", "."], { stdout: /\n2 passed, 0 failed, 0 skipped\n$/ });
  await gantry(["wast", "failing.wast"], {
    code: 1,
    stdout: /failing\.wast:2 assert_return[\s\S]*\n1 passed, 1 failed, 0 skipped\n$/,
  });
  await gantry(["wast", "--json", "failing.wast"], { code: 1, stdout: /^\{[\s\S]*"failed": 1/ });
  await gantry(["wast", "missing.wast"], { code: 1, stderr: "gantry: missing.wast: no such file\n" });
  await gantry(["wast", "--filter", "zzz", "."], { code: 2, stderr: 'gantry: no script matches "zzz"\n' });
  await gantry(["wast", "empty"], { code: 2, stderr: "gantry: there is no script\n" });
  await gantry(["wast", "--expect", "nofile", "good.wast"], {
    code: 2,
    stderr: "gantry: --expect nofile: no such file\n",
  });
  await gantry(["wast", "--bless", "good.wast"], { code: 2, stderr: /--expect/ });
  await gantry(["wast", "--bless", "--expect", "list.txt", "failing.wast"], { stdout: /1 failed/ });
  await gantry(["wast", "--expect", "list.txt", "failing.wast"], { stdout: /1 passed, 0 failed, 1 skipped\n$/ });
  await gantry(["wast", "--expect", "list.txt", "--filter", "good", "."], {
    stdout: /2 passed, 0 failed, 0 skipped\n$/,
  });
});
