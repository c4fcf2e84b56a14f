/**
 * Names for what has none: lifts and trampolines are called by the path in some component's interface that leads to
 * them, `ns:pkg/iface@1.0.0#greet`. For messages, for printed plans, and for the names of generated functions.
 */
import type { Func, Instance } from "../validate/typed.ts";

/** How deep a name is told; what is further out is left out. */
const MAX_PARTS = 4;

/** `path` as one name. */
export function joinPath(path: readonly string[]): string {
  return path.slice(-MAX_PARTS).join("#");
}

/** The name by which the component around refers to `func`. */
export function nameOf(func: Func): string {
  switch (func.from) {
    case "imported":
      return func.import.name;
    case "exported":
      return func.export.name;
    case "export":
      return joinPath([...pathOf(func.of), func.name]);
    case "lift":
      return "func";
  }
}

/** From the outside in. Instances that are made here have no name of their own. */
function pathOf(instance: Instance): string[] {
  const path: string[] = [];
  for (let at = instance; path.length < MAX_PARTS; at = at.of) {
    if (at.from === "imported") path.unshift(at.import.name);
    if (at.from === "exported") path.unshift(at.export.name);
    if (at.from !== "export") break;
    path.unshift(at.name);
  }
  return path;
}
