/** Finding the exported function that a call on the command line means. */
import { isNear } from "../embed/near.ts";
import type { Extern } from "../embed/reflect.ts";
import { quoted } from "../runtime/show.ts";
import type { FuncType } from "../types/types.ts";
import { UsageError } from "./failure.ts";

/** An exported function, by the names that lead to it. */
export interface Callee {
  readonly path: readonly [name: string] | readonly [instance: string, name: string];
  readonly type: FuncType;
}

/** The function that `name` means: `"do-it"`, at the top or in the only interface that has one, or `"ns:pkg/iface#do-it"`. */
export function findCallee(exports: readonly Extern[], name: string): Callee {
  const callees = [...allCallees(exports)];
  const exact = callees.find(({ path }) => path.join("#") === name);
  if (exact !== undefined) return exact;
  const matching = callees.filter(({ path }) => path.at(-1) === name);
  if (matching.length === 1) return matching[0]!;
  if (matching.length > 1) {
    throw new UsageError(
      `several interfaces export a function "${name}": ${matching.map(({ path }) => path.join("#")).join(", ")}`,
    );
  }
  throw new UsageError(`no function "${name}" is exported${hint(callees, name)}`);
}

/** What may have been meant, else what there is. */
function hint(callees: readonly Callee[], name: string): string {
  const last = name.slice(name.indexOf("#") + 1);
  const near = callees.filter(({ path }) => isNear(path.at(-1)!, last));
  const names = (list: readonly Callee[]) => list.map(({ path }) => path.join("#"));
  if (near.length > 0) return `; did you mean ${quoted(names(near).slice(0, 5), "or")}?`;
  return callees.length > 0 ? `; there are: ${names(callees).slice(0, 20).join(", ")}` : "";
}

function* allCallees(exports: readonly Extern[]): Generator<Callee> {
  for (const extern of exports) {
    if (extern.kind === "func") yield { path: [extern.name], type: extern.type };
    if (extern.kind !== "instance") continue;
    for (const inner of extern.exports) {
      if (inner.kind === "func") yield { path: [extern.name, inner.name], type: inner.type };
    }
  }
}
