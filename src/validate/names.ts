/**
 * The names of imports and exports: their grammar, their attributes, their uniqueness, and what the annotated ones say
 * about the function's type. "Import and Export Definitions" in Explainer.md and Binary.md.
 */
import type { AttributeSyntax, ExternName as ExternNameSyntax } from "../binary/definitions.ts";
import {
  type ExternName,
  type NameOptions,
  parseExternName,
  parseInterfaceName,
  parseSemver,
  uniquenessKey,
} from "../types/names.ts";
import type { ExternType, FuncType, NameAttributes } from "../types/types.ts";
import type { Direction, Scope } from "./scope.ts";
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
  scope: Scope,
  direction: Direction,
  way: Way,
  syntax: ExternNameSyntax,
  { type, node }: Named,
): NameAttributes | undefined {
  const { name, offset, attributes } = syntax;
  const fail: Fail = (reason) => scope.fail("name", reason, offset);
  const parsed = parseExternName(name, scope.context.nameOptions);
  if (typeof parsed === "string") {
    fail(`${way} name \`${name}\` is not a valid extern name: ${parsed}${featureHint(name)}`);
  }
  const key = uniquenessKey(name);
  const previous = direction.names.get(key);
  if (previous !== undefined) fail(`${way} name \`${name}\` conflicts with previous name \`${previous}\``);
  direction.names.set(key, name);
  if (parsed.kind === "label") {
    if (type.kind === "type" && type.type.kind === "resource") direction.labels.set(node, name);
  } else if (parsed.kind !== "interface") {
    if (type.kind !== "func") fail("item with an annotated name is not a func");
    checkAnnotation(direction, parsed, type.type, node, fail);
  }
  return attributes.length === 0 ? undefined : defineAttributes(scope, syntax, parsed, type);
}

type Fail = (reason: string) => never;

/** Which feature would make a name valid that is not. */
function featureHint(name: string): string {
  const helps = (options: NameOptions) => typeof parseExternName(name, options) !== "string";
  if (helps({ nested: true })) return ", which needs the `nested-names` feature";
  if (helps({ canonicalVersions: true })) return ", which needs the `canonical-names` feature";
  const both = helps({ nested: true, canonicalVersions: true });
  return both ? ", which needs the `nested-names` and `canonical-names` features" : "";
}

/** The rules that the annotation of a name sets for the type of the function. */
function checkAnnotation(
  { labels, decls }: Direction,
  name: Extract<ExternName, { readonly resource: string }>,
  { params, result }: FuncType,
  { parts }: NameNode,
  fail: Fail,
): void {
  /** The resource that is used must have been imported or exported by the name that the function's has. */
  const checkLabel = (resource: NameNode | undefined) => {
    const label = resource === undefined ? undefined : labels.get(resource);
    if (label === undefined) fail("resource used in function does not have a name in this context");
    if (label !== name.resource) fail(`function does not match expected resource name \`${label}\``);
  };
  switch (name.kind) {
    case "constructor": {
      if (result === undefined) fail("function should return one value");
      const own = result.kind === "result" ? result.ok : result;
      if (own?.kind !== "own") fail("function should return `(own $T)` or `(result (own $T))`");
      const returned = parts[params.length];
      checkLabel((result.kind === "result" ? returned?.parts[0] : returned)?.parts[0]);
      return;
    }
    case "method": {
      const [self] = params;
      if (self === undefined) fail("function should have at least one argument");
      if (self.label !== "self") fail("function should have a first argument called `self`");
      if (self.type.kind !== "borrow") fail("function should take a first argument of `(borrow $T)`");
      checkLabel(parts[0]?.parts[0]);
      return;
    }
    case "static":
      if (decls.get(name.resource)?.type.type.kind !== "resource")
        fail("static resource name is not known in this context");
      return;
  }
  name satisfies never;
}

const attributeKeys = {
  implements: "implements",
  versionsuffix: "versionSuffix",
  "external-id": "externalId",
} as const satisfies Record<AttributeSyntax["attribute"], keyof NameAttributes>;

function defineAttributes(
  scope: Scope,
  syntax: ExternNameSyntax,
  name: ExternName,
  type: ExternType,
): NameAttributes | undefined {
  const attributes: { -readonly [K in keyof NameAttributes]: NameAttributes[K] } = {};
  for (const { attribute, value, offset } of syntax.attributes) {
    const fail: Fail = (reason) => scope.fail("name", reason, offset);
    const key = attributeKeys[attribute];
    if (attributes[key] !== undefined) fail(`duplicate '${attribute}' option in name`);
    attributes[key] = value;
    const feature = attribute === "versionsuffix" ? "canonical-names" : "implements";
    scope.require(feature, offset, `the \`${attribute}\` attribute`);
    if (attribute === "implements") checkImplements(scope.context.nameOptions, value, syntax.name, name, type, fail);
    if (attribute === "versionsuffix") checkVersionSuffix(value, syntax.name, name, fail);
  }
  return attributes;
}

function checkImplements(
  options: NameOptions,
  value: string,
  name: string,
  parsed: ExternName,
  type: ExternType,
  fail: Fail,
): void {
  if (type.kind !== "instance") fail("only instances can have an `implements` attribute");
  if (parsed.kind !== "label") fail(`name \`${name}\` is not valid with \`implements\`: it must be a plain name`);
  const implemented = parseInterfaceName(value, options);
  if (typeof implemented !== "string") return;
  const reason = value === "" ? "is not a valid name" : `must be an interface name: ${implemented}`;
  fail(`\`implements\` attribute \`${value}\` ${reason}`);
}

function checkVersionSuffix(value: string, name: string, parsed: ExternName, fail: Fail): void {
  if (parsed.kind !== "interface" || parsed.version?.kind !== "canonical") {
    fail(`\`versionsuffix\` needs a name with a canonical version, not \`${name}\``);
  }
  const version = parsed.version.text + value;
  const fault = parseSemver(version);
  if (typeof fault !== "string") return;
  fail(`\`versionsuffix\` makes \`${version}\`, which is not a valid version: ${fault}`);
}
