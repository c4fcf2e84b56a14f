/**
 * What the fuzzer does to a chain of guests, one step after another, and what can be seen of it: the same for gantry, in
 * whatever mode, and for the reference.
 */
import type { Value } from "../reference/types.ts";

/** Bytes to be written to a guest's memory before a step. */
export interface Poke {
  readonly guest: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What a function of the host's does when it is called. */
export type Reply =
  | { readonly kind: "value"; readonly value: Value | undefined }
  /** It throws what is no result. */
  | { readonly kind: "throw" };

export interface Step {
  readonly pokes: readonly Poke[];
  /** Whether nothing is wrong in it, nor in any other of this run. */
  readonly harmless: boolean;
  /** How many things are wrong in it; 2 stands for any number. */
  readonly faults: number;
  /** Whether some `realloc` answers what it should not, so that one thing may lie on another. */
  readonly overlaps: boolean;
  readonly action:
    | { readonly kind: "call"; readonly guest: number; readonly name: string; readonly args: readonly Value[] }
    /** The host gives up a resource of the first guest's. */
    | { readonly kind: "drop"; readonly rep: bigint };
  /** For the calls of the host's functions, in their order. */
  readonly replies: readonly Reply[];
}

/** What the host sees of a step while it runs. */
export type HostEvent<V> =
  | { readonly kind: "call"; readonly func: number; readonly args: readonly V[] }
  /** A guest has dropped a resource of the host's. */
  | { readonly kind: "drop"; readonly rep: bigint };

export type Outcome<V> =
  | { readonly kind: "value"; readonly value: V | undefined }
  | { readonly kind: "trap"; readonly fault: string };

/** All that can be seen of a step. */
export interface Observed<V> {
  readonly outcome: Outcome<V>;
  readonly events: readonly HostEvent<V>[];
  /**
   * The memory of each guest, up to the end of its heap; nothing can be seen of it after a trap, nor if a guest is too
   * confused to show it.
   */
  readonly memories: readonly Uint8Array[] | undefined;
}
