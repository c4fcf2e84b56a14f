/**
 * `gantry/runtime`: what instantiates a plan and runs functions that were generated for it. It reads no components and
 * makes no code, so that a component which was compiled elsewhere would need no more. Nothing writes such components yet.
 */
export { ComponentError, type Location, type Phase } from "../errors/component-error.ts";
export { ResultError } from "../errors/result-error.ts";
export type { FunctionTable, LiftBinding, LowerBinding } from "./functions.ts";
export { type InstanceState, instantiate, instantiateSync, type ResolvedImport } from "./instantiate.ts";
export * as library from "./library.ts";
export { type HostSide, ResourceType } from "./resources.ts";
export { Store } from "./store.ts";
