/**
 * Which types have a name that whoever uses the component can see. "External Visibility of Types" in Explainer.md.
 *
 * Records, variants, enums, flags and resources may be used in imports and exports only by a name that an import or
 * export gave them. Equal types can have different names or none, so beside each type (which is interned, and equal
 * wherever its structure is) validation keeps a node: one object for each definition, import, export or the aliases of
 * one, which refers to the nodes of the types that it is made of.
 */
import type { ExternDecl, ExternType, NameAttributes } from "../types/types.ts";

export interface NameNode {
  /** Whether the type needs a name; otherwise it is visible if its parts are. */
  readonly nameable: boolean;
  /** Of a function: those of its parameters, then of its result. Of `own` and `borrow`: that of the resource. */
  readonly parts: readonly NameNode[];
}

/** The node of what consists of nothing that needs a name. */
export const closed: NameNode = { nameable: false, parts: [] };

/** The node of a type without a name of its own. */
export function transparent(parts: readonly NameNode[]): NameNode {
  return parts.every((part) => part === closed) ? closed : { nameable: false, parts };
}

/** The node of a type that needs a name. */
export function nameable(parts: readonly NameNode[] = []): NameNode {
  return { nameable: true, parts };
}

/**
 * The node that an import or export of a type with node `node` introduces: a name of its own for the same type. Where the
 * type needs none, it is a node of its own all the same, since an instantiation may supply it with other names.
 */
export function renamed(node: NameNode): NameNode {
  return node === closed ? closed : { nameable: node.nameable, parts: node.parts };
}

/** Where a declaration keeps the node of its type, out of the sight of all who come after validation. */
const node: unique symbol = Symbol("names");

interface NamedDecl extends ExternDecl {
  [node]?: NameNode;
}

/** A declaration of something whose type uses the names of `names`. */
export function makeDecl(
  name: string,
  attributes: NameAttributes | undefined,
  type: ExternType,
  names: NameNode,
): ExternDecl {
  return { name, attributes, type, [node]: names } as NamedDecl;
}

/** The names that the type of `decl` uses; those of its parts, if it is an instance or a component, are kept with them. */
export function nodeOf(decl: ExternDecl): NameNode {
  return (decl as NamedDecl)[node] ?? closed;
}

/** The names that are visible in one direction (imports, or exports) of one component or component type, and parts of them. */
export type VisibleNames = Set<NameNode | NameNode["parts"]>;

/**
 * Whether a type with `node` may be used: `named`, if it is given a name thereby. What is visible stays so, and with it all
 * that has the same parts: each is looked at once.
 */
export function isVisible(visible: VisibleNames, node: NameNode, named: boolean): boolean {
  if (visible.has(node)) return true;
  const { nameable, parts } = node;
  if (nameable && !named) return false;
  if (!visible.has(parts) && !parts.every((part) => isVisible(visible, part, false))) return false;
  visible.add(node);
  visible.add(parts);
  return true;
}
