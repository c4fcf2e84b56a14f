/**
 * Functions that are told when the component that has called them gives the call up.
 */
import type { AnyFunction } from "./func.ts";

/** What takes the signal in place of a function: of one that was marked it itself. */
const forms: WeakMap<AnyFunction, AnyFunction | undefined> = new WeakMap();

/**
 * Marks a function that is to be imported by a component, under an `async` type: after its arguments it gets an
 * `AbortSignal`, which aborts when the component cancels the call, and when the component has trapped.
 *
 * If its promise is then rejected with the signal's reason, or any `AbortError`, the call counts as cancelled; if it gives a
 * value nevertheless, the component gets that.
 */
export function cancellable<A extends readonly unknown[], R>(
  func: (...args: [...A, signal: AbortSignal]) => R,
): (...args: A) => R {
  forms.set(func as AnyFunction, func as AnyFunction);
  return func as unknown as (...args: A) => R;
}

/** Remembers how a function of an `async` type that an instance exports is called with a signal after its arguments. */
export function setCancellableForm(func: AnyFunction, form: AnyFunction | undefined): void {
  forms.set(func, form);
}

/** What a component calls in place of a function that can be cancelled: it itself, if it was marked. */
export function cancellableForm(func: AnyFunction): AnyFunction | undefined {
  return forms.get(func);
}
