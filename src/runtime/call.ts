/**
 * What stands around a call into or out of a component instance and is the same for all: entering and leaving, and what
 * becomes of errors. "Component Instances" (`enter_from`, `leave_to`), `canon lift` and `canon lower` in
 * CanonicalABI.md.
 *
 * Generated functions ask for the flags themselves and come here only when something is in the way.
 */
import { AssertionError, ComponentError } from "../errors/component-error.ts";
import { trapMessages } from "../errors/messages.ts";
import type { CoreFunction, HostFunction } from "./functions.ts";
import { type ComponentInstance, ENTERED, TRAPPED } from "./instance.ts";
import { mayNotLeave } from "./may-leave.ts";
import { InvalidValue, TooManyEntries } from "./numbers.ts";
import { isThenable } from "./realms.ts";
import type { CallScope, Loan } from "./resources.ts";
import { messageOf } from "./show.ts";
import { isGuestFailure, reasonOf, stackOverflow, trap, trapAt, trapOnThrow, trapWith } from "./trap.ts";

// ---- Entering and leaving

/**
 * Tells a host that an instance cannot be entered: it is entered already, below a host function that now calls back, or
 * something in its store has trapped. Nothing is poisoned by it. `trap_if(not may_enter_from(None))`.
 */
export function cannotEnter(instance: ComponentInstance, path: readonly string[] = []): never {
  const { store } = instance;
  // An exhausted stack may not have left room to say so.
  if ((instance.flags & TRAPPED) !== 0 && store.trapped === undefined) store.poison(stackOverflow());
  const { trapped } = store;
  const why = trapped === undefined ? isInside : `it trapped before (${trapped.message})`;
  const options = trapped === undefined ? {} : { cause: trapped };
  throw new ComponentError("trap", "cannot-enter", trapMessages["cannot-enter"]({ why }), { path }, options);
}

/** `may_enter_from(None)` and `enter_from(None)` in the specification; throws if the instances cannot be entered. */
export function enter(entering: readonly ComponentInstance[], path?: readonly string[]): void {
  for (const instance of entering) if (instance.flags !== 0) cannotEnter(instance, path);
  for (const instance of entering) instance.flags = ENTERED;
}

/** `leave_to(None)` in the specification. */
export function leave(entering: readonly ComponentInstance[]): void {
  for (const instance of entering) instance.flags = instance.store.trapped === undefined ? 0 : TRAPPED;
}

/** The lowered function for a callee, to which `path` leads, that its caller can never enter. */
export function refuseEntry(path: readonly string[]): CoreFunction {
  return () => {
    if (mayNotLeave[0] !== 0) cannotLeave(path);
    const why = "it is the caller, or around the caller, or inside of it";
    return trapAt(path, "cannot-enter", { why });
  };
}

/** For a plain lifted function: the promise of what it returns. */
export function promised(call: HostFunction, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve) => resolve((call as (...args: readonly unknown[]) => unknown)(...args)));
}

/** Why an instance cannot be entered that has not trapped. */
export const isInside = "a call into it is still running";

/** `trap_if(not may_leave)`, in a call of what `path` leads to. */
export function cannotLeave(path: readonly string[]): never {
  return trapAt(path, "cannot-leave");
}

/** `trap_if(not may_enter_from(caller))`, where the caller is a guest. */
export function cannotEnterFromGuest(): never {
  return trap("cannot-enter", { why: isInside });
}

/** The words for an import in the path of an error. */
export function importWords([name, ...rest]: readonly [string, ...string[]]): readonly string[] {
  return [`import "${name}"`, ...rest];
}

// ---- Failures

/**
 * What becomes of an error in a call of a lifted function by the host.
 *
 * One that comes from the guest poisons the store. Else it comes from the arguments, wrong ones or such as throw when
 * they are read: then the function itself has not run, and the call is undone. Assertions that fail pass as they are.
 */
export function liftFailed(
  entering: readonly ComponentInstance[],
  path: readonly string[],
  explain: () => ComponentError,
  error: unknown,
  scope: CallScope | undefined,
): never {
  if (isGuestFailure(error) || error instanceof AssertionError) {
    scope?.release();
    guestFailed(entering, path, error);
  }
  // What the first arguments gave away is no longer theirs until then.
  scope?.abandon();
  leave(entering);
  // The embedder's getters run again: now they may call into the guest as at any time.
  throw argumentFault(path, explain, error);
}

/** What to tell of an error from lowering an argument: a wrong one, or one that throws when it is read. */
export function argumentFault(path: readonly string[], explain: () => ComponentError, error: unknown): ComponentError {
  const told = error instanceof TooManyEntries ? tooMany(error, "wrong-value", path) : explain();
  if (tells(told, error)) return told;
  const reason = `reading an argument threw: ${messageOf(error)}`;
  return new ComponentError("call", "unreadable-value", reason, { path }, { cause: error });
}

/**
 * Whether `told`, what is wrong with a value, is why storing it ended with `error`. Generated code relies on an engine's
 * own errors, too: what throws when a field of it is read, or where a number is wanted, is explained as all else is.
 */
function tells(told: ComponentError, error: unknown): boolean {
  return error instanceof InvalidValue || told.code !== "changed-value";
}

function tooMany(
  { most }: TooManyEntries,
  code: "wrong-value" | "wrong-result",
  path: readonly string[],
): ComponentError {
  const reason = `what was given for a map has more than ${most} entries, the most that one of its type can have`;
  return new ComponentError("call", code, reason, { path });
}

/** Poisons the store of the instances that a failed call had entered, and tells why. */
export function guestFailed(entering: readonly ComponentInstance[], path: readonly string[], error: unknown): never {
  const reason = located(reasonOf(error), path, error);
  for (const { store } of entering) store.poison(reason);
  throw error instanceof AssertionError ? error : reason;
}

/** `reason` with the call in which it came up, unless it says where itself; the engine's trap knows the guest's frames. */
export function located(reason: ComponentError, path: readonly string[], trap: unknown): ComponentError {
  if (reason.path.length > 0) return reason;
  const { phase, code, offset, cause = trap } = reason;
  return new ComponentError(phase, code, reason.reason, { path, offset }, { cause });
}

/** For the result of a host function that has none. Whatever it returns is ignored, but a promise would be lost. */
export function checkNothing(result: unknown, path: readonly string[]): void {
  const fault = nothingFault(result, path);
  if (fault !== undefined) trapWith(fault);
}

/** As `checkNothing`, but tells what is wrong. */
export function nothingFault(result: unknown, path: readonly string[]): ComponentError | undefined {
  if (!isThenable(result)) return undefined;
  const reason =
    "the function returned a promise, for which nothing waits; for the component to wait for it, wrap the function in `blocking(…)`, and if it need not, let it return nothing";
  return new ComponentError("call", "wrong-result", reason, { path });
}

/** What stands for the result of a host function until that has returned. */
export const notReturned: unique symbol = Symbol("not returned");

/**
 * What becomes of an error in a call of a lowered function by a guest: always a trap, whoever is at fault. Of what a host
 * function has returned, `explain` says what is wrong.
 */
export function lowerFailed(
  path: readonly string[],
  explain: () => ComponentError,
  error: unknown,
  scope: Loan | undefined,
  result: unknown,
): never {
  scope?.release();
  if (result !== notReturned && !isGuestFailure(error)) {
    const told = error instanceof TooManyEntries ? tooMany(error, "wrong-result", path) : explain();
    if (tells(told, error)) trapWith(told);
  }
  trapOnThrow(error, path);
}

// ---- Storage of threads. Every call of a core function by the Canonical ABI is a thread of its own, with empty slots.

/**
 * A lifted core function of an instance that uses `context.get`: its slots are empty when it begins. `post-return`
 * still sees them.
 */
export function liftWithStorage(instance: ComponentInstance, callee: CoreFunction): CoreFunction {
  return (...args) => {
    clearStorage(instance);
    return callee(...args);
  };
}

/** A `realloc` or a destructor of an instance that uses `context.get`: what runs around it finds its slots as they were. */
export function nestedWithStorage(instance: ComponentInstance, callee: CoreFunction): CoreFunction {
  const { storage } = instance;
  return (...args) => {
    const [first, second] = storage;
    clearStorage(instance);
    const result = callee(...args);
    storage[0] = first;
    storage[1] = second;
    return result;
  };
}

export function clearStorage({ storage }: ComponentInstance): void {
  storage[0] = storage[1] = 0;
}

/** For a `realloc` that an adapter calls. Nothing else can save them before they are restored: it may not leave its instance. */
export function saveStorage(instance: ComponentInstance): void {
  instance.savedStorage = [...instance.storage];
  clearStorage(instance);
}

export function restoreStorage({ storage, savedStorage }: ComponentInstance): void {
  [storage[0], storage[1]] = savedStorage;
}
