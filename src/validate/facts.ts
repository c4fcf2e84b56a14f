/**
 * What rules ask about a type as a whole, worked out once for each (interned) type from what is known of its parts.
 */
import { partsOf } from "../types/shape.ts";
import type {
  ComponentType,
  ExternType,
  FuncType,
  InstanceType,
  Interned,
  ResourceType,
  ValType,
} from "../types/types.ts";

export interface Facts {
  /** How many types deep it is. */
  readonly depth: number;
  /** Whether it contains a `borrow`: `contains_borrow` in the specification. */
  readonly borrow: boolean;
  /** Whether it mentions a resource. */
  readonly resource: boolean;
  /** Whether it contains a `list` without a fixed length, a `string` or a `map`: something that is in memory elsewhere. */
  readonly pointer: boolean;
  /** No more than so many bytes does a value take, whatever the type of pointers: for all but a few types far fewer. */
  readonly maxSize: number;
}

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
  const sum = { ...simple, maxSize: 0 };
  for (const part of partsOf<Interned>(type)) {
    if (part.type === undefined) continue;
    const facts = factsOf(part.type);
    sum.depth = Math.max(sum.depth, facts.depth + 1);
    sum.borrow ||= facts.borrow;
    sum.resource ||= facts.resource;
    sum.pointer ||= facts.pointer;
    sum.maxSize += facts.maxSize;
  }
  switch (type.kind) {
    case "list":
      if (type.length !== undefined) return { ...sum, maxSize: type.length * sum.maxSize };
      return { ...sum, pointer: true, maxSize: 2 * WORD };
    case "string":
    case "map":
      return { ...sum, pointer: true, maxSize: 2 * WORD };
    case "stream":
    case "future":
      return { ...sum, pointer: false, maxSize: WORD };
    case "variant":
    case "option":
    case "result":
      return { ...sum, maxSize: WORD + sum.maxSize };
    case "func":
    case "record":
    case "tuple":
      return sum;
    case "own":
    case "borrow":
      return { ...simple, resource: true, borrow: type.kind === "borrow" };
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
    case "error-context":
    case "enum":
    case "flags":
      return simple;
  }
}

/** The types of all that an instance or a component imports and exports. */
function declared(type: InstanceType | ComponentType): ExternType["type"][] {
  const decls = type.kind === "component" ? [...type.imports.values()] : [];
  return [...decls, ...type.exports.values()].map((decl) => decl.type.type);
}

const depths: WeakMap<InstanceType | ComponentType, number> = new WeakMap();

/** How many types deep a type is: of an instance or a component, with all that it imports and exports. */
export function depthOf(type: ExternType["type"]): number {
  switch (type.kind) {
    case "resource":
    case "core-module":
      return 1;
    case "instance":
    case "component": {
      let depth = depths.get(type);
      if (depth === undefined) {
        depth = 1;
        for (const part of declared(type)) depth = Math.max(depth, 1 + depthOf(part));
        depths.set(type, depth);
      }
      return depth;
    }
    default:
      return factsOf(type).depth;
  }
}

const free: WeakMap<InstanceType | ComponentType, boolean> = new WeakMap();

/** Whether a type mentions a resource that it does not introduce itself. */
export function mentionsFreeResource(type: ExternType["type"]): boolean {
  switch (type.kind) {
    case "resource":
      return true;
    case "core-module":
      return false;
    case "instance":
    case "component": {
      let answer = free.get(type);
      if (answer === undefined) {
        answer = new FreeResources().any(type);
        free.set(type, answer);
      }
      return answer;
    }
    default:
      return factsOf(type).resource;
  }
}

/** The search for a resource that is mentioned where nothing around it binds it. */
class FreeResources {
  /** Resources are bound by one type each, so what is bound once may stay so. */
  readonly #bound: Set<ResourceType> = new Set();
  /** Types without a free resource, whatever is bound outside. */
  readonly #seen: Set<object> = new Set();

  any(type: ExternType["type"]): boolean {
    if (type.kind === "resource") return !this.#bound.has(type);
    if (type.kind === "core-module" || this.#seen.has(type)) return false;
    if (this.#search(type)) return true;
    this.#seen.add(type);
    return false;
  }

  #search(type: Exclude<ExternType["type"], ResourceType | { kind: "core-module" }>): boolean {
    switch (type.kind) {
      case "instance":
        return this.#within(type, type.resources);
      case "component":
        return this.#within(type, [...type.importedResources, ...type.exportedResources]);
      case "own":
      case "borrow":
        return this.any(type.resource);
      default:
        return (
          factsOf(type).resource &&
          partsOf<Interned>(type).some((part) => part.type !== undefined && this.any(part.type))
        );
    }
  }

  #within(type: InstanceType | ComponentType, resources: readonly ResourceType[]): boolean {
    for (const resource of resources) this.#bound.add(resource);
    return declared(type).some((part) => this.any(part));
  }
}
