/**
 * Error contexts: what a component tells of an error to whoever looks into it. "Error Context State" in CanonicalABI.md.
 * How they pass, and their built-ins, error-context-builtins.ts says.
 */

/** What a component, or the host, says of an error. `ErrorContext` in the specification. */
export class ErrorContext {
  static readonly kind: string = "error context";
  readonly debugMessage: string;

  constructor(debugMessage: string) {
    this.debugMessage = debugMessage;
  }
}
