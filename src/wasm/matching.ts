/**
 * Subtyping of core types, as importing needs it: "Matching" in the core specification.
 *
 * Nothing here recurs: defined types are canonical objects with at most `subtypingDepth` in `limits.ts` declared supertypes,
 * so that one defined type matches another exactly if it is found among the other's supertypes.
 */
import { printDefined, printVal } from "./print.ts";
import type {
  AbstractHeapType,
  CompositeType,
  CoreExternType,
  CoreValType,
  DefinedType,
  FieldType,
  HeapType,
  Limits,
  RefType,
} from "./types.ts";

/** Whether `sub` is `sup` or declares to be a subtype of it. */
function matchesDefined(sub: DefinedType, sup: DefinedType): boolean {
  for (let type: DefinedType | undefined = sub; type !== undefined; type = type.supertype) {
    if (type === sup) return true;
  }
  return false;
}

/** The abstract types right above and right below: `any` above `eq` above `i31`, `struct` and `array`. */
const above: Partial<Record<AbstractHeapType, AbstractHeapType>> = { eq: "any", i31: "eq", struct: "eq", array: "eq" };

/** The bottom type of the hierarchy that an abstract type belongs to. */
function bottom(type: AbstractHeapType): AbstractHeapType {
  if (type.startsWith("no")) return type;
  return type === "func" || type === "extern" || type === "exn" || type === "cont" ? `no${type}` : "none";
}

function matchesAbstract(sub: AbstractHeapType, sup: AbstractHeapType): boolean {
  if (sub === bottom(sup)) return true;
  for (let type: AbstractHeapType | undefined = sub; type !== undefined; type = above[type]) {
    if (type === sup) return true;
  }
  return false;
}

function matchesHeap(sub: HeapType, sup: HeapType): boolean {
  if (sub.kind === "defined") {
    if (sup.kind === "defined") return matchesDefined(sub.type, sup.type);
    return sub.type.shared === sup.shared && matchesAbstract(sub.type.composite.kind, sup.type);
  }
  if (sup.kind === "defined") return sub.shared === sup.type.shared && sub.type === bottom(sup.type.composite.kind);
  return sub.shared === sup.shared && matchesAbstract(sub.type, sup.type);
}

export function matchesRef(sub: RefType, sup: RefType): boolean {
  return (sup.nullable || !sub.nullable) && matchesHeap(sub.heap, sup.heap);
}

function matchesVal(sub: FieldType["storage"], sup: FieldType["storage"]): boolean {
  return sub === sup || (typeof sub !== "string" && typeof sup !== "string" && matchesRef(sub, sup));
}

/** Whether two value types are equivalent: each matches the other. */
function equalVal(a: FieldType["storage"], b: FieldType["storage"]): boolean {
  return matchesVal(a, b) && matchesVal(b, a);
}

function matchesField(sub: FieldType, sup: FieldType): boolean {
  return sub.mutable === sup.mutable && (sub.mutable ? equalVal : matchesVal)(sub.storage, sup.storage);
}

function matchesAll(subs: readonly CoreValType[], sups: readonly CoreValType[]): boolean {
  return subs.length === sups.length && subs.every((sub, i) => matchesVal(sub, sups[i]!));
}

/** What a type's structure must be for it to declare `sup` as its supertype. */
export function matchesComposite(sub: CompositeType, sup: CompositeType): boolean {
  switch (sub.kind) {
    case "func":
      return sup.kind === "func" && matchesAll(sup.params, sub.params) && matchesAll(sub.results, sup.results);
    case "struct":
      return (
        sup.kind === "struct" &&
        sub.fields.length >= sup.fields.length &&
        sup.fields.every((field, i) => matchesField(sub.fields[i]!, field))
      );
    case "array":
      return sup.kind === "array" && matchesField(sub.field, sup.field);
    case "cont":
      return sup.kind === "cont" && matchesHeap(sub.type, sup.type);
  }
}

/**
 * Why something of type `given` cannot be supplied where `wanted` is imported, or undefined if it can.
 * Import subtyping: "External Types" under "Matching" in the core specification.
 */
export function externMismatch(given: CoreExternType, wanted: CoreExternType): string | undefined {
  switch (wanted.kind) {
    case "func":
      if (given.kind !== "func") break;
      return matchesDefined(given.type, wanted.type) ? undefined : expected(wanted.type, given.type);
    case "tag":
      if (given.kind !== "tag") break;
      return given.type === wanted.type ? undefined : expected(wanted.type, given.type);
    case "table":
      if (given.kind !== "table") break;
      if (!equalVal(given.element, wanted.element)) {
        return `expected table element type ${printVal(wanted.element)}, found ${printVal(given.element)}`;
      }
      return limitsMismatch(given.limits, wanted.limits, "table");
    case "memory":
      if (given.kind !== "memory") break;
      if (given.pageSizeLog2 !== wanted.pageSizeLog2) return "mismatch in page size for memories";
      return limitsMismatch(given.limits, wanted.limits, "memory");
    case "global": {
      if (given.kind !== "global") break;
      if (given.shared !== wanted.shared) return "mismatch in the shared flag for globals";
      if (given.mutable !== wanted.mutable) return "global types differ in mutability";
      return (wanted.mutable ? equalVal : matchesVal)(given.type, wanted.type)
        ? undefined
        : `expected global type ${printVal(wanted.type)}, found ${printVal(given.type)}`;
    }
  }
  return `expected ${wanted.kind}, found ${given.kind}`;
}

function expected(wanted: DefinedType, given: DefinedType): string {
  return `expected: ${printDefined(wanted)}, found: ${printDefined(given)}`;
}

function limitsMismatch(given: Limits, wanted: Limits, what: "table" | "memory"): string | undefined {
  const items = what === "table" ? "tables" : "memories";
  if (given.shared !== wanted.shared) return `mismatch in the shared flag for ${items}`;
  if (given.index !== wanted.index) return `mismatch in index type used for ${items}`;
  const fits =
    given.min >= wanted.min && (wanted.max === undefined || (given.max !== undefined && given.max <= wanted.max));
  return fits ? undefined : `mismatch in ${what} limits`;
}
