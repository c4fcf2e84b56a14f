/**
 * Limits on what a core module may hold, each checked before anything is allocated for it. Those of components are in
 * `binary/limits.ts`.
 *
 * They are those that the WebAssembly JavaScript interface sets for all engines ("Limits" in its appendix): what is larger
 * would fail in the engine.
 */

export const types = 1_000_000;
export const recursionGroupSize = 1_000_000;
export const subtypingDepth = 63;
export const structFields = 10_000;
export const params = 1_000;
export const results = 1_000;
export const functions = 1_000_000;
export const imports = 1_000_000;
export const exports = 1_000_000;
export const globals = 1_000_000;
export const tags = 1_000_000;
export const tables = 100_000;
export const memories = 100;

/** The largest number of pages (of 64 KiB) and elements: "Memory Types" and "Table Types" in the core specification. */
export const memory32Pages = 1n << 16n;
export const memory64Pages = 1n << 48n;
export const table32Elements = (1n << 32n) - 1n;
export const table64Elements = (1n << 64n) - 1n;

/** Bytes of one name, of modules and of components. As `wasmparser`, which wasm-tools, Wasmtime and jco share. */
export const nameLength = 100_000;
