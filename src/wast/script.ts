/**
 * Test scripts as data: what each directive of a `.wast` file asks for.
 *
 * The texts of components are not read here; they are handed, cut out of the script, to an assembler that the caller
 * supplies. An assembled script is plain data that can be sent to another thread.
 */
import { type Constant, readConstant } from "./constants.ts";
import { type Atom, characters, type List, type Node, readForms, ScriptError } from "./sexpr.ts";

/** A component as a script has it. `quote` is text, too, kept apart because it may be malformed on purpose. */
export type ComponentSource =
  | { readonly form: "text" | "quote"; readonly text: string }
  | { readonly form: "binary"; readonly bytes: Uint8Array };

/** A component after the assembler: its bytes, or why the assembler would not have it. */
export type AssembledSource =
  | { readonly form: ComponentSource["form"]; readonly bytes: Uint8Array; readonly refused?: undefined }
  | { readonly form: ComponentSource["form"]; readonly refused: string; readonly bytes?: undefined };

/** A call of an export of the instance named, or of the current one. */
export interface Invocation {
  readonly instance: string | undefined;
  readonly name: string;
  readonly args: readonly Constant[];
}

export type DirectiveBody<Source> =
  /** Compiles, instantiates, and names the instance. */
  | { readonly kind: "component"; readonly id: string | undefined; readonly source: Source }
  /** Only compiles. */
  | { readonly kind: "definition"; readonly id: string | undefined; readonly source: Source }
  /** Instantiates a definition (the last one, if unnamed). */
  | { readonly kind: "instance"; readonly id: string | undefined; readonly definition: string | undefined }
  /** Makes an instance importable by later components under `name`. */
  | { readonly kind: "register"; readonly name: string; readonly instance: string | undefined }
  | { readonly kind: "invoke"; readonly invocation: Invocation }
  | { readonly kind: "assert_return"; readonly invocation: Invocation; readonly results: readonly Constant[] }
  | {
      readonly kind: "assert_trap";
      readonly of: "invocation";
      readonly invocation: Invocation;
      readonly message: string;
    }
  | { readonly kind: "assert_trap"; readonly of: "component"; readonly source: Source; readonly message: string }
  | {
      readonly kind: "assert_invalid" | "assert_malformed" | "assert_unlinkable";
      readonly source: Source;
      readonly message: string;
    }
  /** A directive that the reader does not understand: it fails, and the rest of the script runs. */
  | { readonly kind: "unreadable"; readonly reason: string };

export type Directive<Source = ComponentSource> = DirectiveBody<Source> & {
  /** Of its opening parenthesis, counted from 1. */
  readonly line: number;
};

export type AssembledDirective = Directive<AssembledSource>;

/** Text of a component → its bytes. Throws if the text is malformed. */
export type Assembler = (text: string) => Promise<Uint8Array>;

/** Splits a script into its directives. Throws a `ScriptError` only where parentheses, strings or comments do not match. */
export function readScript(source: string): Directive[] {
  return readForms(source).map((form) => {
    const { line } = form;
    try {
      return { ...readDirective(form, source), line };
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      return { kind: "unreadable", reason: error.message, line };
    }
  });
}

/** Assembles every component of a script. */
export async function assembleScript(script: readonly Directive[], assemble: Assembler): Promise<AssembledDirective[]> {
  const assembled: AssembledDirective[] = [];
  for (const directive of script) {
    assembled.push(
      "source" in directive ? { ...directive, source: await assembleSource(directive.source, assemble) } : directive,
    );
  }
  return assembled;
}

async function assembleSource(source: ComponentSource, assemble: Assembler): Promise<AssembledSource> {
  const { form } = source;
  if (form === "binary") return source;
  try {
    return { form, bytes: await assemble(source.text) };
  } catch (error) {
    return { form, refused: error instanceof Error ? error.message : String(error) };
  }
}

function readDirective(form: List, script: string): DirectiveBody<ComponentSource> {
  const items = new Items(form);
  const keyword = items.atom("a directive");
  switch (keyword.text) {
    case "component":
      return readComponent(form, script);
    case "register":
      return { kind: "register", name: items.string("a name"), instance: items.id() };
    case "invoke":
      return { kind: "invoke", invocation: readInvocation(form) };
    case "assert_return": {
      const invocation = readInvocation(items.list("(invoke …)"));
      return { kind: "assert_return", invocation, results: items.rest().map((node) => readConstant(node)) };
    }
    case "assert_trap":
    case "assert_exhaustion": {
      const target = items.list("(invoke …) or (component …)");
      const message = items.string("a message");
      return isForm(target, "invoke")
        ? { kind: "assert_trap", of: "invocation", invocation: readInvocation(target), message }
        : { kind: "assert_trap", of: "component", source: readSource(target, script), message };
    }
    case "assert_invalid":
    case "assert_malformed":
    case "assert_unlinkable": {
      const source = readSource(items.list("(component …)"), script);
      return { kind: keyword.text, source, message: items.string("a message") };
    }
    default:
      throw new ScriptError(`unknown directive \`${keyword.text}\``, form.line);
  }
}

/** The items of a form, read from left to right. */
class Items {
  readonly #form: List;
  #next = 0;

  constructor(form: List) {
    this.#form = form;
  }

  peek(): Node | undefined {
    return this.#form.items[this.#next];
  }

  atom(what: string): Atom {
    const node = this.peek();
    if (node?.kind !== "atom") throw this.#expected(what);
    this.#next++;
    return node;
  }

  string(what: string): string {
    const node = this.peek();
    if (node?.kind !== "string") throw this.#expected(`${what}, a string`);
    this.#next++;
    return characters(node);
  }

  list(what: string): List {
    const node = this.peek();
    if (node?.kind !== "list") throw this.#expected(what);
    this.#next++;
    return node;
  }

  /** The next item if it is an identifier, without its `$`. */
  id(): string | undefined {
    const node = this.peek();
    if (node?.kind !== "atom" || !node.text.startsWith("$")) return undefined;
    this.#next++;
    return node.text.slice(1);
  }

  /** The next item if it is the word `word`. */
  word(word: string): Atom | undefined {
    const node = this.peek();
    if (node?.kind !== "atom" || node.text !== word) return undefined;
    this.#next++;
    return node;
  }

  rest(): readonly Node[] {
    return this.#form.items.slice(this.#next);
  }

  #expected(what: string): ScriptError {
    return new ScriptError(`expected ${what}`, (this.peek() ?? this.#form).line);
  }
}

function isForm(form: List, keyword: string): boolean {
  const [first] = form.items;
  return first?.kind === "atom" && first.text === keyword;
}

function readInvocation(form: List): Invocation {
  const items = new Items(form);
  if (items.word("invoke") === undefined) throw new ScriptError("expected (invoke …)", form.line);
  const instance = items.id();
  const name = items.string("the name of a function");
  return { instance, name, args: items.rest().map((node) => readConstant(node)) };
}

/** `(component …)` where it is a directive of its own. */
function readComponent(form: List, script: string): DirectiveBody<ComponentSource> {
  const items = new Items(form);
  items.atom("component");
  if (items.word("instance") !== undefined) {
    return { kind: "instance", id: items.id(), definition: items.id() };
  }
  const definition = items.word("definition");
  const id = items.id();
  const source = readSource(form, script);
  return definition === undefined ? { kind: "component", id, source } : { kind: "definition", id, source };
}

/** `(component definition? $id? …)`, `(component … quote "…"*)`, `(component … binary "…"*)`. */
function readSource(form: List, script: string): ComponentSource {
  if (!isForm(form, "component")) throw new ScriptError("expected (component …)", form.line);
  const items = new Items(form);
  items.atom("component");
  const definition = items.word("definition");
  items.id();
  if (items.word("binary") !== undefined) return { form: "binary", bytes: concatenate(strings(items)) };
  if (items.word("quote") !== undefined) {
    return {
      form: "quote",
      text: `(component ${strings(items)
        .map((piece) => quoted.decode(piece))
        .join(" ")} )`,
    };
  }
  if (definition === undefined) return { form: "text", text: script.slice(form.start, form.end) };
  // The word is the script's, not the component's. Blanks in its place keep the columns in the assembler's messages.
  const blank = " ".repeat(definition.end - definition.start);
  return {
    form: "text",
    text: script.slice(form.start, definition.start) + blank + script.slice(definition.end, form.end),
  };
}

const quoted = new TextDecoder("utf-8", { ignoreBOM: true });

function strings(items: Items): Uint8Array[] {
  return items.rest().map((node) => {
    if (node.kind !== "string") throw new ScriptError("expected a string", node.line);
    return node.bytes;
  });
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}
