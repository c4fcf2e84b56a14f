/**
 * `Component`: bytes made ready to be instantiated any number of times.
 *
 * Decoding, validation and planning happen at once and are pure; the engine compiles the core modules meanwhile.
 * Functions are generated when the component is first instantiated.
 */
import { decodeComponent } from "../binary/component.ts";
import type { ByteRange, ComponentSyntax } from "../binary/definitions.ts";
import { compileFunctions } from "../codegen/compile.ts";
import { chooseTier, type Tier } from "../codegen/tier.ts";
import { ComponentError } from "../errors/component-error.ts";
import { type ModuleTraits, moduleTraits } from "../fuse/traits.ts";
import {
  type ComponentClosure,
  capturedModuleImports, componentImports, type GivenComponents, type GivenModules, type Planned,
  planComponent,
} from "../plan/inline.ts"; // biome-ignore format: one list
import type { FunctionTable } from "../runtime/functions.ts";
import { allFeatures, defaultFeatures, type Feature, type FeatureSet, isFeature } from "../validate/features.ts";
import { validateComponent } from "../validate/validate.ts";
import { fused } from "./fusing.ts";
import { type Extern, Reflection } from "./reflect.ts";
import type { AnyWorld, World } from "./world.ts";

export interface CompileOptions {
  /** Proposals to allow beyond what has shipped, by the names of `validate/features.ts`, or `"all"`. */
  readonly features?: "all" | readonly Feature[];
  /**
   * How functions are made: `"jit"` with `new Function`, `"evaluate"` with closures, for hosts whose security policy
   * forbids the former. By default `"jit"` where a probe shows that it is allowed. With `"evaluate"` nothing is probed.
   */
  readonly tier?: Tier;
  /**
   * Whether calls between the components inside become core WebAssembly, where the engine can: true by default. Nothing but
   * speed depends on it.
   */
  readonly fuse?: boolean;
}

/** A component's bytes, or a download of them. */
export type ComponentSource = ComponentBytes | Response | Promise<Response>;

/** Bytes, or a view of bytes. */
export type ComponentBytes = ArrayBufferLike | ArrayBufferView;

/** The engine's modules for a component binary: shared by every component that came out of it. */
export interface Binary {
  /** By offset of the module's first byte. */
  readonly modules: Map<number, WebAssembly.Module>;
  /** Likewise. Not of modules that the embedder supplied. */
  readonly traits: Map<number, ModuleTraits>;
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
  readonly planned: Planned<Binary>;
  readonly functions: FunctionTable;
  readonly modules: readonly WebAssembly.Module[];
}

/** What a component has to be given before it can be planned. */
export interface Given {
  readonly components: GivenComponents<Binary>;
  readonly modules: GivenModules<Binary>;
}

let compiledOf: (component: Component) => Compiled;
let wrap: (closure: ComponentClosure<Binary>, making: Making) => Component;
let prepareOf: (component: Component, given: Given) => Prepared;

export class Component<W extends World = AnyWorld> {
  /** The world that the component was declared to have; exists for TypeScript only. */
  declare readonly world?: W;
  readonly #compiled: Compiled;
  #reflection: { imports: readonly Extern[]; exports: readonly Extern[] } | undefined;
  #prepared: Prepared | undefined;

  private constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  static {
    compiledOf = (component) => component.#compiled;
    wrap = (closure, making) => new Component({ closure, making });
    prepareOf = (component, given) => component.#prepare(given);
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
    // From here to the last `WebAssembly.compile` nothing is awaited: the bytes that are checked are those compiled.
    const bytes = await bytesOf(source);
    const { closure, ranges } = load(bytes, options);
    const compile = async (range: ByteRange): Promise<void> => {
      try {
        closure.source.modules.set(range.start, await WebAssembly.compile(slice(bytes, range)));
      } catch (error) {
        throw rejected(range, error);
      }
    };
    await Promise.all(ranges.map(compile));
    return new Component({ closure, making: makingOf(options) });
  }

  /**
   * As `compile`, without waiting; engines may refuse to compile large core modules so on a page's main thread.
   *
   * @throws ComponentError of phase `decode` or `validate`.
   */
  static compileSync(source: ComponentBytes, options?: CompileOptions): Component;
  static compileSync<W extends World>(source: ComponentBytes, options?: CompileOptions): Component<W>;
  static compileSync(source: ComponentBytes, options: CompileOptions = {}): Component {
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

  #prepare({ components, modules }: Given): Prepared {
    if (this.#prepared !== undefined) return this.#prepared;
    const { closure, making } = this.#compiled;
    const composed = planComponent(closure, components, modules);
    const planned = making.fuse ? fused(composed) : composed;
    const prepared = {
      planned,
      functions: compileFunctions(planned.plan, making.tier),
      modules: planned.plan.modules.map(({ source, start }) => planned.sources[source]!.modules.get(start)!),
    };
    // What is imported and inlined becomes part of the plan, so it holds for these components and modules only.
    const needs = componentImports(closure.component).length + capturedModuleImports(closure.component).length;
    if (needs === 0) this.#prepared = prepared;
    return prepared;
  }
}

export { compiledOf, prepareOf, wrap };

function load(bytes: Uint8Array, options: CompileOptions): { closure: ComponentClosure<Binary>; ranges: ByteRange[] } {
  const syntax = decodeComponent(bytes);
  const component = validateComponent(syntax, bytes, { features: featureSet(options.features) });
  const ranges = coreModules(syntax);
  const traits = new Map(ranges.map((range) => [range.start, moduleTraits(bytes, range)]));
  return { closure: { component, environment: undefined, source: { modules: new Map(), traits } }, ranges };
}

function makingOf({ tier, fuse = true }: CompileOptions): Making {
  return { tier: chooseTier(tier), fuse };
}

function featureSet(option: CompileOptions["features"]): FeatureSet {
  if (option === undefined) return defaultFeatures;
  if (option === "all") return allFeatures;
  for (const name of option) {
    if (!isFeature(name))
      throw new TypeError(`there is no feature "${name}"; there are ${[...allFeatures].join(", ")}`);
  }
  return new Set([...defaultFeatures, ...option]);
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

async function bytesOf(source: ComponentSource): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source) || isShared(source)) return view(source);
  const response = await source;
  if (typeof response?.arrayBuffer !== "function") {
    throw new TypeError("a component is compiled from an ArrayBuffer, a view of one, or a Response");
  }
  if (!response.ok) {
    throw new ComponentError(
      "decode",
      "download",
      `the download failed: ${response.status} ${response.statusText}`.trimEnd(),
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

function isShared(source: unknown): source is SharedArrayBuffer {
  return typeof SharedArrayBuffer === "function" && source instanceof SharedArrayBuffer;
}

/** The bytes themselves where nobody else can write to them meanwhile, and a copy of shared ones. */
function view(source: ComponentBytes): Uint8Array {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (isShared(source)) return new Uint8Array(source).slice();
  if (!ArrayBuffer.isView(source)) throw new TypeError("a component is an ArrayBuffer or a view of one");
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return isShared(source.buffer) ? bytes.slice() : bytes;
}
