/**
 * A function that no other code shares with: made anew from its own source.
 *
 * Engines learn from each function what it is called with, and closures of one source learn together. What is measured
 * side by side must not. So whatever is made fresh refers to nothing outside of itself.
 */
let copies = 0;

export function fresh<F extends (...args: never[]) => unknown>(func: F): F {
  copies += 1;
  return new Function(`"use strict"; return (${func.toString()}); // copy ${copies}`)() as F;
}
