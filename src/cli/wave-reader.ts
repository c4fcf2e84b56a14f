/**
 * Reads WAVE, the text form of component values that the field's command lines share, as `add(1, "two")`.
 *
 * What a text means depends on the type wanted: `{}` is a record or flags, `1` an integer, a float or an option of
 * one. So reading follows the type, and its depth is the type's. The values are JavaScript's, as docs/values.md has it.
 */
import { keysOf } from "../abi/js-names.ts";
import { listOf } from "../embed/number-arrays.ts";
import { printType } from "../types/print.ts";
import type { FuncType, ValType, ValTypeOf } from "../types/types.ts";
import { isKeyword } from "./wave.ts";

/** A text that is no value of the type wanted. */
export class WaveError extends Error {
  override readonly name: string = "WaveError";
  /** What was read, and where in it the mistake is, in UTF-16 units. */
  readonly text: string;
  readonly offset: number;
  readonly reason: string;
  /** From the outside in: `argument "list"`, `element 2`. */
  readonly path: readonly string[];

  constructor(reason: string, text: string, offset: number, path: readonly string[] = []) {
    super((path.length > 0 ? `${path.join(" › ")}: ` : "") + reason);
    this.reason = reason;
    this.text = text;
    this.offset = offset;
    this.path = path;
  }
}

/** One value, with nothing after it. */
export function readValue(text: string, type: ValType): unknown {
  const reader = new WaveReader(text, 0);
  const value = reader.value(type);
  reader.end();
  return value;
}

/** `do-it(1, 2)` → `do-it` and what follows it; the parentheses may be left out where there are no arguments. */
export function splitCall(text: string): { readonly callee: string; readonly argumentsAt: number } {
  const open = text.indexOf("(");
  const callee = (open < 0 ? text : text.slice(0, open)).trim();
  if (callee === "") throw new WaveError("expected the name of a function", text, 0);
  return { callee, argumentsAt: open < 0 ? text.length : open };
}

/**
 * The arguments of a call, which start at `from` in `text`. Options at the end may be left out if they are none, and the
 * parentheses if nothing is between them.
 */
export function readArguments(text: string, from: number, type: FuncType): unknown[] {
  const reader = new WaveReader(text, from);
  const given = reader.arguments(type);
  reader.end();
  return given;
}

const escapes: { readonly [char: string]: string | undefined } = {
  "'": "'",
  '"': '"',
  "\\": "\\",
  t: "\t",
  n: "\n",
  r: "\r",
};

class WaveReader {
  readonly #text: string;
  #pos: number;

  constructor(text: string, pos: number) {
    this.#text = text;
    this.#pos = pos;
  }

  value(type: ValType): unknown {
    switch (type.kind) {
      case "bool":
        return this.#bool();
      case "s8":
      case "u8":
      case "s16":
      case "u16":
      case "s32":
      case "u32":
      case "s64":
      case "u64":
        return this.#integer(type);
      case "f32":
      case "f64":
        return this.#float(type);
      case "char":
        return this.#char();
      case "string":
        return this.#string();
      case "list":
        return this.#list(type);
      case "map":
        return new Map(this.#sequence("[", "]", () => this.#tuple([type.key, type.value]) as [unknown, unknown]));
      case "record":
        return this.#record(type);
      case "tuple":
        return this.#tuple(type.types);
      case "variant":
        return this.#variant(type);
      case "enum":
        return this.#label(type.labels, type);
      case "flags":
        return this.#flags(type);
      case "option":
        return this.#option(type);
      case "result":
        return this.#result(type);
      case "own":
      case "borrow":
      case "stream":
      case "future":
      case "error-context":
        return this.#fail(`values of type ${printType(type)} cannot be written`);
    }
  }

  arguments(type: FuncType): unknown[] {
    const { params } = type;
    const values: unknown[] = [];
    const read = () => {
      const param = params[values.length];
      if (param === undefined) this.#fail(`too many arguments: the function has ${plural(params.length, "parameter")}`);
      values.push(this.#at(`argument "${param.label}"`, () => this.value(param.type)));
    };
    const bare = this.peek() === "";
    if (!bare) this.#sequence("(", ")", read);
    for (const param of params.slice(values.length)) {
      if (param.type.kind !== "option") {
        this.#fail(`argument "${param.label}" is missing: ${printType(param.type)}`, this.#pos - (bare ? 0 : 1));
      }
      values.push(none(param.type));
    }
    return values;
  }

  /** The next token's beginning: nothing but the end of the text if empty. */
  peek(): string {
    const blank = /(?:\s|\/\/[^\n]*)*/y;
    blank.lastIndex = this.#pos;
    blank.exec(this.#text);
    this.#pos = blank.lastIndex;
    return this.#text.slice(this.#pos, this.#pos + 3);
  }

  end(): void {
    if (this.peek() !== "") this.#fail(`expected nothing more, found ${this.#found()}`);
  }

  #bool(): boolean {
    const word = this.#word();
    if (word !== "true" && word !== "false") this.#expected("true or false", word);
    return word === "true";
  }

  #integer(type: ValType): number | bigint {
    const text = this.#match(/-?\d+(?![\w.])/y) ?? this.#expected(type.kind);
    const value = BigInt(text);
    const bits = Number(type.kind.slice(1));
    if (value !== (type.kind.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value))) {
      this.#fail(`${text} is out of the range of ${type.kind}`, this.#pos - text.length);
    }
    return bits === 64 ? value : Number(value);
  }

  #float(type: ValType): number {
    const text =
      this.#match(/nan(?![\w-])|-?inf(?![\w-])|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y) ??
      this.#expected(type.kind);
    const value = Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
    return type.kind === "f32" ? Math.fround(value) : value;
  }

  #char(): string {
    if (!this.#take("'")) this.#expected("char, as in 'x'");
    const char = this.#character("'");
    if (char === undefined) this.#fail("expected a character between quotes");
    if (this.#text[this.#pos] !== "'") this.#fail("expected ' after one character");
    this.#pos++;
    return char;
  }

  #string(): string {
    if (!this.#take('"')) this.#expected("string in double quotes");
    if (/^""\r?\n/.test(this.#text.slice(this.#pos, this.#pos + 4))) return this.#multiline();
    let value = "";
    for (let char = this.#character('"'); char !== undefined; char = this.#character('"')) value += char;
    this.#pos++;
    return value;
  }

  /** The next character of a char or string, its escape resolved; `undefined` before the closing quote. */
  #character(quote: string): string | undefined {
    const at = this.#pos;
    const code = this.#text.codePointAt(at);
    if (code === undefined || code === 0x0a) this.#fail(`expected a closing ${quote}`);
    const char = String.fromCodePoint(code);
    if (char === quote) return undefined;
    this.#pos += char.length;
    if (char !== "\\") return char;
    const scalar = this.#matchHere(/u\{[0-9a-fA-F]{1,6}\}/y);
    if (scalar === undefined) {
      const simple = escapes[this.#text[this.#pos] ?? ""] ?? this.#fail("unknown escape", at);
      this.#pos++;
      return simple;
    }
    const value = Number.parseInt(scalar.slice(2, -1), 16);
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) this.#fail("not a Unicode scalar value", at);
    return String.fromCodePoint(value);
  }

  /** `"""`, lines, `"""`: the blanks before the closing quotes are taken off every line. */
  #multiline(): string {
    const start = this.#pos - 1;
    const open = this.#matchHere(/""\r?\n/y)!;
    const close = /\r?\n( *)"""/g;
    // The line break that opens may be the one that closes, if there is no line between.
    close.lastIndex = this.#pos - (open.endsWith("\r\n") ? 2 : 1);
    const end = close.exec(this.#text);
    if (end === null) this.#fail('expected a closing """ on a line of its own', start);
    const indent = end[1]!;
    const lines = end.index < this.#pos ? [] : this.#text.slice(this.#pos, end.index).split(/\r?\n/);
    let value = "";
    for (const [i, line] of lines.entries()) {
      if (!line.startsWith(indent)) this.#fail(`expected an indentation of ${indent.length} blanks`);
      const lineEnd = this.#pos + line.length;
      this.#pos += indent.length;
      if (i > 0) value += "\n";
      while (this.#pos < lineEnd) value += this.#character("");
      this.#pos = lineEnd + (this.#text[lineEnd] === "\r" ? 2 : 1);
    }
    this.#pos = close.lastIndex;
    return value;
  }

  #list(type: ValTypeOf<"list">): unknown {
    const start = this.#pos;
    const items = this.#sequence("[", "]", (i) => this.#at(`element ${i}`, () => this.value(type.element)));
    if (type.length !== undefined && items.length !== type.length) {
      this.#fail(`expected ${plural(type.length, "element")}, found ${items.length}`, start);
    }
    return listOf(items, type.element);
  }

  #tuple(types: readonly ValType[]): unknown[] {
    this.peek();
    const start = this.#pos;
    const items = this.#sequence("(", ")", (i) => {
      const type = types[i] ?? this.#fail(`too many elements for a tuple of ${types.length}`);
      return this.#at(`element ${i}`, () => this.value(type));
    });
    if (items.length < types.length)
      this.#fail(`expected ${plural(types.length, "element")}, found ${items.length}`, start);
    return items;
  }

  #record(type: ValTypeOf<"record">): object {
    this.peek();
    const start = this.#pos;
    const given = new Map<string, unknown>();
    if (this.#match(/\{\s*:\s*\}/y) === undefined) {
      this.#sequence("{", "}", () => {
        const at = this.#pos;
        const label = this.#word()?.replace(/^%/, "") ?? this.#expected("a field");
        const field = type.fields.find((f) => f.label === label);
        if (field === undefined) this.#fail(`no field \`${label}\` in ${printType(type)}`, at);
        if (given.has(label)) this.#fail(`field \`${label}\` is given twice`, at);
        if (!this.#take(":")) this.#expected("`:` after the field's name");
        given.set(
          label,
          this.#at(`field "${label}"`, () => this.value(field.type)),
        );
      });
    }
    const keys = keysOf(type.fields.map(({ label }) => label));
    return Object.fromEntries(
      type.fields.map(({ label, type: fieldType }, i) => {
        if (!given.has(label) && fieldType.kind !== "option")
          this.#fail(`field \`${label}\` is missing: ${printType(fieldType)}`, start);
        return [keys[i]!, given.get(label) ?? none(fieldType)];
      }),
    );
  }

  #flags(type: ValTypeOf<"flags">): object {
    const set = new Set(
      this.#sequence("{", "}", () => {
        const at = this.#pos;
        const label = this.#word()?.replace(/^%/, "") ?? this.#expected("a flag");
        if (!type.labels.includes(label)) this.#fail(`no flag \`${label}\` in ${printType(type)}`, at);
        return label;
      }),
    );
    const keys = keysOf(type.labels);
    return Object.fromEntries(type.labels.map((label, i) => [keys[i]!, set.has(label)]));
  }

  #variant(type: ValTypeOf<"variant">): object {
    const tag = this.#label(
      type.cases.map((c) => c.label),
      type,
    );
    const payload = type.cases.find((c) => c.label === tag)!.type;
    return { tag, ...this.#payload(tag, payload) };
  }

  #option(type: ValTypeOf<"option">): unknown {
    const inner = type.type;
    const word = this.#peekWord();
    if (word === "none") {
      this.#word();
      return none(type);
    }
    if (word !== "some" && isWrapper(inner)) this.#expected("some(…) or none");
    let value: unknown;
    if (word === "some") {
      this.#word();
      value = this.#payload("some", inner).val;
    } else {
      value = this.value(inner);
    }
    return inner.kind === "option" ? { tag: "some", val: value } : value;
  }

  #result(type: ValTypeOf<"result">): object {
    const word = this.#peekWord();
    if (word === "ok" || word === "err") {
      this.#word();
      return { tag: word, ...this.#payload(word, word === "ok" ? type.ok : type.error) };
    }
    if (type.ok === undefined || isWrapper(type.ok)) this.#expected("ok or err");
    return { tag: "ok", val: this.value(type.ok) };
  }

  #payload(label: string, type: ValType | undefined): { val?: unknown } {
    const open = this.#take("(");
    if (type === undefined) {
      if (open) this.#fail(`\`${label}\` has no payload`, this.#pos - 1);
      return {};
    }
    if (!open) this.#expected(`\`(\` and the payload of \`${label}\`, ${printType(type)}`);
    const val = this.#at(`\`${label}\``, () => this.value(type));
    if (!this.#take(")")) this.#expected("`)`");
    return { val };
  }

  /** One of `labels`; one that is a keyword needs a `%` before it. */
  #label(labels: readonly string[], type: ValType): string {
    this.peek();
    const at = this.#pos;
    const word = this.#word() ?? this.#expected(printType(type));
    const label = word.replace(/^%/, "");
    if (!labels.includes(label)) this.#fail(`no case \`${label}\` in ${printType(type)}`, at);
    if (word === label && isKeyword(label))
      this.#fail(`\`${label}\` has a meaning of its own: write \`%${label}\``, at);
    return label;
  }

  /** Comma-separated items between brackets; a comma may follow the last. */
  #sequence<T>(open: string, close: string, item: (index: number) => T): T[] {
    if (!this.#take(open)) this.#expected(`\`${open}\``);
    const items: T[] = [];
    while (!this.#take(close)) {
      this.peek();
      items.push(item(items.length));
      if (this.#take(",")) continue;
      if (!this.#take(close)) this.#expected(`\`,\` or \`${close}\``);
      break;
    }
    return items;
  }

  #take(token: string): boolean {
    if (!this.peek().startsWith(token)) return false;
    this.#pos += token.length;
    return true;
  }

  /** What matches after blanks and comments. */
  #match(pattern: RegExp): string | undefined {
    this.peek();
    return this.#matchHere(pattern);
  }

  #matchHere(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#pos;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#pos += found.length;
    return found;
  }

  #word(): string | undefined {
    return this.#match(/%?[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*/y);
  }

  #peekWord(): string | undefined {
    const at = this.#pos;
    const word = this.#word();
    this.#pos = at;
    return word;
  }

  /** Reads, and tells the place of a mistake. */
  #at<T>(place: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof WaveError)) throw error;
      throw new WaveError(error.reason, error.text, error.offset, [place, ...error.path]);
    }
  }

  #expected(what: string, found?: string): never {
    if (found !== undefined) this.#pos -= found.length;
    return this.#fail(`expected ${what}, found ${this.#found()}`);
  }

  /** The next token, for messages. */
  #found(): string {
    if (this.peek() === "") return "the end";
    const token = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[-%\w.]+|./y;
    token.lastIndex = this.#pos;
    const found = token.exec(this.#text)?.[0] ?? "";
    return `\`${found.length > 40 ? `${found.slice(0, 40)}…` : found}\``;
  }

  #fail(message: string, offset: number = this.#pos): never {
    throw new WaveError(message, this.#text, offset);
  }
}

/** `none` of an option type; `undefined` for what is not one. */
function none(type: ValType): unknown {
  return type.kind === "option" && type.type.kind === "option" ? { tag: "none" } : undefined;
}

/** Options and results of these cannot be written without their `some` or `ok`. */
function isWrapper(type: ValType): boolean {
  return type.kind === "option" || type.kind === "result";
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
