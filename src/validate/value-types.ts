/**
 * Value types and function types: what may be made of what. "Type Definitions" in Explainer.md and Binary.md.
 */
import { MAX_VALUE_SIZE } from "../abi/constants.ts";
import { elementSize } from "../abi/layout.ts";
import type { DefinedValTypeSyntax, FuncTypeSyntax, LabelSyntax, ValTypeRef } from "../binary/definitions.ts";
import { primitives } from "../types/interner.ts";
import { labelFault } from "../types/names.ts";
import type { FuncType, PrimitiveKind, ResourceType, ValType } from "../types/types.ts";
import type { Context } from "./context.ts";
import { factsOf } from "./facts.ts";
import type { Scope, TypeEntry } from "./scope.ts";
import { closed, type NameNode, nameable, transparent } from "./visibility.ts";

/** A value type, with the names that it uses. */
export interface ValTypeEntry {
  readonly type: ValType;
  readonly node: NameNode;
}

/** The value type that a `valtype` means. */
export function resolveValType(context: Context, scope: Scope, ref: ValTypeRef, offset: number): ValTypeEntry {
  if (typeof ref !== "number") return primitive(context, ref, offset);
  const { type, node } = scope.types.get(ref, offset);
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

function primitive(context: Context, kind: PrimitiveKind, offset: number): ValTypeEntry {
  if (kind === "error-context") context.require("error-context", offset);
  return { type: primitives[kind], node: closed };
}

/** The resource type at `index`, with its name. */
export function resolveResource(
  context: Context,
  scope: Scope,
  index: number,
  offset: number,
): { readonly type: ResourceType; readonly node: NameNode } {
  const { type, node } = scope.types.get(index, offset);
  if (type.kind !== "resource") return context.fail("type", `type index ${index} is not a resource type`, offset);
  return { type, node };
}

/** `defvaltype` */
export function defineValType(context: Context, scope: Scope, syntax: DefinedValTypeSyntax): TypeEntry {
  const entry = new ValTypeBuilder(context, scope).build(syntax);
  const { maxSize } = factsOf(entry.type);
  if (maxSize >= MAX_VALUE_SIZE && elementSize(entry.type, "i64") >= MAX_VALUE_SIZE) {
    context.fail("type", `type exceeds maximum byte size of ${MAX_VALUE_SIZE - 1}`, syntax.offset);
  }
  return entry;
}

class ValTypeBuilder {
  readonly #context: Context;
  readonly #scope: Scope;
  /** Of the parts resolved so far. */
  readonly #parts: NameNode[] = [];

  constructor(context: Context, scope: Scope) {
    this.#context = context;
    this.#scope = scope;
  }

  build(syntax: DefinedValTypeSyntax): ValTypeEntry {
    const { types } = this.#context;
    const { offset } = syntax;
    switch (syntax.kind) {
      case "primitive":
        return primitive(this.#context, syntax.type, offset);
      case "record": {
        const { fields } = syntax;
        this.#nonEmpty(fields, "record type must have at least one field", offset);
        checkLabels(this.#context, fields, "record field", "field");
        const type = types.record(fields.map((f) => ({ label: f.label, type: this.#valType(f.type, f.offset) })));
        return { type, node: nameable(this.#parts) };
      }
      case "variant": {
        const { cases } = syntax;
        this.#nonEmpty(cases, "variant type must have at least one case", offset);
        checkLabels(this.#context, cases, "variant case", "case");
        const type = types.variant(cases.map((c) => ({ label: c.label, type: this.#optional(c.type, c.offset) })));
        return { type, node: nameable(this.#parts) };
      }
      case "flags": {
        this.#nonEmpty(syntax.labels, "flags must have at least one entry", offset);
        if (syntax.labels.length > 32) this.#context.fail("type", "cannot have more than 32 flags", offset);
        checkLabels(this.#context, syntax.labels, "flag", "flag");
        return { type: types.flags(syntax.labels.map((l) => l.label)), node: nameable() };
      }
      case "enum":
        this.#nonEmpty(syntax.labels, "enum type must have at least one variant", offset);
        checkLabels(this.#context, syntax.labels, "enum tag", "tag");
        return { type: types.enum(syntax.labels.map((l) => l.label)), node: nameable() };
      case "tuple":
        this.#nonEmpty(syntax.types, "tuple type must have at least one type", offset);
        return this.#transparent(types.tuple(syntax.types.map((t) => this.#valType(t, offset))));
      case "list":
        return this.#transparent(this.#list(syntax.element, syntax.length, offset));
      case "map":
        return this.#transparent(this.#map(syntax.key, syntax.value, offset));
      case "option":
        return this.#transparent(types.option(this.#valType(syntax.type, offset)));
      case "result": {
        const ok = this.#optional(syntax.ok, offset);
        return this.#transparent(types.result(ok, this.#optional(syntax.error, offset)));
      }
      case "own":
      case "borrow": {
        const { type, node } = resolveResource(this.#context, this.#scope, syntax.resource, offset);
        return { type: types[syntax.kind](type), node: transparent([node]) };
      }
      case "stream":
      case "future":
        return this.#transparent(this.#streamOrFuture(syntax.kind, syntax.payload, offset));
    }
  }

  #list(element: ValTypeRef, length: number | undefined, offset: number): ValType {
    if (length !== undefined) {
      this.#context.require("fixed-length-lists", offset);
      if (length === 0) this.#context.fail("type", "fixed-length lists must have more than zero elements", offset);
    }
    return this.#context.types.list(this.#valType(element, offset), length);
  }

  #map(keyRef: ValTypeRef, valueRef: ValTypeRef, offset: number): ValType {
    this.#context.require("map", offset);
    const key = this.#valType(keyRef, offset);
    switch (key.kind) {
      case "bool":
      case "s8":
      case "u8":
      case "s16":
      case "u16":
      case "s32":
      case "u32":
      case "s64":
      case "u64":
      case "char":
      case "string":
        return this.#context.types.map(key, this.#valType(valueRef, offset));
      default:
        return this.#context.fail(
          "type",
          `invalid map key type \`${key.kind}\`: keys are booleans, integers, characters or strings`,
          offset,
        );
    }
  }

  #streamOrFuture(kind: "stream" | "future", ref: ValTypeRef | undefined, offset: number): ValType {
    this.#context.require("async", offset, `the \`${kind}\` type`);
    const payload = this.#optional(ref, offset);
    if (payload !== undefined && factsOf(payload).borrow) {
      this.#context.fail("type", `${kind} payload type cannot contain a \`borrow\` type`, offset);
    }
    if (kind === "stream" && payload?.kind === "char") {
      this.#context.fail("type", "`stream<char>` is not valid at this time", offset);
    }
    return this.#context.types[kind](payload);
  }

  #nonEmpty(items: readonly unknown[], message: string, offset: number): void {
    if (items.length === 0) this.#context.fail("type", message, offset);
  }

  #valType(ref: ValTypeRef, offset: number): ValType {
    const { type, node } = resolveValType(this.#context, this.#scope, ref, offset);
    this.#parts.push(node);
    return type;
  }

  #optional(ref: ValTypeRef | undefined, offset: number): ValType | undefined {
    return ref === undefined ? undefined : this.#valType(ref, offset);
  }

  #transparent(type: ValType): ValTypeEntry {
    return { type, node: transparent(this.#parts) };
  }
}

/** Labels are kebab-cased, and differ in more than case. */
function checkLabels(context: Context, labels: readonly LabelSyntax[], what: string, previous: string): void {
  const seen = new Map<string, string>();
  for (const { label, offset } of labels) {
    if (label === "") context.fail("name", `${what} name cannot be empty`, offset);
    if (labelFault(label) !== undefined) context.fail("name", `${what} name \`${label}\` is not in kebab case`, offset);
    if (labels.length === 1) return;
    const key = label.toLowerCase();
    const before = seen.get(key);
    if (before !== undefined) {
      context.fail("name", `${what} name \`${label}\` conflicts with previous ${previous} name \`${before}\``, offset);
    }
    seen.set(key, label);
  }
}

/** `functype` */
export function defineFuncType(
  context: Context,
  scope: Scope,
  syntax: FuncTypeSyntax,
): { readonly type: FuncType; readonly node: NameNode } {
  if (syntax.async) context.require("async", syntax.offset, "an async function type");
  checkLabels(context, syntax.params, "function parameter", "parameter");
  const parts: NameNode[] = [];
  const params = syntax.params.map(({ label, type: ref, offset }) => {
    const { type, node } = resolveValType(context, scope, ref, offset);
    parts.push(node);
    return { label, type };
  });
  let result: ValType | undefined;
  if (syntax.result !== undefined) {
    const entry = resolveValType(context, scope, syntax.result, syntax.offset);
    parts.push(entry.node);
    result = entry.type;
  }
  if (result !== undefined && factsOf(result).borrow) {
    context.fail("type", "function result cannot contain a `borrow` type", syntax.offset);
  }
  return { type: context.types.func(syntax.async, params, result), node: transparent(parts) };
}
