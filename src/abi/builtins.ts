/**
 * Every canonical built-in, once: all rows of `canon` in Binary.md but `lift` and `lower`, with what the heading of each
 * in CanonicalABI.md ("Canonical Definitions") says about it.
 *
 * The decoder reads `opcode` and `immediates`, the validator `immediates`, `params`, `results` and `feature`, the
 * planner `blocks`, the runtime `mayLeave`, and the printer the name. Adding a built-in is adding a row here and an
 * implementation in `runtime/builtins.ts`.
 */

/**
 * An immediate of a built-in, in the order of the binary format.
 *
 * `resource`, `stream` and `future` are a `typeidx` of that kind of type; `core-func-type`, `table` and `memory` are core
 * indices; `core-type` is a `core:valtype` and `slot` a number; `async`, `cancellable` and `shared` are flags; `result`
 * is a `resultlist`; `options` is a list of `canonopt`.
 */
export type Immediate =
  | "resource" | "stream" | "future" | "core-func-type" | "table" | "memory" | "core-type" | "slot"
  | "async" | "cancellable" | "shared" | "result" | "options"; // biome-ignore format: by the sort of thing

/**
 * A parameter or result of a built-in's core function, where it is not a plain `i32` or `i64`:
 *
 * - `rep`: the representation of the resource type.
 * - `ptr`: the address type of the memory that is an immediate or in the options; `i32` without one.
 * - `core-type`: the immediate of that name.
 * - `table`: the address type of the table.
 * - `closure`: the only parameter of the function type immediate.
 * - `funcref`: `(ref null $ft)` for the function type immediate.
 * - `flat-result`: as many as `flatten_functype(opts, (func (param result)), 'lower')` has parameters.
 */
export type SignatureType =
  | "i32" | "i64" | "rep" | "ptr" | "core-type" | "table" | "closure" | "funcref" | "flat-result"; // biome-ignore format: one row

/** The proposals without which a built-in is not available. The gates of Explainer.md, by name. */
export type BuiltinFeature =
  /** 🔀 */
  | "async"
  /** 🧵 */
  | "threads"
  /** 🧵② */
  | "shared-everything-threads"
  /** 📝 */
  | "error-context";

export interface Builtin {
  /** Its byte in the canon section. */
  readonly opcode: number;
  readonly immediates: readonly Immediate[];
  readonly params: readonly SignatureType[];
  readonly results: readonly SignatureType[];
  /**
   * Whether it may suspend its caller: `if-sync` only where its `async` immediate or option is absent. What a built-in
   * calls does not count: `resource.drop` calls a destructor, which is a call like any other.
   */
  readonly blocks: "never" | "if-sync" | "always";
  /** Whether it traps where the instance may not be left. */
  readonly mayLeave: boolean;
  /** Absent for what has been there since WASI 0.2. */
  readonly feature?: BuiltinFeature;
}

// biome-ignore format: a table
export const builtins = {
  "resource.new":                 { opcode: 0x02, immediates: ["resource"],                        params: ["rep"],                  results: ["i32"],        blocks: "never",   mayLeave: true },
  "resource.drop":                { opcode: 0x03, immediates: ["resource"],                        params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true },
  "resource.rep":                 { opcode: 0x04, immediates: ["resource"],                        params: ["i32"],                  results: ["rep"],        blocks: "never",   mayLeave: false },
  "backpressure.inc":             { opcode: 0x24, immediates: [],                                  params: [],                       results: [],             blocks: "never",   mayLeave: false, feature: "async" },
  "backpressure.dec":             { opcode: 0x25, immediates: [],                                  params: [],                       results: [],             blocks: "never",   mayLeave: false, feature: "async" },
  "task.return":                  { opcode: 0x09, immediates: ["result", "options"],               params: ["flat-result"],          results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "task.cancel":                  { opcode: 0x05, immediates: [],                                  params: [],                       results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "context.get":                  { opcode: 0x0a, immediates: ["core-type", "slot"],               params: [],                       results: ["core-type"],  blocks: "never",   mayLeave: false, feature: "async" },
  "context.set":                  { opcode: 0x0b, immediates: ["core-type", "slot"],               params: ["core-type"],            results: [],             blocks: "never",   mayLeave: false, feature: "async" },
  "subtask.cancel":               { opcode: 0x06, immediates: ["async"],                           params: ["i32"],                  results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "subtask.drop":                 { opcode: 0x0d, immediates: [],                                  params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "stream.new":                   { opcode: 0x0e, immediates: ["stream"],                          params: [],                       results: ["i64"],        blocks: "never",   mayLeave: true,  feature: "async" },
  "stream.read":                  { opcode: 0x0f, immediates: ["stream", "options"],               params: ["i32", "ptr", "ptr"],    results: ["ptr"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "stream.write":                 { opcode: 0x10, immediates: ["stream", "options"],               params: ["i32", "ptr", "ptr"],    results: ["ptr"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "stream.cancel-read":           { opcode: 0x11, immediates: ["stream", "async"],                 params: ["i32"],                  results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "stream.cancel-write":          { opcode: 0x12, immediates: ["stream", "async"],                 params: ["i32"],                  results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "stream.drop-readable":         { opcode: 0x13, immediates: ["stream"],                          params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "stream.drop-writable":         { opcode: 0x14, immediates: ["stream"],                          params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "future.new":                   { opcode: 0x15, immediates: ["future"],                          params: [],                       results: ["i64"],        blocks: "never",   mayLeave: true,  feature: "async" },
  "future.read":                  { opcode: 0x16, immediates: ["future", "options"],               params: ["i32", "ptr"],           results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "future.write":                 { opcode: 0x17, immediates: ["future", "options"],               params: ["i32", "ptr"],           results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "future.cancel-read":           { opcode: 0x18, immediates: ["future", "async"],                 params: ["i32"],                  results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "future.cancel-write":          { opcode: 0x19, immediates: ["future", "async"],                 params: ["i32"],                  results: ["i32"],        blocks: "if-sync", mayLeave: true,  feature: "async" },
  "future.drop-readable":         { opcode: 0x1a, immediates: ["future"],                          params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "future.drop-writable":         { opcode: 0x1b, immediates: ["future"],                          params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "error-context.new":            { opcode: 0x1c, immediates: ["options"],                         params: ["ptr", "ptr"],           results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "error-context" },
  "error-context.debug-message":  { opcode: 0x1d, immediates: ["options"],                         params: ["i32", "ptr"],           results: [],             blocks: "never",   mayLeave: true,  feature: "error-context" },
  "error-context.drop":           { opcode: 0x1e, immediates: [],                                  params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "error-context" },
  "waitable-set.new":             { opcode: 0x1f, immediates: [],                                  params: [],                       results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "async" },
  "waitable-set.wait":            { opcode: 0x20, immediates: ["cancellable", "memory"],           params: ["i32", "ptr"],           results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "async" },
  "waitable-set.poll":            { opcode: 0x21, immediates: ["cancellable", "memory"],           params: ["i32", "ptr"],           results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "async" },
  "waitable-set.drop":            { opcode: 0x22, immediates: [],                                  params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "waitable.join":                { opcode: 0x23, immediates: [],                                  params: ["i32", "i32"],           results: [],             blocks: "never",   mayLeave: true,  feature: "async" },
  "thread.index":                 { opcode: 0x26, immediates: [],                                  params: [],                       results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "threads" },
  "thread.new-indirect":          { opcode: 0x27, immediates: ["core-func-type", "table"],         params: ["table", "closure"],     results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "threads" },
  "thread.resume-later":          { opcode: 0x28, immediates: [],                                  params: ["i32"],                  results: [],             blocks: "never",   mayLeave: true,  feature: "threads" },
  "thread.suspend":               { opcode: 0x29, immediates: ["cancellable"],                     params: [],                       results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "threads" },
  "thread.yield":                 { opcode: 0x0c, immediates: ["cancellable"],                     params: [],                       results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "async" },
  "thread.suspend-then-resume":   { opcode: 0x2a, immediates: ["cancellable"],                     params: ["i32"],                  results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "threads" },
  "thread.yield-then-resume":     { opcode: 0x2b, immediates: ["cancellable"],                     params: ["i32"],                  results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "threads" },
  "thread.suspend-then-promote":  { opcode: 0x2c, immediates: ["cancellable"],                     params: ["i32"],                  results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "threads" },
  "thread.yield-then-promote":    { opcode: 0x2d, immediates: ["cancellable"],                     params: ["i32"],                  results: ["i32"],        blocks: "always",  mayLeave: true,  feature: "threads" },
  "thread.spawn-ref":             { opcode: 0x40, immediates: ["shared", "core-func-type"],        params: ["funcref", "closure"],   results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "shared-everything-threads" },
  "thread.spawn-indirect":        { opcode: 0x41, immediates: ["shared", "core-func-type", "table"], params: ["table", "closure"],     results: ["i32"],        blocks: "never",   mayLeave: true,  feature: "shared-everything-threads" },
  "thread.available-parallelism": { opcode: 0x42, immediates: ["shared"],                          params: [],                       results: ["i32"],        blocks: "never",   mayLeave: false, feature: "shared-everything-threads" },
} as const satisfies Record<string, Builtin>;

export type BuiltinName = keyof typeof builtins;

/** The names of the built-ins by opcode. */
export const builtinByOpcode: ReadonlyMap<number, BuiltinName> = new Map(
  Object.entries(builtins).map(([name, { opcode }]) => [opcode, name as BuiltinName]),
);

/** The row of a built-in, seen with the common type of all rows. */
export function builtin(name: BuiltinName): Builtin {
  return builtins[name];
}
