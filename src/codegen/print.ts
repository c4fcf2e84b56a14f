/**
 * Prints trees as JavaScript source that people can read: it is what a debugger shows them.
 */
import type { Constant, Expr, Func, Maker, Module, Stmt } from "./tree.ts";
import { BINDING } from "./tree.ts";

/** Longer lines are broken where that is easy: at the fields of records and the arguments of calls. */
const LINE_WIDTH = 120;

/**
 * The body of a function whose parameter `library` holds everything from outside, and which returns the makers by name.
 */
export function printModule(module: Module): string {
  const functions = module.functions.map((func) => printFunc(func, ""));
  const makers = module.makers.map(printMaker);
  const outside = [...namesFromOutside(module)].sort();
  const head = outside.length === 0 ? [] : [`const ${list("{", outside, "}", "", 19)} = library;\n`];
  const tail = `return ${list(
    "{",
    module.makers.map((maker) => maker.name),
    "}",
    "",
    8,
  )};\n`;
  return ['"use strict";\n', ...head, ...functions, ...makers, tail].join("\n");
}

export function printMaker(maker: Maker): string {
  const constants = maker.constants.map(({ name, value }) => `  const ${name} = ${expr(value, 0, "  ")};\n`);
  const returned = printFunc(maker.func, "  ");
  return `function ${maker.name}(${BINDING}) {\n${constants.join("")}  return ${returned.trimStart().trimEnd()};\n}\n`;
}

export function printFunc(func: Func, indent = ""): string {
  return `${indent}function ${func.name}(${func.params.join(", ")}) {\n${block(func.body, `${indent}  `)}${indent}}\n`;
}

/** The names that `module` expects from outside: what it mentions as `env` and does not define. */
export function namesFromOutside(module: Module): Set<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const part of node) visit(part);
      return;
    }
    const { op, name } = node as { op?: unknown; name?: unknown };
    if (op === "env") names.add(name as string);
    else for (const part of Object.values(node)) visit(part);
  };
  visit(module);
  for (const { name } of module.functions) names.delete(name);
  return names;
}

function block(statements: readonly Stmt[], indent: string): string {
  return statements.map((statement) => `${indent}${stmt(statement, indent)}\n`).join("");
}

function braces(statements: readonly Stmt[], indent: string): string {
  return statements.length === 0 ? "{}" : `{\n${block(statements, `${indent}  `)}${indent}}`;
}

function stmt(s: Stmt, indent: string): string {
  switch (s.op) {
    case "const":
      return `const ${s.name} = ${expr(s.value, 0, indent)};`;
    case "let":
      return s.value === undefined ? `let ${s.name};` : `let ${s.name} = ${expr(s.value, 0, indent)};`;
    case "assign":
      return `${s.name} = ${expr(s.value, 0, indent)};`;
    case "set":
      return update(`${expr(s.object, MEMBER, indent)}${member(s.key)}`, s, indent);
    case "put":
      return `${expr(s.object, MEMBER, indent)}[${expr(s.index, 0, indent)}] = ${expr(s.value, 0, indent)};`;
    case "do": {
      const text = expr(s.value, 0, indent);
      // A statement that began with a brace would be a block.
      return text.startsWith("{") ? `(${text});` : `${text};`;
    }
    case "if": {
      const consequent = `if (${expr(s.test, 0, indent)}) ${body(s.consequent, indent)}`;
      if (s.alternate.length === 0) return consequent;
      const [first] = s.alternate;
      const alternate =
        s.alternate.length === 1 && first!.op === "if" ? stmt(first!, indent) : braces(s.alternate, indent);
      return `if (${expr(s.test, 0, indent)}) ${braces(s.consequent, indent)} else ${alternate}`;
    }
    case "switch": {
      const inner = `${indent}  `;
      const cases = s.cases.map(({ value, body }) => `${inner}case ${constant(value)}: ${arm(body, inner)}\n`);
      if (s.alternate.length > 0) cases.push(`${inner}default: ${arm(s.alternate, inner)}\n`);
      return `switch (${expr(s.subject, 0, indent)}) {\n${cases.join("")}${indent}}`;
    }
    case "loop": {
      const step = s.step === 1 ? `${s.name}++` : `${s.name} += ${s.step}`;
      const head = `let ${s.name} = ${expr(s.from, 0, indent)}; ${s.name} < ${expr(s.below, RELATION + 1, indent)}; ${step}`;
      return `for (${head}) ${braces(s.body, indent)}`;
    }
    case "return":
      return s.value === undefined ? "return;" : `return ${expr(s.value, 0, indent)};`;
    case "throw":
      return `throw ${expr(s.value, 0, indent)};`;
    case "try":
      return `try ${braces(s.body, indent)} catch (${s.error}) ${braces(s.handler, indent)}`;
  }
}

/** `a.b = a.b | c` is printed as `a.b |= c`. */
function update(target: string, s: Extract<Stmt, { op: "set" }>, indent: string): string {
  const { value } = s;
  if (value.op === "binary" && (value.operator === "&" || value.operator === "|")) {
    const { left } = value;
    if (left.op === "get" && left.key === s.key && left.object.op === "local" && sameLocal(left.object, s.object)) {
      return `${target} ${value.operator}= ${expr(value.right, 0, indent)};`;
    }
  }
  return `${target} = ${expr(value, 0, indent)};`;
}

function sameLocal(a: Expr, b: Expr): boolean {
  return a.op === "local" && b.op === "local" && a.name === b.name;
}

/** The body of an `if` without `else`: without braces where it is one short statement. */
function body(statements: readonly Stmt[], indent: string): string {
  const [only] = statements;
  if (statements.length === 1 && isSimple(only!)) return stmt(only!, indent);
  return braces(statements, indent);
}

function isSimple(s: Stmt): boolean {
  return (
    s.op === "do" || s.op === "return" || s.op === "throw" || s.op === "assign" || s.op === "set" || s.op === "put"
  );
}

function arm(statements: readonly Stmt[], indent: string): string {
  const last = statements.at(-1);
  const leaves = last?.op === "return" || last?.op === "throw";
  const inner = `${indent}  `;
  return `{\n${block(statements, inner)}${leaves ? "" : `${inner}break;\n`}${indent}}`;
}

// ---- Expressions, with the precedence of what they stand in

const CONDITIONAL = 1;
const RELATION = 8;
const UNARY = 12;
/** `1.key` is no property of 1. */
const NUMBER = 13;
const MEMBER = 15;

const precedence: Readonly<Record<string, number>> = {
  "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "===": 7, "!==": 7, "<": RELATION, "<=": RELATION, ">": RELATION, ">=": RELATION,
  "<<": 9, ">>": 9, ">>>": 9, "+": 10, "-": 10, "*": 11, "/": 11,
}; // biome-ignore format: by precedence

/** Prints `e` where an operand of precedence `outer` or higher is wanted. */
function expr(e: Expr, outer: number, indent: string): string {
  switch (e.op) {
    case "constant":
      return literal(e.value, outer);
    case "local":
    case "env":
      return e.name;
    case "get":
      return `${expr(e.object, MEMBER, indent)}${member(e.key)}`;
    case "index":
      return `${expr(e.object, MEMBER, indent)}[${expr(e.index, 0, indent)}]`;
    case "call":
      return call(expr(e.callee, MEMBER, indent), e.args, indent);
    case "method":
      return call(`${expr(e.object, MEMBER, indent)}${member(e.key)}`, e.args, indent);
    case "unary": {
      const operand = expr(e.operand, UNARY, indent);
      const gap = e.operator === "typeof" || operand.startsWith(e.operator) ? " " : "";
      return parenthesize(`${e.operator}${gap}${operand}`, UNARY < outer);
    }
    case "binary":
    case "logical": {
      const own = precedence[e.operator]!;
      const text = `${operand(e.left, e.operator, own, indent)} ${e.operator} ${operand(e.right, e.operator, own + 1, indent)}`;
      return parenthesize(text, own < outer);
    }
    case "conditional": {
      const test = expr(e.test, CONDITIONAL + 1, indent);
      const text = `${test} ? ${expr(e.consequent, CONDITIONAL, indent)} : ${expr(e.alternate, CONDITIONAL, indent)}`;
      return parenthesize(text, CONDITIONAL < outer);
    }
    case "record": {
      if (e.fields.length === 0) return "{}";
      const print = (inner: string) => e.fields.map(([key, value]) => field(key, value, inner));
      return breakable("{ ", print, " }", indent);
    }
    case "array":
      return breakable("[", (inner) => e.elements.map((element) => expr(element, 0, inner)), "]", indent);
  }
}

/**
 * An operand, in parentheses not only where precedence asks for them but also where few people know it: around `+`
 * under a shift, and around bit operations under comparisons.
 */
function operand(e: Expr, operator: string, wanted: number, indent: string): string {
  const text = expr(e, wanted, indent);
  if (e.op !== "binary" || precedence[e.operator]! < wanted) return text;
  return parenthesize(text, isBitwise(operator) && e.operator !== operator);
}

function isBitwise(operator: string): boolean {
  return (
    operator === "&" ||
    operator === "|" ||
    operator === "^" ||
    operator === "<<" ||
    operator === ">>" ||
    operator === ">>>"
  );
}

function call(callee: string, args: readonly Expr[], indent: string): string {
  return breakable(`${callee}(`, (inner) => args.map((arg) => expr(arg, 0, inner)), ")", indent);
}

function field(key: string, value: Expr, indent: string): string {
  if (value.op === "local" && value.name === key) return key;
  return `${isIdentifier(key) ? key : JSON.stringify(key)}: ${expr(value, 0, indent)}`;
}

/** On one line if that is short enough, else one line for each part. */
function breakable(open: string, parts: (indent: string) => string[], close: string, indent: string): string {
  const flat = parts(indent);
  const line = `${open}${flat.join(", ")}${close}`;
  if (flat.length < 2 || (indent.length + line.length <= LINE_WIDTH && !line.includes("\n"))) return line;
  return list(open.trimEnd(), parts(`${indent}  `), close.trimStart(), indent, LINE_WIDTH);
}

/** One line if it and `used` more characters fit. */
function list(open: string, parts: readonly string[], close: string, indent: string, used: number): string {
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (line.length + used + indent.length <= LINE_WIDTH) return line;
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join("")}${indent}${close}`;
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

function literal(value: Constant, outer: number): string {
  const text = constant(value);
  if (typeof value !== "number" && typeof value !== "bigint") return text;
  return parenthesize(text, (text.startsWith("-") ? UNARY : NUMBER) < outer);
}

function constant(value: Constant): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
      // Valid JSON strings are valid JavaScript; escaping these keeps the source free of line separators.
      return JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    case "boolean":
    case "undefined":
    case "object":
      return String(value);
  }
}
