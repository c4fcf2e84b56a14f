/**
 * Writes components in the binary format: as much of it as the fuzzer's components need. "Component Definitions" to
 * "Import and Export Definitions" in Binary.md.
 *
 * Each definition is a section of its own, and gives back its index.
 */
import type { FuncType, PrimitiveKind, ResourceType, ValType } from "../../src/types/types.ts";
import { Writer } from "../../src/wasm/writer.ts";

export type CoreSort = "func" | "memory" | "instance";
export type Sort = "func" | "type" | "instance";

const coreSorts: { readonly [S in CoreSort]: number } = { func: 0x00, memory: 0x02, instance: 0x12 };
const sorts: { readonly [S in Sort]: number } = { func: 0x01, type: 0x03, instance: 0x05 };
const encodings = { utf8: 0x00, utf16: 0x01, "latin1+utf16": 0x02 } as const;

const primitives: { readonly [K in PrimitiveKind]: number } = {
  bool: 0x7f, s8: 0x7e, u8: 0x7d, s16: 0x7c, u16: 0x7b, s32: 0x7a, u32: 0x79, s64: 0x78, u64: 0x77,
  f32: 0x76, f64: 0x75, char: 0x74, string: 0x73, "error-context": 0x64,
}; // biome-ignore format: the opcodes in their order

export interface EncodedOptions {
  readonly encoding?: keyof typeof encodings;
  readonly memory?: number;
  readonly realloc?: number;
  readonly postReturn?: number | undefined;
}

export interface Argument<S> {
  readonly name: string;
  readonly sort: S;
  readonly index: number;
}

export class ComponentEncoder {
  readonly #out: Writer = new Writer();
  readonly #counts: Map<string, number> = new Map();
  readonly #types: Map<ValType | ResourceType, number> = new Map();

  constructor() {
    this.#out.bytes([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.finish() as Uint8Array<ArrayBuffer>;
  }

  // ---- Core definitions

  coreModule(bytes: Uint8Array): number {
    return this.#section(1, "core-module", (w) => w.bytes(bytes));
  }

  coreInstantiate(module: number, args: readonly Argument<"instance">[]): number {
    return this.#vector(2, "core instance", (w) => {
      w.u8(0x00);
      w.u32(module);
      w.vec(args, ({ name, index }) => {
        w.name(name);
        w.u8(0x12);
        w.u32(index);
      });
    });
  }

  /** A core instance made of what there is. */
  coreInstance(exports: readonly Argument<CoreSort>[]): number {
    return this.#vector(2, "core instance", (w) => {
      w.u8(0x01);
      w.vec(exports, ({ name, sort, index }) => {
        w.name(name);
        w.u8(coreSorts[sort]);
        w.u32(index);
      });
    });
  }

  coreAlias(sort: CoreSort, instance: number, name: string): number {
    return this.#vector(6, `core ${sort}`, (w) => {
      w.bytes([0x00, coreSorts[sort], 0x01]);
      w.u32(instance);
      w.name(name);
    });
  }

  // ---- Components and instances

  component(bytes: Uint8Array): number {
    return this.#section(4, "component", (w) => w.bytes(bytes));
  }

  instantiate(component: number, args: readonly Argument<Sort>[]): number {
    return this.#vector(5, "instance", (w) => {
      w.u8(0x00);
      w.u32(component);
      w.vec(args, ({ name, sort, index }) => {
        w.name(name);
        w.u8(sorts[sort]);
        w.u32(index);
      });
    });
  }

  alias(sort: Sort, instance: number, name: string): number {
    return this.#vector(6, sort, (w) => {
      w.bytes([sorts[sort], 0x00]);
      w.u32(instance);
      w.name(name);
    });
  }

  // ---- Imports and exports

  /** Imports a resource, which `resource` stands for from now on. */
  importResource(name: string, resource: ResourceType): number {
    const index = this.#vector(10, "type", (w) => externName(w, name).bytes([0x03, 0x01]));
    this.#types.set(resource, index);
    return index;
  }

  /** Gives a type a name. */
  importType(name: string, type: ValType): number {
    const defined = this.#define(type);
    const index = this.#vector(10, "type", (w) => {
      externName(w, name).bytes([0x03, 0x00]);
      w.u32(defined);
    });
    this.#types.set(type, index);
    return index;
  }

  importFunc(name: string, type: FuncType): number {
    const defined = this.funcType(type);
    return this.#vector(10, "func", (w) => {
      externName(w, name).u8(0x01);
      w.u32(defined);
    });
  }

  export(name: string, sort: Sort, index: number): number {
    return this.#vector(11, sort, (w) => {
      externName(w, name).u8(sorts[sort]);
      w.u32(index);
      w.u8(0x00);
    });
  }

  /** Exports a resource, which `resource` stands for by its new name from now on. */
  exportResource(name: string, resource: ResourceType, defined: number): number {
    const index = this.export(name, "type", defined);
    this.#types.set(resource, index);
    return index;
  }

  // ---- Types

  defineResource(rep: "i32" | "i64", destructor: number): number {
    return this.#vector(7, "type", (w) => {
      w.bytes([0x3f, rep === "i32" ? 0x7f : 0x7e, 0x01]);
      w.u32(destructor);
    });
  }

  funcType({ params, result }: FuncType): number {
    const refs = params.map(({ label, type }) => [label, this.#ref(type)] as const);
    const resultRef = result && this.#ref(result);
    return this.#vector(7, "type", (w) => {
      w.u8(0x40);
      w.vec(refs, ([label, ref]) => {
        w.name(label);
        ref(w);
      });
      if (resultRef === undefined) w.bytes([0x01, 0x00]);
      else {
        w.u8(0x00);
        resultRef(w);
      }
    });
  }

  /** A `valtype`: a primitive type, or an index, for which the type is defined now if it is not yet. */
  #ref(type: ValType): (w: Writer) => void {
    if (type.kind in primitives) return (w) => w.u8(primitives[type.kind as PrimitiveKind]);
    const index = this.#types.get(type) ?? this.#define(type);
    return (w) => w.s64(BigInt(index));
  }

  #define(type: ValType): number {
    const write = this.#writer(type);
    const index = this.#vector(7, "type", write);
    this.#types.set(type, index);
    return index;
  }

  #writer(t: ValType): (w: Writer) => void {
    const maybe = (type: ValType | undefined) => {
      const ref = type && this.#ref(type);
      return (w: Writer) => {
        w.u8(ref === undefined ? 0x00 : 0x01);
        ref?.(w);
      };
    };
    const all = (opcode: number, parts: readonly ((w: Writer) => void)[]) => (w: Writer) => {
      w.u8(opcode);
      for (const part of parts) part(w);
    };
    switch (t.kind) {
      case "record": {
        const fields = t.fields.map(({ label, type }) => [label, this.#ref(type)] as const);
        return (w) => {
          w.u8(0x72);
          w.vec(fields, ([label, ref]) => {
            w.name(label);
            ref(w);
          });
        };
      }
      case "variant": {
        const cases = t.cases.map(({ label, type }) => [label, maybe(type)] as const);
        return (w) => {
          w.u8(0x71);
          w.vec(cases, ([label, payload]) => {
            w.name(label);
            payload(w);
            w.u8(0x00);
          });
        };
      }
      case "list": {
        const element = this.#ref(t.element);
        const { length } = t;
        return length === undefined ? all(0x70, [element]) : all(0x67, [element, (w) => w.u32(length)]);
      }
      case "map":
        return all(0x63, [this.#ref(t.key), this.#ref(t.value)]);
      case "tuple": {
        const types = t.types.map((type) => this.#ref(type));
        return (w) => {
          w.u8(0x6f);
          w.vec(types, (ref) => ref(w));
        };
      }
      case "flags":
      case "enum":
        return (w) => {
          w.u8(t.kind === "flags" ? 0x6e : 0x6d);
          w.vec(t.labels, (label) => w.name(label));
        };
      case "option":
        return all(0x6b, [this.#ref(t.type)]);
      case "result":
        return all(0x6a, [maybe(t.ok), maybe(t.error)]);
      case "own":
      case "borrow": {
        const resource = this.#types.get(t.resource);
        if (resource === undefined) throw new Error(`resource ${t.resource.name} is not known here`);
        return all(t.kind === "own" ? 0x69 : 0x68, [(w) => w.u32(resource)]);
      }
      default:
        throw new Error(`${t.kind} is not defined`);
    }
  }

  // ---- Canonical definitions

  lift(core: number, type: FuncType, options: EncodedOptions): number {
    const defined = this.funcType(type);
    return this.#vector(8, "func", (w) => {
      w.bytes([0x00, 0x00]);
      w.u32(core);
      writeOptions(w, options);
      w.u32(defined);
    });
  }

  lower(func: number, options: EncodedOptions): number {
    return this.#vector(8, "core func", (w) => {
      w.bytes([0x01, 0x00]);
      w.u32(func);
      writeOptions(w, options);
    });
  }

  resourceBuiltin(builtin: "new" | "drop" | "rep", resource: number): number {
    return this.#vector(8, "core func", (w) => {
      w.u8({ new: 0x02, drop: 0x03, rep: 0x04 }[builtin]);
      w.u32(resource);
    });
  }

  // ---- Sections

  #vector(id: number, space: string, write: (w: Writer) => void): number {
    return this.#section(id, space, (w) => {
      w.u32(1);
      write(w);
    });
  }

  #section(id: number, space: string, write: (w: Writer) => void): number {
    this.#out.u8(id);
    this.#out.sized(write);
    const index = this.#counts.get(space) ?? 0;
    this.#counts.set(space, index + 1);
    return index;
  }
}

function externName(w: Writer, name: string): Writer {
  w.u8(0x00);
  w.name(name);
  return w;
}

function writeOptions(w: Writer, { encoding, memory, realloc, postReturn }: EncodedOptions): void {
  const options: (readonly [number, number | undefined])[] = [];
  if (encoding !== undefined) options.push([encodings[encoding], undefined]);
  if (memory !== undefined) options.push([0x03, memory]);
  if (realloc !== undefined) options.push([0x04, realloc]);
  if (postReturn !== undefined) options.push([0x05, postReturn]);
  w.vec(options, ([opcode, index]) => {
    w.u8(opcode);
    if (index !== undefined) w.u32(index);
  });
}
