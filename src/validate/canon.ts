/**
 * Canonical definitions: lifting core functions, lowering component functions, and the built-ins by their table.
 * "Canonical Definitions" in Explainer.md, and the heading of each in CanonicalABI.md.
 */
import { MAX_FLAT_PARAMS, MAX_FLAT_RESULTS } from "../abi/constants.ts";
import { flatCount, flatCountOf, flattenFuncType } from "../abi/flatten.ts";
import type { CanonDefinition } from "../binary/definitions.ts";
import type { CoreValType } from "../wasm/types.ts";
import { defineBuiltin } from "./canon-builtins.ts";
import { hasPointer, OptionsResolver } from "./canon-options.ts";
import type { Context } from "./context.ts";
import type { Scope } from "./scope.ts";

export function defineCanon(context: Context, scope: Scope, canon: CanonDefinition): void {
  switch (canon.op) {
    case "lift":
      defineLift(context, scope, canon);
      return;
    case "lower":
      defineLower(context, scope, canon);
      return;
    case "builtin":
      scope.coreFuncs.add(defineBuiltin(context, scope, canon), canon.offset);
      return;
  }
}

function defineLift(context: Context, scope: Scope, canon: Extract<CanonDefinition, { readonly op: "lift" }>): void {
  const { offset } = canon;
  const { item: core, type: coreType } = scope.coreFuncs.get(canon.func, offset);
  const { type, node } = scope.types.get(canon.type, offset);
  if (type.kind !== "func") context.fail("type", `type index ${canon.type} is not a function type`, offset);
  const resolver = new OptionsResolver(context, scope, canon.options, offset);
  const { options } = resolver;
  resolver.checkAsync(type.async);
  resolver.requireCallback();
  const params = type.params.map((param) => param.type);
  resolver.requireRealloc(params.some(hasPointer) || flatCountOf(params) > MAX_FLAT_PARAMS);
  const maxResults = options.async ? MAX_FLAT_PARAMS : MAX_FLAT_RESULTS;
  resolver.requireMemory(hasPointer(type.result) || (type.result !== undefined && flatCount(type.result) > maxResults));
  const signature = flattenFuncType(options, type, "lift");
  const { composite } = coreType;
  if (composite.kind === "func") {
    checkCoreTypes(context, "parameter", signature.params, composite.params, offset);
    checkCoreTypes(context, "result", signature.results, composite.results, offset);
  }
  resolver.checkPostReturn(signature.results);
  scope.funcs.add({ item: { from: "lift", core, options, type, offset }, node }, offset);
}

function checkCoreTypes(
  context: Context,
  what: "parameter" | "result",
  lowered: readonly CoreValType[],
  actual: readonly CoreValType[],
  offset: number,
): void {
  if (lowered.length === actual.length && lowered.every((type, i) => type === actual[i])) return;
  const [expected, found] = [lowered, actual].map((types) => `[${types.map(printCore).join(", ")}]`);
  context.fail("canonical", `lowered ${what} types \`${expected}\` do not match ${what} types \`${found}\``, offset);
}

function printCore(type: CoreValType): string {
  return typeof type === "string" ? type.toUpperCase() : "Ref";
}

function defineLower(context: Context, scope: Scope, canon: Extract<CanonDefinition, { readonly op: "lower" }>): void {
  const { offset } = canon;
  const { item: func } = scope.funcs.get(canon.func, offset);
  const { type } = func;
  const resolver = new OptionsResolver(context, scope, canon.options, offset);
  const { options } = resolver;
  resolver.forbid(["post-return", "callback"], "lowerings");
  resolver.checkAsync(type.async);
  const signature = flattenFuncType(options, type, "lower");
  const throughMemory = signature.paramsIn === "memory" || signature.resultsIn === "out-pointer";
  // CanonicalABI.md wants `memory` of every `async` lower. Nothing would use it where neither parameters nor results go
  // through memory, and the official tests lower such functions without one.
  resolver.requireMemory(throughMemory || type.params.some((param) => hasPointer(param.type)));
  resolver.requireRealloc(hasPointer(type.result));
  const coreType = context.coreTypes.func(signature.params, signature.results);
  scope.coreFuncs.add({ item: { from: "lower", func, options, offset }, type: coreType }, offset);
}
