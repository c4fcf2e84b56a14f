/**
 * Validation: from the syntax tree of a component to its definitions with every index resolved and every item typed.
 *
 * Components within components are worked through on a stack of this file's own, so their depth costs no stack of the
 * engine's. "Component Definitions" in Explainer.md.
 */
import type { ComponentSyntax, Definition, ExportDefinition } from "../binary/definitions.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { TypeInterner } from "../types/interner.ts";
import type { ComponentType, ExternDecl, ResourceType } from "../types/types.ts";
import { defineAlias } from "./aliases.ts";
import { defineCanon } from "./canon.ts";
import { Context } from "./context.ts";
import { defineCoreInstance, defineCoreModule, defineCoreType } from "./core.ts";
import { declare, declareExtern, nameResource, type ResolvedExtern, resolveExternType } from "./externs.ts";
import { mentionsFreeResource } from "./facts.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { defineInstance } from "./instantiate.ts";
import { addItem, type ResolvedItem, resolveItem } from "./items.ts";
import { Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { SubtypeChecker } from "./subtype.ts";
import type { TypedComponent, TypedExport } from "./typed.ts";
import { componentType, defineType } from "./types.ts";
import { defineStart, defineValue } from "./values.ts";
import { renamed } from "./visibility.ts";

export interface ValidateOptions {
  readonly features: FeatureSet;
  /** Where types are made, if other components' types are to be compared with this one's. */
  readonly types?: TypeInterner | undefined;
  /** Gets the gated features of which the component has anything. */
  readonly used?: Set<Feature> | undefined;
}

/** Validates a component. `bytes` are those that `syntax` was read from. Throws a `ComponentError` of phase `validate`. */
export function validateComponent(
  syntax: ComponentSyntax,
  bytes: Uint8Array,
  options: ValidateOptions,
): TypedComponent {
  const context = new Context(bytes, options.features, options.types, options.used);
  try {
    return new Validator(context).validate(syntax);
  } catch (error) {
    throw withPath(error, context);
  }
}

/**
 * What is read late (core types, values) is read by readers that know neither where in the interface it stands nor by
 * which family of rules it is judged.
 */
function withPath(error: unknown, { path }: Context): unknown {
  if (!(error instanceof ComponentError) || error.path.length > 0) return error;
  const { phase, reason, offset } = error;
  const code = phase === "validate" && error.code === "invalid" ? "core" : error.code;
  return new ComponentError(phase, code, reason, { offset, path });
}

type Definer<D> = (context: Context, scope: Scope, definition: D) => void;

/** What validates definitions that hold no others. */
const definers: {
  readonly [K in Exclude<Definition["kind"], "component" | "export">]: Definer<Extract<Definition, { kind: K }>>;
} = {
  "core-module": defineCoreModule,
  "core-instance": defineCoreInstance,
  "core-type": (context, scope, { type }) => defineCoreType(context, scope, type),
  instance: defineInstance,
  alias: defineAlias,
  type: defineType,
  canon: defineCanon,
  import(context, scope, { name, type }) {
    scope.definitions.push({ step: "import", import: declareExtern(context, scope, "import", name, type) });
  },
  start: defineStart,
  value: defineValue,
};

/** A component in the middle of its validation. */
interface Frame {
  readonly scope: Scope;
  readonly definitions: Iterator<Definition>;
}

class Validator {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  validate(root: ComponentSyntax): TypedComponent {
    const frames = [this.#enter(root, undefined)];
    for (;;) {
      const frame = frames[frames.length - 1]!;
      const next = frame.definitions.next();
      if (next.done !== true) {
        const inner = this.#define(frame.scope, next.value);
        if (inner !== undefined) frames.push(inner);
        continue;
      }
      const component = this.#finish(frame.scope);
      frames.pop();
      const parent = frames[frames.length - 1]?.scope;
      if (parent === undefined) return component;
      this.#context.path.pop();
      parent.addItem("component", { from: "static", component, type: component.type }, component.offset);
    }
  }

  #enter(syntax: ComponentSyntax, parent: Scope | undefined): Frame {
    const scope = new Scope(this.#context, "component", parent, syntax.start);
    return { scope, definitions: syntax.definitions[Symbol.iterator]() };
  }

  /** Validates one definition. Gives back the frame of the component that it is, if it is one. */
  #define(scope: Scope, definition: Definition): Frame | undefined {
    const context = this.#context;
    switch (definition.kind) {
      case "component":
        context.path.push(`component ${scope.count("component")}`);
        return this.#enter(definition.component, scope);
      case "export":
        this.#export(scope, definition);
        return undefined;
      default:
        (definers[definition.kind] as Definer<typeof definition>)(context, scope, definition);
        return undefined;
    }
  }

  #export(scope: Scope, definition: ExportDefinition): void {
    const context = this.#context;
    const { name: syntax, offset } = definition;
    const { name } = syntax;
    context.path.push(name);
    const item = resolveItem(context, scope, definition.item);
    nameResource(item.type, name);
    const resolved = this.#exportType(scope, definition, item);
    const attributes = declare(context, scope, "export", syntax, resolved);
    const typed: TypedExport = { name, attributes, item: item.item, type: resolved.type, offset };
    scope.definitions.push({ step: "export", export: typed });
    addItem(scope, { from: "exported", export: typed }, resolved.type, resolved.node, offset);
    context.path.pop();
  }

  /** The type that an export has for those who see it: its item's, with new names for types, or the one ascribed to it. */
  #exportType(scope: Scope, definition: ExportDefinition, { type, node }: ResolvedItem): ResolvedExtern {
    const context = this.#context;
    const { type: ascribed, offset } = definition;
    if (ascribed !== undefined) {
      const resolved = resolveExternType(context, scope, ascribed, definition.name.name);
      const left = new Substitution(context, offset);
      const right = new Substitution(context, offset);
      const checker = new SubtypeChecker(context, offset, left, right, resolved.resources);
      checker.extern(type, resolved.type, "ascribed type of export is not compatible with item's type");
      return resolved;
    }
    // An instance brings the names of its types along: it is by this export that they become visible.
    return { type, node: type.kind === "type" ? renamed(node) : node, resources: [] };
  }

  #finish(scope: Scope): TypedComponent {
    const context = this.#context;
    const { offset } = scope;
    for (const [index, at] of scope.unused) {
      const reason = "was not used as part of an instantiation, start function, or export";
      context.fail("value", `value index ${index} ${reason}`, at);
    }
    const exported = new Set<ResourceType>();
    collectResources(scope.exports.decls, exported);
    for (const resource of scope.imports.resources) exported.delete(resource);
    const type = componentType(scope, exported);
    context.checkDepth(type, offset);
    if (exported.size > 0) this.#checkClosed({ ...type, exports: new Map(), exportedResources: [] }, offset);
    this.#checkClosed(type, offset);
    return { type, definitions: scope.definitions, offset };
  }

  /** What a component imports may only mention resources that it imports, and what it exports those and exported ones. */
  #checkClosed(type: ComponentType, offset: number): void {
    if (!mentionsFreeResource(type)) return;
    for (const way of ["imports", "exports"] as const) {
      for (const decl of type[way].values()) {
        const alone = { ...type, imports: new Map(), exports: new Map([[decl.name, decl]]) };
        if (!mentionsFreeResource(alone)) continue;
        this.#context.path.push(decl.name);
        this.#context.fail("resource", `local resource type found in ${way}: it has no name among them`, offset);
      }
    }
  }
}

/** The resources that a component's exports name. */
function collectResources(decls: ReadonlyMap<string, ExternDecl>, into: Set<ResourceType>): void {
  for (const { type } of decls.values()) {
    if (type.kind === "instance") collectResources(type.type.exports, into);
    else if (type.kind === "type" && type.type.kind === "resource") into.add(type.type);
  }
}
