/**
 * Storing what the host gives when no guest may be running: results of promises, and what streams and futures bring. In
 * CanonicalABI.md values have no code of their own, which JavaScript's may.
 */
import { type ComponentInstance, ENTERED } from "./instance.ts";

/**
 * Stores values of the host's in the memory of an instance. To read them can run whatever code the host likes (getters,
 * proxies), and nothing may be entered from there that could move the memory away.
 */
export function occupied<T>(instance: ComponentInstance, store: () => T): T {
  if ((instance.flags & ENTERED) !== 0) return store();
  const line = instance.selfAndAncestors();
  for (const entered of line) entered.flags |= ENTERED;
  try {
    return store();
  } finally {
    for (const entered of line) entered.flags &= ~ENTERED;
  }
}
