/**
 * The types of a plan: value and function types numbered, with resource types replaced by the resources that they are
 * in one instantiation.
 *
 * Each structure is in the table once, parts before wholes. A type that mentions no resource is the same in all
 * environments and is translated once; one that does, once in each environment. So a type costs no more than was
 * written down, however often its parts are shared.
 */
import type { FuncType, ValType } from "../types/types.ts";
import type { Budget } from "./limits.ts";
import type { FuncTypeIndex, FuncTypeNode, LabelledType, TypeIndex, TypeNode } from "./plan.ts";
import type { Environment } from "./values.ts";

/** The part of an environment that types need. */
export type TypeScope = Pick<Environment<never>, "types" | "funcTypes" | "resource">;

export class TypeTable {
  readonly types: TypeNode[] = [];
  readonly funcTypes: FuncTypeNode[] = [];
  readonly #budget: Budget;
  readonly #typeKeys: Map<string, TypeIndex> = new Map();
  readonly #funcTypeKeys: Map<string, FuncTypeIndex> = new Map();
  /** Those without resources. */
  readonly #closed: Map<ValType, TypeIndex> = new Map();
  readonly #closedFuncs: Map<FuncType, FuncTypeIndex> = new Map();
  /** Whether a type of the table mentions resources. */
  readonly #open: boolean[] = [];

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  valType(type: ValType, scope: TypeScope): TypeIndex {
    const known = this.#closed.get(type) ?? scope.types.get(type);
    if (known !== undefined) return known;
    const node = this.#node(type, scope);
    const index = this.#add(node);
    (this.#open[index] ? scope.types : this.#closed).set(type, index);
    return index;
  }

  funcType(type: FuncType, scope: TypeScope): FuncTypeIndex {
    const known = this.#closedFuncs.get(type) ?? scope.funcTypes.get(type);
    if (known !== undefined) return known;
    const params = type.params.map(({ label, type }) => ({ label, type: this.valType(type, scope) }));
    const result = type.result && this.valType(type.result, scope);
    const node: FuncTypeNode = { async: type.async, params, ...(result !== undefined && { result }) };
    this.#budget.spend(1 + params.length);
    const index = intern(this.#funcTypeKeys, this.funcTypes, node);
    const open = params.some((param) => this.#open[param.type]) || (result !== undefined && this.#open[result]!);
    (open ? scope.funcTypes : this.#closedFuncs).set(type, index);
    return index;
  }

  #add(node: TypeNode): TypeIndex {
    const parts = partsOf(node);
    this.#budget.spend(1 + (node.kind === "variant" ? node.cases.length : parts.length));
    const index = intern(this.#typeKeys, this.types, node);
    this.#open[index] ??= node.kind === "own" || node.kind === "borrow" || parts.some((part) => this.#open[part]);
    return index;
  }

  #node(type: ValType, scope: TypeScope): TypeNode {
    const index = (part: ValType): TypeIndex => this.valType(part, scope);
    switch (type.kind) {
      case "list":
        return {
          kind: "list",
          element: index(type.element),
          ...(type.length !== undefined && { length: type.length }),
        };
      case "map":
        return { kind: "map", key: index(type.key), value: index(type.value) };
      case "record":
        return {
          kind: "record",
          fields: type.fields.map((f): LabelledType => ({ label: f.label, type: index(f.type) })),
        };
      case "tuple":
        return { kind: "tuple", types: type.types.map(index) };
      case "variant":
        return {
          kind: "variant",
          cases: type.cases.map(({ label, type }) => ({ label, ...(type && { type: index(type) }) })),
        };
      case "enum":
      case "flags":
        return { kind: type.kind, labels: type.labels };
      case "option":
        return { kind: "option", type: index(type.type) };
      case "result":
        return {
          kind: "result",
          ...(type.ok && { ok: index(type.ok) }),
          ...(type.error && { error: index(type.error) }),
        };
      case "own":
      case "borrow":
        return { kind: type.kind, resource: scope.resource(type.resource) };
      case "stream":
      case "future":
        return { kind: type.kind, ...(type.payload && { payload: index(type.payload) }) };
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
        return { kind: type.kind };
    }
  }
}

/** The types that a type is made of. */
export function partsOf(node: TypeNode): readonly TypeIndex[] {
  switch (node.kind) {
    case "list":
      return [node.element];
    case "map":
      return [node.key, node.value];
    case "record":
      return node.fields.map((field) => field.type);
    case "tuple":
      return node.types;
    case "variant":
      return node.cases.flatMap(({ type }) => type ?? []);
    case "option":
      return [node.type];
    case "result":
      return [node.ok ?? [], node.error ?? []].flat();
    case "stream":
    case "future":
      return node.payload === undefined ? [] : [node.payload];
    case "enum":
    case "flags":
    case "own":
    case "borrow":
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
      return [];
  }
}

/** The number of `item` in `table`, where it is added unless one with the same content is there. */
export function intern<I extends number, T>(numbers: Map<string, I>, table: T[], item: T, content: unknown = item): I {
  const key = JSON.stringify(content);
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const index = table.length as I;
  table.push(item);
  numbers.set(key, index);
  return index;
}
