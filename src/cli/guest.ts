/**
 * What `run` and `call` have in common: a component, instantiated with WASI as the options grant it.
 */
import { basename } from "node:path";
import type { CompileOptions } from "../embed/compile-options.ts";
import { Component } from "../embed/component.ts";
import type { Instance } from "../embed/instance.ts";
import { type Wasi, type WasiDirectory, wasi } from "../wasi/index.ts";
import { readComponent } from "./input.ts";

export type CompileSettings = Pick<CompileOptions, "features" | "tier">;

export interface GuestOptions extends CompileSettings {
  readonly dir?: readonly WasiDirectory[];
  readonly readOnlyDir?: readonly WasiDirectory[];
  readonly env?: Readonly<Record<string, string>>;
  readonly inheritEnv?: true;
  readonly network?: true;
}

export interface Guest {
  readonly component: Component;
  readonly instance: Instance;
  readonly wasi: Wasi;
}

/** Compiles and instantiates the component in `file`, whose arguments will be `args`; `check` may refuse it before. */
export async function startGuest(
  file: string,
  args: readonly string[],
  options: GuestOptions,
  check: (component: Component) => void = () => {},
): Promise<Guest> {
  const component = await Component.compile(await readComponent(file), compileSettings(options));
  check(component);
  const host = wasi({
    args: [basename(file), ...args],
    env: { ...(options.inheritEnv ? inherited() : {}), ...options.env },
    dirs: [...(options.dir ?? []), ...(options.readOnlyDir ?? [])],
    network: options.network ?? false,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  return { component, instance: await host.linker().instantiate(component), wasi: host };
}

/** Those options of a command that are the compiler's. */
export function compileSettings({ features, tier }: CompileSettings): CompileOptions {
  return { ...(features !== undefined && { features }), ...(tier !== undefined && { tier }) };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
