/**
 * One adapter module while it is written: what it imports, each thing once, and the helper functions that its adapters
 * share. The engine sees an ordinary core module.
 */
import type { FlatType } from "../abi/flatten.ts";
import { despecialize } from "../abi/layout.ts";
import type {
  CanonicalOptions, CoreArg, CoreDef, CoreExport, Leaf, LeafArg, OptionsIndex, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import type { ValType } from "../types/types.ts";
import { type EncodedType, externref, type Func, type Item, type Local, type Memory } from "../wasm/body.ts";
import { ModuleEncoder } from "../wasm/encoder.ts";
import { Code } from "./code.ts";
import type { Program } from "./program.ts";
import { Side } from "./side.ts";

/** What a helper is, besides what tells it from others: its parameters and results, and its code. */
interface HelperShape {
  readonly params: readonly EncodedType[];
  readonly results: readonly EncodedType[];
  readonly write: (code: Code, params: readonly Local[]) => void;
}

export class AdapterModule {
  readonly program: Program;
  readonly args: CoreArg[] = [];
  readonly leaves: LeafArg[] = [];
  readonly #encoder = new ModuleEncoder();
  readonly #imports: Map<string, Item> = new Map();
  readonly #helpers: Map<string, Func> = new Map();
  readonly #sides: Map<OptionsIndex, Side> = new Map();
  readonly #adapters: Map<TrampolineIndex, { readonly func: Func; readonly code: Code }> = new Map();
  readonly #typeIds: Map<ValType, number> = new Map();

  constructor(program: Program) {
    this.program = program;
  }

  finish(): Uint8Array {
    return this.#encoder.finish();
  }

  // ---- Functions

  /** Declares the adapter that takes the place of a trampoline. Others of this module can call it at once. */
  declare(index: TrampolineIndex, params: readonly FlatType[], results: readonly FlatType[], name: string): void {
    const { func, body } = this.#encoder.func(this.#encoder.type(params, results), name);
    this.#encoder.export(exportName(index), func);
    this.#adapters.set(index, { func, code: new Code(this, body, undefined) });
  }

  /** The body of a declared adapter. */
  adapter(index: TrampolineIndex): Code {
    return this.#adapters.get(index)!.code;
  }

  /** The helper function that `key` names, written at the first demand. */
  helper(name: string, key: readonly (string | number)[], shape: () => HelperShape): Func {
    const full = [name, ...key].join(" ");
    let helper = this.#helpers.get(full);
    if (helper === undefined) {
      const { params, results, write } = shape();
      const { func, body } = this.#encoder.func(this.#encoder.type(params, results), full);
      // Before it is written, for it may call itself.
      this.#helpers.set(full, func);
      helper = func;
      const locals = params.map((_, i) => body.param(i));
      write(new Code(this, body, params[0] === externref ? locals[0] : undefined), locals);
    }
    return helper;
  }

  // ---- Imports

  /** A core function of a component. */
  func(def: CoreDef, params: readonly FlatType[], results: readonly FlatType[]): Func {
    const known = def.from === "trampoline" ? this.#adapters.get(def.trampoline) : undefined;
    if (known !== undefined) return known.func;
    return this.#import(def, (module, name) =>
      this.#encoder.importFunc(module, name, this.#encoder.type(params, results)),
    );
  }

  memory(def: CoreExport, index: "i32" | "i64"): Memory {
    return this.#import(def, (module, name) => this.#encoder.importMemory(module, name, { min: 0, index }));
  }

  #import<I extends Item>(def: CoreDef, make: (module: string, name: string) => I): I {
    const [module, name] =
      def.from === "trampoline" ? ["trampoline", String(def.trampoline)] : [`core${def.instance}`, def.name];
    return this.#once(`${module} ${name}`, () => {
      this.args.push({ module, name, value: def });
      return make(module, name);
    });
  }

  /** A function of the run side. */
  leaf(leaf: Exclude<Leaf, { readonly leaf: "may-leave" }>): Func {
    const { params, results } = leafType(leaf, (index) => this.program.plan.options[index]!);
    return this.#leaf(leaf, (name) => this.#encoder.importFunc("leaf", name, this.#encoder.type(params, results)));
  }

  /** The memory whose first word says whether what runs may leave its instance. */
  get mayLeave(): Memory {
    return this.#leaf({ leaf: "may-leave" }, (name) => this.#encoder.importMemory("leaf", name, { min: 1, max: 1 }));
  }

  #leaf<I extends Item>(leaf: Leaf, make: (name: string) => I): I {
    const name = Object.values(leaf).join(" ");
    return this.#once(`leaf ${name}`, () => {
      this.leaves.push({ module: "leaf", name, value: leaf });
      return make(name);
    });
  }

  #once<I extends Item>(key: string, make: () => I): I {
    let item = this.#imports.get(key) as I | undefined;
    if (item === undefined) {
      item = make();
      this.#imports.set(key, item);
    }
    return item;
  }

  // ---- What keys are made of

  side(index: OptionsIndex): Side {
    let side = this.#sides.get(index);
    if (side === undefined) {
      side = new Side(this, index);
      this.#sides.set(index, side);
    }
    return side;
  }

  /** A number for a type. A type and what it abbreviates have the same. */
  typeId(t: ValType): number {
    const plain = despecialize(t);
    let id = this.#typeIds.get(plain);
    if (id === undefined) {
      id = this.#typeIds.size;
      this.#typeIds.set(plain, id);
    }
    return id;
  }

  /** The index of a function type, for blocks with several results. */
  blockType(results: readonly EncodedType[]): ReturnType<ModuleEncoder["type"]> {
    return this.#encoder.type([], results);
  }
}

/** The name under which an adapter is exported. */
export function exportName(index: TrampolineIndex): string {
  return String(index);
}

interface FuncShape {
  readonly params: readonly EncodedType[];
  readonly results: readonly EncodedType[];
}

function leafType(
  leaf: Exclude<Leaf, { readonly leaf: "may-leave" }>,
  options: (index: OptionsIndex) => CanonicalOptions,
): FuncShape {
  switch (leaf.leaf) {
    case "trap":
    case "realloc-out-of-bounds":
    case "uncaught-exception":
    case "enter":
    case "leave":
    case "begin-handles":
      return { params: [], results: [] };
    case "invalid-char":
      return { params: ["i32"], results: [] };
    case "invalid-text":
      return { params: [options(leaf.options).pointer, "i32"], results: [] };
    case "begin-call":
      return { params: [], results: [externref] };
    case "end-call":
      return { params: [externref], results: [] };
    case "lift-own":
    case "end-loan":
      return { params: ["i32"], results: [] };
    case "lift-borrow":
      return { params: [externref, "i32"], results: [] };
    case "lower-own":
      return { params: [], results: ["i32"] };
    case "lower-borrow":
      return { params: [externref], results: ["i32"] };
    case "transfer-own":
    case "lend":
      return { params: ["i32"], results: ["i32"] };
  }
}
