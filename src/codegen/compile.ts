/**
 * From a plan to its functions: everything that the embedder can call, and everything that guests can call of the embedder
 * or of one another.
 *
 * Functions of the asynchronous ABI, or with streams, futures or error contexts in their types, are left out; whoever
 * calls one is told so then, and everything else works.
 */
import type { Export, LiftIndex, Plan, Trampoline, TrampolineIndex } from "../plan/plan.ts";
import type { FunctionTable, LiftMakers, LowerMaker } from "../runtime/functions.ts";
import * as library from "../runtime/library.ts";
import { selfAndAncestors } from "./call-code.ts";
import { evaluateModule } from "./evaluate.ts";
import { liftMaker, lowerMaker } from "./functions.ts";
import { Generator } from "./generator.ts";
import { linkMaker } from "./link.ts";
import { isAsync } from "./plan-types.ts";
import { printModule } from "./print.ts";
import type { Tier } from "./tier.ts";
import type { Module } from "./tree.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
/** What a module makes: by the names that `Generated` tells. */
type Made = Readonly<Record<string, unknown>>;

/** All that is generated for a plan, and which maker is whose. */
export interface Generated {
  readonly module: Module;
  readonly lifts: ReadonlyMap<LiftIndex, { readonly call: string; readonly read: string }>;
  readonly lowers: ReadonlyMap<TrampolineIndex, string>;
}

/** Numbers the sources, so that no two are the same: engines let functions of equal sources share what they learn. */
let sources = 0;

/** The functions of a plan, ready to be bound. */
export function compileFunctions(plan: Plan, tier: Tier): FunctionTable {
  const { module, lifts, lowers } = generate(plan);
  const made = (tier === "jit" ? run(module) : evaluateModule(module, library)) as Made;
  return {
    lifts: new Map(
      Array.from(lifts, ([index, { call, read }]) => [index, { call: made[call], read: made[read] } as LiftMakers]),
    ),
    lowers: new Map(Array.from(lowers, ([index, name]) => [index, made[name]! as LowerMaker])),
  };
}

function run(module: Module): unknown {
  const source = `${printModule(module)}\n//# sourceURL=gantry/component-${++sources}.js\n`;
  return new Function("library", source)(library);
}

/** The trees of a plan's functions. Plain data: what is done with them does not matter here. */
export function generate(plan: Plan): Generated {
  const generator = new Generator(plan, (name) => name in library);
  const lifts = new Map<LiftIndex, { call: string; read: string }>();
  for (const index of exportedLifts(plan.exports)) {
    const lift = plan.lifts[index]!;
    if (plan.options[lift.options]!.async || needsAsync(generator, lift.type)) continue;
    const call = liftMaker(generator, lift, "call");
    const read = liftMaker(generator, lift, "read");
    generator.makers.push(call, read);
    lifts.set(index, { call: call.name, read: read.name });
  }
  const lowers = new Map<TrampolineIndex, string>();
  for (const [i, trampoline] of plan.trampolines.entries()) {
    const maker = trampoline.op === "lower" ? lowered(generator, trampoline) : undefined;
    if (maker === undefined) continue;
    generator.makers.push(maker);
    lowers.set(i as TrampolineIndex, maker.name);
  }
  return { module: generator.module, lifts, lowers };
}

function lowered(generator: Generator, lower: Lower) {
  const { plan } = generator;
  const options = plan.options[lower.options]!;
  if (options.async || needsAsync(generator, lower.type)) return undefined;
  if (lower.callee.from === "import") return lowerMaker(generator, lower);
  const lift = plan.lifts[lower.callee.lift]!;
  const calleeOptions = plan.options[lift.options]!;
  if (calleeOptions.async) return undefined;
  const callers = selfAndAncestors(plan, options.instance);
  const callees = selfAndAncestors(plan, calleeOptions.instance);
  // Such a call is refused by whoever binds the trampoline.
  if (callers.includes(calleeOptions.instance) || callees.includes(options.instance)) return undefined;
  return linkMaker(generator, lower, lift);
}

function needsAsync(generator: Generator, index: Plan["lifts"][number]["type"]): boolean {
  const type = generator.funcType(generator.plan.funcTypes[index]!);
  return type.async || [...type.params.map((param) => param.type), ...(type.result ? [type.result] : [])].some(isAsync);
}

function exportedLifts(exports: readonly Export[], found: Set<LiftIndex> = new Set()): ReadonlySet<LiftIndex> {
  for (const item of exports) {
    if (item.kind === "instance") exportedLifts(item.exports, found);
    else if (item.kind === "func" && item.func.from === "lift") found.add(item.func.lift);
  }
  return found;
}
