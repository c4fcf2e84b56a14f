/**
 * Value types and function types: what may be made of what. "Type Definitions" in Explainer.md and Binary.md.
 */
import { MAX_VALUE_SIZE } from "../abi/constants.ts";
import { elementSize } from "../abi/layout.ts";
import type {
  CaseSyntax, DefinedValTypeSyntax, FuncTypeSyntax, LabelledType, LabelSyntax, ValTypeRef, Written,
} from "../binary/definitions.ts"; // biome-ignore format: one list
import { primitives } from "../types/interner.ts";
import { labelFault } from "../types/names.ts";
import { type Mapping, mapShape } from "../types/shape.ts";
import type { AnyType, FuncType, Interned, ValShape, ValType } from "../types/types.ts";
import { typeAt } from "./externs.ts";
import { factsOf } from "./facts.ts";
import type { Scope, TypeEntry } from "./scope.ts";
import { closed, type NameNode, nameable, transparent } from "./visibility.ts";

/** The value type that a `valtype` means. */
export function resolveValType(scope: Scope, ref: ValTypeRef, offset: number): TypeEntry<ValType> {
  if (typeof ref !== "number") {
    if (ref === "error-context") scope.require(ref, offset);
    return { type: primitives[ref], node: closed };
  }
  const entry = scope.get("type", ref, offset);
  switch (entry.type.kind) {
    case "func":
    case "resource":
    case "instance":
    case "component":
      return scope.fail("type", `type index ${ref} is not a defined type`, offset);
    default:
      return entry as TypeEntry<ValType>;
  }
}

/** Resolves what a type at `offset` is made of, in order, and keeps the names in `nodes`. */
function resolving(scope: Scope, offset: number, nodes: NameNode[]): Mapping<Written, Interned> {
  const keep = <T extends AnyType>({ type, node }: TypeEntry<T>): T => {
    nodes.push(node);
    return type;
  };
  return {
    part: (ref, at?: CaseSyntax | LabelledType) => keep(resolveValType(scope, ref, at?.offset ?? offset)),
    resource: (index) => keep(typeAt(scope, "resource", index, offset)),
  };
}

/** `defvaltype` */
export function defineValType(scope: Scope, syntax: DefinedValTypeSyntax): TypeEntry<ValType> {
  const { kind, offset } = syntax;
  if (kind === "primitive") return resolveValType(scope, syntax.type, offset);
  const fail = (reason: string) => scope.fail("type", reason, offset);
  checkSyntax(scope, syntax);
  const nodes: NameNode[] = [];
  const type = scope.context.types.intern<ValType>(
    mapShape<Written, Interned>(shapeOf(syntax), resolving(scope, offset, nodes)),
  );
  const { maxSize } = factsOf(type);
  if (maxSize >= MAX_VALUE_SIZE && elementSize(type, "i64") >= MAX_VALUE_SIZE) {
    fail(`type exceeds maximum byte size of ${MAX_VALUE_SIZE - 1}`);
  }
  if (type.kind === "map" && !keyKinds.has(type.key.kind)) {
    fail(`invalid map key type \`${type.key.kind}\`: keys are booleans, integers, characters or strings`);
  }
  if (type.kind === "stream" || type.kind === "future") {
    const { payload } = type;
    if (payload !== undefined && factsOf(payload).borrow) fail(`${kind} payload type cannot contain a \`borrow\` type`);
    if (kind === "stream" && payload?.kind === "char") fail("`stream<char>` is not valid at this time");
  }
  const needsName = kind === "record" || kind === "variant" || kind === "enum" || kind === "flags";
  return { type, node: needsName ? nameable(nodes) : transparent(nodes) };
}

function shapeOf(syntax: Exclude<DefinedValTypeSyntax, { kind: "primitive" }>): ValShape<Written> {
  if (syntax.kind !== "enum" && syntax.kind !== "flags") return syntax;
  return { kind: syntax.kind, labels: syntax.labels.map(({ label }) => label) };
}

const keyKinds: ReadonlySet<ValType["kind"]> = new Set<ValType["kind"]>([
  "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "char", "string",
]); // biome-ignore format: one list

/** Of kinds that consist of what has labels: what is wrong if there is none, and what each is called. */
const labelled = {
  record: ["record type must have at least one field", "record field"],
  variant: ["variant type must have at least one case", "variant case"],
  enum: ["enum type must have at least one variant", "enum tag"],
  flags: ["flags must have at least one entry", "flag"],
} as const;

/** What can be told of a type before its parts are looked at. */
function checkSyntax(scope: Scope, syntax: Exclude<DefinedValTypeSyntax, { kind: "primitive" }>): void {
  const { kind, offset } = syntax;
  const fail = (reason: string) => scope.fail("type", reason, offset);
  switch (kind) {
    case "record":
    case "variant":
    case "enum":
    case "flags": {
      const labels = kind === "record" ? syntax.fields : kind === "variant" ? syntax.cases : syntax.labels;
      const [none, what] = labelled[kind];
      if (labels.length === 0) fail(none);
      if (kind === "flags" && labels.length > 32) fail("cannot have more than 32 flags");
      checkLabels(scope, labels, what);
      return;
    }
    case "tuple":
      if (syntax.types.length === 0) fail("tuple type must have at least one type");
      return;
    case "list":
      if (syntax.length === undefined) return;
      scope.require("fixed-length-lists", offset);
      if (syntax.length === 0) fail("fixed-length lists must have more than zero elements");
      return;
    case "map":
      scope.require(kind, offset);
      return;
    case "stream":
    case "future":
      scope.require("async", offset, `the \`${kind}\` type`);
      return;
    case "option":
    case "result":
    case "own":
    case "borrow":
      return;
  }
  kind satisfies never;
}

/** Labels are kebab-cased, and differ in more than case. */
function checkLabels(scope: Scope, labels: readonly LabelSyntax[], what: string): void {
  const seen = new Map<string, string>();
  for (const { label, offset } of labels) {
    const fail = (reason: string) => scope.fail("name", `${what} name ${reason}`, offset);
    if (label === "") fail("cannot be empty");
    if (labelFault(label) !== undefined) fail(`\`${label}\` is not in kebab case`);
    if (labels.length === 1) return;
    const key = label.toLowerCase();
    const before = seen.get(key);
    if (before !== undefined) {
      fail(`\`${label}\` conflicts with previous ${what.split(" ").at(-1)} name \`${before}\``);
    }
    seen.set(key, label);
  }
}

/** `functype` */
export function defineFuncType(scope: Scope, syntax: FuncTypeSyntax): TypeEntry<FuncType> {
  const { offset } = syntax;
  if (syntax.async) scope.require("async", offset, "an async function type");
  checkLabels(scope, syntax.params, "function parameter");
  const nodes: NameNode[] = [];
  const type = scope.context.types.intern<FuncType>(
    mapShape<Written, Interned>(syntax, resolving(scope, offset, nodes)),
  );
  if (type.result !== undefined && factsOf(type.result).borrow) {
    scope.fail("type", "function result cannot contain a `borrow` type", offset);
  }
  return { type, node: transparent(nodes) };
}
