/**
 * Waiting where nothing is asynchronous: synchronous imports whose JavaScript functions return promises.
 */
import type { AnyFunction } from "./func.ts";

const marked: WeakSet<AnyFunction> = new WeakSet();

/**
 * Marks a function that is to be imported by a component, under a type that is not `async`, and returns a promise: the
 * component is suspended until that is settled, and cannot be called meanwhile, as if the function had taken so long.
 *
 * The exports that can reach the import have to be called with `callAsync`, on an engine with JavaScript Promise
 * Integration; elsewhere the call is refused when it would have to wait.
 */
export function blocking<F extends AnyFunction>(func: F): F {
  marked.add(func);
  return func;
}

/** Whether a function was marked. */
export function isBlocking(func: AnyFunction): boolean {
  return marked.has(func);
}
