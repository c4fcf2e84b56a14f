/**
 * The script of one call of a guest's function: which imports it calls with what, and what it returns.
 *
 * Values are made in the guest's memory, mostly as a well-behaved guest would. What a guest may say only if it is broken
 * or evil (text that is none, pointers beside) is said where `hostile` is set.
 */
import type { ResourceType as NominalType, ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { LiftLowerContext } from "../reference/context.ts";
import { lowerFlatValues } from "../reference/flat.ts";
import { ComponentInstance, type ResourceHandle, type ResourceType, Store } from "../reference/instance.ts";
import { alignment, elemSize, flattenTypes, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS } from "../reference/layout.ts";
import { encodeFloatAsI32, encodeFloatAsI64 } from "../reference/store.ts";
import { encodeUtf8, encodeUtf16, type ReferenceContext, utf16Tag } from "../reference/strings.ts";
import type { CoreType, CoreValue, Value } from "../reference/types.ts";
import { type PuppetImport, places } from "./puppet.ts";
import type { ReferenceSession } from "./reference-session.ts";
import { hasHandles, seenByGuest } from "./types.ts";
import { ValueMaker } from "./values.ts";
import { type Guest, puppetImports, type World, type WorldFunc } from "./world.ts";

/** There is no such value here and now: no handle for it, or no room. */
export class Unavailable extends Error {}

type Encoding = ReferenceContext["encoding"];

/** What one call of a guest's function is to do. */
export class Script {
  readonly #guest: Guest;
  readonly #host: boolean;
  readonly #session: ReferenceSession;
  readonly #random: Random;
  /** Whether some of its strings are broken. */
  readonly #hostile: boolean;
  readonly #places: { data: number; scratch: number };
  readonly #newRep: () => bigint;
  readonly #imports: readonly PuppetImport[];
  readonly #memory: Uint8Array;
  /** The handles that the guest will have when what is planned so far has been done. */
  readonly #handles: (
    | ResourceHandle
    | { readonly rt: ResourceType; readonly own: boolean; readonly rep: bigint }
    | undefined
  )[];
  readonly #free: number[];
  readonly #reserved: Set<number> = new Set();
  readonly #words: bigint[] = [];
  /** How many strings are broken. */
  faults = 0;

  constructor(
    world: World,
    guest: number,
    session: ReferenceSession,
    random: Random,
    hostile: boolean,
    at: { data: number; scratch: number },
    newRep: () => bigint,
  ) {
    this.#guest = world.guests[guest]!;
    this.#host = world.host !== undefined;
    this.#session = session;
    this.#random = random;
    this.#hostile = hostile;
    this.#places = at;
    this.#newRep = newRep;
    this.#imports = puppetImports(this.#guest, this.#host);
    this.#memory = session.memory(guest);
    const { handles } = session.inside(guest);
    this.#handles = [...handles.array];
    this.#free = [...handles.free];
  }

  write(func: WorldFunc | undefined): bigint[] {
    const random = this.#random;
    const borrowed = [...this.#handles.keys()].filter((i) => this.#handles[i]?.own === false);
    for (const i of borrowed) this.#reserved.add(i);
    const result = func?.type.result && this.#result(func.type.result, func.lifted);

    let known = true;
    for (let n = random.pick([0, 0, 1, 1, 2, 3]); n > 0 && known; n--) {
      known = random.once(4) ? this.#builtin() : this.#call();
    }
    for (const i of borrowed) if (this.#handles[i] !== undefined && !random.once(30)) this.#dropHandle(i);
    this.#words.push(0n);
    if (result !== undefined) this.#words.push(...result);
    return this.#words;
  }

  #action(name: string, ...words: readonly bigint[]): void {
    this.#words.push(BigInt(1 + this.#imports.findIndex((item) => item.name === name)), ...words);
  }

  // ---- Actions

  /** Calls an imported function; false if nothing can be foretold of the handles after it. */
  #call(): boolean {
    const random = this.#random;
    const k = random.below(this.#guest.imports.length);
    const { type, lowered } = this.#guest.imports[k]!;
    const types = type.params.map((param) => param.type);
    const undo = this.#undo();
    let words: bigint[];
    try {
      const params = this.#lowered(types, lowered, MAX_FLAT_PARAMS);
      words = params.words;
      for (const i of params.given) this.#remove(i);
      if (type.result !== undefined && this.#imports[k]!.type.results.length === 0)
        words.push(this.#place(type.result));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      undo();
      return true;
    }
    this.#action(`g${k}`, ...words);
    return !hasHandles(type.result);
  }

  /** Room for a result of type `t`. */
  #place(t: ValType): bigint {
    const { ptrType } = this.#guest;
    const align = Number(alignment(t, ptrType));
    const ptr = Math.ceil(this.#places.scratch / align) * align;
    this.#places.scratch = ptr + Number(elemSize(t, ptrType));
    if (this.#places.scratch > places.scratchLimit) throw new Unavailable();
    return BigInt(ptr);
  }

  #builtin(): boolean {
    const random = this.#random;
    const held = [...this.#handles.keys()].filter((i) => this.#handles[i] !== undefined && !this.#reserved.has(i));
    const { resource } = this.#guest;
    if (resource !== undefined && random.once(2)) this.#newHandle(resource);
    else if (held.length > 0) {
      const i = random.pick(held);
      const mine = resource !== undefined && this.#handles[i]!.rt === this.#session.resource(resource);
      if (mine && random.once(2)) this.#action("r.rep", BigInt(i));
      else this.#dropHandle(i);
    }
    return true;
  }

  #newHandle(resource: NominalType): number {
    const rep = this.#newRep();
    this.#action("r.new", rep);
    const i = this.#free.pop() ?? this.#handles.length;
    this.#handles[i] = { rt: this.#session.resource(resource), own: true, rep };
    return i;
  }

  #dropHandle(i: number): void {
    const { rt } = this.#handles[i]!;
    const { resource, imported } = this.#guest;
    if (resource !== undefined && rt === this.#session.resource(resource)) this.#action("r.drop", BigInt(i));
    else if (imported !== undefined && rt === this.#session.resource(imported)) this.#action("q.drop", BigInt(i));
    else this.#action("h.drop", BigInt(i));
    this.#remove(i);
  }

  #remove(i: number): void {
    this.#handles[i] = undefined;
    this.#free.push(i);
  }

  // ---- Values

  /** The words of a result; if there is no value, such as make a guest that has gone wrong. */
  #result(t: ValType, encoding: Encoding): bigint[] {
    const undo = this.#undo();
    try {
      return this.#lowered([t], encoding, MAX_FLAT_RESULTS).words;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      undo();
      return [0n];
    }
  }

  /** Random values of these types in the guest's memory: the core values that stand for them, and handles given away. */
  #lowered(types: readonly ValType[], encoding: Encoding, maxFlat: number): { words: bigint[]; given: number[] } {
    const { ptrType } = this.#guest;
    const given: number[] = [];
    const maker = new ValueMaker(this.#random, {
      repeatsKeys: true,
      string: (text) => this.#string(text, encoding),
      handle: ({ kind, resource }) => {
        const i = this.#handle(kind, resource);
        if (kind === "own") given.push(i);
        return BigInt(i);
      },
    });
    const values = types.map((t) => maker.value(t, 600));
    const memory = { bytes: () => this.#memory, ptrType };
    const opts = {
      stringEncoding: encoding,
      memory,
      realloc: ([, , align, size]: readonly CoreValue[]) => [this.#allocate(Number(size), Number(align))],
      postReturn: undefined,
    };
    const cx = new LiftLowerContext(opts, new ComponentInstance(new Store()));
    const seen = types.map((t) => seenByGuest(t, ptrType));
    const flat = lowerFlatValues(cx, maxFlat, values, seen);
    const flatTypes = flattenTypes(seen, ptrType);
    const coreTypes = flatTypes.length <= maxFlat ? flatTypes : [ptrType];
    return { words: flat.map((value, i) => toWord(value, coreTypes[i]!)), given };
  }

  #handle(kind: "own" | "borrow", resource: NominalType): number {
    const random = this.#random;
    if (kind === "own" && resource === this.#guest.resource) {
      const i = this.#newHandle(resource);
      this.#reserved.add(i);
      return i;
    }
    const rt = this.#session.resource(resource);
    const fits = [...this.#handles.keys()].filter((i) => {
      const handle = this.#handles[i];
      return handle?.rt === rt && (kind === "borrow" || handle.own) && !this.#reserved.has(i);
    });
    if (fits.length === 0) {
      if (!random.once(8)) throw new Unavailable();
      return random.pick([0, 1, 2, 1000]);
    }
    const i = random.pick(fits);
    this.#reserved.add(i);
    return i;
  }

  /** Text in the guest's memory, as a pointer and a length. Where Latin-1 would do, UTF-16 is right, too. */
  #string(text: readonly number[], encoding: Encoding): Value {
    const { ptrType } = this.#guest;
    const random = this.#random;
    const broken = this.#hostile && random.once(6);
    if (broken) this.faults++;
    const tuple = (ptr: bigint, length: bigint): Value => {
      const [p, l] = broken && random.once(2) ? this.#misplaced(ptr, length) : [ptr, length];
      return new Map([
        ["0", p],
        ["1", l],
      ]);
    };
    const put = (bytes: number[], align: number): bigint => {
      if (broken && random.once(2)) breakText(random, bytes, align);
      const ptr = this.#allocate(bytes.length, align);
      this.#memory.set(bytes, Number(ptr));
      return ptr;
    };
    switch (encoding) {
      case "utf8": {
        const bytes = encodeUtf8(text);
        return tuple(put(bytes, 1), BigInt(bytes.length));
      }
      case "utf16": {
        const bytes = encodeUtf16(text);
        return tuple(put(bytes, 2), BigInt(bytes.length / 2));
      }
      case "latin1+utf16": {
        if (text.every((c) => c < 256) && !random.once(4)) return tuple(put([...text], 2), BigInt(text.length));
        const bytes = encodeUtf16(text);
        return tuple(put(bytes, 2), BigInt(bytes.length / 2) | utf16Tag(ptrType));
      }
    }
  }

  /** A pointer and a length that are a little, or much, beside. */
  #misplaced(ptr: bigint, length: bigint): readonly [bigint, bigint] {
    const random = this.#random;
    const { ptrType } = this.#guest;
    const bits = ptrType === "i32" ? 32 : 64;
    const wrap = (n: bigint) => BigInt.asUintN(bits, n);
    const size = BigInt(this.#memory.length);
    return random.pick([
      [ptr + 1n, length],
      [ptr, wrap(length - 1n)],
      [ptr, length + 1n],
      [ptr, length | utf16Tag(ptrType)],
      [ptr, length & ~utf16Tag(ptrType)],
      [size - length, length],
      [size - length + 1n, length],
      [size, 0n],
      [size + 1n, 0n],
      [size + 2n, 0n],
      [ptr, 2n ** 28n - 1n],
      [ptr, 2n ** 28n],
      [ptr, 2n ** 27n],
      [wrap(-2n), 2n],
      [wrap(-1n), 1n],
    ] as const);
  }

  #allocate(size: number, align: number): bigint {
    const ptr = Math.ceil(this.#places.data / align) * align;
    if (ptr + size > places.dataLimit) throw new Unavailable();
    this.#places.data = Math.ceil((ptr + size) / 8) * 8;
    return BigInt(ptr);
  }

  // ---- Taking back what has been planned

  #undo(): () => void {
    const words = this.#words.length;
    const handles = [...this.#handles];
    const free = [...this.#free];
    const reserved = [...this.#reserved];
    const { data, scratch } = this.#places;
    return () => {
      this.#words.length = words;
      this.#handles.splice(0, this.#handles.length, ...handles);
      this.#free.splice(0, this.#free.length, ...free);
      this.#reserved.clear();
      for (const i of reserved) this.#reserved.add(i);
      Object.assign(this.#places, { data, scratch });
    };
  }
}

/** Makes text no text, or other text: in UTF-8, or in UTF-16 if it is aligned to two bytes. */
function breakText(random: Random, bytes: number[], align: number): void {
  const wrong =
    align === 1
      ? random.pick([
          [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc3, 0x28], [0xe0, 0x9f, 0xbf], [0xe0, 0xa0], [0xed, 0xa0, 0x80],
          [0xed, 0x9f, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
          [0xf5, 0x80, 0x80, 0x80], [0xff], [0xef, 0xbb, 0xbf],
        ]) // biome-ignore format: rows of a kind
      : random.pick([
          [0x00, 0xd8],
          [0xff, 0xdb],
          [0x00, 0xdc],
          [0xff, 0xdf],
          [0x00, 0xdc, 0x00, 0xd8],
          [0x41, 0x00],
        ]);
  const at = Math.floor(random.below(Math.max(1, bytes.length - wrong.length + 1)) / align) * align;
  for (const [i, byte] of wrong.entries()) if (at + i < bytes.length) bytes[at + i] = byte;
}

/** A core value as a word of a script. */
function toWord(value: CoreValue, type: CoreType): bigint {
  switch (type) {
    case "i32":
    case "i64":
      return value as bigint;
    case "f32":
      return encodeFloatAsI32(value as number);
    case "f64":
      return encodeFloatAsI64(value as number);
  }
}
