/** Running what a command exports as `wasi:cli/run`. */
import type { Instance } from "../embed/instance.ts";
import type { World } from "../embed/world.ts";
import { ComponentError } from "../errors/component-error.ts";
import { ResultError } from "../errors/result-error.ts";
import { exitCode } from "./exit.ts";

const RUN = /^wasi:cli\/run@0\.2\.\d+$/;

/**
 * That of a component's exports that makes it a command.
 *
 * @throws ComponentError of phase `link` if there is none
 */
export function commandOf(exports: readonly string[]): string {
  const name = exports.find((candidate) => RUN.test(candidate));
  if (name !== undefined) return name;
  const reason = 'the component is no command: it does not export "wasi:cli/run" of WASI 0.2';
  throw new ComponentError("link", "no-command", reason);
}

/** Runs the command to its end and returns its exit code. */
export function runCommand(instance: Instance<World>): number {
  if (typeof instance?.func !== "function")
    throw new TypeError("what is run is an Instance: `host.run(await linker.instantiate(component))`");
  const name = commandOf(Object.keys(instance.exports));
  try {
    instance.func(name, "run").call();
    return 0;
  } catch (error) {
    if (error instanceof ResultError) return 1;
    const code = exitCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
