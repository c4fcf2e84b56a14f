/**
 * Linking: for every leaf of what a component imports, what the embedder defined for it.
 *
 * All that is missing or of another type is collected before anything is said, so that one error tells the whole story.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { type ComponentClosure, capturedModuleImports, componentImports } from "../plan/inline.ts";
import type { ImportIndex, Plan, PlanImport } from "../plan/plan.ts";
import type { ResolvedImport } from "../runtime/instantiate.ts";
import { kindOf, quoted } from "../runtime/show.ts";
import { parseExternName } from "../types/names.ts";
import { type PrintOptions, printExternType, printType } from "../types/print.ts";
import { isSameType } from "../types/shape.ts";
import type { AnyType, ComponentType, ExternDecl, ExternType } from "../types/types.ts";
import type { CoreModuleType } from "../wasm/types.ts";
import { isBlocking } from "./blocking.ts";
import { cancellableForm } from "./cancellable.ts";
import { type Binary, Component, compiledOf, type Given } from "./component.ts";
import { Faults, type Path } from "./faults.ts";
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
  const imports = plan.imports.map((leaf) => resolver.leaf(leaf));
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
    if (found !== undefined) modules.set(key, { modules: new Map([[0, found]]) });
  }
  resolver.faults.throw();
  return { components, modules };
}

/** Where an import is looked for. */
interface Place {
  readonly path: Path;
  readonly name: string;
  /** What the embedder gave that may have it. */
  readonly items: Items;
  /** The declarations among which it is. The plan was made from these types, so it is there. */
  readonly scope: Scope;
  /** How names of these declarations are spelled in JavaScript. */
  readonly spelling: Spelling;
}

class Resolver {
  readonly faults = new Faults();
  readonly #type: ComponentType;
  readonly #definitions: Definitions;
  /** All definitions as one object, for those that are in JavaScript's spelling. */
  readonly #root: Items;
  readonly #spellings: Map<Scope, Spelling> = new Map();
  /** How types are told that have names in a scope. */
  readonly #printing: Map<Scope, PrintOptions> = new Map();

  constructor(type: ComponentType, definitions: Definitions) {
    this.#type = type;
    this.#definitions = definitions;
    this.#root = Object.fromEntries(definitions);
  }

  /** What serves `leaf`; `undefined` if nothing does, which is noted. */
  leaf(leaf: PlanImport): ResolvedImport | undefined {
    switch (leaf.kind) {
      case "func":
        return this.#func(leaf.path);
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
    const found = place && this.#find(place);
    if (place === undefined || found instanceof Component) return found as Component | undefined;
    return this.#notFound(place, "component", "a Component", found);
  }

  module(path: Path): WebAssembly.Module | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const found = this.#find(place);
    if (!(found instanceof WebAssembly.Module)) {
      return this.#notFound(place, this.#print(place), "a WebAssembly.Module", found);
    }
    const mismatch = moduleMismatch(found, wantedOf(place).type as CoreModuleType);
    return mismatch === undefined ? found : this.faults.add("wrong-import", path, this.#print(place), mismatch);
  }

  #func(path: Path): ResolvedImport | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const { name, items, spelling } = place;
    // A function that is imported by itself, and defined so, belongs to no object.
    const own = path.length === 1 ? findDefinition(this.#definitions, name) : undefined;
    const found: FoundFunction | undefined =
      typeof own === "function" ? { given: own as never, call: own as never } : findFunction(items, name, spelling);
    if (found === undefined) return this.#noFunction(place);
    const wanted = wantedOf(place) as Extract<ExternType, { readonly kind: "func" }>;
    const wrong = (defined: string) =>
      this.faults.add("wrong-import", path, printExternType(wanted), `what is defined for it is ${defined}`);
    const type = functionType(found.given);
    if (type !== undefined && !isSameType(type, wanted.type)) return wrong(`a ${printType(type)}`);
    const form = cancellableForm(found.given);
    // Functions of an `async` type may return promises anyway.
    const isSync = !wanted.type.async;
    if (form !== undefined && isSync) {
      return wrong("marked as `cancellable`, which only functions of an `async` type can be");
    }
    const waits = isSync && isBlocking(found.given);
    const checks = type !== undefined;
    const signalled = (form === found.given ? found.call : form) as never;
    const views = wantsViews(found.given);
    return { kind: "func", func: found.call as never, views, waits, signalled, checks };
  }

  #resource(path: Path): ResolvedImport | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    const { name, items, spelling } = place;
    const Class = findClass(items, name, spelling);
    if (Class !== undefined || servesByFunctions(items, name)) {
      return { kind: "resource", type: importedResource(name, Class) };
    }
    const found = findResource(items, name, spelling);
    return this.#notFound(place, "resource", "a class", found, spelling.classKey(name));
  }

  /** Where the last name of `path` is to be looked for; `undefined` if an instance around it is missing, which is noted. */
  #place([first, ...rest]: Path): Place | undefined {
    let place = this.#placed([first], first, this.#root, this.#type.imports);
    for (const name of rest) {
      const items = this.#find(place);
      if (!isItems(items)) return this.#notFound(place, "instance", "an object", items);
      const type = wantedOf(place);
      const scope = type.kind === "instance" ? type.type.exports : place.scope;
      place = this.#placed([...place.path, name], name, items, scope);
    }
    return place;
  }

  #placed(path: Path, name: string, items: Items, scope: Scope): Place {
    const spelling = getOrInsert(this.#spellings, scope, () => new Spelling(scope));
    return { path, name, items, scope, spelling };
  }

  #find({ path, name, items, spelling }: Place): unknown {
    const definition = path.length === 1 ? findDefinition(this.#definitions, name) : undefined;
    return definition ?? findItem(items, name, spelling);
  }

  // ---- What is said

  /** The type of an import, with other types by the names that they have there. */
  #print(place: Place): string {
    return printExternType(wantedOf(place), getOrInsert(this.#printing, place.scope, namesIn));
  }

  #notFound(
    { path, name, items, spelling }: Place,
    wanted: string,
    needed: string,
    found: unknown,
    key: string = spelling.key(name),
  ): undefined {
    if (found !== undefined) {
      return this.faults.add("wrong-import", path, wanted, `${needed} is needed, not ${describe(found)}`);
    }
    const problem = path.length === 1 ? this.#undefinedName(name) : this.#lacks(items, "", name, key);
    return this.faults.add("missing-import", path, wanted, problem);
  }

  /** What to say of a function; nothing if its class is missing, of which that is said. */
  #noFunction(place: Place): undefined {
    const { path, name, items, spelling } = place;
    const text = this.#print(place);
    const parsed = parseExternName(name);
    if (typeof parsed === "string" || !("resource" in parsed)) {
      return this.#notFound(place, text, "a function", this.#find(place));
    }
    if (this.faults.has([...path.slice(0, -1), parsed.resource])) return undefined;
    const Class = findClass(items, parsed.resource, spelling);
    const key = spelling.classKey(parsed.resource);
    const isStatic = parsed.kind === "static";
    const problem =
      Class === undefined || parsed.kind === "constructor"
        ? this.#lacks(items, "", name, key)
        : this.#lacks(
            isStatic ? Class : Class.prototype,
            `class ${key} has no ${isStatic ? "static " : ""}method`,
            name,
            spelling.memberKey(name),
          );
    return this.faults.add("missing-import", path, text, problem);
  }

  /** Nothing is defined under `name`: what is under like names. */
  #undefinedName(name: string): string {
    const at = name.indexOf("@");
    const defined = [...this.#definitions.keys()];
    const versions = at < 0 ? [] : defined.filter((other) => other.startsWith(name.slice(0, at + 1)));
    return this.#withHint("nothing is defined for it", () =>
      versions.length > 0
        ? `only ${quoted(versions, "and")}, which is not compatible with it`
        : didYouMean(name, defined),
    );
  }

  /** `items` has nothing for `name`, neither as WIT spells it nor under `key`. */
  #lacks(items: Items, what: string, name: string, key: string): string {
    const spellings = key === name ? `"${key}"` : `"${key}" or "${name}"`;
    const problem = what === "" ? `nothing is defined for it, under ${spellings}` : `${what} "${key}"`;
    return this.#withHint(problem, () =>
      didYouMean(
        key,
        itemKeys(items).filter((other) => other !== key),
      ),
    );
  }

  #withHint(problem: string, hint: () => string | undefined): string {
    const told = this.faults.size < MAX_HINTS ? hint() : undefined;
    return told === undefined ? problem : `${problem}; ${told}`;
  }
}

function wantedOf({ scope, name }: Place): ExternType {
  return scope.get(name)!.type;
}

/** Of so many faults it is told what may have been meant; a hostile component may have a million. */
const MAX_HINTS = 20;

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

/** Whether something may be found in `value`. */
function isItems(value: unknown): value is Items {
  if (value instanceof Component || value instanceof WebAssembly.Module) return false;
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
  if (value instanceof Component) return "a Component";
  const isArrow = typeof value === "function" && value.prototype === undefined;
  return isArrow ? "an arrow function, which has no prototype" : kindOf(value);
}

/**
 * What a module lacks or asks for beyond `wanted`, by names and kinds: engines tell no more of a module, and check the
 * rest when it is instantiated.
 */
function moduleMismatch(module: WebAssembly.Module, wanted: CoreModuleType): string | undefined {
  const offered = new Map(wanted.imports.map((item) => [JSON.stringify([item.module, item.name]), engineKind(item)]));
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const given = offered.get(JSON.stringify([from, name]));
    const problem = `the module imports "${from}" "${name}"`;
    if (given === undefined) return `${problem}, which it is not given`;
    if (given !== kind) return `${problem} as a ${kind}, and is given a ${given}`;
  }
  const exports = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const item of wanted.exports) {
    const kind = exports.get(item.name);
    if (kind === undefined) return `the module does not export "${item.name}"`;
    if (kind !== engineKind(item))
      return `the module exports "${item.name}" as a ${kind}, not as a ${engineKind(item)}`;
  }
  return undefined;
}

/** The kind of an import or export as engines call it. */
function engineKind({ type: { kind } }: CoreModuleType["exports"][number]): string {
  return kind === "func" ? "function" : kind;
}
