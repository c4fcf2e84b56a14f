import assert from "node:assert/strict";
import { test } from "node:test";
import { type BuiltinName, builtins } from "../../../src/abi/builtins.ts";
import type { AsyncContext } from "../../../src/runtime/async-builtins.ts";
import { makeAsyncBuiltin } from "../../../src/runtime/async-table.ts";
import { makeBuiltin } from "../../../src/runtime/builtins.ts";
import { ComponentInstance } from "../../../src/runtime/instance.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { ResourceType } from "../../../src/runtime/resources.ts";
import { schedulerOf } from "../../../src/runtime/scheduler.ts";
import { Store } from "../../../src/runtime/store.ts";
import { reasonOf } from "../../../src/runtime/trap.ts";

/** A built-in of an instance in which nothing is, and that is called with zeros; the code of what it throws. */
function codeOf(name: BuiltinName, when: (call: () => unknown) => unknown): string | undefined {
  const instance = new ComponentInstance(new Store());
  const type = new ResourceType("thing", instance);
  const immediates = { slot: 0, coreType: "i32", closure: "i32" } as const;
  const later = () => assert.fail(`${name} asks for more than whether it may leave`);
  const cx = {
    instance, immediates, scheduler: schedulerOf(instance.store), stacks: undefined, threads: false, blocks: false, async: false,
    resource: () => type, dropper: later, cx: later, type: later, payload: later, result: later, suits: later, table: later,
    messages: () => ({ instance, cx: later, load: later, store: later }),
  } as unknown as AsyncContext & { resource: () => ResourceType }; // biome-ignore format: a list
  const made = makeAsyncBuiltin(name, cx) ?? makeBuiltin(name, cx);
  try {
    when(() => (made as (...args: number[]) => unknown)(0, 0, 0));
  } catch (error) {
    return reasonOf(error).code;
  }
  return undefined;
}

/** As a `realloc` or a `post-return` calls it. */
function withoutLeave(call: () => unknown): void {
  mayNotLeave[0] = 1;
  try {
    call();
  } finally {
    mayNotLeave[0] = 0;
  }
}

for (const [name, { mayLeave }] of Object.entries(builtins)) {
  test(`${name} ${mayLeave ? "asks whether its instance may be left before it does anything" : "may always be called"}`, () => {
    const code = codeOf(name as BuiltinName, withoutLeave);
    if (mayLeave) assert.equal(code, "cannot-leave");
    else assert.notEqual(code, "cannot-leave");
  });
}
