/**
 * Makes up steps: what the host passes and replies, and what the guests' scripts say.
 *
 * A script must know which handles there are, and how many calls it is good for. So a session of the reference is run
 * along, and each guest's script is written at the moment at which that guest is called. What came of it is of no
 * interest: the finished step is then done by another session of the reference, whose word counts, and by gantry.
 *
 * A hostile step has something wrong in it: a core value, a byte of what is passed, or an answer of `realloc`.
 */
import type { ResourceType as NominalType, ValType } from "../../src/types/types.ts";
import { LiftLowerContext } from "../reference/context.ts";
import { lowerFlatValues } from "../reference/flat.ts";
import { ComponentInstance, type ResourceHandle, type ResourceType, Store } from "../reference/instance.ts";
import { encodedString, toJs } from "../reference/js-values.ts";
import { alignment, elemSize, flattenTypes, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS } from "../reference/layout.ts";
import { encodeFloatAsI32, encodeFloatAsI64 } from "../reference/store.ts";
import { encodeUtf8, encodeUtf16, type ReferenceContext, utf16Tag } from "../reference/strings.ts";
import type { CoreType, CoreValue, Value } from "../reference/types.ts";
import type { PlannedComponent } from "../reference/wast-host.ts";
import { behaviours, POKED, type PuppetImport, places } from "./puppet.ts";
import type { Random } from "./random.ts";
import { ReferenceSession } from "./reference-session.ts";
import type { Poke, Reply, Step } from "./step.ts";
import { hasHandles, seenByGuest } from "./types.ts";
import { ValueMaker } from "./values.ts";
import { type Guest, puppetImports, type World, type WorldFunc } from "./world.ts";

/** There is no such value here and now: no handle for it, or no room. */
class Unavailable extends Error {}

type Encoding = ReferenceContext["encoding"];

export class Director {
  readonly #world: World;
  readonly #random: Random;
  readonly #hostile: boolean;
  readonly #session: ReferenceSession;
  /** What the host owns of the first guest's resource. */
  readonly #owned: Set<bigint> = new Set();
  /** False once the guests that run along have trapped: they will do no more. */
  alive = true;
  #nextRep = 1n;
  #pokes: Poke[] = [];
  #replies: Reply[] = [];
  #overlaps = false;
  /** Per guest: where the next script and the next data go. */
  #places: { script: number; data: number; scratch: number }[] = [];

  constructor(world: World, planned: PlannedComponent, random: Random, hostile: boolean) {
    this.#world = world;
    this.#random = random;
    this.#hostile = hostile;
    this.#session = new ReferenceSession(world, planned, {
      onCall: ({ instance, name }) => this.#onCall(this.#session.guestOf(instance), name),
      onHostCall: (func) => this.#onHostCall(func),
    });
  }

  /** A step, after which the reference that runs along is where all others are to be. */
  next(): Step {
    for (;;) {
      try {
        return this.#step();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }
    }
  }

  /** What the host got from a step: resources that it may pass later. */
  received(value: Value, t: ValType): void {
    forEachHandle(value, t, (handle, resource, rep) => {
      if (handle === "own" && resource !== this.#world.host) this.#owned.add(rep);
    });
  }

  #step(): Step {
    const { guests, host } = this.#world;
    this.#pokes = [];
    this.#replies = [];
    this.#overlaps = false;
    this.#places = guests.map(() => ({ script: places.scriptStart, data: places.data, scratch: places.scratch }));
    const action = this.#action();
    for (const i of guests.keys()) this.#header(i);
    const { outcome } = this.#session.run({ pokes: this.#pokes, action, overlaps: this.#overlaps, replies: [] });
    this.alive = outcome.kind === "value";
    if (action.kind === "drop") this.#owned.delete(action.rep);
    else {
      for (const [i, value] of action.args.entries()) {
        const { type } = this.#func(action.guest, action.name)!.type.params[i]!;
        forEachHandle(value, type, (handle, resource, rep) => {
          if (handle === "own" && resource !== host) this.#owned.delete(rep);
        });
      }
    }
    return { pokes: this.#pokes, action, overlaps: this.#overlaps, replies: this.#replies };
  }

  #func(guest: number, name: string): WorldFunc | undefined {
    return name === "run" ? undefined : this.#world.guests[guest]!.exports[Number(name.slice(1))];
  }

  #action(): Step["action"] {
    const random = this.#random;
    const { guests } = this.#world;
    if (this.#owned.size > 0 && random.once(8)) return { kind: "drop", rep: random.pick([...this.#owned]) };
    if (random.once(3)) return { kind: "call", guest: random.below(guests.length), name: "run", args: [] };
    const k = random.below(guests[0]!.exports.length);
    const { type, lifted } = guests[0]!.exports[k]!;
    const given = new Set<bigint>();
    const maker = new ValueMaker(random, {
      repeatsKeys: false,
      string: (text) => encodedString(text, { encoding: lifted, ptrType: guests[0]!.ptrType }),
      handle: ({ resource }) => {
        if (resource === this.#world.host) return this.#newRep();
        const free = [...this.#owned].filter((rep) => !given.has(rep));
        if (free.length === 0) throw new Unavailable();
        const rep = random.pick(free);
        // What is lent cannot be given away in the same call, whichever comes first.
        given.add(rep);
        return rep;
      },
    });
    const args = type.params.map((param) => maker.value(param.type));
    return { kind: "call", guest: 0, name: `f${k}`, args };
  }

  #newRep(): bigint {
    return this.#nextRep++;
  }

  /** Settings and positions of a guest, at the beginning of a step. */
  #header(guest: number): void {
    const random = this.#random;
    const bytes = new Uint8Array(8 * POKED);
    const view = new DataView(bytes.buffer);
    const word = (place: number, value: bigint) => view.setBigUint64(place - places.wrongCall, value, true);
    if (this.#hostile && random.once(4)) {
      this.#overlaps = true;
      word(places.wrongCall, BigInt(random.between(1, random.pick([1, 3, 8]))));
      word(places.wrongAnswer, this.#strange());
    }
    const moves = random.once(3) ? behaviours.moves : 0n;
    const grows = random.once(6) ? behaviours.grows : 0n;
    word(places.behaviour, moves | grows);
    word(places.logEnd, BigInt(places.log));
    word(places.script, BigInt(places.scriptStart));
    word(places.heapTop, BigInt(places.heap));
    this.#pokes.push({ guest, at: places.wrongCall, bytes });
  }

  /** A number that makes trouble as a pointer, a length, a discriminant or a handle. */
  #strange(): bigint {
    const random = this.#random;
    const size = BigInt(places.pages * 65536);
    return random.pick([
      0n, 1n, 2n, 3n, 4n, 7n, 8n, 99n, 255n, 256n, 0xd7ffn, 0xd800n, 0xdfffn, 0x10ffffn, 0x110000n,
      BigInt(places.heap), BigInt(places.heap + random.below(64)), BigInt(places.data + random.below(256)),
      size, size - 1n, size - 4n, size - 8n, size + 8n, 2n ** 28n - 1n, 2n ** 28n, 2n ** 31n - 1n, 2n ** 31n,
      2n ** 31n + BigInt(random.below(20)), 2n ** 32n - 1n, 2n ** 32n - 8n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 53n,
      2n ** 63n, 2n ** 63n + 3n, 2n ** 64n - 1n, BigInt(random.bits()), random.bits64(),
    ]); // biome-ignore format: rows of a kind
  }

  // ---- The host's functions

  #onHostCall(k: number): Reply {
    const random = this.#random;
    const last = this.#world.guests.at(-1)!;
    const { type, lowered } = last.imports[k]!;
    const maker = new ValueMaker(random, {
      repeatsKeys: false,
      string: (text) => encodedString(text, { encoding: lowered, ptrType: last.ptrType }),
      handle: () => this.#newRep(),
    });
    const reply: Reply = random.once(40)
      ? { kind: "throw" }
      : { kind: "value", value: type.result && maker.value(type.result) };
    this.#replies.push(reply);
    return reply;
  }

  // ---- Scripts

  #onCall(guest: number, name: string): void {
    if (name !== "run" && !/^f\d/.test(name)) return;
    const at = { ...this.#places[guest]! };
    const script = new Script(this.#world, guest, this.#session, this.#random, this.#places[guest]!, () =>
      this.#newRep(),
    );
    let words = script.write(this.#func(guest, name));
    if (at.script + 8 * words.length > places.scriptLimit) words = [0n, 0n];
    const memory = this.#session.memory(guest);
    const view = new DataView(memory.buffer);
    if (this.#hostile && this.#random.once(3)) this.#spoil(memory, words, at.data, this.#places[guest]!.data);
    for (const [i, word] of words.entries()) view.setBigUint64(at.script + 8 * i, word, true);
    this.#places[guest]!.script += 8 * words.length;
    this.#poke(guest, at.script, this.#places[guest]!.script);
    this.#poke(guest, at.data, this.#places[guest]!.data);
  }

  /** Spoils a word of a script, or some bytes of what is passed. */
  #spoil(memory: Uint8Array, words: bigint[], start: number, end: number): void {
    const random = this.#random;
    if (random.once(2) || end === start) {
      // Whatever decides what is called stays as it is, if it can be helped: it is 0 or small.
      const candidates = [...words.keys()].filter((i) => words[i]! > 30n || random.once(4));
      if (candidates.length > 0) words[random.pick(candidates)] = this.#strange();
      return;
    }
    for (let n = random.between(1, 3); n > 0; n--) {
      const at = start + random.below(end - start);
      memory[at] = random.once(2) ? random.below(256) : memory[at]! ^ (1 << random.below(8));
    }
  }

  #poke(guest: number, start: number, end: number): void {
    if (start === end) return;
    const length = Math.max(Math.ceil((end - start) / 8), POKED) * 8;
    this.#pokes.push({ guest, at: start, bytes: this.#session.memory(guest).slice(start, start + length) });
  }
}

function forEachHandle(
  value: Value,
  t: ValType,
  visit: (handle: "own" | "borrow", resource: NominalType, rep: bigint) => void,
): void {
  toJs(value, t, {
    toJs: visit,
    fromJs: () => {
      throw new Error("nothing is converted");
    },
  });
}

/** What one call of a guest's function is to do. */
class Script {
  readonly #guest: Guest;
  readonly #host: boolean;
  readonly #session: ReferenceSession;
  readonly #random: Random;
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

  constructor(
    world: World,
    guest: number,
    session: ReferenceSession,
    random: Random,
    at: { data: number; scratch: number },
    newRep: () => bigint,
  ) {
    this.#guest = world.guests[guest]!;
    this.#host = world.host !== undefined;
    this.#session = session;
    this.#random = random;
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
    const tuple = (ptr: bigint, length: bigint): Value =>
      new Map([
        ["0", ptr],
        ["1", length],
      ]);
    const put = (bytes: readonly number[], align: number): bigint => {
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
        if (text.every((c) => c < 256) && !this.#random.once(4)) return tuple(put(text, 2), BigInt(text.length));
        const bytes = encodeUtf16(text);
        return tuple(put(bytes, 2), BigInt(bytes.length / 2) | utf16Tag(ptrType));
      }
    }
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
