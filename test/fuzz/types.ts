/**
 * Random types: of every kind, bounded in depth and size, with the sizes at which something changes preferred.
 *
 * Records, variants, enums and flags need names in a component's imports and exports; those made here are collected in
 * the order in which they must be named. A guest's resource is known only inside the component that defines it, so
 * handles to it are never in a type with a name; handles to the host's resource may be.
 */
import type { Field, FuncType, PrimitiveKind, ResourceType, ValType } from "../../src/types/types.ts";
import type { Random } from "../random.ts";
import { elemSize, flattenType } from "../reference/layout.ts";
import type { PtrType } from "../reference/types.ts";

/** What types may be made of. */
export interface TypeOptions {
  readonly fixedLengthLists: boolean;
  /** The resource of the host's. */
  readonly host: ResourceType | undefined;
}

const words = [
  "a", "b", "c", "x", "y", "name", "value", "tag", "val", "length", "size", "HTTP", "id", "is", "constructor", "then",
  "to-string", "value-of", "has-own-property", "class", "new", "this", "default", "arguments", "eval", "null", "proto",
  "first-name", "is-XML", "a1", "x2y", "none", "some", "ok", "err", "error", "undefined", "get", "set", "static",
]; // biome-ignore format: a list of words

const primitives = [
  "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string",
] as const; // biome-ignore format: the order of the specification
const keyKinds = ["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "char", "string"] as const;

/** Larger types are made anew: what they are for, smaller ones show as well, and sooner. */
const MAX_FLAT = 40;
const MAX_SIZE = 2048n;

export class TypeMaker {
  /** Records, variants, enums and flags, parts before wholes. */
  readonly named: ValType[] = [];
  readonly #random: Random;
  readonly #options: TypeOptions;

  constructor(random: Random, options: TypeOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** A function type; `guest` is the resource of the component that defines the function. */
  func(guest: ResourceType | undefined): FuncType {
    const random = this.#random;
    const count = random.weighted({ 0: 1, 1: 5, 2: 4, 3: 2, 4: 1, 5: 1, 17: 1 });
    const resources = [guest, this.#options.host].filter((resource) => resource !== undefined);
    const params: Field[] = this.#labels(Number(count)).map((label) => ({
      label,
      type: count === "17" ? this.#primitive() : (this.#handle(resources, true) ?? this.type(3, resources, true)),
    }));
    const result = random.once(6) ? undefined : (this.#handle(resources, false) ?? this.type(3, resources, false));
    return { kind: "func", async: false, params, result };
  }

  #handle(resources: readonly ResourceType[], borrows: boolean): ValType | undefined {
    const random = this.#random;
    if (resources.length === 0 || !random.once(4)) return undefined;
    return { kind: borrows && random.once(2) ? "borrow" : "own", resource: random.pick(resources) };
  }

  /** Any type; types with names contain handles to the host's resource only, and no borrows, which results may not have. */
  type(depth: number, resources: readonly ResourceType[] = [], borrows = false): ValType {
    for (;;) {
      const mark = this.named.length;
      const type = this.#any(depth, resources, borrows);
      if (flattenType(type, "i64").length <= MAX_FLAT && elemSize(type, "i64") <= MAX_SIZE) return type;
      this.named.length = mark;
    }
  }

  #any(depth: number, resources: readonly ResourceType[], borrows: boolean): ValType {
    const random = this.#random;
    if (depth === 0) return this.#handle(resources, borrows) ?? this.#leaf();
    const inner = () => this.#any(depth - random.between(1, 2) < 0 ? 0 : depth - 1, resources, borrows);
    const maybe = () => (random.once(3) ? undefined : inner());
    const kind = random.weighted({
      primitive: 5, string: 3, list: 5, fixed: 2, map: 1, record: 4, tuple: 3, variant: 4, enum: 1, flags: 2, option: 3,
      result: 2,
    }); // biome-ignore format: a row of kinds
    switch (kind) {
      case "primitive":
        return this.#primitive();
      case "string":
        return { kind: "string" };
      case "list":
        return { kind: "list", element: random.once(2) ? this.#primitive() : inner(), length: undefined };
      case "fixed":
        if (!this.#options.fixedLengthLists) return this.#primitive();
        return { kind: "list", element: inner(), length: random.pick([1, 2, 3, 4, 8, 16, 17]) };
      case "map":
        return { kind: "map", key: { kind: random.pick(keyKinds) }, value: inner() };
      case "tuple":
        return { kind: "tuple", types: this.#times(random.between(1, 5), inner) };
      case "option":
        return { kind: "option", type: inner() };
      case "result":
        return { kind: "result", ok: maybe(), error: maybe() };
      case "record":
      case "variant":
      case "enum":
      case "flags":
        return this.#nominal(kind, depth);
    }
  }

  /** A type with a name. Sometimes one that there is already. */
  #nominal(kind: "record" | "variant" | "enum" | "flags", depth: number): ValType {
    const random = this.#random;
    const known = this.named.filter((type) => type.kind === kind);
    if (known.length > 0 && random.once(3)) return random.pick(known);
    const { host } = this.#options;
    const inner = () => this.#any(depth - 1, host === undefined ? [] : [host], false);
    const make = (): ValType => {
      switch (kind) {
        case "record":
          return { kind, fields: this.#labels(random.between(1, 6)).map((label) => ({ label, type: inner() })) };
        case "variant": {
          const count = random.once(20) ? random.pick([256, 257]) : random.between(1, 6);
          const type = (i: number) => (i >= 6 || random.once(3) ? undefined : inner());
          return { kind, cases: this.#labels(count).map((label, i) => ({ label, type: type(i) })) };
        }
        case "enum":
          return { kind, labels: this.#labels(random.once(10) ? random.pick([256, 257]) : random.between(1, 5)) };
        case "flags":
          return { kind, labels: this.#labels(random.pick([1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32])) };
      }
    };
    const type = make();
    this.named.push(type);
    return type;
  }

  #leaf(): ValType {
    return this.#random.once(4) ? { kind: "string" } : this.#primitive();
  }

  #primitive(): ValType {
    return { kind: this.#random.pick(primitives) };
  }

  #times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }

  /** Labels that are different whatever their case. */
  #labels(count: number): string[] {
    const labels: string[] = [];
    const taken = new Set<string>();
    for (let i = 0; labels.length < count; i++) {
      const word = this.#random.pick(words);
      const label = i < 20 ? word : `${word}-n${i}`;
      if (taken.has(label.toLowerCase())) continue;
      taken.add(label.toLowerCase());
      labels.push(label);
    }
    return labels;
  }
}

/** The same type as a guest sees it: indices for handles, and pointers with lengths for strings. */
export function seenByGuest(t: ValType, ptrType: PtrType): ValType {
  const inner = (type: ValType) => seenByGuest(type, ptrType);
  const pointer: ValType = { kind: ptrType === "i32" ? "u32" : "u64" };
  switch (t.kind) {
    case "own":
    case "borrow":
      return { kind: "u32" };
    case "string":
      return { kind: "tuple", types: [pointer, pointer] };
    case "list":
      return { ...t, element: inner(t.element) };
    case "map":
      return { ...t, key: inner(t.key), value: inner(t.value) };
    case "record":
      return { ...t, fields: t.fields.map(({ label, type }) => ({ label, type: inner(type) })) };
    case "tuple":
      return { ...t, types: t.types.map(inner) };
    case "variant":
      return { ...t, cases: t.cases.map(({ label, type }) => ({ label, type: type && inner(type) })) };
    case "option":
      return { ...t, type: inner(t.type) };
    case "result":
      return { ...t, ok: t.ok && inner(t.ok), error: t.error && inner(t.error) };
    default:
      t.kind satisfies PrimitiveKind | "enum" | "flags" | "stream" | "future";
      return t;
  }
}

/** Whether there is a handle in values of type `t`. */
export function hasHandles(t: ValType | undefined): boolean {
  switch (t?.kind) {
    case "own":
    case "borrow":
      return true;
    case "list":
      return hasHandles(t.element);
    case "map":
      return hasHandles(t.value);
    case "record":
      return t.fields.some(({ type }) => hasHandles(type));
    case "tuple":
      return t.types.some(hasHandles);
    case "variant":
      return t.cases.some(({ type }) => hasHandles(type));
    case "option":
      return hasHandles(t.type);
    case "result":
      return hasHandles(t.ok) || hasHandles(t.error);
    default:
      t?.kind satisfies PrimitiveKind | "enum" | "flags" | "stream" | "future" | undefined;
      return false;
  }
}
