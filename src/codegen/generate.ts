/**
 * All of a plan's functions as trees, for whoever prints them. (compile.ts makes them one by one, as they are needed.)
 */
import { analyzeBlocking } from "../plan/blocking.ts";
import type { Plan } from "../plan/plan.ts";
import * as asyncLibrary from "../runtime/async-library.ts";
import * as library from "../runtime/library.ts";
import { makerFor, plainLifts, plainLowers } from "./compile.ts";
import { asyncTable } from "./compile-async.ts";
import { liftMaker } from "./functions.ts";
import { Generator } from "./generator.ts";
import type { Maker, Module } from "./tree.ts";

/** `readers`: with those functions, too, that hand their results to a reader, of which most programs need none. */
export function generate(plan: Plan, readers = false): Module {
  const generator = new Generator(plan, new Set([...Object.keys(library), ...Object.keys(asyncLibrary)]));
  const blocking = analyzeBlocking(plan);
  const makers: Maker[] = [];
  for (const index of plainLifts(generator, blocking)) {
    const lift = plan.lifts[index]!;
    makers.push(liftMaker(generator, lift, "call"));
    if (readers) makers.push(liftMaker(generator, lift, "read"));
  }
  for (const [, lower] of plainLowers(generator, blocking)) makers.push(makerFor(generator, lower));
  asyncTable(generator, blocking, (part) => makers.push(part()));
  return generator.takeModule(makers);
}
