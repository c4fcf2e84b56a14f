/**
 * gantry itself as the host of scripts.
 */
import { Component } from "../embed/component.ts";
import type { Func } from "../embed/func.ts";
import type { Instance } from "../embed/instance.ts";
import { Linker } from "../embed/linker.ts";
import { Store, type StoreOptions, storeWithChooser } from "../embed/store.ts";
import { ComponentError } from "../errors/component-error.ts";
import { ResultError } from "../errors/result-error.ts";
import type { Host, HostOptions } from "./host.ts";
import { SeededChooser } from "./seeded-chooser.ts";

export function createHost(options: HostOptions): Host<Component, Instance> {
  const { features, tier, fuse, seed } = options;
  const compileOptions = { features, ...(tier !== undefined && { tier }), ...(fuse !== undefined && { fuse }) };
  return {
    compile: (bytes) => Component.compile(bytes as Uint8Array<ArrayBuffer>, compileOptions),
    async instantiate(component, imports) {
      let linker = new Linker();
      for (const [name, instance] of imports) linker = linker.define(name, instance.exports);
      // What fails unheard makes the next call fail, if the script has one.
      const options: StoreOptions = { onUnhandled() {} };
      const store = seed === undefined ? new Store(options) : storeWithChooser(new SeededChooser(seed), options);
      return linker.instantiate(component, { store });
    },
    funcType: (instance, name) => find(instance, name)?.type,
    async invoke(instance, name, args) {
      const func = find(instance, name)!;
      if (func.type.result?.kind !== "result") return func.callAsync(...args);
      try {
        return { tag: "ok", val: await func.callAsync(...args) };
      } catch (error) {
        if (error instanceof ResultError) return { tag: "err", val: error.payload };
        throw error;
      }
    },
  };
}

/** `"name"` at the top, or `"interface#name"`. */
function find(instance: Instance, name: string): Func | undefined {
  try {
    return instance.func(...(name.split("#") as [string, ...string[]]));
  } catch (error) {
    if (error instanceof ComponentError && error.code === "unknown-export") return undefined;
    throw error;
  }
}
