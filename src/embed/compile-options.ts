/** The options of `Component.compile`, checked: one that is misspelt must not go unnoticed. */
import type { Tier } from "../codegen/tier.ts";
import { kindOf, show } from "../runtime/show.ts";
import { allFeatures, type Feature, type FeatureSet, featureSet, isFeature } from "../validate/features.ts";
import { checkOptionNames } from "./options.ts";

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

const keys = ["features", "tier", "fuse"] as const satisfies readonly (keyof CompileOptions)[];

/** @throws TypeError that names the option */
function checkCompileOptions(options: unknown): asserts options is CompileOptions {
  checkOptionNames("Component.compile", options, keys);
  const { features, tier, fuse } = options as { [K in keyof CompileOptions]: unknown };
  checkFeatures(features);
  if (tier !== undefined && tier !== "jit" && tier !== "evaluate") {
    throw new TypeError(`the option "tier" is "jit" or "evaluate", not ${show(tier)}`);
  }
  if (fuse !== undefined && typeof fuse !== "boolean") {
    throw new TypeError(`the option "fuse" is true or false, not ${show(fuse)}`);
  }
}

function checkFeatures(option: unknown): void {
  if (option === undefined || option === "all") return;
  if (!Array.isArray(option)) {
    throw new TypeError(`the option "features" is "all" or an array of names, not ${show(option)}`);
  }
  for (const name of option) {
    if (typeof name === "string" && isFeature(name)) continue;
    const what = typeof name === "string" ? `feature "${name}"` : `feature that is ${kindOf(name)}`;
    throw new TypeError(`there is no ${what}; there are ${[...allFeatures].join(", ")}`);
  }
}

/** The features that are on with these options, which are checked. */
export function featuresOf(options: Pick<CompileOptions, "features">): FeatureSet {
  checkCompileOptions(options);
  return featureSet(options.features);
}
