/**
 * The core modules around what may be suspended. runtime/fiber.ts says what they are for, and instantiates them.
 */
import { builtin, type SignatureType } from "../abi/builtins.ts";
import { flattenFuncType } from "../abi/flatten.ts";
import { assert } from "../errors/component-error.ts";
import type { Plan, TrampolineIndex } from "../plan/plan.ts";
import type { EncodedType } from "../wasm/body.ts";
import { ModuleEncoder } from "../wasm/encoder.ts";
import type { Generator } from "./generator.ts";

type NumberType = "i32" | "i64" | "f32" | "f64";

interface CoreSignature {
  readonly params: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/**
 * A function for each of `shims`, exported under its position in the list: it calls what it imports as `"fast"` under
 * the same name, and whenever that asks for it, lets the stack be suspended.
 */
export function shimModule(generator: Generator, shims: readonly TrampolineIndex[]): Uint8Array {
  const module = new ModuleEncoder();
  const blocked = module.importGlobal("stack", "blocked", "i32", true);
  const slow = module.importFunc("stack", "slow", module.type([], ["externref"]));
  const resumed = new Map<string, ReturnType<ModuleEncoder["importFunc"]>>();
  const signatures = shims.map((index) => signatureOf(generator, index));
  for (const { results } of signatures) {
    const key = results.join();
    if (!resumed.has(key)) resumed.set(key, module.importFunc("stack", "resumed", module.type(["externref"], results)));
  }
  for (const [i, { params, results }] of signatures.entries()) {
    const type = module.type(params, results);
    const fast = module.importFunc("fast", String(i), type);
    const { func, body } = module.func(type);
    const result = results.map((t) => body.local(t));
    for (let p = 0; p < params.length; p++) body.emit("local.get", body.param(p));
    body.emit("call", fast);
    for (const place of result) body.emit("local.set", place);
    body.loop((again) => {
      body.emit("global.get", blocked);
      body.if(() => {
        body.emit("i32.const", 0).emit("global.set", blocked);
        body.emit("call", slow).emit("call", resumed.get(results.join())!);
        for (const place of result) body.emit("local.set", place);
        body.emit("br", again);
      });
    });
    for (const place of result) body.emit("local.get", place);
    module.export(String(i), func);
  }
  return module.finish();
}

function signatureOf(generator: Generator, index: TrampolineIndex): CoreSignature {
  const { plan } = generator;
  const trampoline = plan.trampolines[index]!;
  if (trampoline.op === "lower") {
    const node = plan.funcTypes[trampoline.type]!;
    return flattenFuncType(plan.options[trampoline.options]!, generator.funcType(node), "lower");
  }
  const row = builtin(trampoline.builtin);
  const pointer = pointerOf(plan, trampoline.immediates);
  const core = (type: SignatureType): NumberType => {
    if (type === "ptr") return pointer;
    assert(type === "i32" || type === "i64", "a built-in that may block takes numbers");
    return type;
  };
  return { params: row.params.map(core), results: row.results.map(core) };
}

function pointerOf(
  plan: Plan,
  { options, pointer }: { readonly options?: number; readonly pointer?: "i32" | "i64" },
): "i32" | "i64" {
  return options === undefined ? (pointer ?? "i32") : plan.options[options]!.pointer;
}

/**
 * What enters a core function: `"i32 i64 -> f32"` for one of that signature, which is imported as `callee`; `"thread i32"`
 * for functions of type `(func (param i32))`, which `entry` gets as its first parameter and `check` traps for if they are
 * not. It tells `ended` of the result.
 */
export function entryModule(signature: string): Uint8Array {
  const thread = /^thread (i32|i64)$/.exec(signature);
  if (thread !== null) return threadModule(thread[1] as "i32" | "i64");
  const [params = "", results = ""] = signature.split("->");
  const types = (text: string) => (text.match(/\S+/g) ?? []) as NumberType[];
  return calleeModule({ params: types(params), results: types(results) });
}

function calleeModule({ params, results }: CoreSignature): Uint8Array {
  const module = new ModuleEncoder();
  const callee = module.importFunc("", "callee", module.type(params, results));
  const ended = module.importFunc("", "ended", module.type(results, []));
  const { func, body } = module.func(module.type(params, []));
  for (let i = 0; i < params.length; i++) body.emit("local.get", body.param(i));
  body.emit("call", callee).emit("call", ended);
  module.export("entry", func);
  return module.finish();
}

function threadModule(closure: "i32" | "i64"): Uint8Array {
  const module = new ModuleEncoder();
  const start = module.type([closure], []);
  const ended = module.importFunc("", "ended", module.type([], []));
  const entryParams: readonly EncodedType[] = ["funcref", closure];
  const entry = module.func(module.type(entryParams, []));
  entry.body.emit("local.get", entry.body.param(1)).emit("local.get", entry.body.param(0));
  entry.body.emit("ref.cast", start).emit("call_ref", start).emit("call", ended);
  module.export("entry", entry.func);
  const check = module.func(module.type(["funcref"], []));
  check.body.emit("local.get", check.body.param(0)).emit("ref.cast", start).emit("drop");
  module.export("check", check.func);
  return module.finish();
}
