/**
 * What an embedder does, as a list of checks that needs no test runner: it runs in pages, in workers and on engines that
 * have one of their own. The components are fixtures; how their bytes come is the caller's affair.
 */
import type * as Gantry from "../../src/index.ts";

export interface Check {
  readonly name: string;
  /** Why it failed. */
  readonly failure?: string;
}

export type Fixture = "plugin" | "composed" | "greeter";

export interface Surroundings {
  readonly gantry: Pick<typeof Gantry, "Component" | "ComponentError" | "Linker" | "ResultError" | "views">;
  /** Bytes, or in browsers a `Response` on its way. */
  readonly load: (fixture: Fixture) => Gantry.ComponentSource | Promise<Gantry.ComponentBytes>;
  /** The tier to ask for; the engine's default without one. */
  readonly tier?: "jit" | "evaluate" | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: exports of components without declared worlds
type Exports = any;

const person = { name: "Ann", age: 36, email: undefined, favorite: "blue" };
const drawing = { tag: "polygon", val: [{ x: 0, y: -0 }, { x: 1.5, y: Infinity }] }; // biome-ignore format: short
const marks = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${i}`, i % 3 === 0]));
const report = {
  ok: true, a: -128, b: 255, c: -32768, d: 65535, e: -2147483648, f: 4294967295, g: -(2n ** 63n), h: 2n ** 64n - 1n,
  i: 0.5, j: Number.MIN_VALUE, letter: "🍰", title: "größer ☃", authors: [person, { ...person, email: "ann@example.org" }],
  drawing, access: { read: true, write: false, execute: true }, marked: marks, note: undefined,
}; // biome-ignore format: a table

/** Values that come back as they go in, by the function that gives them back. */
const echoes: Readonly<Record<string, readonly unknown[]>> = {
  echoBool: [true, false],
  echoS8: [-128, 127],
  echoU8: [0, 255],
  echoS16: [-32768, 32767],
  echoU16: [65535],
  echoS32: [-2147483648, 2147483647],
  echoU32: [4294967295],
  echoS64: [-(2n ** 63n), 2n ** 63n - 1n],
  echoU64: [0n, 2n ** 64n - 1n],
  echoF32: [0.5, -0, NaN, -Infinity],
  echoF64: [0.1, -0, NaN, Number.MAX_VALUE],
  echoChar: ["a", "é", "☃", "🍰"],
  echoString: ["", "plain", "größer", "\ufeffmark", "a\0b", "🍰".repeat(1000), "x".repeat(100_000)],
  echoColor: ["red", "green", "blue"],
  echoRights: [{ read: true, write: false, execute: false }],
  echoMarks: [marks],
  echoTuple: [[255, "two", 3.5]],
  echoPoint: [{ x: 1, y: -1.5 }],
  echoPerson: [person],
  echoShape: [{ tag: "nothing" }, { tag: "circle", val: 2 }, { tag: "rectangle", val: [1, 2] }, { tag: "label", val: "☃" }, drawing],
  echoReport: [report],
  echoOption: [undefined, 0, 5],
  echoOptionString: [undefined, "", "some"],
  echoOptionOption: [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: 5 }],
  echoListU8: [new Uint8Array(), Uint8Array.of(1, 2, 255), new Uint8Array(70_000).fill(7)],
  echoListU32: [Uint32Array.of(1, 4294967295)],
  echoListS64: [BigInt64Array.of(-(2n ** 63n), 1n)],
  echoListF64: [Float64Array.of(-0, NaN, 1.5)],
  echoListBool: [[true, false, true]],
  echoListChar: [["a", "🍰"]],
  echoListString: [[], ["", "größer", "🍰"]],
  echoListPerson: [[person, person]],
  echoListShape: [[{ tag: "nothing" }, drawing]],
  echoListListU32: [[Uint32Array.of(1), new Uint32Array(), Uint32Array.of(2, 3)]],
  echoListListString: [[["a"], [], ["b", "c"]]],
}; // biome-ignore format: a table

/** The host that the plugin imports. */
function pluginHost(gantry: Surroundings["gantry"]) {
  const logged: string[] = [];
  class Channel {
    readonly title: string;
    sent = 0n;
    closed = false;

    constructor(title: string) {
      this.title = title;
    }
    name(): string {
      return this.title;
    }
    send(text: string): bigint {
      this.sent += BigInt(text.length);
      return this.sent;
    }
    static join(first: Channel, second: Channel): Channel {
      return new Channel(`${first.title}+${second.title}`);
    }
    [Symbol.dispose](): void {
      this.closed = true;
    }
  }
  const host = {
    log: (message: string) => void logged.push(message),
    parseNumber(text: string): number {
      const value = Number(text);
      if (!Number.isInteger(value)) throw new gantry.ResultError(`"${text}" is no number`);
      return value;
    },
    describe: (who: { name: string; age: number }) => `${who.name} is ${who.age}`,
    middle: (points: readonly unknown[]) => points[points.length >> 1],
    archive: (what: { f: number }) => BigInt(what.f),
    revise: (what: { title: string }) => ({ ...what, title: `${what.title}, revised` }),
    Channel,
    total: (channels: readonly Channel[]) => channels.reduce((sum, { sent }) => sum + sent, 0n),
  };
  return { host, logged, Channel };
}

/** Runs all checks. Never throws. */
export async function exercise({ gantry, load, tier }: Surroundings): Promise<Check[]> {
  const checks: Check[] = [];
  const check = async (name: string, work: () => unknown): Promise<void> => {
    try {
      await work();
      checks.push({ name });
    } catch (error) {
      checks.push({ name, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  const { Component, ComponentError, Linker, ResultError } = gantry;
  const options = tier === undefined ? {} : { tier };
  const compile = async (fixture: Fixture) =>
    Component.compile((await load(fixture)) as Gantry.ComponentBytes, options);
  const { host, logged, Channel } = pluginHost(gantry);

  const plugin = async (): Promise<Exports> => {
    const linker = new Linker().define("example:plugin/host@1.0.0", host).define("now", () => 5_000n);
    return (await linker.instantiate(await compile("plugin"))).exports;
  };

  await check("a greeter greets", async () => {
    const said: string[] = [];
    const linker = new Linker().define("example:host/log@1.0.0", { log: (message: string) => said.push(message) });
    const { exports } = (await linker.instantiate(await compile("greeter"))) as { exports: Exports };
    equal(exports.greet("wörld"), "Hello, wörld");
    equal(said, ["greeting wörld"]);
  });

  await check("a greeter greets without waiting", async () => {
    const source = await load("greeter");
    const bytes = source instanceof Response ? await source.arrayBuffer() : (source as Gantry.ComponentBytes);
    const linker = new Linker().define("example:host/log@1.0.0", { log: () => {} });
    const { exports } = linker.instantiateSync(Component.compileSync(bytes, options)) as { exports: Exports };
    equal(exports.greet(""), "Hello, ");
  });

  await check("a component of components shops", async () => {
    const said: string[] = [];
    const linker = new Linker().define("example:composed/console@1.0.0", {
      log: (message: string) => said.push(message),
    });
    const { exports } = (await linker.instantiate(await compile("composed"))) as { exports: Exports };
    const { shop, inventory } = exports;
    equal(shop.greet("ann"), "ANN");
    equal(said, ["ANN"]);
    equal(shop.total([1, 2, 4294967295]), 4294967298n);
    equal(shop.order("pen", 5, 2), "pen");
    equal(caught(() => shop.order("pen", 1, 2)) instanceof ResultError, true);
    const item = new inventory.Item("ink", 3);
    equal(shop.describe(item), "ink");
    equal(shop.sell(item, 2), 1);
    equal((caught(() => item.name()) as Gantry.ComponentError).phase, "call");
    equal(shop.restock([{ name: "a", count: 1 }, { name: "b", count: 2 }]), 3); // biome-ignore format: short
  });

  let exports: Exports;
  await check("a plugin is instantiated", async () => {
    exports = await plugin();
  });
  if (exports === undefined) return checks;
  const { api } = exports;

  for (const [name, values] of Object.entries(echoes)) {
    await check(name, () => {
      for (const value of values) equal(api[name](value), value);
    });
  }

  await check("results are returned or thrown", () => {
    equal(api.echoResult({ tag: "ok", val: 5 }), 5);
    const error = caught(() => api.echoResult({ tag: "err", val: "no" })) as Gantry.ResultError;
    equal([error instanceof ResultError, error.payload], [true, "no"]);
    equal(api.divide(-7, 2), -3);
    equal(api.parseAll(["1", "22"]), Uint32Array.of(1, 22));
    equal((caught(() => api.parseAll(["1", "x"])) as Gantry.ResultError).payload, '"x" is no number');
  });

  await check("calls into the host and back", () => {
    equal(typeof api.greet("Ann"), "string");
    equal(logged.length > 0, true);
    equal(api.describeAll([person]), ["Ann is 36"]);
    equal(api.middleOf([{ x: 1, y: 2 }]), { x: 1, y: 2 });
    equal(api.revise(report), { ...report, title: `${report.title}, revised` });
    equal(exports.seconds(), 5n);
  });

  await check("the guest's resources are classes", () => {
    const { Counter } = api;
    const one = new Counter(1);
    one.add(4);
    const sum = Counter.merge(one, new Counter(2));
    equal(sum.value(), 7);
    equal((caught(() => one.value()) as Gantry.ComponentError).phase, "call");
    equal(api.largest([sum]), 7);
    equal(api.consume(sum), 7);
  });

  await check("the host's resources are objects of its own", () => {
    const channel = api.openChannel("news");
    equal(channel instanceof Channel, true);
    equal(api.sendTwice(channel, "hello"), 10n);
    equal(api.totalOf([channel]), 10n);
    equal(api.closeChannel(channel), "news");
    equal(channel.closed, true);
  });

  await check("nothing is left allocated", () => equal(exports.allocated(), 0));

  await check("wrong values are told with their places", () => {
    const error = caught(() => api.echoPerson({ ...person, age: "36" })) as Gantry.ComponentError;
    equal(error instanceof ComponentError, true);
    equal(error.message.includes('param "value" › field "age": expected u8, got "36"'), true);
  });

  const faults = { unreachable: /unreachable/, divideByZero: /divide by zero/, outOfBounds: /out of bounds/, stackOverflow: /call stack exhausted/, badString: /utf-8/i, badHandle: /handle/ }; // biome-ignore format: a table
  for (const [name, message] of Object.entries(faults)) {
    await check(`a guest that traps is closed: ${name}`, async () => {
      const broken = await plugin();
      const error = caught(() => broken.faults[name]()) as Gantry.ComponentError;
      if (error.phase !== "trap" || !message.test(error.message)) throw error;
      equal((caught(() => broken.version()) as Gantry.ComponentError).code, "cannot-enter");
    });
  }

  await check("what is no component is refused", async () => {
    const error = await Component.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).catch((e: unknown) => e);
    equal((error as Gantry.ComponentError).phase, "decode");
  });
  return checks;
}

function caught(work: () => unknown): unknown {
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return error;
  }
  throw new Error(`nothing was thrown, but ${show(result)} returned`);
}

function equal(actual: unknown, expected: unknown): void {
  if (!same(actual, expected)) throw new Error(`expected ${show(expected)}, got ${show(actual)}`);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && same(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part))?.slice(0, 300) ??
  String(value);
