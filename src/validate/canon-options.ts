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

/** The options of one canonical definition, and what can be asked of them. */
export interface ResolvedOptions {
  readonly options: TypedOptions;
  /** Fails if any of `names` is there. */
  forbid(names: readonly OptionName[], where: string): void;
  require(option: "memory" | "realloc", needed?: boolean): void;
  /** `async` is for functions that are. */
  checkAsync(async: boolean): void;
  /** `async` without `callback` is a feature of its own. */
  requireCallback(): void;
  /** `post-return` takes what the core function gives back. */
  checkPostReturn(results: readonly CoreValType[]): void;
}

export function resolveOptions(scope: Scope, syntax: readonly CanonOptionSyntax[], offset: number): ResolvedOptions {
  const options: Mutable<TypedOptions> = {
    encoding: "utf8",
    memory: undefined,
    pointer: "i32",
    realloc: undefined,
    postReturn: undefined,
    callback: undefined,
    async: false,
  };
  /** Where each option stands that is there, and the type of the function that it is. */
  const given = new Map<OptionName | "encoding", { readonly offset: number; readonly type?: DefinedType }>();
  const fail = (reason: string, at: number) => scope.fail("canonical", reason, at);

  const add = (one: CanonOptionSyntax): void => {
    const { option, offset: at } = one;
    switch (option) {
      case "utf8":
      case "utf16":
      case "latin1+utf16":
        if (given.has("encoding")) {
          const [before, after] = [options.encoding, option].map((name) => name.replace("+", "-"));
          fail(`canonical encoding option \`${before}\` conflicts with option \`${after}\``, at);
        }
        given.set("encoding", { offset: at });
        options.encoding = option;
        return;
    }
    if (given.has(option)) fail(`canonical option \`${option}\` is specified more than once`, at);
    given.set(option, { offset: at });
    if (option === "async" || option === "callback") {
      scope.require("async", at, `the \`${option}\` canonical option`);
    }
    switch (option) {
      case "async":
        options.async = true;
        return;
      case "memory": {
        const { item, pointer } = resolveMemory(scope, one.index, at);
        options.memory = item;
        options.pointer = pointer;
        return;
      }
      case "realloc":
      case "post-return":
      case "callback": {
        const { item, type } = scope.get("core func", one.index, at);
        options[option === "post-return" ? "postReturn" : option] = item;
        given.set(option, { offset: at, type: type.type });
        return;
      }
    }
    option satisfies never;
  };

  /** Fails for `reason` if `option` is there. */
  const refuse = (option: OptionName, reason: string): void => {
    const found = given.get(option);
    if (found !== undefined) fail(reason, found.offset);
  };

  const checkType = (option: FuncOption, params: readonly CoreValType[], results: readonly CoreValType[]): void => {
    const type = given.get(option)?.type;
    if (type === undefined || hasCoreType(type, params, results)) return;
    refuse(option, `canonical option \`${option}\` uses a core function with an incorrect signature`);
  };

  for (const one of syntax) add(one);
  // What holds for options wherever they are.
  const { memory, pointer, async } = options;
  if (memory === undefined) refuse("realloc", "canonical option `realloc` requires `memory` to also be specified");
  checkType("realloc", [pointer, pointer, pointer, pointer], [pointer]);
  if (!async) refuse("callback", "cannot specify callback without async");
  checkType("callback", ["i32", "i32", "i32"], ["i32"]);
  if (async) refuse("post-return", "cannot specify post-return function in async");

  return {
    options,
    forbid(names, where) {
      for (const name of names) refuse(name, `canonical option \`${name}\` cannot be specified for ${where}`);
    },
    require(option, needed = true) {
      if (!needed) return;
      if (option === "realloc") this.require("memory");
      if (options[option] === undefined) fail(`canonical option \`${option}\` is required`, offset);
    },
    checkAsync(ofType) {
      if (!ofType) refuse("async", "the `async` canonical option requires an async function type");
    },
    requireCallback() {
      if (!async || options.callback !== undefined) return;
      scope.require("async-stackful", given.get("async")!.offset, "`async` without `callback`");
    },
    checkPostReturn: (results) => checkType("post-return", results, []),
  };
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
