/**
 * What rules ask about a type as a whole, worked out once for each (interned) type from what is known of its parts.
 */
import { remembered } from "../abi/remembered.ts";
import { partsOf } from "../types/shape.ts";
import type {
  ComponentType,
  ExternType,
  FuncType,
  InstanceType,
  Interned,
  PrimitiveKind,
  ResourceType,
  ValType,
} from "../types/types.ts";

interface MutableFacts {
  /** How many types deep it is. */
  depth: number;
  /** Whether it contains a `borrow`: `contains_borrow` in the specification. */
  borrow: boolean;
  /** Whether it mentions a resource. */
  resource: boolean;
  /** Whether it contains a `list` without a fixed length, a `string` or a `map`: something that is in memory elsewhere. */
  pointer: boolean;
  /** No more than so many bytes does a value take, whatever the type of pointers: for all but a few types far fewer. */
  maxSize: number;
}

export type Facts = Readonly<MutableFacts>;

/** Sizes are counted in words, the widest alignment there is, so that padding never adds to them. */
const WORD = 8;

const simple: Facts = { depth: 1, borrow: false, resource: false, pointer: false, maxSize: WORD };

/** Where a type keeps what is known of it, out of the sight of all others: nothing is asked for more often. */
const known: unique symbol = Symbol("facts");

export function factsOf(type: (ValType | FuncType) & { [known]?: Facts }): Facts {
  type[known] ??= workOut(type);
  return type[known];
}

/** `contains` in the specification, for every question at once. */
function workOut(type: ValType | FuncType): Facts {
  const facts: MutableFacts = { ...simple, maxSize: 0 };
  for (const part of partsOf<Interned>(type)) {
    if (part.type === undefined) continue;
    const of = factsOf(part.type);
    facts.depth = Math.max(facts.depth, of.depth + 1);
    facts.borrow ||= of.borrow;
    facts.resource ||= of.resource;
    facts.pointer ||= of.pointer;
    facts.maxSize += of.maxSize;
  }
  switch (type.kind) {
    case "func":
    case "record":
    case "tuple":
      break;
    case "variant":
    case "option":
    case "result":
      facts.maxSize += WORD;
      break;
    case "list":
    case "string":
    case "map": {
      const length = type.kind === "list" ? type.length : undefined;
      facts.maxSize = length === undefined ? 2 * WORD : length * facts.maxSize;
      facts.pointer ||= length === undefined;
      break;
    }
    default:
      // Scalars, and handles, in which nothing is.
      type.kind satisfies PrimitiveKind | "enum" | "flags" | "own" | "borrow" | "stream" | "future";
      facts.maxSize = WORD;
      facts.pointer = false;
      facts.borrow ||= type.kind === "borrow";
      facts.resource ||= "resource" in type;
  }
  return facts;
}

/** How many types deep a type is: of an instance or a component, with all that it imports and exports. */
export function depthOf(type: ExternType["type"]): number {
  switch (type.kind) {
    case "resource":
    case "core-module":
      return 1;
    case "instance":
    case "component":
      return depthOfDeclared(type);
    default:
      return factsOf(type).depth;
  }
}

const depthOfDeclared: (type: InstanceType | ComponentType) => number = remembered((type) => {
  let depth = 1;
  for (const part of declared(type)) depth = Math.max(depth, 1 + depthOf(part));
  return depth;
});

/** The types of all that an instance or a component imports and exports. */
function declared(type: InstanceType | ComponentType): ExternType["type"][] {
  const types: ExternType["type"][] = [];
  if (type.kind === "component") for (const decl of type.imports.values()) types.push(decl.type.type);
  for (const decl of type.exports.values()) types.push(decl.type.type);
  return types;
}

/** Whether a type mentions a resource that it does not introduce itself. */
export const mentionsFreeResource: (type: ExternType["type"]) => boolean = remembered((type) =>
  new ResourceSearch([]).finds(type),
);

/** The search for a resource that is mentioned where nothing binds it: neither a type around it nor who searches. */
export class ResourceSearch {
  /** Resources are bound by one type each, so what is bound once may stay so. */
  readonly #bound: Set<ResourceType>;
  /** Those to look for, if not all. */
  readonly #sought: ReadonlySet<ResourceType> | undefined;
  /** Types that have been looked into. */
  readonly #seen: Set<object> = new Set();

  constructor(bound: Iterable<ResourceType>, sought?: ReadonlySet<ResourceType>) {
    this.#bound = new Set(bound);
    this.#sought = sought;
  }

  /** Whether there is one in `type`. Once there has been one, the search is over. */
  finds(type: ExternType["type"]): boolean {
    if (type.kind === "resource") return !this.#bound.has(type) && this.#sought?.has(type) !== false;
    if (type.kind === "core-module" || this.#seen.has(type)) return false;
    switch (type.kind) {
      case "own":
      case "borrow":
        return this.finds(type.resource);
      case "instance":
        this.#bind(type.resources);
        break;
      case "component":
        this.#bind(type.importedResources);
        this.#bind(type.exportedResources);
        break;
      default:
        if (!factsOf(type).resource) return false;
        this.#seen.add(type);
        return partsOf<Interned>(type).some((part) => part.type !== undefined && this.finds(part.type));
    }
    this.#seen.add(type);
    return declared(type).some((part) => this.finds(part));
  }

  #bind(resources: readonly ResourceType[]): void {
    for (const resource of resources) this.#bound.add(resource);
  }
}
