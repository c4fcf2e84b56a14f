/**
 * Writes core modules: what `fuse/` and the shims around blocking functions are made with.
 *
 * Items (functions, memories, …) are objects until the module is finished. Imports may therefore be asked for while
 * bodies are being written, though they come first in every index space. Nothing is validated: the engine does that.
 */
import { assert } from "../errors/component-error.ts";
import {
  Body,
  type DataIndex,
  type EncodedRefType,
  type EncodedType,
  type Func,
  type Global,
  type IndexOf,
  type Item,
  type ItemKind,
  type Memory,
  type Table,
  type Tag,
  type TypeIndex,
  writeType,
} from "./body.ts";
import { Writer } from "./writer.ts";

export interface EncodedLimits {
  readonly min: number | bigint;
  readonly max?: number | bigint;
  readonly shared?: boolean;
  readonly index?: "i32" | "i64";
}

function writeLimits(w: Writer, { min, max, shared = false, index = "i32" }: EncodedLimits): void {
  w.u8((max === undefined ? 0 : 1) | (shared ? 2 : 0) | (index === "i64" ? 4 : 0));
  w.u64(BigInt(min));
  if (max !== undefined) w.u64(BigInt(max));
}

const kinds: readonly ItemKind[] = ["func", "table", "memory", "global", "tag"];

type Definition = { readonly item: Item; readonly body?: Body; readonly init?: Body; readonly name?: string };

interface ElementSegment {
  readonly table: Table;
  readonly offset: number;
  readonly funcs: readonly Func[];
}

type WriteSection = <T>(id: number, items: readonly T[], write: (w: Writer, item: T) => void) => void;

export class ModuleEncoder {
  readonly #types: { readonly bytes: Uint8Array; readonly params: number }[] = [];
  readonly #typeIndices: Map<string, TypeIndex> = new Map();
  readonly #imports: { readonly module: string; readonly name: string; readonly item: Item }[] = [];
  readonly #definitions: Record<ItemKind, Definition[]> = { func: [], table: [], memory: [], global: [], tag: [] };
  readonly #exports: { readonly name: string; readonly item: Item }[] = [];
  readonly #declared: Set<Func> = new Set();
  readonly #elements: ElementSegment[] = [];
  readonly #data: Uint8Array[] = [];
  #start: Func | undefined;

  /** The function type with these parameters and results; each structure once. */
  type(params: readonly EncodedType[], results: readonly EncodedType[]): TypeIndex {
    const w = new Writer();
    w.u8(0x60);
    w.vec(params, (type) => writeType(w, type));
    w.vec(results, (type) => writeType(w, type));
    const bytes = w.finish();
    const key = bytes.join();
    const known = this.#typeIndices.get(key);
    if (known !== undefined) return known;
    const index = (this.#types.push({ bytes, params: params.length }) - 1) as TypeIndex;
    this.#typeIndices.set(key, index);
    return index;
  }

  importFunc(module: string, name: string, type: TypeIndex): Func {
    return this.#import(module, name, this.#func(type));
  }

  importTable(module: string, name: string, element: EncodedRefType, limits: EncodedLimits): Table {
    return this.#import(module, name, tableItem(element, limits));
  }

  importMemory(module: string, name: string, limits: EncodedLimits): Memory {
    return this.#import(module, name, memoryItem(limits));
  }

  importGlobal(module: string, name: string, type: EncodedType, mutable: boolean): Global {
    return this.#import(module, name, globalItem(type, mutable));
  }

  importTag(module: string, name: string, type: TypeIndex): Tag {
    return this.#import(module, name, tagItem(type));
  }

  /** A function, whose body may be written at any time before the end; `name` is for stack traces. */
  func(type: TypeIndex, name?: string): { readonly func: Func; readonly body: Body } {
    const func = this.#func(type);
    const body = new Body(this.#types[type]!.params);
    this.#definitions.func.push({ item: func, body, ...(name === undefined ? {} : { name }) });
    return { func, body };
  }

  table(element: EncodedRefType, limits: EncodedLimits): Table {
    return this.#define(tableItem(element, limits));
  }

  memory(limits: EncodedLimits): Memory {
    return this.#define(memoryItem(limits));
  }

  /** A global; `init` writes its constant expression. */
  global(type: EncodedType, mutable: boolean, init: (body: Body) => void): Global {
    const item = globalItem(type, mutable);
    const body = new Body(0);
    init(body);
    this.#definitions.global.push({ item, init: body });
    return item;
  }

  tag(type: TypeIndex): Tag {
    return this.#define(tagItem(type));
  }

  export(name: string, item: Item): void {
    this.#exports.push({ name, item });
  }

  /** Fills `table` from `offset` when the module is instantiated. */
  elements(table: Table, offset: number, funcs: readonly Func[]): void {
    this.#elements.push({ table, offset, funcs });
  }

  /** Says that `ref.func` is used of a function that is neither exported nor in a table. */
  declare(func: Func): void {
    this.#declared.add(func);
  }

  /** A passive data segment, for `memory.init`. */
  data(bytes: Uint8Array): DataIndex {
    return (this.#data.push(bytes) - 1) as DataIndex;
  }

  start(func: Func): void {
    this.#start = func;
  }

  finish(): Uint8Array {
    const indices = new Map<Item, number>();
    for (const kind of kinds) {
      const imported = this.#imports.filter(({ item }) => item.kind === kind);
      for (const [i, { item }] of [...imported, ...this.#definitions[kind]].entries()) indices.set(item, i);
    }
    const indexOf: IndexOf = (item) => {
      const index = indices.get(item);
      assert(index !== undefined, "an item of this module");
      return index;
    };
    const w = new Writer();
    w.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.#writeSections(w, indexOf);
    return w.finish();
  }

  #writeSections(w: Writer, indexOf: IndexOf): void {
    const section: WriteSection = (id, items, write) => {
      if (items.length === 0) return;
      w.u8(id);
      w.sized((s) => s.vec(items, (item) => write(s, item)));
    };
    const { func, table, memory, global, tag } = this.#definitions;
    section(1, this.#types, (s, { bytes }) => s.bytes(bytes));
    section(2, this.#imports, (s, { module, name, item }) => {
      s.name(module);
      s.name(name);
      s.u8(kinds.indexOf(item.kind));
      item.type(s);
    });
    const type = (s: Writer, { item }: Definition) => item.type(s);
    section(3, func, type);
    section(4, table, type);
    section(5, memory, type);
    section(13, tag, type);
    section(6, global, (s, { item, init }) => {
      item.type(s);
      init!.writeExpression(s, indexOf);
    });
    section(7, this.#exports, (s, { name, item }) => {
      s.name(name);
      s.u8(kinds.indexOf(item.kind));
      s.u32(indexOf(item));
    });
    if (this.#start !== undefined) {
      const start = this.#start;
      w.u8(8);
      w.sized((s) => s.u32(indexOf(start)));
    }
    this.#writeElements(section, indexOf);
    if (this.#data.length > 0) {
      w.u8(12);
      w.sized((s) => s.u32(this.#data.length));
    }
    section(10, func, (s, { body }) => body!.write(s, indexOf));
    section(11, this.#data, (s, bytes) => {
      s.u8(0x01);
      s.u32(bytes.length);
      s.bytes(bytes);
    });
    this.#writeNames(w, indexOf);
  }

  #writeElements(section: WriteSection, indexOf: IndexOf): void {
    const declared = this.#declared.size > 0 ? [[...this.#declared]] : [];
    section(9, [...this.#elements, ...declared], (s, segment) => {
      if ("table" in segment) {
        s.u8(0x02);
        s.u32(indexOf(segment.table));
        s.u8(0x41);
        s.s32(segment.offset);
        s.bytes([0x0b, 0x00]);
        s.vec(segment.funcs, (func) => s.u32(indexOf(func)));
      } else {
        s.bytes([0x03, 0x00]);
        s.vec(segment, (func) => s.u32(indexOf(func)));
      }
    });
  }

  /** The `name` section, with the functions that have names. */
  #writeNames(w: Writer, indexOf: IndexOf): void {
    const named = this.#definitions.func.filter(({ name }) => name !== undefined);
    if (named.length === 0) return;
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
  }

  #func(type: TypeIndex): Func {
    return { kind: "func", type: (w) => w.u32(type) };
  }

  #import<K extends ItemKind>(module: string, name: string, item: Item<K>): Item<K> {
    this.#imports.push({ module, name, item });
    return item;
  }

  #define<K extends ItemKind>(item: Item<K>): Item<K> {
    this.#definitions[item.kind].push({ item });
    return item;
  }
}

function tableItem(element: EncodedRefType, limits: EncodedLimits): Table {
  return {
    kind: "table",
    type: (w) => {
      writeType(w, element);
      writeLimits(w, limits);
    },
  };
}

function memoryItem(limits: EncodedLimits): Memory {
  return { kind: "memory", type: (w) => writeLimits(w, limits) };
}

function globalItem(type: EncodedType, mutable: boolean): Global {
  return {
    kind: "global",
    type: (w) => {
      writeType(w, type);
      w.u8(mutable ? 1 : 0);
    },
  };
}

function tagItem(type: TypeIndex): Tag {
  return {
    kind: "tag",
    type: (w) => {
      w.u8(0x00);
      w.u32(type);
    },
  };
}
