/**
 * Writes core modules: what `fuse/` and the shims around blocking functions are made with.
 *
 * Items (functions, memories, globals) are objects until the module is finished. Imports may therefore be asked for while
 * bodies are being written, though they come first in every index space. Nothing is validated: the engine does that.
 */
import { assert } from "../errors/component-error.ts";
import {
  Body,
  type EncodedType,
  type Func,
  type Global,
  type Item,
  type ItemKind,
  type Memory,
  type TypeIndex,
  valueTypes,
} from "./body.ts";
import { Writer } from "./writer.ts";

export interface EncodedLimits {
  readonly min: number;
  readonly max?: number;
  readonly index?: "i32" | "i64";
}

const kinds: Readonly<Record<ItemKind, number>> = { func: 0, memory: 2, global: 3 };

interface FuncSignature {
  readonly params: readonly EncodedType[];
  readonly results: readonly EncodedType[];
}

export class ModuleEncoder {
  readonly #types: FuncSignature[] = [];
  readonly #typeIndices: Map<string, TypeIndex> = new Map();
  readonly #imports: { readonly module: string; readonly name: string; readonly item: Item }[] = [];
  readonly #funcs: { readonly item: Func; readonly body: Body; readonly name: string | undefined }[] = [];
  readonly #memories: Memory[] = [];
  readonly #exports: { readonly name: string; readonly item: Item }[] = [];

  /** The function type with these parameters and results; each structure once. */
  type(params: readonly EncodedType[], results: readonly EncodedType[]): TypeIndex {
    const key = `${params}:${results}`;
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      index = (this.#types.push({ params, results }) - 1) as TypeIndex;
      this.#typeIndices.set(key, index);
    }
    return index;
  }

  importFunc(module: string, name: string, type: TypeIndex): Func {
    return this.#import(module, name, { kind: "func", type: (w) => w.u32(type) });
  }

  importMemory(module: string, name: string, limits: EncodedLimits): Memory {
    return this.#import(module, name, memoryItem(limits));
  }

  importGlobal(module: string, name: string, type: EncodedType, mutable: boolean): Global {
    return this.#import(module, name, { kind: "global", type: (w) => w.bytes([valueTypes[type], mutable ? 1 : 0]) });
  }

  #import<K extends ItemKind>(module: string, name: string, item: Item<K>): Item<K> {
    this.#imports.push({ module, name, item });
    return item;
  }

  /** A function, whose body may be written at any time before the end; `name` is for stack traces. */
  func(type: TypeIndex, name?: string): { readonly func: Func; readonly body: Body } {
    const body = new Body(this.#types[type]!.params.length);
    return { func: this.define(type, body, name), body };
  }

  /** As `func`, with a body of one's own. */
  define(type: TypeIndex, body: Body, name?: string): Func {
    const item: Func = { kind: "func", type: (w) => w.u32(type) };
    this.#funcs.push({ item, body, name });
    return item;
  }

  memory(limits: EncodedLimits): Memory {
    const item = memoryItem(limits);
    this.#memories.push(item);
    return item;
  }

  export(name: string, item: Item): void {
    this.#exports.push({ name, item });
  }

  finish(): Uint8Array {
    const indices = new Map<Item, number>();
    const count: Record<ItemKind, number> = { func: 0, memory: 0, global: 0 };
    for (const { item } of [...this.#imports, ...this.#funcs]) indices.set(item, count[item.kind]++);
    for (const item of this.#memories) indices.set(item, count.memory++);
    const indexOf = (item: Item): number => {
      const index = indices.get(item);
      assert(index !== undefined);
      return index;
    };

    const w = new Writer();
    const section = <T>(id: number, items: readonly T[], write: (s: Writer, item: T) => void): void => {
      if (items.length === 0) return;
      w.u8(id);
      w.sized((s) => s.vec(items, (item) => write(s, item)));
    };
    w.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(1, this.#types, (s, { params, results }) => {
      s.u8(0x60);
      for (const types of [params, results]) s.vec(types, (type) => s.u8(valueTypes[type]));
    });
    section(2, this.#imports, (s, { module, name, item }) => {
      s.name(module);
      s.name(name);
      s.u8(kinds[item.kind]);
      item.type(s);
    });
    section(3, this.#funcs, (s, { item }) => item.type(s));
    section(5, this.#memories, (s, item) => item.type(s));
    section(7, this.#exports, (s, { name, item }) => {
      s.name(name);
      s.u8(kinds[item.kind]);
      s.u32(indexOf(item));
    });
    section(10, this.#funcs, (s, { body }) => body.write(s, indexOf));
    const named = this.#funcs.filter(({ name }) => name !== undefined);
    w.u8(0);
    w.sized((s) => {
      s.name("name");
      s.u8(1);
      s.sized((names) => {
        names.vec(named, ({ item, name }) => {
          names.u32(indexOf(item));
          names.name(name!);
        });
      });
    });
    return w.finish();
  }
}

function memoryItem({ min, max, index }: EncodedLimits): Memory {
  return {
    kind: "memory",
    type: (w) => {
      w.u8((max === undefined ? 0 : 1) | (index === "i64" ? 4 : 0));
      w.u32(min);
      if (max !== undefined) w.u32(max);
    },
  };
}
