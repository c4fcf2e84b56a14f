/**
 * Names that somebody may have meant: for errors that tell of a name which is not there.
 */
import { quoted } from "../runtime/show.ts";

/** Longer names than this are not compared letter by letter. */
const MAX_COMPARED = 100;

/** How many names are looked at, and told, at most: they may be those of a hostile component. */
const MAX_LOOKED_AT = 500;
const MAX_TOLD = 5;

/** `did you mean "a" or "b"?`, if any of `names` is like `wanted`. */
export function didYouMean(wanted: string, names: readonly string[]): string | undefined {
  const near = names
    .slice(0, MAX_LOOKED_AT)
    .filter((name) => isNear(name, wanted))
    .slice(0, MAX_TOLD);
  return near.length === 0 ? undefined : `did you mean ${quoted(near, "or")}?`;
}

/** Whether one name may have been meant by the other: in other spelling or version, only a part of it, or mistyped. */
export function isNear(name: string, wanted: string): boolean {
  const [a, b] = [plainOf(name), plainOf(wanted)];
  if (a === b) return true;
  if (b.length > 2 && a.length > 2 && (a.includes(b) || b.includes(a))) return true;
  if (Math.max(a.length, b.length) > MAX_COMPARED) return false;
  return distance(a, b) <= Math.floor((Math.min(a.length, b.length) + 1) / 4);
}

/** What a name is without its version, its case and its marks. */
function plainOf(name: string): string {
  return name
    .replace(/@.*$/, "")
    .replace(/[^a-z0-9/:.]/gi, "")
    .toLowerCase();
}

/** How many letters have to be inserted, taken away, replaced or swapped with the next to make `b` of `a`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
