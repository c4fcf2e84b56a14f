/**
 * What is made when it is first asked for: when functions are bound, much of what they will refer to does not exist yet, and
 * most of them are never called.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
