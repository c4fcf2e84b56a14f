/**
 * Canonical definitions: lifting core functions, lowering component functions, and the built-ins by their table.
 * "Canonical Definitions" in Explainer.md, and the heading of each in CanonicalABI.md.
 */
import { MAX_FLAT_PARAMS, MAX_FLAT_RESULTS } from "../abi/constants.ts";
import { flatCountOf, flattenFuncType } from "../abi/flatten.ts";
import type { CanonDefinition } from "../binary/definitions.ts";
import type { CoreValType } from "../wasm/types.ts";
import { defineBuiltin } from "./canon-builtins.ts";
import { hasPointer, isInMemory, ResolvedOptions, sameTypes } from "./canon-options.ts";
import { typeAt } from "./externs.ts";
import type { Scope } from "./scope.ts";

type CanonOf<O extends CanonDefinition["op"]> = Extract<CanonDefinition, { readonly op: O }>;

export function defineCanon(scope: Scope, canon: CanonDefinition): void {
  switch (canon.op) {
    case "lift":
      defineLift(scope, canon);
      return;
    case "lower":
      defineLower(scope, canon);
      return;
    case "builtin":
      defineBuiltin(scope, canon);
      return;
  }
  canon satisfies never;
}

function defineLift(scope: Scope, canon: CanonOf<"lift">): void {
  const { offset } = canon;
  const core = scope.get("core func", canon.func, offset);
  const { type, node } = typeAt(scope, "func", canon.type, offset);
  const resolver = new ResolvedOptions(scope, canon.options, offset);
  const { options } = resolver;
  resolver.checkAsync(type.async);
  resolver.requireCallback();
  const params = type.params.map((param) => param.type);
  resolver.require("realloc", params.some(hasPointer) || flatCountOf(params) > MAX_FLAT_PARAMS);
  const maxResults = options.async ? MAX_FLAT_PARAMS : MAX_FLAT_RESULTS;
  resolver.require("memory", isInMemory(type.result, maxResults));
  const signature = flattenFuncType(options, type, "lift");
  const { composite } = core.type.type;
  if (composite.kind === "func") {
    checkCoreTypes(scope, "parameter", signature.params, composite.params, offset);
    checkCoreTypes(scope, "result", signature.results, composite.results, offset);
  }
  resolver.checkPostReturn(signature.results);
  scope.addItem("func", { from: "lift", core: core.item, options, type, offset }, offset, node);
}

function checkCoreTypes(
  scope: Scope,
  what: "parameter" | "result",
  lowered: readonly CoreValType[],
  actual: readonly CoreValType[],
  offset: number,
): void {
  if (sameTypes(lowered, actual)) return;
  const [expected, found] = [lowered, actual].map((types) => `[${types.map(printCore).join(", ")}]`);
  scope.fail("canonical", `lowered ${what} types \`${expected}\` do not match ${what} types \`${found}\``, offset);
}

function printCore(type: CoreValType): string {
  return typeof type === "string" ? type.toUpperCase() : "Ref";
}

function defineLower(scope: Scope, canon: CanonOf<"lower">): void {
  const { offset } = canon;
  const func = scope.get("func", canon.func, offset).item.item;
  const { type } = func;
  const resolver = new ResolvedOptions(scope, canon.options, offset);
  const { options } = resolver;
  resolver.forbid(["post-return", "callback"], "lowerings");
  resolver.checkAsync(type.async);
  const signature = flattenFuncType(options, type, "lower");
  const throughMemory = signature.paramsIn === "memory" || signature.resultsIn === "out-pointer";
  // CanonicalABI.md wants `memory` of every `async` lower. Nothing would use it where neither parameters nor results go
  // through memory, and the official tests lower such functions without one.
  resolver.require("memory", throughMemory || type.params.some((param) => hasPointer(param.type)));
  resolver.require("realloc", hasPointer(type.result));
  const coreType = scope.context.coreTypes.func(signature.params, signature.results);
  scope.addCore({ from: "lower", func, options, offset }, { kind: "func", type: coreType }, offset);
}
