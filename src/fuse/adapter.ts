/**
 * One adapter: `canon_lower` around `canon_lift` in the specification, step by step, for synchronous functions.
 *
 * The order is that of the specification: leave the caller, enter the callee, lift the parameters and lower them, call,
 * lift the result, end the call's borrows, lower the result, `post-return`, leave the callee. To lift is to check: see
 * `check.ts`.
 */
import { hasHandles, hasPointers } from "../abi/contents.ts";
import type { FlatType } from "../abi/flatten.ts";
import { recordLayout } from "../abi/layout.ts";
import { resourceOf } from "../plan/types.ts";
import type { ValType, ValTypeOf } from "../types/types.ts";
import type { Local } from "../wasm/body.ts";
import { check } from "./check.ts";
import type { Code } from "./code.ts";
import type { Sides } from "./library.ts";
import type { AdapterModule } from "./module.ts";
import type { Pair } from "./program.ts";
import type { Side } from "./side.ts";
import { fieldSources, type InMemory, type Source } from "./source.ts";
import { hasBorrows } from "./traits.ts";
import { pass, pushScalar } from "./translate.ts";

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

    if (program.mayNotBeLeft(caller)) code.checkMayLeave();
    this.#enterOrLeave("enter");
    const loans = this.#passParams(params);
    const { instance, hasStorage } = this.#callee;
    if (hasStorage) code.leaf({ leaf: "clear-storage", instance });
    code.call(this.#module.func(lift.core, liftSignature.params, liftSignature.results));
    const [coreType] = liftSignature.results;
    const core = coreType === undefined ? undefined : code.keep(coreType);

    const pass = core === undefined ? undefined : this.#liftResult(core, coreType!);
    for (const end of loans) end();
    pass?.();
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
    this.#code.leaf({ leaf, callee, caller });
  }

  /** Lifts all parameters, then lowers them: leaves the callee's on the stack. Gives what there is to do when it returns. */
  #passParams(types: readonly ValType[]): readonly (() => void)[] {
    const code = this.#code;
    const { lowerSignature, liftSignature } = this.#pair;
    const way: Sides = { from: this.#caller, to: this.#callee };
    const sources = fieldSources(way.from, types, this.#paramsSource(types));
    if (types.some(hasHandles)) {
      if (this.#handlesAreSimple(types)) return this.#passSimpleHandles(types, sources, way);
      if (types.some(hasBorrows)) code.scope = code.leaf({ leaf: "begin-call" }).keep("externref");
      code.leaf({ leaf: "begin-handles" });
    }
    for (const [i, type] of types.entries()) check(code, way.from, type, sources[i]!);
    if (lowerSignature.paramsIn === "flat") {
      for (const [i, type] of types.entries()) pass(code, way, type, sources[i]!);
    } else {
      const { size, alignment, offsets } = recordLayout(types, way.to.pointer);
      const ptr = code.i32(size).allocate(way.to, "pointer", alignment).keep(liftSignature.params[0]!);
      for (const [i, type] of types.entries())
        pass(code, way, type, sources[i]!, { in: "memory", ptr, offset: offsets[i]! });
      code.get(ptr);
    }
    const { scope } = code;
    return scope === undefined ? [] : [() => code.get(scope).leaf({ leaf: "end-call" })];
  }

  /**
   * Whether handles can be lowered as soon as they are lifted, and nothing but a loan is to be remembered: where each is a
   * parameter of its own, no `realloc` could tell the difference, and those borrowed go to whoever defines the resource.
   */
  #handlesAreSimple(types: readonly ValType[]): boolean {
    if (this.#pair.lowerSignature.paramsIn === "memory" || types.some(hasPointers)) return false;
    return types.every((t) => !hasHandles(t) || t.kind === "own" || (t.kind === "borrow" && this.#goesHome(t)));
  }

  /** Whether the callee defines the resource of a handle, so that it gets the representation. */
  #goesHome(t: ValTypeOf<"borrow">): boolean {
    const { plan } = this.#module.program;
    const defined = plan.resources[resourceOf(t)]!;
    return (
      defined.kind === "defined" &&
      defined.rep === "i32" &&
      defined.instance === plan.options[this.#pair.callee]!.instance
    );
  }

  #passSimpleHandles(types: readonly ValType[], sources: readonly Source[], way: Sides): readonly (() => void)[] {
    const code = this.#code;
    const loans: (() => void)[] = [];
    const passed = types.map((t, i) => {
      const source = sources[i]!;
      if (t.kind !== "own" && t.kind !== "borrow") {
        check(code, way.from, t, source);
        return undefined;
      }
      const handle = { options: way.from.index, resource: resourceOf(t) };
      pushScalar(code, way.from, "u32", source);
      if (t.kind === "own") return this.#transferOwn(way, t).keep("i32");
      loans.push(() => {
        pushScalar(code, way.from, "u32", source);
        code.leaf({ leaf: "end-loan", ...handle });
      });
      return code.leaf({ leaf: "lend", ...handle }).keep("i32");
    });
    for (const [i, t] of types.entries()) {
      const local = passed[i];
      if (local === undefined) pass(code, way, t, sources[i]!);
      else code.get(local);
    }
    return loans;
  }

  /** Replaces a handle on the stack by one of the other side's. */
  #transferOwn({ from, to }: Sides, t: ValTypeOf<"own">): Code {
    return this.#code.leaf({ leaf: "transfer-own", from: from.index, to: to.index, resource: resourceOf(t) });
  }

  #paramsSource(types: readonly ValType[]): Source {
    const { params, paramsIn } = this.#pair.lowerSignature;
    if (paramsIn === "flat") {
      return { in: "flats", flats: params.map((type, i) => ({ local: this.#code.param(i), type })) };
    }
    return this.#place(this.#caller, types, this.#code.param(0));
  }

  /** The place at `ptr`, once it is checked that values of these types may be there. */
  #place(side: Side, types: readonly ValType[], ptr: Local): InMemory {
    const { size, alignment } = recordLayout(types, side.pointer);
    this.#code.checkPointer(side, ptr, size, alignment);
    return { in: "memory", ptr, offset: 0 };
  }

  /** Lifts the result that the callee has returned. Gives what lowers it. */
  #liftResult(core: Local, coreType: FlatType): () => void {
    const code = this.#code;
    const { liftSignature, type } = this.#pair;
    const t = type.result!;
    const way: Sides = { from: this.#callee, to: this.#caller };
    if (t.kind === "own") {
      code.get(core);
      const handle = this.#transferOwn(way, t).keep("i32");
      return () => code.get(handle);
    }
    const source: Source =
      liftSignature.resultsIn === "flat"
        ? { in: "flats", flats: [{ local: core, type: coreType }] }
        : this.#place(way.from, [t], core);
    if (hasHandles(t)) code.leaf({ leaf: "begin-handles" });
    check(code, way.from, t, source);
    return () => this.#lowerResult(way, t, source);
  }

  /** Lowers the result: to the caller's place, or onto the stack. */
  #lowerResult(way: Sides, t: ValType, source: Source): void {
    const code = this.#code;
    const { params, resultsIn } = this.#pair.lowerSignature;
    if (resultsIn === "flat") {
      pass(code, way, t, source);
      return;
    }
    pass(code, way, t, source, this.#place(way.to, [t], code.param(params.length - 1)));
  }
}
