/**
 * All of a plan's functions as trees: for whoever prints them, or writes them to a file. (compile.ts makes them one by one,
 * as they are needed.)
 */
import { analyzeBlocking } from "../plan/blocking.ts";
import type { LiftIndex, Plan, TrampolineIndex } from "../plan/plan.ts";
import * as asyncLibrary from "../runtime/async-library.ts";
import * as library from "../runtime/library.ts";
import { makerFor, plainLifts, plainLowers } from "./compile.ts";
import { type AsyncTable, asyncTable } from "./compile-async.ts";
import { liftMaker } from "./functions.ts";
import { Generator } from "./generator.ts";
import type { Maker, Module } from "./tree.ts";

/** All that is generated for a plan, and which maker is whose. */
export interface Generated {
  readonly module: Module;
  readonly lifts: ReadonlyMap<LiftIndex, { readonly call: string; readonly read: string }>;
  readonly lowers: ReadonlyMap<TrampolineIndex, string>;
  readonly async: AsyncTable<string> | undefined;
}

/** The trees of all functions of a plan, as plain data: for whoever prints them. */
export function generate(plan: Plan): Generated {
  const generator = new Generator(plan, new Set([...Object.keys(library), ...Object.keys(asyncLibrary)]));
  const blocking = analyzeBlocking(plan);
  const makers: Maker[] = [];
  const add = (maker: Maker) => {
    makers.push(maker);
    return maker.name;
  };
  const lifts = plainLifts(generator, blocking).map((index) => {
    const lift = plan.lifts[index]!;
    const call = add(liftMaker(generator, lift, "call"));
    return [index, { call, read: add(liftMaker(generator, lift, "read")) }] as const;
  });
  const lowers = plainLowers(generator, blocking).map(
    ([index, lower]) => [index, add(makerFor(generator, lower))] as const,
  );
  const async = asyncTable(generator, blocking, (part) => add(part()));
  return { module: generator.takeModule(makers), lifts: new Map(lifts), lowers: new Map(lowers), async };
}
