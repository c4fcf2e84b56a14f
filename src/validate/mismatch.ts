/**
 * Why two value or function types are not the same: the path to the first difference, and what there is on either side.
 *
 * Types are interned, so parts that are equal are skipped by identity and the way to a difference is as long as the
 * types are deep.
 */
import { printType } from "../types/print.ts";
import { partsOf } from "../types/shape.ts";
import type { FuncType, Interned, PrimitiveKind, ValType } from "../types/types.ts";

type Compared = ValType | FuncType;
type Compound = Exclude<Compared, { kind: PrimitiveKind }>;

/** For types that differ, both of functions or both of values. */
export function describeMismatch(given: Compared, wanted: Compared): string {
  const [found, expected] = [printType(given), printType(wanted)];
  if (isPrimitive(wanted)) {
    if (isPrimitive(given)) return `expected primitive \`${expected}\` found primitive \`${found}\``;
    return `expected primitive, found ${given.kind}: expected ${expected}, found ${found}`;
  }
  const both = found === expected ? "" : `: expected \`${expected}\`, found \`${found}\``;
  if (isPrimitive(given) || given.kind !== wanted.kind) return `expected ${wanted.kind}, found ${given.kind}${both}`;
  return difference(given, wanted, both);
}

function isPrimitive(type: Compared): type is ValType & { readonly kind: PrimitiveKind } {
  return partsOf(type).length === 0 && !("labels" in type || "resource" in type);
}

/** Of two types of one kind; `both` are the types as text. */
function difference(given: Compound, wanted: Compound, both: string): string {
  if (given.kind === "func" && wanted.kind === "func" && given.async !== wanted.async) {
    const [found, expected] = [given.async, wanted.async].map((async) => (async ? "an async" : "a sync"));
    return `expected ${expected} function, found ${found} one`;
  }
  const [others, parts] = [partsOf<Interned>(given), partsOf<Interned>(wanted)];
  if (others.length !== parts.length) {
    const result = wanted.kind === "func" ? 1 : 0;
    return `expected ${parts.length - result} ${nouns[wanted.kind]?.[0]}, found ${others.length - result}${both}`;
  }
  for (const [i, { label: name, type }] of parts.entries()) {
    const { label: otherName, type: other } = others[i]!;
    if (name !== otherName) return `expected ${nouns[wanted.kind]?.[1]} \`${name}\`, found \`${otherName}\``;
    if (type === other) continue;
    if (type === undefined || other === undefined) return absence(wanted, name, type, both);
    const isResult = wanted.kind === "func" && i === parts.length - 1;
    const where = isResult ? "with result type" : `in ${whereIs(wanted, name)}`;
    return `type mismatch ${where}: ${describeMismatch(other, type)}`;
  }
  switch (wanted.kind) {
    case "list":
      return `mismatch in the lengths of lists${both}`;
    case "own":
    case "borrow":
      return `resource types are not the same${both}`;
    default:
      return `mismatch in ${wanted.kind} elements${both}`;
  }
}

/** Where one of the types has a part, and the other none: `wanted` has `type` there. */
function absence({ kind }: Compound, name: string, type: ValType | undefined, both: string): string {
  const missing = type !== undefined;
  switch (kind) {
    case "variant":
      return `expected case \`${name}\` to have ${missing ? "a type, found none" : "no type"}`;
    case "result":
      return `expected ${name} type${missing ? ", but found none" : " to not be present"}${both}`;
    case "func":
      if (missing) return `expected a result of type \`${printType(type)}\`, found none`;
      return `the function's result has no taker (it expected a result, found none)${both}`;
    default:
      return `mismatch in the payload of ${kind}${both}`;
  }
}

/** Where in a type its part `name` is: of kinds that have parts. */
function whereIs({ kind }: Compound, name: string): string {
  const [, , where = `${kind} _`] = nouns[kind] ?? [];
  return where.replace("_", () => name);
}

/** What kinds call their parts: all of them, one by its name (of kinds that have many), and where one is. */
const nouns: { readonly [K in Compound["kind"]]?: readonly [all: string, named: string, where: string] } = {
  record: ["fields", "field name", "record field `_`"],
  tuple: ["types", "type", "tuple field _"],
  variant: ["cases", "case named", "variant case `_`"],
  func: ["parameters", "parameter named", "function parameter `_`"],
  result: ["", "", "_ variant"],
  option: ["", "", "option"],
  stream: ["", "", "the payload of stream"],
  future: ["", "", "the payload of future"],
};
