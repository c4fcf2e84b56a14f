/**
 * What a function throws whose component-level result is `result`, and is `err`.
 *
 * An answer, not an accident: so it is made without a stack, which would cost six times as much as all the rest.
 */
export class ResultError extends Error {
  override readonly name: string = "ResultError";
  /** The `err` side, as docs/values.md maps it; `undefined` if it has no type. */
  readonly payload: unknown;

  constructor(payload: unknown, options?: ErrorOptions) {
    super(describe(payload), options);
    this.payload = payload;
  }
}

/** A `ResultError`; with a stack only if `stacks` says so. */
export function resultError(payload: unknown): ResultError {
  if (stacks) return new ResultError(payload);
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    return new ResultError(payload); // where the intrinsics are frozen
  }
  try {
    return new ResultError(payload);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

let stacks = false;

/** Whether `ResultError`s have stacks from now on, for whoever looks for the call that failed. */
export function captureResultStacks(capture: boolean): void {
  stacks = capture;
}

/** Something of the payload that is cheap to tell. */
function describe(payload: unknown): string {
  if (typeof payload === "string") return payload;
  if (typeof payload === "object" && payload !== null && "tag" in payload && typeof payload.tag === "string") {
    return payload.tag;
  }
  return "the function returned an error";
}
