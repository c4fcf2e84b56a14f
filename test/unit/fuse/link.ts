/**
 * Two components that are linked, as a plan made by hand and core modules made by the encoder: a caller that passes on
 * whatever core values it is given, and a callee that keeps what it is called with and returns what it is told to. Both have
 * a `realloc` that writes down each call of it in its own memory, so that to compare memories is to compare everything.
 */
import { flattenFuncType } from "../../../src/abi/flatten.ts";
import type { PointerType } from "../../../src/abi/layout.ts";
import { compileFunctions } from "../../../src/codegen/compile.ts";
import { ComponentError } from "../../../src/errors/component-error.ts";
import { type Fused, type FuseOptions, fuse } from "../../../src/fuse/fuse.ts";
import type {
  CanonicalOptions, CoreDef, CoreExport, CoreInstanceIndex, FuncTypeIndex, ImportIndex, Initializer, InstanceIndex, LiftIndex,
  ModuleIndex, OptionsIndex, Plan, Resource, ResourceIndex, SourceIndex, TrampolineIndex, TypeIndex, TypeNode,
} from "../../../src/plan/plan.ts"; // biome-ignore format: one list
import { typesOf } from "../../../src/plan/types.ts";
import type { FunctionTable } from "../../../src/runtime/functions.ts";
import type { InstanceState } from "../../../src/runtime/instance-state.ts";
import { instantiateSync } from "../../../src/runtime/instantiate.ts";
import { mayNotLeave } from "../../../src/runtime/may-leave.ts";
import { type HostSide, ResourceHandle, ResourceType } from "../../../src/runtime/resources.ts";
import { Store } from "../../../src/runtime/store.ts";
import { reasonOf } from "../../../src/runtime/trap.ts";
import type { FuncType } from "../../../src/types/types.ts";
import type { StringEncoding } from "../../../src/validate/typed.ts";
import type { Body, Local } from "../../../src/wasm/body.ts";
import { ModuleEncoder } from "../../../src/wasm/encoder.ts";
import { sizeOf } from "../runtime/table-size.ts";

/** Whether this engine has modules with two memories, without which there are no adapters. */
export const multiMemory: boolean = WebAssembly.validate(
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 0, 0, 0),
);
export const memory64: boolean = WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 4, 0));

export interface SideSpec {
  readonly encoding: StringEncoding;
  readonly pointer: PointerType;
}

export interface LinkSpec {
  readonly types: readonly TypeNode[];
  readonly params: readonly TypeIndex[];
  readonly result?: TypeIndex;
  readonly caller: SideSpec;
  readonly callee: SideSpec;
  readonly postReturn?: boolean;
}

/** The resources of every plan: the callee's, the caller's, the host's. */
const resources: readonly Resource[] = [
  { kind: "defined", instance: 1 as InstanceIndex, rep: "i32", name: "home" },
  { kind: "defined", instance: 2 as InstanceIndex, rep: "i32", name: "away" },
  { kind: "imported", import: 0 as ImportIndex, name: "host" },
];
export const RESOURCES = resources.length;

// ---- Where things are in a memory

/** How `realloc` misbehaves: see `realloc` below. */
export const MODE = 4;
const LOG_COUNT = 8;
const NEXT = 16;
export const PARAMS = 1024;
export const RESULT = 2048;
const POST_RETURN = 3072;
const HEAP = 4096;
const LOG = 3 * 65536;
const PAGES = 4;

export const modes = { well: 0, unaligned: 1, outOfBounds: 2, traps: 3, grows: 4 } as const;

interface Emitter {
  readonly pointer: PointerType;
  readonly body: Body;
  readonly memory: ReturnType<ModuleEncoder["memory"]>;
}

function constant({ pointer, body }: Emitter, value: number): Body {
  return pointer === "i32" ? body.emit("i32.const", value) : body.emit("i64.const", BigInt(value));
}

/** `realloc`: a bump allocator that moves what it is asked to move, after it has logged the call. */
function realloc(encoder: ModuleEncoder, memory: Emitter["memory"], pointer: PointerType): void {
  const { func, body } = encoder.func(encoder.type([pointer, pointer, pointer, pointer], [pointer]));
  encoder.export("realloc", func);
  const e: Emitter = { pointer, body, memory };
  const [old, oldSize, alignment, size] = [0, 1, 2, 3].map((i) => body.param(i)) as [Local, Local, Local, Local];
  const entry = body.local(pointer);
  const ptr = body.local(pointer);
  const mode = (value: number) => {
    constant(e, MODE).emit("i32.load", { memory }).emit("i32.const", value).emit("i32.eq");
    return body;
  };
  // entry = LOG + 32 * count++
  constant(e, LOG_COUNT).emit("i32.load", { memory }).emit("i32.const", 5).emit("i32.shl");
  if (pointer === "i64") body.emit("i64.extend_i32_u");
  constant(e, LOG).emit(`${pointer}.add`).emit("local.set", entry);
  constant(e, LOG_COUNT);
  constant(e, LOG_COUNT)
    .emit("i32.load", { memory })
    .emit("i32.const", 1)
    .emit("i32.add")
    .emit("i32.store", { memory });
  for (const [i, local] of [old, oldSize, alignment, size].entries()) {
    body
      .emit("local.get", entry)
      .emit("local.get", local)
      .emit(`${pointer}.store`, { memory, offset: 8 * i });
  }
  mode(modes.traps).if(() => body.emit("unreachable"));
  mode(modes.grows).if(() => {
    constant(e, 1).emit("memory.grow", memory).emit("drop");
  });
  mode(modes.outOfBounds).if(() => {
    constant(e, 2 ** 31).emit("return");
  });
  // ptr = (next + alignment - 1) & -alignment; next = ptr + size
  constant(e, NEXT).emit(`${pointer}.load`, { memory }).emit("local.get", alignment).emit(`${pointer}.add`);
  constant(e, 1).emit(`${pointer}.sub`);
  constant(e, 0).emit("local.get", alignment).emit(`${pointer}.sub`).emit(`${pointer}.and`).emit("local.set", ptr);
  constant(e, NEXT).emit("local.get", ptr).emit("local.get", size).emit(`${pointer}.add`);
  body.emit(`${pointer}.store`, { memory });
  mode(modes.unaligned).if(() => {
    body.emit("local.get", ptr);
    constant(e, 1).emit(`${pointer}.add`).emit("return");
  });
  body.emit("local.get", ptr).emit("local.get", old);
  body.emit("local.get", oldSize).emit("local.get", size).emit("local.get", oldSize).emit("local.get", size);
  body.emit(`${pointer}.lt_u`).emit("select").emit("memory.copy", memory, memory);
  body.emit("local.get", ptr);
}

/** A module with a memory, a `realloc`, and for a callee, what is called. */
function sideModule(pointer: PointerType, callee?: ReturnType<typeof flattenFuncType>): Uint8Array {
  const encoder = new ModuleEncoder();
  const memory = encoder.memory({ min: PAGES, index: pointer });
  encoder.export("memory", memory);
  realloc(encoder, memory, pointer);
  if (callee !== undefined) {
    const { func, body } = encoder.func(encoder.type(callee.params, callee.results));
    encoder.export("f", func);
    const e: Emitter = { pointer, body, memory };
    for (const [i, type] of callee.params.entries()) {
      constant(e, PARAMS + 8 * i)
        .emit("local.get", body.param(i))
        .emit(`${type}.store`, { memory });
    }
    for (const type of callee.results) constant(e, RESULT).emit(`${type}.load`, { memory });
    const post = encoder.func(encoder.type(callee.results, []));
    encoder.export("post-return", post.func);
    const p: Emitter = { pointer, body: post.body, memory };
    constant(p, POST_RETURN).emit("i32.const", 1).emit("i32.store", { memory });
    for (const [i, type] of callee.results.entries()) {
      constant(p, POST_RETURN + 8)
        .emit("local.get", post.body.param(i))
        .emit(`${type}.store`, { memory });
    }
  }
  return encoder.finish();
}

/** A module that calls what it imports with what it is given. */
function callerModule({ params, results }: ReturnType<typeof flattenFuncType>): Uint8Array {
  const encoder = new ModuleEncoder();
  const type = encoder.type(params, results);
  const imported = encoder.importFunc("", "f", type);
  const { func, body } = encoder.func(type);
  for (const i of params.keys()) body.emit("local.get", body.param(i));
  body.emit("call", imported);
  encoder.export("call", func);
  return encoder.finish();
}

const compiled = new Map<string, WebAssembly.Module>();

function compile(bytes: Uint8Array): WebAssembly.Module {
  const key = Buffer.from(bytes).toString("base64");
  let module = compiled.get(key);
  if (module === undefined) {
    module = new WebAssembly.Module(bytes as BufferSource);
    compiled.set(key, module);
  }
  return module;
}

// ---- Plans

const CALLEE = 0 as CoreInstanceIndex;
const CALLER = 1 as CoreInstanceIndex;
const MAIN = 2 as CoreInstanceIndex;
export const CALLEE_OPTIONS = 0 as OptionsIndex;
export const CALLER_OPTIONS = 1 as OptionsIndex;

const coreExport = (instance: CoreInstanceIndex, name: string): CoreExport => ({
  from: "core-instance",
  instance,
  name,
});

function sideOptions(
  instance: number,
  core: CoreInstanceIndex,
  { encoding, pointer }: SideSpec,
  postReturn: boolean,
): CanonicalOptions {
  return {
    instance: instance as InstanceIndex,
    encoding,
    pointer,
    memory: coreExport(core, "memory"),
    realloc: coreExport(core, "realloc"),
    ...(postReturn && { postReturn: coreExport(core, "post-return") }),
    async: false,
  };
}

export const plainTraits = { throws: false, plainTypes: true, closed: false };

export function linkPlan(spec: LinkSpec): Plan {
  const instantiate = (core: number, owner: number, args: readonly [string, CoreDef][] = []): Initializer => ({
    op: "instantiate",
    core: core as CoreInstanceIndex,
    module: { from: "static", module: core as ModuleIndex },
    args: args.map(([name, value]) => ({ module: "", name, value })),
    owner: owner as InstanceIndex,
  });
  const root = 0 as InstanceIndex;
  const type = 0 as FuncTypeIndex;
  return {
    imports: [{ path: ["host"], kind: "resource", resource: 2 as ResourceIndex }],
    modules: [0, 1, 2].map((start) => ({ source: 0 as SourceIndex, start, end: start + 1, traits: plainTraits })),
    instances: [{}, { parent: root }, { parent: root }],
    types: spec.types,
    funcTypes: [
      {
        async: false,
        params: spec.params.map((param, i) => ({ label: `p${i}`, type: param })),
        ...(spec.result !== undefined && { result: spec.result }),
      },
    ],
    options: [
      sideOptions(1, CALLEE, spec.callee, spec.postReturn ?? false),
      sideOptions(2, CALLER, spec.caller, false),
    ],
    resources,
    lifts: [{ core: coreExport(CALLEE, "f"), type, options: CALLEE_OPTIONS, name: "f" }],
    trampolines: [
      { op: "lower", callee: { from: "lift", lift: 0 as LiftIndex }, type, options: CALLER_OPTIONS, name: "f" },
    ],
    initializers: [
      instantiate(CALLEE, 1),
      instantiate(CALLER, 2),
      instantiate(MAIN, 2, [["f", { from: "trampoline", trampoline: 0 as TrampolineIndex }]]),
    ],
    exports: [],
  };
}

export const fuseOptions: FuseOptions = {
  source: 1 as SourceIndex,
  multiMemory: true,
  exceptions: true,
  late: false,
};

function mustFuse(plan: Plan, options: FuseOptions = fuseOptions): Fused {
  const fused = fuse(plan, options);
  if (fused === undefined) throw new Error("nothing was fused");
  return fused;
}

// ---- Instances

const noHost = {} as HostSide;
const noFunctions: FunctionTable = { lifts: new Map(), lowers: new Map() };

/** One linked pair that runs. */
export class Link {
  readonly state: InstanceState;
  readonly #call: (...args: unknown[]) => unknown;
  #reps = 0;

  constructor(plan: Plan, functions: FunctionTable, modules: readonly WebAssembly.Module[]) {
    const imports = [{ kind: "resource", type: new ResourceType("host", undefined) }] as const;
    this.state = instantiateSync({ plan, functions, modules, imports, store: new Store(), hostSide: () => noHost });
    this.#call = this.state.coreExport(coreExport(MAIN, "call")) as never;
    this.reset();
  }

  get caller(): Buffer {
    return this.#memory(CALLER);
  }

  get callee(): Buffer {
    return this.#memory(CALLEE);
  }

  #memory(core: CoreInstanceIndex): Buffer {
    return Buffer.from((this.state.coreExport(coreExport(core, "memory")) as WebAssembly.Memory).buffer);
  }

  /** As if nothing had been called yet. */
  reset(): void {
    for (const memory of [this.caller, this.callee]) {
      memory.fill(0);
      memory.writeUInt32LE(HEAP, NEXT);
    }
    for (const instance of this.state.instances) instance.flags = 0;
  }

  /** What becomes of a call: the core result or the trap, and all that is in memory until the next call. */
  call(args: readonly unknown[]): Outcome {
    const outcome = this.#run(args);
    const { caller, callee } = this;
    return { ...outcome, caller, callee, reallocs: [reallocLog(callee), reallocLog(caller)], handles: this.#handles() };
  }

  /** Gives an instance a handle of a resource that it owns. */
  addHandle(side: "caller" | "callee", resource: number): number {
    const type = this.state.resources[resource]!;
    const { handles } = this.state.instances[side === "callee" ? 1 : 2]!;
    const rep = ++this.#reps;
    return handles.add(new ResourceHandle(type, type.impl === undefined ? { rep } : rep));
  }

  /** What is in the tables of both. */
  #handles(): string[] {
    return this.state.instances.slice(1).map(({ handles }) => {
      const all: string[] = [];
      for (let index = 1; all.length < sizeOf(handles); index++) {
        if (handles.find(index) === undefined) continue;
        const { type, rep, borrowScope, numLends } = handles.get(index) as ResourceHandle;
        all.push(
          `${index}: ${borrowScope === undefined ? "own" : "borrow"} ${type!.name} ${JSON.stringify(rep)} lent ${numLends}`,
        );
      }
      return all.join("\n");
    });
  }

  #run(args: readonly unknown[]): Pick<Outcome, "result" | "trap"> {
    try {
      return { result: this.#call(...args) };
    } catch (error) {
      // As the store does when the host is told.
      mayNotLeave[0] = 0;
      const reason = reasonOf(error);
      if (!(reason instanceof ComponentError)) throw error;
      return { trap: `${reason.code}: ${reason.reason}` };
    }
  }
}

export interface Outcome {
  readonly result?: unknown;
  readonly trap?: string;
  readonly caller: Buffer;
  readonly callee: Buffer;
  /** Of the callee, then of the caller. Pointers are left out. */
  readonly reallocs: readonly (readonly string[])[];
  /** Of the callee, then of the caller. */
  readonly handles: readonly string[];
}

function reallocLog(memory: Buffer): string[] {
  return Array.from({ length: memory.readUInt32LE(LOG_COUNT) }, (_, i) => {
    const [oldSize, alignment, size] = [1, 2, 3].map((n) => memory.readUInt32LE(LOG + 32 * i + 8 * n));
    return `${oldSize} -> ${size} align ${alignment}`;
  });
}

/** The same pair twice: composed of two functions, and fused. */
export class Twins {
  readonly type: FuncType;
  /** By `ResourceIndex`. */
  readonly resources: readonly unknown[];
  readonly plan: Plan;
  readonly fused: Fused;
  readonly #modules: readonly WebAssembly.Module[];
  readonly #fusedModules: readonly WebAssembly.Module[];
  #composed: FunctionTable | undefined;

  constructor(spec: LinkSpec) {
    const plan = linkPlan(spec);
    const types = typesOf(plan);
    this.resources = types.resources;
    this.type = types.func(plan.funcTypes[0]!);
    const lifted = flattenFuncType(plan.options[CALLEE_OPTIONS]!, this.type, "lift");
    const lowered = flattenFuncType(plan.options[CALLER_OPTIONS]!, this.type, "lower");
    this.plan = plan;
    this.fused = mustFuse(plan);
    this.#modules = [
      sideModule(spec.callee.pointer, lifted),
      sideModule(spec.caller.pointer),
      callerModule(lowered),
    ].map(compile);
    const adapters = this.fused.plan.modules
      .slice(3)
      .map(({ start, end }) => compile(this.fused.bytes.slice(start, end)));
    this.#fusedModules = [...this.#modules, ...adapters];
  }

  composed(): Link {
    this.#composed ??= compileFunctions(this.plan, "jit");
    return new Link(this.plan, this.#composed, this.#modules);
  }

  asAdapter(): Link {
    return new Link(this.fused.plan, noFunctions, this.#fusedModules);
  }
}
