/**
 * Between the reference's neutral values and JavaScript's, as docs/values.md words the mapping.
 *
 * Nothing of it is in the specification, which leaves to an embedding how its values look. What counts here is that it
 * was written a second time. Handles are the caller's business: `Handles` says which object stands for which resource.
 */
import type { ResourceType, ValType } from "../../src/types/types.ts";
import { encodeUtf8, type ReferenceContext, type ReferenceString, utf16Tag } from "./strings.ts";
import { leftOut } from "./trap.ts";
import type { PtrType, RecordValue, Value, VariantValue } from "./types.ts";

/** Which objects stand for the resources of handles. */
export interface Handles {
  toJs(handle: "own" | "borrow", resource: ResourceType, rep: bigint): unknown;
  fromJs(handle: "own" | "borrow", resource: ResourceType, value: unknown): bigint;
}

/** For functions without handles. */
export const noHandles: Handles = {
  toJs: () => leftOut("handles here"),
  fromJs: () => leftOut("handles here"),
};

const arrays = {
  s8: Int8Array,
  u8: Uint8Array,
  s16: Int16Array,
  u16: Uint16Array,
  s32: Int32Array,
  u32: Uint32Array,
  s64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** The typed array for lists of `t`, which only numbers have. */
export function typedArrayOf(t: ValType): (new (items: ArrayLike<unknown>) => ArrayLike<unknown>) | undefined {
  return t.kind in arrays ? (arrays[t.kind as keyof typeof arrays] as never) : undefined;
}

/** `some-label` as `someLabel`. */
function camel(label: string): string {
  return label.toLowerCase().replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The keys of an object for these labels. A label that looks in camel case as another keeps its own spelling. */
export function keysOf(labels: readonly string[]): readonly string[] {
  const keys: string[] = [];
  for (const label of labels) {
    const key = camel(label);
    const free = key === label || (!keys.includes(key) && !labels.includes(key));
    keys.push(free ? key : label);
  }
  return keys;
}

// ---- To JavaScript

export function toJs(v: Value, t: ValType, handles: Handles): unknown {
  switch (t.kind) {
    case "bool":
    case "f32":
    case "f64":
      return v;
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
      return Number(v);
    case "s64":
    case "u64":
      return v;
    case "char":
      return String.fromCodePoint(v as number);
    case "string":
      return textOf(v as ReferenceString);
    case "list": {
      const items = (v as readonly Value[]).map((item) => toJs(item, t.element, handles));
      const TypedArray = typedArrayOf(t.element);
      return TypedArray === undefined ? items : new TypedArray(items);
    }
    case "map":
      return new Map(
        (v as readonly RecordValue[]).map((entry) => [
          toJs(entry.get("0")!, t.key, handles),
          toJs(entry.get("1")!, t.value, handles),
        ]),
      );
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      const record = v as RecordValue;
      return Object.fromEntries(
        t.fields.map(({ label, type }, i) => [keys[i]!, toJs(record.get(label)!, type, handles)]),
      );
    }
    case "tuple":
      return t.types.map((type, i) => toJs((v as RecordValue).get(`${i}`)!, type, handles));
    case "variant": {
      const { label } = v as VariantValue;
      return caseToJs(label, v as VariantValue, t.cases.find((c) => c.label === label)!.type, handles);
    }
    case "enum":
      return (v as VariantValue).label;
    case "flags": {
      const keys = keysOf(t.labels);
      return Object.fromEntries(t.labels.map((label, i) => [keys[i]!, (v as RecordValue).get(label)]));
    }
    case "option": {
      const option = v as VariantValue;
      if (t.type.kind === "option") return caseToJs(option.label, option, t.type, handles);
      return option.payload === undefined ? undefined : toJs(option.payload, t.type, handles);
    }
    case "result": {
      const { label, payload } = v as VariantValue;
      const [tag, type] = label === "ok" ? ["ok", t.ok] : ["err", t.error];
      return { tag, val: type === undefined ? undefined : toJs(payload!, type, handles) };
    }
    case "own":
    case "borrow":
      return handles.toJs(t.kind, t.resource, v as bigint);
    case "error-context":
    case "stream":
    case "future":
      return leftOut(`${t.kind} types`);
  }
}

function caseToJs(tag: string, { payload }: VariantValue, type: ValType | undefined, handles: Handles): unknown {
  return payload === undefined || type === undefined ? { tag } : { tag, val: toJs(payload, type, handles) };
}

export function textOf(v: ReferenceString): string {
  let text = "";
  for (const codePoint of v.text) text += String.fromCodePoint(codePoint);
  return text;
}

// ---- From JavaScript

/** What takes strings in: they count as being in its encoding already. */
export interface Destination {
  readonly encoding: ReferenceContext["encoding"];
  readonly ptrType: PtrType;
}

/** `js` must be a value of type `t`. */
export function fromJs(js: unknown, t: ValType, to: Destination, handles: Handles): Value {
  const inner = (value: unknown, type: ValType): Value => fromJs(value, type, to, handles);
  switch (t.kind) {
    case "bool":
    case "f64":
      return js as boolean | number;
    case "f32":
      return Math.fround(js as number);
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64":
      return BigInt(js as number | bigint);
    case "char":
      return (js as string).codePointAt(0)!;
    case "string":
      return hostString(js as string, to);
    case "list":
      return Array.from(js as ArrayLike<unknown>, (item) => inner(item, t.element));
    case "map":
      return [...(js as Map<unknown, unknown>)].map(
        ([key, value]): RecordValue =>
          new Map([
            ["0", inner(key, t.key)],
            ["1", inner(value, t.value)],
          ]),
      );
    case "record": {
      const keys = keysOf(t.fields.map(({ label }) => label));
      return new Map(
        t.fields.map(({ label, type }, i) => [label, inner((js as Record<string, unknown>)[keys[i]!], type)]),
      );
    }
    case "tuple":
      return new Map(t.types.map((type, i) => [`${i}`, inner((js as readonly unknown[])[i], type)]));
    case "variant": {
      const { tag, val } = js as Tagged;
      return caseFromJs(tag, val, t.cases.find((c) => c.label === tag)!.type, inner);
    }
    case "enum":
      return { label: js as string, payload: undefined };
    case "flags": {
      const keys = keysOf(t.labels);
      return new Map(t.labels.map((label, i) => [label, (js as Record<string, boolean>)[keys[i]!] === true]));
    }
    case "option": {
      if (t.type.kind === "option") {
        const { tag, val } = js as Tagged;
        return caseFromJs(tag, val, tag === "some" ? t.type : undefined, inner);
      }
      return js === undefined || js === null
        ? { label: "none", payload: undefined }
        : { label: "some", payload: inner(js, t.type) };
    }
    case "result": {
      const { tag, val } = js as Tagged;
      return tag === "ok" ? caseFromJs("ok", val, t.ok, inner) : caseFromJs("error", val, t.error, inner);
    }
    case "own":
    case "borrow":
      return handles.fromJs(t.kind, t.resource, js);
    case "error-context":
    case "stream":
    case "future":
      return leftOut(`${t.kind} types`);
  }
}

interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

function caseFromJs(
  label: string,
  val: unknown,
  type: ValType | undefined,
  inner: (value: unknown, type: ValType) => Value,
): VariantValue {
  return { label, payload: type === undefined ? undefined : inner(val, type) };
}

/** A string of the host's. Lone surrogates have become U+FFFD, and `latin1+utf16` is what takes least room. */
function hostString(text: string, to: Destination): ReferenceString {
  const points = Array.from(text, (character) => {
    const codePoint = character.codePointAt(0)!;
    return codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
  });
  return encodedString(points, to);
}

/** Text as a memory of `to`'s kind would have it. */
export function encodedString(text: readonly number[], { encoding, ptrType }: Destination): ReferenceString {
  const units = text.reduce((sum, codePoint) => sum + (codePoint > 0xffff ? 2n : 1n), 0n);
  const string = { text, encoding, addressType: ptrType };
  switch (encoding) {
    case "utf8":
      return { ...string, taggedCodeUnits: BigInt(encodeUtf8(text).length) };
    case "utf16":
      return { ...string, taggedCodeUnits: units };
    case "latin1+utf16": {
      const latin1 = text.every((codePoint) => codePoint < 256);
      return { ...string, taggedCodeUnits: latin1 ? units : units | utf16Tag(ptrType) };
    }
  }
}
