/**
 * Built-ins that go together, told by their names: apart from their table, for the runtime has no use for that.
 */
import type { BuiltinName } from "./builtins.ts";

/** Where any of these reads or writes the slots of a thread. */
export function withStorage<I>(
  trampolines: readonly (
    | { readonly op: "builtin"; readonly builtin: BuiltinName; readonly instance: I }
    | { readonly op: "lower" }
  )[],
): ReadonlySet<I> {
  return new Set(
    trampolines.flatMap((t) => (t.op === "builtin" && t.builtin.startsWith("context.") ? [t.instance] : [])),
  );
}

/** Whether it has to do with error contexts, which are asynchronous, but take no tasks. */
export function isErrorContext(name: BuiltinName): boolean {
  return name.startsWith("error-context.");
}
