/** WASI as real guests see it, through the embedding API and from the command line. */
import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component, Linker } from "../../src/index.ts";
import { type WasiOptions, wasi } from "../../src/wasi/index.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const gantry = path("../../src/cli/main.ts");
const guests = {
  files: path("../fixtures/files/files.wasm"),
  exit: path("../fixtures/exit/exit.wasm"),
  hello: path("../../examples/hello/hello.wasm"),
};

async function assemble(text: string): Promise<Component> {
  return Component.compile(new Uint8Array(await parse(text)));
}

let outside: string;
let host: string;

before(() => {
  outside = mkdtempSync(join(tmpdir(), "gantry-e2e-"));
  host = join(outside, "granted");
  mkdirSync(join(host, "sub"), { recursive: true });
  writeFileSync(join(host, "a.txt"), "first line\nsecond line\n");
  writeFileSync(join(host, "empty"), "");
  writeFileSync(join(outside, "secret"), "secret\n");
});

after(() => rmSync(outside, { recursive: true }));

const listing = ["directory: /data, 3 entries", "  a.txt: 23 bytes: first line", "  empty: 0 bytes", "  sub/", ""];

describe("from the command line", () => {
  interface Call {
    readonly guest?: keyof typeof guests;
    readonly options?: readonly string[];
    readonly args?: readonly string[];
    readonly input?: string;
    readonly env?: Record<string, string>;
    readonly cwd?: string;
  }

  function run({
    guest = "files",
    options = [],
    args = [],
    input = "",
    env = {},
    cwd,
  }: Call): SpawnSyncReturns<string> {
    const words = ["--no-warnings", gantry, "run", ...options, guests[guest], ...args];
    return spawnSync(process.execPath, words, {
      encoding: "utf8",
      input,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 26,
      cwd,
    });
  }

  for (const tier of ["jit", "evaluate"]) {
    test(`a program reads a directory, its input and its arguments (${tier})`, () => {
      const result = run({
        options: ["--tier", tier, "--dir", `${host}::/data`, "--env", "NAME=wörld"],
        args: ["--args", "--env", "NAME", "--stdin", "/data"],
        input: "one\ntwo\nthree",
      });
      assert.equal(result.stderr, "");
      const args = ["arguments: 5", "  1: --args", "  2: --env", "  3: NAME", "  4: --stdin", "  5: /data"];
      assert.deepEqual(result.stdout.split("\n"), [
        ...args,
        "environment: NAME=wörld",
        "stdin: 2 lines, 13 bytes",
        ...listing,
      ]);
      assert.equal(result.status, 0);
    });
  }

  for (const name of ["granted", "./granted", "granted/"]) {
    test(`a directory that is given as ${name} is found by its plain name`, () => {
      const result = run({ cwd: outside, options: ["--dir", name], args: ["granted"] });
      assert.equal(result.stderr, "");
      assert.equal(result.status, 0);
    });
  }

  const endings: [guest: keyof typeof guests, arg: string[], code: number][] = [
    ["exit", ["0"], 0],
    ["exit", ["1"], 1],
    ["exit", ["42"], 42],
    ["exit", ["255"], 255],
    ["exit", ["ok"], 0],
    ["exit", ["err"], 1],
    ["exit", ["return-ok"], 0],
    ["exit", ["return-err"], 1],
    ["files", ["--exit", "0", "--args"], 0],
    ["files", ["--exit", "7"], 1], // as much as the adapter passes on
  ];
  for (const [guest, args, code] of endings) {
    test(`${guest} ${args.join(" ")} ends with ${code}`, () => {
      const result = run({ guest, args });
      assert.equal(result.status, code);
      assert.equal(result.stderr, "");
    });
  }

  const faults: [kind: string, message: RegExp][] = [
    ["trap", /unreachable/],
    ["call", /uninitialized element|indirect call/],
    ["memory", /out of bounds memory access/],
    ["divide", /integer divide by zero/],
  ];
  for (const [kind, message] of faults) {
    test(`a fault is told in words: ${kind}`, () => {
      const result = run({ args: ["--args", "--fault", kind] });
      assert.match(result.stdout, /^arguments: 3\n/);
      assert.match(result.stderr, message);
      assert.match(result.stderr, /^gantry: .*files\.wasm: .*\n$/);
      assert.doesNotMatch(result.stderr, /\n\s+at /);
      assert.notEqual(result.status, 0);
    });
  }

  test("the guest has no environment but what it is given", () => {
    const env = { SECRET: "1" };
    assert.equal(run({ args: ["--env", "SECRET"], env }).stdout, "environment: SECRET is not set\n");
    assert.equal(run({ args: ["--env", "PATH"], env }).stdout, "environment: PATH is not set\n");
  });

  test("the guest has no directory but what it is given", () => {
    for (const directory of ["/", "/data", ".", host]) {
      const result = run({ args: [directory] });
      assert.match(result.stderr, /^files: cannot open .*: Capabilities insufficient\n$/);
      assert.equal(result.status, 1);
    }
  });

  test("directories that are not there", () => {
    const options = ["--dir", `${host}::/data`];
    const guestSide = run({ options, args: ["/data/none"] });
    assert.equal(guestSide.stderr, "files: cannot open /data/none: No such file or directory\n");
    assert.equal(guestSide.status, 1);
    const hostSide = run({ options: ["--dir", `${host}/none::/data`], args: ["/data"] });
    assert.match(hostSide.stderr, /^gantry: .*"[^"]*\/none" cannot be used: it does not exist\n$/);
    assert.equal(hostSide.stdout, "");
    assert.notEqual(hostSide.status, 0);
  });

  describe("much output", () => {
    let options: string[];

    before(() => {
      const many = join(outside, "many");
      mkdirSync(many);
      for (let i = 0; i < 2000; i++) writeFileSync(join(many, `${10_000 + i}`), `${"x".repeat(200)}\n`);
      options = ["--dir", `${many}::/many`];
    });

    /** Runs the program in a pipe of the shell's. */
    function pipe(reader: string): SpawnSyncReturns<string> {
      const script = `"$@" | ${reader}`;
      const words = [process.execPath, "--no-warnings", gantry, "run", ...options, guests.files, "/many"];
      return spawnSync("sh", ["-c", script, "sh", ...words], { encoding: "utf8" });
    }

    test("is complete", () => {
      const result = run({ options, args: ["/many"] });
      const lines = result.stdout.split("\n");
      assert.equal(lines.length, 2002);
      assert.equal(lines[2000], `  11999: 201 bytes: ${"x".repeat(200)}`);
      assert.equal(result.status, 0);
    });

    test("is complete for a reader that takes its time", () => {
      const { stdout, stderr } = pipe("(sleep 1; wc -l)");
      assert.equal(stdout.trim(), "2001");
      assert.equal(stderr, "");
    });

    test("ends with its reader", () => {
      const { stdout, stderr } = pipe("head -n 1");
      assert.equal(stdout, "directory: /many, 2000 entries\n");
      assert.equal(stderr, "");
    });
  });
});

describe("in one process", () => {
  const compiled = new Map<string, Component>();

  before(async () => {
    for (const [name, file] of Object.entries(guests)) compiled.set(name, await Component.compile(readFileSync(file)));
  });

  /** Runs a guest with what it is granted, and collects what it writes. */
  async function run(
    guest: keyof typeof guests,
    options: WasiOptions,
  ): Promise<{ out: string; err: string; code: number }> {
    const [out, err]: [Uint8Array[], Uint8Array[]] = [[], []];
    const system = wasi({ stdout: (chunk) => out.push(chunk), stderr: (chunk) => err.push(chunk), ...options });
    try {
      const code = system.run(await system.linker().instantiate(compiled.get(guest)!));
      return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), code };
    } finally {
      system[Symbol.dispose]();
    }
  }

  test("two guests have each their own arguments, environment, directories and streams", async () => {
    const other = join(outside, "other");
    mkdirSync(other);
    const output: string[] = [];
    const make = async (name: string, directory: string) => {
      const system = wasi({
        args: ["files", "--args", "--env", "NAME", "--stdin", "--write", "made", name, `/${name}`],
        env: { NAME: name },
        dirs: [{ host: directory, guest: `/${name}` }],
        stdin: name.repeat(3),
        stdout: (chunk) => output.push(`${name}< ${Buffer.from(chunk)}`),
      });
      return { system, instance: await system.linker().instantiate(compiled.get("files")!) };
    };
    const [one, two] = await Promise.all([make("one", join(host, "sub")), make("second", other)]);
    assert.deepEqual([two.system.run(two.instance), one.system.run(one.instance)], [0, 0]);
    assert.equal(readFileSync(join(host, "sub/made"), "utf8"), "one\n");
    assert.equal(readFileSync(join(other, "made"), "utf8"), "second\n");
    const said = (name: string) =>
      output
        .filter((line) => line.startsWith(`${name}< `))
        .map((line) => line.slice(name.length + 2))
        .join("");
    for (const [name, bytes] of [
      ["one", 9],
      ["second", 18],
    ] as const) {
      assert.match(
        said(name),
        new RegExp(
          `environment: NAME=${name}\nstdin: 0 lines, ${bytes} bytes\nwrote: made, .*\ndirectory: /${name}, 1 entries\n`,
        ),
      );
    }
    assert.equal(output[0]!.startsWith("second< "), true);
    rmSync(join(host, "sub/made"));
  });

  test("symbolic links and dots do not lead out", async () => {
    const inside = join(outside, "linked");
    mkdirSync(join(inside, "sub"), { recursive: true });
    symlinkSync(join(outside, "secret"), join(inside, "absolute"));
    symlinkSync("../secret", join(inside, "relative"));
    symlinkSync("..", join(inside, "up"));
    writeFileSync(join(inside, "fine"), "fine\n");
    symlinkSync("../linked/fine", join(inside, "round-trip"));
    symlinkSync("sub/../fine", join(inside, "within"));
    const dirs = [{ host: inside, guest: "/data" }];
    const listed = await run("files", { args: ["files", "/data"], dirs });
    assert.equal(listed.out, "directory: /data, 7 entries\n  fine: 5 bytes: fine\n  sub/\n  within: 5 bytes: fine\n");
    for (const name of ["absolute", "relative", "round-trip", "up"])
      assert.match(listed.err, new RegExp(`cannot look at /data/${name}: Operation not permitted`));
    for (const directory of ["/data/up", "/data/..", "/data/sub/../..", "/data/../linked", "/", "/data/absolute"]) {
      const { out, err, code } = await run("files", { args: ["files", directory], dirs });
      assert.deepEqual([out, code], ["", 1], directory);
      assert.match(err, /Operation not permitted|Capabilities insufficient/);
    }
    const written = await run("files", { args: ["files", "--write", "relative", "overwritten", "/data"], dirs });
    assert.match(written.err, /cannot write \/data\/relative: Operation not permitted/);
    assert.equal(readFileSync(join(outside, "secret"), "utf8"), "secret\n");
  });

  test("a read-only directory is read and stays as it is", async () => {
    const before = readdirSync(host);
    const { out, err, code } = await run("files", {
      args: ["files", "--write", "new", "text", "/data"],
      dirs: [{ host, guest: "/data", readOnly: true }],
    });
    assert.equal(err, "files: cannot write /data/new: Read-only file system\n");
    assert.deepEqual(out.split("\n"), listing);
    assert.equal(code, 1);
    assert.deepEqual(readdirSync(host), before);
  });

  test("a guest without any grant gets by", async () => {
    assert.deepEqual(await run("exit", { args: ["exit", "3"], stdout: () => assert.fail() }), {
      out: "",
      err: "",
      code: 3,
    });
    const system = wasi({});
    assert.equal(system.run(await system.linker().instantiate(compiled.get("hello")!)), 0);
    const { out } = await run("files", { args: ["files", "--stdin", "--env", "HOME"] });
    assert.equal(out, "environment: HOME is not set\nstdin: 0 lines, 0 bytes\n");
  });

  test("a trap comes out of run with its reason", async () => {
    await assert.rejects(run("files", { args: ["files", "--fault", "divide"] }), {
      name: "ComponentError",
      phase: "trap",
      message: /divide by zero/,
    });
  });

  test("what is no command cannot be run", async () => {
    const system = wasi();
    const nothing = await new Linker().instantiate(await assemble("(component)"));
    assert.throws(() => system.run(nothing), { phase: "link", code: "no-command" });
  });

  test("imports of every 0.2 are served, and of no other version", async () => {
    const component = async (version: string) => {
      const text = `(component
        (import "wasi:cli/environment@${version}" (instance (export "get-arguments" (func (result (list string))))))
        (import "wasi:random/random@${version}" (instance (export "get-random-u64" (func (result u64))))))`;
      return assemble(text);
    };
    for (const version of ["0.2.0", "0.2.6", "0.2.12", "0.2.99"])
      await wasi()
        .linker()
        .instantiate(await component(version));
    for (const version of ["0.1.0", "0.3.0", "1.0.0"]) {
      await assert.rejects(
        wasi()
          .linker()
          .instantiate(await component(version)),
        { phase: "link", message: /wasi:cli\/environment@.*[\s\S]*wasi:random\/random@/ },
      );
    }
  });

  test("a typed world's imports of WASI are there for TypeScript too", async () => {
    interface Logging {
      readonly imports: {
        readonly "wasi:cli/environment@0.2.6": { getArguments(): string[] };
        readonly "example:host/log": { log(text: string): void };
      };
      readonly exports: Record<never, never>;
    }
    const component = (await assemble("(component)")) as Component<Logging>;
    const base = new Linker().define("example:host/log", { log: (_text: string) => {} });
    await wasi().linker(base).instantiate(component);
    // @ts-expect-error: without the base a function is missing
    await wasi().linker().instantiate(component);
  });

  test("sockets are made with the network, and denied without it", async () => {
    const text = `(component
      (import "wasi:sockets/network@0.2.0" (instance $network
        (export "network" (type (sub resource)))
        (type $codes (enum "unknown" "access-denied"))
        (export "error-code" (type (eq $codes)))
        (type $families (enum "ipv4" "ipv6"))
        (export "ip-address-family" (type (eq $families)))))
      (alias export $network "error-code" (type $code))
      (alias export $network "ip-address-family" (type $family))
      (import "wasi:sockets/tcp@0.2.0" (instance $tcp (export "tcp-socket" (type (sub resource)))))
      (alias export $tcp "tcp-socket" (type $socket))
      (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
        (alias outer 1 $socket (type $s)) (export "tcp-socket" (type $s' (eq $s)))
        (alias outer 1 $code (type $c)) (export "error-code" (type $c' (eq $c)))
        (alias outer 1 $family (type $f)) (export "ip-address-family" (type $f' (eq $f)))
        (export "create-tcp-socket" (func (param "address-family" $f') (result (result (own $s') (error $c')))))))
      (core module $memory (memory (export "memory") 1))
      (core instance $memory (instantiate $memory))
      (core func $lowered (canon lower (func $create "create-tcp-socket") (memory $memory "memory")))
      (core module $caller
        (import "" "create" (func $create (param i32 i32)))
        (import "" "memory" (memory 1))
        (func (export "try") (result i32) (call $create (i32.const 0) (i32.const 16))
          (i32.add (i32.mul (i32.load8_u (i32.const 16)) (i32.const 100)) (i32.load8_u (i32.const 20)))))
      (core instance $caller (instantiate $caller (with "" (instance (export "create" (func $lowered)) (export "memory" (memory $memory "memory"))))))
      (func (export "try") (result u32) (canon lift (core func $caller "try"))))`;
    const instance = await wasi()
      .linker()
      .instantiate(await assemble(text));
    assert.equal(instance.func("try").call(), 101);
  });
});
