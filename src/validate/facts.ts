/**
 * What rules ask about a type as a whole, worked out once for each (interned) type from what is known of its parts.
 */
import type {
  ComponentType,
  ExternDecl,
  ExternType,
  FuncType,
  InstanceType,
  PrimitiveKind,
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
const text: Facts = { ...simple, pointer: true, maxSize: 2 * WORD };
const own: Facts = { ...simple, resource: true };
const borrow: Facts = { ...own, borrow: true };
const known: WeakMap<ValType | FuncType, Facts> = new WeakMap();

export function factsOf(type: ValType | FuncType): Facts {
  switch (type.kind) {
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
    case "string":
      return text;
    case "own":
      return own;
    case "borrow":
      return borrow;
    default: {
      let facts = known.get(type);
      if (facts === undefined) {
        facts = workOut(type);
        known.set(type, facts);
      }
      return facts;
    }
  }
}

/** `contains` in the specification, for every question at once. */
function workOut(
  type: Exclude<ValType | FuncType, { kind: PrimitiveKind | "enum" | "flags" | "own" | "borrow" }>,
): Facts {
  const facts = sum(partsOf(type));
  switch (type.kind) {
    case "list":
      if (type.length === undefined) return { ...facts, pointer: true, maxSize: 2 * WORD };
      return { ...facts, maxSize: type.length * facts.maxSize };
    case "map":
      return { ...facts, pointer: true, maxSize: 2 * WORD };
    case "stream":
    case "future":
      return { ...facts, pointer: false, maxSize: WORD };
    case "variant":
    case "option":
    case "result":
      return { ...facts, maxSize: WORD + facts.maxSize };
    case "func":
    case "record":
    case "tuple":
      return facts;
  }
}

function sum(parts: readonly ValType[]): Facts {
  const total = { ...simple, maxSize: 0 };
  for (const part of parts) {
    const facts = factsOf(part);
    total.depth = Math.max(total.depth, facts.depth + 1);
    total.borrow ||= facts.borrow;
    total.resource ||= facts.resource;
    total.pointer ||= facts.pointer;
    total.maxSize += facts.maxSize;
  }
  return total;
}

/** The value types that a type is directly made of. */
function partsOf(type: ValType | FuncType): readonly ValType[] {
  const present = (types: readonly (ValType | undefined)[]) => types.filter((t) => t !== undefined);
  switch (type.kind) {
    case "list":
      return [type.element];
    case "map":
      return [type.key, type.value];
    case "record":
      return type.fields.map((field) => field.type);
    case "tuple":
      return type.types;
    case "variant":
      return present(type.cases.map((c) => c.type));
    case "option":
      return [type.type];
    case "result":
      return present([type.ok, type.error]);
    case "stream":
    case "future":
      return present([type.payload]);
    case "func":
      return present([...type.params.map((param) => param.type), type.result]);
    default:
      return [];
  }
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
        depth = type.kind === "component" ? 1 + deepest(type.imports) : 1;
        depth = Math.max(depth, 1 + deepest(type.exports));
        depths.set(type, depth);
      }
      return depth;
    }
    default:
      return factsOf(type).depth;
  }
}

function deepest(decls: ReadonlyMap<string, ExternDecl>): number {
  let depth = 0;
  for (const { type } of decls.values()) depth = Math.max(depth, depthOf(type.type));
  return depth;
}

const free: WeakMap<InstanceType | ComponentType, boolean> = new WeakMap();

/** Whether a type mentions a resource that it does not introduce itself. */
export function mentionsFreeResource(type: ExternType["type"] | ResourceType): boolean {
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
  readonly #bound: Set<ResourceType> = new Set();
  /** Types without a free resource, whatever is bound outside. */
  readonly #seen: Set<object> = new Set();

  any(type: ExternType["type"] | ResourceType): boolean {
    if (type.kind === "resource") return !this.#bound.has(type);
    if (type.kind === "core-module" || this.#seen.has(type)) return false;
    if (this.#search(type)) return true;
    this.#seen.add(type);
    return false;
  }

  #search(type: Exclude<ExternType["type"], ResourceType | { kind: "core-module" }>): boolean {
    switch (type.kind) {
      case "instance":
        return this.#within(type.resources, [type.exports]);
      case "component":
        return this.#within([...type.importedResources, ...type.exportedResources], [type.imports, type.exports]);
      case "own":
      case "borrow":
        return this.any(type.resource);
      default:
        return factsOf(type).resource && partsOf(type).some((part) => this.any(part));
    }
  }

  /** Resources are bound by one type each, so what is bound once may stay so. */
  #within(resources: readonly ResourceType[], decls: readonly ReadonlyMap<string, ExternDecl>[]): boolean {
    for (const resource of resources) this.#bound.add(resource);
    return decls.some((map) => [...map.values()].some((decl) => this.any(decl.type.type)));
  }
}
