/**
 * The types of a plan as text, WIT's where WIT has one.
 *
 * A type is printed where it stands as long as its text is short; a longer one gets a line of its own, once, and a
 * number. So the text grows with the plan, however often parts of types are shared.
 */
import type { FuncTypeIndex, Plan, TypeIndex, TypeNode } from "./plan.ts";

const MAX_INLINE = 60;

export class TypePrinter {
  /** `type3 = record { … }`, for each type that was too long. */
  readonly lines: string[] = [];
  readonly #plan: Plan;
  readonly #texts: Map<TypeIndex, string> = new Map();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  type(index: TypeIndex): string {
    const known = this.#texts.get(index);
    if (known !== undefined) return known;
    let text = this.#node(this.#plan.types[index]!);
    if (text.length > MAX_INLINE) {
      this.lines.push(`type${index} = ${text}`);
      text = `type${index}`;
    }
    this.#texts.set(index, text);
    return text;
  }

  /** `(name: string) -> u32` */
  func(index: FuncTypeIndex): string {
    const { async, params, result } = this.#plan.funcTypes[index]!;
    const list = params.map(({ label, type }) => `${label}: ${this.type(type)}`).join(", ");
    return `${async ? "async " : ""}func(${list})${result === undefined ? "" : ` -> ${this.type(result)}`}`;
  }

  #node(node: TypeNode): string {
    switch (node.kind) {
      case "list":
        return `list<${this.type(node.element)}${node.length === undefined ? "" : `, ${node.length}`}>`;
      case "map":
        return `map<${this.type(node.key)}, ${this.type(node.value)}>`;
      case "record":
        return braces(
          "record",
          node.fields.map(({ label, type }) => `${label}: ${this.type(type)}`),
        );
      case "tuple":
        return `tuple<${node.types.map((type) => this.type(type)).join(", ")}>`;
      case "variant":
        return braces(
          "variant",
          node.cases.map(({ label, type }) => (type === undefined ? label : `${label}(${this.type(type)})`)),
        );
      case "enum":
      case "flags":
        return braces(node.kind, node.labels);
      case "option":
        return `option<${this.type(node.type)}>`;
      case "result": {
        if (node.error !== undefined) return `result<${this.#optional(node.ok)}, ${this.type(node.error)}>`;
        return node.ok === undefined ? "result" : `result<${this.type(node.ok)}>`;
      }
      case "own":
      case "borrow":
        return `${node.kind}<resource${node.resource}>`;
      case "stream":
      case "future":
        return node.payload === undefined ? node.kind : `${node.kind}<${this.type(node.payload)}>`;
      case "bool":
      case "s8":
      case "u8":
      case "s16":
      case "u16":
      case "s32":
      case "u32":
      case "s64":
      case "u64":
      case "f32":
      case "f64":
      case "char":
      case "string":
      case "error-context":
        return node.kind;
    }
  }

  #optional(type: TypeIndex | undefined): string {
    return type === undefined ? "_" : this.type(type);
  }
}

function braces(kind: string, parts: readonly string[]): string {
  return `${kind} { ${parts.join(", ")} }`;
}
