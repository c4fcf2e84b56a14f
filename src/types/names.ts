/**
 * Names: labels, import and export names, versions.
 * "Import and Export Definitions", "Name Uniqueness" and "Canonical Interface Name" in Explainer.md.
 *
 * The parse functions give back what they found, or the reason (a string) why the name is none: who asks knows where the
 * name stands and words the error around the reason. All scanning is linear, since names come from untrusted input.
 */

/** `semver` as semver.org 2.0.0 defines it. */
export interface Semver {
  readonly kind: "semver";
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Dot-separated identifiers after `-`; empty for a release. */
  readonly prerelease: readonly string[];
  /** Dot-separated identifiers after `+`; they never matter to comparisons. */
  readonly build: readonly string[];
}

/** `canonversion`: the part of a version that decides compatibility (`1`, `0.2`, `0.0.3`). 🔗 */
export interface CanonicalVersion {
  readonly kind: "canonical";
  readonly text: string;
}

export type InterfaceVersion = Semver | CanonicalVersion;

export interface InterfaceName {
  readonly kind: "interface";
  /** One, or more with nested names. 🪺 */
  readonly namespaces: readonly string[];
  readonly package: string;
  /** One, or more with nested names. 🪺 */
  readonly projections: readonly string[];
  readonly version: InterfaceVersion | undefined;
}

/** `externname`, parsed. */
export type ExternName =
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "constructor"; readonly resource: string }
  | { readonly kind: "method" | "static"; readonly resource: string; readonly member: string }
  | InterfaceName;

/** The gated parts of the grammar; absent is off. */
export interface NameOptions {
  /** 🪺: nested namespaces and packages, `a:b:c/d/e`. */
  readonly nested?: boolean;
  /** 🔗: canonical versions, `a:b/c@1`. */
  readonly canonicalVersions?: boolean;
}

// ---- Labels

/** No more than one way leads through it, so that matching is linear: digits come first, then letters of one case. */
const fragment = "[0-9]*(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)?";
const label = new RegExp(`^(?=[a-zA-Z])${fragment}(?:-(?=[a-zA-Z0-9])${fragment})*$`);

/** Why `name` is not a `label`, or undefined if it is one. */
export function labelFault(name: string): string | undefined {
  return label.test(name) ? undefined : `\`${name}\` is not in kebab case`;
}

/** Why `name` is not `words`, as namespaces and packages must be, or undefined if it is. */
function wordsFault(name: string): string | undefined {
  const fault = labelFault(name);
  if (fault !== undefined || name === name.toLowerCase()) return fault;
  return `\`${name}\` is not in kebab case of lower-case words`;
}

// ---- Import and export names

/** What names of the kinds that earlier drafts had begin with. */
const formerName = /^(?:unlocked-dep|locked-dep|url|relative-url|integrity)=/;

/** Parses an `externname`. A string is the reason why `name` is none. */
export function parseExternName(name: string, options: NameOptions = {}): ExternName | string {
  if (name.startsWith("[")) return parseAnnotatedName(name);
  const former = formerName.exec(name);
  if (former !== null) return `names of the form \`${former[0]}...\` are not part of the Component Model`;
  if (name.includes(":")) return parseInterfaceName(name, options);
  return labelFault(name) ?? { kind: "label", label: name };
}

function parseAnnotatedName(name: string): ExternName | string {
  const [, annotation, rest = ""] = /^\[(constructor|method|static)\](.*)$/s.exec(name) ?? [];
  switch (annotation) {
    case "constructor":
      return labelFault(rest) ?? { kind: annotation, resource: rest };
    case "method":
    case "static": {
      const dot = rest.indexOf(".");
      if (dot < 0) return "failed to find `.` character";
      const [resource, member] = [rest.slice(0, dot), rest.slice(dot + 1)];
      return labelFault(resource) ?? labelFault(member) ?? { kind: annotation, resource, member };
    }
  }
  return `\`${name}\` is not in kebab case: it begins with none of \`[constructor]\`, \`[method]\` and \`[static]\``;
}

/** Parses an `interfacename`. A string is the reason why `name` is none. */
export function parseInterfaceName(name: string, options: NameOptions = {}): InterfaceName | string {
  const at = name.indexOf("@");
  const path = at < 0 ? name : name.slice(0, at);
  const [before, ...projections] = path.split("/");
  const namespaces = before!.split(":");
  if (namespaces.length < 2) return `expected \`:\` after namespace \`${before}\``;
  const allowed = options.nested ? namespaces.length : 2;
  for (const word of namespaces.slice(0, allowed)) {
    const fault = wordsFault(word);
    if (fault !== undefined) return fault;
  }
  if (namespaces.length > allowed || projections.length === 0) return "expected `/` after package name";
  const [, ...more] = projections;
  for (const projection of options.nested ? projections : projections.slice(0, 1)) {
    const fault = labelFault(projection);
    if (fault !== undefined) return fault;
  }
  if (!options.nested && more.length > 0) return `trailing characters found: \`/${more.join("/")}\``;
  const version = at < 0 ? undefined : parseVersion(name.slice(at + 1), options.canonicalVersions);
  if (typeof version === "string") return version;
  return { kind: "interface", package: namespaces.pop()!, namespaces, projections, version };
}

/**
 * What two names must not share to stand in one scope: "Name Uniqueness" in Explainer.md. For valid names only.
 * The letters of a version are no `acronym`s: they keep their case.
 */
export function uniquenessKey(name: string): string {
  const at = name.indexOf("@");
  const key = at < 0 ? name.toLowerCase() : name.slice(0, at).toLowerCase() + name.slice(at);
  if (!key.startsWith("[") || key.startsWith("[constructor]")) return key;
  const plain = key.slice(key.indexOf("]") + 1);
  const dot = plain.indexOf(".");
  const resource = plain.slice(0, dot);
  return resource === plain.slice(dot + 1) ? resource : plain;
}

// ---- Versions

/** Parses what follows `@` in an interface name. A string is the reason why `text` is no version. */
function parseVersion(text: string, canonical = false): InterfaceVersion | string {
  return canonical && canonicalVersion.test(text) ? { kind: "canonical", text } : parseSemver(text);
}

/** `canonversion` */
const canonicalVersion = /^(?:[1-9]\d*|0\.[1-9]\d*|0\.0\.[1-9]\d*|0\.0\.0)$/;

const parts = ["major", "minor", "patch"] as const;

/** Parses a `valid semver`. A string is the reason why `text` is none. */
export function parseSemver(text: string): Semver | string {
  if (text.length === 0) return "empty string, expected a semver version";
  const numbers: bigint[] = [];
  let pos = 0;
  for (const part of parts) {
    const [digits] = /^\d*/.exec(text.slice(pos))!;
    pos += digits.length;
    const next = text[pos];
    const found = next === undefined ? "unexpected end of input" : `unexpected character '${next}'`;
    if (digits === "") return `${found} while parsing ${part} version number`;
    if (/^0./.test(digits)) return `invalid leading zero in ${part} version number`;
    numbers.push(BigInt(digits));
    if (part === "patch") {
      if (next !== undefined && next !== "-" && next !== "+") return `${found} after patch version number`;
    } else if (next === ".") pos++;
    else return `${found} ${next === undefined ? "while parsing" : "after"} ${part} version number`;
  }
  const plus = text.indexOf("+", pos);
  const prereleaseText = text.slice(pos, plus < 0 ? undefined : plus);
  const prerelease = prereleaseText === "" ? [] : prereleaseText.slice(1).split(".");
  const build = plus < 0 ? [] : text.slice(plus + 1).split(".");
  const fault =
    identifiersFault(prerelease, "pre-release identifier", true) ?? identifiersFault(build, "build metadata", false);
  if (fault !== undefined) return fault;
  return { kind: "semver", major: numbers[0]!, minor: numbers[1]!, patch: numbers[2]!, prerelease, build };
}

function identifiersFault(identifiers: readonly string[], what: string, numeric: boolean): string | undefined {
  for (const identifier of identifiers) {
    if (identifier === "") return `empty identifier segment in ${what}`;
    const bad = /[^0-9A-Za-z-]/u.exec(identifier);
    if (bad !== null) return `unexpected character '${bad[0]}' in ${what}`;
    if (numeric && /^0\d+$/.test(identifier)) return `invalid leading zero in ${what}`;
  }
  return undefined;
}

/** Precedence of versions, as semver.org orders them: negative if `a` comes before `b`. Build metadata does not count. */
export function compareSemver(a: Semver, b: Semver): number {
  for (const part of parts) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (const [i, x] of a.prerelease.entries()) {
    const y = b.prerelease[i];
    if (y === undefined) return 1;
    if (x !== y) return compareIdentifiers(x, y);
  }
  return a.prerelease.length - b.prerelease.length;
}

/** Numbers before words, numbers by value, words by their ASCII codes. `a` and `b` differ. */
function compareIdentifiers(a: string, b: string): number {
  const [aNumeric, bNumeric] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  if (aNumeric && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

/**
 * Whether something of version `given` may serve where version `wanted` is asked for; types decide the rest. Takes the
 * texts after `@`; one that is no version is compatible with the same text alone.
 */
export function semverCompatible(wanted: string, given: string): boolean {
  return wanted === given || trackOf(wanted) === trackOf(given);
}

/**
 * What versions must share to be compatible: the canonical version. A prerelease is compatible with itself alone,
 * whatever the build.
 */
function trackOf(text: string): string {
  const version = parseSemver(text);
  if (typeof version === "string") return text;
  return (version.prerelease.length > 0 ? /^[^+]*/ : /^(?:0\.0\.\d+|0\.\d+|\d+)/).exec(text)![0];
}
