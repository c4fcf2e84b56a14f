/**
 * Prints JavaScript values as WAVE, by their component type. What it prints, `wave-reader.ts` reads, resources and
 * streams excepted, which have no text.
 */
import { keysOf } from "../abi/js-names.ts";
import { printType } from "../types/print.ts";
import type { ValType } from "../types/types.ts";
import { isKeyword } from "./wave.ts";

/** The text of a value, on one line. */
export function printValue(value: unknown, type: ValType): string {
  switch (type.kind) {
    case "bool":
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
    case "s64":
    case "u64":
      return String(value);
    case "f32":
      return printFloat(value as number, shortest);
    case "f64":
      return printFloat(value as number, String);
    case "char":
      return `'${quoted(value as string, "'")}'`;
    case "string":
      return `"${quoted(value as string, '"')}"`;
    case "list":
      return `[${Array.from(value as ArrayLike<unknown>, (item) => printValue(item, type.element)).join(", ")}]`;
    case "map":
      return `[${Array.from(value as Map<unknown, unknown>, (entry) => printValue(entry, { kind: "tuple", types: [type.key, type.value] })).join(", ")}]`;
    case "record": {
      const keys = keysOf(type.fields.map((f) => f.label));
      return `{${type.fields.map((f, i) => `${f.label}: ${printValue((value as Fields)[keys[i]!], f.type)}`).join(", ")}}`;
    }
    case "tuple":
      return `(${type.types.map((t, i) => printValue((value as unknown[])[i], t)).join(", ")})`;
    case "variant": {
      const { tag, val } = value as Tagged;
      return label(tag) + payload(val, type.cases.find((c) => c.label === tag)?.type);
    }
    case "enum":
      return label(value as string);
    case "flags": {
      const keys = keysOf(type.labels);
      return `{${type.labels.filter((_, i) => (value as Fields)[keys[i]!]).join(", ")}}`;
    }
    case "option":
      if (type.type.kind !== "option") return value === undefined ? "none" : `some(${printValue(value, type.type)})`;
      return (value as Tagged).tag === "none" ? "none" : `some(${printValue((value as Tagged).val, type.type)})`;
    case "result": {
      const { tag, val } = value as Tagged;
      return tag + payload(val, tag === "ok" ? type.ok : type.error);
    }
    case "own":
    case "borrow":
    case "stream":
    case "future":
    case "error-context":
      return `<${printType(type)}>`;
  }
}

interface Tagged {
  readonly tag: string;
  readonly val: unknown;
}

interface Fields {
  readonly [key: string]: unknown;
}

function payload(value: unknown, type: ValType | undefined): string {
  return type === undefined ? "" : `(${printValue(value, type)})`;
}

function label(text: string): string {
  return isKeyword(text) ? `%${text}` : text;
}

function printFloat(value: number, print: (value: number) => string): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : print(value);
}

/** The fewest digits that name a 32-bit float; as a 64-bit one, 0.1 would print as 0.10000000149011612. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

function quoted(text: string, quote: string): string {
  let escaped = "";
  for (const char of text) {
    if (char === quote || char === "\\") escaped += `\\${char}`;
    else if (char === "\n") escaped += "\\n";
    else if (char === "\r") escaped += "\\r";
    else if (char === "\t") escaped += "\\t";
    else if (char < " " || char === "\x7f") escaped += `\\u{${char.charCodeAt(0).toString(16)}}`;
    else escaped += char;
  }
  return escaped;
}
