/**
 * Built-ins that go together, told by their names: apart from their table, for the runtime has no use for that.
 */
import type { BuiltinName } from "./builtins.ts";

/** Whether it reads or writes the slots of a thread. */
export function usesStorage(name: BuiltinName): boolean {
  return name.startsWith("context.");
}

/** Whether it has to do with error contexts, which are asynchronous, but take no tasks. */
export function isErrorContext(name: BuiltinName): boolean {
  return name.startsWith("error-context.");
}
