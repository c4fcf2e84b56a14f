/**
 * Finding what an embedder gave under the name that a component wants.
 *
 * Names of interfaces may differ in their version within what semantic versioning calls compatible. Names within an
 * interface may be spelled as in WIT (`"do-it"`, `"[method]thing.do-it"`) or as in JavaScript (`doIt`, method `doIt` of
 * class `Thing`).
 */
import {
  camelCase, compareSemver, type ExternName, parseExternName, parseSemver, pascalCase, type Semver, semverCompatible,
} from "../types/names.ts"; // biome-ignore format: one list

/** Anything that `define` takes: functions, classes, modules, components, and objects of these. */
export type Items = object;

/**
 * The definition that serves an import: of that very name, else of the interface without a version, else the newest
 * compatible version.
 */
export function findDefinition(definitions: ReadonlyMap<string, Items>, wanted: string): Items | undefined {
  const exact = definitions.get(wanted);
  if (exact !== undefined) return exact;
  const at = wanted.indexOf("@");
  if (at < 0) return undefined;
  const [name, version] = [wanted.slice(0, at), wanted.slice(at + 1)];
  let best: { version: Semver; items: Items } | undefined;
  for (const [given, items] of definitions) {
    if (!given.startsWith(`${name}@`) || !semverCompatible(version, given.slice(at + 1))) continue;
    const candidate = parseSemver(given.slice(at + 1));
    if (typeof candidate === "string") continue;
    if (best === undefined || compareSemver(candidate, best.version) > 0) best = { version: candidate, items };
  }
  return best?.items ?? definitions.get(name);
}

type Class = abstract new (...args: never[]) => object;

/** The member of `items` for a name of WIT, in either spelling. Inherited members count, so that an object of a class can serve. */
export function findItem(items: Items, name: string): unknown {
  const members = items as Record<string, unknown>;
  if (name in members && !(name in Object.prototype)) return members[name];
  const spelled = camelCase(name);
  return spelled in members && !(spelled in Object.prototype) ? members[spelled] : undefined;
}

/** The class for a resource: under its WIT name or as `Thing`. */
export function findClass(items: Items, resource: string): Class | undefined {
  const members = items as Record<string, unknown>;
  const found = members[resource] ?? members[pascalCase(resource)];
  return typeof found === "function" ? (found as Class) : undefined;
}

export type AnyFunction = (...args: unknown[]) => unknown;

/** A function of the embedder's: as it was given, and ready to be called with a component's arguments. */
export interface FoundFunction {
  readonly given: AnyFunction;
  readonly call: AnyFunction;
}

/**
 * The function of `items` that serves an import named `name` with `arity` parameters, called as its own object would
 * call it; `undefined` if there is none. For `[method]thing.do-it` it takes the object first.
 */
export function findFunction(items: Items, name: string, arity: number): FoundFunction | undefined {
  const members = items as Record<string, unknown>;
  const exact = name in Object.prototype ? undefined : members[name];
  if (typeof exact === "function") return bound(exact as AnyFunction, items);
  const parsed: ExternName | string = parseExternName(name);
  if (typeof parsed === "string") return undefined;
  switch (parsed.kind) {
    case "constructor": {
      const Class = findClass(items, parsed.resource) as unknown as AnyFunction | undefined;
      return Class && { given: Class, call: constructorCaller(Class, arity) };
    }
    case "static": {
      const Class = findClass(items, parsed.resource);
      const found = (Class as unknown as Record<string, unknown> | undefined)?.[camelCase(parsed.member)];
      return typeof found === "function" ? bound(found as AnyFunction, Class!) : undefined;
    }
    case "method": {
      const member = camelCase(parsed.member);
      const found = findClass(items, parsed.resource)?.prototype[member];
      return typeof found === "function" ? { given: found, call: methodCaller(member, arity - 1) } : undefined;
    }
    default: {
      const found = findItem(items, name);
      return typeof found === "function" ? bound(found as AnyFunction, items) : undefined;
    }
  }
}

function bound(given: AnyFunction, self: object): FoundFunction {
  return { given, call: given.bind(self) };
}

type Self = Record<string, AnyFunction>;

/** A function that calls method `member` of its first argument. Each arity is spelled out: rest arguments cost an array a call. */
function methodCaller(member: string, arity: number): AnyFunction {
  switch (arity) {
    case 0:
      return (self) => (self as Self)[member]!();
    case 1:
      return (self, a) => (self as Self)[member]!(a);
    case 2:
      return (self, a, b) => (self as Self)[member]!(a, b);
    case 3:
      return (self, a, b, c) => (self as Self)[member]!(a, b, c);
    default:
      return (self, ...args) => (self as Self)[member]!(...args);
  }
}

function constructorCaller(given: AnyFunction, arity: number): AnyFunction {
  const Class = given as unknown as new (...args: unknown[]) => object;
  switch (arity) {
    case 0:
      return () => new Class();
    case 1:
      return (a) => new Class(a);
    case 2:
      return (a, b) => new Class(a, b);
    default:
      return (...args) => new Class(...args);
  }
}
