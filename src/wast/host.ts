/**
 * What a runner of scripts asks of a Component Model runtime.
 *
 * Whatever fails is a `ComponentError` that says in which phase it did; any other exception is a fault of the runtime,
 * and the runner reports it as such.
 */
import type { CompileOptions } from "../embed/compile-options.ts";
import type { FuncType } from "../types/types.ts";

export interface Host<Component = unknown, Instance = unknown> {
  /** Decodes, validates and compiles. */
  compile(bytes: Uint8Array): Promise<Component>;
  /** Instantiates in a store of its own; `imports` are the instances that the script registered, by name. */
  instantiate(component: Component, imports: ReadonlyMap<string, Instance>): Promise<Instance>;
  /** The type of the function that the instance exports under `name`; `undefined` if there is none. */
  funcType(instance: Instance, name: string): FuncType | undefined;
  /** Calls it, and resolves to its result; a `result` as `{ tag: "ok" | "err", val }`, though it is the whole result. */
  invoke(instance: Instance, name: string, args: readonly unknown[]): Promise<unknown>;
  /** If true, nothing can be instantiated: directives that need it are skipped. */
  readonly compileOnly?: boolean;
}

/** What the module named to `runFiles` exports, so that each thread can make a host of its own. */
export interface HostModule {
  createHost(options: HostOptions): Host | Promise<Host>;
}

export interface HostOptions {
  readonly features: NonNullable<CompileOptions["features"]>;
  readonly tier: CompileOptions["tier"] | undefined;
  readonly fuse?: boolean;
  /** Chooses the schedule of what is asynchronous; without one, it is the one that is always chosen. */
  readonly seed?: number;
}
