/**
 * Finding what an embedder gave under the name that a component wants.
 *
 * Names of interfaces may differ in their version within what semantic versioning calls compatible. Names within an
 * interface may be spelled as in WIT (`"do-it"`, `"[method]thing.do-it"`) or as in JavaScript (`doIt`, method `doIt` of
 * class `Thing`).
 */
import { camelCase, keysOf, pascalCase } from "../abi/js-names.ts";
import { compareSemver, parseExternName, parseSemver, type Semver, semverCompatible } from "../types/names.ts";
import type { ExternDecl } from "../types/types.ts";

/** Anything that `define` takes: functions, classes, modules, components, and objects of these. */
export type Items = object;

/**
 * The definition that serves an import: of that very name, else the newest compatible version, else the interface without
 * a version.
 */
export function findDefinition(definitions: ReadonlyMap<string, Items>, wanted: string): Items | undefined {
  const exact = definitions.get(wanted);
  if (exact !== undefined) return exact;
  const at = wanted.indexOf("@");
  if (at < 0) return undefined;
  const [name, version] = [wanted.slice(0, at), wanted.slice(at + 1)];
  let best: { version: Semver; items: Items } | undefined;
  /** What has a canonical version, which is compatible but does not say how new it is. 🔗 */
  let canonical: Items | undefined;
  for (const [given, items] of definitions) {
    if (!given.startsWith(`${name}@`) || !semverCompatible(version, given.slice(at + 1))) continue;
    const candidate = parseSemver(given.slice(at + 1));
    if (typeof candidate === "string") canonical = items;
    else if (best === undefined || compareSemver(candidate, best.version) > 0) best = { version: candidate, items };
  }
  return best?.items ?? canonical ?? definitions.get(name);
}

type Class = abstract new (...args: never[]) => object;

// ---- Spelling

/** How the names of one scope (an interface, or a component's imports) are spelled in JavaScript. */
export class Spelling {
  readonly #keys: ReadonlyMap<string, string>;

  constructor(scope: ReadonlyMap<string, ExternDecl>) {
    this.#keys = spelled(scope.values());
  }

  /** The key for a plain name: a class's for a resource. */
  key(name: string): string {
    return this.#keys.get(name) ?? camelCase(name);
  }

  classKey(resource: string): string {
    return this.#keys.get(resource) ?? pascalCase(resource);
  }

  /** The key of a resource's function in its class, `name` being all of `[method]thing.do-it`. */
  memberKey(name: string): string {
    return this.#keys.get(name) ?? camelCase(name.slice(name.indexOf(".") + 1));
  }
}

/** The keys by names. What looks alike in JavaScript is told apart within functions, classes and the members of a class. */
function spelled(scope: Iterable<ExternDecl>): Map<string, string> {
  const groups = new Map<string, { readonly names: string[]; readonly labels: string[] }>();
  const add = (group: string, name: string, label: string) => {
    const { names, labels } = groups.get(group) ?? { names: [], labels: [] };
    groups.set(group, { names, labels });
    names.push(name);
    labels.push(label);
  };
  for (const { name, type } of scope) {
    const dot = name.indexOf(".");
    if (name.startsWith("[")) add(name.slice(0, dot + 1), name, name.slice(dot + 1));
    else if (type.kind === "type" && type.type.kind === "resource") add("class", name, name);
    else if (type.kind !== "type" && !name.includes(":")) add("plain", name, name);
  }
  const keys = new Map<string, string>();
  for (const [group, { names, labels }] of groups) {
    for (const [i, key] of keysOf(labels, group === "class" ? pascalCase : camelCase).entries())
      keys.set(names[i]!, key);
  }
  return keys;
}

// ---- Items

/** Names that every object or function has. */
const builtIn = Function.prototype;

/**
 * What is in `items` under `key`. Inherited members count, so that an object of a class can serve; what every object, or
 * every function, inherits does not.
 */
function memberOf(items: Items, key: string): unknown {
  const members = items as Record<string, unknown>;
  if (!(key in members)) return undefined;
  if (!(key in builtIn)) return members[key];
  for (let holder: object | null = items; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (holder === Object.prototype || holder === Function.prototype) return undefined;
    if (!Object.hasOwn(holder, key)) continue;
    const member = members[key];
    return key === "constructor" && (member as { readonly prototype?: unknown } | null)?.prototype === holder
      ? undefined
      : member;
  }
  return undefined;
}

/** The member of `items` for a name of WIT, in either spelling. */
export function findItem(items: Items, name: string, spelling: Spelling): unknown {
  return memberOf(items, name) ?? memberOf(items, spelling.key(name));
}

/** What is given for a resource, under its WIT name or as `Thing`; a class if it is one. */
export function findClass(items: Items, resource: string, spelling: Spelling): Class | undefined {
  const found = findResource(items, resource, spelling);
  return isClass(found) ? found : undefined;
}

export function findResource(items: Items, resource: string, spelling: Spelling): unknown {
  return memberOf(items, resource) ?? memberOf(items, spelling.classKey(resource));
}

/** Whether objects can be instances of `value`: not of arrow functions and methods. */
function isClass(value: unknown): value is Class {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}

/** What functions and classes have of their own. */
const ofFunctions: ReadonlySet<string> = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** The keys of `items` that could be meant by a name. */
export function itemKeys(items: Items): string[] {
  const keys = new Set<string>();
  for (let holder: object | null = items; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (holder === Object.prototype || holder === Function.prototype) break;
    for (const key of Object.getOwnPropertyNames(holder)) {
      if (key !== "constructor" && !(typeof items === "function" && ofFunctions.has(key))) keys.add(key);
    }
  }
  return [...keys];
}

export type AnyFunction = (...args: unknown[]) => unknown;

/** A function of the embedder's: as it was given, and ready to be called with a component's arguments. */
export interface FoundFunction {
  readonly given: AnyFunction;
  readonly call: AnyFunction;
}

/**
 * The function of `items` that serves an import named `name`, called as its own object would call it; `undefined` if there
 * is none. For `[method]thing.do-it` it takes the object first.
 */
export function findFunction(items: Items, name: string, spelling: Spelling): FoundFunction | undefined {
  const exact = memberOf(items, name);
  if (typeof exact === "function") return bound(exact as AnyFunction, items);
  const parsed = parseExternName(name);
  if (typeof parsed === "string") return undefined;
  switch (parsed.kind) {
    case "constructor": {
      const Class = findClass(items, parsed.resource, spelling) as unknown as AnyFunction | undefined;
      return Class && { given: Class, call: constructorCaller(Class) };
    }
    case "static": {
      const Class = findClass(items, parsed.resource, spelling);
      const found = Class && memberOf(Class, spelling.memberKey(name));
      return typeof found === "function" ? bound(found as AnyFunction, Class!) : undefined;
    }
    case "method": {
      const member = spelling.memberKey(name);
      const Class = findClass(items, parsed.resource, spelling);
      const found = Class && methodOf(Class, member);
      return typeof found === "function" ? { given: found as AnyFunction, call: methodCaller(member) } : undefined;
    }
    case "label":
    case "interface": {
      const found = memberOf(items, spelling.key(name));
      return typeof found === "function" ? bound(found as AnyFunction, items) : undefined;
    }
  }
}

/** A method of a class. A getter is none: it has no object yet to get something of, which may make it throw. */
function methodOf(Class: Class, member: string): unknown {
  try {
    return memberOf(Class.prototype, member);
  } catch {
    return undefined;
  }
}

function bound(given: AnyFunction, self: object): FoundFunction {
  return { given, call: given.bind(self) };
}

type Self = Record<string, AnyFunction>;

/** A function that calls method `member` of its first argument. */
function methodCaller(member: string): AnyFunction {
  return (self, ...args) => (self as Self)[member]!(...args);
}

function constructorCaller(given: AnyFunction): AnyFunction {
  const Class = given as unknown as new (...args: unknown[]) => object;
  return (...args) => new Class(...args);
}
