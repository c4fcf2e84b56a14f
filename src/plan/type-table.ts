/**
 * The types of a plan: value and function types numbered, with resource types replaced by the resources that they are
 * in one instantiation.
 *
 * Each structure is in the table once, parts before wholes. A type that mentions no resource is the same in all
 * environments and is translated once; one that does, once in each environment. So a type costs no more than was
 * written down, however often its parts are shared.
 */
import { type Mapping, mapShape, partsOf } from "../types/shape.ts";
import type { FuncType, Interned, ValType } from "../types/types.ts";
import type { Budget } from "./limits.ts";
import type { FuncTypeIndex, FuncTypeNode, LabelledPayload, Planned, TypeIndex, TypeNode } from "./plan.ts";
import { Table } from "./table.ts";
import type { Environment } from "./values.ts";

/** The part of an environment that types need. */
export type TypeScope = Pick<Environment<never>, "types" | "funcTypes" | "resource">;

export class TypeTable {
  readonly types: Table<TypeIndex, TypeNode> = new Table();
  readonly funcTypes: Table<FuncTypeIndex, FuncTypeNode> = new Table();
  readonly #budget: Budget;
  /** Those without resources. */
  readonly #closed: Map<ValType, TypeIndex> = new Map();
  readonly #closedFuncs: Map<FuncType, FuncTypeIndex> = new Map();
  /** Of the type that is being added, and so of its parts. */
  #scope: TypeScope | undefined;
  readonly #numbering: Mapping<Interned, Planned> = {
    part: (part) => this.valType(part, this.#scope!),
    resource: (resource) => this.#scope!.resource(resource),
  };
  /** Whether a type of the table mentions resources. */
  readonly #open: boolean[] = [];

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  valType(type: ValType, scope: TypeScope): TypeIndex {
    const known = this.#closed.get(type) ?? scope.types.get(type);
    if (known !== undefined) return known;
    this.#scope = scope;
    const node = mapShape(type, this.#numbering);
    const parts = partsOf<Planned>(node);
    this.#budget.spend(1 + parts.length);
    const index = this.types.intern(node);
    this.#open[index] ??= node.kind === "own" || node.kind === "borrow" || this.#anyOpen(parts);
    (this.#open[index] ? scope.types : this.#closed).set(type, index);
    return index;
  }

  funcType(type: FuncType, scope: TypeScope): FuncTypeIndex {
    const known = this.#closedFuncs.get(type) ?? scope.funcTypes.get(type);
    if (known !== undefined) return known;
    this.#scope = scope;
    const node = mapShape(type, this.#numbering);
    const parts = partsOf<Planned>(node);
    this.#budget.spend(parts.length);
    const index = this.funcTypes.intern(node);
    (this.#anyOpen(parts) ? scope.funcTypes : this.#closedFuncs).set(type, index);
    return index;
  }

  #anyOpen(parts: readonly LabelledPayload[]): boolean {
    return parts.some(({ type }) => type !== undefined && this.#open[type]);
  }
}
