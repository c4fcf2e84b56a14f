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
import { isDetached } from "./number-lists.ts";
import { mayHaveFields } from "./objects.ts";
import { isBuffer, isDataView, isThenable, isTypedArray } from "./realms.ts";
import type { ResourceType } from "./resources.ts";
import { describeType, quoted, show } from "./show.ts";
import { utf8Length } from "./text.ts";
import { typedArrays } from "./typed-arrays.ts";

/** What the walk needs to know of the plan and of the running program. */
export interface Explainer {
  readonly types: readonly TypeNode[];
  /** By `ResourceIndex`. Without them a wrong resource is not noticed. */
  readonly resources?: readonly ResourceType[];
  /** By `TypeIndex`. Without them a wrong stream or future is hardly noticed. */
  readonly asyncTypes?: readonly (AsyncType | undefined)[];
}

type Value = readonly [step: string | undefined, type: TypeIndex, value: unknown];

/** The error for a value that is not of type `type`, to which `path` leads; `undefined` if nothing is wrong with it. */
export function explainFault(
  cx: Explainer,
  type: TypeIndex,
  value: unknown,
  path: readonly string[],
): ComponentError | undefined {
  return new Walk(cx, "wrong-value", path).first([[undefined, type, value]]);
}

/** The error for a call of an export whose arguments are wrong: for the first that is. */
export function explainArguments(
  cx: Explainer,
  func: FuncTypeNode,
  args: readonly unknown[],
  path: readonly string[],
): ComponentError {
  return argumentsFault(cx, func, args, path) ?? changed(path);
}

/** As `explainArguments`; `undefined` if nothing is wrong with any. */
export function argumentsFault(
  cx: Explainer,
  func: FuncTypeNode,
  args: readonly unknown[],
  path: readonly string[],
): ComponentError | undefined {
  const values = func.params.map(({ label, type }, i): Value => [`param "${label}"`, type, args[i]]);
  return new Walk(cx, "wrong-value", path).first(values);
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
  return resultFault(cx, func, value, path) ?? changed([...path, partOf(cx, func, value)[0]]);
}

/** As `explainResult`; `undefined` if nothing is wrong with it. */
export function resultFault(
  cx: Explainer,
  func: FuncTypeNode,
  value: unknown,
  path: readonly string[],
): ComponentError | undefined {
  const [step, type, told] = partOf(cx, func, value);
  return type === undefined ? undefined : new Walk(cx, "wrong-result", path).first([[step, type, told]]);
}

/** What there is of a result: its name, its type if it has one, and the value. */
function partOf(
  cx: Explainer,
  { result }: FuncTypeNode,
  value: unknown,
): readonly [step: string, type: TypeIndex | undefined, value: unknown] {
  const node = result === undefined ? undefined : cx.types[result]!;
  if (node?.kind !== "result") return ["result", result, value];
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val: unknown };
  return tag === "ok" ? ["result", node.ok, val] : ["payload of the error thrown", node.error, val];
}

/** For a value that is right at second sight. */
function changed(path: readonly string[]): ComponentError {
  return new ComponentError("call", "changed-value", "the value changed while it was read", { path });
}

const anObject = " (an object with these keys)";

// ---- The walk

type TypeNodeOf<K extends TypeNode["kind"]> = Extract<TypeNode, { readonly kind: K }>;

/** A name, or one that depends on a value: made only where it is told. */
type Step = string | readonly [what: string, value: unknown];

const ranges = {
  u8: [0, 0xff],
  s8: [-0x80, 0x7f],
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0n, 2n ** 64n - 1n],
  s64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/** What is no value but a handle. */
const maybePromises: ReadonlySet<TypeNode["kind"]> = new Set(["own", "borrow", "future", "stream"]);

class Walk {
  readonly #cx: Explainer;
  readonly #code: "wrong-value" | "wrong-result";
  readonly #start: readonly string[];
  /** The way to the value that is looked at. */
  #path: Step[] = [];
  /** The resources that were met, and whether as `own` or `borrow`. */
  readonly #met: Map<unknown, "own" | "borrow"> = new Map();
  /** How many values have been looked at. */
  #steps = 0;
  /** What is only too long, or there twice, matters where nothing is worse. */
  #minor: ComponentError | undefined;
  /** Thrown at the first fault. */
  #found: ComponentError | undefined;

  constructor(cx: Explainer, code: "wrong-value" | "wrong-result", path: readonly string[]) {
    this.#cx = cx;
    this.#code = code;
    this.#start = path;
  }

  /** The first fault of several values, each with the name that it has. Never throws. */
  first(values: readonly Value[]): ComponentError | undefined {
    for (const [step, type, value] of values) {
      this.#path = step === undefined ? [...this.#start] : [...this.#start, step];
      try {
        this.#walk(type, value);
      } catch (cause) {
        return this.#found ?? this.#error(`reading the value threw ${show(cause)}`, "unreadable-value", { cause });
      }
    }
    return this.#minor;
  }

  #error(reason: string, code: string = this.#code, options?: ErrorOptions): ComponentError {
    const path = this.#path.map((step) => (typeof step === "string" ? step : `${step[0]} ${show(step[1])}`));
    return new ComponentError("call", code, reason, { path }, options);
  }

  #fail(reason: string): never {
    this.#found = this.#error(reason);
    throw this.#found;
  }

  /** Throws at the first fault of `value`. Recursion goes as deep as the type, which validation limits. */
  #walk(type: TypeIndex, value: unknown): void {
    const node = this.#cx.types[type]!;
    this.#steps++;
    // No component value but a future looks like a promise.
    if (isThenable(value) && !maybePromises.has(node.kind)) {
      const isWhole = this.#code === "wrong-result" && this.#path.length === this.#start.length + 1;
      const hint = isWhole ? "; for the component to wait for it, wrap the function in `blocking(…)`" : "";
      this.#check(false, type, value, `: a value is wanted, not the promise of one${hint}`);
    }
    switch (node.kind) {
      case "bool":
        this.#check(typeof value === "boolean", type, value);
        break;
      case "u8":
      case "s8":
      case "u16":
      case "s16":
      case "u32":
      case "s32":
      case "u64":
      case "s64":
        this.#integer(type, node.kind, value);
        break;
      case "f32":
      case "f64":
        this.#check(typeof value === "number", type, value, typeof value === "bigint" ? " (a bigint)" : "");
        break;
      case "char": {
        const isChar = typeof value === "string" && /^\P{Surrogate}$/su.test(value);
        this.#check(isChar, type, value, "", " (a string of one Unicode scalar value)");
        break;
      }
      case "string":
        this.#check(typeof value === "string", type, value);
        if (isLong(value as string)) this.#tooLong(type, value);
        break;
      case "list":
        this.#list(type, node, value);
        break;
      case "map":
        this.#map(type, node, value);
        break;
      case "record":
        this.#record(type, node.fields, value);
        break;
      case "tuple":
        this.#tuple(type, node.types, value);
        break;
      case "variant":
        this.#variant(type, node.cases, value);
        break;
      case "enum":
        this.#check(typeof value === "string", type, value);
        if (!node.labels.includes(value as string)) this.#unknown("case", value as string, node.labels);
        break;
      case "flags":
        this.#flags(type, node.labels, value);
        break;
      case "option":
        // An option in an option would be ambiguous with its none, so the outer one is a variant.
        if (this.#cx.types[node.type]!.kind === "option") {
          this.#variant(type, [{ label: "none" }, { label: "some", type: node.type }], value);
        } else if (value !== undefined && value !== null) this.#walk(node.type, value);
        break;
      case "result":
        this.#variant(type, [payload("ok", node.ok), payload("err", node.error)], value);
        break;
      case "own":
      case "borrow":
        this.#resource(type, node, value);
        break;
      case "stream":
      case "future": {
        const asyncType = this.#cx.asyncTypes?.[type];
        const why = asyncType?.host.fault(value, asyncType);
        this.#check(asyncType === undefined ? isObject(value) : why === undefined, type, value, why && `: ${why}`);
        break;
      }
      case "error-context":
        this.#check(value instanceof ErrorContext, type, value);
    }
  }

  /** A part of a value. The way to it stays where something is thrown. */
  #inside(step: Step, type: TypeIndex, value: unknown): void {
    this.#path.push(step);
    this.#walk(type, value);
    this.#path.pop();
  }

  #check(ok: boolean, type: TypeIndex, value: unknown, more = "", wanted = ""): asserts ok {
    if (!ok) this.#fail(this.#told(type, value, more, wanted));
  }

  #tooLong(type: TypeIndex, value: unknown): void {
    this.#minor ??= this.#error(this.#told(type, value, ", which is too long"));
  }

  /** `expected u32, got "old"`; `more` is said after it. */
  #told(type: TypeIndex, value: unknown, more = "", wanted = ""): string {
    return `${this.#expected(type)}${wanted}, got ${show(value)}${more}`;
  }

  #expected(type: TypeIndex): string {
    return `expected ${describeType(this.#cx.types, type)}`;
  }

  #integer(type: TypeIndex, kind: keyof typeof ranges, value: unknown): void {
    const [min, max] = ranges[kind];
    const numeric = typeof value === "number" || typeof value === "bigint";
    const wanted = numeric || typeof min === "bigint" ? ` (a ${typeof min})` : "";
    this.#check(typeof value === typeof min, type, value, numeric ? ` (a ${typeof value})` : "", wanted);
    const number = value as number;
    this.#check(!(number < min || number > max), type, value, `, which is out of range for ${kind} (${min}..${max})`);
    const isInteger = typeof min === "bigint" || Number.isInteger(number);
    this.#check(isInteger, type, value, Number.isNaN(number) ? "" : ", which is no integer");
  }

  /** Lists of numbers come as arrays or anything like them, other lists as arrays; those of fixed length in typed arrays, too. */
  #list(type: TypeIndex, { element, length: wanted }: TypeNodeOf<"list">, value: unknown): void {
    const { kind } = this.#cx.types[element]!;
    const Typed = (typedArrays as { readonly [K in TypeNode["kind"]]?: new () => object })[kind];
    const numbers = Typed !== undefined && !Array.isArray(value);
    this.#check(!numbers || !isDetached(value), type, value, ", whose memory has been taken away");
    if (kind === "u8" && wanted === undefined && (isBuffer(value) || isDataView(value))) return;
    const isList = numbers ? (wanted === undefined ? isArrayLike : isTypedArray)(value) : Array.isArray(value);
    this.#check(isList, type, value);
    const list = value as ArrayLike<unknown>;
    const { length } = list;
    if (wanted !== undefined && length !== wanted) this.#fail(`${this.#expected(type)}, got ${length} elements`);
    if (length > MAX_LIST_BYTE_LENGTH / 8) this.#tooLong(type, value);
    if (length > MAX_LIST_BYTE_LENGTH || (numbers && value instanceof Typed)) return;
    for (let i = 0; i < length; i++) this.#inside(["list element", i], element, list[i]);
  }

  /** A `Map`, or anything else that gives pairs, which need not end. */
  #map(type: TypeIndex, node: TypeNodeOf<"map">, value: unknown): void {
    this.#check(isObject(value) && Symbol.iterator in value, type, value, "", " (a Map)");
    const last = this.#steps + MAX_LIST_BYTE_LENGTH / 8;
    for (const entry of value as Iterable<unknown>) {
      if (this.#steps > last) {
        this.#tooLong(type, value);
        return;
      }
      if (!Array.isArray(entry) || entry.length !== 2) {
        this.#fail(`expected pairs of keys and values for ${describeType(this.#cx.types, type)}, got ${show(entry)}`);
      }
      const [key, item] = entry;
      this.#inside(["key", key], node.key, key);
      this.#inside(["value of", key], node.value, item);
    }
  }

  #record(type: TypeIndex, fields: readonly LabelledType[], value: unknown): void {
    this.#check(isObject(value), type, value);
    const keys = keysOf(fields.map(({ label }) => label));
    let optional = true;
    for (const [i, { label, type: inner }] of fields.entries()) {
      const key = keys[i]!;
      if (this.#cx.types[inner]!.kind !== "option") {
        optional = false;
        if (!has(value, key)) {
          const hint =
            key !== label && has(value, label) ? `; it has "${label}", but names are camel-cased in JavaScript` : "";
          this.#fail(`missing field "${key}" (${describeType(this.#cx.types, inner)}) in ${show(value)}${hint}`);
        }
      }
      // Before it is read: that may throw.
      this.#path.push(`field "${label}"`);
      this.#walk(inner, fieldOf(value, key));
      this.#path.pop();
    }
    this.#check(!optional || mayHaveFields(value), type, value, "", anObject);
  }

  #tuple(type: TypeIndex, types: readonly TypeIndex[], value: unknown): void {
    this.#check(Array.isArray(value), type, value, "", " (an array)");
    const { length } = value;
    if (length !== types.length) this.#fail(`${this.#expected(type)}, got an array of ${length}: ${show(value)}`);
    for (const [i, t] of types.entries()) this.#inside(["tuple element", i], t, value[i]);
  }

  #flags(type: TypeIndex, labels: readonly string[], value: unknown): void {
    this.#check(isObject(value), type, value);
    for (const [i, key] of keysOf(labels).entries()) {
      const flag = fieldOf(value, key);
      if (flag === undefined || typeof flag === "boolean") continue;
      this.#path.push(`flag "${labels[i]}"`);
      this.#fail(`expected a boolean, got ${show(flag)}`);
    }
    this.#check(mayHaveFields(value), type, value, "", anObject);
  }

  #unknown(what: string, found: string, labels: readonly string[]): never {
    return this.#fail(`unknown ${what} ${show(found)}, expected ${quoted(labels, "or")}`);
  }

  #variant(type: TypeIndex, cases: readonly LabelledPayload[], value: unknown): void {
    const object = isObject(value) ? value : {};
    const { tag } = object;
    const shape = cases.some((c) => c.type !== undefined) ? " as { tag, val }" : " as { tag }";
    this.#check(typeof tag === "string", type, value, "", shape);
    const labels = cases.map(({ label }) => label);
    const inner = (cases[labels.indexOf(tag)] ?? this.#unknown("tag", tag, labels)).type;
    if (inner !== undefined) this.#inside(`case "${tag}"`, inner, object["val"]);
  }

  #resource(type: TypeIndex, { kind, resource: index }: TypeNodeOf<"own" | "borrow">, value: unknown): void {
    const resource = this.#cx.resources?.[index];
    this.#check(resource !== undefined || isObject(value), type, value);
    if (resource === undefined) return;
    const told = (why: string) => `expected ${kind}<${resource.name}>, got ${show(value)}: ${why}`;
    const why = resource.host.fault(value, kind);
    if (why !== undefined) this.#fail(told(why));
    // A resource can be given away once in a call, and not be lent in it besides.
    const before = this.#met.get(value);
    this.#met.set(value, kind);
    if (before === "own" || (before === "borrow" && kind === "own"))
      this.#minor ??= this.#error(told("it is passed twice in one call"));
  }
}

function isLong(text: string): boolean {
  if (3 * text.length <= MAX_STRING_BYTE_LENGTH) return false;
  return 2 * text.length > MAX_STRING_BYTE_LENGTH || utf8Length(text) > MAX_STRING_BYTE_LENGTH;
}

function payload(label: string, type: TypeIndex | undefined): LabelledPayload {
  return type === undefined ? { label } : { label, type };
}

/** Functions count: they have fields, too. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

function isArrayLike(value: unknown): boolean {
  const length = typeof value === "object" && value !== null ? (value as { length?: unknown }).length : undefined;
  return typeof length === "number" && length >>> 0 === length;
}

/** Whether an object has a field, other than one that every object has. */
const has = (value: object, key: string): boolean =>
  key in Object.prototype ? Object.hasOwn(value, key) : key in value;

const fieldOf = (value: Record<string, unknown>, key: string): unknown => (has(value, key) ? value[key] : undefined);
