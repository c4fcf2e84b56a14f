/**
 * Makes value types and function types, each structure once.
 *
 * Equality of types is therefore `===`, and whatever is derived from a type (its layout, its generated code) is cached
 * in a `Map` keyed by it. A type is looked up by a key of its parts' numbers, so that a record of records, shared
 * exponentially often, costs no more than the records that were written down. "Type Definitions" in Explainer.md.
 */
import type { Case, Field, FuncType, PrimitiveKind, ResourceType, ValType } from "./types.ts";

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
  readonly #types: Map<string, ValType> = new Map();
  readonly #funcs: Map<string, FuncType> = new Map();
  readonly #numbers: Map<ValType | ResourceType, number> = new Map();
  #resources = 0;

  list(element: ValType, length?: number): ValType {
    return this.#intern(`l${this.#number(element)},${length ?? ""}`, () => ({ kind: "list", element, length }));
  }

  map(key: ValType, value: ValType): ValType {
    return this.#intern(`m${this.#number(key)},${this.#number(value)}`, () => ({ kind: "map", key, value }));
  }

  record(fields: readonly Field[]): ValType {
    return this.#intern(`r${this.#fields(fields)}`, () => ({ kind: "record", fields }));
  }

  tuple(types: readonly ValType[]): ValType {
    return this.#intern(`t${types.map((type) => this.#number(type)).join()}`, () => ({ kind: "tuple", types }));
  }

  variant(cases: readonly Case[]): ValType {
    const key = cases.map((c) => `${c.label.length}.${c.label}${this.#optional(c.type)}`).join();
    return this.#intern(`v${key}`, () => ({ kind: "variant", cases }));
  }

  enum(labels: readonly string[]): ValType {
    return this.#intern(`e${keyOfLabels(labels)}`, () => ({ kind: "enum", labels }));
  }

  flags(labels: readonly string[]): ValType {
    return this.#intern(`f${keyOfLabels(labels)}`, () => ({ kind: "flags", labels }));
  }

  option(type: ValType): ValType {
    return this.#intern(`o${this.#number(type)}`, () => ({ kind: "option", type }));
  }

  result(ok: ValType | undefined, error: ValType | undefined): ValType {
    return this.#intern(`x${this.#optional(ok)},${this.#optional(error)}`, () => ({ kind: "result", ok, error }));
  }

  own(resource: ResourceType): ValType {
    return this.#intern(`w${this.#number(resource)}`, () => ({ kind: "own", resource }));
  }

  borrow(resource: ResourceType): ValType {
    return this.#intern(`b${this.#number(resource)}`, () => ({ kind: "borrow", resource }));
  }

  stream(payload: ValType | undefined): ValType {
    return this.#intern(`s${this.#optional(payload)}`, () => ({ kind: "stream", payload }));
  }

  future(payload: ValType | undefined): ValType {
    return this.#intern(`u${this.#optional(payload)}`, () => ({ kind: "future", payload }));
  }

  func(async: boolean, params: readonly Field[], result: ValType | undefined): FuncType {
    const key = `${async ? "a" : ""}${this.#fields(params)}>${this.#optional(result)}`;
    const known = this.#funcs.get(key);
    if (known !== undefined) return known;
    const type: FuncType = { kind: "func", async, params, result };
    this.#funcs.set(key, type);
    return type;
  }

  /** A new resource type, equal to no other. */
  resource(rep: "i32" | "i64" = "i32", name?: string): ResourceType {
    return { kind: "resource", id: this.#resources++, rep, name };
  }

  #intern(key: string, make: () => ValType): ValType {
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const type = make();
    this.#types.set(key, type);
    return type;
  }

  #fields(fields: readonly Field[]): string {
    return fields.map((f) => `${f.label.length}.${f.label}${this.#number(f.type)}`).join();
  }

  #optional(type: ValType | undefined): string {
    return type === undefined ? "_" : `:${this.#number(type)}`;
  }

  #number(part: ValType | ResourceType): number {
    const known = this.#numbers.get(part);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(part, number);
    return number;
  }
}

/** Lengths keep labels apart whatever is in them. */
function keyOfLabels(labels: readonly string[]): string {
  return labels.map((label) => `${label.length}.${label}`).join();
}
