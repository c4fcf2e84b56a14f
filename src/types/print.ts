/**
 * Component types as text, as one would write them in WIT: for error messages, `gantry print` and golden tests.
 *
 * Named types are printed by the names that the caller knows for them, others by their structure. A type can be
 * exponentially longer than its binary, so whatever is printed is bounded in length and in depth; an ellipsis stands
 * for the rest.
 */
import type { CoreModuleType } from "../wasm/types.ts";
import { partsOf } from "./shape.ts";
import type {
  AnyType, Case, ExternDecl, ExternType, Field, Interned, ResourceType, ValType,
} from "./types.ts"; // biome-ignore format: one list

export interface PrintOptions {
  /** The name under which a type is known where the text is read. */
  readonly names?: ((type: AnyType) => string | undefined) | undefined;
  /** About how many characters may be printed before the rest is left out; 400 unless given. */
  readonly maxLength?: number | undefined;
  /** How many types deep the text goes; 24 unless given. */
  readonly maxDepth?: number | undefined;
}

/** Text of any type of a component's type index space: `list<tuple<string, u32>>`, `async func(name: string) -> u32`. */
export function printType(type: AnyType, options: PrintOptions = {}): string {
  return new Printer(options).type(type);
}

/** Text of the type of an import or export. */
export function printExternType(type: ExternType, options: PrintOptions = {}): string {
  return new Printer(options).extern(type);
}

class Printer {
  readonly #names: (type: AnyType) => string | undefined;
  readonly #maxDepth: number;
  #left: number;
  #depth = 0;

  constructor(options: PrintOptions) {
    this.#names = options.names ?? (() => undefined);
    this.#left = options.maxLength ?? 400;
    this.#maxDepth = options.maxDepth ?? 24;
  }

  /** `type` by its name, if it has one and is not the type asked for, and otherwise by its structure. */
  type(type: AnyType): string {
    const name = this.#depth > 0 || type.kind === "resource" ? this.#names(type) : undefined;
    if (name !== undefined) return this.#spend(name);
    if (this.#depth >= this.#maxDepth || this.#left <= 0) return "…";
    this.#depth++;
    const text = this.#structure(type);
    this.#depth--;
    return text;
  }

  extern(type: ExternType): string {
    switch (type.kind) {
      case "core-module":
        return this.coreModule(type.type);
      case "value":
        return `value ${this.type(type.type)}`;
      case "type":
        return type.type.kind === "resource" ? this.#spend("resource") : `type = ${this.type(type.type)}`;
      case "func":
      case "component":
      case "instance":
        return this.type(type.type);
    }
  }

  /** Of what a core module imports and exports only names and kinds: types of core WebAssembly are printed elsewhere. */
  coreModule(type: CoreModuleType): string {
    const lines = [
      ...this.#list(type.imports, (i) => this.#spend(`import ${quote(i.module)} ${quote(i.name)}: ${i.type.kind};`)),
      ...this.#list(type.exports, (e) => this.#spend(`export ${quote(e.name)}: ${e.type.kind};`)),
    ];
    return block("core module", lines);
  }

  #structure(type: AnyType): string {
    switch (type.kind) {
      case "list":
      case "map":
      case "tuple":
      case "option":
      case "result":
      case "stream":
      case "future":
        return this.#generic(type);
      case "record":
        return `record { ${this.#fields(type.fields)} }`;
      case "variant":
        return `variant { ${this.#list(type.cases, (c) => this.#case(c)).join(", ")} }`;
      case "enum":
      case "flags":
        return `${type.kind} { ${this.#list(type.labels, (label) => this.#spend(label)).join(", ")} }`;
      case "own":
      case "borrow":
        return `${type.kind}<${this.#resource(type.resource)}>`;
      case "func": {
        const result = type.result === undefined ? "" : ` -> ${this.type(type.result)}`;
        return `${type.async ? "async " : ""}func(${this.#fields(type.params)})${result}`;
      }
      case "resource":
        return this.#resource(type);
      case "instance":
        return block("instance", this.#decls("", type.exports));
      case "component":
        return block("component", [...this.#decls("import ", type.imports), ...this.#decls("export ", type.exports)]);
      default:
        return this.#spend(type.kind);
    }
  }

  #decls(prefix: string, decls: ReadonlyMap<string, ExternDecl>): string[] {
    return this.#list(decls.values(), (decl) => `${this.#spend(`${prefix}${decl.name}`)}: ${this.extern(decl.type)};`);
  }

  #resource(type: ResourceType): string {
    return this.#spend(this.#names(type) ?? type.name ?? "resource");
  }

  #fields(fields: readonly Field[]): string {
    return this.#list(fields, (field) => `${this.#spend(field.label)}: ${this.type(field.type)}`).join(", ");
  }

  #case(c: Case): string {
    return this.#spend(c.label) + (c.type === undefined ? "" : `(${this.type(c.type)})`);
  }

  #generic(type: ValType): string {
    const name = this.#spend(type.kind);
    const args = partsOf<Interned>(type).map((part) => part.type);
    if (args.at(-1) === undefined) args.pop();
    if (args.every((arg) => arg === undefined)) return name;
    const texts = this.#list(args, (arg) => (arg === undefined ? "_" : this.type(arg)));
    if (type.kind === "list" && type.length !== undefined) texts.push(`${type.length}`);
    return `${name}<${texts.join(", ")}>`;
  }

  /** The texts of as many of `items` as there is room for. */
  #list<T>(items: Iterable<T>, print: (item: T) => string): string[] {
    const texts: string[] = [];
    for (const item of items) {
      if (this.#left <= 0) {
        texts.push("…");
        break;
      }
      this.#left -= 2;
      texts.push(print(item));
    }
    return texts;
  }

  #spend(text: string): string {
    this.#left -= text.length;
    return text;
  }
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${head} {}` : `${head} { ${lines.join(" ")} }`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}
