/**
 * How values travel in calls that are tasks, and in streams and futures: parts of functions, which the protocol of
 * runtime/call-async.ts puts together. `lift_flat_values`, `lower_flat_values`, `load_list_from_valid_range` and
 * `store_list_into_valid_range` in the specification.
 *
 * A part takes core values in an array, and gives them in one; it is written once for values of JavaScript and once for
 * those that pass from one component to another, whoever turns out to be on the other side.
 */
import { flattenFuncType } from "../abi/flatten.ts";
import type { CanonicalOptions, Lift, Trampoline } from "../plan/plan.ts";
import type { ValuesOf } from "../runtime/functions.ts";
import type { FuncType, ValType } from "../types/types.ts";
import { array, index, local } from "./build.ts";
import { CallCode, functionLabel } from "./call-code.ts";
import { hostSide } from "./functions.ts";
import type { Generator, Side } from "./generator.ts";
import { liftElements } from "./lift.ts";
import { componentSide } from "./link.ts";
import { lower, storeElements, type Target } from "./lower.ts";
import type { Expr, Maker } from "./tree.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Builtin = Extract<Trampoline, { readonly op: "builtin" }>;

/** One part, whose code is written for one of its two sides. */
interface Part {
  readonly code: CallCode;
  readonly side: Side;
  readonly params: readonly string[];
}

/** `params` are the names of its parameters, of which `scope` is known to what it calls. */
function part(
  generator: Generator,
  options: CanonicalOptions,
  values: ValuesOf,
  params: readonly string[],
  more: Partial<Side> = {},
): Part {
  const side = values === "host" ? hostSide(options, more) : componentSide(options, "");
  const code = new CallCode(generator);
  return { code, side, params: params.map((name) => (name === "scope" ? name : code.fresh(name))) };
}

/** The core values in an array, one for each of `count`. */
function elements(name: string | undefined, count: number): readonly Expr[] {
  return Array.from({ length: count }, (_, i) => index(local(name!), i));
}

// ---- The callee

/** The signature of a lifted function's core function, as `AsyncLiftMakers.signature` has it. */
export function liftSignature(generator: Generator, lift: Lift): string {
  const { params, results } = generator.convention(lift, "lift");
  return [...params, "->", ...results].join(" ");
}

/** `(values, scope) => core values` */
export function lowerParamsMaker(generator: Generator, lift: Lift, values: ValuesOf): Maker {
  const convention = generator.convention(lift, "lift");
  const { type, options } = convention;
  const { code, side, params } = part(generator, options, values, ["values", "scope"], { scoped: true });
  code.return(array(code.lowerParams(side, convention, elements(params[0], type.params.length))));
  return code.maker(`lowerParams$${values}`, code.fresh(functionLabel(lift.name)), params);
}

/** `(core) => value`, of a function that is not lifted `async`. */
export function liftResultMaker(generator: Generator, lift: Lift, values: ValuesOf): Maker {
  const convention = generator.convention(lift, "lift");
  const { type, options } = convention;
  const { code, side, params } = part(generator, options, values, ["core"]);
  if (type.result !== undefined && !options.async) {
    code.return(code.liftResult(side, convention, local(params[0]!)));
  }
  return code.maker(`liftResult$${values}`, code.fresh(functionLabel(lift.name)), params);
}

/** `(core) => value`, of `task.return`. */
export function taskReturnMaker(generator: Generator, { immediates }: Builtin, values: ValuesOf): Maker {
  const { plan } = generator;
  const { result } = immediates;
  const options = plan.options[immediates.options!]!;
  const { code, side, params } = part(generator, options, values, ["core"]);
  if (result?.type !== undefined) {
    const type: FuncType = {
      kind: "func",
      async: false,
      params: [{ label: "result", type: generator.types[result.type]! }],
      result: undefined,
    };
    const signature = flattenFuncType({ async: false, pointer: side.pointer }, type, "lower");
    const core = elements(params[0], signature.params.length);
    code.return(code.liftParams(side, { type, options, ...signature }, core)[0]);
  }
  return code.maker("taskReturn", code.fresh(values), params);
}

// ---- The caller

/** Whose values a lowered function deals with. */
function valuesOf({ callee }: Lower): ValuesOf {
  return callee.from === "import" ? "host" : "component";
}

/** `(core, scope) => values` */
export function liftParamsMaker(generator: Generator, lower: Lower): Maker {
  const convention = generator.convention(lower, "lower");
  const { code, side, params } = part(generator, convention.options, valuesOf(lower), ["core", "scope"], {
    scoped: true,
  });
  code.return(array(code.liftParams(side, convention, elements(params[0], convention.params.length))));
  return code.maker("liftParams", code.fresh(functionLabel(lower.name)), params);
}

/** `(value, core) => core result` */
export function lowerResultMaker(generator: Generator, lowered: Lower): Maker {
  const convention = generator.convention(lowered, "lower");
  const { code, side, params } = part(generator, convention.options, valuesOf(lowered), ["value", "core"]);
  const [value = "", core] = params;
  const { result } = convention.type;
  if (result !== undefined) {
    const put = (target: Target) => lower(code, side, result, local(value), target);
    const [flat] = code.lowerResult(side, convention, elements(core, convention.params.length), put);
    if (flat !== undefined) code.return(flat);
  }
  return code.maker("lowerResult", code.fresh(functionLabel(lowered.name)), params);
}

// ---- Payloads

/** `(ptr, length) => list` */
export function loadPayloadMaker(generator: Generator, t: ValType, options: CanonicalOptions, values: ValuesOf): Maker {
  const { code, side, params } = part(generator, options, values, ["ptr", "length"]);
  const [ptr = "", length = ""] = params;
  const list: ValType = { kind: "list", element: t };
  code.return(liftElements(code, code.lifting(side, [list]), t, local(ptr), local(length)));
  return code.maker(`loadPayload$${values}`, code.fresh(t.kind), params);
}

/** `(list, ptr, length)`, and of values of the host's a `scope`, which can undo it. */
export function storePayloadMaker(
  generator: Generator,
  t: ValType,
  options: CanonicalOptions,
  values: ValuesOf,
): Maker {
  const names = ["list", "ptr", "length", ...(values === "host" ? ["scope"] : [])];
  const { code, side, params } = part(generator, options, values, names, { scoped: true });
  const [list = "", ptr = "", length = ""] = params;
  storeElements(code, side, t, local(list), local(ptr), local(length));
  return code.maker(`storePayload$${values}`, code.fresh(t.kind), params);
}
