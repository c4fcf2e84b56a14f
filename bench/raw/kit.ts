/** What the hand-written glue gets to work with. */
import type { Host } from "../host.ts";
import type { MakeText } from "./text.ts";

export interface Kit {
  /** The component's core modules, in the order in which they stand in it. */
  readonly modules: readonly WebAssembly.Module[];
  readonly host: Host;
  readonly utf8: MakeText;
  readonly utf16: MakeText;
  readonly latin1: MakeText;
}

/** What a component would export, under the names that it would have. */
export type Exports = Readonly<Record<string, unknown>>;

export type Glue = (kit: Kit) => Exports;
