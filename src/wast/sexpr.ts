/**
 * Reads S-expressions: the outer form of test scripts.
 *
 * Only what splitting a script needs: parentheses, atoms, strings and comments, each with its place in the text. What
 * the texts of components mean is the assembler's business; they are cut out by their places. "Lexical Format" of the
 * WebAssembly text format.
 */

/** A mistake in the script itself, not in what it tests. */
export class ScriptError extends Error {
  override readonly name: string = "ScriptError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  /** Counted from 1. */
  readonly line: number;
}

export interface Atom extends Place {
  readonly kind: "atom";
  /** As written; `$"x y"` reads as `$x y`. */
  readonly text: string;
}

export interface Text extends Place {
  readonly kind: "string";
  /** With escapes resolved; not always UTF-8. */
  readonly bytes: Uint8Array;
}

export interface List extends Place {
  readonly kind: "list";
  readonly items: readonly Node[];
}

export type Node = Atom | Text | List;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The characters of a string, or an error if its bytes are not UTF-8. */
export function characters(node: Text): string {
  try {
    return fromUtf8.decode(node.bytes);
  } catch {
    throw new ScriptError("a string that is not UTF-8", node.line);
  }
}

/** All top-level forms of a script. Annotations, `(@name …)`, are left out. */
export function readForms(source: string): List[] {
  return new FormReader(source).forms();
}

interface Open {
  readonly start: number;
  readonly line: number;
  readonly items: Node[];
  readonly annotation: boolean;
}

class FormReader {
  readonly #source: string;
  #pos = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  forms(): List[] {
    const forms: List[] = [];
    const open: Open[] = [];
    for (;;) {
      this.#skipBlank();
      const start = this.#pos;
      const line = this.#line;
      const char = this.#source[start];
      if (char === undefined) break;
      let node: Node;
      if (char === "(") {
        this.#pos++;
        open.push({ start, line, items: [], annotation: this.#source[this.#pos] === "@" });
        continue;
      }
      if (char === ")") {
        const list = open.pop() ?? this.#fail("unmatched `)`");
        this.#pos++;
        if (list.annotation) continue;
        node = { kind: "list", items: list.items, start: list.start, end: this.#pos, line: list.line };
      } else if (char === '"') {
        node = { kind: "string", bytes: this.#string(), start, end: this.#pos, line };
      } else {
        node = { kind: "atom", text: this.#atom(), start, end: this.#pos, line };
      }
      const parent = open.at(-1);
      if (parent !== undefined) parent.items.push(node);
      else if (node.kind === "list") forms.push(node);
      else this.#fail("expected `(`");
    }
    const unclosed = open.at(-1);
    if (unclosed !== undefined) throw new ScriptError("`(` is never closed", unclosed.line);
    return forms;
  }

  #skipBlank(): void {
    for (;;) {
      const char = this.#source[this.#pos];
      if (char === "\n") {
        this.#line++;
        this.#pos++;
      } else if (char === " " || char === "\t" || char === "\r") {
        this.#pos++;
      } else if (this.#source.startsWith(";;", this.#pos)) {
        const end = this.#source.indexOf("\n", this.#pos);
        this.#pos = end < 0 ? this.#source.length : end;
      } else if (this.#source.startsWith("(;", this.#pos)) {
        this.#skipBlockComment();
      } else {
        return;
      }
    }
  }

  #skipBlockComment(): void {
    const line = this.#line;
    let depth = 0;
    do {
      if (this.#pos >= this.#source.length) throw new ScriptError("`(;` is never closed", line);
      if (this.#source.startsWith("(;", this.#pos)) {
        depth++;
        this.#pos += 2;
      } else if (this.#source.startsWith(";)", this.#pos)) {
        depth--;
        this.#pos += 2;
      } else if (this.#source[this.#pos++] === "\n") {
        this.#line++;
      }
    } while (depth > 0);
  }

  #atom(): string {
    const atom = /[^\s()";]+/y;
    atom.lastIndex = this.#pos;
    const text =
      atom.exec(this.#source)?.[0] ?? this.#fail(`unexpected character ${JSON.stringify(this.#source[this.#pos])}`);
    this.#pos += text.length;
    if (text !== "$" || this.#source[this.#pos] !== '"') return text;
    return text + new TextDecoder().decode(this.#string());
  }

  #string(): Uint8Array {
    const line = this.#line;
    const bytes: number[] = [];
    this.#pos++;
    for (;;) {
      const code = this.#source.codePointAt(this.#pos);
      if (code === undefined || code === 0x0a) throw new ScriptError("a string is never closed", line);
      this.#pos += code > 0xffff ? 2 : 1;
      if (code === 0x22) return Uint8Array.from(bytes);
      if (code === 0x5c) this.#escape(bytes);
      else if (code < 0x80) bytes.push(code);
      else bytes.push(...utf8.encode(String.fromCodePoint(code)));
    }
  }

  #escape(bytes: number[]): void {
    const pattern = /u\{([0-9a-fA-F_]{1,12})\}|([0-9a-fA-F]{2})|([tnr"'\\])/y;
    pattern.lastIndex = this.#pos;
    const match = pattern.exec(this.#source) ?? this.#fail("invalid string escape");
    this.#pos += match[0].length;
    const [, scalar, byte, simple] = match;
    if (byte !== undefined) {
      bytes.push(Number.parseInt(byte, 16));
    } else if (simple !== undefined) {
      bytes.push({ t: 9, n: 10, r: 13 }[simple] ?? simple.charCodeAt(0));
    } else {
      const code = Number.parseInt(scalar!.replaceAll("_", ""), 16);
      if (!(code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000))
        this.#fail("an escape that is no Unicode scalar value");
      bytes.push(...utf8.encode(String.fromCodePoint(code)));
    }
  }

  #fail(message: string): never {
    throw new ScriptError(message, this.#line);
  }
}
