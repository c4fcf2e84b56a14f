/**
 * Resources: the handles that guests hold, and the built-ins `resource.new`, `resource.rep` and `resource.drop`.
 * "Resource State", `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow` and `canon resource.*` in CanonicalABI.md.
 *
 * A representation (`rep`) is a number for a resource that a guest defines. For one that the host defines no guest ever
 * sees it, so there it is the host's own object, and no table stands between.
 */
import type { ComponentInstance } from "./instance.ts";

/** What stands for a resource: the defining guest's number, or the host's object. */
export type Rep = unknown;

/** How a resource looks to JavaScript. Made by `embed/`, one for each resource that crosses the host's boundary. */
export interface HostSide {
  /** The value for an `own` handle that the host receives. */
  fromOwn(rep: Rep): unknown;
  /** The value for a `borrow` handle that a host function receives for the time of its call. */
  fromBorrow(rep: Rep): unknown;
  /** Ends a value that `fromBorrow` gave: it is unusable from then on. */
  endBorrow(value: unknown): void;
  /** Takes the resource away from a value that the host passes as `own`; `undefined` if it is no value of this resource, or no longer. */
  toOwn(value: unknown): Rep | undefined;
  /** As `toOwn`, leaving the value as it is. */
  toBorrow(value: unknown): Rep | undefined;
}

/** A resource type of the running program. `ResourceType` in the specification. */
export class ResourceType {
  readonly name: string;
  /** The instance that defines it: undefined for the host's. */
  readonly impl: ComponentInstance | undefined;
  /** Runs the destructor of a dropped `own` handle; entering `impl` is the caller's business. */
  destructor: ((rep: never) => void) | undefined;
  host!: HostSide;

  constructor(name: string, impl: ComponentInstance | undefined, destructor?: (rep: never) => void) {
    this.name = name;
    this.impl = impl;
    this.destructor = destructor;
  }
}

/** What counts the borrows that a call has handed out: a `Task` in the specification. */
export interface BorrowScope {
  numBorrows: number;
}

/** `ResourceHandle` in the specification. */
export class ResourceHandle {
  readonly type: ResourceType;
  readonly rep: Rep;
  readonly own: boolean;
  readonly borrowScope: BorrowScope | undefined;
  numLends = 0;

  constructor(type: ResourceType, rep: Rep, own: boolean, borrowScope?: BorrowScope) {
    this.type = type;
    this.rep = rep;
    this.own = own;
    this.borrowScope = borrowScope;
  }
}
