/**
 * The one class of error that gantry throws of its own accord.
 *
 * Whatever goes wrong between the bytes of a component and the values of a call is told with the phase in which it was
 * found, a code for programs, a sentence for people, and where it is: in the binary (an offset) and in the component's
 * interface (a path of names).
 */

/** The part of the work in which an error was found. */
export type Phase = "decode" | "validate" | "link" | "call" | "trap" | "unsupported";

/** Where in the binary, and where in the component's interface, something went wrong. */
export interface Location {
  /** Offset in bytes from the start of the outermost component. */
  readonly offset?: number | undefined;
  /** From the outside in: `["wasi:http/types@0.2.0", "[method]fields.get", "param \"name\""]`. */
  readonly path?: readonly string[] | undefined;
}

interface Details extends Location {
  readonly faults?: readonly LinkFault[];
}

/** One import that cannot be linked. */
export interface LinkFault {
  /** Whether nothing is defined for it, or something of another kind or type. */
  readonly code: "missing-import" | "wrong-import";
  /** The names that lead to it: an interface's, or an interface's and an item's in it. */
  readonly path: readonly string[];
  /** What the component wants there. */
  readonly wanted: string;
  readonly problem: string;
}

export class ComponentError extends Error {
  override readonly name: string = "ComponentError";
  /**
   * - `decode`: the bytes are not a component (malformed).
   * - `validate`: they are one, but it breaks a rule of the Component Model (invalid).
   * - `link`: an import is missing or of another type than the component wants.
   * - `call`: the embedder passed or returned a JavaScript value that is not of the type wanted.
   * - `trap`: the guest trapped, or a host function failed below it.
   * - `unsupported`: valid, but this engine (or this version of gantry) cannot run it.
   */
  readonly phase: Phase;
  /** A stable word for programs, such as `"malformed"`, `"unknown-handle"` or `"missing-import"`. */
  readonly code: string;
  readonly offset: number | undefined;
  readonly path: readonly string[];
  /** The sentence alone, without path and offset, which `message` has around it. */
  readonly reason: string;
  /** With phase `link`: each import that cannot be linked. */
  readonly faults: readonly LinkFault[];

  constructor(phase: Phase, code: string, reason: string, at: Details = {}, options?: ErrorOptions) {
    const path = at.path ?? [];
    const where = at.offset === undefined ? "" : ` (at offset 0x${at.offset.toString(16)})`;
    super((path.length > 0 ? `${path.join(" › ")}: ` : "") + reason + where, options);
    this.phase = phase;
    this.code = code;
    this.reason = reason;
    this.offset = at.offset;
    this.path = path;
    this.faults = at.faults ?? [];
  }
}

/**
 * Reports a mistake of gantry's own: something that validation or planning should have made impossible.
 * Never thrown for anything that an embedder or a guest can do.
 */
export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
}

/** `assert` in the specification: `condition` holds, or gantry is at fault. */
export function assert(condition: boolean, what = "assertion failed"): asserts condition {
  if (!condition) throw new AssertionError(what);
}
