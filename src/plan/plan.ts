/**
 * The plan: what it takes to instantiate a component, as plain data.
 *
 * All nesting is gone. A plan is one flat list of steps, in the order in which they have an effect, and tables that
 * the steps refer to by number. It survives `structuredClone` and `JSON`, prints as text (`plan/print.ts`), and is all
 * that the run side needs beside the functions that `codegen/` makes.
 *
 * The indices are plain numbers, branded so that one table cannot be indexed with another's.
 */
import type { BuiltinName } from "../abi/builtins.ts";
import type { ByteRange } from "../binary/definitions.ts";
import type { TrapCode, trapMessages } from "../errors/messages.ts";
import type { CaseOf, FieldOf, FuncShape, NameAttributes, ValShape } from "../types/types.ts";
import type { StringEncoding } from "../validate/typed.ts";
import type { ModuleTraits } from "../wasm/types.ts";

export type ImportIndex = number & { readonly _: "import" };
export type SourceIndex = number & { readonly _: "source" };
export type ModuleIndex = number & { readonly _: "module" };
/** A component instance. */
export type InstanceIndex = number & { readonly _: "instance" };
export type CoreInstanceIndex = number & { readonly _: "core-instance" };
export type TypeIndex = number & { readonly _: "type" };
export type FuncTypeIndex = number & { readonly _: "func-type" };
export type OptionsIndex = number & { readonly _: "options" };
export type ResourceIndex = number & { readonly _: "resource" };
export type LiftIndex = number & { readonly _: "lift" };
export type TrampolineIndex = number & { readonly _: "trampoline" };

export interface Plan {
  /** What the embedder supplies: the leaves of the root component's imports. */
  readonly imports: readonly PlanImport[];
  /** Core modules in the bytes of components: those that are instantiated or exported, each once. */
  readonly modules: readonly PlanModule[];
  /** Component instances; number 0 is the root's. */
  readonly instances: readonly PlanInstance[];
  readonly types: readonly TypeNode[];
  readonly funcTypes: readonly FuncTypeNode[];
  readonly options: readonly CanonicalOptions[];
  readonly resources: readonly Resource[];
  /** Each distinct `canon lift` that something uses. */
  readonly lifts: readonly Lift[];
  readonly trampolines: readonly Trampoline[];
  readonly initializers: readonly Initializer[];
  readonly exports: readonly Export[];
}

/**
 * A core module: a range of the bytes of one component binary.
 *
 * Which binary, `source` says: a number of the list of sources that planning gives beside the plan. 0 is the planned
 * component's own; there are others only where components of other binaries were given for its imports.
 */
export interface PlanModule extends ByteRange {
  readonly source: SourceIndex;
  /** Absent for adapters. */
  readonly traits?: ModuleTraits;
}

/** A component instance. Its parent is the one that instantiates it: calls between the two re-enter. */
export interface PlanInstance {
  /** Absent for the root. */
  readonly parent?: InstanceIndex | undefined;
}

/** A leaf of the imports. `path` leads to it: the import's name, then the names of exports of the imported instance. */
export type PlanImport = { readonly path: readonly [string, ...string[]]; readonly attributes?: NameAttributes } & (
  | { readonly kind: "func"; readonly type: FuncTypeIndex }
  | { readonly kind: "resource"; readonly resource: ResourceIndex }
  | { readonly kind: "core-module" }
);

// ---- Types: the interned value types that functions of the plan use, each node once, parts before wholes

/** What types are made of in a plan. */
export interface Planned {
  readonly part: TypeIndex;
  readonly resource: ResourceIndex;
}

export type TypeNode = ValShape<Planned>;
export type FuncTypeNode = Omit<FuncShape<Planned>, "kind">;
export type LabelledType = FieldOf<Planned>;
export type LabelledPayload = CaseOf<Planned>;

/** A resource of the running program. Two instantiations of one definition have two. */
export type Resource =
  | { readonly kind: "defined"; readonly instance: InstanceIndex; readonly rep: "i32" | "i64"; readonly name?: string }
  | { readonly kind: "imported"; readonly import: ImportIndex; readonly name?: string };

// ---- Canonical definitions

/** `CanonicalOptions` in the specification, with the instance that they belong to. Equal options have one index. */
export interface CanonicalOptions {
  readonly instance: InstanceIndex;
  readonly encoding: StringEncoding;
  readonly memory?: CoreExport;
  readonly pointer: "i32" | "i64";
  readonly realloc?: CoreDef;
  readonly postReturn?: CoreDef;
  readonly callback?: CoreDef;
  readonly async: boolean;
}

export interface Lift {
  readonly core: CoreDef;
  readonly type: FuncTypeIndex;
  readonly options: OptionsIndex;
  /** For messages and for the names of generated functions: `greet`, or `ns:pkg/iface@1.0.0#greet`. */
  readonly name: string;
}

/** A component-level function. */
export type FuncDef =
  | { readonly from: "import"; readonly import: ImportIndex }
  | { readonly from: "lift"; readonly lift: LiftIndex };

/** A core function that gantry makes. */
export type Trampoline =
  /** `canon lower`. When `callee` is a lift, two components are linked. */
  | {
      readonly op: "lower";
      readonly callee: FuncDef;
      readonly type: FuncTypeIndex;
      readonly options: OptionsIndex;
      readonly name: string;
    }
  /** Any other canonical definition: a row of `abi/builtins.ts`. */
  | {
      readonly op: "builtin";
      readonly builtin: BuiltinName;
      readonly instance: InstanceIndex;
      readonly immediates: Immediates;
    };

export interface Immediates {
  readonly resource?: ResourceIndex;
  /** The stream or future type. */
  readonly type?: TypeIndex;
  readonly table?: CoreExport;
  readonly memory?: CoreExport;
  readonly pointer?: "i32" | "i64";
  readonly coreType?: "i32" | "i64";
  /** The only parameter of the core function type immediate. */
  readonly closure?: "i32" | "i64";
  readonly slot?: number;
  readonly async?: boolean;
  readonly cancellable?: boolean;
  readonly shared?: boolean;
  readonly result?: { readonly type?: TypeIndex };
  readonly options?: OptionsIndex;
}

// ---- Core definitions: where a core item comes from, once all aliases and nested instances have been followed

export type CoreDef = CoreExport | { readonly from: "trampoline"; readonly trampoline: TrampolineIndex };

export interface CoreExport {
  readonly from: "core-instance";
  readonly instance: CoreInstanceIndex;
  readonly name: string;
}

export type ModuleDef =
  | { readonly from: "static"; readonly module: ModuleIndex }
  | { readonly from: "import"; readonly import: ImportIndex };

// ---- Steps

export type Initializer =
  /** Instantiates a core module, which runs its start function inside component instance `owner`. */
  | {
      readonly op: "instantiate";
      readonly core: CoreInstanceIndex;
      readonly module: ModuleDef;
      readonly args: readonly CoreArg[];
      /** What an adapter imports besides. */
      readonly leaves?: readonly LeafArg[];
      readonly owner: InstanceIndex;
    }
  /** Makes a defined resource. */
  | { readonly op: "resource"; readonly resource: ResourceIndex; readonly destructor?: CoreDef };

export interface CoreArg {
  readonly module: string;
  readonly name: string;
  readonly value: CoreDef;
}

// ---- What adapters between components import of the run side. Only modules that `fuse/` makes have such arguments.

export interface LeafArg {
  readonly module: string;
  readonly name: string;
  readonly value: Leaf;
}

/** Something of the run side that calls no guest. */
export type Leaf =
  | { readonly leaf: "trap"; readonly code: PlainTrapCode }
  /** Traps for a place, of so many bytes and this alignment, that is not the guest's, or unaligned; or that `realloc` found. */
  | { readonly leaf: "bad-range" | "bad-room"; readonly what: Purpose; readonly options: OptionsIndex }
  /** Traps for the bits that are no character. */
  | { readonly leaf: "invalid-char" }
  /** Traps for text that is none, in the memory of `options`: its place, and its length in code units. */
  | { readonly leaf: "invalid-text"; readonly options: OptionsIndex; readonly encoding: "utf8" | "utf16" }
  /** Traps for an exception of core WebAssembly that left its component. */
  | { readonly leaf: "uncaught-exception" }
  /** The memory whose first word says whether what runs may leave its instance. */
  | { readonly leaf: "may-leave" }
  /**
   * At its first call, has the adapter made that takes the place of a trampoline, and puts it into `tables` where `stub` is,
   * the export of the core instance that this is imported by.
   */
  | {
      readonly leaf: "late";
      readonly adapter: TrampolineIndex;
      readonly stub: CoreExport;
      readonly tables: readonly CoreExport[];
    }
  /** Enters `callee` from `caller`, or leaves it to that. */
  | { readonly leaf: "enter" | "leave"; readonly callee: InstanceIndex; readonly caller: InstanceIndex }
  /** Empties the slots of an instance for the call that begins; or for a `realloc`, after which they are as they were. */
  | { readonly leaf: "clear-storage" | "save-storage" | "restore-storage"; readonly instance: InstanceIndex }
  /** Makes what keeps account of the borrows of one call; tells it that the call has returned. */
  | { readonly leaf: "begin-call" | "end-call" }
  /** Halves of passing a handle on: what is lifted waits to be lowered. Before the first is lifted, nothing waits. */
  | { readonly leaf: "begin-handles" }
  | {
      readonly leaf: "lift-own" | "lift-borrow" | "lower-own" | "lower-borrow";
      readonly options: OptionsIndex;
      readonly resource: ResourceIndex;
    }
  /** Both halves at once. */
  | {
      readonly leaf: "transfer-own";
      readonly from: OptionsIndex;
      readonly to: OptionsIndex;
      readonly resource: ResourceIndex;
    }
  /** Lends a resource to the instance that defines it, and takes it back. */
  | { readonly leaf: "lend" | "end-loan"; readonly options: OptionsIndex; readonly resource: ResourceIndex };

/** What a place in memory is for. */
export type Purpose = "string" | "list" | "pointer";

/** The traps whose message need not depend on the moment. */
export type PlainTrapCode = {
  [C in TrapCode]: [] extends Parameters<(typeof trapMessages)[C]> ? C : never;
}[TrapCode];

/** An adapter that is made when it is first called: what its module imports, and the name of its export. */
export interface LateAdapter {
  readonly name: string;
  readonly args: readonly CoreArg[];
  readonly leaves: readonly LeafArg[];
}

// ---- Exports

export type Export = { readonly name: string; readonly attributes?: NameAttributes } & ExportValue;

export type ExportValue =
  | { readonly kind: "func"; readonly func: FuncDef; readonly type: FuncTypeIndex }
  | { readonly kind: "instance"; readonly exports: readonly Export[] }
  | { readonly kind: "core-module"; readonly module: ModuleDef }
  | { readonly kind: "resource"; readonly resource: ResourceIndex }
  | { readonly kind: "type"; readonly type: TypeIndex }
  /** A component or instance or function type: reflection only. */
  | { readonly kind: "other-type" }
  /** Components are not data: number `component` of the closures that planning gives beside the plan. */
  | { readonly kind: "component"; readonly component: number };
