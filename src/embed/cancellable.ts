/**
 * Functions that are told when the component that has called them gives the call up.
 */
import type { AnyFunction } from "./func.ts";

const marked: WeakSet<AnyFunction> = new WeakSet();

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
  marked.add(func as AnyFunction);
  return func as unknown as (...args: A) => R;
}

/** Whether a function was marked. */
export function isCancellable(func: AnyFunction): boolean {
  return marked.has(func);
}

const forms: WeakMap<AnyFunction, AnyFunction> = new WeakMap();

/** Remembers how a function of an `async` type that an instance exports is called with a signal after its arguments. */
export function setCancellableForm(func: AnyFunction, form: AnyFunction): void {
  forms.set(func, form);
}

/** What takes the place of a function of an instance where another component imports it, so that it can be cancelled. */
export function cancellableForm(func: AnyFunction): AnyFunction | undefined {
  return forms.get(func);
}
