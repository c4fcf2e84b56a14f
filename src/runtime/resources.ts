/**
 * Resources: the handles that guests hold, and the built-ins `resource.new`, `resource.rep` and `resource.drop`.
 * "Resource State", `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow` and `canon resource.*` in CanonicalABI.md.
 *
 * A representation (`rep`) is a number for a resource that a guest defines. For one that the host defines no guest ever
 * sees it, so there it is the host's own object, and no table stands between.
 */
import { enter, guestFailed, isInside, leave } from "./call.ts";
import type { LiftLowerContext } from "./context.ts";
import type { HandleTable } from "./handle-table.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import { invalid } from "./numbers.ts";
import { trap, trapOnThrow } from "./trap.ts";

/** What stands for a resource: the defining guest's number, or the host's object. */
export type Rep = unknown;

/** How a resource looks to JavaScript. Made by `embed/`, one for each resource that crosses the host's boundary. */
export interface HostSide {
  /** The value for an `own` handle that the host receives. */
  fromOwn(rep: Rep): unknown;
  /** The value for a `borrow` handle that a host function receives: usable until `scope` ends. */
  fromBorrow(rep: Rep, scope: CallScope): unknown;
  /**
   * Takes the resource away from a value that the host passes as `own`; `undefined` if it is no value of this resource,
   * or no longer.
   */
  toOwn(value: unknown): Rep | undefined;
  /** As `toOwn`, but only lends: the value can be neither dropped nor given away until `scope` ends. */
  toBorrow(value: unknown, scope: CallScope): Rep | undefined;
  /**
   * As `toBorrow`, for a call that has nothing but this loan, until `endLoan`; if it is not counted, there is none. Asked of
   * guests' resources only, and may throw of what is none.
   */
  lend(value: unknown, isCounted: boolean): Rep | undefined;
  /** The end of what `lend` began. */
  endLoan(value: unknown): void;
  /** Gives back what `toOwn` took, for the call that it was for does not take place. */
  restore(value: unknown, rep: Rep): void;
  /** Why `toOwn` or `toBorrow` refuses a value, without its effects; `undefined` if it does not. */
  fault(value: unknown, handle: "own" | "borrow"): string | undefined;
}

/** A resource type of the running program. `ResourceType` in the specification. */
export class ResourceType {
  readonly name: string;
  /** The instance that defines it: undefined for the host's. */
  readonly impl: ComponentInstance | undefined;
  /** What dropping an `own` handle calls; entering `impl` is the caller's business. */
  destructor: ((rep: never) => void) | undefined;
  /** Set right after construction: it refers to the type. */
  host!: HostSide;

  constructor(name: string, impl: ComponentInstance | undefined, destructor?: (rep: never) => void) {
    this.name = name;
    this.impl = impl;
    this.destructor = destructor;
  }

  /** For messages: whose kind of resource it is. */
  get kind(): string {
    return this.impl === undefined ? "host-defined resource" : "guest-defined resource";
  }
}

/** What counts the borrow handles that a call has handed out: a `Task` in the specification. */
export interface BorrowScope {
  numBorrows: number;
}

/** Something that a call has borrowed from its caller, and gives back at its end. */
export interface Loan {
  release(): void;
}

/** The loan of a handle to the host: with what stands for that there. */
export interface Lent extends Loan {
  readonly rep: Rep;
}

/**
 * What one call borrows and lends: `Task.num_borrows` of its callee and `Subtask.lenders` of its caller.
 *
 * Generated code makes one for each call of a function with handles in its parameters, and for no other.
 */
export class CallScope implements BorrowScope, Loan {
  numBorrows = 0;
  /** The first of the loans; `#loans` has the others, if there are any. */
  #loan: Loan | undefined;
  #loans: Loan[] | undefined;
  #undo: (() => void)[] | undefined;

  /** `add_lender` in the specification. */
  addLender(loan: Loan): void {
    if (this.#loan === undefined) this.#loan = loan;
    else if (this.#loans === undefined) this.#loans = [loan];
    else this.#loans.push(loan);
  }

  /** What to do if the call does not take place. */
  onAbandon(undo: () => void): void {
    if (this.#undo === undefined) this.#undo = [undo];
    else this.#undo.push(undo);
  }

  /**
   * The end of a call that returns, after its results are lifted and before `post-return`: traps if the callee still
   * holds a borrow, then gives back what the caller has lent. (`Task.return_` and `Subtask.deliver_resolve`.)
   */
  end(): void {
    if (this.numBorrows > 0) trap("borrows-remain");
    this.release();
  }

  /** The end of a call that does not take place, for one of its arguments is wrong: as if none had been lowered. */
  abandon(): void {
    this.release();
    if (this.#undo !== undefined) for (const undo of this.#undo.reverse()) undo();
  }

  /** Gives back what the caller has lent; nothing else, where a call traps. */
  release(): void {
    if (this.#loan === undefined) return;
    this.#loan.release();
    if (this.#loans !== undefined) for (const loan of this.#loans) loan.release();
  }
}

export function makeScope(): CallScope {
  return new CallScope();
}

/** `ResourceHandle` in the specification. */
export class ResourceHandle implements Lent {
  static readonly kind: string = "resource";
  /** `undefined` while it is parked in its table, for the next one: most go as soon as they have come. */
  type: ResourceType | undefined;
  rep: Rep;
  index = 0;
  /** Of an `own` handle none. */
  readonly borrowScope: BorrowScope | undefined;
  numLends = 0;

  constructor(type: ResourceType, rep: Rep, borrowScope?: BorrowScope) {
    this.type = type;
    this.rep = rep;
    this.borrowScope = borrowScope;
  }

  release(): void {
    this.numLends--;
  }
}

function addOwn(handles: HandleTable<object>, rep: Rep, type: ResourceType): number {
  const handle = handles.unpark() as ResourceHandle | undefined;
  if (handle === undefined) return handles.add(new ResourceHandle(type, rep));
  handle.type = type;
  handle.rep = rep;
  return handle.index;
}

/** Takes the `own` handle at `index` out of its table: what it stood for. */
export function retire(handles: HandleTable<object>, index: number, handle: ResourceHandle): Rep {
  const { rep } = handle;
  handle.type = undefined;
  handle.rep = undefined;
  handles.park(index, handle);
  return rep;
}

// ---- Lifting and lowering. Indices come from core WebAssembly as they are: any 32 bits, of either sign.

/** The handle at `index`, which must be one of a resource of type `type`. */
function getHandle(instance: ComponentInstance, index: number, type: ResourceType): ResourceHandle {
  // Nothing else that is in the table has a `ResourceType` for its type, nor have handles that are parked.
  const handle = instance.handles.peek(index) as ResourceHandle | undefined;
  return handle !== undefined && handle.type === type ? handle : wrongHandle(instance, index, type);
}

function wrongHandle(instance: ComponentInstance, index: number, wanted: ResourceType): never {
  const { kind } = instance.handles.getAs(ResourceHandle, index).type!;
  const other = wanted.kind === kind ? "different " : "";
  return trap("wrong-resource-type", { index, wanted: wanted.kind, found: `${other}${kind}` });
}

function cannotMove({ numLends }: ResourceHandle, index: number): never {
  return numLends > 0 ? trap("lent") : trap("not-own", { index });
}

/** `lift_own` in the specification. */
export function liftOwn(cx: LiftLowerContext, i: number, type: ResourceType): Rep {
  const index = i >>> 0;
  const handle = getHandle(cx.instance, index, type);
  if (handle.numLends !== 0 || handle.borrowScope !== undefined) cannotMove(handle, index);
  return retire(cx.instance.handles, index, handle);
}

/** `lift_borrow` in the specification. */
export function liftBorrow(cx: LiftLowerContext, i: number, type: ResourceType, scope: CallScope): Rep {
  const handle = lend(cx, i, type);
  scope.addLender(handle);
  return handle.rep;
}

/** `lift_borrow`, where no scope keeps account: until `endLoan`, the handle stays where it is. */
export function lend(cx: LiftLowerContext, i: number, type: ResourceType): Lent {
  const handle = getHandle(cx.instance, i >>> 0, type);
  handle.numLends++;
  return handle;
}

/** The end of a call for which a handle was lent by `lend`. */
export function endLoan(cx: LiftLowerContext, i: number, type: ResourceType): void {
  getHandle(cx.instance, i >>> 0, type).numLends--;
}

/** `lower_own` in the specification. */
export function lowerOwn(cx: LiftLowerContext, rep: Rep, type: ResourceType): number {
  return addOwn(cx.instance.handles, rep, type);
}

/** `lower_borrow` in the specification. */
export function lowerBorrow(cx: LiftLowerContext, rep: Rep, type: ResourceType, scope: BorrowScope): number {
  if (cx.instance === type.impl) return typeof rep === "bigint" ? narrowRep(rep) : (rep as number);
  scope.numBorrows++;
  return cx.instance.handles.add(new ResourceHandle(type, rep, scope));
}

/** A borrow is passed in an `i32`, whatever the representation is. */
function narrowRep(rep: bigint): number {
  const narrow = BigInt.asUintN(32, rep);
  return narrow === BigInt.asUintN(64, rep) ? Number(narrow) : trap("wide-representation");
}

// ---- The same between a guest and the host: a JavaScript value stands on the other side

/** `lift_own`, for the host. */
export function liftOwnValue(cx: LiftLowerContext, i: number, type: ResourceType): unknown {
  return ownValue(liftOwn(cx, i, type), type);
}

/** The host's value for what `liftOwn` gives. */
export function ownValue(rep: Rep, type: ResourceType): unknown {
  return type.host.fromOwn(rep);
}

/** `lift_borrow`, for the host. */
export function liftBorrowValue(cx: LiftLowerContext, i: number, type: ResourceType, scope: CallScope): unknown {
  return type.host.fromBorrow(liftBorrow(cx, i, type, scope), scope);
}

/**
 * `lift_borrow`, for a call of the host that has nothing but this loan, and needs no other scope. What comes back has the
 * value: of a resource that the host defines, that is the representation.
 */
export function lendToHost(cx: LiftLowerContext, i: number, type: ResourceType): Lent {
  return type.impl === undefined ? lend(cx, i, type) : lendObject(cx, i, type);
}

/** Of a resource that a guest defines, the host's value is an object, which lives as long as the loan. */
function lendObject(cx: LiftLowerContext, i: number, type: ResourceType): Lent {
  const scope = new CallScope();
  return { rep: liftBorrowValue(cx, i, type, scope), release: () => scope.release() };
}

/** `lower_own` of a value of the host's. With a `scope`, what is done is undone if the call is abandoned. */
export function lowerOwnValue(cx: LiftLowerContext, value: unknown, type: ResourceType, scope?: CallScope): number {
  const { host } = type;
  const rep = host.toOwn(value);
  if (rep === undefined) invalid();
  const index = lowerOwn(cx, rep, type);
  scope?.onAbandon(() => {
    cx.instance.handles.remove(index);
    host.restore(value, rep);
  });
  return index;
}

/**
 * `lower_borrow` of a value that is all that the host lends to a call of the instance which defines the resource: its
 * representation.
 */
export function lendValue(value: unknown, type: ResourceType, isCounted: boolean): Rep {
  const rep = type.host.lend(value, isCounted);
  return rep === undefined ? invalid() : rep;
}

/** The end of the call for which `lendValue` has lent. */
export function endLoanValue(value: unknown, type: ResourceType): void {
  type.host.endLoan(value);
}

/** `lower_borrow` of a value of the host's. */
export function lowerBorrowValue(cx: LiftLowerContext, value: unknown, type: ResourceType, scope: CallScope): number {
  const rep = type.host.toBorrow(value, scope);
  if (rep === undefined) invalid();
  const index = lowerBorrow(cx, rep, type, scope);
  if (cx.instance !== type.impl) scope.onAbandon(() => cx.instance.handles.remove(index));
  return index;
}

// ---- Built-ins

/** `canon_resource_new` in the specification. */
export function resourceMaker({ handles }: ComponentInstance, type: ResourceType): (rep: Rep) => number {
  // Variables around a function are constants to engines, and those of modules are not.
  const flag = mayNotLeave;
  return (rep) => {
    if (flag[0] !== 0) trap("cannot-leave", { by: "resource.new" });
    return addOwn(handles, rep, type);
  };
}

/** `canon_resource_rep` in the specification. */
export function resourceRep(instance: ComponentInstance, type: ResourceType, i: number): Rep {
  return getHandle(instance, i >>> 0, type).rep;
}

/**
 * What `canon_resource_drop` does before it calls a destructor: gives an `own` handle, for which that is to be called, and
 * which is to be retired; others it drops.
 */
export function handleToDrop(
  instance: ComponentInstance,
  type: ResourceType,
  i: number,
  flag: Int32Array = mayNotLeave,
): ResourceHandle | undefined {
  if (flag[0] !== 0) trap("cannot-leave", { by: "resource.drop" });
  const index = i >>> 0;
  const handle = getHandle(instance, index, type);
  if (handle.numLends !== 0) trap("lent");
  if (handle.borrowScope === undefined) return handle;
  instance.handles.remove(index);
  handle.borrowScope.numBorrows--;
  return undefined;
}

/**
 * `canon_resource_drop` in the specification, for handles of `type` in the table of `instance`.
 *
 * Which instances a destructor's call enters is known beforehand: its own and its ancestors, without those that the
 * dropping instance is inside of.
 */
export function resourceDropper(instance: ComponentInstance, type: ResourceType): (i: number) => void {
  const entering = type.impl?.enteringSet(instance) ?? [];
  const flag = mayNotLeave;
  return (i) => {
    const handle = handleToDrop(instance, type, i, flag);
    if (handle === undefined) return;
    const rep = retire(instance.handles, i >>> 0, handle);
    if (entering.length > 0) enterFromGuest(entering, type);
    try {
      type.destructor?.(rep as never);
    } catch (error) {
      trapOnThrow(error, [`drop of ${type.name}`]);
    }
    if (entering.length > 0) for (const entered of entering) entered.flags &= ~ENTERED;
  };
}

/** `may_enter_from` and `enter_from` in the specification, of a guest, which traps: to drop what is of type `drops`, if any. */
export function enterFromGuest(entering: readonly ComponentInstance[], drops?: ResourceType): void {
  for (const { flags } of entering) {
    if (flags !== 0)
      trap("cannot-enter", { why: drops === undefined ? isInside : `to drop a ${drops.name}: ${isInside}` });
  }
  for (const entered of entering) entered.flags = ENTERED;
}

/**
 * Drops what the host owns of a resource: a call of the destructor by the host. Where the instance that defines it is
 * entered, by a call that is still running below the host, the destructor runs after that call; in a store that has
 * trapped, never. It throws a `ComponentError` if the destructor traps.
 */
export function hostDropper(type: ResourceType): (rep: Rep) => void {
  const { impl, destructor } = type;
  if (destructor === undefined) return () => {};
  if (impl === undefined) return destructor as (rep: Rep) => void;
  const { store, parent } = impl;
  if (parent !== undefined) return (rep) => dropWhenLeft(type, impl, rep);
  const entered = ENTERED;
  return (rep) => {
    if (impl.flags !== 0 || store.isDeferring) {
      dropWhenLeft(type, impl, rep);
      return;
    }
    // As `destroy`, for what is most common.
    impl.flags = entered;
    try {
      destructor(rep as never);
    } catch (error) {
      dropFailed(type, [impl], error);
    }
    impl.flags = 0;
  };
}

function dropWhenLeft(type: ResourceType, impl: ComponentInstance, rep: Rep): void {
  if (impl.store.trapped !== undefined) return;
  const entering = impl.selfAndAncestors();
  impl.store.whenLeft(entering, () => destroy(type, rep, entering));
}

function destroy(type: ResourceType, rep: Rep, entering: readonly ComponentInstance[]): void {
  enter(entering);
  try {
    type.destructor?.(rep as never);
  } catch (error) {
    dropFailed(type, entering, error);
  }
  leave(entering);
}

function dropFailed({ name }: ResourceType, entering: readonly ComponentInstance[], error: unknown): never {
  return guestFailed(entering, [`drop of ${name}`], error);
}
