/**
 * `Linker`: names what components may import, and instantiates them with it.
 *
 * A linker never changes: `define` returns a new one, so that one base can serve many. Its type accumulates what was
 * defined, for TypeScript to compare with a component's world.
 */
import type { ImportIndex } from "../plan/plan.ts";
import {
  type InstanceState,
  type Instantiation,
  instantiate,
  instantiateSync,
  type ResolvedImport,
} from "../runtime/instantiate.ts";
import { kindOf } from "../runtime/show.ts";
import type { Store as RuntimeStore } from "../runtime/store.ts";
import { type AsyncWorld, asyncWorldNow, loadAsyncWorld } from "./async-world.ts";
import { type Component, compiledOf, type Prepared, prepareOf, wrap } from "./component.ts";
import { Instance } from "./instance.ts";
import { givenFor, resolveImports } from "./resolve.ts";
import { guestDefined } from "./resource.ts";
import { type InstantiateOptions, storeOf } from "./store.ts";
import type { AnyWorld, Defined, Provided, World } from "./world.ts";

/** A component, what it is given, and where. */
interface Linked {
  readonly prepared: Prepared;
  readonly imports: readonly ResolvedImport[];
  /** Those of the imports that may return promises though their types are not `async`. */
  readonly waiting: ReadonlySet<ImportIndex>;
  readonly store: RuntimeStore;
}

/** Whether any call of the linked component may have to wait. */
const isAsync = ({ prepared, waiting }: Linked) => prepared.async || waiting.size > 0;

/** All that `instantiate` of the runtime is told. */
function instantiation({ prepared, imports, waiting, store }: Linked, world: AsyncWorld | undefined): Instantiation {
  return {
    plan: prepared.planned.plan,
    functions: prepared.functions(waiting, world?.codegen),
    modules: prepared.modules,
    imports,
    late: prepared.late,
    store,
    hostSide: guestDefined,
    async: world?.runtime,
  };
}

// Who has more serves where less is wanted, which `out` says: TypeScript does not see it for itself.
// biome-ignore lint/complexity/noBannedTypes: an object type without keys is what a new linker provides
export class Linker<out Given extends object = {}> {
  readonly #definitions: ReadonlyMap<string, object>;

  constructor(definitions: ReadonlyMap<string, object> = new Map()) {
    this.#definitions = definitions;
  }

  /**
   * A linker that has `items` under `name` besides what this one has; a later definition of a name replaces an earlier.
   *
   * `name` is an import's name as WIT spells it. For an interface (`"ns:pkg/iface@1.0.0"`, or any name of an instance),
   * `items` is an object of functions, resource classes, core modules, components and nested objects; for a function,
   * class, module or component imported by itself, it is that.
   */
  define<K extends string, V extends object>(name: K, items: V): Linker<Defined<Given, K, V>> {
    if (typeof name !== "string") throw new TypeError("the name of a definition is a string");
    if ((typeof items !== "object" && typeof items !== "function") || items === null) {
      throw new TypeError(`the definition of "${name}" is an object, a function or a class, not ${kindOf(items)}`);
    }
    if (items instanceof Instance) {
      throw new TypeError(`the definition of "${name}" is an Instance: pass its \`exports\`, or one of them`);
    }
    return new Linker(new Map([...this.#definitions, [name, items]]));
  }

  /**
   * Instantiates a component with what is defined.
   *
   * @throws ComponentError of phase `link`, listing all imports that are missing or of another type; of phase `trap`,
   * if a core module's start function traps. TypeError, if an option is misspelt.
   */
  async instantiate<W extends World = AnyWorld>(
    component: Component<W> & Provided<W, Given>,
    options: InstantiateOptions = {},
  ): Promise<Instance<W>> {
    const linked = this.#link(component, options);
    const world = isAsync(linked) ? await loadAsyncWorld() : undefined;
    const state = await instantiate(instantiation(linked, world));
    return this.#instance(component, linked.prepared, state);
  }

  /**
   * As `instantiate`, without waiting; engines may refuse large core modules on a page's main thread.
   *
   * @throws ComponentError, too, if the component has asynchronous functions, and no such component has been compiled or
   * instantiated before by an `await`
   */
  instantiateSync<W extends World = AnyWorld>(
    component: Component<W> & Provided<W, Given>,
    options: InstantiateOptions = {},
  ): Instance<W> {
    const linked = this.#link(component, options);
    const world = isAsync(linked) ? asyncWorldNow() : undefined;
    const state = instantiateSync(instantiation(linked, world));
    return this.#instance(component, linked.prepared, state);
  }

  #link(component: Component, options: InstantiateOptions): Linked {
    const store = storeOf(options);
    const compiled = compiledOf(component);
    const given = givenFor(compiled.closure, this.#definitions);
    let prepared = prepareOf(component, given);
    const { plan } = prepared.planned;
    const { imports, waiting } = resolveImports(plan, compiled.closure.component.type, this.#definitions);
    // Calls that may have to wait are tasks, of which adapters know nothing.
    if (waiting.size > 0) prepared = prepareOf(component, given, false);
    return { prepared, imports, waiting, store };
  }

  #instance<W extends World>(component: Component, prepared: Prepared, state: InstanceState): Instance<W> {
    const { making } = compiledOf(component);
    const { components } = prepared.planned;
    return new Instance<W>(state, (index) => wrap(components[index]!, making));
  }
}
