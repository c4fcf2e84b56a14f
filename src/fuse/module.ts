/**
 * One adapter module while it is written: what it imports, each thing once, and the helper functions that its adapters
 * share. The engine sees an ordinary core module.
 */
import type { FlatType } from "../abi/flatten.ts";
import { despecialize } from "../abi/layout.ts";
import { getOrInsert } from "../abi/remembered.ts";
import type {
  CoreArg, CoreDef, CoreExport, Leaf, LeafArg, OptionsIndex, Purpose, TrampolineIndex,
} from "../plan/plan.ts"; // biome-ignore format: one list
import type { ValType } from "../types/types.ts";
import type { EncodedType, Func, Item, Local, Memory } from "../wasm/body.ts";
import { ModuleEncoder } from "../wasm/encoder.ts";
import { Code, type LeafFunc } from "./code.ts";
import type { Pair, Program } from "./program.ts";
import { Side } from "./side.ts";

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
    const code = new Code(this, params.length);
    const func = this.#encoder.define(this.#encoder.type(params, results), code, name);
    this.#encoder.export(exportName(index), func);
    this.#adapters.set(index, { func, code });
  }

  /** The body of a declared adapter. */
  adapter(index: TrampolineIndex): Code {
    return this.#adapters.get(index)!.code;
  }

  /** See `Code.helper`. */
  helper(
    name: string,
    key: readonly (string | number)[],
    params: readonly EncodedType[],
    results: readonly EncodedType[],
    write: (code: Code, params: readonly Local[]) => void,
    scoped = false,
  ): Func {
    const full = [name, ...key].join(" ");
    let helper = this.#helpers.get(full);
    if (helper === undefined) {
      const types: readonly EncodedType[] = scoped ? [...params, "externref"] : params;
      const code = new Code(this, types.length, scoped ? (params.length as Local) : undefined);
      helper = this.#encoder.define(this.#encoder.type(types, results), code, full);
      // Before it is written, for it may call itself.
      this.#helpers.set(full, helper);
      write(
        code,
        params.map((_, i) => code.param(i)),
      );
    }
    return helper;
  }

  /**
   * `allocate` in the specification, and the checks after it: of a size, an alignment and what there is room for already
   * (a pointer, and a size that is 0 if there is none), makes a pointer. Only pointers may be 64 bits wide.
   */
  reallocate(side: Side, what: Purpose): Func {
    const { pointer } = side;
    const write = (code: Code, params: readonly Local[]) => {
      const [size, alignment, old, before] = params as [Local, Local, Local, Local];
      const { instance, hasStorage } = side;
      code.withoutLeaving(side, () => {
        if (hasStorage) code.leaf({ leaf: "save-storage", instance });
        code.get(old);
        for (const local of [before, alignment, size]) code.get(local).fromI32(side);
        code.call(side.realloc);
        if (hasStorage) code.leaf({ leaf: "restore-storage", instance });
      });
      const ptr = code.keep(pointer);
      code.checkPlace(side, ptr, { local: size }, { local: alignment }, { leaf: "bad-room", what }).get(ptr);
    };
    return this.helper("reallocate", [side.index, what], ["i32", "i32", pointer, "i32"], [pointer], write);
  }

  /** Exports, as `stub`, what is there until the adapter for `pair` is made. */
  stub({ index, lowerSignature: { params, results } }: Pair, stub: CoreExport, tables: readonly CoreExport[]): void {
    const type = this.#encoder.type(params, results);
    const leaf: Leaf = { leaf: "late", adapter: index, stub, tables };
    this.#encoder.export(
      stub.name,
      this.#leaf(leaf, (name) => this.#encoder.importFunc("leaf", name, type)),
    );
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
  leaf(leaf: LeafFunc): Func {
    const [params, results] = leafTypes[leaf.leaf].map((types) =>
      (types.match(/\S+/g) ?? []).map((type) =>
        type === "ptr" && "options" in leaf ? this.side(leaf.options).pointer : (type as EncodedType),
      ),
    );
    return this.#leaf(leaf, (name) => this.#encoder.importFunc("leaf", name, this.#encoder.type(params!, results!)));
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
    return getOrInsert(this.#imports as Map<string, I>, key, make);
  }

  // ---- What keys are made of

  side(index: OptionsIndex): Side {
    return getOrInsert(this.#sides, index, () => new Side(this, index));
  }

  /** A number for a type. A type and what it abbreviates have the same. */
  typeId(t: ValType): number {
    return getOrInsert(this.#typeIds, despecialize(t), () => this.#typeIds.size);
  }
}

/** The name under which an adapter is exported. */
export function exportName(index: TrampolineIndex): string {
  return String(index);
}

/** What the functions of the run side take and give; `ptr` is a pointer of the options that the leaf names. */
const leafTypes: Readonly<Record<LeafFunc["leaf"], readonly [params: string, results: string]>> = {
  trap: ["", ""],
  "bad-range": ["ptr i32 i32", ""],
  "bad-room": ["ptr i32 i32", ""],
  "uncaught-exception": ["", ""],
  "invalid-char": ["i32", ""],
  "invalid-text": ["ptr i32", ""],
  enter: ["", ""],
  leave: ["", ""],
  "clear-storage": ["", ""],
  "save-storage": ["", ""],
  "restore-storage": ["", ""],
  "begin-call": ["", "externref"],
  "end-call": ["externref", ""],
  "begin-handles": ["", ""],
  "lift-own": ["i32", ""],
  "lift-borrow": ["externref i32", ""],
  "lower-own": ["", "i32"],
  "lower-borrow": ["externref", "i32"],
  "transfer-own": ["i32", "i32"],
  lend: ["i32", "i32"],
  "end-loan": ["i32", ""],
};
