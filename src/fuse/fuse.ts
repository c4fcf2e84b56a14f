/**
 * From a plan to one in which calls between components are core WebAssembly.
 *
 * A `canon lower` of another component's `canon lift` becomes an adapter: a function of a core module that is made here,
 * which copies from memory to memory and calls the other component's core function. Where there is nothing to copy and
 * nothing to check, it becomes that core function itself. The modules are steps of the plan like any others; their bytes
 * are one more source of it, beside the binaries of the components.
 *
 * Calls that cannot be fused are left as they are, for `codegen/` to compose of two functions. Which can, `program.ts` says.
 */
import { getOrInsert } from "../abi/remembered.ts";
import type {
  CoreArg, CoreDef, CoreExport, CoreInstanceIndex, Initializer, InstanceIndex, LateAdapter, LeafArg, ModuleIndex, Plan, PlanModule, SourceIndex,
  TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import { writeAdapter } from "./adapter.ts";
import { Dependencies } from "./dependencies.ts";
import { lateAdapters } from "./late.ts";
import { AdapterModule, exportName } from "./module.ts";
import { type Pair, Program, type ProgramOptions } from "./program.ts";
import { rewrite } from "./rewrite.ts";
import { type Imports, Shape } from "./shape.ts";

export interface FuseOptions extends ProgramOptions {
  /** The number that the adapters' bytes will have among the plan's sources. */
  readonly source: SourceIndex;
  /** Whether adapters can be made when they are first called. */
  readonly late: boolean;
}

export interface Fused {
  readonly plan: Plan;
  /** The adapter modules, one after another. */
  readonly bytes: Uint8Array;
  /**
   * Makes an adapter that the plan has a `late` leaf for; its module is the same object for all of one shape. Absent if there
   * is none, so that what fusing knew of the plan is not kept.
   */
  readonly late?: (index: TrampolineIndex) => LateAdapter & { readonly module: Uint8Array };
}

/** Undefined if no two components of the plan call each other in a way that can be fused. */
export function fuse(plan: Plan, options: FuseOptions): Fused | undefined {
  if (!plan.trampolines.some((trampoline) => trampoline.op === "lower" && trampoline.callee.from === "lift"))
    return undefined;
  const program = new Program(plan, options);
  if (program.pairs.size === 0) return undefined;
  const fuser = new Fuser(program, options);
  fuser.run();
  return fuser.finish();
}

/** A module that has been made, and what it has been made for. */
interface Made extends Imports {
  readonly bytes: Uint8Array;
  readonly pairs: readonly Pair[];
}

class Fuser {
  readonly #program: Program;
  readonly #source: SourceIndex;
  /** What trampolines have become. */
  readonly #become: Map<TrampolineIndex, CoreDef> = new Map();
  /** What is yet to be placed; what is ready first comes last. */
  readonly #pending: { readonly pair: Pair; readonly after: number }[] = [];
  readonly #steps: Initializer[] = [];
  readonly #modules: PlanModule[];
  readonly #made: Map<string, Made> = new Map();
  /** The modules that are there from the beginning, and their numbers. */
  readonly #placed: Map<Uint8Array, ModuleIndex> = new Map();
  #length = 0;
  #coreInstances: number;
  #hasStubs = false;

  constructor(program: Program, { source, late }: FuseOptions) {
    const { plan, pairs } = program;
    this.#program = program;
    this.#source = source;
    this.#modules = [...plan.modules];
    this.#coreInstances = plan.initializers.filter(({ op }) => op === "instantiate").length;
    if (late) this.#stub(lateAdapters(program));
    const dependencies = new Dependencies(plan);
    for (const [index, pair] of pairs) {
      if (pair.direct) this.#become.set(index, pair.lift.core);
      else if (!this.#become.has(index)) this.#pending.push({ pair, after: dependencies.lastOf(index) });
    }
    this.#pending.sort((a, b) => b.after - a.after);
  }

  /** Has functions in place of adapters that are made when they are called. These need nothing, so they come first. */
  #stub(late: ReadonlyMap<TrampolineIndex, readonly CoreExport[]>): void {
    if (late.size === 0) return;
    this.#hasStubs = true;
    const core = this.#coreInstances++ as CoreInstanceIndex;
    const module = new AdapterModule(this.#program);
    for (const [index, tables] of late) {
      const stub: CoreExport = { from: "core-instance", instance: core, name: exportName(index) };
      module.stub(this.#program.pairs.get(index)!, stub, tables);
      this.#become.set(index, stub);
    }
    this.#instantiate(core, module.finish(), [], module.leaves);
  }

  /** Puts adapters before the first step that may need one of them, with all others for which everything is there by then. */
  run(): void {
    const { initializers, trampolines } = this.#program.plan;
    const mayNeed = (def: CoreDef | undefined): boolean => {
      if (def?.from !== "trampoline") return false;
      const trampoline = trampolines[def.trampoline]!;
      return trampoline.op === "lower" || trampoline.immediates.options !== undefined;
    };
    let arrived = -1;
    for (const step of initializers) {
      const used = step.op === "instantiate" ? step.args.map(({ value }) => value) : [step.destructor];
      if (used.some(mayNeed)) this.#place(arrived);
      this.#steps.push(step);
      if (step.op === "instantiate") arrived = step.core;
    }
    // What only the host can reach.
    this.#place(arrived);
  }

  /** Adds a step that instantiates the adapters that need nothing after core instance `arrived`. */
  #place(arrived: number): void {
    const pairs: Pair[] = [];
    while (this.#pending.length > 0 && this.#pending.at(-1)!.after <= arrived) pairs.push(this.#pending.pop()!.pair);
    if (pairs.length === 0) return;
    pairs.sort((a, b) => a.index - b.index);
    const core = this.#coreInstances++ as CoreInstanceIndex;
    const shape = new Shape(this.#program, pairs);
    const made = this.#madeFor(shape, pairs);
    this.#instantiate(core, made.bytes, shape.args(made), shape.leaves(made));
    for (const [i, { index }] of pairs.entries()) {
      this.#become.set(index, { from: "core-instance", instance: core, name: exportName(made.pairs[i]!.index) });
    }
  }

  #instantiate(core: CoreInstanceIndex, bytes: Uint8Array, args: readonly CoreArg[], leaves: readonly LeafArg[]): void {
    const module = getOrInsert(this.#placed, bytes, () => {
      const start = this.#length;
      this.#length += bytes.length;
      return (this.#modules.push({ source: this.#source, start, end: this.#length }) - 1) as ModuleIndex;
    });
    const owner = 0 as InstanceIndex;
    this.#steps.push({ op: "instantiate", core, module: { from: "static", module }, args, leaves, owner });
  }

  /** A module of adapters of this shape. */
  #madeFor(shape: Shape, pairs: readonly Pair[]): Made {
    return getOrInsert(this.#made, shape.key, () => {
      const module = new AdapterModule(this.#program);
      for (const { index, lowerSignature, name } of pairs) {
        module.declare(index, lowerSignature.params, lowerSignature.results, name);
      }
      for (const pair of pairs) writeAdapter(module, pair);
      return { shape, pairs, bytes: module.finish(), args: module.args, leaves: module.leaves };
    });
  }

  finish(): Fused {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const module of this.#placed.keys()) {
      bytes.set(module, at);
      at += module.length;
    }
    const { plan: before, pairs } = this.#program;
    const { plan, core } = rewrite({ ...before, modules: this.#modules, initializers: this.#steps }, this.#become);
    if (!this.#hasStubs) return { plan, bytes };
    const late: Fused["late"] = (index) => {
      const pair = pairs.get(index)!;
      const shape = new Shape(this.#program, [pair]);
      const made = this.#madeFor(shape, [pair]);
      return {
        module: made.bytes,
        name: exportName(made.pairs[0]!.index),
        args: shape.args(made).map((arg) => ({ ...arg, value: core(arg.value) })),
        leaves: shape.leaves(made),
      };
    };
    return { plan, bytes, late };
  }
}
