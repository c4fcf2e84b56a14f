/** Functions of the host's that a component exports as it has imported them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blocking } from "../../../src/embed/blocking.ts";
import { cancellable } from "../../../src/embed/cancellable.ts";
import type { AnyFunction } from "../../../src/embed/func.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { ResultError } from "../../../src/errors/result-error.ts";
import { caught } from "../errors/caught.ts";
import { component, instantiate } from "./guests.ts";

/** A component that exports the function `f` as it is; and once more in an interface. */
const passing = (type: string) =>
  `(component (import "f" (func $f ${type})) (export "g" (func $f))
    (instance $i (export "g" (func $f))) (export "a:b/c" (instance $i)))`;

type Exports = Record<string, (...args: unknown[]) => unknown>;

async function handOn(type: string, f: (...args: never[]) => unknown) {
  const instance = await instantiate(passing(type), { f });
  return { instance, exports: instance.exports as Exports, func: instance.func("g") };
}

const message = (action: () => unknown) => caught(action).message;

for (const tier of ["jit", "evaluate"] as const) {
  test(`an import that is exported again takes arguments of its type alone: ${tier}`, async () => {
    const seen: unknown[] = [];
    const passed = await component(passing('(param "n" u32) (param "l" (list (tuple u8 string)))'), { tier });
    const instance = await new Linker().define("f", (...args: unknown[]) => void seen.push(args)).instantiate(passed);
    const { g } = instance.exports as Exports;
    assert.equal(
      message(() => g!("x", [])),
      'import "f" › param "n": expected u32, got "x"',
    );
    assert.equal(
      message(() => g!(-1, [])),
      'import "f" › param "n": expected u32, got -1, which is out of range for u32 (0..4294967295)',
    );
    assert.match(message(() => g!(1, [[1, "a"], [2, 3]])), /^import "f" › param "l" › .*expected string, got 3$/); // biome-ignore format: one row
    assert.match(
      message(() => instance.func("g").call(1)),
      /param "l": expected list/,
    );
    assert.match(
      message(() => instance.func("g").read(() => 0, 1)),
      /param "l": expected list/,
    );
    assert.match(
      message(() => instance.func("a:b/c", "g").call("x", [])),
      /param "n"/,
    );
    await assert.rejects(instance.func("g").callAsync("x", []), /param "n": expected u32/);
    assert.deepEqual(seen, []);
    assert.equal(g!(1, [[2, "a"]], "more"), undefined);
    assert.deepEqual(seen, [[1, [[2, "a"]]]]);
  });
}

test("what a function returns that is exported again is of its type", async () => {
  const answers: unknown[] = [7, "old", Promise.resolve(7)];
  const { exports, func } = await handOn("(result u32)", () => answers.shift());
  assert.equal(exports["g"]!(), 7);
  const error = caught(() => exports["g"]!());
  assert.deepEqual([error.phase, error.code], ["call", "wrong-result"]);
  assert.equal(error.message, 'import "f" › result: expected u32, got "old"');
  assert.match(
    message(() => func.call()),
    /a value is wanted, not the promise of one/,
  );
  answers.push(3, 4);
  assert.equal(func.read((n: number) => n * 2), 6); // biome-ignore format: one row
  assert.equal(await func.callAsync(), 4);
  const nothing = await handOn("", () => 5);
  assert.equal(nothing.exports["g"]!(), undefined);
  const promise = await handOn("", async () => {});
  assert.match(
    message(() => promise.exports["g"]!()),
    /the function returned a promise/,
  );
});

test("what a function throws that is exported again is of its type, if its result is a result", async () => {
  let thrown: unknown;
  const { exports } = await handOn("(result (result u8 (error string)))", () => {
    if (thrown === undefined) return 300;
    throw thrown;
  });
  const g = () => exports["g"]!();
  assert.match(message(g), /^import "f" › result: expected u8, got 300/);
  thrown = "no";
  assert.throws(g, (error) => error instanceof ResultError && error.payload === "no");
  thrown = new ResultError("no");
  assert.throws(g, (error) => error === thrown);
  thrown = new ResultError(4);
  assert.equal(message(g), 'import "f" › payload of the error thrown: expected string, got 4');
  thrown = new RangeError("an accident");
  assert.throws(g, (error) => error === thrown);
  const plain = await handOn("(result u8)", () => {
    throw thrown;
  });
  assert.throws(
    () => plain.exports["g"]!(),
    (error) => error === thrown,
  );
});

test("an asynchronous function that is exported again gives promises of its type", async () => {
  const fail = async () => {
    throw new Error("accident");
  };
  const answers = [() => 1, async () => 2, () => "x", async () => "y", fail, () => 5];
  const { exports, func } = await handOn('async (param "n" u8) (result u8)', () => answers.shift()!());
  assert.equal(await exports["g"]!(1), 1);
  assert.equal(await func.callAsync(1), 2);
  await assert.rejects(exports["g"]!(256) as Promise<unknown>, /import "f" › param "n": expected u8, got 256/);
  await assert.rejects(exports["g"]!(1) as Promise<unknown>, /import "f" › result: expected u8, got "x"/);
  await assert.rejects(exports["g"]!(1) as Promise<unknown>, /import "f" › result: expected u8, got "y"/);
  await assert.rejects(exports["g"]!(1) as Promise<unknown>, /^Error: accident$/);
  assert.equal(await func.read((n: number) => n * 2, 1), 10);
});

test("a function that is exported again keeps its marks", async () => {
  const waiting = await handOn(
    "(result u8)",
    blocking(async () => 7),
  );
  assert.equal(await waiting.exports["g"]!(), 7);
  assert.equal(await waiting.func.callAsync(), 7);
  const bad = await handOn(
    "(result u8)",
    blocking(async () => "x"),
  );
  await assert.rejects(bad.func.callAsync(), /result: expected u8, got "x"/);

  const seen: unknown[] = [];
  const stoppable = cancellable(async (n: number, signal: AbortSignal) => void seen.push(n, signal));
  const { exports, func } = await handOn('async (param "n" u8)', stoppable);
  const { signal } = new AbortController();
  await exports["g"]!(1);
  await func.with({ signal }).call(2);
  assert.ok(seen[1] instanceof AbortSignal);
  assert.deepEqual(seen.slice(2), [2, signal]);
  const stopped = func.with({ signal: AbortSignal.abort(new Error("enough")) });
  await assert.rejects(stopped.callAsync(3), /enough/);
  assert.equal(seen.length, 4);

  const again = await instantiate(passing('async (param "n" u8)'), { f: exports["g"] as AnyFunction });
  await again.func("g").with({ signal }).callAsync(5);
  assert.deepEqual(seen.slice(4), [5, signal]);
});

test("a signal stands behind all arguments, though the last are left out", async () => {
  const seen: unknown[] = [];
  const stoppable = cancellable(async (n: number | undefined, signal: AbortSignal) => void seen.push(n, signal));
  const type = 'async (param "n" (option u8))';
  const { func, exports } = await handOn(type, stoppable);
  const again = await instantiate(passing(type), { f: exports["g"] as AnyFunction });
  const { signal } = new AbortController();
  await func.with({ signal }).call();
  await again.func("g").with({ signal }).call();
  assert.deepEqual(seen, [undefined, signal, undefined, signal]);
});

test("a function is checked once, however often it is handed on", async () => {
  const { exports } = await handOn('(param "n" u8)', () => {});
  const again = await instantiate(passing('(param "n" u8)'), { f: exports["g"] as AnyFunction });
  assert.equal((again.exports as Exports)["g"], exports["g"]);
  await assert.rejects(instantiate(passing('(param "n" u16)'), { f: exports["g"] as AnyFunction }), /func\(n: u8\)/);
});

test("handles that go through a function that is exported again are of its resource", async () => {
  class Thing {}
  const seen: unknown[] = [];
  const text = `(component (import "i" (instance $i (export "thing" (type $t (sub resource)))
      (export "own" (func (param "t" (own $t)) (result (own $t)))) (export "look" (func (param "t" (borrow $t))))))
    (export "j" (instance $i)))`;
  const i = { Thing, own: (thing: Thing) => thing, look: (thing: Thing) => void seen.push(thing) };
  const { j } = (await instantiate(text, { i })).exports as unknown as { j: Exports };
  const thing = new Thing();
  assert.equal(j["own"]!(thing), thing);
  j["look"]!(thing);
  assert.deepEqual(seen, [thing]);
  assert.match(
    message(() => j["look"]!({})),
    /param "t": expected/,
  );
  assert.match(
    message(() => j["own"]!(undefined)),
    /param "t": expected/,
  );
});
