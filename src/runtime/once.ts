/**
 * What is made when it is first asked for, and kept. What instances are bound to is so: when they are made, much of what
 * they will be bound to does not exist yet.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
