/**
 * `may_leave` in the specification ("Component Instance State" in CanonicalABI.md), as one word for all instances.
 *
 * An instance may not be left while its `realloc` or its `post-return` runs. Neither can call out, for every way out asks
 * this very word; neither can block, for what blocks asks it, too. So nothing else runs meanwhile, whoever asks is the
 * instance that may not be left, and one word says as much as one for each instance.
 *
 * It lies in a core memory, where adapters between components (`fuse/`) read and write it as well, and where a typed array
 * reads it as fast as a property; the value of a `WebAssembly.Global` takes JavaScript ten times as long.
 */

/** What adapters import. */
export const mayLeaveMemory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });

/** Element 0 is 1 while a `realloc` or a `post-return` runs, else 0. A trap leaves it as it is: `Store.poison` mends it. */
export const mayNotLeave: Int32Array = new Int32Array(mayLeaveMemory.buffer, 0, 1);
