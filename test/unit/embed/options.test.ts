import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { Component } from "../../../src/embed/component.ts";
import { Linker } from "../../../src/embed/linker.ts";
import { resource } from "../../../src/embed/resource.ts";
import { Store } from "../../../src/embed/store.ts";

const component = await Component.compile(
  await parse(`(component (core module $M (func (export "f"))) (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))`),
);

test("options of instantiate that are misspelt are refused by name, whatever is missing besides", async () => {
  const linker = new Linker();
  const cases: [options: unknown, message: RegExp][] = [
    [{ stores: new Store() }, /there is no option "stores" of Linker\.instantiate; did you mean "store"\?/],
    [{ store: {} }, /the option "store" is a Store, not {}/],
    [null, /the options of Linker\.instantiate are an object, not null/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(linker.instantiate(component, options as never), { name: "TypeError", message });
    assert.throws(() => linker.instantiateSync(component, options as never), { name: "TypeError", message });
  }
});

test("options of a store that are misspelt are refused by name", () => {
  const cases: [options: unknown, message: RegExp][] = [
    [{ onDeadLock: "wait" }, /there is no option "onDeadLock" of Store; did you mean "onDeadlock"\?/],
    [{ onDeadlock: "block" }, /the option "onDeadlock" is "fail" or "wait", not "block"/],
    [{ onUnhandled: "log" }, /the option "onUnhandled" is a function, not "log"/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => new Store(options as never), { name: "TypeError", message });
  }
  assert.equal(new Store({ onDeadlock: undefined, onUnhandled() {} } as never).constructor.name, "Store");
});

test("options of a call that are misspelt are refused by name", async () => {
  const func = (await new Linker().instantiate(component)).func("f");
  const cases: [options: unknown, message: RegExp][] = [
    [{ abort: new AbortController().signal }, /there is no option "abort" of Func\.with; there are signal/],
    [{ signal: new AbortController() }, /the option "signal" is an AbortSignal, not an AbortController/],
    [undefined, /the options of Func\.with are an object, not undefined/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => func.with(options as never), { name: "TypeError", message });
  }
  assert.equal(func.with({ signal: undefined }).call(), undefined);
});

test("options of a resource that are misspelt are refused by name", () => {
  class Thing {}
  const cases: [options: unknown, message: RegExp][] = [
    [{ dropped() {} }, /there is no option "dropped" of resource; did you mean "drop"\?/],
    [{ drop: "close" }, /the option "drop" is a function, not "close"/],
    [null, /the options of resource are an object, not null/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => resource(Thing, options as never), { name: "TypeError", message });
  }
  assert.equal(resource(Thing, { drop: undefined } as never), Thing);
});

test("a function that is asked for by something else than a name is told as that", async () => {
  const instance = await new Linker().instantiate(component);
  assert.throws(() => instance.func(5 as never), {
    name: "TypeError",
    message: "a function is found by its names, not by a number",
  });
  assert.throws(() => instance.func(...([] as unknown as [string])), { name: "TypeError", message: /none was given/ });
});
