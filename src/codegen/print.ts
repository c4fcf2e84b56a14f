/**
 * Prints trees as JavaScript source that people can read: it is what a debugger shows them.
 */
import {
  BINDING,
  type BinaryOperator,
  type Constant,
  type Expr,
  type Func,
  type Maker,
  type Module,
  type Scalar,
  type Stmt,
} from "./tree.ts";

/** Longer lines are broken where that is easy: at the fields of records and the arguments of calls. */
const LINE_WIDTH = 120;

/**
 * The body of a function whose parameters hold everything from outside: `library`, and `helpers` the functions of modules before
 * it. It returns the makers by name, and the module's own functions if `all` is wanted.
 */
export function printModule(module: Module, all = false): string {
  const printer = new Printer();
  const parts = [
    ...module.functions.map((func) => printer.func(func)),
    ...module.makers.map((made) => printer.maker(made)),
  ];
  const own = new Set(module.functions.map((func) => func.name));
  const outside = [...printer.outside].filter((name) => !own.has(name)).sort();
  const returned = [...(all ? own : []), ...module.makers.map((maker) => maker.name)];
  const from = (source: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`const ${names(list, ` = ${source};`)}\n`];
  const [library, helpers] = [outside.filter((name) => !isHelper(name)), outside.filter(isHelper)];
  const head = [...from("library", library), ...from("helpers", helpers)];
  return ['"use strict";\n', ...head, ...parts, `return ${names(returned, ";")}\n`].join("\n");
}

/** See `Generator.functionName`. */
const isHelper = (name: string) => name.includes("$");

/** `{ a, b }` and what follows: on one line, or one line for each name. */
function names(list: readonly string[], rest: string): string {
  const line = `{ ${list.join(", ")} }${rest}`;
  if (line.length < LINE_WIDTH - "return ".length) return line;
  return `{\n${list.map((name) => `  ${name},\n`).join("")}}${rest}`;
}

// Operators by precedence, as far as they matter here.
const RELATION = 8;
const UNARY = 12;
const MEMBER = 15;

const precedence: Readonly<Record<BinaryOperator, number>> = {
  "|": 4, "&": 6, "===": 7, "!==": 7, "==": 7, "<": RELATION, "<<": 9, ">>": 9, ">>>": 9, "+": 10, "*": 11, "/": 11,
}; // biome-ignore format: by precedence

const bitwise: ReadonlySet<string> = new Set(["&", "|", "<<", ">>", ">>>"]);

/** Tests that a value is not of a kind. */
const misfits: Readonly<Record<Scalar, (v: string) => string>> = {
  u8: (v) => `${v} !== (${v} & 255)`,
  s8: (v) => `${v} !== (${v} << 24) >> 24`,
  u16: (v) => `${v} !== (${v} & 65535)`,
  s16: (v) => `${v} !== (${v} << 16) >> 16`,
  u32: (v) => `${v} !== ${v} >>> 0`,
  s32: (v) => `${v} !== (${v} | 0)`,
  u64: (v) => `${v} !== BigInt.asUintN(64, ${v})`,
  s64: (v) => `${v} !== BigInt.asIntN(64, ${v})`,
  number: (v) => `typeof ${v} !== "number"`,
};

class Printer {
  /** What has been mentioned that is no local. */
  readonly outside: Set<string> = new Set();

  func({ name, params, body }: Func, indent = ""): string {
    return `${indent}function ${name}(${params.join(", ")}) ${this.#braces(body, indent)}\n`;
  }

  maker({ name, constants, func }: Maker): string {
    const lines = constants.map((constant) => `  const ${constant.name} = ${this.#expr(constant.value, 0, "  ")};\n`);
    return `function ${name}(${BINDING}) {\n${lines.join("")}  return ${this.func(func, "  ").trim()};\n}\n`;
  }

  // ---- Statements

  #block(statements: readonly Stmt[], indent: string): string {
    let text = "";
    let tests: string[] = [];
    for (const [i, statement] of statements.entries()) {
      if (statement.op === "expect") tests.push(misfits[statement.kind](statement.name));
      else text += `${indent}${this.#stmt(statement, indent)}\n`;
      // Joined to what follows: the shorter a function is, the sooner engines inline it.
      const next = statements[i + 1];
      if (tests.length === 0 || next?.op === "expect" || (next?.op === "const" && isRead(next.value))) continue;
      this.outside.add("invalid");
      text += `${indent}if (${tests.join(" || ")}) invalid();\n`;
      tests = [];
    }
    return text;
  }

  #braces(statements: readonly Stmt[], indent: string): string {
    return statements.length === 0 ? "{}" : `{\n${this.#block(statements, `${indent}  `)}${indent}}`;
  }

  #stmt(s: Exclude<Stmt, { op: "expect" }>, indent: string): string {
    switch (s.op) {
      case "const":
        return `const ${s.name} = ${this.#expr(s.value, 0, indent)};`;
      case "let":
        return s.value === undefined ? `let ${s.name};` : `let ${s.name} = ${this.#expr(s.value, 0, indent)};`;
      case "assign":
        return `${s.name} = ${this.#expr(s.value, 0, indent)};`;
      case "set":
        return `${this.#expr(s.object, MEMBER, indent)}${member(s.key)} = ${this.#expr(s.value, 0, indent)};`;
      case "put": {
        const target = `${this.#expr(s.object, MEMBER, indent)}[${this.#expr(s.index, 0, indent)}]`;
        return `${target} = ${this.#expr(s.value, 0, indent)};`;
      }
      case "do": {
        const text = this.#expr(s.value, 0, indent);
        // A statement that began with a brace would be a block.
        return text.startsWith("{") ? `(${text});` : `${text};`;
      }
      case "if":
        return this.#if(s, indent);
      case "switch": {
        const inner = `${indent}  `;
        const arms = s.cases.map(({ value, body }) => `${inner}case ${constant(value)}: ${this.#arm(body, inner)}\n`);
        if (s.alternate.length > 0) arms.push(`${inner}default: ${this.#arm(s.alternate, inner)}\n`);
        return `switch (${this.#expr(s.subject, 0, indent)}) {\n${arms.join("")}${indent}}`;
      }
      case "loop": {
        const test = `${s.name} < ${this.#expr(s.below, RELATION + 1, indent)}`;
        return `for (let ${s.name} = 0; ${test}; ${s.name}++) ${this.#braces(s.body, indent)}`;
      }
      case "return":
        return s.value === undefined ? "return;" : `return ${this.#expr(s.value, 0, indent)};`;
      case "throw":
        return `throw ${this.#expr(s.value, 0, indent)};`;
      case "try":
        return `try ${this.#braces(s.body, indent)} catch (${s.error}) ${this.#braces(s.handler, indent)}`;
    }
  }

  #if(s: Extract<Stmt, { op: "if" }>, indent: string): string {
    const test = `if (${this.#expr(s.test, 0, indent)}) `;
    const [first] = s.consequent;
    if (s.alternate.length === 0) {
      const short = s.consequent.length === 1 && isSimple(first!);
      return test + (short ? this.#block([first!], indent).trim() : this.#braces(s.consequent, indent));
    }
    const [second] = s.alternate;
    const chained = s.alternate.length === 1 && second!.op === "if";
    const alternate = chained ? this.#block([second!], indent).trim() : this.#braces(s.alternate, indent);
    return `${test}${this.#braces(s.consequent, indent)} else ${alternate}`;
  }

  /** What an arm of a `switch` does: on the same line if it is but to leave. */
  #arm(statements: readonly Stmt[], indent: string): string {
    const last = statements.at(-1);
    if (last === undefined) return "break;";
    const leaves = last.op === "return" || last.op === "throw";
    if (leaves && statements.length === 1) return this.#stmt(last, indent);
    const inner = `${indent}  `;
    return `{\n${this.#block(statements, inner)}${leaves ? "" : `${inner}break;\n`}${indent}}`;
  }

  // ---- Expressions

  /** Prints `e` where an operand of precedence `outer` or higher is wanted. */
  #expr(e: Expr, outer: number, indent: string): string {
    switch (e.op) {
      case "constant":
        return constant(e.value);
      case "local":
        return e.name;
      case "env":
        this.outside.add(e.name);
        return e.name;
      case "get":
        return `${this.#expr(e.object, MEMBER, indent)}${member(e.key)}`;
      case "index":
        return `${this.#expr(e.object, MEMBER, indent)}[${this.#expr(e.index, 0, indent)}]`;
      case "call":
        return this.#parts(`${this.#expr(e.callee, MEMBER, indent)}(`, e.args, ")", indent);
      case "method":
        return this.#parts(`${this.#expr(e.object, MEMBER, indent)}${member(e.key)}(`, e.args, ")", indent);
      case "not":
        return parenthesize(`!${this.#expr(e.operand, UNARY, indent)}`, UNARY < outer);
      case "binary": {
        const own = precedence[e.operator];
        const left = this.#operand(e.left, e.operator, own, indent);
        const right = this.#operand(e.right, e.operator, own + 1, indent);
        return parenthesize(`${left} ${e.operator} ${right}`, own < outer);
      }
      case "record":
        return e.fields.length === 0 ? "{}" : this.#parts("{ ", e.fields, " }", indent);
      case "array":
        return this.#parts("[", e.elements, "]", indent);
    }
  }

  /**
   * An operand, in parentheses not only where precedence asks for them but also where few people know it: around
   * arithmetic under bit operations, and around one bit operation under another.
   */
  #operand(e: Expr, operator: string, wanted: number, indent: string): string {
    const text = this.#expr(e, wanted, indent);
    if (e.op !== "binary" || precedence[e.operator] < wanted) return text;
    return parenthesize(text, bitwise.has(operator) && e.operator !== operator);
  }

  /** Arguments, elements or fields: on one line if that is short enough, else one line for each. */
  #parts(
    open: string,
    parts: readonly (Expr | readonly [key: string, value: Expr])[],
    close: string,
    indent: string,
  ): string {
    const inner = parts.length < 2 ? indent : `${indent}  `;
    const texts = parts.map((part) => this.#part(part, inner));
    const line = `${open}${texts.join(", ")}${close}`;
    if (parts.length < 2 || (indent.length + line.length <= LINE_WIDTH && !line.includes("\n"))) return line;
    return `${open.trimEnd()}\n${texts.map((text) => `${inner}${text},\n`).join("")}${indent}${close.trimStart()}`;
  }

  #part(part: Expr | readonly [key: string, value: Expr], indent: string): string {
    if ("op" in part) return this.#expr(part, 0, indent);
    const [key, value] = part;
    if (value.op === "local" && value.name === key) return key;
    return `${isIdentifier(key) ? key : JSON.stringify(key)}: ${this.#expr(value, 0, indent)}`;
  }
}

/** Whether an expression reads a property of a local. That may run code of the embedder's, but none that could tell when. */
function isRead(e: Expr): boolean {
  return (e.op === "get" || (e.op === "index" && e.index.op === "constant")) && e.object.op === "local";
}

/** Whether a statement can stand behind an `if` without braces. */
function isSimple({ op }: Stmt): boolean {
  return op === "do" || op === "return" || op === "throw" || op === "assign" || op === "set" || op === "put";
}

function parenthesize(text: string, needed: boolean): string {
  return needed ? `(${text})` : text;
}

function member(key: string): string {
  return isIdentifier(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** Any identifier may be a property's name, reserved words included. */
function isIdentifier(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}

function constant(value: Constant): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "string":
      // Valid JSON strings are valid JavaScript; escaping these keeps the source free of line separators.
      return JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    case "number":
    case "boolean":
    case "undefined":
    case "object":
      return String(value);
  }
}
