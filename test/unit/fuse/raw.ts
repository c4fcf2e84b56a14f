/**
 * Values as a guest would pass them, written by hand: core values and bytes in a memory, with garbage wherever the Canonical
 * ABI allows garbage, and wrong now and then if that is wanted.
 */
import { type FlatType, flattenType, flattenVariant } from "../../../src/abi/flatten.ts";
import { despecialize, layout, type PointerType, recordLayout, variantLayout } from "../../../src/abi/layout.ts";
import type { AsyncKind } from "../../../src/fuse/traits.ts";
import type { ValType } from "../../../src/types/types.ts";
import type { StringEncoding } from "../../../src/validate/typed.ts";

/** Integers, and what no adapter passes on. */
type PlainKind = `${"u" | "s"}${8 | 16 | 32 | 64}` | "flags" | AsyncKind;

/** A number from 0 up to, and without, `n`. */
export type Pick = (n: number) => number;

export const texts: readonly string[] = [
  "", "a", "abc", "plain", "exactly8", "a bit more than sixteen characters", "x".repeat(100), "é", "größer", "naïve café",
  "é".repeat(40), "日本語", "日本語".repeat(12), "🙂", "mixed 🙂 and é and 日本", `${"a".repeat(31)}é`, `${"a".repeat(16)}🙂`,
  "🙂".repeat(20), "a\0b", "\u{10ffff}\ud7ff\ue000", `${"ÿ".repeat(9)}Ā`, "latin1 ÿ then wide Ā and more", "\u07ff\u0800\uffff",
]; // biome-ignore format: a list

export interface RawOptions {
  readonly pointer: PointerType;
  readonly encoding: StringEncoding;
  readonly pick: Pick;
  /** One in so many things that can be wrong is, until one was; none if 0. */
  faults: number;
  /** The handle that stands next for an `own` or a `borrow`. */
  readonly handle?: (type: ValType) => number;
}

export class Raw {
  readonly #memory: DataView;
  readonly #bytes: Uint8Array;
  readonly #options: RawOptions;
  #next: number;

  constructor(memory: Uint8Array, begin: number, options: RawOptions) {
    this.#bytes = memory;
    this.#memory = new DataView(memory.buffer);
    this.#next = begin;
    this.#options = options;
  }

  allocate(size: number, alignment: number): number {
    const ptr = Math.ceil(this.#next / alignment) * alignment;
    this.#next = ptr + size;
    return ptr;
  }

  #wrong(): boolean {
    const { faults, pick } = this.#options;
    if (faults === 0 || pick(faults) > 0) return false;
    this.#options.faults = 0;
    return true;
  }

  // ---- In memory

  store(type: ValType, at: number): void {
    const { pick, pointer } = this.#options;
    const t = despecialize(type);
    switch (t.kind) {
      case "list":
        if (t.length === undefined) this.#storeRange(at, this.#list(t.element));
        else {
          const { size } = layout(t.element, pointer);
          for (let i = 0; i < t.length; i++) this.store(t.element, at + i * size);
        }
        return;
      case "string":
        this.#storeRange(at, this.#string());
        return;
      case "record": {
        const types = t.fields.map((field) => field.type);
        const { offsets } = recordLayout(types, pointer);
        for (const [i, field] of types.entries()) this.store(field, at + offsets[i]!);
        return;
      }
      case "variant": {
        const { discriminantSize, payloadOffset } = variantLayout(t.cases, pointer);
        const i = this.#case(t.cases.length);
        this.#storeInt(at, BigInt(i), discriminantSize);
        const payload = t.cases[i]?.type;
        if (payload !== undefined) this.store(payload, at + payloadOffset);
        return;
      }
      case "f32":
        this.#memory.setFloat32(at, pick(1000) / 4, true);
        return;
      case "f64":
        this.#memory.setFloat64(at, pick(1000) / 4, true);
        return;
      case "bool":
        this.#storeInt(at, BigInt([0, 1, 2, 255][pick(4)]!), 1);
        return;
      case "char":
        this.#storeInt(at, BigInt(this.#char()), 4);
        return;
      case "own":
      case "borrow":
        this.#storeInt(at, BigInt(this.#handle(type)), 4);
        return;
      default:
        t.kind satisfies PlainKind;
        this.#storeInt(at, this.#bits(), layout(t, pointer).size);
    }
  }

  #storeInt(at: number, value: bigint, size: number): void {
    for (let i = 0; i < size; i++) this.#bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }

  #storeRange(at: number, [ptr, length]: readonly [bigint, bigint]): void {
    const size = this.#options.pointer === "i32" ? 4 : 8;
    this.#storeInt(at, ptr, size);
    this.#storeInt(at + size, length, size);
  }

  // ---- In core values

  flats(type: ValType): (number | bigint)[] {
    const { pick, pointer } = this.#options;
    const t = despecialize(type);
    switch (t.kind) {
      case "list":
        if (t.length === undefined) return this.#range(this.#list(t.element));
        return Array.from({ length: t.length }, () => this.flats(t.element)).flat();
      case "string":
        return this.#range(this.#string());
      case "record":
        return t.fields.flatMap((field) => this.flats(field.type));
      case "variant": {
        const [, ...shared] = flattenVariant(t.cases, pointer);
        const i = this.#case(t.cases.length);
        const payload = t.cases[i]?.type;
        const have = payload === undefined ? [] : flattenType(payload, pointer);
        const values = payload === undefined ? [] : this.flats(payload);
        return [
          i,
          ...shared.map((want, n) =>
            n < values.length ? this.#share(values[n]!, have[n]!, want) : this.#garbage(want),
          ),
        ];
      }
      case "f32":
      case "f64":
        return [pick(1000) / 4];
      case "u64":
      case "s64":
        return [BigInt.asIntN(64, this.#bits())];
      case "char":
        return [this.#char()];
      case "own":
      case "borrow":
        return [this.#handle(type)];
      default:
        t.kind satisfies PlainKind | "bool";
        return [Number(BigInt.asIntN(32, this.#bits()))];
    }
  }

  #range(range: readonly [bigint, bigint]): (number | bigint)[] {
    return this.#options.pointer === "i64" ? range.map((n) => BigInt.asIntN(64, n)) : range.map((n) => Number(n) | 0);
  }

  /** As what all cases share. What a narrower value does not need may be anything. */
  #share(value: number | bigint, have: FlatType, want: FlatType): number | bigint {
    if (have === want) return value;
    const bits = new DataView(new ArrayBuffer(8));
    if (have === "f64") bits.setFloat64(0, value as number, true);
    else if (have === "f32") bits.setFloat32(0, value as number, true);
    else bits.setInt32(0, value as number, true);
    if (want === "i32") return bits.getInt32(0, true);
    if (have !== "f64") bits.setInt32(4, this.#options.pick(2 ** 31), true);
    return bits.getBigInt64(0, true);
  }

  #garbage(type: FlatType): number | bigint {
    const n = this.#options.pick(2 ** 31);
    return type === "i64" ? BigInt(n) * 12345n : n;
  }

  // ---- Of either

  #bits(): bigint {
    const { pick } = this.#options;
    return pick(3) === 0 ? 0xffffffffffffffffn : BigInt(pick(2 ** 31)) * BigInt(pick(2 ** 31)) * 5n;
  }

  #case(count: number): number {
    return this.#wrong() ? count + this.#options.pick(3) : this.#options.pick(count);
  }

  #char(): number {
    const { pick } = this.#options;
    if (this.#wrong()) return [0xd800, 0xdfff, 0x110000, -1][pick(4)]!;
    return [0, 0x41, 0xd7ff, 0xe000, 0x10ffff, 0x1f642][pick(6)]!;
  }

  #handle(type: ValType): number {
    return this.#wrong() ? 99 : this.#options.handle!(type);
  }

  #list(element: ValType): readonly [bigint, bigint] {
    const { pick, pointer } = this.#options;
    const length = [0, 1, 2, 3, 5, 17, 40][pick(cheap(element) ? 7 : 4)]!;
    const { size, alignment } = layout(element, pointer);
    const ptr = this.allocate(length * size, alignment);
    for (let i = 0; i < length; i++) this.store(element, ptr + i * size);
    return this.#distort(BigInt(ptr), BigInt(length));
  }

  #distort(ptr: bigint, length: bigint): readonly [bigint, bigint] {
    if (!this.#wrong()) return [ptr, length];
    switch (this.#options.pick(4)) {
      case 0:
        return [ptr + 1n, length];
      case 1:
        return [0xfffffff0n, length + 16n];
      case 2:
        return [ptr, 0x7fffffffn];
      default:
        return [ptr, 0x10000000n];
    }
  }

  #string(): readonly [bigint, bigint] {
    const { encoding, pick } = this.#options;
    const text = texts[pick(texts.length)]!;
    const latin1 = encoding === "latin1+utf16" && !/[^\0-\xff]/.test(text) && pick(4) > 0;
    const bytes = Buffer.from(text, encoding === "utf8" ? "utf8" : latin1 ? "latin1" : "utf16le");
    const ptr = this.allocate(bytes.length, 2);
    this.#bytes.set(bytes, ptr);
    if (bytes.length > 0 && this.#wrong()) this.#spoil(ptr, bytes.length);
    const wide = encoding === "utf16" || (encoding === "latin1+utf16" && !latin1);
    const units = BigInt(wide ? bytes.length / 2 : bytes.length);
    const [begin, length] = this.#distort(BigInt(ptr), units);
    const tag = encoding === "latin1+utf16" && wide ? 1n << (this.#options.pointer === "i32" ? 31n : 63n) : 0n;
    return [begin, length | tag];
  }

  /** Makes text wrong, if it is of an encoding of which any can be. */
  #spoil(ptr: number, length: number): void {
    const { pick } = this.#options;
    const at = ptr + pick(length);
    this.#bytes[at] = [0xff, 0x80, 0xc0, 0xed, 0xf4, 0xd8, 0xdc, 0xe0][pick(8)]!;
  }
}

/** Whether many values do not fill the memory. */
function cheap(t: ValType): boolean {
  return layout(t, "i64").size <= 8;
}
