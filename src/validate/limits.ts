/**
 * Limits of this implementation on what is valid, beyond the specification's own. Counts of things that are read are
 * limited where they are read (`binary/limits.ts`); these are about what types mean.
 */

/** How deep value types may be nested. As `wasmparser`, and so wasm-tools, Wasmtime and jco. */
export const maxTypeNesting = 100;

/** Of each sort, in one component: modules, components, instances and values. As `wasmparser`. */
export const maxItems = { modules: 1_000, components: 1_000, instances: 1_000, values: 1_000 } as const;

/** Of functions, tables, memories, globals, tags and types of one index space. As `wasmparser`. */
export const maxIndexSpace = 1_000_000;

/**
 * How much work instantiations, imports and checks of subtyping may take, in parts of types looked at.
 *
 * An instance type is copied wherever one is imported, so a few hundred bytes can stand for types of any size.
 * `wasmparser` bounds the size of any type, written out, by a million for the same reason; here it is the sum that is
 * bounded, by a constant and the size of the binary.
 */
export function maxTypeWork(byteLength: number): number {
  return 1_000_000 + 16 * byteLength;
}
