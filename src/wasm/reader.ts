/**
 * A cursor over bytes. Every read either gives back a value or throws an error with its offset.
 *
 * The grammar of values ("Values" in the core specification's binary format) is shared by core modules and components.
 * Offsets are positions in the bytes of the outermost component: parts are read through ranges, never through copies.
 */
import { ComponentError } from "../errors/component-error.ts";
import * as max from "./limits.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;

  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  u8(): number {
    return this.pos < this.end ? this.bytes[this.pos++]! : this.failEnd();
  }

  /** The next byte, which stays unread. */
  peek(): number {
    return this.pos < this.end ? this.bytes[this.pos]! : this.failEnd();
  }

  /** Reads the next byte if it is `byte`. */
  eat(byte: number): boolean {
    if (this.pos >= this.end || this.bytes[this.pos] !== byte) return false;
    this.pos++;
    return true;
  }

  /** A byte that is 0 or 1. */
  flag(): boolean {
    const byte = this.u8();
    return byte <= 1 ? byte === 1 : this.fail(`invalid boolean value 0x${byte.toString(16)}`, this.pos - 1);
  }

  /** Unsigned LEB128 of at most 32 bits. Padding with zeros is allowed within the five bytes. */
  u32(): number {
    // Most are small, and this is called more often than anything else.
    const first = this.pos < this.end ? this.bytes[this.pos++]! : this.failEnd();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; ; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 0x0f) this.#failInteger(byte);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Unsigned LEB128 of at most 64 bits. */
  u64(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      if (shift === 63n && byte > 0x01) this.#failInteger(byte);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Signed LEB128 of at most 33 bits: a type index, or a negative type opcode. */
  s33(): number {
    let value = 0;
    let scale = 1;
    for (let count = 1; ; count++) {
      const byte = this.u8();
      // Of the fifth byte five bits count; the two above repeat the sign.
      if (count === 5 && (byte & 0xf0) !== 0 && (byte & 0xf0) !== 0x70) this.#failInteger(byte);
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? value - scale : value;
    }
  }

  /** Skips `count` bytes and gives their range back. */
  range(count: number): { readonly start: number; readonly end: number } {
    const start = this.pos;
    return { start, end: this.skip(count) };
  }

  /** Skips `count` bytes. Gives back where they end. */
  skip(count: number): number {
    if (count > this.end - this.pos) this.failEnd();
    this.pos += count;
    return this.pos;
  }

  /** A reader for the next `length` bytes, which this one skips. */
  sub(length: number): Reader {
    return new Reader(this.bytes, this.pos, this.skip(length));
  }

  /** `name`: a length and so many bytes of well-formed UTF-8. */
  name(): string {
    const offset = this.pos;
    const length = this.u32();
    const start = this.pos;
    const end = this.skip(length);
    if (length > max.nameLength) this.failLimit(`a name has ${length} bytes`, max.nameLength, offset);
    // Names are short and ASCII as a rule, where this is faster than the decoder, and than a loop that runs for the first time.
    const bytes = this.bytes.subarray(start, end);
    if (length <= 100) {
      const text: string = String.fromCharCode.apply(null, bytes as unknown as number[]);
      if (!/[^\0-\x7f]/.test(text)) return text;
    }
    try {
      return decoder.decode(bytes);
    } catch {
      return this.fail("malformed UTF-8 encoding", start);
    }
  }

  /**
   * The count of a `vec`. It is checked against the bytes that are left (each item has at least one) and against
   * `limit`, so that what it makes callers allocate is bounded.
   */
  count(limit: number, what: string): number {
    const offset = this.pos;
    const count = this.u32();
    if (count > this.end - this.pos) this.failEnd();
    if (count > limit) this.failLimit(`there are ${count} ${what}`, limit, offset);
    return count;
  }

  /** `vec(what)`, `read` getting `context` with each. */
  vec<T>(limit: number, what: string, read: (r: Reader) => T): T[];
  vec<T, C>(limit: number, what: string, read: (r: Reader, context: C) => T, context: C): T[];
  vec<T>(limit: number, what: string, read: (r: Reader, context: unknown) => T, context?: unknown): T[] {
    const items: T[] = [];
    for (let count = this.count(limit, what); count > 0; count--) items.push(read(this, context));
    return items;
  }

  /** Fails unless everything has been read. */
  finish(what: string): void {
    if (this.pos !== this.end) this.fail(`section size mismatch: unexpected data at the end of ${what}`);
  }

  /** The bytes are malformed. */
  fail(reason: string, offset: number = this.pos): never {
    throw new ComponentError("decode", "malformed", reason, { offset });
  }

  /** The byte just read begins nothing that may stand here. */
  failByte(byte: number, what: string): never {
    this.fail(`invalid leading byte (0x${byte.toString(16)}) for ${what}`, this.pos - 1);
  }

  failEnd(): never {
    this.fail("unexpected end-of-file", this.end);
  }

  /** The binary may be well-formed, but is larger than this implementation takes. */
  failLimit(what: string, limit: number, offset: number = this.pos): never {
    throw new ComponentError("unsupported", "limit", `${what}, which exceeds the limit of ${limit}`, { offset });
  }

  #failInteger(byte: number): never {
    this.fail(byte & 0x80 ? "integer representation too long" : "integer too large", this.pos - 1);
  }
}
