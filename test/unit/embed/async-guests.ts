/**
 * Asynchronous components from text. A guest is one core module with a memory, which imports whatever built-ins and
 * functions it is given from "".
 */
import type { Component } from "../../../src/embed/component.ts";
import type { Instance } from "../../../src/embed/instance.ts";
import { Linker } from "../../../src/embed/linker.ts";
import type { InstantiateOptions } from "../../../src/embed/store.ts";
import { canSuspend } from "../../../src/runtime/fiber.ts";
import type { ComponentInstance } from "../../../src/runtime/instance.ts";
import { Store } from "../../../src/runtime/store.ts";
import { sizeOf } from "../runtime/table-size.ts";
import { component, memoryText } from "./guests.ts";

/** Why a test is left out whose guests have to be suspended, where they cannot be. */
export const skip: string | false = !canSuspend && "needs suspended stacks";

/** A function of core WebAssembly and what it is at component level. */
interface Func {
  /** `"(param i32) (result i32)"` */
  readonly core: string;
  /** Of a built-in, all that stands behind `canon`; of an import or export, its type. */
  readonly is: string;
  /** Options of `canon lift` or `canon lower`. */
  readonly with?: string;
}

export interface Guest {
  readonly types?: string;
  readonly builtins?: Readonly<Record<string, Func>>;
  readonly imports?: Readonly<Record<string, Func>>;
  readonly exports: Readonly<Record<string, Omit<Func, "core">>>;
  readonly code: string;
}

export function guestText({ types = "", builtins = {}, imports = {}, exports, code }: Guest): string {
  const all = { ...builtins, ...imports };
  const lines = [
    ...Object.entries(imports).map(([name, { is }]) => `(import "${name}" (func $${name} ${is}))`),
    ...Object.entries(imports).map(
      ([name, { with: options = "" }]) => `(core func $${name} (canon lower (func $${name}) ${options}))`,
    ),
    ...Object.entries(builtins).map(([name, { is }]) => `(core func $${name} (canon ${is}))`),
  ];
  const coreImports = Object.entries(all).map(([name, { core }]) => `(import "" "${name}" (func $${name} ${core}))`);
  const given = Object.keys(all).map((name) => `(export "${name}" (func $${name}))`);
  const lifts = Object.entries(exports).map(
    ([name, { is, with: options = "" }]) =>
      `(func (export "${name}") ${is} (canon lift (core func $m "${name}") ${options}))`,
  );
  return `(component ${memoryText({ pages: 4, free: 65536 })} ${types} ${lines.join("\n")}
    (core module $M (import "" "memory" (memory 4)) ${coreImports.join("\n")} ${code})
    (core instance $m (instantiate $M (with "" (instance (export "memory" (memory $memory)) ${given.join(" ")}))))
    ${lifts.join("\n")})`;
}

export function compileGuest(guest: Guest): Promise<Component> {
  return component(guestText(guest), { features: "all" });
}

export async function instantiateGuest(
  guest: Guest,
  definitions: Readonly<Record<string, object>> = {},
  options?: InstantiateOptions,
): Promise<Instance> {
  let linker: Linker = new Linker();
  for (const [name, items] of Object.entries(definitions)) linker = linker.define(name, items);
  return linker.instantiate(await compileGuest(guest), options);
}

/** A store that can tell how many handles and threads its instances have. */
export class WatchedStore extends Store {
  readonly #watched: ComponentInstance[] = [];

  override adopt(instance: ComponentInstance): void {
    this.#watched.push(instance);
    super.adopt(instance);
  }

  get handles(): number {
    return this.#watched.reduce((all, { handles, threads }) => all + sizeOf(handles) + sizeOf(threads), 0);
  }
}

/** Built-ins that most guests use. */
export const waiting = {
  "waitable-set.new": { core: "(result i32)", is: "waitable-set.new" },
  "waitable-set.drop": { core: "(param i32)", is: "waitable-set.drop" },
  "waitable.join": { core: "(param i32 i32)", is: "waitable.join" },
  "subtask.drop": { core: "(param i32)", is: "subtask.drop" },
  "waitable-set.wait": { core: "(param i32 i32) (result i32)", is: "waitable-set.wait (memory $memory)" },
} as const satisfies Record<string, Func>;
