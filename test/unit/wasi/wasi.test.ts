/** What `wasi()` grants as a whole: nothing by default, and to each guest its own. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { exit, exitCode } from "../../../src/wasi/exit.ts";
import { type Wasi, type WasiOptions, wasi } from "../../../src/wasi/index.ts";
import type { InputStream, OutputStream } from "../../../src/wasi/streams.ts";

type Items = Record<string, (...args: never[]) => unknown>;

function call(host: Wasi, name: string, item: string, ...args: unknown[]): unknown {
  const found = Object.entries(host.imports).find(([key]) => key.startsWith(`wasi:${name}@0.2.`));
  assert.ok(found, name);
  return (found[1] as Items)[item]!(...(args as never[]));
}

const told = (host: Wasi, name: string, item: string, ...args: unknown[]): unknown => {
  try {
    call(host, name, item, ...args);
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};

const bytes = (string: string): Uint8Array => new TextEncoder().encode(string);

describe("nothing is granted by default", () => {
  const host = wasi();
  const cases: [name: string, item: string, answer: unknown][] = [
    ["cli/environment", "getArguments", []],
    ["cli/environment", "getEnvironment", []],
    ["cli/environment", "initialCwd", undefined],
    ["filesystem/preopens", "getDirectories", []],
    ["cli/terminal-stdin", "getTerminalStdin", undefined],
    ["cli/terminal-stdout", "getTerminalStdout", undefined],
    ["cli/terminal-stderr", "getTerminalStderr", undefined],
  ];
  for (const [name, item, answer] of cases) test(name, () => assert.deepEqual(call(host, name, item), answer));

  test("standard input is at its end", () => {
    const stdin = call(host, "cli/stdin", "getStdin") as InputStream;
    assert.throws(() => stdin.blockingRead(1n), { tag: "closed" });
  });

  test("the network is denied", () => {
    assert.equal(told(host, "sockets/tcp-create-socket", "createTcpSocket", "ipv4"), "access-denied");
    assert.equal(told(host, "sockets/udp-create-socket", "createUdpSocket", "ipv6"), "access-denied");
    const network = call(host, "sockets/instance-network", "instanceNetwork");
    assert.equal(told(host, "sockets/ip-name-lookup", "resolveAddresses", network, "localhost"), "access-denied");
    assert.equal(told(host, "sockets/tcp", "[method]tcp-socket.start-connect"), "access-denied");
    assert.equal(told(host, "sockets/udp", "[method]outgoing-datagram-stream.send"), "access-denied");
    assert.deepEqual(told(host, "http/outgoing-handler", "handle"), { tag: "HTTP-request-denied" });
  });
});

test("guests with different grants live side by side", () => {
  const output: string[] = [];
  const make = (name: string, more: WasiOptions = {}) =>
    wasi({
      args: [name, "x"],
      env: { NAME: name },
      stdin: `in ${name}`,
      stdout: (chunk) => output.push(`${name}: ${new TextDecoder().decode(chunk)}`),
      ...more,
    });
  const [a, b] = [
    make("a", { dirs: [{ host: tmpdir(), guest: "/a" }] }),
    make("b", { cwd: "/home", stdin: bytes("raw") }),
  ];
  assert.deepEqual(call(a, "cli/environment", "getArguments"), ["a", "x"]);
  assert.deepEqual(call(b, "cli/environment", "getEnvironment"), [["NAME", "b"]]);
  assert.equal(call(a, "cli/environment", "initialCwd"), undefined);
  assert.equal(call(b, "cli/environment", "initialCwd"), "/home");
  const directories = (host: Wasi) =>
    (call(host, "filesystem/preopens", "getDirectories") as [unknown, string][]).map(([, name]) => name);
  assert.deepEqual([directories(a), directories(b)], [["/a"], []]);
  const stdin = (host: Wasi) =>
    new TextDecoder().decode((call(host, "cli/stdin", "getStdin") as InputStream).blockingRead(100n));
  assert.deepEqual([stdin(a), stdin(b)], ["in a", "raw"]);
  for (const host of [a, b, a]) (call(host, "cli/stdout", "getStdout") as OutputStream).write(bytes("hi"));
  assert.deepEqual(output, ["a: hi", "b: hi", "a: hi"]);
  a[Symbol.dispose]();
});

test("standard input goes on where it was when it is asked for again", () => {
  const host = wasi({ stdin: "0123" });
  const read = () => new TextDecoder().decode((call(host, "cli/stdin", "getStdin") as InputStream).read(2n));
  assert.deepEqual([read(), read()], ["01", "23"]);
});

test("a directory that cannot be granted is told by its name", () => {
  const missing = join(tmpdir(), "gantry-there-is-no-such-directory");
  assert.throws(() => wasi({ dirs: [{ host: missing, guest: "/" }] }), {
    name: "ComponentError",
    phase: "link",
    message: `the directory "${missing}" cannot be used: it does not exist`,
  });
  assert.throws(() => wasi({ dirs: [{ host: process.execPath, guest: "/" }] }), /cannot be used: it is no directory/);
});

test("exits are found wherever they are in a chain of causes", () => {
  const thrown = (operation: () => never): unknown => {
    try {
      return operation();
    } catch (error) {
      return error;
    }
  };
  const cases: [() => never, number][] = [
    [() => exit.exit({ tag: "ok" }), 0],
    [() => exit.exit({ tag: "err" }), 1],
    [() => exit.exitWithCode(42), 42],
  ];
  for (const [operation, code] of cases) {
    const marker = thrown(operation);
    assert.equal(exitCode(marker), code);
    assert.equal(exitCode(new Error("trap", { cause: new Error("trap", { cause: marker }) })), code);
  }
  assert.equal(exitCode(new Error("other")), undefined);
  assert.equal(exitCode("no error"), undefined);
});

test("every interface of WASI 0.2 is there", () => {
  const names = Object.keys(wasi().imports).map((name) => name.replace(/@.*/, ""));
  const wanted = {
    cli: "environment exit stdin stdout stderr terminal-input terminal-output terminal-stdin terminal-stdout terminal-stderr",
    clocks: "monotonic-clock wall-clock timezone",
    filesystem: "types preopens",
    http: "types outgoing-handler",
    io: "error poll streams",
    random: "random insecure insecure-seed",
    sockets: "instance-network network ip-name-lookup tcp tcp-create-socket udp udp-create-socket",
  };
  assert.deepEqual(
    names.sort(),
    Object.entries(wanted)
      .flatMap(([name, list]) => list.split(" ").map((item) => `wasi:${name}/${item}`))
      .sort(),
  );
});

test("classes have no members but those of the interface: a guest could call others by declaring them", () => {
  const { error, poll, streams } = Object.fromEntries(
    ["error", "poll", "streams"].map((name) => [name, wasi().imports[`wasi:io/${name}@0.2.12`]]),
  ) as Record<string, Record<string, { readonly prototype: object }>>;
  const known: [Class: { readonly prototype: object } | undefined, members: string][] = [
    [error!["Error"], "toDebugString"],
    [poll!["Pollable"], "ready block"],
    [streams!["InputStream"], "read blockingRead skip blockingSkip subscribe"],
    [
      streams!["OutputStream"],
      "checkWrite write blockingWriteAndFlush flush blockingFlush subscribe writeZeroes blockingWriteZeroesAndFlush splice blockingSplice",
    ],
  ];
  for (const [Class, members] of known) {
    assert.ok(Class);
    assert.deepEqual(Object.getOwnPropertyNames(Class), ["length", "name", "prototype"]);
    assert.deepEqual(Object.getOwnPropertyNames(Class.prototype), ["constructor", ...members.split(" ")]);
    assert.equal(Object.getPrototypeOf(Class.prototype), Object.prototype);
  }
});

test("random bytes are as many as were asked for, and others each time", () => {
  const host = wasi();
  for (const [name, item] of [
    ["random", "getRandomBytes"],
    ["insecure", "getInsecureRandomBytes"],
  ] as const) {
    const [one, two] = [call(host, `random/${name}`, item, 32n), call(host, `random/${name}`, item, 32n)] as [
      Uint8Array,
      Uint8Array,
    ];
    assert.equal(one.length, 32);
    assert.notDeepEqual(one, two);
  }
  assert.throws(() => call(host, "random/random", "getRandomBytes", 2n ** 64n - 1n), RangeError);
});

test("what is no instance is not run, such as one that was not waited for", () => {
  for (const given of [undefined, null, Promise.resolve(), {}]) {
    assert.throws(() => wasi().run(given as never), {
      name: "TypeError",
      message: "what is run is an Instance: `host.run(await linker.instantiate(component))`",
    });
  }
});
