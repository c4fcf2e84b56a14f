import type { HandleTable } from "../../../src/runtime/handle-table.ts";

/** More than any test has. */
const MOST = 10_000;

/** How many handles are in a table. */
export function sizeOf(table: HandleTable<object>): number {
  let size = 0;
  for (let index = 1; index < MOST; index++) if (table.find(index) !== undefined) size++;
  return size;
}
