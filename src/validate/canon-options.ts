/**
 * Canonical options: each for itself, and which of them a definition needs or may not have.
 * "`canonopt` Validation" in CanonicalABI.md.
 */
import type { PointerType } from "../abi/layout.ts";
import type { CanonOptionSyntax } from "../binary/definitions.ts";
import type { ValType } from "../types/types.ts";
import type { CoreValType, DefinedType, MemoryType } from "../wasm/types.ts";
import type { Context } from "./context.ts";
import { factsOf } from "./facts.ts";
import type { Scope } from "./scope.ts";
import type { CoreExportOf, CoreFunc, StringEncoding, TypedOptions } from "./typed.ts";

/** Options that take an index. */
type IndexedOption = Extract<CanonOptionSyntax, { readonly index: number }>["option"];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether a core function has the type `[params] -> [results]`. */
export function hasCoreType(
  type: DefinedType,
  params: readonly CoreValType[],
  results: readonly CoreValType[],
): boolean {
  const { composite } = type;
  return composite.kind === "func" && sameTypes(composite.params, params) && sameTypes(composite.results, results);
}

function sameTypes(a: readonly CoreValType[], b: readonly CoreValType[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

/** The options of one canonical definition, and the place to ask for those that it needs. */
export class OptionsResolver {
  readonly #context: Context;
  readonly #scope: Scope;
  readonly #offset: number;
  /** The offset of each option that is there. */
  readonly #given: Map<CanonOptionSyntax["option"] | "encoding", number> = new Map();
  #callbackType: DefinedType | undefined;
  #reallocType: DefinedType | undefined;
  #postReturnType: DefinedType | undefined;
  readonly #options: Mutable<TypedOptions> = {
    encoding: "utf8",
    memory: undefined,
    pointer: "i32",
    realloc: undefined,
    postReturn: undefined,
    callback: undefined,
    async: false,
  };

  constructor(context: Context, scope: Scope, options: readonly CanonOptionSyntax[], offset: number) {
    this.#context = context;
    this.#scope = scope;
    this.#offset = offset;
    for (const option of options) this.#add(option);
    this.#checkAll();
  }

  get options(): TypedOptions {
    return this.#options;
  }

  #add(syntax: CanonOptionSyntax): void {
    const { option, offset } = syntax;
    switch (option) {
      case "utf8":
      case "utf16":
      case "latin1+utf16":
        this.#encoding(option, offset);
        return;
      case "async":
        this.#once("async", offset);
        this.#context.require("async", offset, "the `async` canonical option");
        this.#options.async = true;
        return;
      case "memory": {
        this.#once("memory", offset);
        const { item, pointer } = resolveMemory(this.#context, this.#scope, syntax.index, offset);
        this.#options.memory = item;
        this.#options.pointer = pointer;
        return;
      }
      case "realloc": {
        const { item, type } = this.#func(option, syntax.index, offset);
        this.#options.realloc = item;
        this.#reallocType = type;
        return;
      }
      case "post-return": {
        const { item, type } = this.#func(option, syntax.index, offset);
        this.#options.postReturn = item;
        this.#postReturnType = type;
        return;
      }
      case "callback": {
        this.#context.require("async", offset, "the `callback` canonical option");
        const { item, type } = this.#func(option, syntax.index, offset);
        this.#options.callback = item;
        this.#callbackType = type;
        return;
      }
    }
  }

  #encoding(encoding: StringEncoding, offset: number): void {
    if (this.#given.has("encoding")) {
      const [before, after] = [this.#options.encoding, encoding].map((name) => name.replace("+", "-"));
      this.#fail(`canonical encoding option \`${before}\` conflicts with option \`${after}\``, offset);
    }
    this.#given.set("encoding", offset);
    this.#options.encoding = encoding;
  }

  #func(option: IndexedOption, index: number, offset: number): { readonly item: CoreFunc; readonly type: DefinedType } {
    this.#once(option, offset);
    return this.#scope.coreFuncs.get(index, offset);
  }

  #once(option: CanonOptionSyntax["option"], offset: number): void {
    if (this.#given.has(option)) {
      this.#fail(`canonical option \`${option}\` is specified more than once`, offset);
    }
    this.#given.set(option, offset);
  }

  /** What holds for options wherever they are. */
  #checkAll(): void {
    const { memory, pointer, async } = this.#options;
    if (this.#reallocType !== undefined) {
      if (memory === undefined) {
        this.#fail("canonical option `realloc` requires `memory` to also be specified", this.#at("realloc"));
      }
      if (!hasCoreType(this.#reallocType, [pointer, pointer, pointer, pointer], [pointer])) {
        this.#failSignature("realloc");
      }
    }
    if (this.#callbackType !== undefined) {
      if (!async) this.#fail("cannot specify callback without async", this.#at("callback"));
      if (!hasCoreType(this.#callbackType, ["i32", "i32", "i32"], ["i32"])) this.#failSignature("callback");
    }
    if (async && this.#postReturnType !== undefined) {
      this.#fail("cannot specify post-return function in async", this.#at("post-return"));
    }
  }

  #at(option: CanonOptionSyntax["option"]): number {
    return this.#given.get(option) ?? this.#offset;
  }

  #failSignature(option: IndexedOption): never {
    this.#fail(`canonical option \`${option}\` uses a core function with an incorrect signature`, this.#at(option));
  }

  #fail(reason: string, offset: number): never {
    return this.#context.fail("canonical", reason, offset);
  }

  // ---- What definitions ask

  /** Fails if any of `options` is there. */
  forbid(options: readonly CanonOptionSyntax["option"][], where: string): void {
    for (const option of options) {
      const offset = this.#given.get(option);
      if (offset !== undefined) this.#fail(`canonical option \`${option}\` cannot be specified for ${where}`, offset);
    }
  }

  requireMemory(needed = true): void {
    if (needed && this.#options.memory === undefined) this.#fail("canonical option `memory` is required", this.#offset);
  }

  requireRealloc(needed = true): void {
    if (!needed) return;
    this.requireMemory();
    if (this.#options.realloc === undefined) this.#fail("canonical option `realloc` is required", this.#offset);
  }

  /** `async` is for functions that are. */
  checkAsync(async: boolean): void {
    if (this.#options.async && !async) {
      this.#fail("the `async` canonical option requires an async function type", this.#at("async"));
    }
  }

  /** `post-return` takes what the core function gives back. */
  checkPostReturn(results: readonly CoreValType[]): void {
    const type = this.#postReturnType;
    if (type !== undefined && !hasCoreType(type, results, [])) this.#failSignature("post-return");
  }

  requireCallback(): void {
    if (!this.#options.async || this.#options.callback !== undefined) return;
    this.#context.require("async-stackful", this.#at("async"), "`async` without `callback`");
  }
}

/** A memory that values may be read from and written to: a subtype of `(memory 0)`, or of `(memory i64 0)`. 🐘 */
export function resolveMemory(
  context: Context,
  scope: Scope,
  index: number,
  offset: number,
): { readonly item: CoreExportOf; readonly pointer: PointerType } {
  const { item, type } = scope.coreMemories.get(index, offset);
  const reason = memoryFault(type);
  if (reason !== undefined) context.fail("canonical", `canonical option \`memory\`: ${reason}`, offset);
  const pointer = type.limits.index;
  if (pointer === "i64") context.require("memory64", offset, "a 64-bit memory as a canonical option");
  return { item, pointer };
}

function memoryFault({ limits, pageSizeLog2 }: MemoryType): string | undefined {
  if (limits.shared) return "mismatch in the shared flag for memories: the memory may not be shared";
  return pageSizeLog2 === 16 ? undefined : "mismatch in page size for memories: pages must have 64 KiB";
}

/** Whether a value of the type has parts elsewhere in memory. */
export function hasPointer(type: ValType | undefined): boolean {
  return type !== undefined && factsOf(type).pointer;
}
