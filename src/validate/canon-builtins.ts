/**
 * The canonical built-ins: what their immediates may be, and which core type each has. Their table says what there is to
 * check; the rules are those under the heading of each in CanonicalABI.md.
 */
import { builtin, type Immediate, type SignatureType } from "../abi/builtins.ts";
import { MAX_FLAT_PARAMS } from "../abi/constants.ts";
import { flattenFuncType } from "../abi/flatten.ts";
import type { CanonDefinition } from "../binary/definitions.ts";
import { matchesRef } from "../wasm/matching.ts";
import type { CoreValType, DefinedType } from "../wasm/types.ts";
import { hasPointer, isInMemory, type Mutable, ResolvedOptions, resolveMemory } from "./canon-options.ts";
import { typeAt } from "./externs.ts";
import type { Scope } from "./scope.ts";
import type { TypedImmediates } from "./typed.ts";
import { resolveValType } from "./value-types.ts";

type BuiltinDefinition = Extract<CanonDefinition, { readonly op: "builtin" }>;
type Address = "i32" | "i64";

/** The immediates, resolved, and what else is known by them. */
interface Resolved {
  readonly immediates: Mutable<TypedImmediates>;
  threadType?: DefinedType;
  tableIndex?: Address;
}

export function defineBuiltin(scope: Scope, canon: BuiltinDefinition): void {
  const { builtin: name, immediates: syntax, offset } = canon;
  const row = builtin(name);
  if (row.feature !== undefined) scope.require(row.feature, offset, `\`${name}\``);
  const resolved: Resolved = { immediates: {} };
  for (const immediate of row.immediates) resolveImmediate(scope, canon, immediate, resolved);
  const signature = (types: readonly SignatureType[]) => types.flatMap((type) => signatureType(type, resolved));
  const type = scope.context.coreTypes.func(signature(row.params), signature(row.results), syntax.shared);
  const item = { from: "builtin", builtin: name, immediates: resolved.immediates, offset } as const;
  scope.addCore(item, { kind: "func", type }, offset);
}

function resolveImmediate(scope: Scope, canon: BuiltinDefinition, immediate: Immediate, resolved: Resolved): void {
  const { immediates: syntax, offset } = canon;
  const name = `\`${canon.builtin}\``;
  const into = resolved.immediates;
  switch (immediate) {
    case "resource":
      into.resource = typeAt(scope, immediate, syntax.resource!, offset).type;
      if (canon.builtin !== "resource.drop" && !scope.defined.has(into.resource)) {
        scope.fail("resource", `type index ${syntax.resource!} is not a local resource`, offset);
      }
      return;
    case "stream":
    case "future": {
      const { type } = scope.get("type", syntax[immediate]!, offset);
      if (type.kind === "stream" || type.kind === "future") into.type = type;
      if (type.kind !== immediate) {
        const reason = `${name} requires a ${immediate} type: type index ${syntax[immediate]!} is none`;
        scope.fail("type", reason, offset);
      }
      return;
    }
    case "core-func-type":
      resolveThreadFunc(scope, canon, resolved);
      return;
    case "table":
      resolveTable(scope, canon, resolved);
      return;
    case "memory": {
      const { item, pointer } = resolveMemory(scope, syntax.memory!, offset);
      into.memory = item;
      into.pointer = pointer;
      return;
    }
    case "core-type":
      into.coreType = contextType(scope, name, canon);
      return;
    case "slot":
      if (syntax.slot! > 1) scope.fail("canonical", `immediate must be 0 or 1, not ${syntax.slot!}`, offset);
      into.slot = syntax.slot!;
      return;
    case "async":
      if (syntax.async) scope.require("more-async-builtins", offset, `${name} with \`async\``);
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
      const resolver = new ResolvedOptions(scope, syntax.options!, offset);
      into.options = resolver.options;
      into.pointer = resolver.options.pointer;
      checkBuiltinOptions(scope, canon, into, resolver);
      return;
    }
  }
  immediate satisfies never;
}

/** The type of the function that a thread begins with: it takes what its maker passes, and gives back nothing. */
function resolveThreadFunc(scope: Scope, { immediates, offset }: BuiltinDefinition, resolved: Resolved): void {
  const fail = (reason: string) => scope.fail("canonical", reason, offset);
  const index = immediates["core-func-type"]!;
  const type = scope.get("core type", index, offset);
  if ("kind" in type || type.composite.kind !== "func") {
    scope.fail("type", `core type index ${index} is not a function type`, offset);
  }
  const { params, results } = type.composite;
  const [param] = params;
  if (params.length !== 1 || results.length !== 0 || (param !== "i32" && param !== "i64")) {
    fail("start function must take a single `i32` argument (currently) and give back nothing");
  }
  if (param === "i64") scope.require("memory64", offset, "a thread with an `i64` argument");
  if (type.shared !== (immediates.shared ?? false)) {
    fail(type.shared ? "the function type may not be shared" : "spawn type must be shared");
  }
  resolved.threadType = type;
  resolved.immediates.coreFuncType = type.composite;
}

function resolveTable(scope: Scope, { immediates, offset }: BuiltinDefinition, resolved: Resolved): void {
  const fail = (reason: string) => scope.fail("canonical", reason, offset);
  const { item, type } = scope.get("core table", immediates.table!, offset);
  const shared = immediates.shared ?? false;
  const wanted = { kind: "ref", nullable: true, heap: { kind: "abstract", type: "func", shared } } as const;
  if (!matchesRef(type.element, wanted)) {
    fail("a table of functions is expected, and this one is of another type");
  }
  if (type.limits.shared !== shared) {
    fail(shared ? "the table must be shared" : "the table may not be shared");
  }
  if (type.limits.index === "i64") scope.require("memory64", offset, "a 64-bit table");
  resolved.tableIndex = type.limits.index;
  resolved.immediates.table = item;
}

/** Threads have storage for one type of address, so a component uses one. */
function contextType(scope: Scope, name: string, { immediates, offset }: BuiltinDefinition): Address {
  const type = immediates["core-type"]!;
  if (type === "i64") scope.require("memory64", offset, `${name} of an \`i64\``);
  if (type !== "i32" && type !== "i64") {
    return scope.fail("canonical", `${name} must be of type \`i32\`, not \`${type}\``, offset);
  }
  scope.contextType ??= type;
  if (scope.contextType !== type) {
    scope.fail("canonical", "all `context.get` and `context.set` of a component must have the same type", offset);
  }
  return type;
}

/** What is asked of the options of built-ins that copy payloads, take or give text, and return results. */
function checkBuiltinOptions(
  scope: Scope,
  { builtin: name, offset }: BuiltinDefinition,
  { type, result }: TypedImmediates,
  resolver: ResolvedOptions,
): void {
  const copies = type?.kind === "stream" || type?.kind === "future";
  const takesText = builtin(name).feature === "error-context";
  if (!copies) resolver.forbid(["async"], `\`${name}\``);
  if (!copies && !takesText) resolver.forbid(["realloc"], `\`${name}\``);
  resolver.forbid(["post-return", "callback"], `\`${name}\``);
  if (copies) {
    resolver.require("memory", type.payload !== undefined);
    const reads = name === "stream.read" || name === "future.read";
    resolver.require("realloc", reads && hasPointer(type.payload));
    if (!resolver.options.async) scope.require("more-async-builtins", offset, `\`${name}\` without \`async\``);
  } else if (takesText) {
    resolver.require(name === "error-context.new" ? "memory" : "realloc");
  } else {
    resolver.require("memory", isInMemory(result?.type, MAX_FLAT_PARAMS));
  }
}

/** What stands for a parameter or result in the core type: one type, or as many as there are. */
function signatureType(
  type: SignatureType,
  { immediates, threadType, tableIndex }: Resolved,
): CoreValType | readonly CoreValType[] {
  const { resource, pointer = "i32", coreType, coreFuncType, result } = immediates;
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
      return tableIndex!;
    case "closure":
      return coreFuncType!.params;
    case "funcref":
      return { kind: "ref", nullable: true, heap: { kind: "defined", type: threadType! } };
    case "flat-result": {
      const params = result?.type === undefined ? [] : [{ label: "result", type: result.type }];
      return flattenFuncType({ async: false, pointer }, { kind: "func", async: false, params }, "lower").params;
    }
  }
}
