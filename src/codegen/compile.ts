/**
 * From a plan to its functions: everything that the embedder can call, and everything that guests can call of the embedder
 * or of one another.
 *
 * A program uses few of the functions that its components import and export. So a function's code is written when it is
 * first needed: that of a lifted function when it is bound, which the embedder does when it looks at an export; that of a
 * lowered one when it is first called, since instantiation binds them all (see stubs.ts).
 *
 * Calls that are tasks are made of parts (async-functions.ts); those are found in a table of their own, and all of that is
 * loaded only for plans that have any (`AsyncCodegen`).
 */
import { areRelated } from "../plan/ancestry.ts";
import type { Blocking } from "../plan/blocking.ts";
import type { Export, ImportIndex, LiftIndex, Plan, Trampoline, TrampolineIndex } from "../plan/plan.ts";
import type { AsyncFunctions, CoreFunction, FunctionTable, HostFunction, LowerMaker } from "../runtime/functions.ts";
import * as library from "../runtime/library.ts";
import { once } from "../runtime/once.ts";
import { functionLabel } from "./call-code.ts";
import { evaluateModule } from "./closures.ts";
import { liftMaker, lowerMaker } from "./functions.ts";
import { Generator } from "./generator.ts";
import { linkMaker } from "./link.ts";
import { printModule } from "./print.ts";
import { type Stub, type StubMaker, stubMakers } from "./stubs.ts";
import type { Tier } from "./tier.ts";
import type { Maker } from "./tree.ts";

type Lower = Extract<Trampoline, { readonly op: "lower" }>;
type Bound = (...args: never[]) => unknown;
type BoundMaker = (binding: object) => Bound;

/** How the functions of a plan are made in which anything is asynchronous. */
export interface AsyncCodegen {
  /** What they mention besides the library. */
  readonly library: Readonly<Record<string, unknown>>;
  /** `waiting`: synchronous functions of the host's that may return a promise all the same. */
  readonly analyze: (plan: Plan, waiting: ReadonlySet<ImportIndex> | undefined) => Blocking;
  readonly functions: (
    generator: Generator,
    blocking: Blocking,
    make: (maker: Maker) => (binding: object) => unknown,
  ) => AsyncFunctions | undefined;
}

/** Numbers the components, so that no two sources are the same: engines let functions of equal sources share what they learn. */
let components = 0;

/** The functions of a plan, ready to be bound. `async` is needed if anything is asynchronous, or `waiting` not empty. */
export function compileFunctions(
  plan: Plan,
  tier: Tier,
  waiting?: ReadonlySet<ImportIndex>,
  async?: AsyncCodegen,
): FunctionTable {
  const compiler = new Compiler(plan, tier, async?.analyze(plan, waiting), async?.library);
  return {
    async:
      compiler.blocking && async?.functions(compiler.generator, compiler.blocking, (maker) => compiler.make(maker)),
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
    refused: new Set(lowersOf(plan).flatMap(([index, lower]) => (isRefused(plan, lower) ? [index] : []))),
  };
}

function lowerMakers(compiler: Compiler): ReadonlyMap<TrampolineIndex, LowerMaker> {
  const { generator } = compiler;
  const lowers = plainLowers(generator, compiler.blocking);
  const stubs = once((): readonly StubMaker[] => compiler.stubs(lowers.map(([, lower]) => stubFor(generator, lower))));
  return new Map(
    lowers.map(([index, lower], i) => {
      const made = once(() => compiler.make(makerFor(generator, lower)));
      return [index, (bind) => stubs()[i]!(() => made()(bind())) as CoreFunction];
    }),
  );
}

/** Turns trees into functions, one maker at a time. */
class Compiler {
  readonly generator: Generator;
  readonly blocking: Blocking | undefined;
  readonly #tier: Tier;
  readonly #id: number = ++components;
  readonly #library: Readonly<Record<string, unknown>>;
  /** The helpers made so far. Like the library, they can be mentioned. */
  readonly #helpers: Record<string, unknown> = {};

  constructor(plan: Plan, tier: Tier, blocking: Blocking | undefined, more?: Readonly<Record<string, unknown>>) {
    // Where a bundler has made it an object of getters, most are better left alone.
    this.#library = more === undefined ? library : { ...library, ...more };
    this.generator = new Generator(plan, new Set(Object.keys(this.#library)), tier === "jit");
    this.blocking = blocking;
    this.#tier = tier;
  }

  make(maker: Maker): BoundMaker {
    const module = this.generator.takeModule([maker]);
    const made =
      this.#tier === "jit"
        ? this.#run(printModule(module, true), maker.name)
        : evaluateModule(module, this.#library, this.#helpers);
    Object.assign(this.#helpers, made);
    return (made as Record<string, BoundMaker>)[maker.name]!;
  }

  stubs(stubs: readonly Stub[]): readonly StubMaker[] {
    return stubMakers(stubs, this.#tier === "jit" ? (source) => this.#run(source, "stubs") : undefined);
  }

  #run(source: string, name: string): unknown {
    const url = `gantry/component-${this.#id}/${name.replace("$", "/")}.js`;
    return new Function("library", "helpers", `${source}\n//# sourceURL=${url}\n`)(this.#library, this.#helpers);
  }
}

// ---- What there is to generate

export function makerFor(generator: Generator, lower: Lower): Maker {
  const { callee } = lower;
  return callee.from === "import"
    ? lowerMaker(generator, lower)
    : linkMaker(generator, lower, generator.plan.lifts[callee.lift]!);
}

function stubFor(generator: Generator, lower: Lower): Stub {
  const { params } = generator.convention(lower, "lower");
  return { name: functionLabel(lower.name), arity: params.length };
}

/** The lifts that an export reaches, and whose calls are no tasks. */
export function plainLifts({ plan }: Generator, blocking: Blocking | undefined): readonly LiftIndex[] {
  const { tasks = [] } = blocking ?? {};
  return [...exportedLifts(plan.exports)].filter((index) => !tasks[plan.options[plan.lifts[index]!.options]!.instance]);
}

function exportedLifts(exports: readonly Export[], found: Set<LiftIndex> = new Set()): ReadonlySet<LiftIndex> {
  for (const item of exports) {
    if (item.kind === "instance") exportedLifts(item.exports, found);
    else if (item.kind === "func" && item.func.from === "lift") found.add(item.func.lift);
  }
  return found;
}

export function plainLowers(
  generator: Generator,
  blocking: Blocking | undefined,
): readonly (readonly [TrampolineIndex, Lower])[] {
  const shims = new Set(blocking?.shims);
  return lowersOf(generator.plan).filter(([i, lower]) => !shims.has(i) && isPlain(generator, blocking, lower));
}

function lowersOf({ trampolines }: Plan): readonly (readonly [TrampolineIndex, Lower])[] {
  return [...trampolines.entries()].flatMap(([i, trampoline]) =>
    trampoline.op === "lower" ? [[i as TrampolineIndex, trampoline]] : [],
  );
}

/** Whether a caller can never enter its callee, whatever else is going on. */
function isRefused(plan: Plan, { callee, options }: Lower): boolean {
  if (callee.from === "import") return false;
  return areRelated(plan, plan.options[options]!.instance, plan.options[plan.lifts[callee.lift]!.options]!.instance);
}

/** Whether calls of a lowered function are no tasks, and are possible at all. */
function isPlain({ plan }: Generator, blocking: Blocking | undefined, lower: Lower): boolean {
  const { callee, type } = lower;
  if (plan.funcTypes[type]!.async) return false;
  if (callee.from === "import") return true;
  const { instance } = plan.options[plan.lifts[callee.lift]!.options]!;
  return blocking?.tasks[instance] !== true && !isRefused(plan, lower);
}
