/**
 * What all parts of one validation share: the bytes, the interners, the features, and the place for errors.
 */
import { ComponentError } from "../errors/component-error.ts";
import { TypeInterner } from "../types/interner.ts";
import type { NameOptions } from "../types/names.ts";
import type { ComponentType, ExternType } from "../types/types.ts";
import { CoreTypeInterner } from "../wasm/interner.ts";
import type { CoreExternType, CoreModuleType } from "../wasm/types.ts";
import { depthOf } from "./facts.ts";
import { type Feature, type FeatureSet, features } from "./features.ts";
import { maxTypeNesting, maxTypeWork } from "./limits.ts";

/** The family of the rule that a component breaks: `code` of the error. */
export type Rule =
  | "index"
  | "type"
  | "name"
  | "subtype"
  | "resource"
  | "visibility"
  | "instantiation"
  | "alias"
  | "canonical"
  | "core"
  | "value"
  | "feature";

export class Context {
  readonly bytes: Uint8Array;
  readonly features: FeatureSet;
  readonly nameOptions: NameOptions;
  /** The features that are asked for. */
  readonly used: Set<Feature> | undefined;
  readonly types: TypeInterner;
  readonly coreTypes: CoreTypeInterner = new CoreTypeInterner();
  /** From the outside in: where in the component's interface the definition at hand stands. */
  readonly path: string[] = [];
  /** Pairs of closed component types, of which the first has been found to be a subtype of each of the second. */
  readonly subtypes: Map<ComponentType, Set<ComponentType>> = new Map();
  /** The exports by name of the core modules that have been instantiated. */
  readonly coreExports: Map<CoreModuleType, ReadonlyMap<string, CoreExternType>> = new Map();
  #work: number;

  constructor(
    bytes: Uint8Array,
    features: FeatureSet,
    types: TypeInterner = new TypeInterner(),
    used: Set<Feature> | undefined = undefined,
  ) {
    this.used = used;
    this.bytes = bytes;
    this.features = features;
    this.nameOptions = { nested: features.has("nested-names"), canonicalVersions: features.has("canonical-names") };
    this.types = types;
    this.#work = maxTypeWork(bytes.length);
  }

  fail(rule: Rule, reason: string, offset: number): never {
    throw new ComponentError("validate", rule, reason, { offset, path: this.path.slice() });
  }

  /** The component may be valid, but is larger than this implementation takes. */
  failLimit(reason: string, offset: number): never {
    throw new ComponentError("unsupported", "limit", reason, { offset, path: this.path.slice() });
  }

  /** Fails if `type` is nested too deeply for what recurs on it. To be asked of every type that is made of others. */
  checkDepth(type: ExternType["type"], offset: number): void {
    if (depthOf(type) > maxTypeNesting) {
      this.failLimit(`type nesting is too deep: the limit is ${maxTypeNesting}`, offset);
    }
  }

  /** Fails unless `feature` is on. */
  require(feature: Feature, offset: number, what: string = features[feature].what): void {
    this.used?.add(feature);
    if (this.features.has(feature)) return;
    const how = "(`features` of `Component.compile` and `--features` of the command turn it on)";
    this.fail("feature", `${what} is not available: it needs the \`${feature}\` feature, which is off ${how}`, offset);
  }

  /** Accounts for `amount` of work on types. */
  spend(amount: number, offset: number): void {
    this.#work -= amount;
    if (this.#work < 0) this.failLimit("effective type size exceeds the limit", offset);
  }
}
