/**
 * The canonical built-ins: what their immediates may be, and which core type each has. Their table says what there is to
 * check; the rules are those under the heading of each in CanonicalABI.md.
 */
import { type Builtin, builtin, type Immediate, type SignatureType } from "../abi/builtins.ts";
import { MAX_FLAT_PARAMS } from "../abi/constants.ts";
import { flattenFuncType } from "../abi/flatten.ts";
import type { CanonDefinition } from "../binary/definitions.ts";
import { matchesRef } from "../wasm/matching.ts";
import type { CoreValType, DefinedType } from "../wasm/types.ts";
import { hasPointer, isInMemory, type Mutable, OptionsResolver, resolveMemory } from "./canon-options.ts";
import { typeAt } from "./externs.ts";
import type { Feature } from "./features.ts";
import type { Scope } from "./scope.ts";
import type { TypedImmediates } from "./typed.ts";
import { resolveValType } from "./value-types.ts";

type BuiltinDefinition = Extract<CanonDefinition, { readonly op: "builtin" }>;

export function defineBuiltin(scope: Scope, canon: BuiltinDefinition): void {
  new BuiltinChecker(scope, canon).define();
}

class BuiltinChecker {
  readonly #scope: Scope;
  readonly #canon: BuiltinDefinition;
  /** The built-in's name, for messages. */
  readonly #name: string;
  readonly #row: Builtin;
  readonly #immediates: Mutable<TypedImmediates> = {};
  #threadType: DefinedType | undefined;
  #tableIndex: "i32" | "i64" = "i32";

  constructor(scope: Scope, canon: BuiltinDefinition) {
    this.#scope = scope;
    this.#canon = canon;
    this.#name = `\`${canon.builtin}\``;
    this.#row = builtin(canon.builtin);
  }

  define(): void {
    const { builtin, immediates, offset } = this.#canon;
    const { feature, params, results } = this.#row;
    if (feature !== undefined) this.#require(feature, this.#name);
    for (const immediate of this.#row.immediates) this.#immediate(immediate);
    const { coreTypes } = this.#scope.context;
    const type = coreTypes.func(this.#signature(params), this.#signature(results), immediates.shared);
    const item = { from: "builtin", builtin, immediates: this.#immediates, offset } as const;
    this.#scope.addCore(item, { kind: "func", type }, offset);
  }

  #require(feature: Feature, what: string): void {
    this.#scope.require(feature, this.#canon.offset, what);
  }

  #fail(reason: string): never {
    return this.#scope.fail("canonical", reason, this.#canon.offset);
  }

  #immediate(immediate: Immediate): void {
    const { immediates: syntax, offset } = this.#canon;
    const [scope, into] = [this.#scope, this.#immediates];
    switch (immediate) {
      case "resource":
        into.resource = typeAt(scope, immediate, syntax.resource!, offset).type;
        if (this.#canon.builtin !== "resource.drop" && !scope.defined.has(into.resource)) {
          scope.fail("resource", `type index ${syntax.resource!} is not a local resource`, offset);
        }
        return;
      case "stream":
      case "future": {
        const { type } = scope.get("type", syntax[immediate]!, offset);
        if (type.kind === "stream" || type.kind === "future") into.type = type;
        if (type.kind !== immediate) {
          const reason = `${this.#name} requires a ${immediate} type: type index ${syntax[immediate]!} is none`;
          scope.fail("type", reason, offset);
        }
        return;
      }
      case "core-func-type":
        this.#threadFunc(syntax[immediate]!);
        return;
      case "table":
        this.#table(syntax.table!);
        return;
      case "memory": {
        const { item, pointer } = resolveMemory(scope, syntax.memory!, offset);
        into.memory = item;
        into.pointer = pointer;
        return;
      }
      case "core-type":
        into.coreType = this.#contextType();
        return;
      case "slot":
        if (syntax.slot! > 1) this.#fail(`immediate must be 0 or 1, not ${syntax.slot!}`);
        into.slot = syntax.slot!;
        return;
      case "async":
        if (syntax.async) this.#require("more-async-builtins", `${this.#name} with \`async\``);
        into.async = syntax.async!;
        return;
      case "cancellable":
      case "shared":
        into[immediate] = syntax[immediate]!;
        return;
      case "result": {
        const ref = syntax.result?.type;
        into.result = { type: ref === undefined ? undefined : resolveValType(scope, ref, offset).type };
        return;
      }
      case "options": {
        const resolver = new OptionsResolver(scope, syntax.options!, offset);
        into.options = resolver.options;
        into.pointer = resolver.options.pointer;
        this.#checkOptions(resolver);
        return;
      }
    }
    immediate satisfies never;
  }

  /** The type of the function that a thread begins with: it takes what its maker passes, and gives back nothing. */
  #threadFunc(index: number): void {
    const { offset, immediates } = this.#canon;
    const type = this.#scope.get("core type", index, offset);
    if ("kind" in type || type.composite.kind !== "func") {
      this.#scope.fail("type", `core type index ${index} is not a function type`, offset);
    }
    const { params, results } = type.composite;
    const [param] = params;
    if (params.length !== 1 || results.length !== 0 || (param !== "i32" && param !== "i64")) {
      this.#fail("start function must take a single `i32` argument (currently) and give back nothing");
    }
    if (param === "i64") this.#require("memory64", "a thread with an `i64` argument");
    if (type.shared !== (immediates.shared ?? false)) {
      this.#fail(type.shared ? "the function type may not be shared" : "spawn type must be shared");
    }
    this.#threadType = type;
    this.#immediates.coreFuncType = type.composite;
  }

  #table(index: number): void {
    const { item, type } = this.#scope.get("core table", index, this.#canon.offset);
    const shared = this.#canon.immediates.shared ?? false;
    const wanted = { kind: "ref", nullable: true, heap: { kind: "abstract", type: "func", shared } } as const;
    if (!matchesRef(type.element, wanted)) {
      this.#fail("a table of functions is expected, and this one is of another type");
    }
    if (type.limits.shared !== shared) {
      this.#fail(shared ? "the table must be shared" : "the table may not be shared");
    }
    this.#tableIndex = type.limits.index;
    if (this.#tableIndex === "i64") this.#require("memory64", "a 64-bit table");
    this.#immediates.table = item;
  }

  /** Threads have storage for one type of address, so a component uses one. */
  #contextType(): "i32" | "i64" {
    const type = this.#canon.immediates["core-type"]!;
    if (type === "i64") this.#require("memory64", `${this.#name} of an \`i64\``);
    if (type !== "i32" && type !== "i64") this.#fail(`${this.#name} must be of type \`i32\`, not \`${type}\``);
    this.#scope.contextType ??= type;
    if (this.#scope.contextType !== type) {
      this.#fail("all `context.get` and `context.set` of a component must have the same type");
    }
    return type;
  }

  /** What is asked of the options of built-ins that copy payloads, take or give text, and return results. */
  #checkOptions(resolver: OptionsResolver): void {
    const { type, result } = this.#immediates;
    const copies = type?.kind === "stream" || type?.kind === "future";
    const takesText = this.#row.feature === "error-context";
    if (!copies) resolver.forbid(["async"], this.#name);
    if (!copies && !takesText) resolver.forbid(["realloc"], this.#name);
    resolver.forbid(["post-return", "callback"], this.#name);
    if (copies) {
      const { builtin } = this.#canon;
      resolver.require("memory", type.payload !== undefined);
      const reads = builtin === "stream.read" || builtin === "future.read";
      resolver.require("realloc", reads && hasPointer(type.payload));
      if (!resolver.options.async) this.#require("more-async-builtins", `${this.#name} without \`async\``);
    } else if (takesText) {
      resolver.require(this.#canon.builtin === "error-context.new" ? "memory" : "realloc");
    } else {
      resolver.require("memory", isInMemory(result?.type, MAX_FLAT_PARAMS));
    }
  }

  // ---- The core type

  #signature(types: readonly SignatureType[]): CoreValType[] {
    return types.flatMap((type) => this.#signatureType(type));
  }

  #signatureType(type: SignatureType): CoreValType | readonly CoreValType[] {
    const { resource, pointer = "i32", coreType, coreFuncType, result } = this.#immediates;
    switch (type) {
      case "i32":
      case "i64":
        return type;
      case "rep":
        return resource!.rep;
      case "ptr":
        return pointer;
      case "core-type":
        return coreType!;
      case "table":
        return this.#tableIndex;
      case "closure":
        return coreFuncType!.params;
      case "funcref":
        return { kind: "ref", nullable: true, heap: { kind: "defined", type: this.#threadType! } };
      case "flat-result": {
        const params = result?.type === undefined ? [] : [{ label: "result", type: result.type }];
        return flattenFuncType({ async: false, pointer }, { kind: "func", async: false, params }, "lower").params;
      }
    }
  }
}
