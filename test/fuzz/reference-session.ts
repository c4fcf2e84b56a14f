/**
 * A chain of guests, run by the reference.
 */
import type { ResourceType as NominalType } from "../../src/types/types.ts";
import { dropOwned } from "../reference/canon.ts";
import { type ComponentInstance, type ResourceType, Store } from "../reference/instance.ts";
import { type Observer, ReferenceInstance } from "../reference/instantiate.ts";
import { ReferenceTrap } from "../reference/trap.ts";
import type { Value } from "../reference/types.ts";
import type { PlannedComponent } from "../reference/wast-host.ts";
import { places } from "./puppet.ts";
import type { HostEvent, Observed, Outcome, Reply, Step } from "./step.ts";
import type { World } from "./world.ts";

/** How many elements of lists a step may lift. */
const PATIENCE = 60_000;

export interface Hooks {
  readonly onCall?: Observer["called"];
  /** Makes up the reply to a call of the host's function. */
  readonly onHostCall?: (func: number, args: readonly Value[]) => Reply;
}

export class ReferenceSession {
  readonly #world: World;
  readonly #instance: ReferenceInstance;
  readonly #hooks: Hooks;
  #replies: Reply[] = [];
  #events: HostEvent<Value>[] = [];
  #written: (readonly [guest: number, ptr: number, length: number])[] = [];

  constructor(world: World, { plan, modules }: PlannedComponent, hooks: Hooks = {}) {
    this.#world = world;
    this.#hooks = hooks;
    const imports = {
      func: ([name = ""]: readonly string[]) => this.#host(Number(name.slice(1))),
      module: () => {
        throw new Error("no modules are imported");
      },
      drop: (_: readonly string[], rep: bigint) => {
        this.#events.push({ kind: "drop", rep });
      },
    };
    this.#instance = new ReferenceInstance(plan, modules, imports, new Store(), {
      called: hooks.onCall,
      wrote: ({ instance }, ptr, length) => this.#written.push([this.guestOf(instance), Number(ptr), length]),
    });
  }

  #host(func: number): ReturnType<ReferenceInstance["lift"]> {
    return (onStart, onResolve) => {
      const args = onStart();
      this.#events.push({ kind: "call", func, args });
      const reply = this.#hooks.onHostCall?.(func, args) ?? this.#replies.shift();
      // None, where a guest was led astray: it called more often than when the step was made up.
      if (reply === undefined || reply.kind === "throw") throw new ReferenceTrap("host-error");
      onResolve(reply.value === undefined ? [] : [reply.value]);
    };
  }

  /** Does a step, after its bytes have been poked; throws `OutOfPatience` if that takes too long. */
  run({ pokes, action, replies }: Step): Observed<Value> {
    for (const i of this.#world.guests.keys()) {
      this.memory(i).fill(0, places.log, places.logLimit);
      this.memory(i).fill(0, places.scratch);
    }
    for (const { guest, at, bytes } of pokes) this.memory(guest).set(bytes, at);
    this.#written = [];
    this.#replies = [...replies];
    this.#events = [];
    const { store } = this.#instance;
    store.patience = PATIENCE;
    store.oddNaNs = 0;
    const outcome = this.#outcome(() => {
      if (action.kind === "drop") {
        store.guarded(() => dropOwned(this.resource(this.#world.guests[0]!.resource!), action.rep, undefined));
        return undefined;
      }
      const func = this.#instance.func(`c${action.guest}`, action.name)!;
      return this.#instance.call(func, action.args);
    });
    const memories = outcome.kind === "trap" ? undefined : this.#memories();
    return { outcome, events: this.#events, memories };
  }

  #outcome(run: () => Value | undefined): Outcome<Value> {
    try {
      return { kind: "value", value: run() };
    } catch (error) {
      if (error instanceof ReferenceTrap) return { kind: "trap", fault: error.fault };
      throw error;
    }
  }

  /** Whether NaNs were lifted in the last step whose bits nobody can foretell. */
  get sawOddNaNs(): boolean {
    return this.#instance.store.oddNaNs > 0;
  }

  /** For each byte of a guest's memory, 1 if the Canonical ABI wrote it in the last step. */
  written(guest: number): Uint8Array {
    const written = new Uint8Array(this.memory(guest).length);
    for (const [i, ptr, length] of this.#written) if (i === guest) written.fill(1, ptr, ptr + length);
    return written;
  }

  // ---- What is inside. Guests are instantiated from the last to the first, each with two core modules.

  #order(guest: number): number {
    return this.#world.guests.length - 1 - guest;
  }

  /** The number of the guest to which a core instance belongs. */
  guestOf(coreInstance: number): number {
    return this.#world.guests.length - 1 - Math.floor(coreInstance / 2);
  }

  inside(guest: number): ComponentInstance {
    return this.#instance.instances[1 + this.#order(guest)]!;
  }

  memory(guest: number): Uint8Array {
    const at = { from: "core-instance", instance: 2 * this.#order(guest), name: "mem" } as const;
    const memory = this.#instance.coreExport(at as Parameters<ReferenceInstance["coreExport"]>[0]);
    return new Uint8Array((memory as WebAssembly.Memory).buffer);
  }

  /** What `dump` returns, which leaves its own result behind. */
  #memories(): Uint8Array[] | undefined {
    const dumps: Uint8Array[] = [];
    for (const [i, { ptrType }] of this.#world.guests.entries()) {
      const memory = this.memory(i);
      const view = new DataView(memory.buffer);
      const word = view.getBigUint64(places.heapTop, true);
      const top = ptrType === "i32" ? BigInt.asUintN(32, word) : word;
      if (top > BigInt(memory.length)) return undefined;
      if (ptrType === "i32") view.setBigUint64(places.dumped, top << 32n, true);
      else {
        view.setBigUint64(places.dumped, 0n, true);
        view.setBigUint64(places.dumped + 8, top, true);
      }
      dumps.push(memory.slice(0, Number(top)));
    }
    return dumps;
  }

  /** The reference's resource for one of the world's. */
  resource(resource: NominalType): ResourceType {
    const guest = this.#world.guests.findIndex((g) => g.resource === resource);
    const impl = guest === -1 ? undefined : this.inside(guest);
    return this.#instance.resources.find((r) => r.impl === impl)!;
  }
}
