/**
 * What stands around a call into or out of a component instance and is the same for all: entering and leaving, and what
 * becomes of errors. "Component Instances" (`enter_from`, `leave_to`) and "canon lift", "canon lower" in
 * CanonicalABI.md.
 *
 * Generated functions ask for the flags themselves and come here only when something is in the way.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type ComponentInstance, ENTERED } from "./instance.ts";

/**
 * Tells a host that an instance cannot be entered: it is entered already, below a host function that now calls back, or
 * something in its store has trapped. Nothing is poisoned by it. `trap_if(not may_enter_from(None))`.
 */
export function cannotEnter(instance: ComponentInstance, path: readonly string[] = []): never {
  const { trapped } = instance.store;
  const before = trapped === undefined ? "" : `: it trapped before (${trapped.message})`;
  const options = trapped === undefined ? {} : { cause: trapped };
  throw new ComponentError("trap", "cannot-enter", `cannot enter component instance${before}`, { path }, options);
}

/** `may_enter_from(None)` and `enter_from(None)` in the specification; throws if the instances cannot be entered. */
export function enter(entering: readonly ComponentInstance[], path?: readonly string[]): void {
  for (const instance of entering) if (instance.flags !== 0) cannotEnter(instance, path);
  for (const instance of entering) instance.flags = ENTERED;
}

/** `leave_to(None)` in the specification. */
export function leave(entering: readonly ComponentInstance[]): void {
  for (const instance of entering) instance.flags &= ~ENTERED;
}
