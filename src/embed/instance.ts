/**
 * `Instance`: what an instantiated component exports, under names that suit JavaScript and under those of WIT.
 *
 * Each export is made when it is first asked for.
 */
import { camelCase, keysOf, pascalCase } from "../abi/js-names.ts";
import { remembered } from "../abi/remembered.ts";
import { ComponentError } from "../errors/component-error.ts";
import type { Export, FuncDef, FuncTypeIndex, ResourceIndex } from "../plan/plan.ts";
import { typesOf } from "../plan/types.ts";
import type { InstanceState } from "../runtime/instantiate.ts";
import { once } from "../runtime/once.ts";
import type { Rep } from "../runtime/resources.ts";
import { kindOf, quoted } from "../runtime/show.ts";
import { parseExternName } from "../types/names.ts";
import { blocking } from "./blocking.ts";
import { cancellableForm, setCancellableForm } from "./cancellable.ts";
import type { Component } from "./component.ts";
import { type AnyFunction, Func, methodOf, setFunctionType, views } from "./func.ts";
import { didYouMean } from "./near.ts";
import { classOf, GuestDefined, type GuestMembers } from "./resource.ts";
import type { AnyWorld, World } from "./world.ts";

type FuncExport = Extract<Export, { readonly kind: "func" }>;
type FuncInfo = { readonly name: string; readonly func: FuncDef; readonly type: FuncTypeIndex };

export class Instance<W extends World = AnyWorld> {
  /**
   * Functions in camel case, interfaces under their names (and where they are unambiguous, under the name without the
   * version and under that of the interface alone in camel case), resources as classes, core modules as
   * `WebAssembly.Module`, components as `Component`.
   */
  readonly exports: W["exports"];
  readonly #state: InstanceState;

  /** Made by `Linker.instantiate`. */
  constructor(state: InstanceState, component: (index: number) => Component) {
    this.#state = state;
    setMembers(state);
    this.exports = exportsObject(state, component, state.plan.exports) as W["exports"];
  }

  /**
   * A function by its exact WIT name: `func("do-it")`, `func("ns:pkg/iface@1.0.0", "do-it")`, `func("[method]thing.do-it")`.
   * Interfaces have the same shorter names as in `exports`.
   *
   * @throws ComponentError if there is none
   */
  func(...path: [string, ...string[]]): Func {
    const state = this.#state;
    const { name, func, type } = findFunction(state.plan.exports, path);
    return new Func(
      name,
      exportedFunction(state, { name, func, type }),
      state.promisingFunc(func),
      () => state.readingFunc(func),
      () => typesOf(state.plan).func(state.plan.funcTypes[type]!),
    );
  }
}

// ---- By WIT name

/** The same for all instances. */
const byName: (scope: readonly Export[]) => ReadonlyMap<string, Export> = remembered(
  (scope) => new Map(scope.map((item) => [item.name, item])),
);

function findFunction(exports: readonly Export[], path: readonly string[]): FuncExport {
  let scope = exports;
  for (const [depth, name] of path.entries()) {
    if (typeof name !== "string") throw new TypeError(`a function is found by its names, not by ${kindOf(name)}`);
    const last = depth === path.length - 1;
    const found = byName(scope).get(name) ?? (last ? undefined : byAlias(scope, name));
    if (found?.kind === "func" && last) return found;
    if (found?.kind === "instance" && !last) scope = found.exports;
    else throw notFound(scope, path.slice(0, depth), name, last ? "func" : "instance", found);
  }
  throw new TypeError("a function is found by its names, and none was given");
}

/** The instance that has `name` besides its own, as in `exports`: the only one. */
function byAlias(scope: readonly Export[], name: string): Export | undefined {
  const found = scope.filter((item) => item.kind === "instance" && [keyOf(item), ...aliasesOf(item)].includes(name));
  return found.length === 1 ? found[0] : undefined;
}

const kindNames = { func: "function", instance: "instance" } as const;

function notFound(
  scope: readonly Export[],
  path: readonly string[],
  name: string,
  kind: keyof typeof kindNames,
  found: Export | undefined,
): ComponentError {
  const what = kindNames[kind];
  const problem = found === undefined ? `there is no exported ${what} "${name}"` : `the export "${name}" is no ${what}`;
  return new ComponentError("call", "unknown-export", `${problem}; ${offers(scope, name, kind)}`, { path });
}

/** Names like the one that was asked for, else all that there are, but not too many. */
function offers(scope: readonly Export[], wanted: string, kind: Export["kind"]): string {
  const names = scope.filter((item) => item.kind === kind).map(({ name }) => name);
  const inside = scope.find((item) => item.kind === "instance" && item.exports.some(({ name }) => name === wanted));
  if (kind === "func" && inside !== undefined) return `there is one in "${inside.name}"`;
  if (names.length === 0) return `it exports no ${kind === "func" ? "functions" : "instances"}`;
  return didYouMean(wanted, names) ?? `there is ${quoted(names, "and")}`;
}

// ---- By JavaScript name

/**
 * The prototype of objects of exports: no name is there that a component did not export. (Objects without any prototype
 * are twice as slow, for engines take them for dictionaries.)
 */
const nothing: object = Object.freeze(Object.create(null));

/** Of more exports than that a dictionary is made: engines take a time that grows with the square to change its shape. */
const MANY_EXPORTS = 100;

type MakeComponent = (index: number) => Component;

/** An object with what is exported, each made when it is first asked for. */
function exportsObject(state: InstanceState, component: MakeComponent, exports: readonly Export[]): object {
  const target = Object.create(exports.length > MANY_EXPORTS ? null : nothing) as object;
  const { keys, aliases } = spellings(exports);
  for (const [i, item] of exports.entries()) {
    const make = item.name.startsWith("[") ? undefined : maker(state, component, item);
    if (make === undefined) continue;
    const get = once(make);
    defineLazily(target, keys[i]!, get, true);
    for (const alias of aliases[i]!) defineLazily(target, alias, get, false);
  }
  return target;
}

/** What exports are called in JavaScript. */
interface Spellings {
  /** Undefined for functions of resources, which are in their classes. */
  readonly keys: readonly string[];
  readonly aliases: readonly (readonly string[])[];
}

/** The same for all instances. */
const spellings: (exports: readonly Export[]) => Spellings = remembered((exports) => {
  const keys = keysOf(
    exports.map(({ name }) => name),
    (_, i) => keyOf(exports[i]!),
  );
  const taken = new Set(keys);
  const all = exports.map(aliasesOf);
  const count = new Map<string, number>();
  for (const alias of all.flat()) count.set(alias, (count.get(alias) ?? 0) + 1);
  const aliases = all.map((of) => of.filter((alias) => count.get(alias) === 1 && !taken.has(alias)));
  return { keys, aliases };
});

/** A property that becomes a plain one when it is first read: getters are slow to call, and unreadable when printed. */
function defineLazily(target: object, key: string, make: () => unknown, enumerable: boolean): void {
  const get = () => {
    const value = make();
    Object.defineProperty(target, key, { value, enumerable });
    return value;
  };
  Object.defineProperty(target, key, { get, enumerable, configurable: true });
}

/** The name of an export in JavaScript; functions of resources have no other, for they are in its class. */
function keyOf({ kind, name }: Export): string {
  if (name.includes(":")) return name;
  return kind === "resource" ? pascalCase(name) : camelCase(name);
}

/** Other names under which an instance may be found. */
function aliasesOf({ kind, name }: Export): string[] {
  if (kind !== "instance") return [];
  const parsed = parseExternName(name, { nested: true, canonicalVersions: true });
  if (typeof parsed === "string") return [];
  if (parsed.kind === "label") return [name];
  if (parsed.kind !== "interface") return [];
  return [name.split("@")[0]!, camelCase(parsed.projections.at(-1)!)];
}

/** What makes the value of an export; `undefined` if there is none at run time. */
function maker(state: InstanceState, component: MakeComponent, item: Export): (() => unknown) | undefined {
  switch (item.kind) {
    case "func":
      return () => exportedFunction(state, item);
    case "instance":
      return () => exportsObject(state, component, item.exports);
    case "core-module":
      return () => state.module(item.module);
    case "resource": {
      const type = state.resources[item.resource]!;
      return type.host instanceof GuestDefined || classOf(type) !== undefined ? () => classOf(type) : undefined;
    }
    case "component":
      return () => component(item.component);
    case "type":
    case "other-type":
      return undefined;
  }
}

/** A function as the host calls it. Its type is remembered, and if it is the host's own, how that was marked. */
function exportedFunction(state: InstanceState, { func, type }: FuncInfo): AnyFunction {
  const call = state.func(func);
  if (func.from === "import") {
    const given = state.imported(func.import);
    if (given.checks) return call;
    if (given.views) views(call);
    if (given.waits) blocking(call);
    if (given.signalled !== undefined) setCancellableForm(call, call);
  }
  setFunctionType(call, state.plan, type);
  const { async, params } = state.plan.funcTypes[type]!;
  if (async) {
    const promise = state.promisingFunc(func);
    const withSignal = (...args: unknown[]) =>
      promise(args.slice(0, params.length), { signal: args[params.length] as AbortSignal | undefined });
    setCancellableForm(call, withSignal);
  }
  return call;
}

// ---- Classes of resources

/** Tells the class of each resource that the component defines which of the exported functions are its own. */
function setMembers(state: InstanceState): void {
  for (const [index, { host }] of state.resources.entries()) {
    const own = state.plan.resources[index]!.kind === "defined";
    if (own && host instanceof GuestDefined)
      host.setMembers(once(() => membersOf(state, host, index as ResourceIndex)));
  }
}

/** The functions of a resource: of the first exported scope in which it has some, under the name that it has there. */
function membersOf(state: InstanceState, host: GuestDefined, resource: ResourceIndex): GuestMembers {
  const scopes: (readonly Export[])[] = [state.plan.exports];
  let members: GuestMembers | undefined;
  for (let scope = scopes.shift(); scope !== undefined && members === undefined; scope = scopes.shift()) {
    for (const item of scope) {
      if (item.kind === "instance") scopes.push(item.exports);
      if (item.kind === "resource" && item.resource === resource) members ??= membersIn(state, host, scope, item.name);
    }
  }
  return members ?? { construct: undefined, methods: new Map(), statics: new Map() };
}

function membersIn(
  state: InstanceState,
  host: GuestDefined,
  scope: readonly Export[],
  resource: string,
): GuestMembers | undefined {
  let construct: GuestMembers["construct"];
  const methods = new Map<string, AnyFunction>();
  const statics = new Map<string, AnyFunction>();
  for (const item of scope) {
    if (item.kind !== "func" || !item.name.startsWith("[")) continue;
    const parsed = parseExternName(item.name);
    if (typeof parsed === "string" || !("resource" in parsed) || parsed.resource !== resource) continue;
    if (parsed.kind === "constructor") {
      construct = constructing(state, host, item);
      continue;
    }
    const call = exportedFunction(state, item);
    switch (parsed.kind) {
      case "method": {
        const method = methodOf(call);
        setFunctionType(method, state.plan, item.type);
        setCancellableForm(method, cancellableForm(call));
        methods.set(parsed.member, method);
        break;
      }
      case "static":
        statics.set(parsed.member, call);
    }
  }
  if (construct === undefined && methods.size === 0 && statics.size === 0) return undefined;
  return { construct, methods: spelledOut(methods), statics: spelledOut(statics) };
}

/** What a constructor gives, as a representation. */
function constructing(
  state: InstanceState,
  host: GuestDefined,
  item: FuncInfo,
): NonNullable<GuestMembers["construct"]> {
  const { plan } = state;
  const { result } = plan.funcTypes[item.type]!;
  const gives = result !== undefined && plan.types[result]!.kind === "own" ? state.owningFunc(item.func) : undefined;
  if (gives !== undefined) return gives as (...args: unknown[]) => Rep;
  const call = exportedFunction(state, item) as (...args: unknown[]) => unknown;
  return (...args) => host.toOwn(call(...args));
}

/** Functions by their names in JavaScript. */
function spelledOut(members: ReadonlyMap<string, AnyFunction>): ReadonlyMap<string, AnyFunction> {
  const keys = keysOf([...members.keys()]);
  return new Map([...members.values()].map((member, i) => [keys[i]!, member]));
}
