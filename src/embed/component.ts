/**
 * `Component`: bytes made ready to be instantiated any number of times.
 *
 * Decoding, validation and planning happen at once and are pure; the engine compiles the core modules meanwhile. What a
 * component needs to be given components or core modules for is planned when it is instantiated.
 */
import { getOrInsert } from "../abi/remembered.ts";
import { decodeComponent } from "../binary/component.ts";
import type { ByteRange, ComponentSyntax } from "../binary/definitions.ts";
import { type AsyncCodegen, compileFunctions } from "../codegen/compile.ts";
import { chooseTier, type Tier } from "../codegen/tier.ts";
import { ComponentError } from "../errors/component-error.ts";
import { isAsynchronousPlan } from "../plan/asynchronous.ts";
import {
  type ComponentClosure,
  capturedModuleImports, componentImports, type GivenComponents, type GivenModules, type PlannedComponent,
  planComponent,
} from "../plan/inline.ts"; // biome-ignore format: one list
import type { ImportIndex, Plan } from "../plan/plan.ts";
import type { FunctionTable } from "../runtime/functions.ts";
import type { Instantiation } from "../runtime/instantiate.ts";
import { kindOf } from "../runtime/show.ts";
import type { Feature } from "../validate/features.ts";
import { validateComponent } from "../validate/validate.ts";
import { loadAsyncWorld } from "./async-world.ts";
import { type CompileOptions, featuresOf } from "./compile-options.ts";
import { EarlyModules } from "./early-modules.ts";
import { fused } from "./fusing.ts";
import { type Extern, Reflection } from "./reflect.ts";
import { bytesOf, type ComponentBytes, type ComponentSource, isBytes, view } from "./source.ts";
import type { AnyWorld, World } from "./world.ts";

/** The engine's modules for a component binary: shared by every component that came out of it. */
export interface Binary {
  /** By offset of the module's first byte. */
  readonly modules: Map<number, WebAssembly.Module>;
  /** Of what is compiled when it is needed, if it is not yet. */
  readonly later?: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
}

/** How a component's functions are made. */
export interface Making {
  readonly tier: Tier;
  readonly fuse: boolean;
}

/** What `embed/` knows of a component, besides what it tells. */
export interface Compiled {
  readonly closure: ComponentClosure<Binary>;
  readonly making: Making;
}

/** Everything that is the same for all instances of a component (with the same components given for its imports). */
export interface Prepared {
  readonly planned: PlannedComponent<Binary>;
  /** Once all that the component consists of is compiled. */
  readonly modules: readonly WebAssembly.Module[];
  /** Makes adapters that are not made before they are called, if there are any. */
  readonly late: Instantiation["late"];
  /** Whether anything of the plan is asynchronous. */
  readonly async: boolean;
  /**
   * The functions, if those of the host's in `waiting` may return promises though their types are not `async`. `async` is
   * needed if there are any, or anything else is asynchronous.
   */
  readonly functions: (waiting: ReadonlySet<ImportIndex>, async: AsyncCodegen | undefined) => FunctionTable;
}

/** What a component has to be given before it can be planned. */
export interface Given {
  readonly components: GivenComponents<Binary>;
  readonly modules: GivenModules<Binary>;
}

let compiledOf: (component: Component) => Compiled;
let wrap: (closure: ComponentClosure<Binary>, making: Making) => Component;
/** `fuse`: whether calls between the components inside may be adapters; as it was compiled for by default. */
let prepareOf: (component: Component, given: Given, fuse?: boolean) => Prepared;

export class Component<W extends World = AnyWorld> {
  /** The world that the component was declared to have; exists for TypeScript only. */
  declare readonly world?: W;
  readonly #compiled: Compiled;
  #reflection: { imports: readonly Extern[]; exports: readonly Extern[] } | undefined;
  readonly #prepared: { fused?: Prepared; composed?: Prepared } = {};

  private constructor(compiled: Compiled) {
    if (compiled?.closure === undefined)
      throw new TypeError("components are made with `await Component.compile(bytes)`");
    this.#compiled = compiled;
  }

  static {
    compiledOf = (component: unknown) => {
      if (typeof component === "object" && component !== null && #compiled in component) return component.#compiled;
      throw new TypeError(`a Component is needed, not ${kindOf(component)}: \`await Component.compile(bytes)\``);
    };
    wrap = (closure, making) => new Component({ closure, making });
    prepareOf = (component, given, fuse) => component.#prepare(given, fuse);
  }

  /**
   * Decodes, validates and compiles a component.
   *
   * @throws ComponentError of phase `decode` or `validate`.
   */
  // Two signatures, so that a component without a world has none inferred for it from where it is used.
  static compile(source: ComponentSource, options?: CompileOptions): Promise<Component>;
  static compile<W extends World>(source: ComponentSource, options?: CompileOptions): Promise<Component<W>>;
  static async compile(source: ComponentSource, options: CompileOptions = {}): Promise<Component> {
    needWebAssembly();
    // From here to the last `WebAssembly.compile` nothing is awaited: the bytes that are checked are those compiled, and
    // those that were given, as for `WebAssembly.compile` itself.
    const early = new EarlyModules();
    const bytes = isBytes(source) ? view(source) : await bytesOf(source, early);
    early.advance(bytes, 0);
    early.finish();
    const { closure, ranges, used } = load(bytes, options);
    const compile = async (range: ByteRange): Promise<void> => {
      try {
        closure.source.modules.set(range.start, await early.get(range, bytes));
      } catch (error) {
        throw rejected(range, error);
      }
    };
    const compiled: Promise<unknown>[] = ranges.map(compile);
    const component = new Component({ closure, making: makingOf(options) });
    // The engine is busy, and JavaScript is not.
    compiled.push(component.#prepareEarly(asyncFeatures.some((feature) => used.has(feature))));
    await Promise.all(compiled);
    return component;
  }

  /**
   * As `compile`, without waiting; engines may refuse to compile large core modules so on a page's main thread.
   *
   * @throws ComponentError of phase `decode` or `validate`.
   */
  static compileSync(source: ComponentBytes, options?: CompileOptions): Component;
  static compileSync<W extends World>(source: ComponentBytes, options?: CompileOptions): Component<W>;
  static compileSync(source: ComponentBytes, options: CompileOptions = {}): Component {
    needWebAssembly();
    const bytes = view(source);
    const { closure, ranges } = load(bytes, options);
    for (const range of ranges) {
      try {
        closure.source.modules.set(range.start, new WebAssembly.Module(slice(bytes, range)));
      } catch (error) {
        throw rejected(range, error);
      }
    }
    return new Component({ closure, making: makingOf(options) });
  }

  /**
   * Returns if the bytes are a valid component, its core modules included.
   *
   * @throws ComponentError of phase `decode` or `validate`.
   */
  static validate(source: ComponentBytes, options: Pick<CompileOptions, "features"> = {}): void {
    needWebAssembly();
    const bytes = view(source);
    for (const range of load(bytes, options).ranges) {
      if (WebAssembly.validate(slice(bytes, range))) continue;
      try {
        new WebAssembly.Module(slice(bytes, range));
      } catch (error) {
        throw rejected(range, error);
      }
    }
  }

  /** What the component imports, in order. */
  get imports(): readonly Extern[] {
    return this.#describe().imports;
  }

  /** What the component exports, in order. */
  get exports(): readonly Extern[] {
    return this.#describe().exports;
  }

  #describe(): { imports: readonly Extern[]; exports: readonly Extern[] } {
    if (this.#reflection === undefined) {
      const { type } = this.#compiled.closure.component;
      const reflection = new Reflection();
      this.#reflection = {
        imports: reflection.externs(type.imports.values()),
        exports: reflection.externs(type.exports.values()),
      };
    }
    return this.#reflection;
  }

  #prepare(given: Given, fuse: boolean = this.#compiled.making.fuse): Prepared {
    const { closure, making } = this.#compiled;
    // What is given becomes part of the plan.
    const known: { fused?: Prepared; composed?: Prepared } = this.#needsMore() ? {} : this.#prepared;
    known.composed ??= prepared(planComponent(closure, given.components, given.modules), making.tier);
    if (!fuse) return known.composed;
    if (known.fused === undefined) {
      const plan = fused(known.composed.planned);
      known.fused = plan === undefined ? known.composed : prepared(plan.planned, making.tier, plan.late);
    }
    return known.fused;
  }

  /** Whether anything has to be given for it to be planned. */
  #needsMore(): boolean {
    const { component } = this.#compiled.closure;
    return componentImports(component).length + capturedModuleImports(component).length > 0;
  }

  /**
   * Does what the first instance would have to wait for. Whatever is wrong is told when one is made. `mayBeAsync`: whether
   * anything of the component is asynchronous, as far as that can be told without a plan.
   */
  async #prepareEarly(mayBeAsync: boolean): Promise<void> {
    try {
      if (this.#needsMore()) {
        if (mayBeAsync) await loadAsyncWorld();
        return;
      }
      const nothing: Given = { components: new Map(), modules: new Map() };
      const { planned, functions, async } = this.#prepare(nothing);
      if (!async) functions(new Set(), undefined);
      // What is small is compiled sooner than another thread begins to.
      const later = planned.sources.flatMap((source) =>
        Array.from(source.later ?? [], async ([start, bytes]) => {
          if (bytes.length < SMALL) moduleAt(source, start);
          else source.modules.set(start, await WebAssembly.compile(bytes));
        }),
      );
      const [world] = await Promise.all([async ? loadAsyncWorld() : undefined, ...later]);
      if (world !== undefined) functions(new Set(), world.codegen);
    } catch {}
  }
}

export { compiledOf, prepareOf, wrap };

/** So many bytes are compiled in about a millisecond. */
const SMALL = 1 << 15;

function moduleAt({ modules, later }: Binary, start: number): WebAssembly.Module {
  return getOrInsert(modules, start, () => new WebAssembly.Module(later!.get(start)!));
}

function prepared(planned: PlannedComponent<Binary>, tier: Tier, late?: Prepared["late"]): Prepared {
  let modules: readonly WebAssembly.Module[] | undefined;
  let async: boolean | undefined;
  return {
    planned,
    late,
    get async() {
      async ??= isAsynchronousPlan(planned.plan);
      return async;
    },
    functions: compiler(planned.plan, tier),
    get modules() {
      modules ??= planned.plan.modules.map(({ source, start }) => moduleAt(planned.sources[source]!, start));
      return modules;
    },
  };
}

/** Makes the functions of a plan, once for each set of functions that may wait. */
function compiler(plan: Plan, tier: Tier): Prepared["functions"] {
  const tables = new Map<string, FunctionTable>();
  return (waiting, async) => {
    return getOrInsert(tables, [...waiting].join(), () => compileFunctions(plan, tier, waiting, async));
  };
}

/** Policies take it away: of browsers, of devices that are locked down, of programs that may not make code. */
function needWebAssembly(): void {
  if (typeof WebAssembly === "object") return;
  throw new ComponentError("unsupported", "no-webassembly", "there is no WebAssembly");
}

interface Loaded {
  readonly closure: ComponentClosure<Binary>;
  readonly ranges: ByteRange[];
  /** The features of which the component has anything. */
  readonly used: ReadonlySet<Feature>;
}

/** Components that use these may have things that are loaded only for them. */
const asyncFeatures = ["async", "threads", "shared-everything-threads", "error-context"] as const satisfies Feature[];

function load(bytes: Uint8Array, options: CompileOptions): Loaded {
  const syntax = decodeComponent(bytes);
  const used = new Set<Feature>();
  const component = validateComponent(syntax, bytes, { features: featuresOf(options), used });
  const ranges = coreModules(syntax);
  return { closure: { component, environment: undefined, source: { modules: new Map() } }, ranges, used };
}

function makingOf({ tier, fuse = true }: CompileOptions): Making {
  return { tier: chooseTier(tier), fuse };
}

/** The byte ranges of all core modules, however deep. */
function coreModules(root: ComponentSyntax): ByteRange[] {
  const ranges: ByteRange[] = [];
  const pending = [root];
  for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
    for (const definition of component.definitions) {
      if (definition.kind === "core-module") ranges.push(definition.range);
      if (definition.kind === "component") pending.push(definition.component);
    }
  }
  return ranges;
}

function slice(bytes: Uint8Array, { start, end }: ByteRange): Uint8Array<ArrayBuffer> {
  return bytes.subarray(start, end) as Uint8Array<ArrayBuffer>;
}

function rejected({ start }: ByteRange, error: unknown): ComponentError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ComponentError(
    "validate",
    "core-module",
    `the engine rejects a core module: ${reason}`,
    { offset: start },
    { cause: error },
  );
}
