/**
 * How much of the host's memory the values of one call take.
 *
 * A guest says where its strings and lists lie, and may have any number of them lie in one place: a few megabytes of its
 * memory can stand for more than any machine has, and engines end the process that asks for so much. So what a call, or a
 * transfer of a stream's, lifts is counted where its types leave that open (codegen/volume.ts says where), roughly and in
 * bytes.
 */
import { valuesVolume } from "./limits.ts";
import { trap } from "./trap.ts";

// One counter is enough: nothing that lifts is called while values are lifted.
let left = 0;

/** What is counted from here on are other values. */
export function beginVolume(): void {
  left = valuesVolume;
}

/** Traps if there is too much. */
export function addVolume(bytes: number): void {
  left -= bytes;
  if (left < 0) trap("values-too-large");
}

/** A string, whose characters are counted. */
export function countText<T extends { readonly length: number }>(text: T): T {
  addVolume(2 * text.length);
  return text;
}

/** A list of numbers of its own, which are counted. */
export function countNumbers<T extends { readonly byteLength: number }>(list: T): T {
  addVolume(list.byteLength);
  return list;
}
