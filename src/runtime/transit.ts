/**
 * Resources whose handles have left one component and not yet come to another: what adapters (`fuse/`) have lifted and not
 * yet lowered, in order.
 *
 * One queue is enough for all calls. Between the two halves of passing a value on nothing runs but a guest's `realloc`,
 * which can neither call out nor be suspended; and what a trap has left is cleared before anything is lifted again.
 */
import type { Rep } from "./resources.ts";

/** A longer queue is not kept when it is empty. */
const MAX_KEPT = 1024;

let reps: Rep[] = [];
let begin = 0;
let end = 0;

export function depart(rep: Rep): void {
  reps[end++] = rep;
}

/** The resource whose turn it is. */
export function arrive(): Rep {
  const rep = reps[begin];
  reps[begin++] = undefined;
  if (begin === end) clearTransit();
  return rep;
}

/** What is before the first handle of parameters or of a result. */
export function clearTransit(): void {
  if (end > MAX_KEPT) reps = [];
  else for (let i = begin; i < end; i++) reps[i] = undefined;
  begin = end = 0;
}
