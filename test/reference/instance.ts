/**
 * "Component Instances", "Table State", "Resource State" and what synchronous calls need of tasks and subtasks, as
 * definitions.py of the specification (commit 6d281648) words them. There are no threads here: a call is a call.
 *
 * What the specification leaves to the embedding: a store in which something has trapped is entered no more.
 */
import type { ResourceType as NominalType } from "../../src/types/types.ts";
import { assert, type Fault, ReferenceTrap, trapIf } from "./trap.ts";
import type { CoreFunc, Value } from "./types.ts";

// ---- Instances

export class Store {
  /** The threads that wait for one another to end, outermost first. */
  readonly running: Thread[] = [];
  trapped = false;
  /** How many NaNs with other bits than the canonical ones have been lifted: what becomes of those bits is anyone's guess. */
  oddNaNs = 0;
  /** How many elements of lists may be lifted yet: a guest can make one byte of memory count for any number of them. */
  patience: number = Number.POSITIVE_INFINITY;

  /** Gives up when there is too much to do. */
  spend(work: number): void {
    this.patience -= work;
    if (this.patience < 0) throw new OutOfPatience();
  }

  /** `Store.invoke` in the specification: calls `f`, to which `args` are passed, from outside. */
  invoke(f: FuncInst, args: readonly Value[]): readonly Value[] {
    return this.guarded(() => {
      let result: readonly Value[] | undefined;
      f(
        () => args,
        (values) => {
          result = values;
        },
        undefined,
      );
      assert(result !== undefined);
      return result;
    });
  }

  /** Runs something that is not entered once anything has trapped, and which may itself. */
  guarded<T>(run: () => T): T {
    trapIf(this.trapped, "cannot-enter");
    try {
      return run();
    } catch (error) {
      this.trapped = true;
      this.running.length = 0;
      throw asTrap(error);
    }
  }

  /** `current_instance` in the specification. */
  currentInstance(): ComponentInstance {
    return this.currentThread().inst;
  }

  /** `current_thread` in the specification. */
  currentThread(): Thread {
    const thread = this.running.at(-1);
    assert(thread !== undefined);
    return thread;
  }
}

/** `Thread` in the specification: one for each call of a core function by the Canonical ABI. */
export class Thread {
  readonly inst: ComponentInstance;
  readonly storage: [bigint, bigint] = [0n, 0n];

  constructor(inst: ComponentInstance) {
    this.inst = inst;
  }
}

/** Says nothing about what should have happened. */
export class OutOfPatience extends Error {}

/** A guest's own trap, or the end of its stack, is one like those that the Canonical ABI makes. */
function asTrap(error: unknown): unknown {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError ? new ReferenceTrap("core") : error;
}

/** `FuncInst` in the specification. */
export type FuncInst = (
  onStart: () => readonly Value[],
  onResolve: (result: readonly Value[]) => void,
  caller: ComponentInstance | undefined,
) => void;

export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  readonly handles: Table<ResourceHandle> = new Table("unknown-handle");
  mayEnter = true;
  mayLeave = true;
  backpressure = 0;

  constructor(store: Store, parent?: ComponentInstance) {
    assert(parent === undefined || parent.store === store);
    this.store = store;
    this.parent = parent;
  }

  mayEnterFrom(caller: ComponentInstance | undefined): boolean {
    for (const inst of this.enteringSet(caller)) if (!inst.mayEnter) return false;
    return true;
  }

  enterFrom(caller: ComponentInstance | undefined): void {
    for (const inst of this.enteringSet(caller)) {
      assert(inst.mayEnter);
      inst.mayEnter = false;
    }
  }

  leaveTo(caller: ComponentInstance | undefined): void {
    for (const inst of this.enteringSet(caller)) {
      assert(!inst.mayEnter);
      inst.mayEnter = true;
    }
  }

  enteringSet(caller: ComponentInstance | undefined): Set<ComponentInstance> {
    const all = this.selfAndAncestors();
    if (caller !== undefined) for (const inst of caller.selfAndAncestors()) all.delete(inst);
    return all;
  }

  selfAndAncestors(): Set<ComponentInstance> {
    const s = new Set<ComponentInstance>([this]);
    for (let ancestor = this.parent; ancestor !== undefined; ancestor = ancestor.parent) s.add(ancestor);
    return s;
  }
}

// ---- Tables

/** `Table` in the specification. */
export class Table<E> {
  static readonly MAX_LENGTH: number = 2 ** 28 - 1;
  readonly array: (E | undefined)[] = [undefined];
  readonly free: number[] = [];
  readonly #unknown: Fault;

  constructor(unknown: Fault) {
    this.#unknown = unknown;
  }

  get(i: number): E {
    trapIf(i >= this.array.length, this.#unknown);
    const e = this.array[i];
    if (e === undefined) throw new ReferenceTrap(this.#unknown);
    return e;
  }

  add(e: E): number {
    let i = this.free.pop();
    if (i !== undefined) {
      assert(this.array[i] === undefined);
      this.array[i] = e;
    } else {
      i = this.array.length;
      trapIf(i > Table.MAX_LENGTH, "handle-table-full");
      this.array.push(e);
    }
    return i;
  }

  remove(i: number): E {
    const e = this.get(i);
    this.array[i] = undefined;
    this.free.push(i);
    return e;
  }
}

// ---- Resources

export class ResourceHandle {
  readonly rt: ResourceType;
  readonly rep: bigint;
  readonly own: boolean;
  readonly borrowScope: Task | undefined;
  numLends = 0;

  constructor(rt: ResourceType, rep: bigint, own: boolean, borrowScope?: Task) {
    this.rt = rt;
    this.rep = rep;
    this.own = own;
    this.borrowScope = borrowScope;
  }
}

/** `ResourceType` in the specification; `impl` is absent for one that the host defines, whose destructor `drop` is. */
export class ResourceType implements NominalType {
  readonly kind = "resource";
  readonly id: number;
  readonly rep: "i32" | "i64";
  readonly name: string | undefined;
  readonly impl: ComponentInstance | undefined;
  dtor: CoreFunc | undefined;
  drop: ((rep: bigint) => void) | undefined;

  constructor(id: number, rep: "i32" | "i64", name: string | undefined, impl: ComponentInstance | undefined) {
    this.id = id;
    this.rep = rep;
    this.name = name;
    this.impl = impl;
  }
}

/** The resource of a handle type, which is one of the reference's own. */
export function resourceOf(t: { readonly resource: NominalType }): ResourceType {
  assert(t.resource instanceof ResourceType);
  return t.resource;
}

// ---- Calls

/** What a callee's call has borrowed: `Task` in the specification. */
export class Task {
  readonly scope = "task";
  readonly inst: ComponentInstance;
  numBorrows = 0;

  constructor(inst: ComponentInstance) {
    this.inst = inst;
  }

  /** The traps of `Task.return_` in the specification. */
  mayReturn(): void {
    trapIf(this.numBorrows > 0, "borrows-remain");
  }
}

/** What a caller's call has lent: `Subtask` in the specification. */
export class Subtask {
  readonly scope = "subtask";
  readonly #lenders: ResourceHandle[] = [];

  addLender(handle: ResourceHandle): void {
    handle.numLends += 1;
    this.#lenders.push(handle);
  }

  deliverResolve(): void {
    for (const handle of this.#lenders) handle.numLends -= 1;
    this.#lenders.length = 0;
  }
}
