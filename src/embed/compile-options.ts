/** The options of `Component.compile`, checked. */
import type { Tier } from "../codegen/tier.ts";
import { kindOf } from "../runtime/show.ts";
import { allFeatures, type Feature, type FeatureSet, featureSet, isFeature } from "../validate/features.ts";
import { checkOptions, type OptionChecks } from "./options.ts";

export interface CompileOptions {
  /** Proposals to allow beyond what has shipped, by the names of `validate/features.ts`, or `"all"`. */
  readonly features?: "all" | readonly Feature[];
  /**
   * How functions are made: `"jit"` with `new Function`, `"evaluate"` with closures, for hosts whose security policy
   * forbids the former. By default `"jit"` where a probe shows that it is allowed. With `"evaluate"` nothing is probed.
   */
  readonly tier?: Tier;
  /**
   * Whether calls between the components inside become core WebAssembly, where the engine can: true by default. Nothing but
   * speed depends on it.
   */
  readonly fuse?: boolean;
}

const checks: OptionChecks<CompileOptions> = {
  features: featuresFault,
  tier: (value) => (value === "jit" || value === "evaluate" ? undefined : '"jit" or "evaluate"'),
  fuse: (value) => (typeof value === "boolean" ? undefined : "true or false"),
};

/** @throws TypeError that names a feature that there is not */
function featuresFault(option: unknown): string | undefined {
  if (option === "all") return undefined;
  if (!Array.isArray(option)) return '"all" or an array of names';
  for (const name of option) {
    if (typeof name === "string" && isFeature(name)) continue;
    const what = typeof name === "string" ? `feature "${name}"` : `feature that is ${kindOf(name)}`;
    throw new TypeError(`there is no ${what}; there are ${[...allFeatures].join(", ")}`);
  }
  return undefined;
}

/** The features that are on with these options, which are checked. */
export function featuresOf(options: Pick<CompileOptions, "features">): FeatureSet {
  checkOptions("Component.compile", options, checks);
  return featureSet(options.features);
}
