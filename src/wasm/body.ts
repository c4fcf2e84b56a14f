/**
 * Writes the code of functions, instruction by instruction.
 *
 * Branches name labels and accesses name items; both become numbers as late as they can: labels when the branch is
 * emitted, items when the module is finished and it is known how many imports stand before them.
 */
import { assert } from "../errors/component-error.ts";
import { type ImmediateKind, type ImmediatesOf, type InstructionName, instruction } from "./instructions.ts";
import type { AbstractHeapType, NumberType } from "./types.ts";
import { Writer } from "./writer.ts";

/** A reference type is written by its heap type: an abstract one, or the index of a type of the module. */
export interface EncodedRefType {
  readonly ref: AbstractHeapType | TypeIndex;
  readonly nullable: boolean;
}

export type EncodedType = NumberType | EncodedRefType;

export const funcref: EncodedRefType = { ref: "func", nullable: true };
export const externref: EncodedRefType = { ref: "extern", nullable: true };
export const exnref: EncodedRefType = { ref: "exn", nullable: true };

export type TypeIndex = number & { readonly _: "core-type" };
/** A parameter or local of one function. */
export type Local = number & { readonly _: "local" };
export type DataIndex = number & { readonly _: "data" };

export type ItemKind = "func" | "table" | "memory" | "global" | "tag";

/** What a module imports or defines; its index is known when the module is finished. */
export interface Item<K extends ItemKind = ItemKind> {
  readonly kind: K;
  /** Writes the item's type as an import has it, or as its section has it (the same but for functions). */
  readonly type: (w: Writer) => void;
}

export type Func = Item<"func">;
export type Table = Item<"table">;
export type Memory = Item<"memory">;
export type Global = Item<"global">;
export type Tag = Item<"tag">;

/** A block that branches can leave; it ends with the body of `Body.block` and its like. */
export interface Label {
  readonly depth: number;
}

export interface MemArg {
  readonly memory: Memory;
  readonly offset?: number | bigint;
  /** As a power of two; the natural alignment if absent. */
  readonly align?: number;
}

export type BlockType = EncodedType | TypeIndex | undefined;

export type Catch =
  | { readonly catch: "tag" | "tag-ref"; readonly tag: Tag; readonly label: Label }
  | { readonly catch: "all" | "all-ref"; readonly label: Label };

interface ImmediateTypes {
  readonly block: BlockType;
  readonly label: Label;
  readonly labels: readonly Label[];
  readonly catches: readonly Catch[];
  readonly type: TypeIndex;
  readonly func: Func;
  readonly table: Table;
  readonly memory: Memory;
  readonly global: Global;
  readonly tag: Tag;
  readonly data: DataIndex;
  readonly element: number;
  readonly local: Local;
  readonly heap: AbstractHeapType | TypeIndex;
  readonly memarg: MemArg;
  readonly lane: number;
  readonly v128: readonly number[];
  readonly s32: number;
  readonly s64: bigint;
  readonly f32: number;
  readonly f64: number;
}

type Arguments<T extends readonly ImmediateKind[]> = { -readonly [I in keyof T]: ImmediateTypes[T[I]] };

/** The immediates of an instruction. */
export type Operands<N extends InstructionName> = Arguments<ImmediatesOf<N>>;

/** Numbers of items, known when the module is finished. */
export type IndexOf = (item: Item) => number;
type Write = (w: Writer, indexOf: IndexOf) => void;

const numberTypes: Record<NumberType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const heapTypes: Record<AbstractHeapType, number> = {
  func: 0x70, extern: 0x6f, any: 0x6e, eq: 0x6d, i31: 0x6c, struct: 0x6b, array: 0x6a, exn: 0x69, cont: 0x68,
  nofunc: 0x73, noextern: 0x72, none: 0x71, noexn: 0x74, nocont: 0x75,
}; // biome-ignore format: one row a hierarchy

function writeHeapType(w: Writer, heap: AbstractHeapType | TypeIndex): void {
  if (typeof heap === "string") w.u8(heapTypes[heap]);
  else w.s64(BigInt(heap));
}

export function writeType(w: Writer, type: EncodedType): void {
  if (typeof type === "string") {
    w.u8(numberTypes[type]);
    return;
  }
  if (!type.nullable || typeof type.ref !== "string") w.u8(type.nullable ? 0x63 : 0x64);
  writeHeapType(w, type.ref);
}

function writeBlockType(w: Writer, type: BlockType): void {
  if (type === undefined) w.u8(0x40);
  else if (typeof type === "number") w.s64(BigInt(type));
  else writeType(w, type);
}

const catchCodes = { tag: 0x00, "tag-ref": 0x01, all: 0x02, "all-ref": 0x03 } as const;

function writeCatch(w: Writer, c: Catch, label: number, indexOf: IndexOf): void {
  w.u8(catchCodes[c.catch]);
  if (c.catch === "tag" || c.catch === "tag-ref") w.u32(indexOf(c.tag));
  w.u32(label);
}

function writeMemArg(w: Writer, { offset = 0 }: MemArg, align: number, memory: number): void {
  w.u32(memory === 0 ? align : align | 0x40);
  if (memory !== 0) w.u32(memory);
  if (typeof offset === "number" && offset < 2 ** 32) w.u32(offset);
  else w.u64(BigInt(offset));
}

/** The labels around an instruction are counted from it: `depth` is how many there are. */
interface Place {
  readonly depth: number;
  /** The natural alignment of the instruction's access to memory. */
  readonly align: number;
}

const labelIndex = (label: Label, { depth }: Place): number => {
  assert(label.depth <= depth, "a label of an enclosing block");
  return depth - label.depth;
};

/** What cannot be written before the module is finished. */
type Later = Write | undefined;
type WriteImmediate<T> = (value: T, w: Writer, place: Place) => Later;

const index: WriteImmediate<number> = (value, w) => {
  w.u32(value);
  return undefined;
};
const item: WriteImmediate<Item> = (value) => (w, indexOf) => w.u32(indexOf(value));

/** How each kind of immediate is written: at once, or, as far as items have something to do with it, later. */
const immediates: { readonly [K in ImmediateKind]: WriteImmediate<ImmediateTypes[K]> } = {
  block: (type, w) => {
    writeBlockType(w, type);
    return undefined;
  },
  label: (label, w, place) => index(labelIndex(label, place), w, place),
  labels: (labels, w, place) => {
    w.vec(labels, (label) => w.u32(labelIndex(label, place)));
    return undefined;
  },
  catches: (catches, _, place) => {
    const handlers = catches.map((handler) => ({ handler, label: labelIndex(handler.label, place) }));
    return (w, indexOf) => w.vec(handlers, ({ handler, label }) => writeCatch(w, handler, label, indexOf));
  },
  func: item,
  table: item,
  memory: item,
  global: item,
  tag: item,
  type: index,
  data: index,
  element: index,
  local: index,
  lane: index,
  heap: (heap, w) => {
    writeHeapType(w, heap);
    return undefined;
  },
  memarg:
    (memarg, _, { align }) =>
    (w, indexOf) =>
      writeMemArg(w, memarg, memarg.align ?? align, indexOf(memarg.memory)),
  v128: (bytes, w) => {
    assert(bytes.length === 16, "a vector of sixteen bytes");
    w.bytes(bytes);
    return undefined;
  },
  s32: (value, w) => {
    w.s32(value);
    return undefined;
  },
  s64: (value, w) => {
    w.s64(value);
    return undefined;
  },
  f32: (value, w) => {
    w.f32(value);
    return undefined;
  },
  f64: (value, w) => {
    w.f64(value);
    return undefined;
  },
};

/** The code of one function, or a constant expression. */
export class Body {
  readonly #params: number;
  readonly #locals: EncodedType[] = [];
  readonly #code: Writer = new Writer();
  /** What is missing in `#code`, and where. */
  readonly #later: { readonly at: number; readonly write: Write }[] = [];
  #depth = 0;

  constructor(params: number) {
    this.#params = params;
  }

  /** How many blocks are open. */
  get depth(): number {
    return this.#depth;
  }

  /** Parameter number `index`. */
  param(index: number): Local {
    assert(index < this.#params, "a parameter of the function");
    return index as Local;
  }

  /** A new local, zero or null at first. */
  local(type: EncodedType): Local {
    this.#locals.push(type);
    return (this.#params + this.#locals.length - 1) as Local;
  }

  /** One instruction. What begins and ends blocks is better left to `block`, `loop`, `if` and the like, which make labels. */
  emit<N extends InstructionName>(name: N, ...values: Operands<N>): this {
    const { opcode, immediates: kinds, align = 0, opens } = instruction(name);
    const code = this.#code;
    if (typeof opcode === "number") code.u8(opcode);
    else {
      code.u8(opcode[0]);
      code.u32(opcode[1]);
    }
    const place: Place = { depth: this.#depth, align };
    for (let i = 0; i < kinds.length; i++) {
      const write = (immediates[kinds[i]!] as WriteImmediate<unknown>)(values[i], code, place);
      if (write !== undefined) this.#later.push({ at: code.length, write });
    }
    if (opens) this.#depth++;
    if (name === "end") this.#depth--;
    return this;
  }

  /** `block … end`; a branch to the label goes to the end. */
  block(type: BlockType, body: (label: Label) => void): this {
    return this.emit("block", type).#inside(body);
  }

  /** `loop … end`; a branch to the label goes to the start. */
  loop(type: BlockType, body: (label: Label) => void): this {
    return this.emit("loop", type).#inside(body);
  }

  /** `if … else … end` */
  if(type: BlockType, then: (label: Label) => void, otherwise?: (label: Label) => void): this {
    this.emit("if", type);
    const label: Label = { depth: this.#depth };
    then(label);
    if (otherwise !== undefined) {
      this.emit("else");
      otherwise(label);
    }
    return this.emit("end");
  }

  /** `try_table … end`, whose handlers branch to labels of blocks around it. */
  tryTable(type: BlockType, catches: readonly Catch[], body: (label: Label) => void): this {
    return this.emit("try_table", type, catches).#inside(body);
  }

  /** `try … catch_all … end`, for engines that have exceptions only in their earlier form. */
  tryCatchAll(type: BlockType, body: (label: Label) => void, handler: (label: Label) => void): this {
    this.emit("try", type);
    const label: Label = { depth: this.#depth };
    body(label);
    this.emit("catch_all");
    handler(label);
    return this.emit("end");
  }

  #inside(body: (label: Label) => void): this {
    body({ depth: this.#depth });
    return this.emit("end");
  }

  /** Writes the function's entry in the code section. */
  write(w: Writer, indexOf: IndexOf): void {
    const runs: { readonly type: EncodedType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    w.sized((inner) => {
      inner.vec(runs, ({ type, count }) => {
        inner.u32(count);
        writeType(inner, type);
      });
      this.writeExpression(inner, indexOf);
    });
  }

  /** Writes the instructions and the last `end`. */
  writeExpression(w: Writer, indexOf: IndexOf): void {
    assert(this.#depth === 0, "every block is ended");
    let done = 0;
    for (const { at, write } of this.#later) {
      w.bytes(this.#code.between(done, at));
      write(w, indexOf);
      done = at;
    }
    w.bytes(this.#code.between(done, this.#code.length));
    w.u8(0x0b);
  }
}
