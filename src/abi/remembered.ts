/** What is worked out once, and kept: above all answers for types, which are shared, however often they are asked for. */
import type { PointerType } from "./layout.ts";

/** `answer`, which is worked out once for each key. */
export function remembered<K extends object, T extends object | string | number | boolean>(
  answer: (key: K) => T,
): (key: K) => T {
  const known: WeakMap<K, T> = new WeakMap();
  return (key) => getOrInsert(known, key, answer);
}

/** What is known by `key`: what `make` makes of it if nothing was yet. */
export function getOrInsert<K, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: (key: K) => V,
): V {
  let value = known.get(key);
  if (value === undefined) {
    value = make(key);
    known.set(key, value);
  }
  return value;
}

/** The same where the answer depends on the memory's pointers. */
export function perPointer<K extends object, T extends object>(
  answer: (key: K, pointer: PointerType) => T,
): (key: K, pointer: PointerType) => T {
  const i32 = remembered((key: K) => answer(key, "i32"));
  const i64 = remembered((key: K) => answer(key, "i64"));
  return (key, pointer) => (pointer === "i32" ? i32(key) : i64(key));
}
