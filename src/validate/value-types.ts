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
import type { FuncType, Interned, ValShape, ValType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { typeAt } from "./externs.ts";
import { factsOf } from "./facts.ts";
import type { Scope, TypeEntry } from "./scope.ts";
import { closed, type NameNode, nameable, transparent } from "./visibility.ts";

/** The value type that a `valtype` means. */
export function resolveValType(context: Context, scope: Scope, ref: ValTypeRef, offset: number): TypeEntry<ValType> {
  if (typeof ref !== "number") {
    if (ref === "error-context") context.require("error-context", offset);
    return { type: primitives[ref], node: closed };
  }
  const {
    type: { type },
    node,
  } = scope.get("type", ref, offset);
  switch (type.kind) {
    case "func":
    case "resource":
    case "instance":
    case "component":
      return context.fail("type", `type index ${ref} is not a defined type`, offset);
    default:
      return { type, node };
  }
}

/** Resolves what a type is made of, in order, and keeps the names. */
class Resolver implements Mapping<Written, Interned> {
  readonly nodes: NameNode[] = [];
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #offset: number;

  constructor(context: Context, scope: Scope, offset: number) {
    this.#context = context;
    this.#scope = scope;
    this.#offset = offset;
  }

  part(ref: ValTypeRef, at?: CaseSyntax | LabelledType): ValType {
    return this.#keep(resolveValType(this.#context, this.#scope, ref, at?.offset ?? this.#offset));
  }

  resource(index: number): Interned["resource"] {
    return this.#keep(typeAt(this.#context, this.#scope, "resource", index, this.#offset));
  }

  #keep<T extends Interned["part"] | Interned["resource"]>({ type, node }: TypeEntry<T>): T {
    this.nodes.push(node);
    return type;
  }
}

/** `defvaltype` */
export function defineValType(context: Context, scope: Scope, syntax: DefinedValTypeSyntax): TypeEntry<ValType> {
  const { kind, offset } = syntax;
  if (kind === "primitive") return resolveValType(context, scope, syntax.type, offset);
  const fail = (reason: string) => context.fail("type", reason, offset);
  checkSyntax(context, syntax);
  const resolver = new Resolver(context, scope, offset);
  const type = context.types.intern(mapShape(shapeOf(syntax), resolver));
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
  return { type, node: needsName ? nameable(resolver.nodes) : transparent(resolver.nodes) };
}

function shapeOf(syntax: Exclude<DefinedValTypeSyntax, { kind: "primitive" }>): ValShape<Written> {
  if (syntax.kind !== "enum" && syntax.kind !== "flags") return syntax;
  return { kind: syntax.kind, labels: syntax.labels.map(({ label }) => label) };
}

const keyKinds: ReadonlySet<ValType["kind"]> = new Set<ValType["kind"]>([
  "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "char", "string",
]); // biome-ignore format: one list

/** What can be told of a type before its parts are looked at. */
function checkSyntax(context: Context, syntax: Exclude<DefinedValTypeSyntax, { kind: "primitive" }>): void {
  const { offset } = syntax;
  const nonEmpty = (items: readonly unknown[], reason: string) => {
    if (items.length === 0) context.fail("type", reason, offset);
  };
  switch (syntax.kind) {
    case "record":
      nonEmpty(syntax.fields, "record type must have at least one field");
      checkLabels(context, syntax.fields, "record field");
      return;
    case "variant":
      nonEmpty(syntax.cases, "variant type must have at least one case");
      checkLabels(context, syntax.cases, "variant case");
      return;
    case "enum":
      nonEmpty(syntax.labels, "enum type must have at least one variant");
      checkLabels(context, syntax.labels, "enum tag");
      return;
    case "flags":
      nonEmpty(syntax.labels, "flags must have at least one entry");
      if (syntax.labels.length > 32) context.fail("type", "cannot have more than 32 flags", offset);
      checkLabels(context, syntax.labels, "flag");
      return;
    case "tuple":
      nonEmpty(syntax.types, "tuple type must have at least one type");
      return;
    case "list":
      if (syntax.length === undefined) return;
      context.require("fixed-length-lists", offset);
      if (syntax.length === 0) context.fail("type", "fixed-length lists must have more than zero elements", offset);
      return;
    case "map":
      context.require("map", offset);
      return;
    case "stream":
    case "future":
      context.require("async", offset, `the \`${syntax.kind}\` type`);
      return;
    case "option":
    case "result":
    case "own":
    case "borrow":
      return;
  }
  syntax satisfies never;
}

/** Labels are kebab-cased, and differ in more than case. */
function checkLabels(context: Context, labels: readonly LabelSyntax[], what: string): void {
  const seen = new Map<string, string>();
  for (const { label, offset } of labels) {
    const fail = (reason: string) => context.fail("name", `${what} name ${reason}`, offset);
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
export function defineFuncType(context: Context, scope: Scope, syntax: FuncTypeSyntax): TypeEntry<FuncType> {
  const { offset } = syntax;
  if (syntax.async) context.require("async", offset, "an async function type");
  checkLabels(context, syntax.params, "function parameter");
  const resolver = new Resolver(context, scope, offset);
  const type = context.types.internFunc(mapShape(syntax, resolver));
  if (type.result !== undefined && factsOf(type.result).borrow) {
    context.fail("type", "function result cannot contain a `borrow` type", offset);
  }
  return { type, node: transparent(resolver.nodes) };
}
