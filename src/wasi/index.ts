/**
 * `gantry/wasi`: WASI 0.2 for Node, written against the same public API as any embedder's own imports.
 *
 * A guest is granted what the options say and nothing by default. All of it belongs to the object that `wasi` returns,
 * so guests with different grants live in one process; only what `"inherit"` names is shared with the process.
 */
// Types that mention what can be disposed of bring it along: their users may have no library that knows of it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Instance } from "../embed/instance.ts";
import { Linker } from "../embed/linker.ts";
import type { World } from "../embed/world.ts";
import { ComponentError } from "../errors/component-error.ts";
import { cli } from "./cli.ts";
import { monotonicClock, timezone, wallClock } from "./clocks.ts";
import { openDirectory } from "./directory.ts";
import { errorCodeOf } from "./error-codes.ts";
import { exitCode } from "./exit.ts";
import { types as filesystemTypes, type Grant, preopens } from "./filesystem.ts";
import { types as httpTypes, outgoingHandler } from "./http.ts";
import { lazily } from "./lazily.ts";
import { OpenFiles } from "./open-file.ts";
import { checkOptions, type WasiDirectory, type WasiOptions } from "./options.ts";
import { poll } from "./poll.ts";
import { insecure, insecureSeed, random } from "./random.ts";
import { runCommand } from "./run.ts";
import { sockets } from "./sockets.ts";
import { error, streams } from "./streams.ts";

export type { WasiDirectory, WasiOptions } from "./options.ts";
export type { OutputOption, StdinOption } from "./stdio.ts";

/** To TypeScript: whatever a component imports of WASI 0.2 is there. It is checked when the component is linked. */
export interface WasiItems {
  readonly [name: `wasi:${string}/${string}@0.2.${string}`]: never;
}

/** The version under which the interfaces are defined; a linker serves every other 0.2 with it. */
const VERSION = "0.2.12";

/**
 * Makes WASI for guests with these grants.
 *
 * @throws TypeError if an option is unknown or of another kind.
 * @throws ComponentError of phase `link` if a directory of the host cannot be used.
 */
export function wasi(options: WasiOptions = {}): Wasi {
  return new Wasi(options);
}

export class Wasi {
  /** What to define for a guest: items by the interface's name. */
  readonly imports: Readonly<Record<string, object>>;
  readonly #files = new OpenFiles();

  constructor(given: WasiOptions) {
    checkOptions(given);
    const { dirs = [], network = false, ...options } = given;
    const grants = dirs.map((directory) => this.#grant(directory));
    this.imports = {
      ...interfaces("cli", cli(options)),
      ...interfaces("clocks", { "monotonic-clock": monotonicClock, "wall-clock": wallClock, timezone }),
      ...interfaces("filesystem", { types: filesystemTypes, preopens: preopens(this.#files, grants) }),
      ...interfaces("http", { types: lazily(httpTypes), "outgoing-handler": lazily(() => outgoingHandler(network)) }),
      ...interfaces("io", { error, poll, streams }),
      ...interfaces("random", { random, insecure, "insecure-seed": insecureSeed }),
      ...interfaces("sockets", sockets(network)),
    };
  }

  /** A linker that has all of it, besides what `base` has. */
  linker<Given extends object = object>(base: Linker<Given> = new Linker()): Linker<Given & WasiItems> {
    // What is defined one by one is told to TypeScript at once.
    let linker = base as unknown as Linker<object>;
    for (const [name, items] of Object.entries(this.imports)) linker = linker.define(name, items) as Linker<object>;
    return linker as unknown as Linker<Given & WasiItems>;
  }

  /**
   * Runs a command: calls what it exports as `wasi:cli/run`.
   *
   * @returns its exit code: what it exited with, else 0 if it ran well, and 1 if it says that it failed.
   * @throws ComponentError of phase `link` if the component is no command, and of phase `trap` if it traps.
   */
  run(instance: Instance<World>): number {
    return runCommand(instance);
  }

  /** Closes whatever guests have open, the directories included. What nobody uses any more is closed in time without it. */
  [Symbol.dispose](): void {
    this.#files.closeAll();
  }

  #grant({ host, guest, readOnly = false }: WasiDirectory): Grant {
    try {
      return { directory: openDirectory(host, this.#files), guest, readOnly };
    } catch (error) {
      throw cannotUse(host, error);
    }
  }
}

/** In words, why a directory of the host cannot be granted. */
function cannotUse(host: string, error: unknown): ComponentError {
  const code = errorCodeOf(error);
  const reason =
    code === "no-entry"
      ? "it does not exist"
      : code === "not-directory"
        ? "it is no directory"
        : (code ?? String(error));
  return new ComponentError(
    "link",
    "directory",
    `the directory "${host}" cannot be used: ${reason}`,
    {},
    { cause: error },
  );
}

/** The exit code of a guest that was called otherwise than by `run`, if `error` is what came out of it because it exited. */
export { exitCode };

function interfaces(packageName: string, items: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(items).map(([name, value]) => [`wasi:${packageName}/${name}@${VERSION}`, value]),
  );
}
