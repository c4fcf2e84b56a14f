/**
 * Bytes written one after another, in the encodings of the binary format: the counterpart of `Reader`.
 */

const encoder = new TextEncoder();

export class Writer {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  bytes(bytes: ArrayLike<number>): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Unsigned LEB128 of a number below 2^32. */
  u32(value: number): void {
    let rest = value >>> 0;
    for (; rest >= 0x80; rest >>>= 7) this.u8((rest & 0x7f) | 0x80);
    this.u8(rest);
  }

  /** Signed LEB128 of a number of 32 bits: unsigned ones stand for the signed ones of the same bits. */
  s32(value: number): void {
    let rest = value | 0;
    for (; rest < -0x40 || rest >= 0x40; rest >>= 7) this.u8((rest & 0x7f) | 0x80);
    this.u8(rest & 0x7f);
  }

  /** Signed LEB128 of a number of 64 bits. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (; rest < -0x40n || rest >= 0x40n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    this.u8(Number(rest & 0x7fn));
  }

  name(text: string): void {
    const bytes = encoder.encode(text);
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  vec<T>(items: readonly T[], write: (item: T) => void): void {
    this.u32(items.length);
    items.forEach(write);
  }

  /** What `write` writes, with its length before it. */
  sized(write: (w: Writer) => void): void {
    const inner = new Writer();
    write(inner);
    this.u32(inner.length);
    this.bytes(inner.finish());
  }

  /** A part of what has been written; good until more is. */
  between(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + by));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
