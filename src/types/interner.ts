/**
 * Makes value types and function types, each structure once.
 *
 * Equality of types is therefore `===`, and whatever is derived from a type (its layout, its generated code) is cached
 * in a `Map` keyed by it. A type is looked up by its structure with numbers for its parts, so that a record of records,
 * shared exponentially often, costs no more than the records that were written down. "Type Definitions" in Explainer.md.
 */
import { partsOf } from "./shape.ts";
import type { FuncType, Interned, PrimitiveKind, ResourceType, ValType } from "./types.ts";

/** The primitive types: the same objects for every interner. */
export const primitives: { readonly [K in PrimitiveKind]: ValType & { readonly kind: K } } = {
  bool: { kind: "bool" },
  s8: { kind: "s8" },
  u8: { kind: "u8" },
  s16: { kind: "s16" },
  u16: { kind: "u16" },
  s32: { kind: "s32" },
  u32: { kind: "u32" },
  s64: { kind: "s64" },
  u64: { kind: "u64" },
  f32: { kind: "f32" },
  f64: { kind: "f64" },
  char: { kind: "char" },
  string: { kind: "string" },
  "error-context": { kind: "error-context" },
};

export class TypeInterner {
  readonly #types: Map<string, ValType | FuncType> = new Map();
  #resources = 0;

  /** The type with the structure of `type`. */
  intern<T extends ValType | FuncType>(type: T): T {
    const primitive = primitives[type.kind as PrimitiveKind];
    if (primitive !== undefined) return primitive as T;
    const key = keyOf(type);
    const known = this.#types.get(key);
    if (known !== undefined) return known as T;
    this.#types.set(key, type);
    return type;
  }

  /** A new resource type, equal to no other. */
  resource(rep: "i32" | "i64" = "i32", name?: string): ResourceType {
    return { kind: "resource", id: this.#resources++, rep, name };
  }
}

/** Equal for equal structures; lengths keep labels apart whatever is in them. */
function keyOf(type: ValType | FuncType): string {
  let key: string = type.kind;
  switch (type.kind) {
    case "enum":
    case "flags":
      for (const label of type.labels) key += ` ${label.length}.${label}`;
      return key;
    case "own":
    case "borrow":
      return `${key} ${numberOf(type.resource)}`;
    case "list":
      if (type.length !== undefined) key += type.length;
      break;
    case "func":
      if (type.async) key += " async";
      break;
  }
  for (const part of partsOf<Interned>(type)) {
    key += ` ${part.label.length}.${part.label}`;
    if (part.type !== undefined) key += `:${numberOf(part.type)}`;
  }
  return key;
}

/** Where a type keeps the number that stands for it in keys of others. */
const number: unique symbol = Symbol("number");
let numbers = 0;

function numberOf(type: (ValType | ResourceType) & { [number]?: number }): number {
  type[number] ??= numbers++;
  return type[number];
}
