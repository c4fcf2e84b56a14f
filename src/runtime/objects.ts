/**
 * The JavaScript objects that stand for component values: is this one, a tuple, a list? The checks are as in numbers.ts:
 * they hold at almost no cost, or say nothing but that they do not.
 */
import { arrayElements, mapSize } from "./limits.ts";
import { isFixedList } from "./number-lists.ts";
import { invalid, TooManyEntries } from "./numbers.ts";
import { isError, isThenable } from "./realms.ts";
import { isGuestFailure, trap } from "./trap.ts";

/** Something with fields. */
export function asObject(value: unknown): object {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? value : invalid();
}

export const isArray: (value: unknown) => value is unknown[] = Array.isArray;

/** How long a list is, of which no component could have more than `most` elements. A proxy of an array may give any length. */
export function listLength(value: unknown, most: number): number {
  if (!Array.isArray(value)) invalid();
  const length: unknown = value.length;
  return typeof length === "number" && length >>> 0 === length && length <= most ? length : invalid();
}

export function fixedList(value: unknown, length: number): ArrayLike<unknown> {
  return isFixedList(value, length) ? value : invalid();
}

/**
 * The entries of a `Map`, or of anything else that gives pairs, which need not end: of more than `most` it is not asked.
 * Pairs are checked where they are used.
 */
export function mapEntries(value: unknown, most: number): readonly unknown[] {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) invalid();
  const entries: unknown[] = [];
  for (const entry of value as Iterable<unknown>) if (entries.push(entry) > most) throw new TooManyEntries(most);
  return entries;
}

/** A field of a name that objects inherit something under. */
export function ownField(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** A flag that is not mentioned is not set. */
export function toFlag(value: unknown): number {
  return value === true ? 1 : value === false || value === undefined ? 0 : invalid();
}

/** The bits of flags that `value` has. Where it has none it must at least be something that could. */
export function toFlags(bits: number, value: object): number {
  return bits !== 0 || mayHaveFields(value) ? bits : invalid();
}

/** As `asObject`, for a record of which all fields may be missing. */
export function asSparse(value: unknown): object {
  const object = asObject(value);
  return mayHaveFields(object) ? object : invalid();
}

/** Promises, lists and functions have no fields; where none is needed they would pass for objects without any. */
export function mayHaveFields(value: object): boolean {
  return typeof value === "object" && !(Symbol.iterator in value) && !isThenable(value);
}

/**
 * The `err` side of a `result` for what a host function threw: the `payload` of an error that has one, else anything that
 * is no `Error`. All others are thrown on: they are accidents.
 */
export function errorPayload(error: unknown): unknown {
  if (isGuestFailure(error)) throw error;
  if (typeof error === "object" && error !== null && Object.hasOwn(error, "payload")) {
    return (error as { payload: unknown }).payload;
  }
  if (isError(error)) throw error;
  return error;
}

export function makeList(length: number): unknown[] {
  if (length > arrayElements) trap("too-many-elements", { most: arrayElements });
  return new Array(length);
}

export function makeMap(length: number): Map<unknown, unknown> {
  if (length > mapSize) trap("too-many-elements", { most: mapSize });
  return new Map();
}
