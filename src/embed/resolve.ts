/**
 * Linking: for every leaf of what a component imports, what the embedder defined for it.
 *
 * All that is missing or of another type is collected before anything is said, so that one error tells the whole story.
 */
import { ComponentError } from "../errors/component-error.ts";
import { type ComponentClosure, capturedModuleImports, componentImports } from "../plan/inline.ts";
import type { Plan, PlanImport } from "../plan/plan.ts";
import type { ResolvedImport } from "../runtime/instantiate.ts";
import { printExternType, printType } from "../types/print.ts";
import type { ComponentType, ExternDecl, ExternType } from "../types/types.ts";
import type { CoreModuleType } from "../wasm/types.ts";
import { type Binary, Component, compiledOf, type Given } from "./component.ts";
import { functionType, wantsViews } from "./func.ts";
import { type AnyFunction, findClass, findDefinition, findFunction, findItem, type Items } from "./items.ts";
import { importedResource } from "./resource.ts";

type Definitions = ReadonlyMap<string, Items>;
type Path = readonly [string, ...string[]];

/** What to say of one leaf that cannot be linked. */
class Fault {
  readonly path: Path;
  readonly wanted: string;
  readonly problem: string;

  constructor(path: Path, wanted: string, problem: string) {
    this.path = path;
    this.wanted = wanted;
    this.problem = problem;
  }

  toString(): string {
    return `import ${this.path.map((name) => `"${name}"`).join(" › ")}: ${this.wanted}: ${this.problem}`;
  }
}

/**
 * The embedder's answers, in the order of `plan.imports`.
 *
 * @throws ComponentError of phase `link`
 */
export function resolveImports(plan: Plan, type: ComponentType, definitions: Definitions): ResolvedImport[] {
  const faults: Fault[] = [];
  const resolved: ResolvedImport[] = [];
  for (const leaf of plan.imports) {
    const answer = resolveLeaf(plan, leaf, externAt(type, leaf.path), definitions);
    if (answer instanceof Fault) faults.push(answer);
    else resolved.push(answer);
  }
  throwFaults(faults);
  return resolved;
}

/**
 * What has to be known of the embedder's definitions before `closure` can be planned: components, which are inlined, and
 * core modules that components among the exports may refer to.
 *
 * @throws ComponentError of phase `link`
 */
export function givenFor({ component }: ComponentClosure<Binary>, definitions: Definitions): Given {
  const components = new Map<string, ComponentClosure<Binary>>();
  const modules = new Map<string, Binary>();
  const faults: Fault[] = [];
  for (const { key, path } of componentImports(component)) {
    const found = findAt(definitions, path);
    if (found instanceof Component) components.set(key, compiledOf(found).closure);
    else
      faults.push(
        new Fault(path, "component", found === undefined ? MISSING : `a Component is needed, not ${describe(found)}`),
      );
  }
  for (const { key, path } of capturedModuleImports(component)) {
    const found = resolveModule(definitions, path, externAt(component.type, path));
    if (found instanceof Fault) faults.push(found);
    else modules.set(key, { modules: new Map([[0, found]]), traits: new Map() });
  }
  throwFaults(faults);
  return { components, modules };
}

const MISSING = "nothing is defined for it";

function throwFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const code = faults.some(({ problem }) => problem === MISSING) ? "missing-import" : "wrong-import";
  if (faults.length === 1) throw new ComponentError("link", code, String(faults[0]));
  throw new ComponentError(
    "link",
    code,
    `${faults.length} imports cannot be linked:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
  );
}

function resolveLeaf(
  plan: Plan,
  leaf: PlanImport,
  wanted: ExternType,
  definitions: Definitions,
): ResolvedImport | Fault {
  const { path } = leaf;
  switch (leaf.kind) {
    case "func": {
      const arity = plan.funcTypes[leaf.type]!.params.length;
      const text = printExternType(wanted);
      const found =
        path.length === 1 ? rootFunction(definitions, path[0], arity) : memberFunction(definitions, path, arity);
      if (found === undefined) return new Fault(path, text, notFound(definitions, path, "a function"));
      const type = functionType(found.given);
      if (type !== undefined && wanted.kind === "func" && printType(type) !== printType(wanted.type)) {
        return new Fault(path, text, `what is defined for it is a ${printType(type)}`);
      }
      return { kind: "func", func: found.call as never, views: wantsViews(found.given) };
    }
    case "resource": {
      const items = path.length === 1 ? Object.fromEntries(definitions) : itemsAt(definitions, path);
      const name = path.at(-1)!;
      const Class = items && findClass(items, name);
      if (Class === undefined && !(items && servesByFunctions(items, name))) {
        return new Fault(path, "resource", notFound(definitions, path, "a class"));
      }
      return { kind: "resource", type: importedResource(name, Class) };
    }
    case "core-module": {
      const found = resolveModule(definitions, path, wanted);
      return found instanceof Fault ? found : { kind: "core-module", module: found };
    }
  }
}

function resolveModule(definitions: Definitions, path: Path, wanted: ExternType): WebAssembly.Module | Fault {
  const found = findAt(definitions, path);
  const text = printExternType(wanted);
  if (!(found instanceof WebAssembly.Module)) {
    return new Fault(
      path,
      text,
      found === undefined ? MISSING : `a WebAssembly.Module is needed, not ${describe(found)}`,
    );
  }
  const mismatch = wanted.kind === "core-module" ? moduleMismatch(found, wanted.type) : undefined;
  return mismatch === undefined ? found : new Fault(path, text, mismatch);
}

/** The type at `path` in the component's imports. The plan was made from these types, so it is there. */
function externAt(type: ComponentType, path: Path): ExternType {
  let declarations: ReadonlyMap<string, ExternDecl> = type.imports;
  let found: ExternType | undefined;
  for (const name of path) {
    found = declarations.get(name)?.type;
    if (found?.kind === "instance") declarations = found.type.exports;
  }
  return found!;
}

/** The items in which the last name of `path` is to be looked for. */
function itemsAt(definitions: Definitions, path: Path): Items | undefined {
  let items: unknown = findDefinition(definitions, path[0]);
  for (const name of path.slice(1, -1)) items = isItems(items) ? findItem(items, name) : undefined;
  return isItems(items) ? items : undefined;
}

function findAt(definitions: Definitions, path: Path): unknown {
  if (path.length === 1) return rootItem(definitions, path[0]);
  const items = itemsAt(definitions, path);
  return items && findItem(items, path.at(-1)!);
}

/** An import that is no instance is defined by itself, in either spelling. */
function rootItem(definitions: Definitions, name: string): Items | undefined {
  return findDefinition(definitions, name) ?? (findItem(Object.fromEntries(definitions), name) as Items | undefined);
}

function rootFunction(
  definitions: Definitions,
  name: string,
  arity: number,
): { given: AnyFunction; call: AnyFunction } | undefined {
  const found = findDefinition(definitions, name);
  if (typeof found === "function") return { given: found as AnyFunction, call: found as AnyFunction };
  return findFunction(Object.fromEntries(definitions), name, arity);
}

function memberFunction(
  definitions: Definitions,
  path: Path,
  arity: number,
): { given: AnyFunction; call: AnyFunction } | undefined {
  const items = itemsAt(definitions, path);
  return items && findFunction(items, path.at(-1)!, arity);
}

function isItems(value: unknown): value is Items {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether the resource's functions are given one by one in WIT spelling: then any value may stand for the resource. */
function servesByFunctions(items: Items, resource: string): boolean {
  return Object.keys(items).some(
    (key) =>
      key === `[constructor]${resource}` ||
      key.startsWith(`[method]${resource}.`) ||
      key.startsWith(`[static]${resource}.`),
  );
}

function notFound(definitions: Definitions, path: Path, kind: string): string {
  const found = findAt(definitions, path);
  return found === undefined ? MISSING : `${kind} is needed, not ${describe(found)}`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Component) return "a Component";
  if (value instanceof WebAssembly.Module) return "a WebAssembly.Module";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * What a module lacks or asks for beyond `wanted`, by names and kinds: engines tell no more of a module, and check the
 * rest when it is instantiated.
 */
function moduleMismatch(module: WebAssembly.Module, wanted: CoreModuleType): string | undefined {
  const offered = new Map(wanted.imports.map((item) => [JSON.stringify([item.module, item.name]), item]));
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const given = offered.get(JSON.stringify([from, name]));
    if (given === undefined) return `the module imports "${from}" "${name}", which it is not given`;
    if (given.type.kind !== kind)
      return `the module imports "${from}" "${name}" as a ${kind}, and is given a ${given.type.kind}`;
  }
  const exports = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const { name, type } of wanted.exports) {
    const kind = exports.get(name);
    if (kind === undefined) return `the module does not export "${name}"`;
    if (kind !== type.kind) return `the module exports "${name}" as a ${kind}, not as a ${type.kind}`;
  }
  return undefined;
}
