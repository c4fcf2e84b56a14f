/**
 * Validation: from the syntax tree of a component to its definitions with every index resolved and every item typed.
 *
 * Components within components are worked through on a stack of this file's own, so their depth costs no stack of the
 * engine's. "Component Definitions" in Explainer.md.
 */
import type { ComponentSyntax, Definition, ExportDefinition, ImportDefinition } from "../binary/definitions.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { TypeInterner } from "../types/interner.ts";
import type { ExternDecl, ResourceType } from "../types/types.ts";
import { defineAlias } from "./aliases.ts";
import { defineCanon } from "./canon.ts";
import { Context } from "./context.ts";
import { defineCoreInstance, defineCoreModule, defineCoreType } from "./core.ts";
import { declare, declareExtern, nameResource, type ResolvedExtern, resolveExternType } from "./externs.ts";
import { ResourceSearch } from "./facts.ts";
import type { Feature, FeatureSet } from "./features.ts";
import { defineInstance } from "./instantiate.ts";
import { type ResolvedItem, Scope } from "./scope.ts";
import { SubtypeChecker } from "./subtype.ts";
import type { TypedComponent, TypedExport } from "./typed.ts";
import { checkResources, componentType, defineType } from "./types.ts";
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
    return validate(context, syntax);
  } catch (error) {
    throw withPath(error, context);
  }
}

/** What is read late (core types, values) is read by readers that do not know where in the interface it stands. */
function withPath(error: unknown, { path }: Context): unknown {
  if (!(error instanceof ComponentError) || error.path.length > 0) return error;
  const { phase, code, reason, offset } = error;
  return new ComponentError(phase, code, reason, { offset, path });
}

type Definer<D> = (scope: Scope, definition: D) => void;

/** What validates definitions that hold no others. */
const definers: {
  readonly [K in Exclude<Definition["kind"], "component">]: Definer<Extract<Definition, { kind: K }>>;
} = {
  "core-module": defineCoreModule,
  "core-instance": defineCoreInstance,
  "core-type": defineCoreType,
  instance: defineInstance,
  alias: defineAlias,
  type: defineType,
  canon: defineCanon,
  import: defineImport,
  export: defineExport,
  start: defineStart,
  value: defineValue,
};

/** A component in the middle of its validation: how many of its definitions are behind. */
interface Frame {
  readonly scope: Scope;
  readonly definitions: readonly Definition[];
  next: number;
}

function validate(context: Context, root: ComponentSyntax): TypedComponent {
  const enter = ({ start, definitions }: ComponentSyntax, parent?: Scope): Frame => ({
    scope: new Scope(context, "component", parent, start),
    definitions,
    next: 0,
  });
  const { path } = context;
  const frames = [enter(root)];
  for (;;) {
    const frame = frames[frames.length - 1]!;
    const { scope } = frame;
    const definition = frame.definitions[frame.next++];
    if (definition?.kind === "component") {
      path.push(`component ${scope.count("component")}`);
      frames.push(enter(definition.component, scope));
    } else if (definition !== undefined) {
      (definers[definition.kind] as Definer<typeof definition>)(scope, definition);
    } else {
      const component = finish(scope);
      if (scope.parent === undefined) return component;
      frames.pop();
      path.pop();
      scope.parent.addItem("component", { from: "static", component, type: component.type }, component.offset);
    }
  }
}

function defineImport(scope: Scope, { name, type }: ImportDefinition): void {
  scope.definitions.push({ step: "import", import: declareExtern(scope, "import", name, type) });
}

function defineExport(scope: Scope, definition: ExportDefinition): void {
  const { name: syntax, offset } = definition;
  const { name } = syntax;
  const { path } = scope.context;
  path.push(name);
  const entry = scope.resolve(definition.item);
  nameResource(entry.type, name);
  const resolved = exportType(scope, definition, entry);
  const attributes = declare(scope, "export", syntax, resolved);
  const typed: TypedExport = { name, attributes, item: entry.item, type: resolved.type, offset };
  scope.definitions.push({ step: "export", export: typed });
  scope.addExtern({ from: "exported", export: typed }, resolved.type, resolved.node, offset);
  path.pop();
}

/** The type that an export has for those who see it: its item's, with new names for types, or the one ascribed to it. */
function exportType(scope: Scope, definition: ExportDefinition, { type, node }: ResolvedItem): ResolvedExtern {
  const { type: ascribed, offset } = definition;
  if (ascribed === undefined) {
    // An instance brings the names of its types along: it is by this export that they become visible.
    return { type, node: type.kind === "type" ? renamed(node) : node, resources: [] };
  }
  const resolved = resolveExternType(scope, ascribed, definition.name.name);
  const checker = new SubtypeChecker(scope.context, offset, resolved.resources);
  checker.extern(type, resolved.type, "ascribed type of export is not compatible with item's type");
  return resolved;
}

function finish(scope: Scope): TypedComponent {
  const { imports, exports, offset } = scope;
  for (const [index, at] of scope.unused) {
    const reason = "was not used as part of an instantiation, start function, or export";
    scope.fail("value", `value index ${index} ${reason}`, at);
  }
  const exported = new Set<ResourceType>();
  collectResources(exports.decls, exported);
  for (const resource of imports.resources) exported.delete(resource);
  const type = componentType(scope, [...exported]);
  scope.context.checkDepth(type, offset);
  // What is imported may only mention resources that are imported, and what is exported those and exported ones.
  checkResources(scope, "imports", new ResourceSearch(imports.resources));
  checkResources(scope, "exports", new ResourceSearch([...imports.resources, ...exported]));
  return { type, definitions: scope.definitions, offset };
}

/** The resources that a component's exports name. */
function collectResources(decls: ReadonlyMap<string, ExternDecl>, into: Set<ResourceType>): void {
  for (const { type } of decls.values()) {
    if (type.kind === "instance") collectResources(type.type.exports, into);
    else if (type.kind === "type" && type.type.kind === "resource") into.add(type.type);
  }
}
