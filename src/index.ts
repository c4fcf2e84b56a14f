/** The public surface of gantry. */

export { blocking } from "./embed/blocking.ts";
export type { CompileOptions } from "./embed/compile-options.ts";
export { Component } from "./embed/component.ts";
export { type CallOptions, type Func, views } from "./embed/func.ts";
export type { Instance } from "./embed/instance.ts";
export { type InstantiateOptions, Linker } from "./embed/linker.ts";
export type { Extern, ExternItem } from "./embed/reflect.ts";
export { resource } from "./embed/resource.ts";
export type { ComponentBytes, ComponentSource } from "./embed/source.ts";
export { ComponentStream } from "./embed/stream.ts";
export type { AnyWorld, Exports, World } from "./embed/world.ts";
export { ComponentError, type Location, type Phase } from "./errors/component-error.ts";
export { ResultError } from "./errors/result-error.ts";
export { ErrorContext } from "./runtime/error-context.ts";
export { Store, type StoreOptions } from "./runtime/store.ts";
