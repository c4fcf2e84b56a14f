/**
 * Makes up steps: what the host passes and replies, and what the guests' scripts say.
 *
 * A script must know which handles there are, and how many calls it is good for. So a session of the reference is run
 * along, and each guest's script is written at the moment at which that guest is called. What came of it is of no
 * interest: the finished step is then done by another session of the reference, whose word counts, and by gantry.
 *
 * A hostile step has something wrong in it: a core value, a byte of what is passed, or an answer of `realloc`.
 */
import type { ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { encodedString } from "../reference/js-values.ts";
import type { Value } from "../reference/types.ts";
import type { PlannedComponent } from "../reference/wast-host.ts";
import { handlesIn } from "./handles.ts";
import { behaviours, POKED, places } from "./puppet.ts";
import { ReferenceSession } from "./reference-session.ts";
import { Script, Unavailable } from "./script.ts";
import type { Poke, Reply, Step } from "./step.ts";
import { ValueMaker } from "./values.ts";
import type { World, WorldFunc } from "./world.ts";

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
  #faults = 0;
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
    for (const { handle, resource, rep } of handlesIn(value, t)) {
      if (handle === "own" && resource !== this.#world.host) this.#owned.add(rep);
    }
  }

  #step(): Step {
    const { guests, host } = this.#world;
    this.#pokes = [];
    this.#replies = [];
    this.#overlaps = false;
    this.#faults = 0;
    this.#places = guests.map(() => ({ script: places.scriptStart, data: places.data, scratch: places.scratch }));
    const action = this.#action();
    for (const i of guests.keys()) this.#header(i);
    const step = { pokes: this.#pokes, action, harmless: !this.#hostile };
    const { outcome } = this.#session.run({ ...step, faults: 0, overlaps: this.#overlaps, replies: [] });
    this.alive = outcome.kind === "value";
    if (action.kind === "drop") this.#owned.delete(action.rep);
    else {
      for (const [i, value] of action.args.entries()) {
        const { type } = this.#func(action.guest, action.name)!.type.params[i]!;
        for (const { handle, resource, rep } of handlesIn(value, type)) {
          if (handle === "own" && resource !== host) this.#owned.delete(rep);
        }
      }
    }
    return { ...step, faults: this.#faults, overlaps: this.#overlaps, replies: this.#replies };
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
      this.#faults++;
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
    const script = new Script(
      this.#world,
      guest,
      this.#session,
      this.#random,
      this.#hostile && this.#random.once(3),
      this.#places[guest]!,
      () => this.#newRep(),
    );
    let words = script.write(this.#func(guest, name));
    this.#faults += script.faults;
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
    this.#faults += 2;
    if (random.once(2) || end === start) {
      // Whatever decides what is called stays as it is, if it can be helped: it is 0 or small.
      const candidates = [...words.keys()].filter((i) => words[i]! > 30n || random.once(4));
      if (candidates.length === 0) return;
      const i = random.pick(candidates);
      const beside = words[i]! + random.pick([-4n, -2n, -1n, 1n, 2n, 4n, 8n]);
      words[i] = random.once(3) ? BigInt.asUintN(64, beside) : this.#strange();
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
