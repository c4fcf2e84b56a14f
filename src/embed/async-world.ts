/**
 * What is asynchronous, loaded when it is first needed: most components have no use for it.
 *
 * Everything that others know of it is this interface; the only `import()` is here. Who cannot have that (a service worker
 * may not import so) or cannot wait for it hands it over: `gantry/async`.
 */
import type { AsyncCodegen } from "../codegen/compile.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { AsyncRuntime } from "../runtime/async-state.ts";

export interface AsyncWorld {
  /** How the functions of such plans are made. */
  readonly codegen: AsyncCodegen;
  /** What makes instances of them. */
  readonly runtime: AsyncRuntime;
}

let world: AsyncWorld | undefined;

/** Loads it, or gives what has been loaded. */
export async function loadAsyncWorld(): Promise<AsyncWorld> {
  try {
    world ??= (await import("./async-parts.ts")).asyncWorld;
  } catch (error) {
    notLoaded(`cannot be loaded (${error}): `, { cause: error });
  }
  return world;
}

/** Hands it over, for those that cannot wait. */
export function setAsyncWorld(loaded: AsyncWorld): void {
  world = loaded;
}

/** As `loadAsyncWorld`, without waiting: it has to have been loaded before. */
export function asyncWorldNow(): AsyncWorld {
  return world ?? notLoaded("is not loaded yet: compile or instantiate it with `await`, or ");
}

function notLoaded(why: string, options?: ErrorOptions): never {
  const reason = `the component is asynchronous, and what that takes ${why}call \`loadAsync()\` of "gantry/async" first`;
  throw new ComponentError("unsupported", "async-not-loaded", reason, {}, options);
}
