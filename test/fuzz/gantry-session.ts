/**
 * A chain of guests, run by gantry in one of its modes.
 */
import {
  type CompileOptions,
  Component,
  ComponentError,
  Linker,
  ResultError,
  resource,
  views,
} from "../../src/index.ts";
import type { FuncType, ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { type Handles, toJs } from "../reference/js-values.ts";
import type { Value } from "../reference/types.ts";
import { handlesIn, objectsIn } from "./handles.ts";
import { vary } from "./js-forms.ts";
import { POKED } from "./puppet.ts";
import type { HostEvent, Observed, Outcome, Reply, Step } from "./step.ts";
import { controls, type World } from "./world.ts";

export interface Mode {
  readonly name: string;
  readonly tier: "jit" | "evaluate";
  /** Whether calls between components go through wasm adapters. */
  readonly fuse: boolean;
}

/** All modes in which linked components can be run; one component alone has nothing to fuse. */
export const modes: readonly Mode[] = [
  { name: "jit, fused", tier: "jit", fuse: true },
  { name: "jit, composed", tier: "jit", fuse: false },
  { name: "evaluate, fused", tier: "evaluate", fuse: true },
  { name: "evaluate, composed", tier: "evaluate", fuse: false },
];

type CallAction = Extract<Step["action"], { readonly kind: "call" }>;
type Call = (...args: unknown[]) => unknown;

class HostObject {
  readonly rep: bigint;

  constructor(rep: bigint) {
    this.rep = rep;
  }
}

/** An error that is no answer of a host function's. */
class Accident extends Error {}

export class GantrySession {
  readonly mode: Mode;
  /** Whether lists and strings come as views, from functions and to those of the host. */
  readonly views: boolean;
  readonly #world: World;
  readonly #random: Random;
  readonly #funcs: Map<string, ReturnType<ReturnType<Linker["instantiateSync"]>["func"]>> = new Map();
  readonly #instance: ReturnType<Linker["instantiateSync"]>;
  readonly #hostObjects: Map<bigint, HostObject> = new Map();
  /** What the host owns of the first guest's resource. */
  readonly #owned: Map<bigint, object> = new Map();
  #replies: Reply[] = [];
  #events: HostEvent<unknown>[] = [];

  constructor(world: World, component: Component, mode: Mode, random: Random) {
    this.mode = mode;
    this.views = random.once(3);
    this.#world = world;
    this.#random = random;
    const definitions = new Map<string, object>();
    if (world.host !== undefined) {
      // A class of its own for each session: which objects are dropped is told to this one.
      const Host = class extends HostObject {};
      this.#makeHostObject = (rep) => new Host(rep);
      const drop = ({ rep }: HostObject) => {
        this.#events.push({ kind: "drop", rep });
      };
      definitions.set("h", resource(Host, { drop }));
    }
    for (const [i, { type }] of world.guests.at(-1)!.imports.entries()) {
      const call = (...args: unknown[]) => this.#host(i, type, args);
      definitions.set(`g${i}`, this.views ? views(call) : call);
    }
    this.#instance = new Linker(definitions).instantiateSync(component);
  }

  static compile(world: World, { tier, fuse }: Mode): Component {
    const options: CompileOptions & { fuse: boolean } = { features: "all", tier, fuse };
    return Component.compileSync(world.bytes, options);
  }

  #makeHostObject: (rep: bigint) => HostObject = (rep) => new HostObject(rep);

  #func(guest: number, name: string): ReturnType<ReturnType<Linker["instantiateSync"]>["func"]> {
    const key = `${guest} ${name}`;
    let func = this.#funcs.get(key);
    if (func === undefined) {
      func = this.#instance.func(`c${guest}`, name);
      this.#funcs.set(key, func);
    }
    return func;
  }

  #host(i: number, type: FuncType, args: readonly unknown[]): unknown {
    this.#events.push({ kind: "call", func: i, args: args.map(snapshot) });
    if (this.#random.once(10) && !this.closed) throw new Error("a guest was entered again");
    const reply = this.#replies.shift();
    if (reply === undefined || reply.kind === "throw") throw new Accident("the host function failed");
    if (type.result === undefined) return undefined;
    const value = this.toJs(reply.value!, type.result);
    if (type.result.kind !== "result") return vary(this.#random, value, type.result);
    const { tag, val } = value as { tag: string; val?: unknown };
    if (tag === "err") throw new ResultError(val);
    return val;
  }

  run(step: Step): Observed<unknown> {
    const { action } = step;
    this.#events = [];
    if (step.harmless && action.kind === "call" && action.args.length > 0 && this.#random.once(6)) {
      this.#prepare(step);
      const outcome = this.#falseStart(action);
      if (outcome !== undefined) return { outcome, events: this.#events, memories: undefined };
    }
    this.#prepare(step);
    const outcome = this.#outcome(() => this.#act(action));
    const memories = outcome.kind === "trap" ? undefined : this.#memories();
    return { outcome, events: this.#events, memories };
  }

  #prepare({ pokes, replies }: Step): void {
    for (const i of this.#world.guests.keys()) (this.#func(i, "clear").call as Call)();
    for (const { guest, at, bytes } of pokes) this.#poke(guest, at, bytes);
    this.#replies = [...replies];
  }

  #act(action: Step["action"]): unknown {
    if (action.kind === "drop") {
      const object = this.#owned.get(action.rep) as { [Symbol.dispose](): void };
      this.#owned.delete(action.rep);
      object[Symbol.dispose]();
      return undefined;
    }
    const func = this.#func(action.guest, action.name);
    const type = this.#type(action);
    const args = this.#arguments(action);
    for (const [i, param] of type.params.entries()) this.#giveAway(action.args[i]!, param.type);
    const call = this.views ? (...all: unknown[]) => func.read(snapshot, ...all) : (func.call as Call);
    if (type.result?.kind !== "result") return snapshot(call(...args));
    try {
      return { tag: "ok", val: snapshot(call(...args)) };
    } catch (error) {
      if (error instanceof ResultError) return { tag: "err", val: snapshot(error.payload) };
      throw error;
    }
  }

  #arguments(action: CallAction): unknown[] {
    return this.#type(action).params.map(({ type }, i) => vary(this.#random, this.toJs(action.args[i]!, type), type));
  }

  /** A call with a wrong argument, which must not take place: all that was done before it was noticed is undone. */
  #falseStart(action: CallAction): Outcome<unknown> | undefined {
    const args = this.#arguments(action);
    args[this.#random.below(args.length)] = Symbol("wrong");
    try {
      (this.#func(action.guest, action.name).call as Call)(...args);
    } catch (error) {
      if (error instanceof ComponentError && error.phase === "call") return undefined;
      return { kind: "trap", fault: `a fault of gantry's: a wrong argument led to ${error}` };
    }
    return { kind: "trap", fault: "a fault of gantry's: a wrong argument was accepted" };
  }

  /** Whether all guests are closed, as they must be while one of them is running, and for ever once one has trapped. */
  get closed(): boolean {
    return this.#world.guests.every((_, i) => {
      try {
        (this.#func(i, "run").call as Call)();
      } catch (error) {
        return error instanceof ComponentError && error.code === "cannot-enter";
      }
      return false;
    });
  }

  #outcome(run: () => unknown): Outcome<unknown> {
    try {
      return { kind: "value", value: run() };
    } catch (error) {
      if (error instanceof ComponentError && error.phase === "trap") return { kind: "trap", fault: faultOf(error) };
      return { kind: "trap", fault: `a fault of gantry's: ${error instanceof Error ? error.stack : error}` };
    }
  }

  #type({ guest, name }: CallAction): FuncType {
    if (name === "run") return controls.run;
    return this.#world.guests[guest]!.exports[Number(name.slice(1))]!.type;
  }

  #poke(guest: number, at: number, bytes: Uint8Array): void {
    const poke = this.#func(guest, "poke").call as Call;
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    const words = [...new BigUint64Array(padded.buffer)];
    for (let i = 0; i < words.length; i += POKED) {
      // What is written at once may not go beyond what is to be written.
      const start = Math.max(0, Math.min(i, words.length - POKED));
      const chunk = words.slice(start, start + POKED);
      if (chunk.length < POKED) throw new Error("pokes are longer than that");
      poke(at + 8 * start, ...chunk);
    }
  }

  #memories(): Uint8Array[] | undefined {
    try {
      return this.#world.guests.map((_, i) => (this.#func(i, "dump").call as Call)() as Uint8Array);
    } catch (error) {
      if (error instanceof ComponentError && error.code === "list-out-of-bounds") return undefined;
      throw error;
    }
  }

  // ---- Values

  readonly #handles: Handles = {
    toJs: (_, type, rep) => {
      if (type === this.#world.host) {
        let object = this.#hostObjects.get(rep);
        if (object === undefined) {
          object = this.#makeHostObject(rep);
          this.#hostObjects.set(rep, object);
        }
        return object;
      }
      return this.#owned.get(rep) ?? `the resource ${rep}, which the host has not`;
    },
    fromJs: () => {
      throw new Error("values are compared in JavaScript");
    },
  };

  toJs(v: Value, t: ValType): unknown {
    return toJs(v, t, this.#handles);
  }

  /** As it is compared: what the host sees when `v` comes out of a guest, which has been seen to give `actual`. */
  expected(v: Value, t: ValType, actual: unknown): unknown {
    const handles = handlesIn(v, t);
    const objects = handles.length === 0 ? [] : this.#objects(actual, t);
    for (const [i, { handle, resource: type, rep }] of handles.entries()) {
      const object = objects[i];
      if (handle === "own" && type !== this.#world.host && typeof object === "object" && object !== null) {
        this.#owned.set(rep, object);
      }
    }
    return this.toJs(v, t);
  }

  #objects(actual: unknown, t: ValType): readonly unknown[] {
    try {
      return objectsIn(actual, t);
    } catch {
      // It is no value of this type, which will be noticed.
      return [];
    }
  }

  #giveAway(v: Value, t: ValType): void {
    for (const { handle, resource: type, rep } of handlesIn(v, t)) {
      if (handle === "own" && type !== this.#world.host) this.#owned.delete(rep);
    }
  }
}

/** The reference knows of no difference between text that is wrong and text that ends too early. */
function faultOf({ code }: ComponentError): string {
  return code === "incomplete-utf8" ? "invalid-utf8" : code;
}

/** A copy that outlives the call, with views read. */
function snapshot(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (Array.isArray(value)) return value.map(snapshot);
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [snapshot(k), snapshot(v)]));
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, snapshot(item)]));
  }
  return "bytes" in value && "encoding" in value ? String(value) : value;
}
