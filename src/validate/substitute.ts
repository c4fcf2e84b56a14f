/**
 * Replacing resources in types, and with them the names of types: what instantiation does to the type of a component,
 * and an import or export to the type of an instance. "Type Checking" in Explainer.md.
 *
 * Types are immutable and interned, so a type without a resource is its own result, and others are rebuilt once.
 */
import { mapShape } from "../types/shape.ts";
import type {
  AnyType, ComponentType, ExternDecl, ExternType, FuncType, InstanceType, Interned, ResourceType, ValType,
} from "../types/types.ts"; // biome-ignore format: one list
import type { Context } from "./context.ts";
import { factsOf, mentionsFreeResource } from "./facts.ts";
import { makeDecl, type NameNode, nodeOf } from "./visibility.ts";

export class Substitution {
  readonly #context: Context;
  readonly #offset: number;
  readonly #parent: Substitution | undefined;
  readonly #resources: Map<ResourceType, ResourceType> = new Map();
  /** Names by what replaces them. */
  readonly #nodes: Map<NameNode, NameNode> = new Map();
  /** Other nodes by what they become with their parts replaced. */
  #copies: Map<NameNode, NameNode> | undefined;
  #types: Map<ValType | FuncType, ValType | FuncType> | undefined;

  /** With `parent`, what is not replaced here is replaced as there. */
  constructor(context: Context, offset: number, parent?: Substitution) {
    this.#context = context;
    this.#offset = offset;
    this.#parent = parent;
  }

  /** Has each of `resources` replaced by a new one, and gives these back. */
  renew(resources: readonly ResourceType[]): ResourceType[] {
    return resources.map((resource) => {
      const own = this.#context.types.resource(resource.rep, resource.name);
      this.bind(resource, own);
      return own;
    });
  }

  bind(resource: ResourceType, replacement: ResourceType): void {
    this.#resources.set(resource, replacement);
    // What mentions it may have been asked for already, where it stood for itself.
    this.#types = undefined;
  }

  bindNode(node: NameNode, replacement: NameNode): void {
    if (node !== replacement) this.#nodes.set(node, replacement);
  }

  /** Whether `resource` has a replacement. */
  binds(resource: ResourceType): boolean {
    return this.#resources.has(resource) || (this.#parent?.binds(resource) ?? false);
  }

  /** Whether there is nothing that this replaces. */
  get isEmpty(): boolean {
    return this.#resources.size === 0 && (this.#parent?.isEmpty ?? true);
  }

  resource(resource: ResourceType): ResourceType {
    return this.#resources.get(resource) ?? this.#parent?.resource(resource) ?? resource;
  }

  /** A value type, as what it is made of becomes; also for functions. */
  part<T extends ValType | FuncType>(type: T): T {
    if (!factsOf(type).resource || this.isEmpty) return type;
    const known = this.#types?.get(type);
    if (known !== undefined) return known as T;
    this.#context.spend(1, this.#offset);
    const made = this.#context.types.intern(mapShape<Interned, Interned>(type, this)) as T;
    this.#types ??= new Map();
    this.#types.set(type, made);
    return made;
  }

  type(type: AnyType): AnyType {
    switch (type.kind) {
      case "resource":
        return this.resource(type);
      case "instance":
        return this.instance(type);
      case "component":
        return this.component(type);
      default:
        return this.part(type);
    }
  }

  /** As `type`, with new names for the types that it exports, `resources` being those that it introduces. */
  instance(type: InstanceType, resources: readonly ResourceType[] = type.resources): InstanceType {
    return { kind: "instance", exports: this.#decls(type.exports, true), resources };
  }

  /** Components are closed but for resources: the names that their types use are their own. */
  component(type: ComponentType): ComponentType {
    if (!mentionsFreeResource(type)) return type;
    return { ...type, imports: this.#decls(type.imports, false), exports: this.#decls(type.exports, false) };
  }

  /** Declarations, with new names for the types among them if these are `renamed`. */
  #decls(decls: ReadonlyMap<string, ExternDecl>, renamed: boolean): Map<string, ExternDecl> {
    const made = new Map<string, ExternDecl>();
    for (const decl of decls.values()) {
      const { name, attributes, type } = decl;
      this.#context.spend(1, this.#offset);
      const replaced =
        type.kind === "core-module" ? type : ({ kind: type.kind, type: this.type(type.type) } as ExternType);
      const node = nodeOf(decl);
      made.set(name, makeDecl(name, attributes, replaced, renamed ? this.#rename(decl, node) : node));
    }
    return made;
  }

  /** The node of a declaration's copy: a new name for a type. */
  #rename({ type }: ExternDecl, node: NameNode): NameNode {
    const replacement = this.node(node);
    if (type.kind !== "type" || !node.nameable || this.#nodes.has(node)) return replacement;
    const fresh: NameNode = { nameable: true, parts: replacement.parts };
    this.#nodes.set(node, fresh);
    return fresh;
  }

  /** The names that a type with `node` uses when this has been applied to it. */
  node(node: NameNode): NameNode {
    const known = this.#nodes.get(node) ?? this.#copies?.get(node);
    if (known !== undefined) return known;
    if (node.parts.length === 0) return node;
    this.#context.spend(1, this.#offset);
    const parts = node.parts.map((part) => this.node(part));
    const made = parts.some((part, i) => part !== node.parts[i]) ? { nameable: node.nameable, parts } : node;
    this.#copies ??= new Map();
    this.#copies.set(node, made);
    return made;
  }
}
