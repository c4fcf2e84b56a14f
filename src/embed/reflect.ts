/**
 * What a component imports and exports, as plain data for embedders.
 *
 * The same shapes describe imports, exports and the contents of instances. Value types are the nodes of
 * `types/types.ts`, which are plain data already. Descriptions of instance types are made once for each type, so that
 * types which share their parts have descriptions that do too.
 */
import { getOrInsert } from "../abi/remembered.ts";
import type {
  ComponentType,
  ExternDecl,
  ExternType,
  FuncType,
  InstanceType,
  NameAttributes,
  ResourceType,
  ValType,
} from "../types/types.ts";
import type { CoreModuleType } from "../wasm/types.ts";

/** An import or an export: its name as WIT spells it, and what it is. */
export type Extern = { readonly name: string; readonly attributes?: NameAttributes } & ExternItem;

export type ExternItem =
  | { readonly kind: "func"; readonly type: FuncType }
  | { readonly kind: "instance"; readonly exports: readonly Extern[] }
  | { readonly kind: "resource"; readonly resource: ResourceType }
  /** A named value type. */
  | { readonly kind: "type"; readonly type: ValType }
  /** A named function, instance or component type: nothing at run time. */
  | { readonly kind: "other-type"; readonly type: FuncType | InstanceType | ComponentType }
  | { readonly kind: "core-module"; readonly type: CoreModuleType }
  | { readonly kind: "component"; readonly imports: readonly Extern[]; readonly exports: readonly Extern[] }
  | { readonly kind: "value"; readonly type: ValType };

export class Reflection {
  readonly #instances: Map<InstanceType, readonly Extern[]> = new Map();
  readonly #components: Map<ComponentType, { imports: readonly Extern[]; exports: readonly Extern[] }> = new Map();

  /** Describes declarations, in their order. */
  externs(declarations: Iterable<ExternDecl>): readonly Extern[] {
    return Array.from(declarations, ({ name, attributes, type }) => ({
      name,
      ...(attributes !== undefined && { attributes }),
      ...this.#item(type),
    }));
  }

  #item(extern: ExternType): ExternItem {
    switch (extern.kind) {
      case "func":
      case "value":
      case "core-module":
        return extern;
      case "instance":
        return { kind: "instance", exports: this.#instance(extern.type) };
      case "component":
        return { kind: "component", ...this.#component(extern.type) };
      case "type":
        switch (extern.type.kind) {
          case "resource":
            return { kind: "resource", resource: extern.type };
          case "func":
          case "instance":
          case "component":
            return { kind: "other-type", type: extern.type };
          default:
            return { kind: "type", type: extern.type };
        }
    }
  }

  #instance(type: InstanceType): readonly Extern[] {
    return getOrInsert(this.#instances, type, ({ exports }) => this.externs(exports.values()));
  }

  #component(type: ComponentType): { imports: readonly Extern[]; exports: readonly Extern[] } {
    return getOrInsert(this.#components, type, ({ imports, exports }) => ({
      imports: this.externs(imports.values()),
      exports: this.externs(exports.values()),
    }));
  }
}
