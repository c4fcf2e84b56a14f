/**
 * gantry's decoder and validator alone as a host: scripts can be run for what they say of validity before, or without,
 * anything being instantiated.
 */
import { decodeComponent } from "../binary/component.ts";
import { allFeatures, type Feature, withFeatures } from "../validate/features.ts";
import { validateComponent } from "../validate/validate.ts";
import type { Host, HostOptions } from "./host.ts";

export function createHost({ features }: HostOptions): Host<true, never> {
  const on = features === "all" ? allFeatures : withFeatures(Object.fromEntries(features.map((name) => [name as Feature, true])));
  const nothing = (): never => {
    throw new Error("nothing is instantiated");
  };
  return {
    compileOnly: true,
    async compile(bytes) {
      validateComponent(decodeComponent(bytes), bytes, { features: on });
      return true;
    },
    instantiate: nothing,
    funcType: nothing,
    invoke: nothing,
  };
}
