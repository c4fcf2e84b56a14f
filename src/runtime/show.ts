/**
 * Values and types as error messages quote them: short, on one line, and without running more of the embedder's code
 * than it takes. What a getter or a proxy throws is swallowed here.
 */
import type { scalars } from "../abi/layout.ts";
import type { TypeIndex, TypeNode } from "../plan/plan.ts";
import { isError } from "./realms.ts";

/** About as many characters as a quoted value or type may take. */
const MAX_WIDTH = 80;
/** How many elements or fields of a value are quoted, and how many labels of a type. */
const MAX_PARTS = 6;
/** How many names are quoted. */
const MAX_NAMES = 20;

// ---- Values

/** `value` for people: a literal where it is small, else what kind of thing it is. */
export function show(value: unknown): string {
  try {
    return clip(showAt(value, 1));
  } catch {
    return typeof value === "function" ? "a function" : "an object that cannot be read";
  }
}

/** What an error says; of anything else that was thrown, what it is. */
export function messageOf(thrown: unknown): string {
  try {
    if (isError(thrown)) return String(thrown.message);
  } catch {
    // It is shown as what it is.
  }
  return typeof thrown === "string" ? thrown : show(thrown);
}

/** `"a Uint8Array"`, `"null"`, `"a string"`: what kind of thing a value is. May throw what a proxy throws. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  // What the platform made says so, whatever the names of classes have become.
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const name = tag === "Object" ? classNameOf(value) : tag === "Array" ? "array" : tag;
  return name === "" || name === "Object" ? "an object" : `${/^[aeio]/i.test(name) ? "an" : "a"} ${clip(name)}`;
}

/** The name of an object's class, without running a getter. */
function classNameOf(object: object): string {
  const own = (of: unknown, key: string): unknown => Object.getOwnPropertyDescriptor(of, key)?.value;
  const prototype: unknown = Object.getPrototypeOf(object);
  const made = prototype === null ? undefined : own(prototype, "constructor");
  const name = typeof made === "function" ? own(made, "name") : "";
  return typeof name === "string" ? name : "";
}

function clip(text: string): string {
  return text.length <= MAX_WIDTH ? text : `${text.slice(0, MAX_WIDTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** `depth` is how many levels of objects are still opened. */
function showAt(value: unknown, depth: number): string {
  if (typeof value === "string") return showString(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") {
    // Printing a huge integer takes quadratic time.
    return BigInt.asIntN(128, value) === value ? `${value}n` : "a bigint of more than 128 bits";
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return kindOf(value);
  if (Array.isArray(value)) {
    const indices = Array.from({ length: Math.min(value.length, MAX_PARTS) }, (_, i) => i);
    const parts = depth === 0 ? [] : indices.map((i) => showProperty(value, i, depth));
    return `[${several(parts, value.length, value.length > MAX_PARTS ? ` (${value.length} elements)` : "")}]`;
  }
  if (isError(value)) return `${value.name}: ${showString(String(value.message))}`;
  const kind = kindOf(value);
  if (ArrayBuffer.isView(value)) return `${kind} of ${(value as { length?: number }).length ?? value.byteLength}`;
  if (kind !== "an object") return kind;
  if (depth === 0) return "{…}";
  const keys = Object.keys(value);
  const parts = keys.slice(0, MAX_PARTS).map((key) => `${key.slice(0, MAX_WIDTH)}: ${showProperty(value, key, depth)}`);
  return keys.length === 0 ? "{}" : `{ ${several(parts, keys.length)} }`;
}

function showString(text: string): string {
  if (text.length <= MAX_WIDTH) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, MAX_WIDTH / 2))}… (${text.length} characters)`;
}

function showProperty(object: object, key: string | number, depth: number): string {
  const property = Object.getOwnPropertyDescriptor(object, key);
  if (property === undefined) return "undefined";
  return "value" in property ? showAt(property.value, depth - 1) : "(getter)";
}

/** Some of `count` parts, and whether there are more, of which `more` is said. */
function several(parts: readonly string[], count: number, more = ""): string {
  const told = parts.slice(0, MAX_PARTS);
  return (count > told.length ? [...told, `…${more}`] : told).join(", ");
}

/** `"a", "b" or "c"`, and not too many of them. */
export function quoted(names: readonly string[], word: "and" | "or"): string {
  const told = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name));
  const rest = names.length - told.length;
  if (rest > 0) told.push(`${word === "or" ? "one of " : ""}${rest} more`);
  const last = told.pop() ?? "nothing";
  return told.length === 0 ? last : `${told.join(", ")} ${word} ${last}`;
}

// ---- Types

/** A type as WIT writes it, but for types that have names there: the plan no longer knows them. */
export function describeType(types: readonly TypeNode[], type: TypeIndex): string {
  return clip(describe(types, type, 3));
}

function describe(types: readonly TypeNode[], type: TypeIndex, depth: number): string {
  const node = types[type]!;
  const inner = (t: TypeIndex | undefined) =>
    t === undefined ? "_" : depth === 0 ? "…" : describe(types, t, depth - 1);
  const of = (...parts: readonly (TypeIndex | undefined)[]) =>
    `${node.kind}<${several(parts.slice(0, MAX_PARTS).map(inner), parts.length)}>`;
  const labelled = (labels: readonly string[]) => `${node.kind} { ${several(labels, labels.length)} }`;
  switch (node.kind) {
    case "list":
      return node.length === undefined ? of(node.element) : `list<${inner(node.element)}, ${node.length}>`;
    case "map":
      return of(node.key, node.value);
    case "record":
      return labelled(node.fields.map(({ label }) => label));
    case "variant":
      return labelled(node.cases.map(({ label }) => label));
    case "enum":
    case "flags":
      return labelled(node.labels);
    case "tuple":
      return of(...node.types);
    case "option":
      return of(node.type);
    case "result":
      if (node.error !== undefined) return of(node.ok, node.error);
      return node.ok === undefined ? "result" : of(node.ok);
    case "own":
      return "a resource";
    case "borrow":
      return "a borrowed resource";
    case "stream":
    case "future":
      return node.payload === undefined ? node.kind : of(node.payload);
    default:
      return node.kind satisfies keyof typeof scalars | "string";
  }
}
