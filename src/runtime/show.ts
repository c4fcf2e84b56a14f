/**
 * Values and types as error messages quote them: short, on one line, and without running more of the embedder's code
 * than it takes. What a getter or a proxy throws is swallowed here.
 */
import type { TypeIndex, TypeNode } from "../plan/plan.ts";

/** About as many characters as a quoted value or type may take. */
const MAX_WIDTH = 80;
/** How many elements or fields of a value are quoted. */
const MAX_PARTS = 6;

// ---- Values

/** `value` for people: a literal where it is small, else what kind of thing it is. */
export function show(value: unknown): string {
  try {
    return clip(showAt(value, 1));
  } catch {
    return typeof value === "function" ? "a function" : "an object that cannot be read";
  }
}

function clip(text: string): string {
  return text.length <= MAX_WIDTH ? text : `${text.slice(0, MAX_WIDTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** `depth` is how many levels of objects are still opened. */
function showAt(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return showString(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return showBigInt(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : showObject(value, depth);
  }
}

function showString(text: string): string {
  if (text.length <= MAX_WIDTH) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, MAX_WIDTH / 2))}… (${text.length} characters)`;
}

/** Printing a huge integer takes quadratic time. */
function showBigInt(value: bigint): string {
  return BigInt.asIntN(128, value) === value ? `${value}n` : "a bigint of more than 128 bits";
}

function showObject(object: object, depth: number): string {
  if (Array.isArray(object)) return showArray(object, depth);
  if (object instanceof Error) return `${object.name}: ${showString(String(object.message))}`;
  const { name } = constructorOf(object);
  if (ArrayBuffer.isView(object)) return `a ${name} of ${(object as { length?: number }).length ?? object.byteLength}`;
  if (name !== "" && name !== "Object") return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${clip(name)}`;
  return depth === 0 ? "{…}" : showRecord(object, depth);
}

/** The class of an object, without running a getter. */
function constructorOf(object: object): { readonly name: string } {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null) return { name: "" };
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const name = typeof made === "function" ? Object.getOwnPropertyDescriptor(made, "name")?.value : "";
  return { name: typeof name === "string" ? name : "" };
}

function showArray(array: readonly unknown[], depth: number): string {
  if (depth === 0) return array.length === 0 ? "[]" : "[…]";
  const parts: string[] = [];
  for (let i = 0; i < array.length && i < MAX_PARTS; i++) parts.push(showProperty(array, i, depth));
  if (array.length > MAX_PARTS) parts.push(`… (${array.length} elements)`);
  return `[${parts.join(", ")}]`;
}

function showRecord(object: object, depth: number): string {
  const keys = Object.keys(object);
  const parts = keys
    .slice(0, MAX_PARTS)
    .map((key) => `${key.slice(0, MAX_WIDTH)}: ${showProperty(object, key, depth)}`);
  if (keys.length > MAX_PARTS) parts.push("…");
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function showProperty(object: object, key: string | number, depth: number): string {
  const property = Object.getOwnPropertyDescriptor(object, key);
  if (property === undefined) return "undefined";
  return "value" in property ? showAt(property.value, depth - 1) : "(getter)";
}

// ---- Types

/** A type as WIT writes it, but for types that have names there: the plan no longer knows them. */
export function describeType(types: readonly TypeNode[], type: TypeIndex): string {
  return clip(describe(types, type, 3));
}

function describe(types: readonly TypeNode[], type: TypeIndex, depth: number): string {
  const node = types[type]!;
  const inner = (t: TypeIndex | undefined): string =>
    t === undefined ? "_" : depth === 0 ? "…" : describe(types, t, depth - 1);
  switch (node.kind) {
    case "list":
      return node.length === undefined
        ? `list<${inner(node.element)}>`
        : `list<${inner(node.element)}, ${node.length}>`;
    case "map":
      return `map<${inner(node.key)}, ${inner(node.value)}>`;
    case "record":
      return `record { ${labels(node.fields.map(({ label }) => label))} }`;
    case "tuple":
      return `tuple<${node.types.slice(0, MAX_PARTS).map(inner).join(", ")}${node.types.length > MAX_PARTS ? ", …" : ""}>`;
    case "variant":
      return `variant { ${labels(node.cases.map(({ label }) => label))} }`;
    case "enum":
    case "flags":
      return `${node.kind} { ${labels(node.labels)} }`;
    case "option":
      return `option<${inner(node.type)}>`;
    case "result":
      return resultText(inner, node);
    case "own":
    case "borrow":
      return node.kind === "own" ? "a resource" : "a borrowed resource";
    case "stream":
    case "future":
      return node.payload === undefined ? node.kind : `${node.kind}<${inner(node.payload)}>`;
    case "bool":
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64":
    case "f32":
    case "f64":
    case "char":
    case "string":
    case "error-context":
      return node.kind;
  }
}

function labels(all: readonly string[]): string {
  return all.length > MAX_PARTS ? `${all.slice(0, MAX_PARTS).join(", ")}, …` : all.join(", ");
}

function resultText(inner: (t: TypeIndex | undefined) => string, node: Extract<TypeNode, { kind: "result" }>): string {
  if (node.error !== undefined) return `result<${inner(node.ok)}, ${inner(node.error)}>`;
  return node.ok === undefined ? "result" : `result<${inner(node.ok)}>`;
}
