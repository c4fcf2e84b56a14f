/**
 * Functions between the host and a component: `canon lift` called by the host, and `canon lower` of what the host
 * supplies. Synchronous ones, with all that is known of the signature and of the options written out.
 *
 * The order of what they do is that of `canon_lift` and `canon_lower` in the specification, to the letter. There is one
 * `try`, whose `catch` leaves all else to the binding, and no `finally`: what a trap leaves behind is nobody's to clean.
 */
import { hasHandles } from "../abi/contents.ts";
import { flattenFuncType, type Signature } from "../abi/flatten.ts";
import { camelCase } from "../abi/js-names.ts";
import { selfAndAncestors } from "../plan/ancestry.ts";
import type { CanonicalOptions, Lift, Plan, ResourceIndex, Trampoline } from "../plan/plan.ts";
import type { FuncType, ValType } from "../types/types.ts";
import { apply, binary, call, constant, env, local, method, not, nothing } from "./build.ts";
import { CallCode, functionLabel } from "./call-code.ts";
import { LoweredFlats } from "./flats.ts";
import type { Generator, Side } from "./generator.ts";
import { lower, lowerCase, type Target } from "./lower.ts";
import { Room, storeAll } from "./room.ts";
import { mayRunCode } from "./traits.ts";
import type { Expr, Maker } from "./tree.ts";
import { casesOf, hostValues } from "./values.ts";

/** The host's side of a component's options. */
export function hostSide({ pointer, encoding }: CanonicalOptions, more: Partial<Side>): Side {
  return { pointer, encoding, values: hostValues, lists: "copy", strings: "copy", scoped: false, prefix: "", ...more };
}

// ---- Lift

/**
 * A lifted function for the host: `Store.invoke`, `Store.lift` and `canon_lift` in the specification. `read`: with a
 * first parameter, a function to which the result is handed as views on the guest's memory, before `post-return`, and
 * whose answer is returned.
 */
export function liftMaker(generator: Generator, lift: Lift, variant: "call" | "read"): Maker {
  const { plan } = generator;
  const options = plan.options[lift.options]!;
  const type = generator.funcType(plan.funcTypes[lift.type]!);
  const signature = flattenFuncType(options, type, "lift");

  const code = new CallCode(generator);
  const name = code.fresh(functionLabel(lift.name));
  const reader = variant === "read" ? [code.fresh("reader")] : [];
  const params = type.params.map(({ label }) => code.fresh(camelCase(label)));
  const args = params.map(local);
  const instances = code.entering(code.binding("entering"), selfAndAncestors(plan, options.instance).length);
  const failed = code.constant("failed", () => code.binding("failed"));
  const callee = code.constant("callee", () => code.binding("callee"));

  code.checkMayEnter(instances, (instance) =>
    call(
      "cannotEnter",
      instance,
      code.constant("path", () => code.binding("path")),
    ),
  );
  const isSeen =
    variant === "read" || !generator.waysOut.undisturbed || type.params.some((param) => mayRunCode(param.type));
  if (isSeen) code.enter(instances);
  const lent = lendsToOwner(plan, type, options) ? onlyLoan(type) : undefined;
  const loan = lent === undefined ? undefined : code.declare("loan");
  const scope = lent === undefined ? code.scope(type) : undefined;
  // Nobody could take away meanwhile what is lent.
  const counted = isSeen ? lent : undefined;
  const side = hostSide(options, { scoped: counted === lent, loan });
  const endLoan = ({ param, resource }: OnlyLoan) =>
    code.do(call("endLoanValue", args[param]!, code.capture(side, `resource${resource}`)));
  const isErr = type.result?.kind === "result" ? code.declare("isErr", constant(false)) : undefined;
  const owned = variant === "call" && type.result?.kind === "own" ? type.result : undefined;
  const resource = owned && code.capture(side, `resource${owned.resource.id}`);
  const answer = isErr !== undefined || variant === "read" || owned !== undefined ? code.declare("result") : undefined;
  const thrown = variant === "read" ? code.declare("thrown", constant(false)) : undefined;

  const body = code.block(() => {
    const flats = code.lowerParams(side, type, signature, args);
    const called = apply(callee, flats);
    const core = signature.results.length === 0 ? undefined : code.bind(called, "core");
    if (core === undefined) code.do(called);
    const views = hostSide(options, variant === "read" ? { lists: "view", strings: "view" } : {});
    let result = answer;
    if (resource !== undefined) code.assign(answer!, call("liftOwn", code.cx(side), core!, resource));
    else result = liftHostResult(code, views, hostSide(options, {}), type, signature, core, isErr, answer);
    if (scope !== undefined) code.do(method(scope, "end"));
    if (counted !== undefined) endLoan(counted);
    if (answer !== undefined && thrown !== undefined) {
      const read = () => callReader(code, local(reader[0]!), answer, thrown);
      if (isErr === undefined) read();
      else code.if(not(isErr), read);
    }
    if (options.postReturn !== undefined) {
      const postReturn = code.constant("postReturn", () => code.binding("postReturn"));
      code.postReturn(postReturn, core === undefined ? [] : [core]);
    }
    if (isSeen) code.leave(instances);
    if (answer === undefined && result !== undefined) code.return(result);
  });
  const error = code.fresh("error");
  const handler = code.block(() => {
    code.close(instances);
    if (counted !== undefined) code.if(binary(loan!, "!==", nothing), () => endLoan(counted));
    code.return(apply(failed, [local(error), scope ?? nothing, ...args]));
  });
  code.add({ op: "try", body, error, handler });

  if (answer !== undefined) {
    const throws = (value: Expr) => () => code.add({ op: "throw", value });
    if (thrown !== undefined) code.if(thrown, throws(answer));
    if (isErr !== undefined) code.if(isErr, throws(call("resultError", answer)));
    // Engines make an object sooner where nothing catches what that throws.
    code.return(resource === undefined ? answer : call("ownValue", answer, resource));
  }
  return code.maker(variant === "read" ? "read" : "lift", name, [...reader, ...params]);
}

interface OnlyLoan {
  readonly param: number;
  readonly resource: ResourceIndex;
}

/** What a call lends, if that is all that it does with handles: calls of methods do. */
function onlyLoan({ params }: FuncType): OnlyLoan | undefined {
  const [handle, ...more] = [...params.entries()].filter(([, { type }]) => hasHandles(type));
  if (handle === undefined || more.length > 0) return undefined;
  const [param, { type }] = handle;
  return type.kind === "borrow" ? { param, resource: type.resource.id as ResourceIndex } : undefined;
}

/** Whether that lends to the instance that defines the resource: to that it is its representation, and no handle is made. */
function lendsToOwner(plan: Plan, type: FuncType, { instance }: CanonicalOptions): boolean {
  const loan = onlyLoan(type);
  if (loan === undefined) return false;
  const resource = plan.resources[loan.resource]!;
  return resource.kind === "defined" && resource.instance === instance && resource.rep === "i32";
}

/** Lifts the result: into `answer` if there is one, else into a local of its own. */
function liftHostResult(
  code: CallCode,
  side: Side,
  copying: Side,
  type: FuncType,
  signature: Signature,
  core: Expr | undefined,
  isErr: Expr | undefined,
  answer: Expr | undefined,
): Expr | undefined {
  const { result } = type;
  if (result === undefined || core === undefined) return undefined;
  if (isErr !== undefined && answer !== undefined && result.kind === "result") {
    code.liftTopResult(side, copying, result, signature, core, answer, isErr);
    return answer;
  }
  const value = code.liftResult(side, result, signature, core);
  if (answer === undefined) return code.bind(value, "result");
  code.assign(answer, value);
  return answer;
}

/** Lets the reader have its look. What it throws is kept until the guest has been left in order. */
function callReader(code: CallCode, reader: Expr, answer: Expr, thrown: Expr): void {
  const body = code.block(() => code.assign(answer, apply(reader, [answer])));
  const error = code.fresh("readerError");
  const handler = code.block(() => {
    code.assign(answer, local(error));
    code.assign(thrown, constant(true));
  });
  code.add({ op: "try", body, error, handler });
}

// ---- Lower

/** A core function that calls a host function: `Store.lower` and `canon_lower` in the specification. */
export function lowerMaker(generator: Generator, lower: Extract<Trampoline, { readonly op: "lower" }>): Maker {
  const { plan } = generator;
  const options = plan.options[lower.options]!;
  const type = generator.funcType(plan.funcTypes[lower.type]!);
  const signature = flattenFuncType(options, type, "lower");
  const resultSide = hostSide(options, {});

  const code = new CallCode(generator);
  const name = code.fresh(functionLabel(lower.name));
  const params = code.coreParams(type, signature, resultSide);
  const core = params.map(local);
  const host = code.constant("host", () => code.binding("host"));
  const failed = code.constant("failed", () => code.binding("failed"));

  code.checkMayLeave(options.instance);
  const loan = onlyLoan(type) === undefined ? undefined : code.declare("loan");
  const scope = loan === undefined ? code.scope(type) : undefined;
  const paramsSide = hostSide(options, { scoped: true, loan, lists: "chosen" });
  const { result } = type;
  const value = result === undefined ? undefined : code.declare("result", env("notReturned"));
  const isErr = result?.kind === "result" ? code.declare("isErr", constant(false)) : undefined;

  const body = code.block(() => {
    const values = code.liftParams(paramsSide, type, signature, core);
    // What lifting throws is a trap, and no answer of the host function's.
    const args = isErr === undefined ? values : values.map((arg, i) => code.named(arg, type.params[i]!.label));
    const called = apply(host, args);
    const path = () => code.constant("path", () => code.binding("path"));
    if (value === undefined) {
      const returned = code.bind(called, "returned");
      code.if(binary(returned, "!==", nothing), () => code.do(call("checkNothing", returned, path())));
    } else if (isErr === undefined) code.assign(value, called);
    else {
      callFallible(code, called, value, isErr);
      const hasNone = result?.kind === "result" && result.ok === undefined;
      if (hasNone) code.if(not(isErr), () => code.do(call("checkNothing", value, path())));
    }
    const flats = value === undefined ? [] : lowerHostResult(code, resultSide, result!, signature, core, value, isErr);
    const lends = loan !== undefined || scope !== undefined;
    const returned = flats.map((flat) => (lends ? code.named(flat, "flat") : flat));
    if (scope !== undefined) code.do(method(scope, "end"));
    if (loan !== undefined) code.do(method(loan, "release"));
    if (returned.length > 0) code.return(returned[0]);
  });
  const error = code.fresh("error");
  const handler = code.block(() => {
    code.return(apply(failed, [local(error), loan ?? scope ?? nothing, value ?? env("notReturned"), isErr ?? nothing]));
  });
  code.add({ op: "try", body, error, handler });
  return code.maker("lower", name, params);
}

/** Calls a host function that throws what is its `err` result. */
function callFallible(code: CallCode, called: Expr, value: Expr, isErr: Expr): void {
  const body = code.block(() => code.assign(value, called));
  const error = code.fresh("thrown");
  const handler = code.block(() => {
    code.assign(value, call("errorPayload", local(error)));
    code.assign(isErr, constant(true));
  });
  code.add({ op: "try", body, error, handler });
}

/** Lowers what a host function returned: the core results, if it is not stored at the caller's place. */
function lowerHostResult(
  code: CallCode,
  side: Side,
  t: ValType,
  signature: Signature,
  core: readonly Expr[],
  value: Expr,
  isErr: Expr | undefined,
): readonly Expr[] {
  const put = (target: Target) => {
    if (t.kind !== "result" || isErr === undefined) {
      lower(code, side, t, value, target);
      return;
    }
    const begin = target.variant(casesOf(t));
    const lowerAs = (i: 0 | 1) => () => lowerCase(code, side, t, i, value, begin);
    code.if(isErr, lowerAs(1), lowerAs(0));
  };
  if (signature.resultsIn === "out-pointer") {
    const ptr = code.outPointer(side, t, core);
    storeAll(code, side, [t], ptr, () => put(new Room(code, side, ptr, 0)));
    return [];
  }
  const flats = new LoweredFlats(code, side);
  put(flats);
  return flats.values;
}
