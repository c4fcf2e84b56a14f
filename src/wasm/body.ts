/**
 * Writes the code of functions, instruction by instruction.
 *
 * Branches name labels and accesses name items; both become numbers as late as they can: labels when the branch is
 * emitted, items when the module is finished and it is known how many imports stand before them.
 */
import { assert } from "../errors/component-error.ts";
import {
  type ImmediateKind,
  type ImmediatesOf,
  type Instruction,
  type InstructionName,
  instructions,
} from "./instructions.ts";
import { Writer } from "./writer.ts";

export const valueTypes = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
} as const;
export type EncodedType = keyof typeof valueTypes;

export type TypeIndex = number & { readonly _: "core-type" };
/** A parameter or local of one function. */
export type Local = number & { readonly _: "local" };

export type ItemKind = "func" | "memory" | "global";

/** What a module imports or defines; its index is known when the module is finished. */
export interface Item<K extends ItemKind = ItemKind> {
  readonly kind: K;
  /** Writes the item's type as an import has it. */
  readonly type: (w: Writer) => void;
}

export type Func = Item<"func">;
export type Memory = Item<"memory">;
export type Global = Item<"global">;

/** A block that branches can leave; it ends with the body of `Body.block` and its like. */
export interface Label {
  readonly depth: number;
}

export interface MemArg {
  readonly memory: Memory;
  readonly offset?: number;
}

export type BlockType = EncodedType | undefined;

interface ImmediateTypes {
  readonly block: BlockType;
  readonly label: Label;
  readonly catch: Label;
  readonly func: Func;
  readonly memory: Memory;
  readonly global: Global;
  readonly type: TypeIndex;
  readonly local: Local;
  readonly memarg: MemArg;
  readonly lane: number;
  readonly v128: readonly number[];
  readonly s32: number;
  readonly s64: bigint;
}

type Arguments<T extends readonly ImmediateKind[]> = { -readonly [I in keyof T]: ImmediateTypes[T[I]] };

/** The immediates of an instruction. */
export type Operands<N extends InstructionName> = Arguments<ImmediatesOf<N>>;

/** Numbers of items, known when the module is finished. */
export type IndexOf = (item: Item) => number;

const CATCH_ALL = 0x02;

/** The code of one function. */
export class Body {
  readonly #params: number;
  readonly #locals: EncodedType[] = [];
  readonly #code: Writer = new Writer();
  /** What is missing in `#code`, and where. */
  readonly #later: { readonly at: number; readonly item: Item; readonly offset?: number }[] = [];
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
    assert(index < this.#params);
    return index as Local;
  }

  /** A new local, zero or null at first. */
  local(type: EncodedType): Local {
    this.#locals.push(type);
    return (this.#params + this.#locals.length - 1) as Local;
  }

  /** One instruction. What begins and ends blocks is better left to `block`, `loop`, `if` and the like, which make labels. */
  emit<N extends InstructionName>(name: N, ...values: Operands<N>): this {
    const row: Instruction = instructions[name];
    const opcode = row[0];
    const code = this.#code;
    if (opcode > 0xff) {
      code.u8(opcode >> 8);
      code.u32(opcode & 0xff);
    } else code.u8(opcode);
    for (let i = 1; i < row.length; i++) this.#immediate(row[i] as ImmediateKind, values[i - 1] as never);
    if (row[1] === "block") this.#depth++;
    if (name === "end") this.#depth--;
    return this;
  }

  #immediate<K extends ImmediateKind>(kind: K, value: never): void {
    const code = this.#code;
    switch (kind) {
      case "local":
      case "type":
      case "lane":
        code.u32(value);
        return;
      case "s32":
        code.s32(value);
        return;
      case "memarg":
        this.#later.push({ at: code.length, item: (value as MemArg).memory, offset: (value as MemArg).offset ?? 0 });
        return;
      case "func":
      case "memory":
      case "global":
        this.#later.push({ at: code.length, item: value });
        return;
      case "block":
        code.u8(value === undefined ? 0x40 : valueTypes[value as EncodedType]);
        return;
      case "label":
        this.#label(value);
        return;
      case "catch":
        code.bytes([1, CATCH_ALL]);
        this.#label(value);
        return;
      case "v128":
        assert((value as readonly number[]).length === 16);
        code.bytes(value);
        return;
      case "s64":
        code.s64(value);
    }
  }

  /** Labels are counted from the branch. */
  #label({ depth }: Label): void {
    assert(depth <= this.#depth);
    this.#code.u32(this.#depth - depth);
  }

  /** `block … end`; a branch to the label goes to the end. */
  block(body: (label: Label) => void, type?: BlockType): this {
    return this.emit("block", type).#inside(body);
  }

  /** `loop … end`; a branch to the label goes to the start. */
  loop(body: (label: Label) => void): this {
    return this.emit("loop", undefined).#inside(body);
  }

  /** `if … else … end` */
  if(then: () => void, otherwise?: () => void, type?: BlockType): this {
    this.emit("if", type);
    then();
    if (otherwise !== undefined) {
      this.emit("else");
      otherwise();
    }
    return this.emit("end");
  }

  /** `try_table (catch_all $label) … end` */
  tryTable(label: Label, body: () => void, type?: BlockType): this {
    return this.emit("try_table", type, label).#inside(body);
  }

  #inside(body: (label: Label) => void): this {
    body({ depth: this.#depth });
    return this.emit("end");
  }

  /** Becomes what `other` is, the body of a function of the same type, with other items. */
  copy(other: Body, itemOf: (item: Item) => Item): void {
    this.#locals.push(...other.#locals);
    this.#code.part(other.#code, 0, other.#code.length);
    for (const later of other.#later) this.#later.push({ ...later, item: itemOf(later.item) });
  }

  /** Writes the function's entry in the code section. */
  write(w: Writer, indexOf: IndexOf): void {
    assert(this.#depth === 0);
    w.sized((inner) => {
      inner.vec(this.#locals, (type) => inner.bytes([1, valueTypes[type]]));
      let done = 0;
      for (const { at, item, offset } of this.#later) {
        inner.part(this.#code, done, at);
        if (offset === undefined) inner.u32(indexOf(item));
        else writeMemArg(inner, indexOf(item), offset);
        done = at;
      }
      inner.part(this.#code, done, this.#code.length);
      inner.u8(0x0b);
    });
  }
}

/** Nothing is said of alignment: it is a hint that no engine needs, and of text it would be wrong. */
function writeMemArg(w: Writer, memory: number, offset: number): void {
  w.u32(memory === 0 ? 0 : 0x40);
  if (memory !== 0) w.u32(memory);
  w.u32(offset);
}
