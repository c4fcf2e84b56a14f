/**
 * The names of imports and exports: their grammar, their attributes, their uniqueness, and what the annotated ones say
 * about the function's type. "Import and Export Definitions" in Explainer.md and Binary.md.
 */
import type { AttributeSyntax, ExternName as ExternNameSyntax } from "../binary/definitions.ts";
import {
  type ExternName,
  isCanonicalVersion,
  type NameOptions,
  parseExternName,
  parseInterfaceName,
  parseSemver,
  uniquenessKey,
} from "../types/names.ts";
import type { ExternType, FuncType, NameAttributes } from "../types/types.ts";
import type { Context } from "./context.ts";
import type { Direction } from "./scope.ts";
import type { NameNode } from "./visibility.ts";

export type Way = "import" | "export";

/** What a name is given to. */
export interface Named {
  readonly type: ExternType;
  /** The names that the type uses. */
  readonly node: NameNode;
}

/** Checks a name and remembers it. Gives back its attributes. */
export function defineName(
  context: Context,
  direction: Direction,
  way: Way,
  syntax: ExternNameSyntax,
  named: Named,
): NameAttributes | undefined {
  const { name, offset } = syntax;
  const parsed = parseExternName(name, {
    nested: context.features.has("nested-names"),
    canonicalVersions: context.features.has("canonical-names"),
  });
  if (typeof parsed === "string") {
    const reason = `${way} name \`${name}\` is not a valid extern name: ${parsed}${featureHint(name)}`;
    return context.fail("name", reason, offset);
  }
  const key = uniquenessKey(name);
  const previous = direction.names.get(key);
  if (previous !== undefined) {
    context.fail("name", `${way} name \`${name}\` conflicts with previous name \`${previous}\``, offset);
  }
  direction.names.set(key, name);
  new NameChecker(context, direction, offset).check(parsed, named);
  return defineAttributes(context, syntax, parsed, named.type);
}

/** Which feature would make a name valid that is not. */
function featureHint(name: string): string {
  const helps = (options: NameOptions) => typeof parseExternName(name, options) !== "string";
  if (helps({ nested: true })) return ", which needs the `nested-names` feature";
  if (helps({ canonicalVersions: true })) return ", which needs the `canonical-names` feature";
  const both = helps({ nested: true, canonicalVersions: true });
  return both ? ", which needs the `nested-names` and `canonical-names` features" : "";
}

/** The rules that annotations of a name set for the type of the function. */
class NameChecker {
  readonly #context: Context;
  readonly #direction: Direction;
  readonly #offset: number;

  constructor(context: Context, direction: Direction, offset: number) {
    this.#context = context;
    this.#direction = direction;
    this.#offset = offset;
  }

  check(name: ExternName, { type, node }: Named): void {
    switch (name.kind) {
      case "constructor":
        this.#constructed(name.resource, this.#func(type), node);
        return;
      case "method":
        this.#method(name.resource, this.#func(type), node);
        return;
      case "static":
        this.#func(type);
        if (!this.#direction.resourceLabels.has(name.resource)) {
          this.#fail("static resource name is not known in this context");
        }
        return;
      case "label":
        if (type.kind !== "type" || type.type.kind !== "resource") return;
        this.#direction.labels.set(node, name.label);
        this.#direction.resourceLabels.add(name.label);
        return;
      case "interface":
    }
  }

  #func(type: ExternType): FuncType {
    return type.kind === "func" ? type.type : this.#fail("item with an annotated name is not a func");
  }

  #constructed(resource: string, type: FuncType, node: NameNode): void {
    const { result } = type;
    if (result === undefined) this.#fail("function should return one value");
    const own = result.kind === "result" ? result.ok : result;
    if (own?.kind !== "own") this.#fail("function should return `(own $T)` or `(result (own $T))`");
    const returned = node.parts[type.params.length];
    this.#label(resource, (result.kind === "result" ? returned?.parts[0] : returned)?.parts[0]);
  }

  #method(resource: string, type: FuncType, node: NameNode): void {
    const self = type.params[0];
    if (self === undefined) this.#fail("function should have at least one argument");
    if (self.label !== "self") this.#fail("function should have a first argument called `self`");
    if (self.type.kind !== "borrow") this.#fail("function should take a first argument of `(borrow $T)`");
    this.#label(resource, node.parts[0]?.parts[0]);
  }

  /** The resource that is used must have been imported or exported by the name that the function's has. */
  #label(expected: string, node: NameNode | undefined): void {
    const actual = node === undefined ? undefined : this.#direction.labels.get(node);
    if (actual === undefined) this.#fail("resource used in function does not have a name in this context");
    if (actual !== expected) this.#fail(`function does not match expected resource name \`${actual}\``);
  }

  #fail(reason: string): never {
    return this.#context.fail("name", reason, this.#offset);
  }
}

function defineAttributes(
  context: Context,
  syntax: ExternNameSyntax,
  name: ExternName,
  type: ExternType,
): NameAttributes | undefined {
  if (syntax.attributes.length === 0) return undefined;
  const attributes: { implements?: string; versionSuffix?: string; externalId?: string } = {};
  for (const attribute of syntax.attributes) {
    const { value, offset } = attribute;
    const key = ({ implements: "implements", versionsuffix: "versionSuffix", "external-id": "externalId" } as const)[
      attribute.attribute
    ];
    if (attributes[key] !== undefined) {
      context.fail("name", `duplicate '${attribute.attribute}' option in name`, offset);
    }
    attributes[key] = value;
    checkAttribute(context, attribute, syntax.name, name, type);
  }
  return attributes;
}

function checkAttribute(
  context: Context,
  { attribute, value, offset }: AttributeSyntax,
  name: string,
  parsed: ExternName,
  type: ExternType,
): void {
  switch (attribute) {
    case "external-id":
      context.require("implements", offset, "the `external-id` attribute");
      return;
    case "implements": {
      context.require("implements", offset, "the `implements` attribute");
      if (type.kind !== "instance") {
        context.fail("name", "only instances can have an `implements` attribute", offset);
      }
      if (parsed.kind !== "label") {
        context.fail("name", `name \`${name}\` is not valid with \`implements\`: it must be a plain name`, offset);
      }
      const options = {
        nested: context.features.has("nested-names"),
        canonicalVersions: context.features.has("canonical-names"),
      };
      const implemented = parseInterfaceName(value, options);
      if (typeof implemented === "string") {
        const reason = value === "" ? "is not a valid name" : `must be an interface name: ${implemented}`;
        context.fail("name", `\`implements\` attribute \`${value}\` ${reason}`, offset);
      }
      return;
    }
    case "versionsuffix": {
      context.require("canonical-names", offset, "the `versionsuffix` attribute");
      const version = name.slice(name.indexOf("@") + 1);
      if (parsed.kind !== "interface" || parsed.version === undefined || !isCanonicalVersion(version)) {
        context.fail("name", `\`versionsuffix\` needs a name with a canonical version, not \`${name}\``, offset);
      }
      const fault = parseSemver(version + value);
      if (typeof fault === "string") {
        context.fail(
          "name",
          `\`versionsuffix\` makes \`${version}${value}\`, which is not a valid version: ${fault}`,
          offset,
        );
      }
      return;
    }
  }
}
