/**
 * A host without WebAssembly, for tests of the runner: the bytes of a component are a word that says how it behaves.
 */
import { ComponentError, type Phase } from "../../../src/errors/component-error.ts";
import { primitives } from "../../../src/types/interner.ts";
import type { FuncType } from "../../../src/types/types.ts";
import type { Host } from "../../../src/wast/host.ts";
import { TypeMaker } from "../types/maker.ts";

const types = new TypeMaker();
const { u32 } = primitives;
const param = (type: FuncType["params"][number]["type"]) => [{ label: "x", type }];

const funcs: { readonly [name: string]: [type: FuncType, run: (x: never) => unknown] } = {
  id: [types.func(false, param(u32), u32), (x: number) => x],
  div: [
    types.func(false, param(u32), types.result(u32, primitives.string)),
    (x: number) => (x === 0 ? { tag: "err", val: "zero" } : { tag: "ok", val: 1 / x }),
  ],
  trap: [types.func(false, [], undefined), () => fail("trap", "unknown handle index 7")],
  unreachable: [types.func(false, [], undefined), () => fail("trap", "wasm trap: unreachable", "core")],
  null: [types.func(false, [], undefined), () => fail("trap", "wasm trap: indirect call type mismatch", "core")],
  link: [types.func(false, [], undefined), () => fail("link", "unknown handle index 7")],
  bug: [types.func(false, [], undefined), () => fail(undefined, "unknown handle index 7")],
  never: [types.func(true, [], undefined), () => new Promise(() => {})],
  loop: [
    types.func(false, [], undefined),
    () => {
      for (;;);
    },
  ],
  crash: [
    types.func(false, [], undefined),
    () => {
      setTimeout(() => fail(undefined, "from the background"));
      return new Promise(() => {});
    },
  ],
};

function fail(phase: Phase | undefined, message: string, code = "test"): never {
  throw phase === undefined ? new TypeError(message) : new ComponentError(phase, code, message);
}

/** `"ok"`, or `"<when> <phase> <message>"` with when = compile or instantiate. */
export function createHost(): Host<string, string> {
  const play = (when: string, behaviour: string): void => {
    const [at, phase, ...message] = behaviour.split(" ");
    if (at === when) fail(phase === "bug" ? undefined : (phase as Phase), message.join(" "));
  };
  return {
    async compile(bytes) {
      const behaviour = new TextDecoder().decode(bytes);
      play("compile", behaviour);
      return behaviour;
    },
    async instantiate(component) {
      play("instantiate", component);
      return component;
    },
    funcType: (_, name) => funcs[name]?.[0],
    invoke: async (_, name, args) => funcs[name]![1](...(args as [never])),
  };
}
