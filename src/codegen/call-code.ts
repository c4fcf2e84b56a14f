/**
 * What the functions for whole calls have in common: the constants that they get from their binding, the flags of the
 * instances that they enter, and how parameters and results travel. "Lifting and Lowering Values" in CanonicalABI.md.
 */
import { hasHandles } from "../abi/contents.ts";
import { flatCount } from "../abi/flatten.ts";
import { camelCase, capitalize } from "../abi/js-names.ts";
import { recordLayout, variantLayout } from "../abi/layout.ts";
import { getOrInsert } from "../abi/remembered.ts";
import { assert } from "../errors/component-error.ts";
import type { InstanceIndex } from "../plan/plan.ts";
import type { FuncType, ValType, ValTypeOf } from "../types/types.ts";
import { array, binary, call, constant, env, get, index, local } from "./build.ts";
import { Flats, LoweredFlats } from "./flats.ts";
import { type Capture, Code, type Convention, type Side } from "./generator.ts";
import { lift, liftParts, load } from "./lift.ts";
import { lowerParts, type Target } from "./lower.ts";
import { Place, unsigned } from "./place.ts";
import { Room, storeAll } from "./room.ts";
import { BINDING, type Expr, type Maker } from "./tree.ts";
import { casesOf } from "./values.ts";
import { liftPointer, read } from "./views.ts";
import { isUnbounded } from "./volume.ts";

// `ENTERED` and `TRAPPED` of runtime/instance.ts.
const ENTERED = 1;
const TRAPPED = 4;

/** The code of a function for calls, and of its maker. */
export class CallCode extends Code {
  readonly #constants: { name: string; value: Expr }[] = [];
  readonly #known: Map<string, Expr> = new Map();

  capture(side: Side, what: Capture): Expr {
    if (what === "scope") return local("scope");
    if (what === "views") return this.bound(what);
    const [, kind, id] = /^(resource|async|labels|cases)(\d+)$/.exec(what) ?? [];
    if (kind === "labels" || kind === "cases") {
      const t = this.generator.types[Number(id)] as ValTypeOf<"enum" | "variant">;
      const labels = array((t.kind === "enum" ? t.labels : t.cases.map(({ label }) => label)).map(constant));
      return this.constant(what, () => (kind === "labels" ? labels : call("caseTable", labels)));
    }
    if (kind !== undefined) {
      const table = kind === "async" ? "asyncTypes" : "resources";
      return this.constant(what, () => index(this.binding(table), Number(id)));
    }
    const name = side.prefix === "" ? what : side.prefix + capitalize(what);
    return this.constant(name, () => {
      if (what === "memory") return get(this.cx(side), "memory");
      assert(what === "cx");
      return side.prefix === "" ? this.binding("cx") : get(this.binding("lift"), "cx");
    });
  }

  /** A member of the binding, which is a constant. */
  binding(key: string): Expr {
    return get(local(BINDING), key);
  }

  /** The same, as a constant of that name. */
  bound(key: string): Expr {
    return this.constant(key, () => this.binding(key));
  }

  /** A constant of the maker, which is computed once for each instance. */
  constant(name: string, value: () => Expr): Expr {
    return getOrInsert(this.#known, name, () => {
      this.#constants.push({ name, value: value() });
      return local(name);
    });
  }

  /** The maker of a function `name` with these parameters. */
  maker(prefix: string, name: string, params: readonly string[]): Maker {
    const made = this.generator.functionName(`${prefix}$${name}`);
    return { name: made, constants: this.#constants, func: { name, params, body: this.statements } };
  }

  // ---- Flags

  /** The instances that a call enters, of which there are `count`. `entering` is where the binding has them. */
  entering(entering: Expr, count: number): readonly Expr[] {
    return Array.from({ length: count }, (_, i) => this.constant(`entering${i}`, () => index(entering, i)));
  }

  /** `may_enter_from` in the specification: `refuse` is what becomes of a call that may not enter. */
  checkMayEnter(instances: readonly Expr[], refuse: (instance: Expr) => Expr): void {
    for (const instance of instances) {
      this.if(binary(get(instance, "flags"), "!==", 0), () => this.do(refuse(instance)));
    }
  }

  /** `enter_from` in the specification. */
  enter(instances: readonly Expr[]): void {
    for (const instance of instances) this.set(instance, "flags", constant(ENTERED));
  }

  /** `leave_to` in the specification. An instance that something has closed for good meanwhile stays so (`Store.poison`). */
  leave(instances: readonly Expr[]): void {
    for (const instance of instances) this.set(instance, "flags", constant(0));
  }

  /**
   * Closes instances until the binding's `failed` has seen what went wrong. Where the stack is exhausted that cannot even
   * be called, and then they stay closed.
   */
  close(instances: readonly Expr[]): void {
    for (const instance of instances) this.set(instance, "flags", constant(TRAPPED));
    this.setMayNotLeave(0);
  }

  /** `trap_if(not may_leave)` of the caller. */
  checkMayLeave(caller: InstanceIndex): void {
    if (!this.generator.waysOut.unleavable.has(caller)) return;
    this.if(binary(index(env("mayNotLeave"), 0), "!==", 0), () => this.do(call("cannotLeave", this.bound("path"))));
  }

  /** Calls `post-return` with the core results, if there is one. */
  postReturn(postReturn: Expr, results: readonly Expr[]): void {
    this.setMayNotLeave(1);
    this.do({ op: "call", callee: postReturn, args: results });
    this.setMayNotLeave(0);
  }

  // ---- Values

  /** `side` for lifting values of these types. To be called right before they are lifted, all at once. */
  lifting(side: Side, types: readonly ValType[]): Side {
    if (!isUnbounded(types)) return side;
    this.do(call("beginVolume"));
    return { ...side, counted: true };
  }

  /** The scope of a call with handles among its parameters; `undefined` for others. */
  scope(type: FuncType): Expr | undefined {
    if (!type.params.some((param) => hasHandles(param.type))) return undefined;
    this.add({ op: "const", name: "scope", value: call("makeScope") });
    return local("scope");
  }

  /** `lift_flat_values` in the specification, of parameters: `core` are the parameters of the core function. */
  liftParams(from: Side, { type, params, paramsIn }: Convention, core: readonly Expr[]): readonly Expr[] {
    const types = type.params.map((param) => param.type);
    const side = this.lifting(from, types);
    if (paramsIn === "flat") {
      const flats = params.map((flat, i) => ({ type: flat, value: core[i]! }));
      return liftParts(this, side, types, new Flats(side, flats));
    }
    const ptr = this.#checkPointer(side, types, core[0]!);
    return this.hoist(side, ptr, () => liftParts(this, side, types, new Place(this, side, ptr, 0)));
  }

  /** `lower_flat_values` in the specification, of parameters: the parameters for the core function. */
  lowerParams(side: Side, { type, paramsIn }: Convention, values: readonly Expr[]): readonly Expr[] {
    const types = type.params.map((param) => param.type);
    if (paramsIn === "flat") {
      const flats = new LoweredFlats(this, side);
      lowerParts(this, side, types, (i) => values[i]!, flats);
      return flats.values;
    }
    const { size, alignment } = recordLayout(types, side.pointer);
    const ptr = this.allocate(side, constant(size), alignment, "pointer");
    this.#storeParams(side, type, values, ptr);
    return [side.pointer === "i32" ? ptr : call("pointerTo64", ptr)];
  }

  /** Puts parameters into memory: in a helper, since they are many, and engines inline no long function. */
  #storeParams(side: Side, { params }: FuncType, values: readonly Expr[], ptr: Expr): void {
    const types = params.map(({ type }) => type);
    const write = (code: Code, [place, ...parts]: readonly Expr[]): undefined => {
      storeAll(code, side, types, place!, () =>
        lowerParts(code, side, types, (i) => parts[i]!, new Room(code, side, place!, 0)),
      );
    };
    const all = [ptr, ...values];
    // What is lent in a call is kept in a local of its function.
    if (side.loan !== undefined) write(this, all);
    else {
      const inputs = ["params", ...params.map(({ label }) => camelCase(label))];
      this.do(
        this.callHelper(this.generator.helper("store", side, { kind: "tuple", types }, inputs, write), side, all),
      );
    }
  }

  /** `lift_flat_values` in the specification, of a result. */
  liftResult(from: Side, { type, results, resultsIn }: Convention, core: Expr): Expr {
    const t = type.result!;
    const side = this.lifting(from, [t]);
    if (resultsIn === "flat") {
      return lift(this, side, t, new Flats(side, [{ type: results[0]!, value: core }]));
    }
    const ptr = this.#checkPointer(side, [t], core);
    return this.hoist(side, ptr, () => load(this, side, t, ptr));
  }

  /**
   * The result of a function that has `result` for its result: its payload into `value`, and which case it is into
   * `isErr`. `ok` and `err` say how the payload of each is lifted.
   */
  liftTopResult(
    { ok, err }: { readonly ok: Side; readonly err: Side },
    { type, resultsIn }: Convention,
    core: Expr,
    value: Expr,
    isErr: Expr,
  ): void {
    const t = type.result as ValTypeOf<"result">;
    const side = this.lifting(ok, [t]);
    const { counted } = side;
    const cases = casesOf(t);
    const flat = resultsIn === "flat";
    const { discriminantSize, payloadOffset } = variantLayout(cases, side.pointer);
    const ptr = flat ? core : this.#checkPointer(side, [t], core);
    const lift = () =>
      this.switch(
        flat ? core : read(this, side, unsigned(discriminantSize), ptr, 0),
        [0, 1],
        (i) => {
          const { type } = cases[i]!;
          // A `result` that is passed flat has but one core value, which is the case.
          if (type !== undefined)
            this.assign(value, load(this, i === 0 ? side : { ...err, counted }, type, ptr, payloadOffset));
          if (i === 1) this.assign(isErr, constant(true));
        },
        () => this.do(call("invalidDiscriminant")),
      );
    this.hoist(side, ptr, lift);
  }

  /**
   * `lower_flat_values` in the specification, of a result, which `put` lowers: the core results, if it does not go to the
   * place that the caller has for it, the last of its parameters.
   */
  lowerResult(
    side: Side,
    { type, resultsIn }: Convention,
    core: readonly Expr[],
    put: (target: Target) => void,
  ): readonly Expr[] {
    if (resultsIn === "out-pointer") {
      const types = [type.result!];
      const ptr = this.#checkPointer(side, types, core.at(-1)!);
      storeAll(this, side, types, ptr, () => put(new Room(this, side, ptr, 0)));
      return [];
    }
    const flats = new LoweredFlats(this, side);
    put(flats);
    return flats.values;
  }

  #checkPointer(side: Side, types: readonly ValType[], core: Expr): Expr {
    const { size, alignment } = recordLayout(types, side.pointer);
    const ptr = liftPointer(this, side, core, "address");
    return this.bind(call("checkPointer", this.cx(side), ptr, constant(size), constant(alignment)), "ptr");
  }

  /** Names for the core parameters of a lowered function. */
  coreParams({ type, params, paramsIn, resultsIn }: Convention): readonly string[] {
    const wanted: string[] = [];
    if (paramsIn === "memory") wanted.push("params");
    else {
      for (const { label, type: t } of type.params) {
        const count = flatCount(t);
        for (let i = 0; i < count; i++) wanted.push(count === 1 ? camelCase(label) : `${camelCase(label)}${i}`);
      }
    }
    if (resultsIn === "out-pointer") wanted.push("out");
    assert(wanted.length === params.length);
    return wanted.map((name) => this.fresh(name));
  }
}

/** A name for a function, from a name in a plan: of `ns:pkg/iface@1.0.0#[method]request.send-all`, `requestSendAll`. */
export function functionLabel(name: string): string {
  const [, member] = /(?:#|^)(?:\[[\w-]+\])?([\w.-]*)$/.exec(name) ?? [];
  return camelCase((member ?? name).replace(/[^\w]+/g, "-"));
}
