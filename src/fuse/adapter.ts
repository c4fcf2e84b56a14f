/**
 * One adapter: `canon_lower` around `canon_lift` in the specification, step by step, for synchronous functions.
 *
 * The order is that of the specification: leave the caller, enter the callee, lift the parameters and lower them, call,
 * lift the result, end the call's borrows, lower the result, `post-return`, leave the callee. To lift is to check: see
 * `check.ts`.
 */
import type { FlatType } from "../abi/flatten.ts";
import { recordLayout } from "../abi/layout.ts";
import type { ValType } from "../types/types.ts";
import { externref, type Local } from "../wasm/body.ts";
import { check } from "./check.ts";
import type { Code } from "./code.ts";
import type { AdapterModule } from "./module.ts";
import type { Pair } from "./program.ts";
import type { Side } from "./side.ts";
import { fieldSources, type Source } from "./source.ts";
import { lowerFlat, store, type Way } from "./translate.ts";
import { hasHandles, hasPointers } from "./types.ts";

/** Writes the body of the adapter for `pair`, which has been declared. */
export function writeAdapter(module: AdapterModule, pair: Pair): void {
  const code = module.adapter(pair.index);
  const adapter = new Adapter(module, pair, code);
  if (!adapter.mayThrow) {
    adapter.write();
    return;
  }
  code.guarded(
    pair.lowerSignature.results[0],
    () => adapter.write(),
    () => code.trap({ leaf: "uncaught-exception" }),
  );
}

class Adapter {
  readonly #module: AdapterModule;
  readonly #pair: Pair;
  readonly #code: Code;
  readonly #caller: Side;
  readonly #callee: Side;

  constructor(module: AdapterModule, pair: Pair, code: Code) {
    this.#module = module;
    this.#pair = pair;
    this.#code = code;
    this.#caller = module.side(pair.caller);
    this.#callee = module.side(pair.callee);
  }

  /** Whether exceptions can come out of what the adapter calls. Nobody on this side of the call may catch them. */
  get mayThrow(): boolean {
    const { program } = this.#module;
    const { caller, callee, type } = this.#pair;
    return program.throws(callee) || (program.throws(caller) && type.result !== undefined && hasPointers(type.result));
  }

  write(): void {
    const code = this.#code;
    const { program } = this.#module;
    const { type, caller, callee, lift, liftSignature } = this.#pair;
    const params = type.params.map((param) => param.type);
    const handled = [...params, ...(type.result === undefined ? [] : [type.result])];

    if (program.mayNotBeLeft(caller)) code.checkMayLeave();
    this.#enterOrLeave("enter");
    if (handled.some(hasHandles)) code.scope = code.call(this.#module.leaf({ leaf: "begin-call" })).keep(externref);

    this.#passParams(params);
    code.call(this.#module.func(lift.core, liftSignature.params, liftSignature.results));
    const [coreType] = liftSignature.results;
    const core = coreType === undefined ? undefined : code.keep(coreType);

    const result = core === undefined ? undefined : this.#checkResult(core, coreType!);
    if (params.some(hasHandles)) code.get(code.scope!).call(this.#module.leaf({ leaf: "end-call" }));
    if (result !== undefined) this.#passResult(result);
    const { postReturn } = program.plan.options[callee]!;
    if (postReturn !== undefined) {
      code.withoutLeaving(this.#callee, () => {
        if (core !== undefined) code.get(core);
        code.call(this.#module.func(postReturn, liftSignature.results, []));
      });
    }
    this.#enterOrLeave("leave");
  }

  #enterOrLeave(leaf: "enter" | "leave"): void {
    const { plan, tracksEntering } = this.#module.program;
    if (!tracksEntering) return;
    const [caller, callee] = [plan.options[this.#pair.caller]!.instance, plan.options[this.#pair.callee]!.instance];
    this.#code.call(this.#module.leaf({ leaf, callee, caller }));
  }

  /** Lifts all parameters, then lowers them: leaves the callee's on the stack. */
  #passParams(types: readonly ValType[]): void {
    const code = this.#code;
    const { lowerSignature, liftSignature } = this.#pair;
    const way: Way = { from: this.#caller, to: this.#callee };
    const sources = fieldSources(way.from, types, this.#paramsSource(types));
    for (const [i, type] of types.entries()) check(code, way.from, type, sources[i]!);
    if (lowerSignature.paramsIn === "flat") {
      for (const [i, type] of types.entries()) lowerFlat(code, way, type, sources[i]!);
      return;
    }
    const { size, alignment, offsets } = recordLayout(types, way.to.pointer);
    const ptr = code.i32(size).allocate(way.to, "pointer", alignment).keep(liftSignature.params[0]!);
    for (const [i, type] of types.entries()) store(code, way, type, sources[i]!, ptr, offsets[i]!);
    code.get(ptr);
  }

  #paramsSource(types: readonly ValType[]): Source {
    const { params, paramsIn } = this.#pair.lowerSignature;
    if (paramsIn === "flat") {
      return { in: "flats", flats: params.map((type, i) => ({ local: this.#code.param(i), type })) };
    }
    const ptr = this.#code.param(0);
    const { size, alignment } = recordLayout(types, this.#caller.pointer);
    this.#code.checkPointer(this.#caller, ptr, size, alignment);
    return { in: "memory", ptr, offset: 0 };
  }

  /** Lifts the result that the callee has returned. */
  #checkResult(core: Local, coreType: FlatType): Source {
    const { liftSignature, type } = this.#pair;
    const t = type.result!;
    const flat = liftSignature.resultsIn === "flat";
    if (!flat) {
      const { size, alignment } = recordLayout([t], this.#callee.pointer);
      this.#code.checkPointer(this.#callee, core, size, alignment);
    }
    const source: Source = flat
      ? { in: "flats", flats: [{ local: core, type: coreType }] }
      : { in: "memory", ptr: core, offset: 0 };
    check(this.#code, this.#callee, t, source);
    return source;
  }

  /** Lowers the result: to the caller's place, or onto the stack. */
  #passResult(source: Source): void {
    const code = this.#code;
    const { lowerSignature, type } = this.#pair;
    const t = type.result!;
    const way: Way = { from: this.#callee, to: this.#caller };
    if (lowerSignature.resultsIn === "flat") {
      lowerFlat(code, way, t, source);
      return;
    }
    const place = code.param(lowerSignature.params.length - 1);
    const { size, alignment } = recordLayout([t], way.to.pointer);
    code.checkPointer(way.to, place, size, alignment);
    store(code, way, t, source, place, 0);
  }
}
