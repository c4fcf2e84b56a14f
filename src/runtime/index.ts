/**
 * `gantry/runtime`: all that a component needs which was compiled ahead of time. It reads no components and makes no
 * code.
 */
export { ComponentError, type Location, type Phase } from "../errors/component-error.ts";
export { ResultError } from "../errors/result-error.ts";
export type { FunctionTable, LiftBinding, LowerBinding } from "./functions.ts";
export { type InstanceState, instantiate, instantiateSync, type ResolvedImport } from "./instantiate.ts";
export * as library from "./library.ts";
export { type HostSide, ResourceType } from "./resources.ts";
export { Store } from "./store.ts";
