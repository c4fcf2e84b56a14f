/**
 * Schedules that are chosen by chance and can be had again: for tests that a program does the same whatever order the
 * specification allows.
 */
import type { Chooser } from "../embed/store.ts";

/** Chooses with a small generator of pseudo-random numbers (mulberry32): the same seed, the same choices. */
export class SeededChooser implements Chooser {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  choose(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % count;
  }
}
