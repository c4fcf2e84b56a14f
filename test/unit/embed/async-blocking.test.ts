/** Functions of the host that return promises where their type is not async. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blocking } from "../../../src/embed/blocking.ts";
import { views } from "../../../src/embed/func.ts";
import { canSuspend } from "../../../src/runtime/fiber.ts";
import { Store } from "../../../src/runtime/store.ts";
import { settled } from "./async-ends.ts";
import { guestText, instantiateGuest, skip } from "./async-guests.ts";
import { instantiate } from "./guests.ts";

const after = async <T>(value: T): Promise<T> => {
  await settled();
  return value;
};

const fetching = {
  imports: { fetch: { core: "(param i32) (result i32)", is: `(param "n" u32) (result u32)` } },
  exports: { get: { is: `(param "n" u32) (result u32)` } },
  code: `(func (export "get") (param i32) (result i32) (call $fetch (local.get 0)))`,
};

test("a function that is marked as blocking may give a promise where its type is not async", { skip }, async () => {
  const instance = await instantiateGuest(fetching, { fetch: blocking((n: number) => after(n * 2)) });
  const get = instance.func("get");
  assert.equal(await get.callAsync(4), 8);
  assert.deepEqual(await Promise.all([get.callAsync(1), get.callAsync(2)]), [2, 4]);
  assert.throws(() => get.call(4), {
    message:
      'import "fetch": the function returned a promise, and the guest cannot be suspended: call the guest with `callAsync`, on an engine with JavaScript Promise Integration',
    phase: "unsupported",
  });
});

for (const [type, core, value] of [
  ["u64", "i64", 2n ** 64n - 1n],
  ["s64", "i64", -(2n ** 63n)],
  ["f32", "f32", 0.5],
  ["f64", "f64", Number.MIN_VALUE],
] as const) {
  test(`what is waited for may be ${type}`, { skip }, async () => {
    const is = `(param "n" ${type}) (result ${type})`;
    const instance = await instantiateGuest(
      {
        imports: { fetch: { core: `(param ${core}) (result ${core})`, is } },
        exports: { get: { is } },
        code: `(func (export "get") (param ${core}) (result ${core}) (call $fetch (local.get 0)))`,
      },
      { fetch: blocking(after<unknown>) },
    );
    assert.equal(await instance.func("get").callAsync(value), value);
  });
}

test("what would have to wait where nothing can is refused", { skip: canSuspend && "can wait" }, async () => {
  const instance = await instantiateGuest(fetching, { fetch: blocking((n: number) => after(n)) });
  await assert.rejects(instance.func("get").callAsync(4), {
    message: /^import "fetch": the function returned a promise, and the guest cannot be suspended: call the guest with/,
    phase: "unsupported",
  });
});

test("a function that is marked as blocking, but gives a value at once, needs nothing else", async () => {
  const instance = await instantiateGuest(fetching, { fetch: blocking((n: number) => n * 2) });
  assert.equal(instance.func("get").call(4), 8);
  assert.equal(await instance.func("get").callAsync(4), 8);
});

test("a rejected promise of a function that is marked as blocking is the error that is thrown", { skip }, async () => {
  const instance = await instantiateGuest(fetching, {
    fetch: blocking(async () => {
      throw new Error("offline");
    }),
  });
  await assert.rejects(instance.func("get").callAsync(4), (error) => {
    assert.match(String(error), /: import "fetch": a host function threw: offline$/);
    assert.equal(((error as Error).cause as Error).message, "offline");
    return true;
  });
});

test("a promise of a function that is not marked is refused, and what to do is said", async () => {
  const instance = await instantiateGuest(fetching, { fetch: async (n: number) => n });
  assert.throws(() => instance.func("get").call(4), {
    message:
      'import "fetch" › result: expected u32, got a Promise: a value is wanted, not the promise of one; for the component to wait for it, wrap the function in `blocking(…)`',
  });
});

test("a promise of a function that is not marked is refused, too, if it has no result", async () => {
  const saying = guestText({
    types: "(type $none (result))",
    imports: {
      say: { core: "(param i32)", is: `(param "n" u32)` },
      try: { core: "(result i32)", is: "(result $none)" },
    },
    exports: { say: { is: "" }, try: { is: "(result u32)" } },
    code: `
      (func (export "say") (call $say (i32.const 1)))
      (func (export "try") (result i32) (call $try))`,
  });
  const returned: unknown[] = [Promise.resolve(), 5, undefined, "a text", Promise.resolve()];
  const definitions = { say: () => returned.shift(), try: () => returned.shift() };
  const message =
    ": the function returned a promise, for which nothing waits; for the component to wait for it, wrap the function in `blocking(…)`, and if it need not, let it return nothing";
  const refused = await instantiate(saying, definitions);
  assert.throws(() => refused.func("say").call(), { message: `import "say"${message}` });
  const instance = await instantiate(saying, definitions);
  instance.func("say").call();
  assert.equal(instance.func("try").call(), 0);
  instance.func("say").call();
  assert.throws(() => instance.func("try").call(), { message: `import "try"${message}` });
});

test("a function that blocks does so through any number of components", { skip }, async () => {
  const inner = guestText(fetching);
  const text = `(component
    (import "fetch" (func $fetch (param "n" u32) (result u32)))
    (component $A ${inner.slice("(component".length)}
    (component $B ${inner.slice("(component".length)}
    (instance $a (instantiate $A (with "fetch" (func $fetch))))
    (instance $b (instantiate $B (with "fetch" (func $a "get"))))
    (export "get" (func $b "get")))`;
  for (const fetch of [blocking((n: number) => after(n + 1)), blocking((n: number) => n + 1)]) {
    const instance = await instantiate(text, { fetch });
    assert.equal(await instance.func("get").callAsync(4), 5);
    assert.equal(await instance.func("get").callAsync(5), 6);
  }
});

test("what a function gives after the store has trapped is not written to the memory of the component", {
  skip,
}, async () => {
  const store = new Store();
  let memory!: Uint8Array;
  let answer!: (text: string) => void;
  const waits = await instantiateGuest(
    {
      imports: {
        show: { core: "(param i32 i32)", is: `(param "at" (list u8))`, with: "(memory $memory)" },
        fetch: { core: "(param i32)", is: "(result string)", with: "(memory $memory) (realloc (func $realloc))" },
      },
      exports: { run: { is: "" } },
      // Where `realloc` finds room first.
      code: `(func (export "run") (call $show (i32.const 65536) (i32.const 8)) (call $fetch (i32.const 16)))`,
    },
    {
      show: views((at: Uint8Array) => {
        memory = at;
      }),
      fetch: blocking(() => new Promise<string>((resolve) => (answer = resolve))),
    },
    { store },
  );
  const call = waits.func("run").callAsync();
  const traps = await instantiateGuest(
    { exports: { trap: { is: "" } }, code: `(func (export "trap") unreachable)` },
    {},
    { store },
  );
  assert.throws(() => traps.func("trap").call(), { code: "core" });
  await assert.rejects(call, { code: "core" });
  answer("written");
  await settled();
  assert.deepEqual(memory, new Uint8Array(8));
});
