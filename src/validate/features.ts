/**
 * Which proposals of the Component Model are on: "Gated Features" in Explainer.md, one row a gate.
 *
 * On by default is what has shipped with WASI 0.2 and 0.3 and will not change. The others are turned on by name; a
 * component that uses one without is rejected with its name.
 */
export interface FeatureRow {
  readonly default: boolean;
  /** What it brings, as the subject of "... is not available". */
  readonly what: string;
}

export const features = {
  /** 🔀 */
  async: { default: true, what: "async" },
  /** 🗺️ */
  map: { default: true, what: "the `map` type" },
  /** 🏷️ */
  implements: { default: true, what: "attributes of names" },
  /** 🚝 */
  "more-async-builtins": { default: false, what: "this form of an async built-in" },
  /** 🚟 */
  "async-stackful": { default: false, what: "lifting with `async` and without `callback`" },
  /** 🧵 */
  threads: { default: false, what: "cooperative threads" },
  /** 🧵② */
  "shared-everything-threads": { default: false, what: "shared-everything threads" },
  /** 🔧 */
  "fixed-length-lists": { default: false, what: "lists of a fixed length" },
  /** 📝 */
  "error-context": { default: false, what: "the `error-context` type" },
  /** 🔗 */
  "canonical-names": { default: false, what: "canonical versions of interface names" },
  /** 🪺 */
  "nested-names": { default: false, what: "nested namespaces and packages" },
  /** 🪙 */
  values: { default: false, what: "component-level values and start functions" },
  /** 🐘 */
  memory64: { default: false, what: "64-bit memories and representations" },
} as const satisfies Record<string, FeatureRow>;

export type Feature = keyof typeof features;
export type FeatureSet = ReadonlySet<Feature>;

const names = Object.keys(features) as Feature[];

/** What is on unless something else is asked for. */
export const defaultFeatures: FeatureSet = new Set(names.filter((name) => features[name].default));

/** Every feature there is. */
export const allFeatures: FeatureSet = new Set(names);

/** Whether `name` is the name of a feature. */
export function isFeature(name: string): name is Feature {
  return Object.hasOwn(features, name);
}

/** The features that are on if `wanted` are asked for, besides those that are on anyway. */
export function featureSet(wanted: "all" | readonly Feature[] = []): FeatureSet {
  return wanted === "all" ? allFeatures : new Set([...defaultFeatures, ...wanted]);
}
