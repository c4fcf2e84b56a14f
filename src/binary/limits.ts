/**
 * Limits of this implementation on what a component may hold, each checked before anything is allocated for it. What is
 * read may still mean too much: `validate/limits.ts` has the limits on that, and `wasm/limits.ts` those of core modules.
 *
 * The specification sets none; these are those of `wasmparser`, which wasm-tools, Wasmtime and jco share, so that what one
 * tool accepts the other does too. Depths are bounded because stacks are.
 */

/** Items of one section. */
export const definitions = 1_000_000;
export const moduleTypeDeclarations = 100_000;
/** Of a component or instance type. */
export const typeDeclarations = 1_000_000;
export const recordFields = 10_000;
export const variantCases = 10_000;
export const tupleTypes = 10_000;
/** More than the 32 that are valid: so many are read before validation counts them. */
export const flagLabels = 1_000;
export const enumCases = 10_000;
export const params = 1_000;
export const instantiationArgs = 100_000;
export const instantiationExports = 100_000;
export const startArgs = 1_000;
export const canonicalOptions = 10;
export const nameAttributes = 10;

/** How deep components may be nested in components. Our own; `wasmparser` bounds their number instead, by 1,000. */
export const componentDepth = 1_000;
/** How deep component, instance and module types may be nested in one another. `wasmparser` has the same for value types. */
export const typeDepth = 100;
