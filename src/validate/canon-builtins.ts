/**
 * The canonical built-ins: what their immediates may be, and which core type each has. Their table says what there is to
 * check; the rules are those under the heading of each in CanonicalABI.md.
 */
import { type Builtin, type BuiltinName, builtin, type Immediate, type SignatureType } from "../abi/builtins.ts";
import { MAX_FLAT_PARAMS } from "../abi/constants.ts";
import { flatCount, flattenFuncType } from "../abi/flatten.ts";
import type { CanonDefinition, CanonOptionSyntax, ImmediatesSyntax } from "../binary/definitions.ts";
import type { ValType } from "../types/types.ts";
import type { CoreTypeSpace } from "../wasm/interner.ts";
import { matchesRef } from "../wasm/matching.ts";
import type { CoreValType, DefinedType, TableType } from "../wasm/types.ts";
import type { CoreValTypeSyntax, TypeIndexSyntax } from "../wasm/types-reader.ts";
import { hasPointer, OptionsResolver, resolveMemory } from "./canon-options.ts";
import type { Context } from "./context.ts";
import type { CoreFuncEntry, Scope } from "./scope.ts";
import type { TypedImmediates } from "./typed.ts";
import { resolveResource, resolveValType } from "./value-types.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type BuiltinDefinition = Extract<CanonDefinition, { readonly op: "builtin" }>;

export function defineBuiltin(context: Context, scope: Scope, canon: BuiltinDefinition): CoreFuncEntry {
  return new BuiltinChecker(context, scope, canon).define();
}

class BuiltinChecker {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #name: BuiltinName;
  readonly #row: Builtin;
  readonly #syntax: ImmediatesSyntax;
  readonly #offset: number;
  readonly #immediates: Mutable<TypedImmediates> = {};
  #resolver: OptionsResolver | undefined;
  #threadType: DefinedType | undefined;
  #tableType: TableType | undefined;

  constructor(context: Context, scope: Scope, canon: BuiltinDefinition) {
    this.#context = context;
    this.#scope = scope;
    this.#name = canon.builtin;
    this.#row = builtin(canon.builtin);
    this.#syntax = canon.immediates;
    this.#offset = canon.offset;
  }

  define(): CoreFuncEntry {
    const { feature } = this.#row;
    if (feature !== undefined) this.#context.require(feature, this.#offset, `\`${this.#name}\``);
    for (const immediate of this.#row.immediates) this.#immediate(immediate);
    this.#checkOptions();
    const params = this.#row.params.flatMap((type) => this.#signatureType(type));
    const results = this.#row.results.flatMap((type) => this.#signatureType(type));
    return {
      item: { from: "builtin", builtin: this.#name, immediates: this.#immediates, offset: this.#offset },
      type:
        this.#syntax.shared === true
          ? this.#sharedFunc(params, results)
          : this.#context.coreTypes.func(params, results),
    };
  }

  /** As the interner's `func`, for functions that threads share. */
  #sharedFunc(params: readonly CoreValType[], results: readonly CoreValType[]): DefinedType {
    const start = this.#threadType;
    // The only defined type that such a function can mention is that of the function that a thread begins with.
    const space: CoreTypeSpace = {
      size: 1,
      get: (): DefinedType => start ?? this.#fail("no function type"),
    };
    const index: TypeIndexSyntax = { kind: "index", index: 0, offset: this.#offset };
    const spell = (type: CoreValType): CoreValTypeSyntax =>
      typeof type === "string" ? type : { ...type, heap: type.heap.kind === "defined" ? index : type.heap };
    const composite = { kind: "func", params: params.map(spell), results: results.map(spell) } as const;
    const group = { offset: this.#offset, final: true, shared: true, supertypes: [], composite };
    const [type] = this.#context.coreTypes.group({ offset: this.#offset, types: [group] }, space);
    return type ?? this.#fail("no function type");
  }

  #immediate(immediate: Immediate): void {
    const syntax = this.#syntax;
    const into = this.#immediates;
    switch (immediate) {
      case "resource":
        this.#resource(syntax.type!);
        return;
      case "stream":
      case "future":
        into.type = this.#streamOrFuture(immediate, syntax.type!);
        return;
      case "core-func-type":
        this.#threadFunc(syntax.coreFuncType!);
        return;
      case "table":
        this.#table(syntax.table!);
        return;
      case "memory": {
        const { item, pointer } = resolveMemory(this.#context, this.#scope, syntax.memory!, this.#offset);
        into.memory = item;
        into.pointer = pointer;
        return;
      }
      case "core-type":
        this.#contextType(syntax.coreType!);
        return;
      case "slot":
        if (syntax.slot! > 1) this.#fail(`immediate must be 0 or 1, not ${syntax.slot!}`);
        into.slot = syntax.slot!;
        return;
      case "async":
        if (syntax.async === true) {
          this.#context.require("more-async-builtins", this.#offset, `\`${this.#name}\` with \`async\``);
        }
        into.async = syntax.async!;
        return;
      case "cancellable":
        into.cancellable = syntax.cancellable!;
        return;
      case "shared":
        into.shared = syntax.shared!;
        return;
      case "result":
        into.result = { type: this.#result() };
        return;
      case "options":
        this.#resolver = new OptionsResolver(this.#context, this.#scope, syntax.options!, this.#offset);
        into.options = this.#resolver.options;
        into.pointer = this.#resolver.options.pointer;
        return;
    }
  }

  #resource(index: number): void {
    const { type } = resolveResource(this.#context, this.#scope, index, this.#offset);
    if (this.#name !== "resource.drop" && !this.#scope.defined.has(type)) {
      this.#context.fail("resource", `type index ${index} is not a local resource`, this.#offset);
    }
    this.#immediates.resource = type;
  }

  #streamOrFuture(kind: "stream" | "future", index: number): ValType {
    const { type } = this.#scope.types.get(index, this.#offset);
    if (type.kind === kind) return type;
    return this.#context.fail(
      "type",
      `\`${this.#name}\` requires a ${kind} type: type index ${index} is none`,
      this.#offset,
    );
  }

  #result(): ValType | undefined {
    const ref = this.#syntax.result?.type;
    return ref === undefined ? undefined : resolveValType(this.#context, this.#scope, ref, this.#offset).type;
  }

  /** The type of the function that a thread begins with: it takes what its maker passes, and gives back nothing. */
  #threadFunc(index: number): void {
    const type = this.#scope.coreTypes.get(index, this.#offset);
    if ("kind" in type || type.composite.kind !== "func") {
      this.#context.fail("type", `core type index ${index} is not a function type`, this.#offset);
    }
    const { params, results } = type.composite;
    const [param] = params;
    if (params.length !== 1 || results.length !== 0 || (param !== "i32" && param !== "i64")) {
      this.#fail("start function must take a single `i32` argument (currently) and give back nothing");
    }
    if (param === "i64") this.#context.require("memory64", this.#offset, "a thread with an `i64` argument");
    if (type.shared !== (this.#syntax.shared ?? false)) {
      this.#fail(type.shared ? "the function type may not be shared" : "spawn type must be shared");
    }
    this.#threadType = type;
    this.#immediates.coreFuncType = type.composite;
  }

  #table(index: number): void {
    const { item, type } = this.#scope.coreTables.get(index, this.#offset);
    const shared = this.#syntax.shared ?? false;
    const wanted = { kind: "ref", nullable: true, heap: { kind: "abstract", type: "func", shared } } as const;
    if (!matchesRef(type.element, wanted))
      this.#fail("a table of functions is expected, and this one is of another type");
    if (type.limits.shared !== shared) {
      this.#fail(shared ? "the table must be shared" : "the table may not be shared");
    }
    if (type.limits.index === "i64") this.#context.require("memory64", this.#offset, "a 64-bit table");
    this.#tableType = type;
    this.#immediates.table = item;
  }

  /** Threads have storage for one type of address, so a component uses one. */
  #contextType(type: NonNullable<ImmediatesSyntax["coreType"]>): void {
    if (type === "i64") this.#context.require("memory64", this.#offset, `\`${this.#name}\` of an \`i64\``);
    if (type !== "i32" && type !== "i64") this.#fail(`\`${this.#name}\` must be of type \`i32\`, not \`${type}\``);
    if (this.#scope.contextType !== undefined && this.#scope.contextType !== type) {
      this.#fail("all `context.get` and `context.set` of a component must have the same type");
    }
    this.#scope.contextType = type;
    this.#immediates.coreType = type;
  }

  // ---- Options

  #checkOptions(): void {
    const resolver = this.#resolver;
    if (resolver === undefined) return;
    const where = `\`${this.#name}\``;
    const allow = (...allowed: CanonOptionSyntax["option"][]) => {
      const others = (["realloc", "post-return", "callback", "async"] as const).filter((o) => !allowed.includes(o));
      resolver.forbid(others, where);
    };
    switch (this.#name) {
      case "task.return": {
        allow();
        const type = this.#immediates.result?.type;
        resolver.requireMemory(type !== undefined && (hasPointer(type) || flatCount(type) > MAX_FLAT_PARAMS));
        return;
      }
      case "stream.read":
      case "future.read":
      case "stream.write":
      case "future.write": {
        allow("realloc", "async");
        const { type } = this.#immediates;
        const payload = type?.kind === "stream" || type?.kind === "future" ? type.payload : undefined;
        resolver.requireMemory(payload !== undefined);
        resolver.requireRealloc(this.#name.endsWith("read") && hasPointer(payload));
        if (resolver.options.async) return;
        this.#context.require("more-async-builtins", this.#offset, `${where} without \`async\``);
        return;
      }
      case "error-context.new":
        allow("realloc");
        resolver.requireMemory();
        return;
      case "error-context.debug-message":
        allow("realloc");
        resolver.requireRealloc();
        return;
      default:
        allow();
        return;
    }
  }

  // ---- The core type

  #signatureType(type: SignatureType): readonly CoreValType[] {
    switch (type) {
      case "i32":
      case "i64":
        return [type];
      case "rep":
        return [this.#immediates.resource?.rep ?? "i32"];
      case "ptr":
        return [this.#immediates.pointer ?? "i32"];
      case "core-type":
        return [this.#immediates.coreType ?? "i32"];
      case "table":
        return [this.#tableType?.limits.index ?? "i32"];
      case "closure":
        return this.#immediates.coreFuncType?.params ?? [];
      case "funcref": {
        const heap = this.#threadType;
        return heap === undefined ? [] : [{ kind: "ref", nullable: true, heap: { kind: "defined", type: heap } }];
      }
      case "flat-result":
        return this.#flatResult();
    }
  }

  #flatResult(): readonly CoreValType[] {
    const type = this.#immediates.result?.type;
    const func = this.#context.types.func(false, type === undefined ? [] : [{ label: "result", type }], undefined);
    return flattenFuncType({ async: false, pointer: this.#immediates.pointer ?? "i32" }, func, "lower").params;
  }

  #fail(reason: string): never {
    return this.#context.fail("canonical", reason, this.#offset);
  }
}
