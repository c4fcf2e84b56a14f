/** The public surface of gantry. */

export type { Tier } from "./codegen/tier.ts";
export { blocking } from "./embed/blocking.ts";
export { cancellable } from "./embed/cancellable.ts";
export type { CompileOptions } from "./embed/compile-options.ts";
export { Component } from "./embed/component.ts";
export { type CallOptions, type Func, views } from "./embed/func.ts";
export type { Instance } from "./embed/instance.ts";
export { Linker } from "./embed/linker.ts";
export type { Extern, ExternItem } from "./embed/reflect.ts";
export { resource } from "./embed/resource.ts";
export type { ComponentBytes, ComponentSource } from "./embed/source.ts";
export { type InstantiateOptions, Store, type StoreOptions } from "./embed/store.ts";
export type { ComponentStream } from "./embed/stream.ts";
export type { AnyWorld, Exports, World } from "./embed/world.ts";
export { ComponentError, type LinkFault, type Location, type Phase } from "./errors/component-error.ts";
export { captureResultStacks, ResultError } from "./errors/result-error.ts";
export { ErrorContext } from "./runtime/error-context.ts";
export type { StringView } from "./runtime/strings.ts";
export type { FuncType, ResourceType, ValType } from "./types/types.ts";
export type { Feature } from "./validate/features.ts";
