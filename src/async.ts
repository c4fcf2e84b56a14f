/** `gantry/async`: what asynchronous components need, for programs that cannot wait until it is loaded. */
import { asyncWorld } from "./embed/async-parts.ts";
import { setAsyncWorld } from "./embed/async-world.ts";

/**
 * Makes what asynchronous components need available at once: to `instantiateSync`, and where there is no `import()`, as in
 * service workers. Everyone else need not call it.
 */
export function loadAsync(): void {
  setAsyncWorld(asyncWorld);
}
