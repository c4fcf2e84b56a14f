/**
 * Between the constants of a script and the JavaScript values of calls, by the types of the functions called.
 *
 * Results are compared exactly: -0 is not 0, all NaNs are one value (components know only one), and a value of another
 * JavaScript type than docs/values.md gives is a difference like any other. A `result` is compared as a value here,
 * wherever it stands; that one at the top of a function's type is thrown is the host's business.
 */
import { keysOf } from "../abi/js-names.ts";
import { listOf, typedArrayFor } from "../embed/number-arrays.ts";
import { printType } from "../types/print.ts";
import type { FuncType, ValType } from "../types/types.ts";
import type { Constant } from "./constants.ts";

/** A constant in a script that cannot be of the type wanted. */
export class ConstantError extends Error {
  override readonly name: string = "ConstantError";
}

/** The arguments of a call. */
export function argumentsOf(constants: readonly Constant[], type: FuncType): unknown[] {
  if (constants.length !== type.params.length) {
    throw new ConstantError(
      `the function has ${type.params.length} parameters, the script gives ${constants.length} values`,
    );
  }
  return type.params.map((param, i) => toValue(constants[i]!, param.type));
}

/** What differs between the results expected and the one that came; `undefined` if nothing does. */
export function compareResults(expected: readonly Constant[], type: FuncType, value: unknown): string | undefined {
  if (type.result === undefined) {
    if (expected.length > 0) return `expected ${expected.length} results, but the function has none`;
    return value === undefined ? undefined : `expected no result, got ${show(value)}`;
  }
  if (expected.length !== 1) return `expected ${expected.length} results, but the function has one: ${show(value)}`;
  return compare(expected[0]!, type.result, value, "result");
}

/** Core constants stand for component values of their width. */
const coreKinds: { readonly [kind: string]: string | undefined } = { s32: "i32", u32: "i32", s64: "i64", u64: "i64" };

/** Whether `undefined` is a value of this type, so that an option of it needs another `none`. */
function isOption(type: ValType): boolean {
  return type.kind === "option";
}

/** The JavaScript value for a constant. */
export function toValue(constant: Constant, type: ValType): unknown {
  const wrong = (): never => {
    throw new ConstantError(`a constant of kind ${constant.kind} where ${printType(type)} is wanted`);
  };
  switch (type.kind) {
    case "bool":
      return constant.kind === "bool" ? constant.value : wrong();
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64": {
      if (constant.kind !== type.kind && constant.kind !== coreKinds[type.kind]) return wrong();
      const { value } = constant as Extract<Constant, { value: bigint }>;
      const bits = Number(type.kind.slice(1));
      const wrapped = type.kind.startsWith("u") ? BigInt.asUintN(bits, value) : value;
      return bits === 64 ? wrapped : Number(wrapped);
    }
    case "f32":
    case "f64":
      if (constant.kind !== type.kind) return wrong();
      return constant.value === "nan" ? Number.NaN : constant.value;
    case "char":
    case "string":
      return constant.kind === type.kind ? constant.value : wrong();
    case "list": {
      if (constant.kind !== "list") return wrong();
      if (type.length !== undefined && type.length !== constant.items.length) return wrong();
      const items = constant.items.map((item) => toValue(item, type.element));
      return listOf(items, type.element);
    }
    case "map":
      if (constant.kind !== "list") return wrong();
      return new Map(
        constant.items.map((entry) => {
          if (entry.kind !== "tuple" || entry.items.length !== 2) return wrong();
          return [toValue(entry.items[0]!, type.key), toValue(entry.items[1]!, type.value)];
        }),
      );
    case "record": {
      if (constant.kind !== "record" || constant.fields.size !== type.fields.length) return wrong();
      const keys = keysOf(type.fields.map(({ label }) => label));
      return Object.fromEntries(
        type.fields.map((field, i) => {
          const value = constant.fields.get(field.label);
          if (value === undefined) throw new ConstantError(`the record constant has no field "${field.label}"`);
          return [keys[i]!, toValue(value, field.type)];
        }),
      );
    }
    case "tuple":
      if (constant.kind !== "tuple" || constant.items.length !== type.types.length) return wrong();
      return type.types.map((element, i) => toValue(constant.items[i]!, element));
    case "variant": {
      if (constant.kind !== "variant") return wrong();
      const found = type.cases.find((c) => c.label === constant.label);
      if (found === undefined) throw new ConstantError(`no case "${constant.label}" in ${printType(type)}`);
      return { tag: found.label, ...payload(constant.payload, found.type, wrong) };
    }
    case "enum":
      if (constant.kind !== "enum") return wrong();
      if (!type.labels.includes(constant.label))
        throw new ConstantError(`no case "${constant.label}" in ${printType(type)}`);
      return constant.label;
    case "flags": {
      if (constant.kind !== "flags") return wrong();
      for (const label of constant.labels) {
        if (!type.labels.includes(label)) throw new ConstantError(`no flag "${label}" in ${printType(type)}`);
      }
      const keys = keysOf(type.labels);
      return Object.fromEntries(type.labels.map((label, i) => [keys[i]!, constant.labels.has(label)]));
    }
    case "option": {
      if (constant.kind !== "option") return wrong();
      const inner = constant.payload === undefined ? undefined : toValue(constant.payload, type.type);
      if (!isOption(type.type)) return inner;
      return constant.payload === undefined ? { tag: "none" } : { tag: "some", val: inner };
    }
    case "result":
      if (constant.kind !== "result") return wrong();
      return constant.ok
        ? { tag: "ok", ...payload(constant.payload, type.ok, wrong) }
        : { tag: "err", ...payload(constant.payload, type.error, wrong) };
    case "error-context":
    case "own":
    case "borrow":
    case "stream":
    case "future":
      return wrong();
  }
}

function payload(constant: Constant | undefined, type: ValType | undefined, wrong: () => never): { val?: unknown } {
  if ((constant === undefined) !== (type === undefined)) return wrong();
  return constant === undefined || type === undefined ? {} : { val: toValue(constant, type) };
}

/** What differs between `expected` and `value`, with the place of it; `undefined` if nothing does. */
export function compare(expected: Constant, type: ValType, value: unknown, path: string): string | undefined {
  switch (type.kind) {
    case "list": {
      if (expected.kind !== "list") break;
      const TypedArray = typedArrayFor(type.element);
      if (!(TypedArray === undefined ? Array.isArray(value) : value instanceof TypedArray)) {
        return `${path}: expected ${TypedArray === undefined ? "an array" : `a ${TypedArray.name}`}, got ${show(value)}`;
      }
      return compareItems(expected.items, () => type.element, value as ArrayLike<unknown>, path);
    }
    case "map": {
      if (expected.kind !== "list") break;
      if (!(value instanceof Map)) return `${path}: expected a Map, got ${show(value)}`;
      const pair: ValType = { kind: "tuple", types: [type.key, type.value] };
      return compareItems(expected.items, () => pair, [...value], path);
    }
    case "tuple":
      if (expected.kind !== "tuple" || expected.items.length !== type.types.length) break;
      if (!Array.isArray(value)) return `${path}: expected an array, got ${show(value)}`;
      return compareItems(expected.items, (i) => type.types[i]!, value, path);
    case "record": {
      if (expected.kind !== "record" || expected.fields.size !== type.fields.length) break;
      if (!isObject(value)) return `${path}: expected an object, got ${show(value)}`;
      const keys = keysOf(type.fields.map(({ label }) => label));
      for (const [i, field] of type.fields.entries()) {
        const constant = expected.fields.get(field.label);
        if (constant === undefined) return `${path}: the script's record has no field "${field.label}"`;
        const difference = compare(constant, field.type, value[keys[i]!], `${path}.${field.label}`);
        if (difference !== undefined) return difference;
      }
      return undefined;
    }
    case "variant": {
      if (expected.kind !== "variant") break;
      const found = type.cases.find((c) => c.label === expected.label);
      if (found === undefined) break;
      return compareCase(found.label, expected.payload, found.type, value, path);
    }
    case "result": {
      if (expected.kind !== "result") break;
      return compareCase(expected.ok ? "ok" : "err", expected.payload, expected.ok ? type.ok : type.error, value, path);
    }
    case "option": {
      if (expected.kind !== "option") break;
      if (isOption(type.type)) {
        const inner = expected.payload === undefined ? undefined : type.type;
        return compareCase(expected.payload === undefined ? "none" : "some", expected.payload, inner, value, path);
      }
      if (expected.payload !== undefined) return compare(expected.payload, type.type, value, path);
      return value === undefined ? undefined : `${path}: expected undefined, got ${show(value)}`;
    }
    case "flags": {
      if (expected.kind !== "flags") break;
      if (!isObject(value)) return `${path}: expected an object, got ${show(value)}`;
      const keys = keysOf(type.labels);
      for (const [i, label] of type.labels.entries()) {
        const set = value[keys[i]!];
        if (set !== expected.labels.has(label)) return `${path}: flag "${label}" is ${show(set)}`;
      }
      return undefined;
    }
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
    case "enum": {
      const wanted = toValue(expected, type);
      return Object.is(wanted, value) ? undefined : `${path}: expected ${show(wanted)}, got ${show(value)}`;
    }
    case "error-context":
    case "own":
    case "borrow":
    case "stream":
    case "future":
      break;
  }
  return `${path}: the script's ${expected.kind} is no ${printType(type)}; got ${show(value)}`;
}

function compareItems(
  expected: readonly Constant[],
  typeAt: (index: number) => ValType,
  value: ArrayLike<unknown>,
  path: string,
): string | undefined {
  if (value.length !== expected.length)
    return `${path}: expected ${expected.length} elements, got ${value.length}: ${show(value)}`;
  for (const [i, constant] of expected.entries()) {
    const difference = compare(constant, typeAt(i), value[i], `${path}[${i}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function compareCase(
  tag: string,
  expected: Constant | undefined,
  type: ValType | undefined,
  value: unknown,
  path: string,
): string | undefined {
  if (!isObject(value) || value["tag"] !== tag) return `${path}: expected case "${tag}", got ${show(value)}`;
  if ((expected === undefined) !== (type === undefined)) return `${path}: whether case "${tag}" has a payload differs`;
  if (expected !== undefined && type !== undefined) return compare(expected, type, value["val"], `${path}.${tag}`);
  return value["val"] === undefined ? undefined : `${path}: case "${tag}" has no payload, got ${show(value["val"])}`;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** A JavaScript value as text for messages: short, and telling apart what comparison does. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string")
    return value.length > 200 ? `${JSON.stringify(value.slice(0, 200))}…` : JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (depth > 6) return "…";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const items = Array.from(value as ArrayLike<unknown>).slice(0, 50);
    const rest = items.length < (value as ArrayLike<unknown>).length ? ", …" : "";
    const name = Array.isArray(value) ? "" : value.constructor.name;
    return `${name}[${items.map((item) => show(item, depth + 1)).join(", ")}${rest}]`;
  }
  const entries = Object.entries(value).slice(0, 50);
  const name = Object.getPrototypeOf(value) === Object.prototype ? "" : `${value.constructor?.name ?? "object"} `;
  return `${name}{ ${entries.map(([key, item]) => `${key}: ${show(item, depth + 1)}`).join(", ")} }`;
}
