/** Finding the exported function that a call on the command line means. */
import type { Extern } from "../embed/reflect.ts";
import type { FuncType } from "../types/types.ts";
import { CommandError } from "./failure.ts";

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
    throw new CommandError(
      `several interfaces export a function "${name}": ${matching.map(({ path }) => path.join("#")).join(", ")}`,
    );
  }
  const known = callees.map(({ path }) => path.join("#")).slice(0, 20);
  throw new CommandError(
    `no function "${name}" is exported${known.length > 0 ? `; there are: ${known.join(", ")}` : ""}`,
  );
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
