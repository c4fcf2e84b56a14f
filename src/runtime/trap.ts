/**
 * Traps that are traps. `trap` and `trap_if` in the specification.
 *
 * A guest can catch any exception that JavaScript makes, `WebAssembly.RuntimeError` included, with `catch_all`; it
 * cannot catch one that the engine made. So the engine is asked for one, and the reason is kept beside it until
 * somebody outside asks.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type TrapCode, trapMessages } from "../errors/messages.ts";

/** `(module (func (export "trap") unreachable))` */
const bytes = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11,
); // biome-ignore format: a module
let unreachable: (() => never) | undefined;
const reasons: WeakMap<object, ComponentError> = new WeakMap();

/** Traps for a reason that has its own error. */
export function trapWith(reason: ComponentError): never {
  unreachable ??= new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports["trap"] as () => never;
  try {
    return unreachable();
  } catch (error) {
    reasons.set(error as WebAssembly.RuntimeError, reason);
    throw error;
  }
}

type Words<C extends TrapCode> = Parameters<(typeof trapMessages)[C]>;

/** Traps with the message that the catalogue has for `code`. */
export function trap<C extends TrapCode>(code: C, ...words: Words<C>): never {
  const message = trapMessages[code] as (...words: Words<C>) => string;
  return trapWith(new ComponentError("trap", code, message(...words)));
}

/** `trap_if` in the specification. */
export function trapIf<C extends TrapCode>(condition: boolean, code: C, ...words: Words<C>): void {
  if (condition) trap(code, ...words);
}

/** What to tell the embedder about an error that has come out of a guest: an engine's trap becomes a `ComponentError`. */
export function reasonOf(error: unknown): ComponentError {
  if (error instanceof ComponentError) return error;
  if (error instanceof WebAssembly.RuntimeError) {
    return reasons.get(error) ?? new ComponentError("trap", "core", `wasm trap: ${error.message}`, {}, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return new ComponentError("trap", "stack-overflow", `call stack exhausted: ${message}`, {}, { cause: error });
  const code = typeof WebAssembly.Exception === "function" && error instanceof WebAssembly.Exception ? "uncaught-exception" : "host-error";
  return new ComponentError("trap", code, code === "host-error" ? `a host function threw: ${message}` : "uncaught core exception", {}, { cause: error });
}

/** Turns whatever a host function threw into a trap that no guest can catch. Traps pass as they are. */
export function trapOnThrow(error: unknown): never {
  if (error instanceof WebAssembly.RuntimeError && reasons.has(error)) throw error;
  return trapWith(reasonOf(error));
}
