/**
 * The values that test scripts write: arguments of invocations and expected results.
 *
 * `(u32.const 1)`, `(record.const (field "x" u32.const 1))`: a value that stands inside another may leave out its
 * parentheses. Constants carry no type of their own beyond what is written; `values.ts` reads them by the function's.
 */
import { type Atom, characters, type List, type Node, ScriptError } from "./sexpr.ts";

export type IntegerKind = "s8" | "u8" | "s16" | "u16" | "s32" | "u32" | "s64" | "u64" | "i32" | "i64";

/** `nan:canonical` and `nan:arithmetic` are patterns: any NaN matches, as component values know only one. */
export type FloatConstant = number | "nan";

export type Constant =
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: IntegerKind; readonly value: bigint }
  | { readonly kind: "f32" | "f64"; readonly value: FloatConstant }
  | { readonly kind: "char" | "string"; readonly value: string }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Constant[] }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, Constant> }
  | { readonly kind: "variant"; readonly label: string; readonly payload: Constant | undefined }
  | { readonly kind: "enum"; readonly label: string }
  | { readonly kind: "flags"; readonly labels: ReadonlySet<string> }
  | { readonly kind: "option"; readonly payload: Constant | undefined }
  | { readonly kind: "result"; readonly ok: boolean; readonly payload: Constant | undefined };

/** Deeper values than this are a mistake in a script. */
const MAX_DEPTH = 200;

/** Reads one parenthesised constant. */
export function readConstant(node: Node, depth = 0): Constant {
  if (node.kind !== "list") throw new ScriptError("expected a value in parentheses", node.line);
  if (depth > MAX_DEPTH) throw new ScriptError("a value is nested too deeply", node.line);
  const cursor = new Cursor(node, 0);
  const value = readBare(cursor, depth);
  cursor.end();
  return value;
}

/** The items of one list, read from left to right. */
class Cursor {
  readonly #list: List;
  #next: number;

  constructor(list: List, from: number) {
    this.#list = list;
    this.#next = from;
  }

  get line(): number {
    return (this.peek() ?? this.#list).line;
  }

  peek(): Node | undefined {
    return this.#list.items[this.#next];
  }

  atom(what: string): Atom {
    const node = this.#list.items[this.#next++];
    if (node?.kind !== "atom") throw new ScriptError(`expected ${what}`, (node ?? this.#list).line);
    return node;
  }

  string(what: string): string {
    const node = this.#list.items[this.#next++];
    if (node?.kind !== "string") throw new ScriptError(`expected ${what}, a string`, (node ?? this.#list).line);
    return characters(node);
  }

  /** A value, with or without its parentheses. */
  value(depth: number): Constant {
    const node = this.peek();
    if (node?.kind !== "list") return readBare(this, depth + 1);
    this.#next++;
    return readConstant(node, depth + 1);
  }

  list(): List | undefined {
    const node = this.peek();
    if (node?.kind !== "list") return undefined;
    this.#next++;
    return node;
  }

  end(): void {
    const node = this.peek();
    if (node !== undefined) throw new ScriptError("something is left over after a value", node.line);
  }
}

/** Reads a constant of which the parentheses are read already or were left out. */
function readBare(cursor: Cursor, depth: number): Constant {
  const { text: keyword, line } = cursor.atom("the kind of a value");
  switch (keyword) {
    case "bool.const":
      return { kind: "bool", value: readBool(cursor.atom("true or false")) };
    case "s8.const":
    case "u8.const":
    case "s16.const":
    case "u16.const":
    case "s32.const":
    case "u32.const":
    case "s64.const":
    case "u64.const":
    case "i32.const":
    case "i64.const":
      return readInteger(keyword.slice(0, -".const".length) as IntegerKind, cursor.atom("an integer"));
    case "f32.const":
      return { kind: "f32", value: readFloat(cursor.atom("a number"), 32) };
    case "f64.const":
      return { kind: "f64", value: readFloat(cursor.atom("a number"), 64) };
    case "char.const": {
      const value = cursor.string("a character");
      if ([...value].length !== 1) throw new ScriptError("expected one character", line);
      return { kind: "char", value };
    }
    case "str.const":
      return { kind: "string", value: cursor.string("text") };
    case "list.const":
      return { kind: "list", items: readItems(cursor, depth) };
    case "tuple.const":
      return { kind: "tuple", items: readItems(cursor, depth) };
    case "record.const":
      return { kind: "record", fields: readFields(cursor, depth) };
    case "variant.const":
      return { kind: "variant", label: cursor.string("a case"), payload: readOptional(cursor, depth) };
    case "enum.const":
      return { kind: "enum", label: cursor.string("a case") };
    case "flags.const": {
      const labels = new Set<string>();
      while (cursor.peek()?.kind === "string") labels.add(cursor.string("a flag"));
      return { kind: "flags", labels };
    }
    case "option.none":
      return { kind: "option", payload: undefined };
    case "option.some":
      return { kind: "option", payload: cursor.value(depth) };
    case "result.ok":
      return { kind: "result", ok: true, payload: readOptional(cursor, depth) };
    case "result.err":
      return { kind: "result", ok: false, payload: readOptional(cursor, depth) };
    case "option.const": {
      const word = cursor.atom("none or some").text;
      if (word === "none") return { kind: "option", payload: undefined };
      if (word === "some") return { kind: "option", payload: cursor.value(depth) };
      throw new ScriptError(`expected none or some, found \`${word}\``, line);
    }
    case "result.const": {
      const word = cursor.atom("ok or err").text;
      if (word !== "ok" && word !== "err") throw new ScriptError(`expected ok or err, found \`${word}\``, line);
      return { kind: "result", ok: word === "ok", payload: readOptional(cursor, depth) };
    }
    default:
      throw new ScriptError(`unknown kind of value \`${keyword}\``, line);
  }
}

function readItems(cursor: Cursor, depth: number): Constant[] {
  const items: Constant[] = [];
  while (cursor.peek() !== undefined) items.push(cursor.value(depth));
  return items;
}

function readOptional(cursor: Cursor, depth: number): Constant | undefined {
  return cursor.peek() === undefined ? undefined : cursor.value(depth);
}

function readFields(cursor: Cursor, depth: number): Map<string, Constant> {
  const fields = new Map<string, Constant>();
  for (let field = cursor.list(); field !== undefined; field = cursor.list()) {
    const inner = new Cursor(field, 0);
    if (inner.atom("field").text !== "field") throw new ScriptError('expected (field "name" value)', field.line);
    fields.set(inner.string("the field's name"), inner.value(depth));
    inner.end();
  }
  return fields;
}

function readBool(atom: Atom): boolean {
  if (atom.text !== "true" && atom.text !== "false") throw new ScriptError("expected true or false", atom.line);
  return atom.text === "true";
}

const integer = /^([+-]?)(\d+(?:_\d+)*|0x[0-9a-f]+(?:_[0-9a-f]+)*)$/i;

function readInteger(kind: IntegerKind, atom: Atom): Constant {
  const [, sign, digits] = integer.exec(atom.text) ?? [];
  if (digits === undefined) throw new ScriptError(`\`${atom.text}\` is not an integer`, atom.line);
  const magnitude = BigInt(digits.replaceAll("_", ""));
  const value = sign === "-" ? -magnitude : magnitude;
  const bits = BigInt(kind.slice(1));
  const min = kind.startsWith("u") ? 0n : -(1n << (bits - 1n));
  const max = kind.startsWith("s") ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (value < min || value > max) throw new ScriptError(`${atom.text} is out of the range of ${kind}`, atom.line);
  // A core constant may be written signed or unsigned; it is read as signed.
  return { kind, value: kind.startsWith("i") ? BigInt.asIntN(Number(bits), value) : value };
}

const decimal = /^[+-]?(?:inf|\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?(?:e[+-]?\d+(?:_\d+)*)?)$/i;
const hexadecimal = /^([+-]?)0x([0-9a-f][0-9a-f_]*)(?:\.([0-9a-f_]*))?(?:p([+-]?\d[\d_]*))?$/i;

function readFloat(atom: Atom, bits: 32 | 64): FloatConstant {
  const { text } = atom;
  if (/^[+-]?nan(:|$)/.test(text)) return "nan";
  let value: number;
  const hex = hexadecimal.exec(text);
  if (hex !== null) value = readHexFloat(hex);
  else if (decimal.test(text)) value = Number(text.replaceAll("_", "").replace("inf", "Infinity"));
  else throw new ScriptError(`\`${text}\` is not a number`, atom.line);
  return bits === 32 ? Math.fround(value) : value;
}

function readHexFloat([, sign, whole = "0", fraction = "", exponent = "0"]: RegExpExecArray): number {
  const digits = fraction.replaceAll("_", "");
  const mantissa = Number(BigInt(`0x${whole.replaceAll("_", "")}${digits}`));
  const value = mantissa * 2 ** (Number(exponent.replaceAll("_", "")) - 4 * digits.length);
  return sign === "-" ? -value : value;
}
