/**
 * What a group of adapters looks like, whatever it connects. Where one component is instantiated many times, so are the
 * adapters between its instances and others': one module serves all groups of one shape.
 */
import { hasHandles } from "../abi/contents.ts";
import { getOrInsert } from "../abi/remembered.ts";
import type {
  CanonicalOptions, CoreArg, CoreDef, CoreInstanceIndex, InstanceIndex, Leaf, LeafArg, OptionsIndex, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import type { Pair, Program } from "./program.ts";

/** Indices in the order in which they are first met; what stands for them in a key is their place there. */
class Indices<I extends number> {
  readonly found: I[] = [];
  readonly #places: Map<I, number> = new Map();

  place(index: I): number {
    return getOrInsert(this.#places, index, () => this.found.push(index) - 1);
  }
}

/** What a module imports that was made for one group. */
export interface Imports {
  readonly shape: Shape;
  readonly args: readonly CoreArg[];
  readonly leaves: readonly LeafArg[];
}

export class Shape {
  /** Groups with the same key have the same code. */
  readonly key: string;
  readonly #program: Program;
  readonly #cores: Indices<CoreInstanceIndex> = new Indices();
  readonly #instances: Indices<InstanceIndex> = new Indices();
  readonly #options: Indices<OptionsIndex> = new Indices();
  readonly #trampolines: Indices<TrampolineIndex> = new Indices();

  constructor(program: Program, pairs: readonly Pair[]) {
    this.#program = program;
    // First what the module defines, so that it is not taken for an import.
    const own = pairs.map(({ index }) => this.#trampolines.place(index));
    this.key = JSON.stringify([own, pairs.map((pair) => this.#pair(pair))]);
  }

  #pair({ name, type, typeIndex, caller, callee, lift }: Pair): unknown {
    const sides = [this.#side(caller), this.#side(callee)];
    // How handles pass depends on which instance defines their resource.
    const handles = type.params.some((param) => hasHandles(param.type)) || (type.result && hasHandles(type.result));
    const { options } = this.#program.plan;
    const exactly = handles ? [options[caller]!.instance, options[callee]!.instance] : null;
    return [name, typeIndex, sides, this.#def(lift.core), exactly];
  }

  #side(index: OptionsIndex): unknown {
    const program = this.#program;
    const { instance, encoding, pointer, memory, realloc, postReturn }: CanonicalOptions = program.plan.options[index]!;
    return [
      this.#options.place(index),
      this.#instances.place(instance),
      [encoding, pointer, this.#def(memory), this.#def(realloc), this.#def(postReturn)],
      [
        program.mayNotBeLeft(index),
        program.asksMayLeave.has(instance),
        program.throws(index),
        program.withStorage.has(instance),
      ],
    ];
  }

  #def(def: CoreDef | undefined): unknown {
    if (def === undefined) return null;
    if (def.from === "trampoline") return this.#trampolines.place(def.trampoline);
    return [this.#cores.place(def.instance), def.name];
  }

  // ---- From one group to another of the same shape

  args({ shape, args }: Imports): CoreArg[] {
    return args.map((arg) => ({ ...arg, value: this.#translate(arg.value, shape) }));
  }

  leaves({ shape, leaves }: Imports): LeafArg[] {
    return leaves.map((leaf) => ({ ...leaf, value: this.#translate(leaf.value, shape) }));
  }

  /** A definition or a leaf of `other` with the indices that have the same places here. */
  #translate<T extends CoreDef | Leaf>(value: T, other: Shape): T {
    if (other === this) return value;
    const [own, others] = [this.#indices(value), other.#indices(value)];
    const fields = Object.entries(value).map(([field, index]: [string, unknown]) => [
      field,
      own[field] === undefined ? index : own[field].found[others[field]!.place(index as number)],
    ]);
    return Object.fromEntries(fields) as T;
  }

  /** Which of its fields are indices, and of what. */
  #indices(value: CoreDef | Leaf): Readonly<Record<string, Indices<number>>> {
    if ("from" in value && !("leaf" in value)) return { trampoline: this.#trampolines, instance: this.#cores };
    const [options, instances] = [this.#options, this.#instances];
    return { options, from: options, to: options, callee: instances, caller: instances, instance: instances };
  }
}
