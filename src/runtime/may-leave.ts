/**
 * `may_leave` in the specification ("Component Instance State" in CanonicalABI.md), as one word for all instances.
 *
 * An instance may not be left while its `realloc` or its `post-return` runs. What core code can call then is what it imports,
 * and each way from there out of its instance asks this very word, before anything else:
 *
 * - lowered functions, where they begin: of codegen/ (`CallCode.checkMayLeave`), of fuse/, of tasks (`call-async.ts`,
 *   `host-imports.ts`), and those that can never be called (`refuseEntry`);
 * - built-ins, those that block included, of which `mayLeave` in abi/builtins.ts is true: `may-leave.test.ts` calls them all.
 *
 * So nothing else runs meanwhile, neither another instance nor JavaScript of the embedder's; whoever asks is the instance
 * that may not be left, and one word says as much as one for each instance. A trap ends the call in which it is set.
 *
 * It lies in a core memory, where adapters between components (`fuse/`) read and write it as well, and where a typed array
 * reads it as fast as a property; the value of a `WebAssembly.Global` takes JavaScript ten times as long.
 */

/** What adapters import. Where there is no WebAssembly nothing is called, but this is loaded all the same. */
export const mayLeaveMemory: WebAssembly.Memory | undefined =
  typeof WebAssembly === "object" ? new WebAssembly.Memory({ initial: 1, maximum: 1 }) : undefined;

/**
 * Element 0 is 1 while a `realloc` or a `post-return` runs that could call what asks (codegen/ways-out.ts), else 0. A trap
 * leaves it as it is: `Store.poison` mends it.
 */
export const mayNotLeave: Int32Array = new Int32Array(mayLeaveMemory?.buffer ?? new ArrayBuffer(4), 0, 1);
