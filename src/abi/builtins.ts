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
  readonly feature?: BuiltinFeature | undefined;
}

/** For what may be called while a `realloc` or `post-return` runs. */
const STAYS = false;

function row(
  opcode: number,
  immediates: readonly Immediate[],
  params: readonly SignatureType[],
  results: readonly SignatureType[],
  blocks: Builtin["blocks"] = "never",
  mayLeave = true,
): Builtin {
  return { opcode, immediates, params, results, blocks, mayLeave };
}

/** Rows of one proposal; `undefined` is for what has been there since WASI 0.2. */
function gated<N extends string>(feature: Builtin["feature"], rows: Record<N, Builtin>): Record<N, Builtin> {
  const entries = Object.entries<Builtin>(rows).map(([name, row]) => [name, { ...row, feature }]);
  return Object.fromEntries(entries) as Record<N, Builtin>;
}

// biome-ignore format: a table
export const builtins = {
  ...gated(undefined, {
    "resource.new":                  row(0x02, ["resource"],                          ["rep"],              ["i32"]),
    "resource.drop":                 row(0x03, ["resource"],                          ["i32"],              []),
    "resource.rep":                  row(0x04, ["resource"],                          ["i32"],              ["rep"], "never", STAYS),
  }),
  ...gated("async", {
    "backpressure.inc":              row(0x24, [],                                    [],                   [], "never", STAYS),
    "backpressure.dec":              row(0x25, [],                                    [],                   [], "never", STAYS),
    "task.return":                   row(0x09, ["result", "options"],                 ["flat-result"],      []),
    "task.cancel":                   row(0x05, [],                                    [],                   []),
    "context.get":                   row(0x0a, ["core-type", "slot"],                 [],                   ["core-type"], "never", STAYS),
    "context.set":                   row(0x0b, ["core-type", "slot"],                 ["core-type"],        [], "never", STAYS),
    "subtask.cancel":                row(0x06, ["async"],                             ["i32"],              ["i32"], "if-sync"),
    "subtask.drop":                  row(0x0d, [],                                    ["i32"],              []),
    "stream.new":                    row(0x0e, ["stream"],                            [],                   ["i64"]),
    "stream.read":                   row(0x0f, ["stream", "options"],                 ["i32", "ptr", "ptr"], ["ptr"], "if-sync"),
    "stream.write":                  row(0x10, ["stream", "options"],                 ["i32", "ptr", "ptr"], ["ptr"], "if-sync"),
    "stream.cancel-read":            row(0x11, ["stream", "async"],                   ["i32"],              ["i32"], "if-sync"),
    "stream.cancel-write":           row(0x12, ["stream", "async"],                   ["i32"],              ["i32"], "if-sync"),
    "stream.drop-readable":          row(0x13, ["stream"],                            ["i32"],              []),
    "stream.drop-writable":          row(0x14, ["stream"],                            ["i32"],              []),
    "future.new":                    row(0x15, ["future"],                            [],                   ["i64"]),
    "future.read":                   row(0x16, ["future", "options"],                 ["i32", "ptr"],       ["i32"], "if-sync"),
    "future.write":                  row(0x17, ["future", "options"],                 ["i32", "ptr"],       ["i32"], "if-sync"),
    "future.cancel-read":            row(0x18, ["future", "async"],                   ["i32"],              ["i32"], "if-sync"),
    "future.cancel-write":           row(0x19, ["future", "async"],                   ["i32"],              ["i32"], "if-sync"),
    "future.drop-readable":          row(0x1a, ["future"],                            ["i32"],              []),
    "future.drop-writable":          row(0x1b, ["future"],                            ["i32"],              []),
    "waitable-set.new":              row(0x1f, [],                                    [],                   ["i32"]),
    "waitable-set.wait":             row(0x20, ["cancellable", "memory"],             ["i32", "ptr"],       ["i32"], "always"),
    "waitable-set.poll":             row(0x21, ["cancellable", "memory"],             ["i32", "ptr"],       ["i32"]),
    "waitable-set.drop":             row(0x22, [],                                    ["i32"],              []),
    "waitable.join":                 row(0x23, [],                                    ["i32", "i32"],       []),
    "thread.yield":                  row(0x0c, ["cancellable"],                       [],                   ["i32"], "always"),
  }),
  ...gated("error-context", {
    "error-context.new":             row(0x1c, ["options"],                           ["ptr", "ptr"],       ["i32"]),
    "error-context.debug-message":   row(0x1d, ["options"],                           ["i32", "ptr"],       []),
    "error-context.drop":            row(0x1e, [],                                    ["i32"],              []),
  }),
  ...gated("threads", {
    "thread.index":                  row(0x26, [],                                    [],                   ["i32"]),
    "thread.new-indirect":           row(0x27, ["core-func-type", "table"],           ["table", "closure"], ["i32"]),
    "thread.resume-later":           row(0x28, [],                                    ["i32"],              []),
    "thread.suspend":                row(0x29, ["cancellable"],                       [],                   ["i32"], "always"),
    "thread.suspend-then-resume":    row(0x2a, ["cancellable"],                       ["i32"],              ["i32"], "always"),
    "thread.yield-then-resume":      row(0x2b, ["cancellable"],                       ["i32"],              ["i32"], "always"),
    "thread.suspend-then-promote":   row(0x2c, ["cancellable"],                       ["i32"],              ["i32"], "always"),
    "thread.yield-then-promote":     row(0x2d, ["cancellable"],                       ["i32"],              ["i32"], "always"),
  }),
  ...gated("shared-everything-threads", {
    "thread.spawn-ref":              row(0x40, ["shared", "core-func-type"],          ["funcref", "closure"], ["i32"]),
    "thread.spawn-indirect":         row(0x41, ["shared", "core-func-type", "table"], ["table", "closure"], ["i32"]),
    "thread.available-parallelism":  row(0x42, ["shared"],                            [],                   ["i32"], "never", STAYS),
  }),
};

export type BuiltinName = keyof typeof builtins;

/** The names of the built-ins by opcode. */
export const builtinByOpcode: ReadonlyMap<number, BuiltinName> = new Map(
  Object.entries(builtins).map(([name, { opcode }]) => [opcode, name as BuiltinName]),
);

/** The row of a built-in, seen with the common type of all rows. */
export function builtin(name: BuiltinName): Builtin {
  return builtins[name];
}
