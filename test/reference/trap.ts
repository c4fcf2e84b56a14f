/**
 * `trap_if` and assertions, as definitions.py of the specification (commit 6d281648) has them.
 *
 * The specification tells traps not apart. Here each has a word for its reason, so that it can be said whether two
 * implementations trapped for the same one.
 */

/** Why the reference trapped. A guest's own traps are `core`. */
export type Fault =
  | "cannot-enter"
  | "cannot-leave"
  | "unknown-handle"
  | "wrong-handle-kind"
  | "wrong-resource-type"
  | "lent"
  | "not-own"
  | "borrows-remain"
  | "handle-table-full"
  | "backpressure-overflow"
  | "backpressure-underflow"
  | "unaligned-pointer"
  | "pointer-out-of-bounds"
  | "realloc-unaligned"
  | "realloc-out-of-bounds"
  | "string-out-of-bounds"
  | "string-too-long"
  | "list-out-of-bounds"
  | "list-too-long"
  | "invalid-utf8"
  | "invalid-utf16"
  | "invalid-discriminant"
  | "invalid-char"
  | "host-error"
  | "core";

export class ReferenceTrap extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault);
    this.fault = fault;
  }
}

/** `trap_if` in the specification. */
export function trapIf(condition: boolean, fault: Fault): void {
  if (condition) throw new ReferenceTrap(fault);
}

/** `assert` in the specification. */
export function assert(condition: boolean): asserts condition {
  if (!condition) throw new Error("assertion failed in the reference");
}

/** What the reference does not speak of: the asynchronous half of the specification. */
export function leftOut(what: string): never {
  throw new Error(`the reference leaves out ${what}`);
}
