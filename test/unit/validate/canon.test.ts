import { describe, it } from "node:test";
import { defaultFeatures, type Feature, featureSet } from "../../../src/validate/features.ts";
import { component } from "../binary/bytes.ts";
import { accepts, errorOf, rejects, section, validateBytes, without } from "./component.ts";

/** A core module with what canonical options may refer to, and aliases of it. */
const core = (functions = "") => `
  (core module $M
    (memory (export "mem") 1) (memory (export "mem64") i64 1)
    (table (export "table") 1 funcref) (table (export "externs") 1 externref)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "realloc64") (param i64 i64 i64 i64) (result i64) unreachable)
    (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
    (func (export "none"))
    (func (export "i32") (param i32))
    (func (export "i32-i32") (param i32 i32))
    (func (export "r-i32") (result i32) unreachable)
    ${functions})
  (core instance $m (instantiate $M))
  (alias core export $m "mem" (core memory $mem))
  (alias core export $m "mem64" (core memory $mem64))
  (alias core export $m "table" (core table $table))
  (alias core export $m "externs" (core table $externs))
  (alias core export $m "realloc" (core func $realloc))
  (alias core export $m "realloc64" (core func $realloc64))
  (alias core export $m "callback" (core func $callback))`;

const lift = (type: string, func: string, options = "") =>
  `(func ${type} (canon lift (core func $m "${func}") ${options}))`;
const lower = (type: string, options = "") =>
  `(import "f" (func $f ${type})) (core func (canon lower (func $f) ${options}))`;

describe("canon lift", () => {
  const accepted = [
    lift("", "none"),
    lift(`(param "a" string)`, "i32-i32", "(memory $mem) (realloc $realloc)"),
    lift(`(result string)`, "r-i32", "(memory $mem)"),
    lift(`(result string)`, "r-i32", `(memory $mem) (post-return (core func $m "i32"))`),
    lift(`async (param "a" u32)`, "i32", "async"),
    lift(`async`, "r-i32", "async (callback $callback)"),
    lift(`async (result u8)`, "r-i32"),
    `(type $R (resource (rep i32)))${lift(`(param "a" (borrow $R))`, "i32")}`,
  ];
  for (const text of accepted) it(`accepts ${text}`, () => accepts(core() + text));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [lift("", "i32"), "lowered parameter types `[]` do not match parameter types `[I32]`"],
    [lift("(result f32)", "r-i32"), "lowered result types `[F32]` do not match result types `[I32]`"],
    [lift(`(param "a" string)`, "i32-i32"), "canonical option `memory` is required"],
    [lift(`(param "a" string)`, "i32-i32", "(memory $mem)"), "canonical option `realloc` is required"],
    [lift(`(param "a" (map u8 u8))`, "i32-i32", "(memory $mem)"), "canonical option `realloc` is required"],
    [lift(`(result string)`, "r-i32"), "canonical option `memory` is required"],
    [lift("", "none", "async"), "the `async` canonical option requires an async function type"],
    [lift("async", "none", "(callback $callback)"), "cannot specify callback without async"],
    [
      lift("async", "r-i32", `async (callback (core func $m "i32"))`),
      "canonical option `callback` uses a core function with an incorrect signature",
    ],
    [
      lift("async", "r-i32", `async (callback $callback) (post-return (core func $m "i32"))`),
      "cannot specify post-return function in async",
    ],
    [lift("async", "none", "async (callback $callback)"), "lowered result types `[I32]`"],
    [lift("", "none", "(memory $mem) (memory $mem)"), "canonical option `memory` is specified more than once"],
    [lift("", "none", "(realloc $realloc)"), "`realloc` requires `memory`"],
    [lift("", "none", `(memory $mem) (realloc (core func $m "none"))`), "incorrect signature"],
    [lift("", "none", "(memory $mem) (realloc $realloc64)"), "incorrect signature"],
    [lift("", "none", "string-encoding=utf8 string-encoding=utf8"), "`utf8` conflicts with option `utf8`"],
  ];
  for (const [text, reason] of rejected) it(`rejects ${text}`, () => rejects(core() + text, reason, "canonical"));
});

describe("canon lower", () => {
  const accepted = [
    lower(""),
    lower(`(param "a" string)`, "(memory $mem)"),
    lower(`(result string)`, "(memory $mem) (realloc $realloc)"),
    lower(`(result string)`, "(memory $mem64) (realloc $realloc64)"),
    lower(`async (param "a" u8)`, "async"),
    lower(`async (result u8)`, "async (memory $mem)"),
  ];
  for (const text of accepted) it(`accepts ${text}`, () => accepts(core() + text));

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    [lower(`(param "a" string)`), "canonical option `memory` is required"],
    [lower(`(result (tuple u8 u8))`), "canonical option `memory` is required"],
    [lower(`(result string)`, "(memory $mem)"), "canonical option `realloc` is required"],
    [lower("async (result u8)", "async"), "canonical option `memory` is required"],
    [lower(`async (param "a" (tuple u8 u8 u8 u8 u8))`, "async"), "canonical option `memory` is required"],
    [lower("", "async"), "requires an async function type"],
    [lower("", `(post-return (core func $m "none"))`), "`post-return` cannot be specified for lowerings"],
    [lower("async", "async (callback $callback)"), "`callback` cannot be specified for lowerings"],
  ];
  for (const [text, reason] of rejected) it(`rejects ${text}`, () => rejects(core() + text, reason, "canonical"));

  it("gives functions their flattened types", async () => {
    const use = (wanted: string) => `
      ${core()}
      (import "f" (func $f async (param "a" string) (param "b" f64) (result u64)))
      (core func $sync (canon lower (func $f) (memory $mem)))
      (core func $async (canon lower (func $f) async (memory $mem)))
      (core func $wide (canon lower (func $f) (memory $mem64)))
      (core module $U ${wanted})
      (core instance (instantiate $U (with "" (instance
        (export "sync" (func $sync)) (export "async" (func $async)) (export "wide" (func $wide))))))`;
    await accepts(
      use(`(import "" "sync" (func (param i32 i32 f64) (result i64)))
           (import "" "async" (func (param i32 i32 f64 i32) (result i32)))
           (import "" "wide" (func (param i64 i64 f64) (result i64)))`),
    );
    await rejects(use(`(import "" "sync" (func (param i32 i32 f64) (result i32)))`), "expected: (func");
  });
});

describe("canonical built-ins", () => {
  it("of shared threads need their feature", () => {
    const bytes = component(section(8, [[0x42, 0x00]]));
    validateBytes(bytes);
    errorOf(bytes, "`shared-everything-threads` feature", "feature", defaultFeatures);
  });

  const types = `
    (type $R (resource (rep i32)))
    (type $S (stream string)) (type $E (stream)) (type $F (future u8))
    (core type $start (func (param i32)))`;
  const accepted: readonly (readonly [text: string, type: string])[] = [
    ["resource.new $R", "(param i32) (result i32)"],
    ["resource.drop $R", "(param i32)"],
    ["task.return", ""],
    ["task.return (result u8)", "(param i32)"],
    ["task.return (result string) (memory $mem)", "(param i32 i32)"],
    ["task.return (result string) (memory $mem64) string-encoding=utf16", "(param i64 i64)"],
    ["context.get i32 0", "(result i32)"],
    ["context.set i64 1", "(param i64)"],
    ["stream.new $S", "(result i64)"],
    ["stream.read $S async (memory $mem) (realloc $realloc)", "(param i32 i32 i32) (result i32)"],
    ["stream.read $S async (memory $mem64) (realloc $realloc64)", "(param i32 i64 i64) (result i64)"],
    ["stream.write $S async (memory $mem)", "(param i32 i32 i32) (result i32)"],
    ["stream.read $E async", "(param i32 i32 i32) (result i32)"],
    ["stream.write $S (memory $mem)", "(param i32 i32 i32) (result i32)"],
    ["future.read $F async (memory $mem)", "(param i32 i32) (result i32)"],
    ["future.cancel-read $F", "(param i32) (result i32)"],
    ["future.drop-writable $F", "(param i32)"],
    ["error-context.new (memory $mem)", "(param i32 i32) (result i32)"],
    ["error-context.debug-message (memory $mem) (realloc $realloc)", "(param i32 i32)"],
    ["waitable-set.wait (memory $mem64)", "(param i32 i64) (result i32)"],
    ["waitable.join", "(param i32 i32)"],
    ["thread.new-indirect $start (core table $table)", "(param i32 i32) (result i32)"],
    ["thread.yield", "(result i32)"],
  ];
  for (const [text, type] of accepted) {
    it(`have their types: ${text}`, async () => {
      const use = (wanted: string) => `
        ${core()} ${types} (core func $b (canon ${text}))
        (core module $U (import "" "b" (func ${wanted})))
        (core instance (instantiate $U (with "" (instance (export "b" (func $b))))))`;
      await accepts(use(type));
      await rejects(use(`(param externref) ${type}`), "expected: (func", "subtype");
    });
  }

  const rejected: readonly (readonly [text: string, reason: string])[] = [
    ["resource.new $S", "is not a resource type"],
    ["stream.new $F", "requires a stream type"],
    ["future.read $S async", "requires a future type"],
    ["task.return (result string)", "canonical option `memory` is required"],
    ["task.return (memory $mem) (realloc $realloc)", "`realloc` cannot be specified"],
    ["stream.read $S async (memory $mem)", "canonical option `realloc` is required"],
    ["stream.write $S async", "canonical option `memory` is required"],
    ["future.read $F async (memory $mem) (callback $callback)", "`callback` cannot be specified"],
    ["context.get i32 2", "immediate must be 0 or 1"],
    ["error-context.new", "canonical option `memory` is required"],
    ["error-context.debug-message (memory $mem)", "canonical option `realloc` is required"],
    ["thread.new-indirect $start (core table $externs)", "a table of functions is expected"],
  ];
  for (const [text, reason] of rejected) {
    it(`are rejected: ${text}`, () => rejects(`${core()} ${types} (core func (canon ${text}))`, reason));
  }

  it("of threads take one argument", () =>
    rejects(
      `${core()} (core type $t (func (param i32 i32))) (core func (canon thread.new-indirect $t (core table $table)))`,
      "start function must take a single `i32` argument",
      "canonical",
    ));

  it("of shared threads take shared functions", () => {
    const types = (shared: boolean) => section(3, [[...(shared ? [0x65] : []), 0x60, 0x01, 0x7f, 0x00]]);
    const spawn = (shared: number) => section(8, [[0x40, shared, 0x00]]);
    validateBytes(component(types(false), spawn(0)));
    validateBytes(component(types(true), spawn(1)));
    errorOf(component(types(false), spawn(1)), "spawn type must be shared", "canonical");
    errorOf(component(types(true), spawn(0)), "the function type may not be shared", "canonical");
  });

  it("of contexts have one type in each component", async () => {
    const get = (type: string) => `(core func (canon context.get ${type} 0))`;
    await rejects(get("i32") + get("i64"), "must have the same type", "canonical");
    await accepts(`${get("i32")} (component ${get("i64")})`);
  });

  it("make only resources of the component", async () => {
    await rejects(`(import "r" (type $r (sub resource))) (core func (canon resource.new $r))`, "not a local resource");
    await accepts(`(import "r" (type $r (sub resource))) (core func (canon resource.drop $r))`);
    await accepts(`(type $R (resource (rep i32))) (export $r "r" (type $R)) (core func (canon resource.rep $r))`);
    await rejects(
      `(type $R (resource (rep i32))) (export $r "r" (type $R) (type (sub resource)))
       (core func (canon resource.rep $r))`,
      "not a local resource",
    );
  });

  const gated: readonly (readonly [text: string, feature: Feature])[] = [
    ["(core func (canon task.return))", "async"],
    ["(core func (canon subtask.cancel async))", "more-async-builtins"],
    [`(core func (canon stream.cancel-read $S async))`, "more-async-builtins"],
    ["(core func (canon stream.read $E))", "more-async-builtins"],
    ["(core func (canon thread.index))", "threads"],
    ["(core func (canon context.get i64 0))", "memory64"],
    ["(core func (canon waitable-set.poll (memory $mem64)))", "memory64"],
    ["(core func (canon error-context.drop))", "error-context"],
    [lift("async", "none", "async"), "async-stackful"],
  ];
  for (const [text, feature] of gated) {
    it(`need the feature ${feature}: ${text}`, async () => {
      await rejects(core() + types + text, `\`${feature}\` feature`, "feature", without(feature));
      await accepts(core() + types + text, featureSet([feature]));
    });
  }
});
