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
  AnyType, Case, ExternDecl, ExternType, Field, Interned, PrimitiveKind, ResourceType, ValType,
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
  return printer(options).type(type);
}

/** Text of the type of an import or export. */
export function printExternType(type: ExternType, options: PrintOptions = {}): string {
  return printer(options).extern(type);
}

interface Printer {
  type(type: AnyType): string;
  extern(type: ExternType): string;
}

function printer({ names, maxLength, maxDepth = 24 }: PrintOptions): Printer {
  let left = maxLength ?? 400;
  let depth = 0;

  const spend = (text: string): string => {
    left -= text.length;
    return text;
  };

  /** The texts of as many of `items` as there is room for. */
  const list = <T>(items: Iterable<T>, print: (item: T) => string): string[] => {
    const texts: string[] = [];
    for (const item of items) {
      if (left <= 0) {
        texts.push("…");
        break;
      }
      left -= 2;
      texts.push(print(item));
    }
    return texts;
  };

  /** `of` by its name, if it has one and is not the type asked for, and otherwise by its structure. */
  const type = (of: AnyType): string => {
    const name = depth > 0 || of.kind === "resource" ? names?.(of) : undefined;
    if (name !== undefined) return spend(name);
    if (depth >= maxDepth || left <= 0) return "…";
    depth++;
    const text = structure(of);
    depth--;
    return text;
  };

  const extern = (of: ExternType): string => {
    switch (of.kind) {
      case "core-module":
        return coreModule(of.type);
      case "value":
        return `value ${type(of.type)}`;
      case "type":
        return of.type.kind === "resource" ? spend("resource") : `type = ${type(of.type)}`;
      case "func":
      case "component":
      case "instance":
        return type(of.type);
    }
  };

  /** Of what a core module imports and exports only names and kinds: types of core WebAssembly are printed elsewhere. */
  const coreModule = ({ imports, exports }: CoreModuleType): string =>
    block("core module", [
      ...list(imports, (i) => spend(`import ${quote(i.module)} ${quote(i.name)}: ${i.type.kind};`)),
      ...list(exports, (e) => spend(`export ${quote(e.name)}: ${e.type.kind};`)),
    ]);

  const structure = (of: AnyType): string => {
    switch (of.kind) {
      case "list":
      case "map":
      case "tuple":
      case "option":
      case "result":
      case "stream":
      case "future":
        return generic(of);
      case "record":
        return `record { ${fields(of.fields)} }`;
      case "variant": {
        const print = (c: Case) => spend(c.label) + (c.type === undefined ? "" : `(${type(c.type)})`);
        return `variant { ${list(of.cases, print).join(", ")} }`;
      }
      case "enum":
      case "flags":
        return `${of.kind} { ${list(of.labels, spend).join(", ")} }`;
      case "own":
      case "borrow":
        return `${of.kind}<${resource(of.resource)}>`;
      case "func": {
        const result = of.result === undefined ? "" : ` -> ${type(of.result)}`;
        return `${of.async ? "async " : ""}func(${fields(of.params)})${result}`;
      }
      case "resource":
        return resource(of);
      case "instance":
        return block("instance", decls("", of.exports));
      case "component":
        return block("component", [...decls("import ", of.imports), ...decls("export ", of.exports)]);
      default:
        return spend(of.kind satisfies PrimitiveKind);
    }
  };

  const decls = (prefix: string, of: ReadonlyMap<string, ExternDecl>): string[] =>
    list(of.values(), (decl) => `${spend(`${prefix}${decl.name}`)}: ${extern(decl.type)};`);

  const resource = (of: ResourceType): string => spend(names?.(of) ?? of.name ?? "resource");

  const fields = (of: readonly Field[]): string =>
    list(of, (field) => `${spend(field.label)}: ${type(field.type)}`).join(", ");

  const generic = (of: ValType): string => {
    const name = spend(of.kind);
    const args = partsOf<Interned>(of).map((part) => part.type);
    if (args.at(-1) === undefined) args.pop();
    if (args.every((arg) => arg === undefined)) return name;
    const texts = list(args, (arg) => (arg === undefined ? "_" : type(arg)));
    if (of.kind === "list" && of.length !== undefined) texts.push(`${of.length}`);
    return `${name}<${texts.join(", ")}>`;
  };

  return { type, extern };
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${head} {}` : `${head} { ${lines.join(" ")} }`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}
