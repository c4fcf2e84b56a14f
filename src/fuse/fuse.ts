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
import type {
  CoreDef, CoreInstanceIndex, Initializer, InstanceIndex, ModuleIndex, Plan, PlanModule, SourceIndex, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import { writeAdapter } from "./adapter.ts";
import { Dependencies } from "./dependencies.ts";
import { AdapterModule, exportName } from "./module.ts";
import { type Pair, Program, type ProgramOptions } from "./program.ts";
import { rewrite } from "./rewrite.ts";

export interface FuseOptions extends ProgramOptions {
  /** The number that the adapters' bytes will have among the plan's sources. */
  readonly source: SourceIndex;
}

export interface Fused {
  readonly plan: Plan;
  /** The adapter modules, one after another. */
  readonly bytes: Uint8Array;
}

/** Undefined if no two components of the plan call each other in a way that can be fused. */
export function fuse(plan: Plan, options: FuseOptions): Fused | undefined {
  const program = new Program(plan, options);
  if (program.pairs.size === 0) return undefined;
  const fuser = new Fuser(program, options.source);
  fuser.run();
  return fuser.finish();
}

class Fuser {
  readonly #program: Program;
  readonly #source: SourceIndex;
  readonly #dependencies: Dependencies;
  /** What trampolines have become. */
  readonly #made: Map<TrampolineIndex, CoreDef> = new Map();
  /** Core instances that are there at the step in question. */
  readonly #available: Set<CoreInstanceIndex> = new Set();
  readonly #steps: Initializer[] = [];
  readonly #modules: PlanModule[];
  readonly #bytes: Uint8Array[] = [];
  #length = 0;
  #coreInstances: number;
  #pending: readonly Pair[];

  constructor(program: Program, source: SourceIndex) {
    const { plan, pairs } = program;
    this.#program = program;
    this.#source = source;
    this.#modules = [...plan.modules];
    this.#coreInstances = plan.initializers.filter(({ op }) => op === "instantiate").length;
    for (const pair of pairs.values()) if (pair.direct) this.#made.set(pair.index, pair.lift.core);
    this.#pending = [...pairs.values()].filter(({ direct }) => !direct);
    this.#dependencies = new Dependencies(program);
  }

  /** Puts adapters before the first step that needs one of them, with all others for which everything is there by then. */
  run(): void {
    for (const step of this.#program.plan.initializers) {
      const needed = this.#dependencies.ofStep(step).adapters;
      if (this.#pending.some(({ index }) => needed.has(index))) {
        this.#place(this.#pending.filter(({ index }) => needed.has(index) || this.#isReady(index)));
      }
      this.#steps.push(step);
      if (step.op === "instantiate") this.#available.add(step.core);
    }
    // What only the host can reach.
    if (this.#pending.length > 0) this.#place(this.#pending);
  }

  #isReady(index: TrampolineIndex): boolean {
    for (const instance of this.#dependencies.of(index).instances) if (!this.#available.has(instance)) return false;
    return true;
  }

  /** Makes a module of adapters for `pairs`, and the step that instantiates it. */
  #place(pairs: readonly Pair[]): void {
    const module = new AdapterModule(this.#program);
    const core = this.#coreInstances++ as CoreInstanceIndex;
    for (const { index, lowerSignature, name } of pairs) {
      module.declare(index, lowerSignature.params, lowerSignature.results, name);
    }
    for (const pair of pairs) writeAdapter(module, pair);
    for (const { index } of pairs) {
      this.#made.set(index, { from: "core-instance", instance: core, name: exportName(index) });
    }
    const bytes = module.finish();
    const start = this.#length;
    this.#length += bytes.length;
    this.#bytes.push(bytes);
    this.#steps.push({
      op: "instantiate",
      core,
      module: { from: "static", module: this.#modules.length as ModuleIndex },
      args: module.args,
      leaves: module.leaves,
      owner: 0 as InstanceIndex,
    });
    this.#modules.push({ source: this.#source, start, end: this.#length });
    this.#available.add(core);
    this.#pending = this.#pending.filter((pair) => !pairs.includes(pair));
  }

  finish(): Fused {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const module of this.#bytes) {
      bytes.set(module, at);
      at += module.length;
    }
    const { plan } = this.#program;
    return { plan: rewrite({ ...plan, modules: this.#modules, initializers: this.#steps }, this.#made), bytes };
  }
}
