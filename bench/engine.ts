/** The name of the engine that runs this, for the heads of tables: times mean nothing without it. */
import { cpus } from "node:os";

export function engine(note: string | undefined): string {
  const { versions } = process as { versions: Readonly<Record<string, string | undefined>> };
  const name = versions["deno"]
    ? `Deno ${versions["deno"]} (V8 ${versions["v8"]})`
    : versions["bun"]
      ? `Bun ${versions["bun"]}`
      : `Node ${versions["node"]} (V8 ${versions["v8"]})`;
  return [name, `${cpus().length} cores`, ...(note === undefined ? [] : [note])].join(", ");
}
