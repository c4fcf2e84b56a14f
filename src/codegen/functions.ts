/**
 * Functions between the host and a component: `canon lift` called by the host, and `canon lower` of what the host
 * supplies. Only synchronous ones; what is known of the signature and of the options is written out.
 *
 * They do things in the order of `canon_lift` and `canon_lower` in the specification. There is one `try`, whose `catch`
 * leaves the rest to the binding, and no `finally`: nobody cleans up after a trap.
 */
import { hasHandles } from "../abi/contents.ts";
import { camelCase } from "../abi/js-names.ts";
import { selfAndAncestors } from "../plan/ancestry.ts";
import type { CanonicalOptions, Lift, Plan, ResourceIndex, Trampoline } from "../plan/plan.ts";
import type { FuncType } from "../types/types.ts";
import { apply, binary, call, constant, env, local, method, not, nothing } from "./build.ts";
import { CallCode, functionLabel } from "./call-code.ts";
import type { Convention, Generator, Side } from "./generator.ts";
import { lower, lowerCase } from "./lower.ts";
import { mayRunCode } from "./traits.ts";
import type { Expr, Maker } from "./tree.ts";
import { casesOf, hostValues } from "./values.ts";

/** The host's side of a component's options. */
export function hostSide({ pointer, encoding }: CanonicalOptions, more: Partial<Side>): Side {
  const copied = { lists: "copy", strings: "copy", counted: false, scoped: false, prefix: "" } as const;
  return { pointer, encoding, values: hostValues, ...copied, ...more };
}

// ---- Lift

/**
 * A lifted function for the host: `Store.invoke`, `Store.lift` and `canon_lift` in the specification. `read`: with a
 * first parameter, a function to which the result is handed as views on the guest's memory, before `post-return`, and
 * whose answer is returned.
 */
export function liftMaker(generator: Generator, lift: Lift, variant: "call" | "read"): Maker {
  const { plan } = generator;
  const convention = generator.convention(lift, "lift");
  const { type, options } = convention;

  const code = new CallCode(generator);
  const name = code.fresh(functionLabel(lift.name));
  const reader = variant === "read" ? [code.fresh("reader")] : [];
  const params = type.params.map(({ label }) => code.fresh(camelCase(label)));
  const args = params.map(local);
  const instances = code.entering(code.binding("entering"), selfAndAncestors(plan, options.instance).length);
  const failed = code.bound("failed");
  const callee = code.bound("callee");

  code.checkMayEnter(instances, (instance) => call("cannotEnter", instance, code.bound("path")));
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
  const answer = declareAnswer(code, side, type, variant);

  const body = () => {
    const called = apply(callee, code.lowerParams(side, convention, args));
    const core = type.result && code.bind(called, "core");
    if (core === undefined) code.do(called);
    const result = core && liftHostResult(code, convention, core, answer);
    if (scope !== undefined) code.do(method(scope, "end"));
    if (counted !== undefined) endLoan(counted);
    if (answer?.thrown !== undefined) {
      const { isErr } = answer;
      const read = () => callReader(code, local(reader[0]!), answer);
      if (isErr === undefined) read();
      else code.if(not(isErr), read);
    }
    if (options.postReturn !== undefined) {
      const postReturn = code.bound("postReturn");
      code.postReturn(postReturn, core === undefined ? [] : [core]);
    }
    if (isSeen) code.leave(instances);
    if (result !== undefined) code.return(result);
  };
  code.try(body, "error", (error) => {
    code.close(instances);
    if (counted !== undefined) code.if(binary(loan!, "!==", nothing), () => endLoan(counted));
    code.return(apply(failed, [error, scope ?? nothing, ...args]));
  });

  if (answer !== undefined) giveAnswer(code, answer);
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

/** The locals for what a lifted function answers, where more is to be done with that than to return it. */
interface Answer {
  readonly value: Expr;
  /** Whether it is the `err` of a result. */
  readonly isErr: Expr | undefined;
  /** If there is a reader: whether it is what that has thrown. */
  readonly thrown: Expr | undefined;
  /** Of what it is the representation, if it is yet to become an object. */
  readonly resource: Expr | undefined;
}

function declareAnswer(code: CallCode, side: Side, { result }: FuncType, variant: "call" | "read"): Answer | undefined {
  const isErr = result?.kind === "result" ? code.declare("isErr", constant(false)) : undefined;
  const owned = variant === "call" && result?.kind === "own" ? result : undefined;
  const resource = owned && code.capture(side, `resource${owned.resource.id}`);
  if (isErr === undefined && resource === undefined && variant === "call") return undefined;
  const value = code.declare("result");
  return { value, isErr, resource, thrown: variant === "read" ? code.declare("thrown", constant(false)) : undefined };
}

/** Lifts the result: into `answer` if there is one, else into a local of its own. What is thrown outlives the call. */
function liftHostResult(
  code: CallCode,
  convention: Convention,
  core: Expr,
  answer: Answer | undefined,
): Expr | undefined {
  const { options } = convention;
  const copied = hostSide(options, {});
  if (answer === undefined) return code.bind(code.liftResult(copied, convention, core), "result");
  const { value, isErr, thrown, resource } = answer;
  const side = thrown === undefined ? copied : hostSide(options, { lists: "view", strings: "view" });
  if (resource !== undefined) code.assign(value, call("liftOwn", code.cx(side), core, resource));
  else if (isErr === undefined) code.assign(value, code.liftResult(side, convention, core));
  else code.liftTopResult({ ok: side, err: copied }, convention, core, value, isErr);
  return undefined;
}

/** Lets the reader have its look. What it throws is kept until the guest has been left in order. */
function callReader(code: CallCode, reader: Expr, { value, thrown }: Answer): void {
  const read = () => code.assign(value, apply(reader, [value]));
  code.try(read, "readerError", (error) => {
    code.assign(value, error);
    code.assign(thrown!, constant(true));
  });
}

/** Throws or returns what `answer` has, when the guest has been left. */
function giveAnswer(code: CallCode, { value, isErr, thrown, resource }: Answer): void {
  const throws = (error: Expr) => () => code.add({ op: "throw", value: error });
  if (thrown !== undefined) code.if(thrown, throws(value));
  if (isErr !== undefined) code.if(isErr, throws(call("resultError", value)));
  // Engines make an object sooner where nothing catches what that throws.
  const owned = () => code.constant("owned", () => code.binding("owned"));
  code.return(resource === undefined ? value : apply(owned(), [value, resource]));
}

// ---- Lower

/** A core function that calls a host function: `Store.lower` and `canon_lower` in the specification. */
export function lowerMaker(generator: Generator, lower: Extract<Trampoline, { readonly op: "lower" }>): Maker {
  const convention = generator.convention(lower, "lower");
  const { type, options } = convention;

  const code = new CallCode(generator);
  const name = code.fresh(functionLabel(lower.name));
  const params = code.coreParams(convention);
  const core = params.map(local);
  const host = code.bound("host");
  const failed = code.bound("failed");

  code.checkMayLeave(options.instance);
  const loan = onlyLoan(type) === undefined ? undefined : code.declare("loan");
  const scope = loan === undefined ? code.scope(type) : undefined;
  const paramsSide = hostSide(options, { scoped: true, loan, lists: "chosen" });
  const { result } = type;
  const value = result === undefined ? undefined : code.declare("result", env("notReturned"));
  const isErr = result?.kind === "result" ? code.declare("isErr", constant(false)) : undefined;

  const body = () => {
    const values = code.liftParams(paramsSide, convention, core);
    // What lifting throws is a trap, and no answer of the host function's.
    const args = isErr === undefined ? values : values.map((arg, i) => code.named(arg, type.params[i]!.label));
    const called = apply(host, args);
    const path = () => code.bound("path");
    if (value === undefined) {
      const returned = code.bind(called, "returned");
      code.if(binary(returned, "!==", nothing), () => code.do(call("checkNothing", returned, path())));
    } else if (isErr === undefined) code.assign(value, called);
    else {
      callFallible(code, called, value, isErr);
      const hasNone = result?.kind === "result" && result.ok === undefined;
      if (hasNone) code.if(not(isErr), () => code.do(call("checkNothing", value, path())));
    }
    const flats = value === undefined ? [] : lowerHostResult(code, convention, core, value, isErr);
    const lends = loan !== undefined || scope !== undefined;
    const returned = flats.map((flat) => (lends ? code.named(flat, "flat") : flat));
    if (scope !== undefined) code.do(method(scope, "end"));
    if (loan !== undefined) code.do(method(loan, "release"));
    if (returned.length > 0) code.return(returned[0]);
  };
  code.try(body, "error", (error) => {
    code.return(apply(failed, [error, loan ?? scope ?? nothing, value ?? env("notReturned"), isErr ?? nothing]));
  });
  return code.maker("lower", name, params);
}

/** Calls a host function that throws what is its `err` result. */
function callFallible(code: CallCode, called: Expr, value: Expr, isErr: Expr): void {
  const work = () => code.assign(value, called);
  code.try(work, "thrown", (error) => {
    code.assign(value, call("errorPayload", error));
    code.assign(isErr, constant(true));
  });
}

/** Lowers what a host function returned: the core results, if it is not stored at the caller's place. */
function lowerHostResult(
  code: CallCode,
  convention: Convention,
  core: readonly Expr[],
  value: Expr,
  isErr: Expr | undefined,
): readonly Expr[] {
  const side = hostSide(convention.options, {});
  const t = convention.type.result!;
  return code.lowerResult(side, convention, core, (target) => {
    if (t.kind !== "result" || isErr === undefined) {
      lower(code, side, t, value, target);
      return;
    }
    const begin = target.variant(casesOf(t));
    const lowerAs = (i: 0 | 1) => () => lowerCase(code, side, t, i, value, begin);
    code.if(isErr, lowerAs(1), lowerAs(0));
  });
}
