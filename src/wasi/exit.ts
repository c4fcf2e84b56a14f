/**
 * Ending a guest from within: `wasi:cli/exit`.
 *
 * An exit must stop the guest where it stands without ending the process. So it is thrown as a marker; the runtime makes
 * a trap of whatever a host function throws, with the original as its `cause`, and the marker is found again outside.
 */

/** Thrown by `exit`, and caught by `Wasi.run`. */
class WasiExit extends Error {
  override readonly name: string = "WasiExit";
  readonly code: number;

  constructor(code: number) {
    super(`the guest exited with code ${code}`);
    this.code = code;
  }
}

export interface Result {
  readonly tag: "ok" | "err";
}

/** `wasi:cli/exit` */
export const exit = {
  exit(status: Result): never {
    throw new WasiExit(status.tag === "ok" ? 0 : 1);
  },
  exitWithCode(code: number): never {
    throw new WasiExit(code);
  },
};

/** The code that a guest exited with, if `error` is what came out of it because it did. */
export function exitCode(error: unknown): number | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 32; cause = cause.cause, depth++) {
    if (cause instanceof WasiExit) return cause.code;
  }
  return undefined;
}
