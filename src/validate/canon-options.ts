/**
 * Canonical options: each for itself, and which of them a definition needs or may not have.
 * "`canonopt` Validation" in CanonicalABI.md.
 */
import { flatCount } from "../abi/flatten.ts";
import type { PointerType } from "../abi/layout.ts";
import type { CanonOptionSyntax } from "../binary/definitions.ts";
import type { ValType } from "../types/types.ts";
import type { CoreValType, DefinedType } from "../wasm/types.ts";
import { factsOf } from "./facts.ts";
import type { Scope } from "./scope.ts";
import type { CoreExportOf, TypedOptions } from "./typed.ts";

type OptionName = CanonOptionSyntax["option"];
/** Options that are functions. */
type FuncOption = Exclude<Extract<CanonOptionSyntax, { readonly index: number }>["option"], "memory">;

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether a core function has the type `[params] -> [results]`. */
export function hasCoreType(
  { composite }: DefinedType,
  params: readonly CoreValType[],
  results: readonly CoreValType[],
): boolean {
  return composite.kind === "func" && sameTypes(composite.params, params) && sameTypes(composite.results, results);
}

export function sameTypes(a: readonly CoreValType[], b: readonly CoreValType[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

/** Where an option stands, and the type of the function that it is. */
interface Given {
  readonly offset: number;
  readonly type?: DefinedType;
}

/** The options of one canonical definition, and what can be asked of them. */
export class ResolvedOptions {
  readonly options: Mutable<TypedOptions> = {
    encoding: "utf8",
    memory: undefined,
    pointer: "i32",
    realloc: undefined,
    postReturn: undefined,
    callback: undefined,
    async: false,
  };
  readonly #scope: Scope;
  readonly #offset: number;
  readonly #given: Map<OptionName | "encoding", Given> = new Map();

  constructor(scope: Scope, syntax: readonly CanonOptionSyntax[], offset: number) {
    this.#scope = scope;
    this.#offset = offset;
    for (const one of syntax) this.#add(one);
    // What holds for options wherever they are.
    const { memory, pointer, async } = this.options;
    if (memory === undefined) {
      this.#refuse("realloc", "canonical option `realloc` requires `memory` to also be specified");
    }
    this.#checkType("realloc", [pointer, pointer, pointer, pointer], [pointer]);
    if (!async) this.#refuse("callback", "cannot specify callback without async");
    this.#checkType("callback", ["i32", "i32", "i32"], ["i32"]);
    if (async) this.#refuse("post-return", "cannot specify post-return function in async");
  }

  #add(one: CanonOptionSyntax): void {
    const { option, offset } = one;
    const { options } = this;
    const scope = this.#scope;
    switch (option) {
      case "utf8":
      case "utf16":
      case "latin1+utf16": {
        const [before, after] = [options.encoding, option].map((name) => name.replace("+", "-"));
        this.#give("encoding", { offset }, `encoding option \`${before}\` conflicts with option \`${after}\``);
        options.encoding = option;
        return;
      }
    }
    this.#give(option, { offset }, `option \`${option}\` is specified more than once`);
    if (option === "async" || option === "callback") {
      scope.require("async", offset, `the \`${option}\` canonical option`);
    }
    switch (option) {
      case "async":
        options.async = true;
        return;
      case "memory": {
        const { item, pointer } = resolveMemory(scope, one.index, offset);
        options.memory = item;
        options.pointer = pointer;
        return;
      }
      case "realloc":
      case "post-return":
      case "callback": {
        const { item, type } = scope.get("core func", one.index, offset);
        options[option === "post-return" ? "postReturn" : option] = item;
        this.#given.set(option, { offset, type: type.type });
        return;
      }
    }
    option satisfies never;
  }

  /** Takes notice of an option; `fault` is what is wrong if it is there already. */
  #give(option: OptionName | "encoding", given: Given, fault: string): void {
    if (this.#given.has(option)) this.#fail(`canonical ${fault}`, given.offset);
    this.#given.set(option, given);
  }

  #fail(reason: string, offset: number): never {
    return this.#scope.fail("canonical", reason, offset);
  }

  /** Fails for `reason` if `option` is there. */
  #refuse(option: OptionName, reason: string): void {
    const given = this.#given.get(option);
    if (given !== undefined) this.#fail(reason, given.offset);
  }

  #checkType(option: FuncOption, params: readonly CoreValType[], results: readonly CoreValType[]): void {
    const type = this.#given.get(option)?.type;
    if (type === undefined || hasCoreType(type, params, results)) return;
    this.#refuse(option, `canonical option \`${option}\` uses a core function with an incorrect signature`);
  }

  /** Fails if any of `names` is there. */
  forbid(names: readonly OptionName[], where: string): void {
    for (const name of names) this.#refuse(name, `canonical option \`${name}\` cannot be specified for ${where}`);
  }

  require(option: "memory" | "realloc", needed = true): void {
    if (!needed) return;
    if (option === "realloc") this.require("memory");
    if (this.options[option] === undefined) this.#fail(`canonical option \`${option}\` is required`, this.#offset);
  }

  /** `async` is for functions that are. */
  checkAsync(ofType: boolean): void {
    if (!ofType) this.#refuse("async", "the `async` canonical option requires an async function type");
  }

  /** `async` without `callback` is a feature of its own. */
  requireCallback(): void {
    if (!this.options.async || this.options.callback !== undefined) return;
    this.#scope.require("async-stackful", this.#given.get("async")!.offset, "`async` without `callback`");
  }

  /** `post-return` takes what the core function gives back. */
  checkPostReturn(results: readonly CoreValType[]): void {
    this.#checkType("post-return", results, []);
  }
}

/** A memory that values may be read from and written to: a subtype of `(memory 0)`, or of `(memory i64 0)`. 🐘 */
export function resolveMemory(
  scope: Scope,
  index: number,
  offset: number,
): { readonly item: CoreExportOf; readonly pointer: PointerType } {
  const { item, type } = scope.get("core memory", index, offset);
  const { limits } = type;
  const fail = (reason: string) =>
    scope.fail("canonical", `canonical option \`memory\`: mismatch in ${reason}`, offset);
  if (limits.shared) fail("the shared flag for memories: the memory may not be shared");
  if (type.pageSizeLog2 !== 16) fail("page size for memories: pages must have 64 KiB");
  if (limits.index === "i64") scope.require("memory64", offset, "a 64-bit memory as a canonical option");
  return { item, pointer: limits.index };
}

/** Whether a value of the type has parts elsewhere in memory. */
export function hasPointer(type: ValType | undefined): boolean {
  return type !== undefined && factsOf(type).pointer;
}

/** Whether a value is passed through memory, or a part of it is there, if so many core values are passed as such. */
export function isInMemory(type: ValType | undefined, maxFlat: number): boolean {
  return type !== undefined && (hasPointer(type) || flatCount(type) > maxFlat);
}
