/**
 * Instantiation: one `switch` over the steps of a plan.
 */
import type { ResourceType } from "./resources.ts";
import type { HostFunction } from "./functions.ts";

/** What the embedder supplies for one entry of `plan.imports`, in its order. */
export type ResolvedImport =
  | { readonly kind: "func"; readonly func: HostFunction; readonly views: boolean }
  | { readonly kind: "resource"; readonly type: ResourceType }
  | { readonly kind: "core-module"; readonly module: WebAssembly.Module };
