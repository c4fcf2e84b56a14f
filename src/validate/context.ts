/**
 * What all parts of one validation share: the bytes, the interners, the features, and the place for errors.
 */
import { ComponentError } from "../errors/component-error.ts";
import { TypeInterner } from "../types/interner.ts";
import type { ComponentType } from "../types/types.ts";
import { CoreTypeInterner } from "../wasm/interner.ts";
import { type Feature, type FeatureSet, features } from "./features.ts";
import { maxTypeWork } from "./limits.ts";

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
  readonly types: TypeInterner;
  readonly coreTypes: CoreTypeInterner = new CoreTypeInterner();
  /** From the outside in: where in the component's interface the definition at hand stands. */
  readonly path: string[] = [];
  /** Pairs of closed component types, of which the first has been found to be a subtype of each of the second. */
  readonly subtypes: Map<ComponentType, Set<ComponentType>> = new Map();
  #work: number;

  constructor(bytes: Uint8Array, features: FeatureSet, types: TypeInterner = new TypeInterner()) {
    this.bytes = bytes;
    this.features = features;
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

  /** Fails unless `feature` is on. */
  require(feature: Feature, offset: number, what: string = features[feature].what): void {
    if (this.features.has(feature)) return;
    this.fail("feature", `${what} is not available: it needs the \`${feature}\` feature, which is off`, offset);
  }

  /** Accounts for `amount` of work on types. */
  spend(amount: number, offset: number): void {
    this.#work -= amount;
    if (this.#work < 0) this.failLimit("effective type size exceeds the limit", offset);
  }
}
