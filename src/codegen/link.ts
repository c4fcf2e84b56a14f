/**
 * Functions between two components: `canon lower` of another component's `canon lift`, both sides in one function, with
 * values that JavaScript never sees. (Calls between an instance and one inside of it are refused before they come here.)
 *
 * The order is that of `canon_lower` around `canon_lift` in the specification: leave the caller, enter the callee, lift
 * the parameters and lower them, call, lift the result and lower it, `post-return`, leave the callee.
 */
import { selfAndAncestors } from "../plan/ancestry.ts";
import type { CanonicalOptions, Lift, Trampoline } from "../plan/plan.ts";
import { apply, call, env, get, local, method, nothing } from "./build.ts";
import { CallCode, functionLabel } from "./call-code.ts";
import { componentValues } from "./component-values.ts";
import type { Generator, Side } from "./generator.ts";
import { evaluated } from "./lift.ts";
import { lower } from "./lower.ts";
import type { Expr, Maker } from "./tree.ts";

/** A component's side of a call with another. */
export function componentSide({ pointer, encoding }: CanonicalOptions, prefix: Side["prefix"]): Side {
  const copied = { lists: "view", strings: "copy", counted: false, scoped: true } as const;
  return { pointer, encoding, values: componentValues, ...copied, prefix };
}

/** A core function of one component that calls a function of another. */
export function linkMaker(generator: Generator, from: Extract<Trampoline, { readonly op: "lower" }>, to: Lift): Maker {
  const { plan } = generator;
  const lowered = generator.convention(from, "lower");
  // Both have the same type but for the names that resources have; the caller's does for both.
  const lifted = generator.convention({ type: from.type, options: to.options }, "lift");
  const { type } = lowered;
  const caller = componentSide(lowered.options, "");
  const callee = componentSide(lifted.options, "callee");

  const code = new CallCode(generator);
  const name = code.fresh(functionLabel(from.name));
  const params = code.coreParams(lowered);
  const core = params.map(local);
  const failed = code.bound("failed");
  const bound = (key: string) => code.constant(key, () => get(code.binding("lift"), key));
  const called = bound("callee");
  const outside = selfAndAncestors(plan, lowered.options.instance);
  const entered = selfAndAncestors(plan, lifted.options.instance).filter((instance) => !outside.includes(instance));
  const instances = code.entering(get(code.binding("lift"), "entering"), entered.length);

  code.checkMayLeave(lowered.options.instance);
  code.checkMayEnter(instances, () => call("cannotEnterFromGuest"));
  code.enter(instances);
  const scope = code.scope(type);

  const body = () => {
    const values = code.liftParams(caller, lowered, core).map((value) => passed(code, value));
    const flats = code.lowerParams(callee, lifted, values);
    const calling = apply(called, flats);
    const result = lifted.results.length === 0 ? undefined : code.bind(calling, "core");
    if (result === undefined) code.do(calling);

    let value = result;
    if (result !== undefined) value = passed(code, code.liftResult(callee, lifted, result));
    if (scope !== undefined) {
      if (value !== undefined) value = code.named(value, "result");
      code.do(method(scope, "end"));
    }
    const { result: t } = type;
    let returned: Expr | undefined;
    if (value !== undefined && t !== undefined) {
      const passedOn = value;
      [returned] = code.lowerResult(caller, lowered, core, (target) => lower(code, caller, t, passedOn, target));
    }
    if (lifted.options.postReturn !== undefined) {
      if (returned !== undefined) returned = code.named(returned, "flat");
      code.postReturn(bound("postReturn"), result === undefined ? [] : [result]);
    }
    code.leave(instances);
    if (returned !== undefined) code.return(returned);
  };
  code.try(body, "error", (error) => code.return(apply(failed, [error, scope ?? nothing, env("notReturned")])));
  return code.maker("link", name, params);
}

/** What is lifted is checked before it is lowered: where that is done, the other side's `realloc` may have run. */
function passed(code: CallCode, value: Expr): Expr {
  return evaluated(code, value, "value", true);
}
