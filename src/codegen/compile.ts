/**
 * From a plan to its functions: everything that the embedder can call, and everything that guests can call of the embedder
 * or of one another.
 *
 * A program uses few of the functions that its components import and export. So a function's code is written when it is
 * first needed: that of a lifted function when it is bound, which the embedder does when it looks at an export; that of a
 * lowered one when it is first called, since instantiation binds them all (see stubs.ts).
 *
 * Calls that are tasks are made of parts (async-functions.ts); those are found in a table of their own.
 */
import { flattenFuncType } from "../abi/flatten.ts";
import { analyzeBlocking, type Blocking } from "../plan/blocking.ts";
import type { Export, ImportIndex, LiftIndex, Plan, Trampoline, TrampolineIndex } from "../plan/plan.ts";
import type { CoreFunction, FunctionTable, HostFunction, LowerMaker } from "../runtime/functions.ts";
import * as library from "../runtime/library.ts";
import { functionLabel, selfAndAncestors } from "./call-code.ts";
import { type AsyncTable, asyncFunctions, asyncTable } from "./compile-async.ts";
import { evaluateModule } from "./evaluate.ts";
import { liftMaker, lowerMaker } from "./functions.ts";
import { Generator } from "./generator.ts";
import { linkMaker } from "./link.ts";
import { printModule } from "./print.ts";
import { type Stub, type StubMaker, stubMakers } from "./stubs.ts";
import type { Tier } from "./tier.ts";
import type { Maker, Module } from "./tree.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Bound = (...args: never[]) => unknown;
type BoundMaker = (binding: object) => Bound;

const libraryNames: ReadonlySet<string> = new Set(Object.keys(library));

/** Numbers the components, so that no two sources are the same: engines let functions of equal sources share what they learn. */
let components = 0;

/** The functions of a plan, ready to be bound. */
export function compileFunctions(plan: Plan, tier: Tier, waiting?: ReadonlySet<ImportIndex>): FunctionTable {
  const compiler = new Compiler(plan, tier, analyzeBlocking(plan, waiting));
  return {
    async: asyncFunctions(compiler.generator, compiler.blocking, (maker) => compiler.make(maker)),
    lifts: new Map(
      plainLifts(compiler.generator, compiler.blocking).map((index) => {
        const call = once(() => compiler.make(liftMaker(compiler.generator, plan.lifts[index]!, "call")));
        const read = once(() => compiler.make(liftMaker(compiler.generator, plan.lifts[index]!, "read")));
        return [
          index,
          { call: (binding) => call()(binding) as HostFunction, read: (binding) => read()(binding) as HostFunction },
        ];
      }),
    ),
    lowers: lowerMakers(compiler),
  };
}

function lowerMakers(compiler: Compiler): ReadonlyMap<TrampolineIndex, LowerMaker> {
  const { generator } = compiler;
  const lowers = plainLowers(generator, compiler.blocking);
  const stubs = once((): readonly StubMaker[] => compiler.stubs(lowers.map(([, lower]) => stubFor(generator, lower))));
  return new Map(
    lowers.map(([index, lower], i) => {
      const made = once(() => compiler.make(makerFor(generator, lower)));
      return [index, (binding) => stubs()[i]!(() => made()(binding)) as CoreFunction];
    }),
  );
}

/** Turns trees into functions, one maker at a time. */
class Compiler {
  readonly generator: Generator;
  readonly blocking: Blocking;
  readonly #tier: Tier;
  readonly #id: number = ++components;
  /** What makers and helpers can mention: the library, and the helpers made so far. */
  readonly #library: Record<string, unknown> = { ...library };

  constructor(plan: Plan, tier: Tier, blocking: Blocking) {
    this.generator = new Generator(plan, libraryNames);
    this.blocking = blocking;
    this.#tier = tier;
  }

  make(maker: Maker): BoundMaker {
    const module = this.generator.takeModule([maker]);
    const made =
      this.#tier === "jit" ? this.#run(printModule(module, true), maker.name) : evaluateModule(module, this.#library);
    Object.assign(this.#library, made);
    return (made as Record<string, BoundMaker>)[maker.name]!;
  }

  stubs(stubs: readonly Stub[]): readonly StubMaker[] {
    return stubMakers(stubs, this.#tier === "jit" ? (source) => this.#run(source, "stubs") : undefined);
  }

  #run(source: string, name: string): unknown {
    const url = `gantry/component-${this.#id}/${name.replace("$", "/")}.js`;
    return new Function("library", `${source}\n//# sourceURL=${url}\n`)(this.#library);
  }
}

/** All that is generated for a plan, and which maker is whose. */
export interface Generated {
  readonly module: Module;
  readonly lifts: ReadonlyMap<LiftIndex, { readonly call: string; readonly read: string }>;
  readonly lowers: ReadonlyMap<TrampolineIndex, string>;
  readonly async: AsyncTable<string> | undefined;
}

/** The trees of all functions of a plan, as plain data: for whoever prints them. */
export function generate(plan: Plan): Generated {
  const generator = new Generator(plan, libraryNames);
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

// ---- What there is to generate

function makerFor(generator: Generator, lower: Lower): Maker {
  const { callee } = lower;
  return callee.from === "import"
    ? lowerMaker(generator, lower)
    : linkMaker(generator, lower, generator.plan.lifts[callee.lift]!);
}

function stubFor(generator: Generator, { name, type, options }: Lower): Stub {
  const { plan } = generator;
  const { params } = flattenFuncType(plan.options[options]!, generator.funcType(plan.funcTypes[type]!), "lower");
  return { name: functionLabel(name), arity: params.length };
}

/** The lifts that an export reaches, and whose calls are no tasks. */
function plainLifts({ plan }: Generator, { tasks }: Blocking): readonly LiftIndex[] {
  return [...exportedLifts(plan.exports)].filter((index) => !tasks[plan.options[plan.lifts[index]!.options]!.instance]);
}

function exportedLifts(exports: readonly Export[], found: Set<LiftIndex> = new Set()): ReadonlySet<LiftIndex> {
  for (const item of exports) {
    if (item.kind === "instance") exportedLifts(item.exports, found);
    else if (item.kind === "func" && item.func.from === "lift") found.add(item.func.lift);
  }
  return found;
}

function plainLowers(generator: Generator, blocking: Blocking): readonly (readonly [TrampolineIndex, Lower])[] {
  const shims = new Set(blocking.shims);
  return [...generator.plan.trampolines.entries()].flatMap(([i, trampoline]) =>
    trampoline.op === "lower" && !shims.has(i as TrampolineIndex) && isPlain(generator, blocking, trampoline)
      ? [[i as TrampolineIndex, trampoline]]
      : [],
  );
}

/** Whether calls of a lowered function are no tasks, and are possible at all. */
function isPlain({ plan }: Generator, { tasks }: Blocking, lower: Lower): boolean {
  const { callee, options, type } = lower;
  if (plan.funcTypes[type]!.async) return false;
  if (callee.from === "import") return true;
  const { instance } = plan.options[plan.lifts[callee.lift]!.options]!;
  return !tasks[instance] && !areRelated(plan, plan.options[options]!.instance, instance);
}

/** Whether one instance is the other or inside of it. Calls between such are refused by whoever binds the trampoline. */
function areRelated(plan: Plan, a: Parameters<typeof selfAndAncestors>[1], b: typeof a): boolean {
  return selfAndAncestors(plan, a).includes(b) || selfAndAncestors(plan, b).includes(a);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
