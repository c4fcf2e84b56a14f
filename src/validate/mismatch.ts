/**
 * Why two value or function types are not the same: the path to the first difference, and what there is on either side.
 *
 * Types are interned, so parts that are equal are skipped by identity and the way to a difference is as long as the
 * types are deep.
 */
import { printType } from "../types/print.ts";
import type { FuncType, PrimitiveKind, ValType, ValTypeOf } from "../types/types.ts";

/** For types that differ. */
export function describeFuncMismatch(given: FuncType, wanted: FuncType): string {
  if (given.async !== wanted.async) {
    return `expected ${wanted.async ? "an async" : "a sync"} function, found ${given.async ? "an async" : "a sync"} one`;
  }
  if (given.params.length !== wanted.params.length) {
    return `expected ${wanted.params.length} parameters, found ${given.params.length}${bothFuncs(given, wanted)}`;
  }
  for (const [i, { label, type }] of wanted.params.entries()) {
    const param = given.params[i]!;
    if (param.label !== label) return `expected parameter named \`${label}\`, found \`${param.label}\``;
    if (param.type !== type) {
      return `type mismatch in function parameter \`${label}\`: ${describeValMismatch(param.type, type)}`;
    }
  }
  if (given.result === undefined) return `expected a result of type \`${printType(wanted.result!)}\`, found none`;
  if (wanted.result === undefined) {
    return `the function's result has no taker (it expected a result, found none)${bothFuncs(given, wanted)}`;
  }
  return `type mismatch with result type: ${describeValMismatch(given.result, wanted.result)}`;
}

function bothFuncs(given: FuncType, wanted: FuncType): string {
  return `: expected \`${printType(wanted)}\`, found \`${printType(given)}\``;
}

/** For types that differ. */
export function describeValMismatch(given: ValType, wanted: ValType): string {
  const found = printType(given);
  if (isPrimitive(wanted)) {
    if (isPrimitive(given)) return `expected primitive \`${wanted.kind}\` found primitive \`${given.kind}\``;
    return `expected primitive, found ${given.kind}: expected ${wanted.kind}, found ${found}`;
  }
  if (given.kind !== wanted.kind) {
    return `expected ${wanted.kind}, found ${given.kind}: expected \`${printType(wanted)}\`, found \`${found}\``;
  }
  return new Difference(given, wanted).describe();
}

function isPrimitive(type: ValType): type is ValType & { readonly kind: PrimitiveKind } {
  switch (type.kind) {
    case "list":
    case "map":
    case "record":
    case "tuple":
    case "variant":
    case "enum":
    case "flags":
    case "option":
    case "result":
    case "own":
    case "borrow":
    case "stream":
    case "future":
      return false;
    default:
      return true;
  }
}

/** Two different types of one kind, neither of them primitive. */
class Difference {
  readonly #given: ValType;
  readonly #wanted: ValType;

  constructor(given: ValType, wanted: ValType) {
    this.#given = given;
    this.#wanted = wanted;
  }

  describe(): string {
    const wanted = this.#wanted;
    switch (wanted.kind) {
      case "list": {
        const given = this.#of<"list">();
        if (given.length !== wanted.length) return `mismatch in the lengths of lists${this.#both()}`;
        return this.#inside("type mismatch in list element", given.element, wanted.element);
      }
      case "map": {
        const given = this.#of<"map">();
        if (given.key !== wanted.key) return this.#inside("type mismatch in map key", given.key, wanted.key);
        return this.#inside("type mismatch in map value", given.value, wanted.value);
      }
      case "record":
        return this.#record(this.#of<"record">(), wanted);
      case "tuple":
        return this.#tuple(this.#of<"tuple">(), wanted);
      case "variant":
        return this.#variant(this.#of<"variant">(), wanted);
      case "option":
        return this.#inside("type mismatch in option", this.#of<"option">().type, wanted.type);
      case "result":
        return this.#result(this.#of<"result">(), wanted);
      case "own":
      case "borrow":
        return `resource types are not the same${this.#both()}`;
      case "stream":
      case "future":
        return this.#payload(this.#of<"stream" | "future">().payload, wanted.payload);
      default:
        return `mismatch in ${wanted.kind} elements${this.#both()}`;
    }
  }

  #record(given: ValTypeOf<"record">, wanted: ValTypeOf<"record">): string {
    if (given.fields.length !== wanted.fields.length) {
      return `expected ${wanted.fields.length} fields, found ${given.fields.length}${this.#both()}`;
    }
    for (const [i, { label, type }] of wanted.fields.entries()) {
      const field = given.fields[i]!;
      if (field.label !== label) return `expected field name \`${label}\`, found \`${field.label}\``;
      if (field.type !== type) return this.#inside(`type mismatch in record field \`${label}\``, field.type, type);
    }
    return this.#both();
  }

  #tuple(given: ValTypeOf<"tuple">, wanted: ValTypeOf<"tuple">): string {
    if (given.types.length !== wanted.types.length) {
      return `expected ${wanted.types.length} types, found ${given.types.length}${this.#both()}`;
    }
    const i = wanted.types.findIndex((type, at) => type !== given.types[at]);
    return this.#inside(`type mismatch in tuple field ${i}`, given.types[i]!, wanted.types[i]!);
  }

  #variant(given: ValTypeOf<"variant">, wanted: ValTypeOf<"variant">): string {
    if (given.cases.length !== wanted.cases.length) {
      return `expected ${wanted.cases.length} cases, found ${given.cases.length}${this.#both()}`;
    }
    for (const [i, { label, type }] of wanted.cases.entries()) {
      const other = given.cases[i]!;
      if (other.label !== label) return `expected case named \`${label}\`, found \`${other.label}\``;
      if (other.type === type) continue;
      if (other.type === undefined) return `expected case \`${label}\` to have a type, found none`;
      if (type === undefined) return `expected case \`${label}\` to have no type`;
      return this.#inside(`type mismatch in variant case \`${label}\``, other.type, type);
    }
    return this.#both();
  }

  #result(given: ValTypeOf<"result">, wanted: ValTypeOf<"result">): string {
    const [word, a, b] =
      given.ok === wanted.ok ? (["err", given.error, wanted.error] as const) : (["ok", given.ok, wanted.ok] as const);
    if (b === undefined) return `expected ${word} type to not be present${this.#both()}`;
    if (a === undefined) return `expected ${word} type, but found none${this.#both()}`;
    return this.#inside(`type mismatch in ${word} variant`, a, b);
  }

  #payload(given: ValType | undefined, wanted: ValType | undefined): string {
    const { kind } = this.#wanted;
    if (given === undefined || wanted === undefined) return `mismatch in the payload of ${kind}${this.#both()}`;
    return this.#inside(`type mismatch in the payload of ${kind}`, given, wanted);
  }

  #inside(where: string, given: ValType, wanted: ValType): string {
    return `${where}: ${describeValMismatch(given, wanted)}`;
  }

  #both(): string {
    const [found, expected] = [printType(this.#given), printType(this.#wanted)];
    return found === expected ? "" : `: expected \`${expected}\`, found \`${found}\``;
  }

  /** The given type, which is of the wanted one's kind. */
  #of<K extends ValType["kind"]>(): ValTypeOf<K> {
    return this.#given as ValTypeOf<K>;
  }
}
