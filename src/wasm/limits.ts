/**
 * Limits of this implementation on what a binary may hold, each checked before anything is allocated for it.
 *
 * The core ones are those that the WebAssembly JavaScript interface sets for all engines ("Limits" in its appendix): what
 * is larger would fail in the engine. For components the specification sets none; those here are the ones that the
 * common tools have, so that what one tool accepts the other does too. Depths are bounded because stacks are.
 */

/** "Limits" in the WebAssembly JavaScript Interface. */
export const coreLimits = {
  types: 1_000_000,
  recursionGroupSize: 1_000_000,
  subtypingDepth: 63,
  structFields: 10_000,
  params: 1_000,
  results: 1_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 1_000_000,
  tags: 1_000_000,
  tables: 100_000,
  memories: 100,
} as const;

/** The largest number of pages (of 64 KiB) and elements: "Memory Types" and "Table Types" in the core specification. */
export const maxMemory32Pages = 1n << 16n;
export const maxMemory64Pages = 1n << 48n;
export const maxTable32Elements = (1n << 32n) - 1n;
export const maxTable64Elements = (1n << 64n) - 1n;

/** As in the limits of `wasmparser`, which wasm-tools, Wasmtime and jco share. */
export const componentLimits = {
  /** Bytes of one name. */
  name: 100_000,
  /** Items of one section. */
  definitions: 1_000_000,
  moduleTypeDeclarations: 100_000,
  /** Of a component or instance type. */
  typeDeclarations: 1_000_000,
  recordFields: 10_000,
  variantCases: 10_000,
  tupleTypes: 10_000,
  /** More than the 32 that are valid: so many are read before validation counts them. */
  flagLabels: 1_000,
  enumCases: 10_000,
  params: 1_000,
  instantiationArgs: 100_000,
  instantiationExports: 100_000,
  startArgs: 1_000,
  canonicalOptions: 10,
  nameAttributes: 10,
} as const;

/** How deep components may be nested in components. Our own; `wasmparser` bounds their number instead, by 1,000. */
export const maxComponentDepth = 1_000;
/** How deep component, instance and module types may be nested in one another. `wasmparser` has the same for value types. */
export const maxTypeDepth = 100;
