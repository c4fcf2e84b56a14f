/**
 * gantry's decoder and validator alone as a host: scripts can be run for what they say of validity, without anything
 * being instantiated.
 */
import { Component } from "../embed/component.ts";
import type { Host, HostOptions } from "./host.ts";

export function createHost({ features }: HostOptions): Host<true, never> {
  const nothing = (): never => {
    throw new Error("nothing is instantiated");
  };
  return {
    compileOnly: true,
    async compile(bytes) {
      Component.validate(bytes as Uint8Array<ArrayBuffer>, { features });
      return true;
    },
    instantiate: nothing,
    funcType: nothing,
    invoke: nothing,
  };
}
