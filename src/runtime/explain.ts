/**
 * Says what is wrong with a JavaScript value that was to become a component value.
 *
 * Generated code only notices that something is (`invalid` in numbers.ts): it knows neither names nor the way to the
 * value. This walks the type and the value together once more, to the first place where they differ. It may take its
 * time, but it must come back with an answer whatever the value is: getters and proxies may throw, strings may be huge.
 */
import { MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH } from "../abi/constants.ts";
import { keysOf } from "../abi/js-names.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { FuncTypeNode, LabelledPayload, LabelledType, TypeIndex, TypeNode } from "../plan/plan.ts";
import type { AsyncType } from "./async-types.ts";
import { ErrorContext } from "./error-context.ts";
import type { ResourceType } from "./resources.ts";
import { describeType, show } from "./show.ts";
import { measureUtf8 } from "./text.ts";

/** What the walk needs to know of the plan and of the running program. */
export interface Explainer {
  readonly types: readonly TypeNode[];
  /** By `ResourceIndex`. Without them a wrong resource is not noticed. */
  readonly resources?: readonly ResourceType[];
  /** By `TypeIndex`. Without them a wrong stream or future is hardly noticed. */
  readonly asyncTypes?: readonly (AsyncType | undefined)[];
}

/** What is said of a promise where a value is wanted; and if a function gave it. */
const noPromise = ": a value is wanted, not the promise of one";
const useBlocking = "; for the component to wait for it, wrap the function in `blocking(…)`";

/** The walk is done again: what is only too long, or there twice, matters where nothing is worse. */
interface Walk extends Explainer {
  readonly limits: boolean;
  /** The resources that were met, and whether as `own` or `borrow`; noted in the last walk only. */
  readonly met?: Map<unknown, "own" | "borrow">;
}

type TypeNodeOf<K extends TypeNode["kind"]> = Extract<TypeNode, { readonly kind: K }>;
type HandleNode = Extract<TypeNode, { readonly resource: unknown }>;

/** Where a value differs from its type, from the value's root on, and how. */
interface Fault {
  readonly path: readonly string[];
  readonly reason: string;
}

/** The error for a value that is not of type `type`; `path` leads to the value. */
export function explain(cx: Explainer, type: TypeIndex, value: unknown, path: readonly string[]): ComponentError {
  return wrongValue(path, find(cx, type, value) ?? changed);
}

/** As `explain`, but `undefined` if nothing is wrong with the value. */
export function explainFault(
  cx: Explainer,
  type: TypeIndex,
  value: unknown,
  path: readonly string[],
): ComponentError | undefined {
  const fault = find(cx, type, value);
  return fault && wrongValue(path, fault);
}

/** The error for a call of an export whose arguments are wrong: for the first that is. */
export function explainArguments(
  cx: Explainer,
  func: FuncTypeNode,
  args: readonly unknown[],
  path: readonly string[],
): ComponentError {
  for (const [i, { label, type }] of func.params.entries()) {
    const fault = find(cx, type, args[i]);
    if (fault !== undefined) return wrongValue([...path, `param "${label}"`], fault);
  }
  const met = new Map<unknown, "own" | "borrow">();
  for (const [i, { label, type }] of func.params.entries()) {
    const fault = tryWalk({ ...cx, limits: false, met }, type, args[i]);
    if (fault !== undefined) return wrongValue([...path, `param "${label}"`], fault);
  }
  return wrongValue(path, changed);
}

/**
 * The error for what a host function returned or, if its result is a `result`, threw: then `value` is `{ tag, val }`,
 * however the function told.
 */
export function explainResult(
  cx: Explainer,
  func: FuncTypeNode,
  value: unknown,
  path: readonly string[],
): ComponentError {
  const node = func.result === undefined ? undefined : cx.types[func.result]!;
  if (node?.kind !== "result") return explainPart(cx, func.result, value, [...path, "result"]);
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val: unknown };
  return tag === "ok"
    ? explainPart(cx, node.ok, val, [...path, "result"])
    : explainPart(cx, node.error, val, [...path, "payload of the error thrown"]);
}

function explainPart(
  cx: Explainer,
  type: TypeIndex | undefined,
  value: unknown,
  path: readonly string[],
): ComponentError {
  const fault = (type === undefined ? undefined : find(cx, type, value)) ?? changed;
  const waits = fault.path.length === 0 && fault.reason.endsWith(noPromise);
  return wrongValue(path, waits ? { path: [], reason: fault.reason + useBlocking } : fault);
}

/** For a value that is right at second sight. */
const changed: Fault = { path: [], reason: "the value changed while it was read, or was detached" };

function wrongValue(path: readonly string[], fault: Fault): ComponentError {
  return new ComponentError("call", "wrong-value", fault.reason, { path: [...path, ...fault.path] });
}

// ---- The walk

/** Never throws. */
function find(cx: Explainer, type: TypeIndex, value: unknown): Fault | undefined {
  return tryWalk({ ...cx, limits: false }, type, value) ?? tryWalk({ ...cx, limits: true }, type, value);
}

function tryWalk(cx: Walk, type: TypeIndex, value: unknown): Fault | undefined {
  try {
    return walk(cx, type, value);
  } catch (error) {
    return { path: [], reason: `expected ${describeType(cx.types, type)}, but reading the value threw ${show(error)}` };
  }
}

/** The first fault of `value`. Recursion goes as deep as the type, which validation limits. */
function walk(cx: Walk, type: TypeIndex, value: unknown): Fault | undefined {
  const node = cx.types[type]!;
  if (isPromise(value) && !maybePromises.has(node.kind)) return mismatch(cx, type, value, noPromise);
  switch (node.kind) {
    case "bool":
      return unless(typeof value === "boolean", cx, type, value);
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32":
      return walkInteger(cx, type, node.kind, value);
    case "u64":
    case "s64":
      return walkBigInt(cx, type, node.kind, value);
    case "f32":
    case "f64":
      return unless(typeof value === "number", cx, type, value, typeof value === "bigint" ? " (a bigint)" : "");
    case "char":
      return walkChar(cx, type, value);
    case "string":
      return walkString(cx, type, value);
    case "list":
      return walkList(cx, type, node, value);
    case "map":
      return walkMap(cx, type, node, value);
    case "record":
      return walkRecord(cx, type, node.fields, value);
    case "tuple":
      return walkTuple(cx, type, node.types, value);
    case "variant":
      return walkVariant(cx, type, node.cases, value);
    case "enum":
      return walkEnum(cx, type, node.labels, value);
    case "flags":
      return walkFlags(cx, type, node.labels, value);
    case "option":
      return walkOption(cx, type, node.type, value);
    case "result":
      return walkVariant(cx, type, resultCases(node), value);
    case "own":
    case "borrow":
      return walkResource(cx, type, node, value);
    case "stream":
    case "future":
      return walkAsync(cx, type, value);
    case "error-context":
      return unless(value instanceof ErrorContext, cx, type, value);
  }
}

/** What is no value but a handle. */
const maybePromises: ReadonlySet<TypeNode["kind"]> = new Set(["own", "borrow", "future", "stream"]);

function unless(ok: boolean, cx: Walk, type: TypeIndex, value: unknown, more = ""): Fault | undefined {
  return ok ? undefined : mismatch(cx, type, value, more);
}

/** `expected u32, got "old"`; `more` is said after it. */
function mismatch(cx: Walk, type: TypeIndex, value: unknown, more = "", wanted = ""): Fault {
  return { path: [], reason: `expected ${describeType(cx.types, type)}${wanted}, got ${show(value)}${more}` };
}

/** No component value but a future looks like a promise. */
function isPromise(value: unknown): boolean {
  return isObject(value) && typeof value["then"] === "function";
}

/** The fault of a part of a value, with the way to it. */
function inside(step: string, fault: Fault | undefined): Fault | undefined {
  return fault === undefined ? undefined : { path: [step, ...fault.path], reason: fault.reason };
}

const integers = {
  u8: [0, 255],
  s8: [-128, 127],
  u16: [0, 65535],
  s16: [-32768, 32767],
  u32: [0, 4294967295],
  s32: [-2147483648, 2147483647],
} as const;

const bigIntegers = {
  u64: [0n, 18446744073709551615n],
  s64: [-9223372036854775808n, 9223372036854775807n],
} as const;

function walkInteger(cx: Walk, type: TypeIndex, kind: keyof typeof integers, value: unknown): Fault | undefined {
  if (typeof value === "bigint") return mismatch(cx, type, value, " (a bigint)", " (a number)");
  if (typeof value !== "number") return mismatch(cx, type, value);
  const [min, max] = integers[kind];
  if (value < min || value > max) return mismatch(cx, type, value, outOfRange(kind, min, max));
  return unless(Number.isInteger(value), cx, type, value, Number.isNaN(value) ? "" : ", which is no integer");
}

function walkBigInt(cx: Walk, type: TypeIndex, kind: keyof typeof bigIntegers, value: unknown): Fault | undefined {
  if (typeof value !== "bigint") {
    return mismatch(cx, type, value, typeof value === "number" ? " (a number)" : "", " (a bigint)");
  }
  const [min, max] = bigIntegers[kind];
  return unless(value >= min && value <= max, cx, type, value, outOfRange(kind, min, max));
}

const outOfRange = (kind: string, min: number | bigint, max: number | bigint): string =>
  `, which is out of range for ${kind} (${min}..${max})`;

function walkChar(cx: Walk, type: TypeIndex, value: unknown): Fault | undefined {
  const ok =
    typeof value === "string" &&
    value.length > 0 &&
    value.length === (value.codePointAt(0)! > 0xffff ? 2 : 1) &&
    !/^\p{Surrogate}/u.test(value);
  return ok ? undefined : mismatch(cx, type, value, "", " (a string of one Unicode scalar value)");
}

function walkString(cx: Walk, type: TypeIndex, value: unknown): Fault | undefined {
  if (typeof value !== "string") return mismatch(cx, type, value);
  const tooLong =
    cx.limits && (2 * value.length > MAX_STRING_BYTE_LENGTH || measureUtf8(value) > MAX_STRING_BYTE_LENGTH);
  return unless(!tooLong, cx, type, value, ", which is too long");
}

const numberKinds: ReadonlySet<TypeNode["kind"]> = new Set([
  "u8",
  "s8",
  "u16",
  "s16",
  "u32",
  "s32",
  "u64",
  "s64",
  "f32",
  "f64",
]);

/** Lists of numbers come as arrays or anything like them, other lists as arrays; those of fixed length in typed arrays, too. */
function walkList(cx: Walk, type: TypeIndex, node: TypeNodeOf<"list">, value: unknown): Fault | undefined {
  const { kind } = cx.types[node.element]!;
  if (kind === "u8" && node.length === undefined && isBytes(value)) return undefined;
  if (
    !Array.isArray(value) &&
    !(numberKinds.has(kind) && (node.length === undefined ? isArrayLike : isTypedArray)(value))
  )
    return mismatch(cx, type, value);
  const { length } = value;
  if (node.length !== undefined && length !== node.length) {
    return { path: [], reason: `expected ${describeType(cx.types, type)}, got ${length} elements` };
  }
  if (cx.limits && length > MAX_LIST_BYTE_LENGTH / 8) return mismatch(cx, type, value, ", which is too long");
  for (let i = 0; i < length; i++) {
    const fault = walk(cx, node.element, value[i]);
    if (fault !== undefined) return inside(`list element ${i}`, fault);
  }
  return undefined;
}

const isBytes = (value: unknown): boolean =>
  value instanceof ArrayBuffer ||
  value instanceof DataView ||
  (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer);

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as { length?: unknown };
  return typeof length === "number" && length >>> 0 === length;
}

const isTypedArray = (value: unknown): value is ArrayLike<unknown> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** A `Map`, or anything else that gives pairs. */
function walkMap(cx: Walk, type: TypeIndex, node: TypeNodeOf<"map">, value: unknown): Fault | undefined {
  if (!isObject(value) || !(Symbol.iterator in value)) return mismatch(cx, type, value, "", " (a Map)");
  for (const entry of value as Iterable<unknown>) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      return {
        path: [],
        reason: `expected pairs of keys and values for ${describeType(cx.types, type)}, got ${show(entry)}`,
      };
    }
    const [key, item] = entry;
    const fault = inside(`key ${show(key)}`, walk(cx, node.key, key));
    if (fault !== undefined) return fault;
    const itemFault = inside(`value of ${show(key)}`, walk(cx, node.value, item));
    if (itemFault !== undefined) return itemFault;
  }
  return undefined;
}

/** Functions count: they have fields, too. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

function walkRecord(cx: Walk, type: TypeIndex, fields: readonly LabelledType[], value: unknown): Fault | undefined {
  if (!isObject(value)) return mismatch(cx, type, value);
  const keys = keysOf(fields.map(({ label }) => label));
  for (const [i, field] of fields.entries()) {
    const key = keys[i]!;
    const fault = walk(cx, field.type, fieldOf(value, key));
    if (fault !== undefined)
      return has(value, key) ? inside(`field "${field.label}"`, fault) : missing(cx, field, key, value);
  }
  return undefined;
}

function missing(cx: Walk, { label, type }: LabelledType, key: string, value: object): Fault {
  const hint = key !== label && has(value, label) ? `; it has "${label}", but names are camel-cased in JavaScript` : "";
  return { path: [], reason: `missing field "${key}" (${describeType(cx.types, type)}) in ${show(value)}${hint}` };
}

function walkTuple(cx: Walk, type: TypeIndex, types: readonly TypeIndex[], value: unknown): Fault | undefined {
  if (!Array.isArray(value)) return mismatch(cx, type, value, "", " (an array)");
  if (value.length !== types.length) {
    return {
      path: [],
      reason: `expected ${describeType(cx.types, type)}, got an array of ${value.length}: ${show(value)}`,
    };
  }
  for (const [i, t] of types.entries()) {
    const fault = walk(cx, t, value[i]);
    if (fault !== undefined) return inside(`tuple element ${i}`, fault);
  }
  return undefined;
}

function walkVariant(cx: Walk, type: TypeIndex, cases: readonly LabelledPayload[], value: unknown): Fault | undefined {
  if (!isObject(value) || typeof value["tag"] !== "string") {
    return mismatch(cx, type, value, "", cases.some((c) => c.type !== undefined) ? " as { tag, val }" : " as { tag }");
  }
  const { tag } = value;
  const found = cases.find(({ label }) => label === tag);
  if (found === undefined) return unknownLabel("tag", tag, cases);
  return found.type === undefined ? undefined : inside(`case "${tag}"`, walk(cx, found.type, value["val"]));
}

function unknownLabel(what: string, found: string, wanted: readonly { readonly label: string }[]): Fault {
  return { path: [], reason: `unknown ${what} ${show(found)}, expected ${oneOf(wanted.map(({ label }) => label))}` };
}

/** `"a", "b" or "c"`, and not too many of them. */
function oneOf(labels: readonly string[]): string {
  const shown = labels.slice(0, 20).map((label) => JSON.stringify(label));
  const rest = labels.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} or one of ${rest} more`;
  const last = shown.pop();
  return shown.length === 0 ? `${last}` : `${shown.join(", ")} or ${last}`;
}

function walkEnum(cx: Walk, type: TypeIndex, labels: readonly string[], value: unknown): Fault | undefined {
  if (typeof value !== "string") return mismatch(cx, type, value);
  return labels.includes(value)
    ? undefined
    : unknownLabel(
        "case",
        value,
        labels.map((label) => ({ label })),
      );
}

function walkFlags(cx: Walk, type: TypeIndex, labels: readonly string[], value: unknown): Fault | undefined {
  if (!isObject(value)) return mismatch(cx, type, value);
  for (const [i, key] of keysOf(labels).entries()) {
    const flag = fieldOf(value, key);
    if (flag === undefined || typeof flag === "boolean") continue;
    return { path: [`flag "${labels[i]}"`], reason: `expected a boolean, got ${show(flag)}` };
  }
  return undefined;
}

/** An option in an option would be ambiguous with its none, so the outer one is a variant. */
function walkOption(cx: Walk, type: TypeIndex, inner: TypeIndex, value: unknown): Fault | undefined {
  if (cx.types[inner]!.kind === "option") {
    return walkVariant(cx, type, [{ label: "none" }, { label: "some", type: inner }], value);
  }
  return value === undefined || value === null ? undefined : walk(cx, inner, value);
}

function resultCases(node: TypeNodeOf<"result">): LabelledPayload[] {
  const payload = (label: string, type: TypeIndex | undefined) => (type === undefined ? { label } : { label, type });
  return [payload("ok", node.ok), payload("err", node.error)];
}

function walkResource(cx: Walk, type: TypeIndex, node: HandleNode, value: unknown): Fault | undefined {
  const resource = cx.resources?.[node.resource];
  if (resource === undefined) return unless(isObject(value), cx, type, value);
  const why = resource.host.fault(value, node.kind) ?? twice(cx, node.kind, value);
  return why === undefined
    ? undefined
    : { path: [], reason: `expected ${node.kind}<${resource.name}>, got ${show(value)}: ${why}` };
}

function walkAsync(cx: Walk, type: TypeIndex, value: unknown): Fault | undefined {
  const asyncType = cx.asyncTypes?.[type];
  if (asyncType === undefined) return unless(isObject(value), cx, type, value);
  const why = asyncType.host.fault(value, asyncType);
  return why === undefined ? undefined : mismatch(cx, type, value, `: ${why}`);
}

/** A resource can be given away once in a call, and not be lent in it besides. */
function twice(cx: Walk, handle: "own" | "borrow", value: unknown): string | undefined {
  const before = cx.met?.get(value);
  cx.met?.set(value, handle);
  return before === "own" || (before === "borrow" && handle === "own") ? "it is passed twice in one call" : undefined;
}

/** Whether an object has a field, other than one that every object has. */
const has = (value: object, key: string): boolean =>
  key in Object.prototype ? Object.hasOwn(value, key) : key in value;

const fieldOf = (value: Record<string, unknown>, key: string): unknown => (has(value, key) ? value[key] : undefined);
