/**
 * Every canonical built-in, once: all rows of `canon` in Binary.md but `lift` and `lower`, with what the heading of each
 * in CanonicalABI.md ("Canonical Definitions") says about it.
 *
 * The decoder reads `opcode` and `immediates`, the validator `immediates`, `params`, `results` and `feature`, the
 * planner `blocks`, the fuser `mayLeave` (which the runtime's functions see to themselves), and the printer the name.
 * Adding a built-in is adding a row here and an implementation in `runtime/async-table.ts`, or in `runtime/builtins.ts` if
 * it needs no task.
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
  readonly feature?: BuiltinFeature | undefined;
}

/** For what may be called while a `realloc` or `post-return` runs. */
const STAYS = false;

/** Makes rows of one proposal; without one, of what has been there since WASI 0.2. */
const rowsOf =
  (feature?: BuiltinFeature) =>
  (
    opcode: number,
    immediates: readonly Immediate[],
    params: readonly SignatureType[],
    results: readonly SignatureType[],
    blocks: Builtin["blocks"] = "never",
    mayLeave = true,
  ): Builtin => ({ opcode, immediates, params, results, blocks, mayLeave, feature });

const base = rowsOf();
const async = rowsOf("async");
const errors = rowsOf("error-context");
const threads = rowsOf("threads");
const shared = rowsOf("shared-everything-threads");

// biome-ignore format: a table
export const builtins = {
  "resource.new":                 base(   0x02, ["resource"],                          ["rep"],              ["i32"]),
  "resource.drop":                base(   0x03, ["resource"],                          ["i32"],              []),
  "resource.rep":                 base(   0x04, ["resource"],                          ["i32"],              ["rep"], "never", STAYS),
  "backpressure.inc":             async(  0x24, [],                                    [],                   [], "never", STAYS),
  "backpressure.dec":             async(  0x25, [],                                    [],                   [], "never", STAYS),
  "task.return":                  async(  0x09, ["result", "options"],                 ["flat-result"],      []),
  "task.cancel":                  async(  0x05, [],                                    [],                   []),
  "context.get":                  async(  0x0a, ["core-type", "slot"],                 [],                   ["core-type"], "never", STAYS),
  "context.set":                  async(  0x0b, ["core-type", "slot"],                 ["core-type"],        [], "never", STAYS),
  "subtask.cancel":               async(  0x06, ["async"],                             ["i32"],              ["i32"], "if-sync"),
  "subtask.drop":                 async(  0x0d, [],                                    ["i32"],              []),
  "stream.new":                   async(  0x0e, ["stream"],                            [],                   ["i64"]),
  "stream.read":                  async(  0x0f, ["stream", "options"],                 ["i32", "ptr", "ptr"], ["ptr"], "if-sync"),
  "stream.write":                 async(  0x10, ["stream", "options"],                 ["i32", "ptr", "ptr"], ["ptr"], "if-sync"),
  "stream.cancel-read":           async(  0x11, ["stream", "async"],                   ["i32"],              ["i32"], "if-sync"),
  "stream.cancel-write":          async(  0x12, ["stream", "async"],                   ["i32"],              ["i32"], "if-sync"),
  "stream.drop-readable":         async(  0x13, ["stream"],                            ["i32"],              []),
  "stream.drop-writable":         async(  0x14, ["stream"],                            ["i32"],              []),
  "future.new":                   async(  0x15, ["future"],                            [],                   ["i64"]),
  "future.read":                  async(  0x16, ["future", "options"],                 ["i32", "ptr"],       ["i32"], "if-sync"),
  "future.write":                 async(  0x17, ["future", "options"],                 ["i32", "ptr"],       ["i32"], "if-sync"),
  "future.cancel-read":           async(  0x18, ["future", "async"],                   ["i32"],              ["i32"], "if-sync"),
  "future.cancel-write":          async(  0x19, ["future", "async"],                   ["i32"],              ["i32"], "if-sync"),
  "future.drop-readable":         async(  0x1a, ["future"],                            ["i32"],              []),
  "future.drop-writable":         async(  0x1b, ["future"],                            ["i32"],              []),
  "waitable-set.new":             async(  0x1f, [],                                    [],                   ["i32"]),
  "waitable-set.wait":            async(  0x20, ["cancellable", "memory"],             ["i32", "ptr"],       ["i32"], "always"),
  "waitable-set.poll":            async(  0x21, ["cancellable", "memory"],             ["i32", "ptr"],       ["i32"]),
  "waitable-set.drop":            async(  0x22, [],                                    ["i32"],              []),
  "waitable.join":                async(  0x23, [],                                    ["i32", "i32"],       []),
  "thread.yield":                 async(  0x0c, ["cancellable"],                       [],                   ["i32"], "always"),
  "error-context.new":            errors( 0x1c, ["options"],                           ["ptr", "ptr"],       ["i32"]),
  "error-context.debug-message":  errors( 0x1d, ["options"],                           ["i32", "ptr"],       []),
  "error-context.drop":           errors( 0x1e, [],                                    ["i32"],              []),
  "thread.index":                 threads(0x26, [],                                    [],                   ["i32"]),
  "thread.new-indirect":          threads(0x27, ["core-func-type", "table"],           ["table", "closure"], ["i32"]),
  "thread.resume-later":          threads(0x28, [],                                    ["i32"],              []),
  "thread.suspend":               threads(0x29, ["cancellable"],                       [],                   ["i32"], "always"),
  "thread.suspend-then-resume":   threads(0x2a, ["cancellable"],                       ["i32"],              ["i32"], "always"),
  "thread.yield-then-resume":     threads(0x2b, ["cancellable"],                       ["i32"],              ["i32"], "always"),
  "thread.suspend-then-promote":  threads(0x2c, ["cancellable"],                       ["i32"],              ["i32"], "always"),
  "thread.yield-then-promote":    threads(0x2d, ["cancellable"],                       ["i32"],              ["i32"], "always"),
  "thread.spawn-ref":             shared( 0x40, ["shared", "core-func-type"],          ["funcref", "closure"], ["i32"]),
  "thread.spawn-indirect":        shared( 0x41, ["shared", "core-func-type", "table"], ["table", "closure"], ["i32"]),
  "thread.available-parallelism": shared( 0x42, ["shared"],                            [],                   ["i32"], "never", STAYS),
};

export type BuiltinName = keyof typeof builtins;

/** The names of the built-ins by opcode. */
export const builtinByOpcode: ReadonlyMap<number, BuiltinName> = new Map(
  (Object.keys(builtins) as BuiltinName[]).map((name) => [builtins[name].opcode, name]),
);

/** The row of a built-in, seen with the common type of all rows. */
export function builtin(name: BuiltinName): Builtin {
  return builtins[name];
}
