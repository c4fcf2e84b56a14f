/**
 * Traps that are traps. `trap` and `trap_if` in the specification.
 *
 * A guest can catch any exception that JavaScript makes, `WebAssembly.RuntimeError` included, with `catch_all`; it
 * cannot catch one that the engine made. So the engine is asked for one, and the reason is kept beside it until
 * somebody outside asks.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type TrapCode, trapMessages } from "../errors/messages.ts";
import { messageOf } from "./show.ts";

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
  return trapAt([], code, ...words);
}

/** The same, in a call of what `path` leads to. */
export function trapAt<C extends TrapCode>(path: readonly string[], code: C, ...words: Words<C>): never {
  const message = trapMessages[code] as (...words: Words<C>) => string;
  return trapWith(new ComponentError("trap", code, message(...words), { path }));
}

/** How engines word core traps, and how gantry does on all of them: as Wasmtime. */
const coreTraps: readonly (readonly [RegExp, string])[] = [
  [/unreachable/i, "wasm `unreachable` instruction executed"],
  [/divi\w+ (result )?unrepresentable|integer overflow/i, "integer overflow"],
  [/(divi\w+|remainder) by zero/i, "integer divide by zero"],
  [/unrepresentable|invalid conversion|trunc/i, "invalid conversion to integer"],
  // Of older engines, which do not tell the one from the other.
  [/null function or function signature/i, "uninitialized element, or indirect call type mismatch"],
  [/indirect.*null|null.*indirect|null function/i, "uninitialized element"],
  [/null (pointer|reference)/i, "null reference"],
  [/signature/i, "indirect call type mismatch"],
  [/table.*out of bounds|out of bounds.*(table|indirect)/i, "undefined element: out of bounds table access"],
  [/memory.*out of bounds|out of bounds.*memory|index out of bounds/i, "out of bounds memory access"],
];

/** What JavaScriptCore adds to every message: the JavaScript that was running, which says nothing of the trap. */
const evaluated = / \(evaluating '.*'\)$/s;

function wordCoreTrap(message: string): string {
  const told = message.replace(evaluated, "");
  return `wasm trap: ${coreTraps.find(([pattern]) => pattern.test(told))?.[1] ?? told}`;
}

/** Whether an error says that the process's stack is exhausted. Engines disagree about its class, and none marks it. */
function isStackOverflow(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /call stack|too much recursion/i.test(error.message) &&
    /^(Range|Internal)Error$/.test(error.name)
  );
}

/** Whether `error` is an exception of core WebAssembly: something that a guest threw and none caught. */
function isCoreException(error: unknown): boolean {
  return typeof WebAssembly.Exception === "function" && error instanceof WebAssembly.Exception;
}

/** Whether `error` comes from a guest, and not from a host function below it. Never throws: a host may throw proxies. */
export function isGuestFailure(error: unknown): boolean {
  try {
    return error instanceof WebAssembly.RuntimeError || isStackOverflow(error) || isCoreException(error);
  } catch {
    return false;
  }
}

function isComponentError(error: unknown): error is ComponentError {
  try {
    return error instanceof ComponentError;
  } catch {
    return false;
  }
}

/** What to tell the embedder about an error that has come out of a guest: an engine's trap becomes a `ComponentError`. */
export function reasonOf(error: unknown): ComponentError {
  const cause = { cause: error };
  if (!isGuestFailure(error)) return isComponentError(error) ? error : hostFault(error);
  if (error instanceof WebAssembly.RuntimeError) {
    return reasons.get(error) ?? new ComponentError("trap", "core", wordCoreTrap(error.message), {}, cause);
  }
  if (isStackOverflow(error)) return stackOverflow(cause);
  return new ComponentError("trap", "uncaught-exception", "wasm exception not caught", {}, cause);
}

export function stackOverflow(cause?: ErrorOptions): ComponentError {
  return new ComponentError("trap", "stack-overflow", "call stack exhausted", {}, cause);
}

/** The error for an exception that a host function threw. */
function hostFault(error: unknown, path: readonly string[] = []): ComponentError {
  const reason = `a host function threw: ${messageOf(error)}`;
  return new ComponentError("trap", "host-error", reason, { path }, { cause: error });
}

/**
 * `call_and_trap_on_throw` in the specification: turns whatever was thrown below a guest's call into a trap that no guest
 * can catch. Traps pass as they are; what a host function at `path` threw becomes the cause of one, be it an error of
 * another component.
 */
export function trapOnThrow(error: unknown, path?: readonly string[]): never {
  if (reasons.has(error as object)) throw error;
  return trapWith(isGuestFailure(error) ? reasonOf(error) : hostFault(error, path));
}
