/**
 * Linking: for every leaf of what a component imports, what the embedder defined for it.
 *
 * All that is missing or of another type is collected before anything is said, so that one error tells the whole story.
 */
import { type ComponentClosure, capturedModuleImports, componentImports } from "../plan/inline.ts";
import type { ImportIndex, Plan, PlanImport } from "../plan/plan.ts";
import type { ResolvedImport } from "../runtime/instantiate.ts";
import { parseExternName } from "../types/names.ts";
import { type PrintOptions, printExternType, printType } from "../types/print.ts";
import type { AnyType, ComponentType, ExternDecl, ExternType } from "../types/types.ts";
import type { CoreModuleType } from "../wasm/types.ts";
import { isBlocking } from "./blocking.ts";
import { type Binary, Component, compiledOf, type Given } from "./component.ts";
import { type Fault, Faults, missing, type Path, undefinedName, wrong } from "./faults.ts";
import { functionType, wantsViews } from "./func.ts";
import {
  type FoundFunction, findClass, findDefinition, findFunction, findItem, findResource, type Items, itemKeys, Spelling,
} from "./items.ts"; // biome-ignore format: one list
import { didYouMean } from "./near.ts";
import { importedResource } from "./resource.ts";

type Definitions = ReadonlyMap<string, Items>;
type Scope = ReadonlyMap<string, ExternDecl>;

/** The embedder's answers. */
export interface Resolved {
  /** In the order of `plan.imports`. */
  readonly imports: readonly ResolvedImport[];
  /** The functions that may return promises though their types are not `async`. */
  readonly waiting: ReadonlySet<ImportIndex>;
}

/** @throws ComponentError of phase `link` */
export function resolveImports(plan: Plan, type: ComponentType, definitions: Definitions): Resolved {
  const resolver = new Resolver(type, definitions);
  const imports = plan.imports.map((leaf) => resolver.leaf(plan, leaf));
  resolver.faults.throw();
  const waiting = new Set<ImportIndex>();
  for (const [i, item] of imports.entries()) {
    if (item?.kind === "func" && item.waits) waiting.add(i as ImportIndex);
  }
  return { imports: imports as ResolvedImport[], waiting };
}

/**
 * What has to be known of the embedder's definitions before `closure` can be planned: components, which are inlined, and
 * core modules that components among the exports may refer to.
 *
 * @throws ComponentError of phase `link`
 */
export function givenFor({ component }: ComponentClosure<Binary>, definitions: Definitions): Given {
  const resolver = new Resolver(component.type, definitions);
  const components = new Map<string, ComponentClosure<Binary>>();
  const modules = new Map<string, Binary>();
  for (const { key, path } of componentImports(component)) {
    const found = resolver.component(path);
    if (found !== undefined) components.set(key, compiledOf(found).closure);
  }
  for (const { key, path } of capturedModuleImports(component)) {
    const found = resolver.module(path);
    if (found !== undefined) modules.set(key, { modules: new Map([[0, found]]), traits: new Map() });
  }
  resolver.faults.throw();
  return { components, modules };
}

/** Where a leaf is looked for, and how it is spelled there. */
interface Place {
  readonly items: Items;
  readonly spelling: Spelling;
}

class Resolver {
  readonly faults = new Faults();
  readonly #type: ComponentType;
  readonly #definitions: Definitions;
  /** Imports that are no instances are looked for among all definitions, in either spelling. */
  readonly #root: Items;
  readonly #spellings: Map<Scope, Spelling> = new Map();

  constructor(type: ComponentType, definitions: Definitions) {
    this.#type = type;
    this.#definitions = definitions;
    this.#root = Object.fromEntries(definitions);
  }

  /** What serves `leaf`; `undefined` if nothing does, which is noted. */
  leaf(plan: Plan, leaf: PlanImport): ResolvedImport | undefined {
    switch (leaf.kind) {
      case "func":
        return this.#func(leaf.path, plan.funcTypes[leaf.type]!.params.length);
      case "resource":
        return this.#resource(leaf.path);
      case "core-module": {
        const module = this.module(leaf.path);
        return module && { kind: "core-module", module };
      }
    }
  }

  component(path: Path): Component | undefined {
    const place = this.#place(path);
    const found = place && this.#item(place, path);
    if (found instanceof Component) return found;
    if (place !== undefined) this.#note(this.#notFound(place, path, "component", "a Component", found));
    return undefined;
  }

  module(path: Path): WebAssembly.Module | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const found = this.#item(place, path);
    const wanted = this.#wanted(path);
    if (!(found instanceof WebAssembly.Module)) {
      return this.#note(this.#notFound(place, path, this.#print(path), "a WebAssembly.Module", found));
    }
    const mismatch = wanted.kind === "core-module" ? moduleMismatch(found, wanted.type) : undefined;
    return mismatch === undefined ? found : this.#note(wrong(path, this.#print(path), mismatch));
  }

  #func(path: Path, arity: number): ResolvedImport | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const found = this.#rootFunction(path) ?? findFunction(place.items, path.at(-1)!, arity, place.spelling);
    if (found === undefined) return this.#note(this.#noFunction(place, path));
    const wanted = this.#wanted(path);
    const type = functionType(found.given);
    if (type !== undefined && wanted.kind === "func" && printType(type) !== printType(wanted.type)) {
      return this.#note(wrong(path, printExternType(wanted), `what is defined for it is a ${printType(type)}`));
    }
    // Functions of an `async` type may return promises anyway.
    const waits = wanted.kind === "func" && !wanted.type.async && isBlocking(found.given);
    return { kind: "func", func: found.call as never, views: wantsViews(found.given), waits };
  }

  /** A function that is imported by itself, and defined so, belongs to no object. */
  #rootFunction(path: Path): FoundFunction | undefined {
    const found = path.length === 1 ? findDefinition(this.#definitions, path[0]) : undefined;
    return typeof found === "function" ? { given: found as never, call: found as never } : undefined;
  }

  #resource(path: Path): ResolvedImport | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const { items, spelling } = place;
    const name = path.at(-1)!;
    const Class = findClass(items, name, spelling);
    if (Class !== undefined || servesByFunctions(items, name)) {
      return { kind: "resource", type: importedResource(name, Class) };
    }
    const found = findResource(items, name, spelling);
    return this.#note(this.#notFound(place, path, "resource", "a class", found, spelling.classKey(name)));
  }

  /** Where the last name of `path` is to be looked for; `undefined` if that is missing itself, which is noted. */
  #place(path: Path): Place | undefined {
    let scope: Scope = this.#type.imports;
    let items: unknown = this.#root;
    for (const [depth, name] of path.slice(0, -1).entries()) {
      const before: Place = { items: items as Items, spelling: this.#spelling(scope) };
      items = depth === 0 ? findDefinition(this.#definitions, name) : findItem(before.items, name, before.spelling);
      if (!isItems(items)) {
        return this.#note(this.#notFound(before, path.slice(0, depth + 1) as never, "instance", "an object", items));
      }
      const type = scope.get(name)!.type;
      if (type.kind === "instance") scope = type.type.exports;
    }
    return { items: items as Items, spelling: this.#spelling(scope) };
  }

  #item({ items, spelling }: Place, path: Path): unknown {
    const definition = path.length === 1 ? findDefinition(this.#definitions, path[0]) : undefined;
    return definition ?? findItem(items, path.at(-1)!, spelling);
  }

  #spelling(scope: Scope): Spelling {
    let spelling = this.#spellings.get(scope);
    if (spelling === undefined) {
      spelling = new Spelling(scope);
      this.#spellings.set(scope, spelling);
    }
    return spelling;
  }

  /** The declarations among which the last name of `path` is. The plan was made from these types, so they are there. */
  #scope(path: Path): Scope {
    let scope: Scope = this.#type.imports;
    for (const name of path.slice(0, -1)) {
      const type = scope.get(name)!.type;
      if (type.kind === "instance") scope = type.type.exports;
    }
    return scope;
  }

  #wanted(path: Path): ExternType {
    return this.#scope(path).get(path.at(-1)!)!.type;
  }

  /** The type at `path`, with other types by the names that they have there. */
  #print(path: Path): string {
    return printExternType(this.#wanted(path), namesIn(this.#scope(path)));
  }

  // ---- What is said

  #note(fault: Fault | undefined): undefined {
    if (fault !== undefined) this.faults.add(fault);
  }

  #notFound(
    place: Place,
    path: Path,
    wanted: string,
    needed: string,
    found: unknown,
    key = place.spelling.key(path.at(-1)!),
  ): Fault {
    if (found !== undefined) return wrong(path, wanted, `${needed} is needed, not ${describe(found)}`);
    if (path.length === 1) return undefinedName(path, wanted, [...this.#definitions.keys()]);
    return missing(path, wanted, lacks(place.items, "", path.at(-1)!, key));
  }

  /** What to say of a function; nothing if its class is missing, of which that is said. */
  #noFunction(place: Place, path: Path): Fault | undefined {
    const { items, spelling } = place;
    const name = path.at(-1)!;
    const text = this.#print(path);
    const parsed = parseExternName(name);
    if (typeof parsed === "string" || !("resource" in parsed)) {
      return this.#notFound(place, path, text, "a function", this.#item(place, path));
    }
    if (this.faults.has([...path.slice(0, -1), parsed.resource])) return undefined;
    const Class = findClass(items, parsed.resource, spelling);
    const key = spelling.classKey(parsed.resource);
    if (Class === undefined || parsed.kind === "constructor") return missing(path, text, lacks(items, "", name, key));
    const isStatic = parsed.kind === "static";
    const what = isStatic ? `class ${key} has no static method` : `class ${key} has no method`;
    return missing(path, text, lacks(isStatic ? Class : Class.prototype, what, name, spelling.memberKey(name)));
  }
}

/** `items` has nothing for `name`, neither as WIT spells it nor under `key`. */
function lacks(items: Items, what: string, name: string, key: string): string {
  const near = didYouMean(
    key,
    itemKeys(items).filter((other) => other !== key),
  );
  const spellings = key === name ? `"${key}"` : `"${key}" or "${name}"`;
  const problem = what === "" ? `nothing is defined for it, under ${spellings}` : `${what} "${key}"`;
  return near === undefined ? problem : `${problem}; ${near}`;
}

/** How much of a type is told in an error. */
const MAX_TYPE_LENGTH = 200;

/** Types that WIT names, by their names in `scope`. */
function namesIn(scope: Scope): PrintOptions {
  const names = new Map<AnyType, string>();
  for (const { name, type } of scope.values()) {
    if (type.kind === "type" && isNamed(type.type) && !names.has(type.type)) names.set(type.type, name);
  }
  return { names: (type) => names.get(type.kind === "own" ? type.resource : type), maxLength: MAX_TYPE_LENGTH };
}

function isNamed({ kind }: AnyType): boolean {
  return kind === "record" || kind === "variant" || kind === "enum" || kind === "flags" || kind === "resource";
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

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Component) return "a Component";
  if (value instanceof WebAssembly.Module) return "a WebAssembly.Module";
  if (typeof value === "function") {
    return value.prototype === undefined ? "an arrow function, which has no prototype" : "a function";
  }
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
